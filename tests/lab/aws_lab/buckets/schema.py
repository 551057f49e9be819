# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of S3's bucket configurations to and from plain values, as botocore's model of the service says.

Values look like boto3's: structures are dicts, lists are lists, numbers and booleans are themselves; timestamps are
texts, as S3 writes them. What breaks the schema (an unknown, repeated or missing element, a value outside its enum) is
MalformedError; the order of elements does not matter.
"""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any
from xml.etree import ElementTree

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.utils import parse_timestamp

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NUMBERS = ("integer", "long")
Value = Any
Shape = Any


class MalformedError(Exception):
    """The document does not fit the schema; the text says where, for the lab's own log."""


@functools.cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("s3", "service-2"))


@functools.cache
def payload(operation: str) -> tuple[str, Shape]:
    """Root element and shape of the document that an operation takes in its body."""
    taken = _service().operation_model(operation).input_shape
    member = taken.members[taken.serialization["payload"]]
    return member.serialization.get("name", member.name), member


@functools.cache
def shape(name: str) -> Shape:
    """A shape of the model by its name."""
    return _service().shape_for(name)


def decode(document: bytes, root_name: str, wanted: Shape) -> dict[str, Value]:
    """A request's body as a value."""
    if b"<!DOCTYPE" in document:
        raise MalformedError("document type declarations are not accepted")
    try:
        root = ElementTree.fromstring(document.decode("utf-8"))
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise MalformedError(str(error)) from None
    if _local(root.tag) != root_name:
        raise MalformedError(f"the document is a {_local(root.tag)}, not a {root_name}")
    value: dict[str, Value] = _structure(root, wanted, root_name)
    return value


def encode(root_name: str, value: dict[str, Value], wanted: Shape) -> bytes:
    """A document with the value in it."""
    root = ElementTree.Element(root_name, {"xmlns": NAMESPACE})
    _encode_structure(root, value, wanted)
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.replace(b"\r", b"&#13;")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _tag_of(name: str, member: Shape) -> str:
    """The element of a structure's member: a flattened list names its items."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        return str(member.member.serialization.get("name") or member.serialization.get("name") or name)
    return str(member.serialization.get("name", name))


def _decode(element: ElementTree.Element, wanted: Shape, where: str) -> Value:
    if wanted.type_name == "structure":
        return _structure(element, wanted, where)
    if wanted.type_name == "list":
        tag = wanted.member.serialization.get("name", "member")
        if any(_local(item.tag) != tag for item in element):
            raise MalformedError(f"{where} holds something else than {tag}")
        return [_decode(item, wanted.member, f"{where}.{tag}") for item in element]
    if len(element):
        raise MalformedError(f"{where} holds elements instead of text")
    return _scalar(element.text or "", wanted, where)


def _structure(element: ElementTree.Element, wanted: Shape, where: str) -> dict[str, Value]:
    members = {_tag_of(name, member): name for name, member in wanted.members.items()}
    found: dict[str, Value] = {}
    for child in element:
        name = members.get(_local(child.tag))
        if name is None:
            raise MalformedError(f"{where} holds {_local(child.tag)}, which is unknown")
        member = wanted.members[name]
        if member.type_name == "list" and member.serialization.get("flattened"):
            found.setdefault(name, []).append(_decode(child, member.member, f"{where}.{name}"))
        elif name in found:
            raise MalformedError(f"{where} holds {name} twice")
        else:
            found[name] = _decode(child, member, f"{where}.{name}")
    for name, member in wanted.members.items():
        if member.serialization.get("xmlAttribute") and element.get(_XSI) is not None:
            found[name] = element.get(_XSI)
    missing = [name for name in wanted.required_members if name not in found]
    if missing:
        raise MalformedError(f"{where} lacks {', '.join(missing)}")
    return found


def _scalar(text: str, wanted: Shape, where: str) -> Value:
    kind = wanted.type_name
    if kind == "boolean":
        if text.strip().lower() not in ("true", "false"):
            raise MalformedError(f"{where} is neither true nor false")
        return text.strip().lower() == "true"
    if kind in _NUMBERS:
        if not re.fullmatch(r"\s*-?\d+\s*", text):
            raise MalformedError(f"{where} is no number")
        return int(text)
    if kind == "timestamp":
        return _timestamp(text, where)
    choices = wanted.metadata.get("enum", ())
    if choices and text not in choices:
        raise MalformedError(f"{where} is none of {', '.join(choices)}")
    return text


def _timestamp(text: str, where: str) -> str:
    try:
        moment: datetime.datetime = parse_timestamp(text)
    except (ValueError, OverflowError):
        raise MalformedError(f"{where} is no date") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _encode_structure(parent: ElementTree.Element, value: dict[str, Value], wanted: Shape) -> None:
    for name, member in wanted.members.items():
        item = value.get(name)
        if item is None:
            continue
        if member.serialization.get("xmlAttribute"):
            parent.set(_XSI, str(item))
            continue
        flattened = member.type_name == "list" and member.serialization.get("flattened")
        for each, like in [(each, member.member) for each in item] if flattened else [(item, member)]:
            _encode(ElementTree.SubElement(parent, _tag_of(name, member)), each, like)


def _encode(element: ElementTree.Element, value: Value, wanted: Shape) -> None:
    if wanted.type_name == "structure":
        _encode_structure(element, value, wanted)
    elif wanted.type_name == "list":
        for item in value:
            _encode(
                ElementTree.SubElement(element, wanted.member.serialization.get("name", "member")), item, wanted.member
            )
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
