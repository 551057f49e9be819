# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of IAM's lists: MaxItems and Marker, 100 items unless told otherwise.

Source: IAM API Reference, parameters MaxItems and Marker of every List operation. MiniStack answers with everything.
"""

from __future__ import annotations

import base64
import binascii
import functools
from typing import Any
from xml.etree import ElementTree

from ministack.services import iam

from aws_lab.identity.answers import Handler, Parameters, Refusal, parameter, replace

DEFAULT_PAGE, LARGEST_PAGE = 100, 1000
_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def install() -> None:
    """Give every list its pages."""
    for action, handler in list(iam._IAM_HANDLERS.items()):
        if action.startswith("List"):
            replace(action, _paged(handler))


def start_of(given: Parameters) -> int:
    """Where the page that was asked for begins."""
    marker = parameter(given, "Marker")
    if not marker:
        return 0
    try:
        return int(base64.urlsafe_b64decode(marker.encode()).decode())
    except (binascii.Error, ValueError):
        raise Refusal("ValidationError", f"Invalid Marker: {marker}") from None


def size_of(given: Parameters) -> int:
    """How many items the page may have."""
    asked = parameter(given, "MaxItems")
    if not asked:
        return DEFAULT_PAGE
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked) <= LARGEST_PAGE):
        raise Refusal(
            "ValidationError",
            f"1 validation error detected: Value '{asked}' at 'maxItems' failed to satisfy constraint: "
            f"Member must have value between 1 and {LARGEST_PAGE}",
        )
    return int(asked)


def marker_for(start: int) -> str:
    """The marker of the page that begins there."""
    return base64.urlsafe_b64encode(str(start).encode()).decode()


def _paged(handler: Handler) -> Handler:
    @functools.wraps(handler)
    def wrapped(given: Parameters) -> Any:
        start, size = start_of(given), size_of(given)
        status, headers, body = handler(given)
        if status != 200 or (start == 0 and body.count(b"<member>") <= size):
            return status, headers, body  # nested members are counted too: then the parser looks
        return status, headers, _cut(body, start, size)

    return wrapped


def _cut(body: bytes, start: int, size: int) -> bytes:
    ElementTree.register_namespace("", _NAMESPACE)
    root = ElementTree.fromstring(body)
    for result in root:
        for listed in result:
            items = list(listed)
            if not items or not items[0].tag.endswith("member"):
                continue
            for item in items[:start] + items[start + size :]:
                listed.remove(item)
            if len(items) > start + size:
                _tell_rest(result, marker_for(start + size))
            break
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _tell_rest(result: ElementTree.Element, marker: str) -> None:
    space = result.tag.rpartition("}")[0] + "}" if "}" in result.tag else ""
    for told in result.findall(f"{space}IsTruncated"):
        told.text = "true"
    ElementTree.SubElement(result, f"{space}Marker").text = marker
