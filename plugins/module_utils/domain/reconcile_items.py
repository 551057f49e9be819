# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items of a workload's state table: what their attributes say, and which of them are due.

An item is taken as DynamoDB's low-level API gives it: attribute name to ``{type: value}`` (DynamoDB API Reference,
"AttributeValue"), binary values as bytes.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

Wire = dict[str, Any]
Attributes = Mapping[str, Wire]

# S3 User Guide, "Creating object key names": at most 1,024 bytes of UTF-8.
_LONGEST_KEY = 1024
ISO, EPOCH, EPOCH_MS = "iso8601", "epoch", "epoch_ms"
# What a start time leaves open that has no hour, no minute, no second, by the digits of its time in ISO 8601.
_OPEN = {
    0: timedelta(days=1, seconds=-1),
    2: timedelta(hours=1, seconds=-1),
    4: timedelta(minutes=1, seconds=-1),
}
_DATE_AND_SEPARATOR = re.compile(r"[0-9W-]+[^0-9W-]?")


class UnreadableError(Exception):
    """An item that does not say what is needed; the text tells what is missing."""


@dataclass(frozen=True)
class Layout:
    """Which attributes of the table say what. ``start_format`` is one of the names above, or for ``strptime``."""

    key: str = "key"
    key_encoding: str = "plain"
    status: str = "status"
    start: tuple[str, ...] = ()
    start_format: str = ISO
    mark: str = "aws_dr_reconciled"


@dataclass(frozen=True)
class Due:
    """Which items are due. ``statuses`` is what Query and Scan ask for; times are aware and in UTC."""

    statuses: tuple[str, ...]
    started_after: datetime | None = None
    started_before: datetime | None = None
    older_than: float | None = None

    def takes(self, started: datetime | None, now: datetime) -> bool:
        """Whether work that was started then is due. ``started_after`` itself is in, ``started_before`` is out."""
        if started is None:
            return True
        return (
            (self.started_after is None or started >= self.started_after)
            and (self.started_before is None or started < self.started_before)
            and (self.older_than is None or now - started >= timedelta(seconds=self.older_than))
        )


@dataclass(frozen=True)
class Work:
    """What an item says: the object's key, decoded; its status; its start as written and as a moment."""

    key: str
    status: str
    started_text: str
    started: datetime | None

    @property
    def of(self) -> str:
        """The start in a form that does not depend on how it is written; empty where it is not looked at."""
        return from_datetime(self.started) if self.started else ""


def read_work(item: Attributes, layout: Layout) -> Work:
    """Read an item. Raises :class:`UnreadableError`."""
    key = decode_key(_text(item, layout.key), layout.key_encoding)
    status = _text(item, layout.status)
    if not layout.start:
        return Work(key, status, "", None)
    started_text = start_text(item, layout)
    return Work(key, status, started_text, parse_start(started_text, layout.start_format))


def start_text(item: Attributes, layout: Layout) -> str:
    """Give the start as it stands in the item. Raises :class:`UnreadableError`."""
    return " ".join(_text(item, name) for name in layout.start)


def _text(item: Attributes, name: str) -> str:
    wire = item.get(name)
    if wire is None:
        raise UnreadableError(f"it has no attribute {name}")
    for kind in ("S", "N"):
        if kind in wire:
            return str(wire[kind])
    raise UnreadableError(f"its attribute {name} is neither text nor a number")


def decode_key(text: str, encoding: str) -> str:
    """Give the object's key. ``url``: as S3's events write it, with ``+`` for a blank. Raises as above."""
    try:
        key = unquote_plus(text, errors="strict") if encoding == "url" else text
        length = len(key.encode())
    except UnicodeError:
        raise UnreadableError(f"its key {text!r} is no URL-encoded UTF-8") from None
    if not 1 <= length <= _LONGEST_KEY:
        raise UnreadableError(f"its key has {length} bytes; keys of S3 have 1 to {_LONGEST_KEY}")
    return key


def parse_start(text: str, form: str) -> datetime:
    """Read a start time; one without an offset is UTC. Raises :class:`UnreadableError`."""
    try:
        if form in (EPOCH, EPOCH_MS):
            seconds = float(text) / (1000 if form == EPOCH_MS else 1)
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise UnreadableError(f"its start time {text!r} does not have the form {form}") from None


def latest_start(text: str, form: str) -> datetime:
    """Give the last moment that a start time can mean: a date alone means all of its day. Raises as above."""
    moment = parse_start(text, form)
    try:
        return moment + _left_open(text, form)
    except (ValueError, OverflowError):  # the end of the last year
        return moment


def _left_open(text: str, form: str) -> timedelta:
    if form in (EPOCH, EPOCH_MS):
        return timedelta()
    if form == ISO:
        digits = re.match(r"[0-9:]*", _DATE_AND_SEPARATOR.sub("", text, count=1))
        return _OPEN.get(len(digits[0].replace(":", "")) if digits else 0, timedelta())
    return _left_open_by(form)


@functools.lru_cache(maxsize=8)
def _left_open_by(form: str) -> timedelta:
    """The longest span that a format of ``strptime`` can't tell from its beginning."""
    moment = datetime(2000, 1, 1)
    same = (span for span in _OPEN.values() if (moment + span).strftime(form) == moment.strftime(form))
    return next(same, timedelta())


def plain(wire: Wire) -> Any:
    """Take DynamoDB's types off a value: what JSON can hold. Binary becomes base64, sets become sorted lists."""
    ((kind, value),) = wire.items()
    if kind == "N":
        return _number(value)
    if kind in ("NS", "SS", "BS"):
        return [plain({kind[0]: one}) for one in sorted(value)]
    if kind == "M":
        return {name: plain(one) for name, one in value.items()}
    if kind == "L":
        return [plain(one) for one in value]
    if kind == "B":
        return base64.b64encode(value).decode()
    return None if kind == "NULL" else value


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
