# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutBucketReplication, GetBucketReplication and DeleteBucketReplication as S3 answers them, in place of MiniStack's.

MiniStack has checked signature, s3:PutReplicationConfiguration / s3:GetReplicationConfiguration and the bucket's Region
and has gone to the owner's account before it calls these functions. A configuration is kept where MiniStack keeps it,
`_bucket_replication[bucket] = {"Role": ..., "Rules": [...]}`, with the rules as boto3's GetBucketReplication shows
them.
"""

from __future__ import annotations

import copy
import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import s3

from aws_lab import accounts, clock, extensions, settings, store
from aws_lab.replication import config_rules, config_xml, pausing
from aws_lab.replication.config_rules import Refusal

PARTITION = "aws"
MAX_BYTES = 2 * 1024 * 1024
_XML = {"Content-Type": "application/xml"}
Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class _Stale:
    """What a Get still shows until lab time `until`; None: not configured."""

    configuration: dict[str, Any] | None
    until: float


_stale: dict[str, _Stale] = {}


def install() -> None:
    """Put our functions in MiniStack's place (once)."""
    s3._put_bucket_replication = _answering(put)
    s3._get_bucket_replication = _answering(get)
    s3._delete_bucket_replication = _answering(delete)
    s3._put_bucket_versioning = _keeping_versioning(s3._put_bucket_versioning)
    s3._delete_bucket = _forgetting(s3._delete_bucket)
    extensions.on_reset(_stale.clear)


def put(bucket: str, body: bytes) -> Answer:
    """Check everything, then replace the bucket's configuration. Rules without an ID get one."""
    configuration = _parsed(body)
    _check_role(bucket, configuration["Role"])
    if store.versioning(bucket) != "Enabled":
        raise Refusal(
            "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        )
    for rule in configuration["Rules"]:
        rule["ID"] = rule.get("ID") or str(uuid.uuid4())
    config_rules.check(config_rules.Document(bucket, PARTITION, configuration["Rules"], _versioning_of))
    _remember_for_lag(bucket)
    s3._bucket_replication[bucket] = configuration
    return 200, {}, b""


def get(bucket: str) -> Answer:
    """The configuration as it was put; for as long as the setting read_after_write_lag says, the one before."""
    stale = _stale.get(bucket)
    if stale is not None and clock.now() < stale.until:
        configuration = stale.configuration
    else:
        configuration = s3._bucket_replication.get(bucket)
    if configuration is None:
        raise Refusal("ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404)
    return 200, dict(_XML), config_xml.serialise(pausing.shown(bucket, configuration))


def delete(bucket: str) -> Answer:
    """Remove the configuration; 204 also where there was none."""
    _remember_for_lag(bucket)
    s3._bucket_replication.pop(bucket, None)
    return 204, {}, b""


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise Refusal("MaxMessageLengthExceeded", "Your request was too big.")
    try:
        return config_xml.parse(body)
    except config_xml.MalformedError:
        raise Refusal("MalformedXML", str(s3._MALFORMED_XML)) from None


def _check_role(bucket: str, role: str) -> None:
    """The shape of the ARN, its account, and that the caller may hand the role to S3. The role need not exist."""
    config_rules.check_role(role, PARTITION, store.owner(bucket) or get_account_id())
    if not _may_pass(role):
        # S3 asks IAM behind the scenes and tells the caller nothing more.
        raise Refusal("AccessDenied", "Access Denied", 403)


def _may_pass(role: str) -> bool:
    """Whether who signed the request has iam:PassRole. A role can be passed within its own account only."""
    access_key = iam_evaluator._verified_key.get()
    account = accounts.account_of(access_key)
    if not access_key or account != role.split(":")[4]:
        return False
    with request_scope(account, get_region()):
        denied = iam_evaluator.enforce(
            access_key,
            "iam:PassRole",
            "iam",
            get_region(),
            resource_arn=role,
            service_context={"iam:PassedToService": "s3.amazonaws.com"},
        )
    return denied is None


def _versioning_of(bucket: str) -> str | None:
    return None if store.owner(bucket) is None else store.versioning(bucket)


def _remember_for_lag(bucket: str) -> None:
    """Start the time in which a Get is stale: the API Reference warns of it for Put and Delete, and names no bound."""
    lag = settings.get().read_after_write_lag
    if lag <= 0:
        _stale.pop(bucket, None)
        return
    _stale[bucket] = _Stale(copy.deepcopy(s3._bucket_replication.get(bucket)), clock.now() + lag)


def _answering(operation: Callable[..., Answer]) -> Callable[..., Any]:
    """The operation with its refusals as S3's error documents, and NoSuchBucket before everything."""

    @functools.wraps(operation)
    def wrapped(bucket: str, *rest: Any) -> Any:
        if s3._ensure_bucket(bucket) is None:
            return s3._no_such_bucket(bucket)
        try:
            return operation(bucket, *rest)
        except Refusal as refusal:
            return _error(bucket, refusal)

    return wrapped


def _error(bucket: str, refusal: Refusal) -> Any:
    extra = {"BucketName": bucket} if refusal.status == 404 else {}
    if refusal.argument is not None:
        extra = {"ArgumentName": refusal.argument[0], "ArgumentValue": refusal.argument[1]}
    return s3._error(refusal.code, refusal.message, refusal.status, f"/{bucket}", extra=extra)


def _keeping_versioning(put_versioning: Callable[..., Any]) -> Callable[..., Any]:
    """A source cannot suspend versioning while it replicates (S3 User Guide, "Requirements for replication")."""

    @functools.wraps(put_versioning)
    def wrapped(bucket: str, body: bytes) -> Any:
        if s3._bucket_replication.get(bucket) is not None and b"<Status>Suspended</Status>" in body:
            message = (
                "A replication configuration is present on this bucket, so you cannot change the versioning state. "
                "To change the versioning state, first delete the replication configuration."
            )
            return _error(bucket, Refusal("InvalidBucketState", message, 409))
        return put_versioning(bucket, body)

    return wrapped


def _forgetting(delete_bucket: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete_bucket)
    def wrapped(bucket: str, *rest: Any) -> Any:
        answer = delete_bucket(bucket, *rest)
        if answer[0] < 300:
            _stale.pop(bucket, None)
        return answer

    return wrapped
