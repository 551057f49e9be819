# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sub-resources of a bucket: what is put is checked by schema and rules, kept in S3's own form, and given back so.

MiniStack keeps most documents as they come, whatever they are. Here they pass a table first; then MiniStack keeps them
where its other functions look for them. Sub-resources that nobody here knows are refused: MiniStack would take a PUT of
one for CreateBucket.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ministack.services import s3

from aws_lab.buckets import configurations, lifecycle, notifications, policy, rules, schema
from aws_lab.buckets.answers import XML, Answer, Refusal, answering, malformed

_DEFAULT_SIZE = "x-amz-transition-default-minimum-object-size"
# MiniStack's function -> the operation whose document it takes, and what S3 refuses beyond the schema
_DOCUMENTS: dict[str, tuple[str, Callable[[str, dict[str, Any]], None]]] = {
    "_put_bucket_tagging": ("PutBucketTagging", rules.tagging),
    "_put_bucket_encryption": ("PutBucketEncryption", rules.encryption),
    "_put_public_access_block": ("PutPublicAccessBlock", rules.public_access_block),
    "_put_bucket_ownership_controls": ("PutBucketOwnershipControls", rules.ownership),
    "_put_bucket_cors": ("PutBucketCors", rules.cors),
    "_put_bucket_logging": ("PutBucketLogging", rules.logging),
    "_put_bucket_website": ("PutBucketWebsite", rules.website),
    "_put_bucket_accelerate": ("PutBucketAccelerateConfiguration", rules.accelerate),
    "_put_bucket_request_payment": ("PutBucketRequestPayment", rules.request_payment),
}
_UNKNOWN = ("abac", "metadataConfiguration", "metadataTable", "metadataInventoryTable", "metadataJournalTable")


def install() -> None:
    """Put the table before MiniStack's functions, and add the routes it lacks."""
    for name, (operation, check) in _DOCUMENTS.items():
        setattr(s3, name, answering(_checking(getattr(s3, name), operation, check)))
    s3._put_bucket_notification = answering(notifications.put)
    s3._put_bucket_policy = answering(policy.for_owner(policy.put))
    s3._get_bucket_policy = answering(policy.for_owner(s3._get_bucket_policy))
    s3._delete_bucket_policy = answering(policy.for_owner(s3._delete_bucket_policy))
    s3._delete_bucket_tagging = answering(_delete_tagging)
    s3._put_bucket_versioning = answering(_keeping_versions(s3._put_bucket_versioning))
    s3._dispatch = _routing(s3._dispatch)


def _checking(
    put: Callable[..., Any], operation: str, check: Callable[[str, dict[str, Any]], None]
) -> Callable[..., Any]:
    @functools.wraps(put)
    def wrapped(bucket: str, body: bytes) -> Any:
        value = _decoded(operation, body)
        check(bucket, value)
        return put(bucket, _encoded(operation, value))

    return wrapped


def _keeping_versions(put: Callable[..., Any]) -> Callable[..., Any]:
    """Object Lock needs versioning for ever (S3 User Guide, "Locking objects with Object Lock")."""

    @functools.wraps(put)
    def wrapped(bucket: str, body: bytes) -> Any:
        if s3._bucket_object_lock.get(bucket) and _decoded("PutBucketVersioning", body).get("Status") == "Suspended":
            message = (
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
            )
            raise Refusal("InvalidBucketState", message, 409)
        return put(bucket, body)

    return wrapped


def _decoded(operation: str, body: bytes) -> dict[str, Any]:
    try:
        return schema.decode(body, *schema.payload(operation))
    except schema.MalformedError:
        raise malformed() from None


def _encoded(operation: str, value: dict[str, Any]) -> bytes:
    root, like = schema.payload(operation)
    return schema.encode(root, value, like)


def _delete_tagging(bucket: str) -> Answer:
    """System tags stay."""
    held = {key: value for key, value in (s3._bucket_tags.get(bucket) or {}).items() if key.startswith("aws:")}
    s3._bucket_tags.pop(bucket, None)
    if held:
        s3._bucket_tags[bucket] = held
    return 204, {}, b""


# ---- routes


def _routing(dispatch: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(dispatch)
    def wrapped(method: str, bucket: str, key: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Any:
        if bucket and not key:
            for part in query:
                route = _ROUTES.get((method, part))
                if route is not None:
                    return answering(route)(bucket, method, part, headers, body, query)
        return dispatch(method, bucket, key, headers, body, query)

    return wrapped


def _request_payment(bucket: str, *_request: Any) -> Any:
    return s3._get_bucket_request_payment(bucket)


def _policy_status(bucket: str, *_request: Any) -> Answer:
    return policy.status(bucket)


def _configurations(
    bucket: str, method: str, part: str, _headers: dict[str, str], body: bytes, query: dict[str, Any]
) -> Answer:
    return configurations.answer(method, part, bucket, query, body)


def _put_lifecycle(
    bucket: str, _method: str, _part: str, headers: dict[str, str], body: bytes, _query: dict[str, Any]
) -> Answer:
    operation = "PutBucketLifecycleConfiguration"
    value = _decoded(operation, body)
    lifecycle.check(bucket, value)
    size = headers.get(_DEFAULT_SIZE) or "all_storage_classes_128K"
    s3._bucket_lifecycle[bucket] = {"size": size, "document": _encoded(operation, value)}
    return 200, {_DEFAULT_SIZE: size}, b""


def _get_lifecycle(bucket: str, *_request: Any) -> Answer:
    found = s3._bucket_lifecycle.get(bucket)
    if found is None:
        message = "The lifecycle configuration does not exist"
        raise Refusal("NoSuchLifecycleConfiguration", message, 404, BucketName=bucket)
    return 200, {**XML, _DEFAULT_SIZE: found["size"]}, found["document"]


def _not_there(_bucket: str, _method: str, part: str, *_request: Any) -> Answer:
    raise Refusal("NotImplemented", f"The lab does not know the sub-resource {part}.", 501)


_ROUTES: dict[tuple[str, str], Callable[..., Any]] = {
    ("GET", "requestPayment"): _request_payment,
    ("GET", "policyStatus"): _policy_status,
    ("PUT", "lifecycle"): _put_lifecycle,
    ("GET", "lifecycle"): _get_lifecycle,
    **{(method, part): _configurations for method in ("GET", "PUT", "DELETE") for part in configurations.KINDS},
    **{(method, part): _not_there for method in ("GET", "PUT", "POST", "DELETE") for part in _UNKNOWN},
}
