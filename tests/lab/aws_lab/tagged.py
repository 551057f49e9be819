# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetResources of the Resource Groups Tagging API in pages, and buckets by the type `s3:bucket` as well as by `s3`.

Resource Groups Tagging API Reference, GetResources. MiniStack collects the resources and compares the tags: keys have
to be there all, of a key's values one; letters count as they are. Buckets are told in the Region they live in.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
from collections.abc import Callable
from typing import Any

DEFAULT_PAGE = LARGEST_PAGE = 100
MOST_FILTERS, MOST_VALUES = 50, 20
Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Put pages around MiniStack's operation."""
    from ministack.services import tagging

    tagging._HANDLERS["GetResources"] = _paged(tagging._get_resources)
    tagging._matches_type_filters = _knowing_buckets(tagging._matches_type_filters)


def _knowing_buckets(matches: Callable[[str, list[str]], bool]) -> Callable[[str, list[str]], bool]:
    """A bucket's ARN does not name its type."""

    @functools.wraps(matches)
    def wrapped(arn: str, wanted: list[str]) -> bool:
        return matches(arn, wanted) or (arn.startswith("arn:aws:s3:::") and "s3:bucket" in wanted)

    return wrapped


def _paged(get_resources: Callable[[dict[str, Any]], Answer]) -> Callable[[dict[str, Any]], Answer]:
    @functools.wraps(get_resources)
    def wrapped(asked: dict[str, Any]) -> Answer:
        try:
            size, start = _size(asked), _start(asked.get("PaginationToken") or "")
        except binascii.Error:
            return _refusal("PaginationTokenExpiredException", "The specified PaginationToken is not valid.")
        except ValueError as error:
            return _refusal("InvalidParameterException", str(error))
        paging = ("PaginationToken", "ResourcesPerPage")
        status, headers, body = get_resources({name: value for name, value in asked.items() if name not in paging})
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        found = sorted(answer["ResourceTagMappingList"], key=lambda resource: str(resource["ResourceARN"]))
        answer["ResourceTagMappingList"] = found[start : start + size]
        more = len(found) > start + size
        answer["PaginationToken"] = base64.b64encode(str(start + size).encode()).decode() if more else ""
        return status, headers, json.dumps(answer).encode()

    return wrapped


def _size(asked: dict[str, Any]) -> int:
    filters = asked.get("TagFilters") or []
    if len(filters) > MOST_FILTERS or any(len(one.get("Values") or []) > MOST_VALUES for one in filters):
        raise ValueError(f"At most {MOST_FILTERS} tag filters with {MOST_VALUES} values each are allowed")
    size = asked.get("ResourcesPerPage", DEFAULT_PAGE)
    if not 1 <= size <= LARGEST_PAGE:
        raise ValueError(f"ResourcesPerPage has to be between 1 and {LARGEST_PAGE}")
    return int(size)


def _start(token: str) -> int:
    return int(base64.b64decode(token, validate=True)) if token else 0


def _refusal(code: str, message: str) -> Answer:
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
    return 400, headers, json.dumps({"__type": code, "message": message}).encode()
