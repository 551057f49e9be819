# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a bucket is: where it lies, whether it may be used, its versioning and Object Lock; and making one.

Clients are boto3 S3 clients. "Is not there", "is not yours" and "could not be read" are three different answers.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call

_PAGE = 1_000


def head_bucket(client: Any, bucket: str, owner: str | None = None) -> str:
    """HeadBucket: give the bucket's Region.

    With ``owner`` (an account id) a bucket of any other account is denied. Raises :class:`MissingError` when there is
    no such bucket anywhere, :class:`AccessDeniedError` when it is another account's or the caller may not list it.
    """
    with call(f"look at bucket {bucket}", "s3:ListBucket"):
        answer = client.head_bucket(**_request(bucket, owner))
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    # Old answers lack the body's field; the header has been there since S3 has Regions.
    region = answer.get("BucketRegion") or headers.get("x-amz-bucket-region")
    return str(region) if region else get_location(client, bucket)


def answers(client: Any) -> bool:
    """ListBuckets of one bucket: whether S3 gives any answer at all in the client's Region, be it a refusal."""
    try:
        with call("ask S3 for an answer"):
            client.list_buckets(MaxBuckets=1)
    except AwsError as error:
        return error.status != 0
    return True


def list_buckets(client: Any) -> list[str]:
    """ListBuckets: the names of all buckets of the caller's account. Raises :class:`AwsError`."""
    with call("list the buckets of the account", "s3:ListAllMyBuckets"):
        # Older releases of botocore know no pages here, and S3 then answers with all buckets at once.
        pages = client.get_paginator("list_buckets").paginate() if client.can_paginate("list_buckets") else None
        answers = list(pages) if pages is not None else [client.list_buckets()]
    return [bucket["Name"] for answer in answers for bucket in answer.get("Buckets", [])]


def regions_of_buckets(client: Any, region: str | None = None) -> dict[str, str]:
    """ListBuckets: the Regions of all buckets of the caller's account by name, or of those in ``region`` only.

    For one Region the client has to be of that Region (S3 API Reference, ListBuckets). S3 tells Regions only when
    asked for pages, and accounts with more than 10,000 buckets get nothing else. Raises :class:`AwsError`.
    """
    request = {"BucketRegion": region} if region else {}
    with call("list the buckets of the account", "s3:ListAllMyBuckets"):
        pages = client.get_paginator("list_buckets").paginate(**request, PaginationConfig={"PageSize": _PAGE})
        return {
            bucket["Name"]: str(bucket.get("BucketRegion") or region or "")
            for page in pages
            for bucket in page.get("Buckets", [])
        }


def get_versioning(client: Any, bucket: str) -> str:
    """GetBucketVersioning: ``Enabled``, ``Suspended``, or ``""`` when never enabled. Raises :class:`AwsError`."""
    return get_versioning_and_mfa(client, bucket)[0]


def get_versioning_and_mfa(client: Any, bucket: str, owner: str | None = None) -> tuple[str, bool]:
    """GetBucketVersioning: the status as above, and whether MFA delete is on. Raises :class:`AwsError`."""
    with call(f"read the versioning of bucket {bucket}", "s3:GetBucketVersioning"):
        answer = client.get_bucket_versioning(**_request(bucket, owner))
    return str(answer.get("Status", "")), answer.get("MFADelete") == "Enabled"


def enable_versioning(client: Any, bucket: str, owner: str | None = None) -> None:
    """PutBucketVersioning; existing objects keep the version "null". Raises :class:`AwsError`."""
    with call(f"enable the versioning of bucket {bucket}", "s3:PutBucketVersioning"):
        client.put_bucket_versioning(**_request(bucket, owner), VersioningConfiguration={"Status": "Enabled"})


def knows_namespaces(client: Any) -> bool:
    """Whether this boto3 can ask for a bucket in the account's own namespace: since 1.42.67 by its models."""
    members = client.meta.service_model.operation_model("CreateBucket").input_shape.members
    return "BucketNamespace" in members


def create_bucket(
    client: Any, bucket: str, region: str, object_lock: bool, enforced: bool, account_regional: bool
) -> None:
    """CreateBucket; fine where the caller has the bucket already. The client has to be of ``region``.

    ``object_lock`` can hardly be had later. ``enforced``: bucket owner enforced from the first moment on.
    ``account_regional``: the name lies in the account's own namespace. Raises :class:`AwsError`, and says so when the
    name is somebody else's.
    """
    request: dict[str, Any] = {"Bucket": bucket}
    # API reference, CreateBucket: us-east-1 is no LocationConstraint.
    if region != "us-east-1":
        request["CreateBucketConfiguration"] = {"LocationConstraint": region}
    if object_lock:
        request["ObjectLockEnabledForBucket"] = True
    if enforced:
        request["ObjectOwnership"] = "BucketOwnerEnforced"
    if account_regional:
        request["BucketNamespace"] = "account-regional"
        _refuse_old_boto3(client, bucket)
    try:
        with call(f"create bucket {bucket} in {region}", "s3:CreateBucket"):
            client.create_bucket(**request)
    except AwsError as error:
        if error.code == "BucketAlreadyExists":
            todo = "The name belongs to another account; choose another one"
            raise AwsError(error.doing, error.code, error.status, error.said, todo) from error
        if error.code != "BucketAlreadyOwnedByYou":
            raise


def _refuse_old_boto3(client: Any, bucket: str) -> None:
    """Say so where boto3, of the target or of Lambda's runtime, is older than the account's own namespace."""
    if "BucketNamespace" not in client.meta.service_model.operation_model("CreateBucket").input_shape.members:
        raise AwsError(
            f"create bucket {bucket} in the account's own namespace",
            "",
            0,
            "this boto3 does not know CreateBucket's BucketNamespace",
            "Install a newer boto3; to the function of role auto_enroll give it as a layer (auto_enroll_layers)",
        )


def is_empty(client: Any, bucket: str, owner: str | None = None) -> bool:
    """ListObjectVersions: whether the bucket holds no version and no delete marker. Raises :class:`AwsError`."""
    with call(f"look whether bucket {bucket} is empty", "s3:ListBucketVersions"):
        answer = client.list_object_versions(**_request(bucket, owner), MaxKeys=1)
    return not answer.get("Versions") and not answer.get("DeleteMarkers")


def delete_empty_bucket(client: Any, bucket: str, owner: str | None = None) -> bool:
    """DeleteBucket; false where it holds anything, be it a version or a delete marker. Raises :class:`AwsError`."""
    try:
        with call(f"delete bucket {bucket}", "s3:DeleteBucket"):
            client.delete_bucket(**_request(bucket, owner))
    except AwsError as error:
        if error.code == "BucketNotEmpty":
            return False
        raise
    return True


def has_object_lock(client: Any, bucket: str, owner: str | None = None) -> bool:
    """GetObjectLockConfiguration: whether Object Lock is on. Raises :class:`AwsError`."""
    try:
        with call(f"read the Object Lock settings of bucket {bucket}", "s3:GetBucketObjectLockConfiguration"):
            answer = client.get_object_lock_configuration(**_request(bucket, owner))
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


def _request(bucket: str, owner: str | None) -> dict[str, Any]:
    return {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}
