# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sub-resources of a bucket that hold one document each: policy, tags, encryption, and so on.

They all have the same shape, so that each is one row of a table (``s3_bucket_settings_table.py``), and three functions
do the calls: :func:`get`, :func:`put` and :func:`delete`. ``get_policy(client, bucket)`` and its like are these, bound
to a row.

Clients are boto3 S3 clients. ``owner``, an account id, is sent as ``ExpectedBucketOwner``: S3 then denies the call when
the bucket belongs to anybody else, so that a name that was taken over is never read or written by mistake. Values are
what boto3 has inside the answer or the argument; a policy is read from and written as JSON.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_settings_table import (
    ENCRYPTION,
    LIFECYCLE,
    OBJECT_LOCK,
    OWNERSHIP,
    POLICY,
    PUBLIC_ACCESS_BLOCK,
    TAGS,
    Setting,
)

_AN_ANSWERS_OWN = ("ResponseMetadata", "RequestCharged")
# PutBucketLifecycleConfiguration takes this beside the rules (a header), the answer has it among them.
_MINIMUM_SIZE = "TransitionDefaultMinimumObjectSize"


def get(setting: Setting, client: Any, bucket: str, owner: str | None = None) -> Any:
    """Read the setting; ``None`` when it is not configured. Raises :class:`AwsError`.

    A missing bucket or permission is never "not configured".
    """
    try:
        with call(f"read the {setting.words} of bucket {bucket}", setting.may_read):
            answer = getattr(client, f"get_{setting.operation}")(**_request(bucket, owner))
    except AwsError as error:
        if setting.absent and error.code == setting.absent:
            return None
        raise
    if setting.field:
        value = answer.get(setting.field)
    else:
        value = {name: inside for name, inside in answer.items() if name not in _AN_ANSWERS_OWN}
    if setting is POLICY and value:
        return json.loads(value)
    return value or None


def put(setting: Setting, client: Any, bucket: str, value: Any, owner: str | None = None) -> None:
    """Write the setting, which replaces all of it. Raises :class:`AwsError`."""
    request = _request(bucket, owner)
    if setting is POLICY:
        value = json.dumps(value)
    if setting is LIFECYCLE and _MINIMUM_SIZE in value:
        request[_MINIMUM_SIZE] = value[_MINIMUM_SIZE]
        value = {name: inside for name, inside in value.items() if name != _MINIMUM_SIZE}
    request[setting.argument] = {setting.inner: value} if setting.inner else value
    with call(f"write the {setting.words} of bucket {bucket}", setting.may_write):
        getattr(client, f"put_{setting.operation}")(**request)


def delete(setting: Setting, client: Any, bucket: str, owner: str | None = None) -> None:
    """Make the setting "not configured", or what S3 has for that. Fine where there is none. Raises :class:`AwsError`.

    What can't be deleted is put as S3's default: acceleration suspended, the owner pays, Object Lock without a default
    retention, no logging.
    """
    if setting.remove:
        with call(f"remove the {setting.words} of bucket {bucket}", setting.may_remove or setting.may_write):
            getattr(client, setting.remove)(**_request(bucket, owner))
    elif setting.nothing is not None:
        put(setting, client, bucket, setting.nothing, owner)
    else:
        with call(f"remove the {setting.words} of bucket {bucket}", setting.may_write):
            getattr(client, f"put_{setting.operation}")(**_request(bucket, owner), **{setting.argument: {}})


def _request(bucket: str, owner: str | None) -> dict[str, Any]:
    return {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}


def get_policy(client: Any, bucket: str, owner: str | None = None) -> dict[str, Any] | None:
    """GetBucketPolicy: the policy document; ``None`` when there is none. Raises :class:`AwsError`."""
    policy: dict[str, Any] | None = get(POLICY, client, bucket, owner)
    return policy


def put_policy(client: Any, bucket: str, value: dict[str, Any], owner: str | None = None) -> None:
    """PutBucketPolicy. Raises :class:`AwsError`."""
    put(POLICY, client, bucket, value, owner)


def delete_policy(client: Any, bucket: str, owner: str | None = None) -> None:
    """DeleteBucketPolicy. Raises :class:`AwsError`."""
    delete(POLICY, client, bucket, owner)


def get_tags(client: Any, bucket: str, owner: str | None = None) -> list[dict[str, str]] | None:
    """GetBucketTagging: ``[{Key, Value}]``; ``None`` when there are none. Raises :class:`AwsError`."""
    tags: list[dict[str, str]] | None = get(TAGS, client, bucket, owner)
    return tags


def put_tags(client: Any, bucket: str, value: list[dict[str, str]], owner: str | None = None) -> None:
    """PutBucketTagging, which replaces all tags but those of AWS's own (``aws:``). Raises :class:`AwsError`."""
    put(TAGS, client, bucket, value, owner)


def delete_tags(client: Any, bucket: str, owner: str | None = None) -> None:
    """DeleteBucketTagging. Raises :class:`AwsError`."""
    delete(TAGS, client, bucket, owner)


def get_encryption(client: Any, bucket: str, owner: str | None = None) -> dict[str, Any] | None:
    """GetBucketEncryption: ``{Rules: [...]}``. AWS has had a default for every bucket since 2023."""
    encryption: dict[str, Any] | None = get(ENCRYPTION, client, bucket, owner)
    return encryption


def put_encryption(client: Any, bucket: str, value: dict[str, Any], owner: str | None = None) -> None:
    """PutBucketEncryption; S3 does not look whether the KMS key exists. Raises :class:`AwsError`."""
    put(ENCRYPTION, client, bucket, value, owner)


def get_public_access_block(client: Any, bucket: str, owner: str | None = None) -> dict[str, bool] | None:
    """GetPublicAccessBlock: the four switches; ``None`` when never set. Raises :class:`AwsError`."""
    block: dict[str, bool] | None = get(PUBLIC_ACCESS_BLOCK, client, bucket, owner)
    return block


def put_public_access_block(client: Any, bucket: str, value: dict[str, bool], owner: str | None = None) -> None:
    """PutPublicAccessBlock. Raises :class:`AwsError`."""
    put(PUBLIC_ACCESS_BLOCK, client, bucket, value, owner)


def get_ownership(client: Any, bucket: str, owner: str | None = None) -> dict[str, Any] | None:
    """GetBucketOwnershipControls: ``{Rules: [{ObjectOwnership}]}``; ``None`` when never set."""
    ownership: dict[str, Any] | None = get(OWNERSHIP, client, bucket, owner)
    return ownership


def put_ownership(client: Any, bucket: str, value: dict[str, Any], owner: str | None = None) -> None:
    """PutBucketOwnershipControls. Raises :class:`AwsError`."""
    put(OWNERSHIP, client, bucket, value, owner)


def get_object_lock(client: Any, bucket: str, owner: str | None = None) -> dict[str, Any] | None:
    """GetObjectLockConfiguration: ``{ObjectLockEnabled, Rule}``; ``None`` without Object Lock."""
    lock: dict[str, Any] | None = get(OBJECT_LOCK, client, bucket, owner)
    return lock


def put_object_lock(client: Any, bucket: str, value: dict[str, Any], owner: str | None = None) -> None:
    """PutObjectLockConfiguration; on a bucket with versioning it turns Object Lock on, for ever."""
    put(OBJECT_LOCK, client, bucket, value, owner)
