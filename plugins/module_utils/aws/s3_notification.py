# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls for a bucket's notification configuration. Clients are boto3 S3 clients."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def get_notification(client: Any, bucket: str) -> dict[str, Any]:
    """GetBucketNotificationConfiguration; empty when the bucket has none. Raises :class:`AwsError`."""
    with call(f"read the notifications of bucket {bucket}", "s3:GetBucketNotification"):
        answer = client.get_bucket_notification_configuration(Bucket=bucket)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def put_notification(client: Any, bucket: str, configuration: dict[str, Any], skip_validation: bool = False) -> None:
    """PutBucketNotificationConfiguration, which replaces all of it. Raises :class:`AwsError`.

    S3 sends a test message to every destination first, unless ``skip_validation``; one that can't be reached refuses
    the whole call (``InvalidArgument``).
    """
    with call(f"write the notifications of bucket {bucket}", "s3:PutBucketNotification"):
        client.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration=configuration, SkipDestinationValidation=skip_validation
        )
