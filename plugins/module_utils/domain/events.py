# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the body of a queue message to failure events.

Source: S3 User Guide, "Replication failure event notifications" and "Event message structure". A body is S3's JSON as
it is, or wrapped by SNS (``Message``), or by a Lambda event of either. Everything in a message counts, not only its
first record. What can't be read is told, never guessed, so that the message can go to the dead-letter queue instead.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import (
    NULL_VERSION,
    UNSPECIFIED_REASON,
    FailureEvent,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time

FAILED = "Replication:OperationFailedReplication"
TEST_EVENT = "s3:TestEvent"
NO_RECORDS = "(no records)"
MAJOR_VERSION = "2"
"""Of ``eventVersion``: within a major version AWS only adds fields (Event message structure)."""

_DEEPEST = 8
# Bytes. Nothing that S3 sends is longer; what is would not fit into the ledger and would hold everything else up.
_LONGEST_KEY = 1024
_LONGEST_NAME = 1024
_LONGEST_RULE = 512
_LONGEST_DETAIL = 256


class MalformedEventError(ValueError):
    """A message, or one record in it, that can't be read; the text says why."""


@dataclass
class ParsedMessage:
    """What one message says.

    ``dropped`` names the events that are no failures (``s3:TestEvent``, other event names), one entry an event.
    ``problems`` says what could not be read; such a message must not be deleted, though its other events count.
    """

    failures: list[FailureEvent] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def parse_message(body: str) -> ParsedMessage:
    """Read the body of a queue message. Never raises: what is wrong is in ``problems``."""
    parsed = ParsedMessage()
    try:
        _read(_load(body), parsed, 0)
    except MalformedEventError as error:
        parsed.problems.append(str(error))
    return parsed


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedEventError(f"the body is not JSON: {error}") from error


def _read(document: Any, parsed: ParsedMessage, depth: int) -> None:
    if depth > _DEEPEST:
        raise MalformedEventError(f"the body is wrapped more than {_DEEPEST} times")
    if isinstance(document, str):
        _read(_load(document), parsed, depth + 1)
    elif not isinstance(document, dict):
        raise MalformedEventError(f"the body is a JSON {type(document).__name__}, expected an object")
    elif isinstance(document.get("Records"), list):
        _read_records(document["Records"], parsed, depth)
    elif document.get("Event") == TEST_EVENT:
        parsed.dropped.append(TEST_EVENT)
    elif "TopicArn" in document or document.get("Type") == "Notification":
        _read_notification(document, parsed, depth)
    else:
        raise MalformedEventError("the body is neither an S3 event nor an SNS notification of one")


def _read_notification(document: dict[str, Any], parsed: ParsedMessage, depth: int) -> None:
    """What SNS makes of a message when raw delivery is off (SNS Developer Guide, "Parsing message formats")."""
    kind = document.get("Type", "Notification")
    if kind != "Notification":
        raise MalformedEventError(f"SNS sent a {kind} of {document.get('TopicArn')}, no event")
    if "Message" not in document:
        raise MalformedEventError("the SNS notification has no Message")
    _read(document["Message"], parsed, depth + 1)


def _read_records(records: list[Any], parsed: ParsedMessage, depth: int) -> None:
    if not records:
        parsed.dropped.append(NO_RECORDS)
    for index, record in enumerate(records):
        try:
            _read_record(record, parsed, depth)
        except MalformedEventError as error:
            parsed.problems.append(f"record {index + 1} of {len(records)}: {error}" if len(records) > 1 else str(error))


def _read_record(record: Any, parsed: ParsedMessage, depth: int) -> None:
    if not isinstance(record, dict):
        raise MalformedEventError("the record is not a JSON object")
    if record.get("eventSource") == "aws:sqs":
        return _read(record.get("body"), parsed, depth + 1)
    if record.get("EventSource") == "aws:sns":
        return _read_notification(_object(record, "Sns"), parsed, depth + 1)
    major = str(record.get("eventVersion", "")).partition(".")[0]
    if major != MAJOR_VERSION:
        raise MalformedEventError(
            f"eventVersion is {record.get('eventVersion')!r}; this collection reads {MAJOR_VERSION}.x"
        )
    name = _text(record, "eventName", _LONGEST_DETAIL).removeprefix("s3:")
    if name != FAILED:
        parsed.dropped.append(name)
    else:
        parsed.failures.append(_failure(record, name))
    return None


def _failure(record: dict[str, Any], name: str) -> FailureEvent:
    s3 = _object(record, "s3")
    subject = _object(s3, "object")
    told = _object(record, "replicationEventData")
    bucket = _text(_object(s3, "bucket"), "name", _LONGEST_DETAIL)
    if "#" in bucket:
        raise MalformedEventError(f"{bucket!r} is no bucket's name")
    destination = _text(told, "destinationBucket", _LONGEST_NAME)
    return FailureEvent(
        bucket=bucket,
        rule_id=_text(told, "replicationRuleId", _LONGEST_RULE),
        object_key=_decoded_key(_text(subject, "key", _LONGEST_KEY * 3)),
        version_id=_optional_text(subject, "versionId", _LONGEST_NAME) or NULL_VERSION,
        destination=bucket_of(destination) or destination,
        reason=_optional_text(told, "failureReason", _LONGEST_DETAIL) or UNSPECIFIED_REASON,
        failed_at=_time(record, "eventTime"),
        event_name=name,
        operation=_optional_text(told, "s3Operation", _LONGEST_DETAIL),
        requested_at=_time(told, "requestTime") if told.get("requestTime") else None,
        size=_size(subject.get("size")),
        etag=_optional_text(subject, "eTag", _LONGEST_DETAIL),
        sequencer=_optional_text(subject, "sequencer", _LONGEST_DETAIL),
        region=_optional_text(record, "awsRegion", _LONGEST_DETAIL),
    )


def _decoded_key(encoded: str) -> str:
    """Keys in events are form-encoded: a space is ``+``, all else is percent-encoded UTF-8."""
    try:
        key = unquote_plus(encoded, errors="strict")
    except UnicodeDecodeError as error:
        raise MalformedEventError(f"the key {encoded!r} is not encoded UTF-8") from error
    if len(key.encode()) > _LONGEST_KEY:
        raise MalformedEventError(f"the key is longer than {_LONGEST_KEY} bytes")
    return key


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    if not isinstance(value, dict):
        raise MalformedEventError(f"{name} is missing" if value is None else f"{name} is not a JSON object")
    return value


def _text(parent: dict[str, Any], name: str, longest: int) -> str:
    value = _optional_text(parent, name, longest)
    if not value:
        raise MalformedEventError(f"{name} is missing")
    return value


def _optional_text(parent: dict[str, Any], name: str, longest: int) -> str | None:
    value = parent.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise MalformedEventError(f"{name} is a JSON {type(value).__name__}, expected text")
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError as error:
        raise MalformedEventError(f"{name} holds half of a character") from error
    if size > longest:
        raise MalformedEventError(f"{name} is longer than {longest} bytes")
    return value


def _time(parent: dict[str, Any], name: str) -> str:
    text = _text(parent, name, _LONGEST_DETAIL)
    try:
        return canonical_time(text)
    except ValueError as error:
        raise MalformedEventError(f"{name} is {text!r}, expected a time such as 2024-09-05T21:04:32.527Z") from error


def _size(value: Any) -> int | None:
    """Bytes; None where the event does not tell (delete markers) or tells nonsense, which harms nothing."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        return None
    return value
