# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ListBuckets with its pages and filters (S3 API Reference, ListBuckets)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import s3

from aws_lab.buckets import schema
from aws_lab.buckets.answers import XML, Answer, invalid

DEFAULT_PAGE = LARGEST_PAGE = 10_000
_PARAMETERS = ("max-buckets", "continuation-token", "prefix", "bucket-region")


def list_buckets(query: dict[str, Any] | None = None, signed_region: str | None = None) -> Answer:
    """The caller's own buckets in order of their names. Each one's Region is told when any parameter is given."""
    asked = {name: s3._qp(query, name, "") for name in _PARAMETERS if name in (query or {})}
    region, prefix = asked.get("bucket-region"), asked.get("prefix", "")
    if region and signed_region and region != signed_region:
        raise invalid(
            "Requests with bucket-region specified must be made to the corresponding regional endpoint",
            ArgumentName="bucket-region",
        )
    size = _page_size(asked)
    after = _name_in(asked["continuation-token"]) if asked.get("continuation-token") else ""
    names = sorted(
        name
        for account, name in list(s3._buckets._data)
        if account == get_account_id() and name > after and name.startswith(prefix)
    )
    if region:
        names = [name for name in names if s3.bucket_region(name) == region]
    shown: dict[str, Any] = {
        "Buckets": [_shown(name, with_region=bool(asked)) for name in names[:size]],
        "Owner": {"ID": s3._canonical_owner_id()},
    }
    if len(names) > size:
        shown["ContinuationToken"] = base64.urlsafe_b64encode(names[size - 1].encode()).decode()
    if prefix:
        shown["Prefix"] = prefix
    return 200, dict(XML), schema.encode("ListAllMyBucketsResult", shown, schema.shape("ListBucketsOutput"))


def _page_size(asked: dict[str, str]) -> int:
    if "max-buckets" not in asked:
        return DEFAULT_PAGE
    text = asked["max-buckets"]
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_PAGE):
        raise invalid(
            f"Argument max-buckets must be an integer between 1 and {LARGEST_PAGE}",
            ArgumentName="max-buckets",
            ArgumentValue=text,
        )
    return int(text)


def _name_in(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        raise invalid("The continuation token provided is incorrect", ArgumentName="continuation-token") from None


def _shown(name: str, *, with_region: bool) -> dict[str, Any]:
    found = {"Name": name, "CreationDate": s3._buckets[name]["created"]}
    return {**found, "BucketRegion": s3.bucket_region(name)} if with_region else found
