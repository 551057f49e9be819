# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sub-resources of a bucket that hold one document each, a row each: how they are asked for, what means "not
configured", and what the caller has to be allowed.

Sources: S3 API reference, the pages of the Get, Put and Delete operations and "Error responses" (the codes that mean
"not configured"); Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3" (the
permissions; several Delete operations have none of their own).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One sub-resource.

    ``words`` name it to a person. ``operation`` completes boto3's ``get_`` and ``put_``. ``field`` is where the answer
    has the value ("": the answer itself), ``argument`` and ``inner`` where the request wants it. ``absent`` is the
    error code that means "not configured" ("": S3 answers without the field). ``remove`` is boto3's method that deletes
    it ("": there is none, a put of ``nothing`` does). The last three are IAM actions.
    """

    words: str
    operation: str
    field: str
    argument: str
    inner: str = ""
    absent: str = ""
    remove: str = ""
    nothing: Any = dataclasses.field(default=None, hash=False)
    may_read: str = ""
    may_write: str = ""
    may_remove: str = ""


POLICY = Setting(
    "policy",
    "bucket_policy",
    "Policy",
    "Policy",
    absent="NoSuchBucketPolicy",
    remove="delete_bucket_policy",
    may_read="s3:GetBucketPolicy",
    may_write="s3:PutBucketPolicy",
    may_remove="s3:DeleteBucketPolicy",
)
TAGS = Setting(
    "tags",
    "bucket_tagging",
    "TagSet",
    "Tagging",
    "TagSet",
    absent="NoSuchTagSet",
    remove="delete_bucket_tagging",
    may_read="s3:GetBucketTagging",
    may_write="s3:PutBucketTagging",
)
ENCRYPTION = Setting(
    "default encryption",
    "bucket_encryption",
    "ServerSideEncryptionConfiguration",
    "ServerSideEncryptionConfiguration",
    absent="ServerSideEncryptionConfigurationNotFoundError",
    remove="delete_bucket_encryption",
    may_read="s3:GetEncryptionConfiguration",
    may_write="s3:PutEncryptionConfiguration",
)
PUBLIC_ACCESS_BLOCK = Setting(
    "public access block",
    "public_access_block",
    "PublicAccessBlockConfiguration",
    "PublicAccessBlockConfiguration",
    absent="NoSuchPublicAccessBlockConfiguration",
    remove="delete_public_access_block",
    may_read="s3:GetBucketPublicAccessBlock",
    may_write="s3:PutBucketPublicAccessBlock",
)
OWNERSHIP = Setting(
    "ownership controls",
    "bucket_ownership_controls",
    "OwnershipControls",
    "OwnershipControls",
    absent="OwnershipControlsNotFoundError",
    remove="delete_bucket_ownership_controls",
    may_read="s3:GetBucketOwnershipControls",
    may_write="s3:PutBucketOwnershipControls",
)
LIFECYCLE = Setting(
    "lifecycle rules",
    "bucket_lifecycle_configuration",
    "",
    "LifecycleConfiguration",
    absent="NoSuchLifecycleConfiguration",
    remove="delete_bucket_lifecycle",
    may_read="s3:GetLifecycleConfiguration",
    may_write="s3:PutLifecycleConfiguration",
)
CORS = Setting(
    "CORS rules",
    "bucket_cors",
    "CORSRules",
    "CORSConfiguration",
    "CORSRules",
    absent="NoSuchCORSConfiguration",
    remove="delete_bucket_cors",
    may_read="s3:GetBucketCORS",
    may_write="s3:PutBucketCORS",
)
WEBSITE = Setting(
    "website configuration",
    "bucket_website",
    "",
    "WebsiteConfiguration",
    absent="NoSuchWebsiteConfiguration",
    remove="delete_bucket_website",
    may_read="s3:GetBucketWebsite",
    may_write="s3:PutBucketWebsite",
    may_remove="s3:DeleteBucketWebsite",
)
LOGGING = Setting(
    "server access logging",
    "bucket_logging",
    "LoggingEnabled",
    "BucketLoggingStatus",
    "LoggingEnabled",
    may_read="s3:GetBucketLogging",
    may_write="s3:PutBucketLogging",
)
ACCELERATE = Setting(
    "transfer acceleration",
    "bucket_accelerate_configuration",
    "Status",
    "AccelerateConfiguration",
    "Status",
    nothing="Suspended",
    may_read="s3:GetAccelerateConfiguration",
    may_write="s3:PutAccelerateConfiguration",
)
REQUEST_PAYMENT = Setting(
    "request payment",
    "bucket_request_payment",
    "Payer",
    "RequestPaymentConfiguration",
    "Payer",
    nothing="BucketOwner",
    may_read="s3:GetBucketRequestPayment",
    may_write="s3:PutBucketRequestPayment",
)
OBJECT_LOCK = Setting(
    "Object Lock settings",
    "object_lock_configuration",
    "ObjectLockConfiguration",
    "ObjectLockConfiguration",
    absent="ObjectLockConfigurationNotFoundError",
    nothing={"ObjectLockEnabled": "Enabled"},
    may_read="s3:GetBucketObjectLockConfiguration",
    may_write="s3:PutBucketObjectLockConfiguration",
)
NOTIFICATIONS = Setting(
    "notifications",
    "bucket_notification_configuration",
    "",
    "NotificationConfiguration",
    nothing={},
    may_read="s3:GetBucketNotification",
    may_write="s3:PutBucketNotification",
)
