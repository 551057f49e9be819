# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS keys in the hands of callers: S3 asks the key for who writes and reads SSE-KMS objects; keys of other accounts.

S3 User Guide, "Using server-side encryption with AWS KMS keys": a write needs kms:GenerateDataKey, a read kms:Decrypt,
an upload in parts both; the key is in the bucket's Region and usable. KMS Developer Guide, "Allowing users in other
accounts to use a KMS key": both accounts have to allow. MiniStack asks no key for S3's sake, and looks for keys in the
caller's account only. What replication does with keys is aws_lab.replication.kms's.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import kms, s3

from aws_lab import accounts, store
from aws_lab.buckets.answers import Refusal, refusing
from aws_lab.replication import kms as keys
from aws_lab.replication.encryption import ALGORITHM, KMS_KEY
from aws_lab.versions import BUCKET_KEY

_STATES = {
    "Disabled": ("KMS.DisabledException", "is disabled."),
    "PendingDeletion": ("KMS.KMSInvalidStateException", "is pending deletion."),
    "PendingImport": ("KMS.KMSInvalidStateException", "is pending import."),
    "Unavailable": ("KMS.KMSInvalidStateException", "is unavailable."),
}
_WRITE, _READ = ("kms:GenerateDataKey",), ("kms:Decrypt",)
_MANAGED = "alias/aws/s3"


def install() -> None:
    """Ask before MiniStack stores and gives objects."""
    kms._resolve_key = _across_accounts(kms._resolve_key)
    kms.key_policy_for_arn = _policy_and_owner
    kms._key_metadata = _telling_account(kms._key_metadata)
    s3._resolve_sse_write_headers = _with_managed_key(s3._resolve_sse_write_headers)
    s3._bucket_default_sse_headers = _with_key_of_owner(s3._bucket_default_sse_headers)
    s3._put_object = _asking(s3._put_object, _WRITE, lambda bucket, _key, _body, headers: _written(bucket, headers))
    s3._create_multipart_upload = _asking(
        s3._create_multipart_upload, (*_WRITE, *_READ), lambda bucket, _key, headers: _written(bucket, headers)
    )
    s3._copy_object = _asking(s3._copy_object, _WRITE, lambda bucket, _key, headers: _written(bucket, headers))
    s3._get_object = _asking(s3._get_object, _READ, _read)


# ---- keys of other accounts


def _across_accounts(resolve: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An ARN says whose key is meant; the Region has to be the one that is called."""

    @functools.wraps(resolve)
    def wrapped(reference: Any) -> Any:
        parts = str(reference or "").split(":")
        if len(parts) < 6 or parts[0] != "arn" or parts[4] == get_account_id():
            return resolve(reference)
        with request_scope(parts[4], get_region()):
            return resolve(reference)

    return wrapped


def _policy_and_owner(arn: str) -> tuple[str, str] | None:
    record = kms._resolve_key(arn)
    return (str(record.get("Policy") or ""), str(record["Arn"]).split(":")[4]) if record else None


def _telling_account(metadata: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @functools.wraps(metadata)
    def wrapped(record: Mapping[str, Any], *rest: Any) -> dict[str, Any]:
        told = {"AWSAccountId": str(record["Arn"]).split(":")[4], **metadata(record, *rest)}
        return {**told, "KeyManager": record.get("KeyManager") or "CUSTOMER"}

    return wrapped


# ---- the key that AWS manages for S3


def managed_key(account: str, region: str) -> str:
    """ARN of the account's aws/s3 key in a Region; made when it is needed first.

    KMS Developer Guide, "AWS managed keys": its policy lets everybody in the account use it through S3, and nobody
    can change that.
    """
    with request_scope(account, region):
        found = kms._resolve_key(_MANAGED)
        if found is None:
            principal, condition = {"AWS": "*"}, {"kms:ViaService": f"s3.{region}.amazonaws.com"}
            said = {
                "Effect": "Allow",
                "Principal": principal,
                "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                "Resource": "*",
                "Condition": {"StringEquals": {**condition, "kms:CallerAccount": account}},
            }
            read = {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
                "Resource": "*",
            }
            policy = json.dumps({"Version": "2012-10-17", "Id": "auto-s3-2", "Statement": [said, read]})
            made = kms._create_key({"Policy": policy, "Description": "Default key that protects my S3 objects"})
            found = kms._resolve_key(json.loads(made[2])["KeyMetadata"]["KeyId"])
            found["KeyManager"] = "AWS"
            kms._aliases[kms._alias_arn(_MANAGED)] = found["KeyId"]
        return str(found["Arn"])


def _with_managed_key(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """SSE-KMS without a key means aws/s3 of who asks; MiniStack would refuse it."""

    @functools.wraps(resolve)
    def wrapped(headers: Mapping[str, str], bucket: str) -> Any:
        if headers.get(ALGORITHM) == "aws:kms" and not headers.get(KMS_KEY):
            access_key = iam_evaluator._verified_key.get()
            account = accounts.account_of(access_key) if access_key else get_account_id()
            headers = {**headers, KMS_KEY: managed_key(account, store.region(bucket) or get_region())}
        return resolve(headers, bucket)

    return wrapped


def _with_key_of_owner(default: Callable[[str], dict[str, str]]) -> Callable[[str], dict[str, str]]:
    @functools.wraps(default)
    def wrapped(bucket: str) -> dict[str, str]:
        headers = default(bucket)
        if headers.get(ALGORITHM) == "aws:kms" and not headers.get(KMS_KEY):
            return {**headers, KMS_KEY: managed_key(get_account_id(), store.region(bucket) or get_region())}
        return headers

    return wrapped


# ---- S3 asks


def _asking(
    call: Callable[..., Any], actions: tuple[str, ...], headers_of: Callable[..., Mapping[str, str]]
) -> Callable[..., Any]:
    """call(bucket, key, ...) after the key that headers_of(the same) names has been asked for the actions."""

    @functools.wraps(call)
    @refusing
    def wrapped(bucket: str, key: str, *rest: Any) -> Any:
        if iam_evaluator._verified_key.get() and s3._ensure_bucket(bucket) is not None:
            _ask(bucket, key, headers_of(bucket, key, *rest), actions)
        return call(bucket, key, *rest)

    return wrapped


def _written(bucket: str, headers: Mapping[str, str]) -> Mapping[str, str]:
    stored, refused = s3._resolve_sse_write_headers(dict(headers), bucket)
    return {} if refused or not stored else stored


def _read(bucket: str, key: str, _headers: Mapping[str, str], query: Any = None) -> Mapping[str, str]:
    asked = s3._qp(query or {}, "versionId", "")
    version = store.find(bucket, key, asked) if asked else store.current(bucket, key)
    return {} if version is None else s3._stored_sse_headers(version.record)


def _ask(bucket: str, key: str, headers: Mapping[str, str], actions: tuple[str, ...]) -> None:
    reference = headers.get(KMS_KEY)
    if headers.get(ALGORITHM) != "aws:kms" or not reference:
        return
    access_key = iam_evaluator._verified_key.get()
    account, region = accounts.account_of(access_key), store.region(bucket) or ""
    if reference.startswith("arn:") and reference.split(":")[3] != region:
        raise Refusal("KMS.NotFoundException", f"Invalid arn {reference.split(':')[3]}")
    found = keys.find(reference, account=account, region=region)
    if found is None:
        raise Refusal("KMS.NotFoundException", f"Key '{reference}' does not exist")
    code, text = _STATES.get(str(found.record.get("KeyState")), ("", ""))
    if code:
        raise Refusal(code, f"{found.arn} {text}")
    place = f"arn:aws:s3:::{bucket}" if headers.get(BUCKET_KEY) == "true" else f"arn:aws:s3:::{bucket}/{key}"
    context = {
        "kms:ViaService": f"s3.{region}.amazonaws.com",
        "kms:CallerAccount": account,
        "kms:EncryptionContext:aws:s3:arn": place,
        "kms:EncryptionContextKeys": ["aws:s3:arn"],
    }
    for action in actions:
        with request_scope(account, region):
            denied = iam_evaluator.enforce(
                access_key, action, "kms", region, resource_arn=found.arn, service_context=context
            )
        if denied is not None:
            who = getattr(denied, "principal_arn", "")
            message = f"User: {who} is not authorized to perform: {action} on resource: {found.arn}"
            raise Refusal("AccessDenied", message, 403)
