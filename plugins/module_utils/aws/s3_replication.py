# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The replication configuration of a bucket: read, replaced, removed. Clients are boto3 S3 clients.

A client of another Region will do: botocore follows S3's redirect to the bucket's Region.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    Configuration,
    read_configuration,
)

_NOT_CONFIGURED = "ReplicationConfigurationNotFoundError"
# The heads of what S3 says while versioning that was just enabled has not come round yet. Both are InvalidRequest.
_NOT_VERSIONED = ("Versioning must be 'Enabled'", "Destination bucket must have versioning enabled")


def get_replication(client: Any, bucket: str) -> Configuration | None:
    """GetBucketReplication; ``None`` when not configured.

    May show what was there before for a while after a put or delete (documented). Raises :class:`AwsError`; a missing
    bucket or permission is never "not configured".
    """
    try:
        with call(f"read the replication of bucket {bucket}", "s3:GetReplicationConfiguration"):
            answer = client.get_bucket_replication(Bucket=bucket)
    except AwsError as error:
        if error.code == _NOT_CONFIGURED:
            return None
        raise
    return read_configuration(answer["ReplicationConfiguration"])


def put_replication(client: Any, bucket: str, configuration: Configuration) -> None:
    """PutBucketReplication, which replaces the whole configuration. Raises :class:`AwsError`."""
    # S3 says "Access Denied" and no more when the role can't be passed.
    permissions = f"s3:PutReplicationConfiguration and iam:PassRole of {configuration.role}"
    with call(f"write the replication of bucket {bucket}", permissions):
        client.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=configuration.as_document())


def delete_replication(client: Any, bucket: str) -> None:
    """DeleteBucketReplication; fine where there is none. There is no permission of its own for it."""
    with call(f"remove the replication of bucket {bucket}", "s3:PutReplicationConfiguration"):
        client.delete_bucket_replication(Bucket=bucket)


def will_pass(error: AwsError) -> bool:
    """Whether a refused put may succeed a little later: somebody else was writing, or versioning is still settling."""
    return isinstance(error, ConflictError) or (
        error.code == "InvalidRequest" and error.said.startswith(_NOT_VERSIONED)
    )
