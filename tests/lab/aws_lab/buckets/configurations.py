# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of which a bucket has many, by id: metrics, analytics, inventory, Intelligent-Tiering.

S3 API Reference, Put, Get, Delete and List of BucketMetricsConfiguration, BucketAnalyticsConfiguration,
BucketInventoryConfiguration, BucketIntelligentTieringConfiguration. MiniStack has none of them. They are kept in the
bucket's record, so that they go with the bucket. Nothing follows from them: no metrics, no reports, no tiers.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import s3

from aws_lab.buckets import rules, schema
from aws_lab.buckets.answers import XML, Answer, Refusal, invalid, malformed

MOST, PAGE = 1000, 100
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


@dataclass(frozen=True)
class Kind:
    """One kind: its element, which is its shape too, and what S3 refuses of it beyond the schema."""

    element: str
    check: Callable[[str, dict[str, Any]], None] = rules.anything

    @property
    def operation(self) -> str:
        return f"PutBucket{self.element}"


KINDS = {
    "metrics": Kind("MetricsConfiguration"),
    "analytics": Kind("AnalyticsConfiguration"),
    "inventory": Kind("InventoryConfiguration", rules.inventory),
    "intelligent-tiering": Kind("IntelligentTieringConfiguration", rules.tiering),
}


def answer(method: str, part: str, bucket: str, query: dict[str, Any], body: bytes) -> Answer:
    """Put, Get, List or Delete of one kind."""
    kind, held = KINDS[part], _held(bucket, part)
    name = s3._qp(query, "id", "")
    if method == "GET" and "id" not in query:
        return _list(kind, held, query)
    if not _ID.match(name):
        raise Refusal("InvalidConfigurationId", "The specified configuration id is invalid.")
    if method == "PUT":
        held[name] = _checked(kind, bucket, name, body, len(held) + (name not in held))
        return 200, {}, b""
    if name not in held:
        raise Refusal("NoSuchConfiguration", "The specified configuration does not exist.", 404)
    if method == "DELETE":
        del held[name]
        return 204, {}, b""
    return 200, dict(XML), schema.encode(kind.element, held[name], schema.shape(kind.element))


def _held(bucket: str, part: str) -> dict[str, dict[str, Any]]:
    everything: dict[str, Any] = s3._buckets[bucket].setdefault("_lab_configurations", {})
    found: dict[str, dict[str, Any]] = everything.setdefault(part, {})
    return found


def _checked(kind: Kind, bucket: str, name: str, body: bytes, count: int) -> dict[str, Any]:
    try:
        value = schema.decode(body, *schema.payload(kind.operation))
    except schema.MalformedError:
        raise malformed() from None
    if value["Id"] != name:
        raise invalid("The id in the request and the id in the configuration differ", ArgumentName="id")
    if count > MOST:
        message = f"You are attempting to create a new configuration but have already reached the {MOST}-limit."
        raise Refusal("TooManyConfigurations", message)
    kind.check(bucket, value)
    return value


def _list(kind: Kind, held: dict[str, dict[str, Any]], query: dict[str, Any]) -> Answer:
    token = s3._qp(query, "continuation-token", "")
    names = sorted(name for name in held if name > _after(token))
    shown: dict[str, Any] = {
        f"{kind.element}List": [held[name] for name in names[:PAGE]],
        "IsTruncated": len(names) > PAGE,
        "ContinuationToken": token or None,
    }
    if len(names) > PAGE:
        shown["NextContinuationToken"] = base64.urlsafe_b64encode(names[PAGE - 1].encode()).decode()
    root, like = f"List{kind.element}sResult", schema.shape(f"ListBucket{kind.element}sOutput")
    return 200, dict(XML), schema.encode(root, shown, like)


def _after(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        raise invalid("The continuation token provided is incorrect", ArgumentName="continuation-token") from None
