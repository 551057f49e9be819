# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DescribeAlarms for clients that speak CloudWatch's query protocol (botocore before 1.41): all members in XML.

MiniStack's XML has seven members of an alarm; its answers in the newer protocols have all of them. Shape: botocore's
model, `MetricAlarm` and `CompositeAlarm`.
"""

from __future__ import annotations

import datetime
import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

_LISTS = ("AlarmNames", "AlarmTypes")


def install() -> None:
    """Put ours in the place of MiniStack's."""
    from ministack.services import cloudwatch

    def answer(result: Mapping[str, Any]) -> Any:
        return cloudwatch._xml(
            200, "DescribeAlarmsResponse", f"<DescribeAlarmsResult>{_xml(result)}</DescribeAlarmsResult>"
        )

    cloudwatch._describe_alarms = _complete(cloudwatch._describe_alarms, answer)


def _complete(describe: Callable[..., Any], answer: Callable[[Mapping[str, Any]], Any]) -> Callable[..., Any]:
    @functools.wraps(describe)
    def wrapped(params: Mapping[str, Any], cbor_data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_cbor or is_json:
            return describe(params, cbor_data, is_cbor, is_json)
        status, _headers, body = describe(params, _members(params), False, True)
        if status != 200:
            return describe(params, cbor_data, is_cbor, is_json)
        return answer(json.loads(body))

    return wrapped


def _members(params: Mapping[str, Any]) -> dict[str, Any]:
    """The request's members: `AlarmNames.member.1` becomes a list."""
    given = {name: value[0] if isinstance(value, list) else value for name, value in params.items()}
    members: dict[str, Any] = {name: value for name, value in given.items() if "." not in name}
    for name in _LISTS:
        parts = {int(found[1]): value for key, value in given.items() if (found := _part(name, key))}
        if parts:
            members[name] = [parts[number] for number in sorted(parts)]
    return members


def _part(name: str, key: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{name}\.member\.(\d+)", key)


def _xml(value: Any, name: str = "") -> str:
    """A value as the query protocol writes it: lists as `member`s, moments in ISO 8601; what is null is left out."""
    if isinstance(value, Mapping):
        return "".join(f"<{key}>{_xml(found, key)}</{key}>" for key, found in value.items() if found is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(found)}</member>" for found in value)
    if isinstance(value, bool):
        return str(value).lower()
    if name.endswith("Timestamp"):
        return datetime.datetime.fromtimestamp(float(value), datetime.UTC).isoformat()
    return escape(str(value))
