# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DeleteObjects: up to 1,000 objects, each with its own permission and its own error.

S3 API Reference, DeleteObjects: what the caller may not delete, or Object Lock protects, is an Error in an answer that
is 200; the rest is deleted. MiniStack refuses the whole request when one key is not permitted, and takes any number.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from ministack.core import iam_actions
from ministack.services import s3

from aws_lab import app, caller, extensions, store
from aws_lab.buckets.answers import Answer
from aws_lab.request import Request, Response

MOST = 1000
_BYPASS = "x-amz-bypass-governance-retention"
_denied: ContextVar[set[tuple[str, str]] | None] = ContextVar("aws_lab_denied_deletes", default=None)


def install() -> None:
    """Ask for each key before MiniStack is asked, and take the denied ones out of its hands."""
    extensions.register_handler(
        lambda request: request.service == "s3" and request.operation == "DeleteObjects", _delete_objects
    )
    s3._delete_objects = _sparing(s3._delete_objects)
    iam_actions._s3_action = _asked_already(iam_actions._s3_action, None)
    s3._foreign_bucket_allows = _asked_already(s3._foreign_bucket_allows, True)


async def _delete_objects(request: Request) -> Response:
    from ministack.app import _decode_aws_chunked_body

    wanted = _objects(_decode_aws_chunked_body(request.body, request.headers))
    if not request.access_key or not wanted or len(wanted) > MOST:
        return await app.ministack(request)
    denied = set()
    for key, version_id in wanted:
        refusal = _refusal(request, key, version_id)
        if refusal is not None and b"<Code>AccessDenied<" not in refusal.body:
            return refusal  # the signature is wrong, or the caller is nobody
        if refusal is not None:
            denied.add((key, version_id))
    token = _denied.set(denied)
    try:
        return await app.ministack(request)
    finally:
        _denied.reset(token)


def _objects(body: bytes) -> list[tuple[str, str]]:
    try:
        root = fromstring(body)
    except (ParseError, ValueError):
        return []  # MiniStack will say what is wrong
    return [_named(element) for element in root if element.tag.rpartition("}")[2] == "Object"]


def _named(element: Element) -> tuple[str, str]:
    texts = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
    return texts.get("Key", ""), texts.get("VersionId", "")


def _refusal(request: Request, key: str, version_id: str) -> Response | None:
    bucket = str(request.bucket)
    arn = f"arn:aws:s3:::{bucket}/{key}"
    refusal = caller.refusal(request, "s3:DeleteObjectVersion" if version_id else "s3:DeleteObject", arn)
    if refusal is not None:
        return refusal
    owner = store.owner(bucket)
    if owner not in (None, request.account_id):
        query = {"versionId": [version_id]} if version_id else {}
        if not s3._foreign_bucket_allows(owner, bucket, key, "DELETE", query, request.account_id, request.headers):
            return Response(403, {}, b"<Code>AccessDenied</Code>")
    if request.headers.get(_BYPASS, "").lower() == "true" and _is_governed(owner, bucket, key, version_id):
        return caller.refusal(request, "s3:BypassGovernanceRetention", arn)
    return None


def _is_governed(owner: str | None, bucket: str, key: str, version_id: str) -> bool:
    place = (bucket, key, None if version_id in ("", "null") else version_id)
    return bool(version_id) and s3._object_retention.get_scoped(owner, None, place) is not None


def _asked_already(ask: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """While a DeleteObjects is on its way that has been asked for key by key, the question is settled."""

    @functools.wraps(ask)
    def wrapped(*request: Any, **named: Any) -> Any:
        return ask(*request, **named) if _denied.get() is None else answer

    return wrapped


def _sparing(delete: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(delete)
    def wrapped(bucket: str, body: bytes, headers: dict[str, str] | None = None) -> Any:
        count = len(_objects(body))
        if not 1 <= count <= MOST:
            return s3._error("MalformedXML", s3._MALFORMED_XML, 400)
        denied = _denied.get()
        if not denied:
            return delete(bucket, body, headers)
        root = fromstring(body)
        for element in list(root):
            if element.tag.rpartition("}")[2] == "Object" and _named(element) in denied:
                root.remove(element)
        return _with_errors(delete(bucket, tostring(root).replace(b"\r", b"&#13;"), headers), sorted(denied))

    return wrapped


def _with_errors(answer: Answer, denied: list[tuple[str, str]]) -> Answer:
    status, headers, body = answer
    if status != 200:
        return answer
    root = fromstring(body)
    space = root.tag.rpartition("}")[0] + "}" if "}" in root.tag else ""
    for key, version_id in denied:
        element = SubElement(root, f"{space}Error")
        told = {"Key": key, "VersionId": version_id, "Code": "AccessDenied", "Message": "Access Denied"}
        for field, text in told.items():
            if text:
                SubElement(element, f"{space}{field}").text = text
    return status, headers, tostring(root, encoding="utf-8", xml_declaration=True).replace(b"\r", b"&#13;")
