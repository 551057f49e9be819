# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ListObjectVersions: versions and common prefixes in one order, markers that go on from both, encoded names.

S3 API Reference, ListObjectVersions. MiniStack lists prefixes before versions, loses its place among them, and knows no
EncodingType, without which names that hold control characters are no XML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from ministack.services import s3

from aws_lab import store
from aws_lab.buckets.answers import XML, Answer, invalid

LARGEST_PAGE = 1000
_Item = tuple[str, Any]  # a key or common prefix, and the version (None: it is a prefix)


def list_versions(bucket: str, query: dict[str, Any]) -> Answer:
    """One page: up to max-keys versions and common prefixes."""
    asked = {name: s3._qp(query, name, "") for name in ("prefix", "delimiter", "key-marker", "version-id-marker")}
    encoding, size = s3._qp(query, "encoding-type", ""), _size(s3._qp(query, "max-keys", str(LARGEST_PAGE)))
    if encoding not in ("", "url"):
        raise invalid("Invalid Encoding Method specified in Request", ArgumentName="encoding-type")
    if asked["version-id-marker"] and not asked["key-marker"]:
        message = "A version-id marker cannot be specified without a key marker."
        raise invalid(message, ArgumentName="version-id-marker", ArgumentValue=asked["version-id-marker"])
    page: list[_Item] = []
    more = False
    for item in _items(bucket, asked):
        if len(page) == size:
            more = size > 0
            break
        page.append(item)
    return 200, dict(XML), s3._xml_body(_document(bucket, asked, encoding, size, page, more=more))


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise invalid("Provided max-keys not an integer or within integer range", ArgumentName="max-keys")
    return min(int(text), LARGEST_PAGE)


def _items(bucket: str, asked: dict[str, str]) -> Iterator[_Item]:
    prefix, delimiter, marker = asked["prefix"], asked["delimiter"], asked["key-marker"]
    last_group = marker if delimiter and marker.startswith(prefix) and marker.endswith(delimiter) else None
    for key in store.keys(bucket, prefix):
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        if cut >= 0:
            group = key[: cut + len(delimiter)]
            if group != last_group and group > marker:
                yield group, None
            last_group = group
        elif key > marker:
            for version in reversed(store.of_key(bucket, key)):
                yield key, version
        elif key == marker and asked["version-id-marker"]:
            yield from _after(bucket, key, asked["version-id-marker"])


def _after(bucket: str, key: str, version_id: str) -> Iterator[_Item]:
    skipping = True
    for version in reversed(store.of_key(bucket, key)):
        if not skipping:
            yield key, version
        elif version.version_id == version_id:
            skipping = False


def _document(
    bucket: str, asked: dict[str, str], encoding: str, size: int, page: list[_Item], *, more: bool
) -> Element:
    def shown(name: str) -> str:
        return quote(name, safe="/*-._").replace("%20", "+") if encoding else name

    root = Element("ListVersionsResult", xmlns=s3.S3_NS)
    told = {"Name": bucket, "Prefix": shown(asked["prefix"]), "KeyMarker": shown(asked["key-marker"])}
    told |= {"VersionIdMarker": asked["version-id-marker"], "MaxKeys": str(size)}
    told |= {"Delimiter": shown(asked["delimiter"])} if asked["delimiter"] else {}
    told |= {"EncodingType": encoding} if encoding else {}
    told["IsTruncated"] = "true" if more else "false"
    if more:
        key, version = page[-1]
        told["NextKeyMarker"] = shown(key)
        told |= {"NextVersionIdMarker": version.version_id} if version is not None else {}
    for name, text in told.items():
        SubElement(root, name).text = text
    owner = s3._canonical_owner_id()
    newest = {key: store.of_key(bucket, key)[-1].version_id for key, version in page if version is not None}
    for key, version in page:
        if version is None:
            SubElement(SubElement(root, "CommonPrefixes"), "Prefix").text = shown(key)
            continue
        _version(root, shown(key), version, owner, is_latest=version.version_id == newest[key])
    return root


def _version(root: Element, name: str, version: Any, owner: str, *, is_latest: bool) -> None:
    record = version.record
    marker = bool(record.get("is_delete_marker"))
    told = {
        "Key": name,
        "VersionId": version.version_id,
        "IsLatest": "true" if is_latest else "false",
        "LastModified": str(record["last_modified"]),
    }
    if not marker:
        told |= {"ETag": record["etag"], "Size": str(record["size"])}
        told["StorageClass"] = record.get("storage_class") or "STANDARD"
    element = SubElement(root, "DeleteMarker" if marker else "Version")
    for field, text in told.items():
        SubElement(element, field).text = text
    for algorithm in [] if marker else sorted(record.get("checksums") or {}):
        SubElement(element, "ChecksumAlgorithm").text = algorithm
    SubElement(SubElement(element, "Owner"), "ID").text = owner
