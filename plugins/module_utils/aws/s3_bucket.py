# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what a bucket is: where it lies, whether it may be used, its versioning and Object Lock.

Clients are boto3 S3 clients. "Is not there", "is not yours" and "could not be read" are three different answers.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call


def head_bucket(client: Any, bucket: str, owner: str | None = None) -> str:
    """HeadBucket: give the bucket's Region.

    With ``owner`` (an account id) a bucket of any other account is denied. Raises :class:`MissingError` when there is
    no such bucket anywhere, :class:`AccessDeniedError` when it is another account's or the caller may not list it.
    """
    request = {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}
    with call(f"look at bucket {bucket}", "s3:ListBucket"):
        answer = client.head_bucket(**request)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    # Old answers lack the body's field; the header has been there since S3 has Regions.
    region = answer.get("BucketRegion") or headers.get("x-amz-bucket-region")
    return str(region) if region else get_location(client, bucket)


def list_buckets(client: Any) -> list[str]:
    """ListBuckets: the names of all buckets of the caller's account. Raises :class:`AwsError`."""
    with call("list the buckets of the account", "s3:ListAllMyBuckets"):
        # Older releases of botocore know no pages here, and S3 then answers with all buckets at once.
        pages = client.get_paginator("list_buckets").paginate() if client.can_paginate("list_buckets") else None
        answers = list(pages) if pages is not None else [client.list_buckets()]
    return [bucket["Name"] for answer in answers for bucket in answer.get("Buckets", [])]


def get_versioning(client: Any, bucket: str) -> str:
    """GetBucketVersioning: ``Enabled``, ``Suspended``, or ``""`` when never enabled. Raises :class:`AwsError`."""
    with call(f"read the versioning of bucket {bucket}", "s3:GetBucketVersioning"):
        answer = client.get_bucket_versioning(Bucket=bucket)
    return str(answer.get("Status", ""))


def has_object_lock(client: Any, bucket: str) -> bool:
    """GetObjectLockConfiguration: whether Object Lock is on. Raises :class:`AwsError`."""
    try:
        with call(f"read the Object Lock settings of bucket {bucket}", "s3:GetBucketObjectLockConfiguration"):
            answer = client.get_object_lock_configuration(Bucket=bucket)
    except AwsError as error:
        if error.code == "ObjectLockConfigurationNotFoundError":
            return False
        raise
    return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")


def get_location(client: Any, bucket: str) -> str:
    """GetBucketLocation: the bucket's Region. Raises :class:`AwsError`."""
    with call(f"find the Region of bucket {bucket}", "s3:GetBucketLocation"):
        answer = client.get_bucket_location(Bucket=bucket)
    # API reference, GetBucketLocation: null is us-east-1, EU is eu-west-1.
    location = answer.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if location == "EU" else str(location)


def get_replication_rules(client: Any, bucket: str) -> tuple[str, list[dict[str, Any]]]:
    """GetBucketReplication: (the role's ARN, the rules as the API gives them); ``("", [])`` when not configured.

    Raises :class:`AwsError`; a missing bucket or permission is never "not configured".
    """
    try:
        with call(f"read the replication of bucket {bucket}", "s3:GetReplicationConfiguration"):
            answer = client.get_bucket_replication(Bucket=bucket)
    except AwsError as error:
        if error.code == "ReplicationConfigurationNotFoundError":
            return "", []
        raise
    configuration = answer["ReplicationConfiguration"]
    return str(configuration.get("Role", "")), list(configuration.get("Rules", []))
