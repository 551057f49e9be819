# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 Control's XML to and from plain values, and the constraints on them, as botocore's model of the service says.

Values look like boto3's: structures are dicts, lists are lists, numbers and booleans are themselves. Timestamps stay
the texts that were on the wire.
"""

from __future__ import annotations

import functools
import re
from typing import Any
from xml.etree import ElementTree

from botocore.loaders import Loader
from botocore.model import ServiceModel

NAMESPACE = "http://awss3control.amazonaws.com/doc/2018-08-20/"
Value = Any
Shape = Any

_NUMBERS = ("integer", "long")


class MalformedError(Exception):
    """The document does not fit the schema; the text says where, for the lab's own log."""


class ConstraintError(Exception):
    """A value breaks a constraint of the model; the text says which, in the words of AWS's validation."""


@functools.cache
def shape(name: str) -> Shape:
    """A shape of the service's model by its name."""
    model = ServiceModel(Loader().load_service_model("s3control", "service-2"))
    return model.shape_for(name)


def decode(document: bytes, shape_name: str) -> dict[str, Value]:
    """A request's body as a value; MalformedError when it isn't XML, or not of this shape."""
    if b"<!DOCTYPE" in document:
        raise MalformedError("document type declarations are not accepted")
    try:
        root = ElementTree.fromstring(document.decode("utf-8"))
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise MalformedError(str(error)) from None
    if _local(root) != shape_name:
        raise MalformedError(f"the document is a {_local(root)}, not a {shape_name}")
    value: dict[str, Value] = _decode(root, shape(shape_name), shape_name)
    return value


def encode(shape_name: str, value: dict[str, Value]) -> bytes:
    """A response's body."""
    root = ElementTree.Element(shape_name, {"xmlns": NAMESPACE})
    _encode_into(root, value, shape(shape_name))
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text


def check(value: dict[str, Value], shape_name: str, located: bool = False, without: tuple[str, ...] = ()) -> None:
    """Raise ConstraintError for the first value that is missing, too long, not of its pattern, not in its enum ...

    located: also the members that travel in headers, path and query. without: names of members that may lack.
    """
    wanted = shape(shape_name)
    for name in wanted.required_members:
        if name not in without and (located or in_body(wanted.members[name])) and value.get(name) is None:
            _refuse_missing(name)
    for name, item in value.items():
        if item is not None:
            _check(item, wanted.members[name], _lower_first(name), located)


def in_body(member: Shape) -> bool:
    """Whether a member of a request travels in the XML body."""
    return "location" not in member.serialization


# ---- XML to value


def _decode(element: ElementTree.Element, wanted: Shape, where: str) -> Value:
    if wanted.type_name == "structure":
        return _decode_structure(element, wanted, where)
    if wanted.type_name == "list":
        tag = wanted.member.serialization.get("name", "member")
        if any(_local(item) != tag for item in element):
            raise MalformedError(f"{where} holds something else than {tag}")
        return [_decode(item, wanted.member, f"{where}.{tag}") for item in element]
    if wanted.type_name == "map":
        raise MalformedError(f"{where}: the lab runs no operation that has maps")
    if len(element):
        raise MalformedError(f"{where} holds elements instead of text")
    return _scalar(element.text or "", wanted, where)


def _decode_structure(element: ElementTree.Element, wanted: Shape, where: str) -> dict[str, Value]:
    known = {name: member for name, member in wanted.members.items() if in_body(member)}
    members = {member.serialization.get("name", name): name for name, member in known.items()}
    found: dict[str, Value] = {}
    for child in element:
        name = members.get(_local(child))
        if name is None or name in found:
            raise MalformedError(f"{where} holds {_local(child)} {'twice' if name else 'which is unknown'}")
        found[name] = _decode(child, wanted.members[name], f"{where}.{name}")
    return found


def _scalar(text: str, wanted: Shape, where: str) -> Value:
    if wanted.type_name == "boolean":
        if text.strip() not in ("true", "false"):
            raise MalformedError(f"{where} is neither true nor false")
        return text.strip() == "true"
    if wanted.type_name in _NUMBERS:
        if not re.fullmatch(r"\s*-?\d+\s*", text):
            raise MalformedError(f"{where} is no number")
        return int(text)
    return text


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


# ---- value to XML


def _encode_into(parent: ElementTree.Element, value: Value, wanted: Shape) -> None:
    if wanted.type_name == "structure":
        for name, member in wanted.members.items():
            if value.get(name) is not None:
                child = ElementTree.SubElement(parent, member.serialization.get("name", name))
                _encode_into(child, value[name], member)
    elif wanted.type_name == "list":
        for item in value:
            child = ElementTree.SubElement(parent, wanted.member.serialization.get("name", "member"))
            _encode_into(child, item, wanted.member)
    else:
        parent.text = str(value).lower() if isinstance(value, bool) else str(value)


# ---- constraints


def _check(value: Value, wanted: Shape, where: str, located: bool) -> None:
    if wanted.type_name == "structure":
        _check_structure(value, wanted, where, located)
        return
    if wanted.type_name in ("boolean", "timestamp"):
        return
    _check_bounds(value, wanted, where)
    if wanted.type_name == "list":
        for number, item in enumerate(value, 1):
            _check(item, wanted.member, f"{where}.{number}.member", located)
        return
    choices = list(wanted.metadata.get("enum", ()))
    if choices and value not in choices:
        _refuse(value, where, f"Member must satisfy enum value set: [{', '.join(choices)}]")
    pattern = wanted.metadata.get("pattern")
    if pattern and wanted.type_name == "string" and not re.search(_pattern(pattern), value):
        _refuse(value, where, f"Member must satisfy regular expression pattern: {pattern}")


def _check_structure(value: dict[str, Value], wanted: Shape, where: str, located: bool) -> None:
    members = {name: member for name, member in wanted.members.items() if located or in_body(member)}
    for name in wanted.required_members:
        if name in members and value.get(name) is None:
            _refuse_missing(_at(where, name))
    if wanted.is_tagged_union and len(value) != 1:
        _refuse(value, where, "Member must have exactly one of its members set")
    for name, item in value.items():
        if name in members:
            _check(item, members[name], _at(where, name), located)


def _check_bounds(value: Value, wanted: Shape, where: str) -> None:
    numeric = wanted.type_name in _NUMBERS
    size = value if numeric else len(value)
    low, high = wanted.metadata.get("min"), wanted.metadata.get("max")
    measure = "have value" if numeric else "have length"
    if low is not None and size < low:
        _refuse(value, where, f"Member must {measure} greater than or equal to {low}")
    if high is not None and size > high:
        _refuse(value, where, f"Member must {measure} less than or equal to {high}")


def _refuse_missing(where: str) -> None:
    raise ConstraintError(
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: Member must not be null"
    )


def _refuse(value: Value, where: str, constraint: str) -> None:
    raise ConstraintError(
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint: {constraint}"
    )


def _at(where: str, name: str) -> str:
    return f"{where}.{_lower_first(name)}" if where else _lower_first(name)


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    # Java's patterns match whole values. Python knows no \p{..} classes: \w and \s stand for letters and separators.
    python = pattern.replace(r"\p{L}\p{Z}\p{N}_", r"\w\s").removeprefix("^").removesuffix("$")
    return re.compile(rf"\A(?:{python})\Z", re.DOTALL)
