# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the engine hangs in MiniStack's S3: its own replication is switched off, and every write is told to ours.

MiniStack replicates within the PUT, to the first matching rule, with a new version id and without asking the role;
that is what `_maybe_replicate` and `_maybe_replicate_delete_marker` do, so they do nothing here. A request's changes
are told when the request is done: tags, ACL and locks are stored after the object's version is made.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import s3

from aws_lab import store
from aws_lab.replication import multipart
from aws_lab.replication.rules import Operation

Observer = Callable[[str, str, str, Operation], None]
Change = tuple[str, str, str, Operation]

_changes: ContextVar[list[Change] | None] = ContextVar("aws_lab_s3_changes", default=None)
_METADATA_CALLS = {
    "_put_object_tagging": Operation.PUT_TAGGING,
    "_delete_object_tagging": Operation.PUT_TAGGING,
    "_put_object_acl": Operation.PUT_ACL,
    "_put_object_retention": Operation.PUT_RETENTION,
    "_put_object_legal_hold": Operation.PUT_LEGAL_HOLD,
}


def install(observe: Observer) -> None:
    """Patch MiniStack once. observe(bucket, key, version id, operation) is called after each write has been done."""
    s3._maybe_replicate = s3._maybe_replicate_delete_marker = _nothing
    multipart.install()
    s3._record_object_version = _telling_version(s3._record_object_version, observe)
    s3._record_delete_marker = _telling_delete_marker(s3._record_delete_marker, observe)
    s3._delete_object_version = _remembering_hard_deletes(s3._delete_object_version)
    for name, operation in _METADATA_CALLS.items():
        setattr(s3, name, _telling_metadata(getattr(s3, name), operation, observe))
    s3._dispatch = _collecting(s3._dispatch, observe)
    s3._delete_marker_read_refused = _with_status(s3._delete_marker_read_refused)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _tell(change: Change, observe: Observer) -> None:
    """Keep the change for the end of the request; outside a request (services inside MiniStack) tell it at once."""
    collected = _changes.get()
    if collected is None:
        observe(*change)
    else:
        collected.append(change)


def _collecting(dispatch: Callable[..., Any], observe: Observer) -> Callable[..., Any]:
    @functools.wraps(dispatch)
    def wrapped(*args: Any, **named: Any) -> Any:
        token = _changes.set([])
        try:
            response = dispatch(*args, **named)
            changes = _changes.get() or []
        finally:
            _changes.reset(token)
        for change in changes:
            observe(*change)
        return response

    return wrapped


def _telling_version(record: Callable[..., Any], observe: Observer) -> Callable[..., Any]:
    @functools.wraps(record)
    def wrapped(bucket: str, key: str, prior: Any, obj: dict[str, Any], data: Any) -> Any:
        version_id = record(bucket, key, prior, obj, data)
        name = version_id or store.NULL_VERSION
        store.stamp_creation(bucket, key, name)
        if name == store.NULL_VERSION:
            # It takes the place of another null version: MiniStack would leave it that one's tags, ACL and locks.
            store.clear_extras(bucket, key, name)
        _tell((bucket, key, name, Operation.PUT), observe)
        return version_id

    return wrapped


def _telling_delete_marker(record: Callable[..., Any], observe: Observer) -> Callable[..., Any]:
    @functools.wraps(record)
    def wrapped(bucket: str, key: str, prior: Any) -> Any:
        version_id = record(bucket, key, prior)
        store.stamp_creation(bucket, key, version_id)
        _tell((bucket, key, version_id, Operation.DELETE), observe)
        return version_id

    return wrapped


def _remembering_hard_deletes(delete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete)
    def wrapped(bucket: Any, name: str, key: str, version_id: str) -> Any:
        found, was_marker = delete(bucket, name, key, version_id)
        if found:
            store.remember_hard_delete(name, key, version_id)
        return found, was_marker

    return wrapped


def _telling_metadata(call: Callable[..., Any], operation: Operation, observe: Observer) -> Callable[..., Any]:
    """All five take (bucket, key, ...) and the query last."""

    @functools.wraps(call)
    def wrapped(bucket: str, key: str, *rest: Any) -> Any:
        response = call(bucket, key, *rest)
        if response[0] < 300:
            asked = s3._qp(rest[-1] or {}, "versionId", "")
            version = store.find(bucket, key, asked) if asked else store.current(bucket, key)
            if version is not None:
                _tell((bucket, key, version.version_id, operation), observe)
        return response

    return wrapped


def _with_status(refusal: Callable[..., Any]) -> Callable[..., Any]:
    """HEAD of a delete marker (405) carries its replication status like any version's."""

    @functools.wraps(refusal)
    def wrapped(record: dict[str, Any]) -> Any:
        status, headers, body = refusal(record)
        if record.get("replication_status"):
            headers["x-amz-replication-status"] = record["replication_status"]
        return status, headers, body

    return wrapped
