# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replication configuration on the wire: its schema as data, and XML <-> dicts as boto3 shows them.

Schema: S3 API Reference, "ReplicationConfiguration" (the same members as botocore's model). What S3 refuses as
MalformedXML because an element is unknown, repeated, missing or has no legal value is decided here; what it refuses for
other reasons is in config_rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
MAX_RULES = 1000
_INTEGER = re.compile(r"[+-]?[0-9]+")


class MalformedError(Exception):
    """The document does not validate against the schema; the text says where (S3 does not tell)."""


@dataclass(frozen=True)
class Text:
    """Any text, also none; with `values` one of them, exactly."""

    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Integer:
    """A whole number of any size: S3 judges ranges later."""


@dataclass(frozen=True)
class Member:
    """One element. `name`: what boto3 calls it, where that is not the element's own name (lists)."""

    element: str
    schema: Text | Integer | Structure
    required: bool = False
    repeated: bool = False
    name: str = ""

    @property
    def key(self) -> str:
        """The key in the dict."""
        return self.name or self.element


@dataclass(frozen=True)
class Structure:
    """Elements in any order; written in this order."""

    members: tuple[Member, ...]


_SWITCH = Text(("Enabled", "Disabled"))
_STATUS = Structure((Member("Status", _SWITCH, required=True),))
_MINUTES = Structure((Member("Minutes", Integer()),))
_TAG = Structure((Member("Key", Text(), required=True), Member("Value", Text(), required=True)))
_FILTER = Structure((
    Member("Prefix", Text()),
    Member("Tag", _TAG),
    Member("And", Structure((Member("Prefix", Text()), Member("Tag", _TAG, repeated=True, name="Tags")))),
))  # fmt: skip
# The model's enumeration is that of all storage classes; replicas can be written to these only (User Guide, "Additional
# replication configurations": not to S3 Outposts and S3 Express One Zone; FSX_* are no classes of a bucket).
_STORAGE_CLASSES = (
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
    "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR",
)  # fmt: skip
_DESTINATION = Structure((
    Member("Bucket", Text(), required=True),
    Member("Account", Text()),
    Member("StorageClass", Text(_STORAGE_CLASSES)),
    Member("AccessControlTranslation", Structure((Member("Owner", Text(("Destination",)), required=True),))),
    Member("EncryptionConfiguration", Structure((Member("ReplicaKmsKeyID", Text()),))),
    Member("ReplicationTime", Structure((
        Member("Status", _SWITCH, required=True), Member("Time", _MINUTES, required=True),
    ))),
    Member("Metrics", Structure((Member("Status", _SWITCH, required=True), Member("EventThreshold", _MINUTES)))),
))  # fmt: skip
# ExistingObjectReplication is in the model but no longer supported: not known here, so it is MalformedXML, as on AWS.
_RULE = Structure((
    Member("ID", Text()),
    Member("Priority", Integer()),
    Member("Prefix", Text()),
    Member("Filter", _FILTER),
    Member("Status", _SWITCH, required=True),
    Member("SourceSelectionCriteria", Structure((
        Member("SseKmsEncryptedObjects", _STATUS), Member("ReplicaModifications", _STATUS),
    ))),
    Member("DeleteMarkerReplication", _STATUS),
    Member("Destination", _DESTINATION, required=True),
))  # fmt: skip
_CONFIGURATION = Structure((
    Member("Role", Text(), required=True),
    Member("Rule", _RULE, required=True, repeated=True, name="Rules"),
))  # fmt: skip


def parse(body: bytes) -> dict[str, Any]:
    """{"Role", "Rules"} with exactly the elements that are in the document; MalformedError where it breaks the schema.

    An empty element is kept: <Filter/> is {}, <Prefix/> is "".
    """
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise MalformedError("document type")
    try:
        root = ET.fromstring(body)
    except ET.ParseError as error:
        raise MalformedError(str(error)) from None
    if _local_name(root) != "ReplicationConfiguration":
        raise MalformedError(root.tag)
    configuration = _read(root, _CONFIGURATION)
    if len(configuration["Rules"]) > MAX_RULES:
        raise MalformedError(f"more than {MAX_RULES} rules")
    return configuration


def serialise(configuration: Mapping[str, Any]) -> bytes:
    """The document as GetBucketReplication answers it."""
    root = ET.Element("ReplicationConfiguration", xmlns=NAMESPACE)
    _write(root, configuration, _CONFIGURATION)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    # A parser would turn a bare carriage return, legal in a prefix, into a line feed.
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.replace(b"\r", b"&#13;")


def _read(element: ET.Element, structure: Structure) -> dict[str, Any]:
    members = {member.element: member for member in structure.members}
    found: dict[str, Any] = {}
    for child in element:
        member = members.get(_local_name(child))
        if member is None:
            raise MalformedError(f"{child.tag} is not known here")
        value = _value(child, member.schema)
        if member.repeated:
            found.setdefault(member.key, []).append(value)
        elif member.key in found:
            raise MalformedError(f"{child.tag} is there twice")
        else:
            found[member.key] = value
    missing = [member.element for member in structure.members if member.required and member.key not in found]
    if missing:
        raise MalformedError(f"{missing} missing")
    return found


def _value(element: ET.Element, schema: Text | Integer | Structure) -> Any:
    if isinstance(schema, Structure):
        return _read(element, schema)
    if len(element):
        raise MalformedError(f"{element.tag} holds elements")
    text = element.text or ""
    if isinstance(schema, Integer):
        if not _INTEGER.fullmatch(text.strip()):
            raise MalformedError(f"{element.tag} is no number")
        return int(text)
    if schema.values and text not in schema.values:
        raise MalformedError(f"{element.tag} has no legal value")
    return text


def _write(parent: ET.Element, values: Mapping[str, Any], structure: Structure) -> None:
    for member in structure.members:
        if member.key not in values:
            continue
        given = values[member.key]
        for value in given if member.repeated else [given]:
            element = ET.SubElement(parent, member.element)
            if isinstance(member.schema, Structure):
                _write(element, value, member.schema)
            else:
                element.text = str(value)


def _local_name(element: ET.Element) -> str:
    namespace, _unused, name = element.tag.rpartition("}")
    return name if namespace.removeprefix("{") in ("", NAMESPACE) else element.tag
