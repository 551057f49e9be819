# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a page of ListObjectVersions fast: S3 writes each version in one form, and one pattern reads it.

Turning a page of 1,000 versions into Python objects takes an XML parser and a service model some 80 milliseconds, the
pattern one. It takes a document only if every version in it has the form, from the first to the last, side by side, and
the document is whole; for anything else the caller has the XML parser. Source: S3 API Reference, "ListObjectVersions",
"ObjectVersion", "DeleteMarkerEntry".
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import NamedTuple
from urllib.parse import unquote_plus

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry

_OWNER = r"(?:<Owner>(?:<ID>[^<]*</ID>)?(?:<DisplayName>[^<]*</DisplayName>)?</Owner>)?"
_CHECKSUM = r"(?:<ChecksumAlgorithm>[^<]*</ChecksumAlgorithm>)*(?:<ChecksumType>[^<]*</ChecksumType>)?"
_VERSION = re.compile(
    r"(<(?:(Version)|DeleteMarker)>"
    r"<Key>([^<&]+)</Key>"
    r"<VersionId>([^<&]+)</VersionId>"
    r"<IsLatest>(true|false)</IsLatest>"
    r"<LastModified>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)</LastModified>"
    rf"(?(2)<ETag>(?:&quot;|&#34;|\")?([^<&\"]+)(?:&quot;|&#34;|\")?</ETag>{_CHECKSUM}<Size>(\d+)</Size>)"
    rf"{_OWNER}(?:<StorageClass>[^<]*</StorageClass>)?{_OWNER}"
    r"</(?(2)Version|DeleteMarker)>)",
    re.ASCII,
)
_BEGINS, _ENDS = ("<Version>", "<DeleteMarker>"), ("</Version>", "</DeleteMarker>")
_ENCODED = re.compile(r"<EncodingType>url</EncodingType>")
_FIRST_ENDS = "</VersionId>"
_LAST = "</ListVersionsResult>"
_WHOLE = itemgetter(0)
# What an entry does not have, and what a replica may have otherwise.
_LEFT_OUT = re.compile(r"<StorageClass>[^<]*</StorageClass>|<Owner>(?:(?!</Owner>).)*</Owner>", re.DOTALL)


class Page(NamedTuple):
    """The versions of a page, the document without them, and how they were written in it."""

    entries: list[Entry]
    rest: bytes
    written: str


def _same(one: str, other: str) -> bool:
    """Whether both are written alike, but for what is left out. Two pages from different places are told soon."""
    if one == other:
        return True
    at = one.find(_FIRST_ENDS) + 1
    return one[:at] == other[:at] and _LEFT_OUT.sub("", one) == _LEFT_OUT.sub("", other)


def _bounds(text: str) -> tuple[int, int]:
    """Give where the first version begins and the last one ends. What is not there is not searched for everywhere."""
    begin, end = len(text), 0
    for first, last in zip(_BEGINS, _ENDS, strict=True):
        if (at := text.find(first, 0, begin)) >= 0:
            begin = at
        if (at := text.rfind(last, end)) >= 0:
            end = at + len(last)
    return begin, end


def read_page(body: bytes, like: Page | None = None) -> Page | None:
    """Read a document; ``None`` when it is not a whole one of the expected form with at least one version.

    ``like`` is a page that may have the same versions, as that of the bucket's replica mostly has: a replica keeps
    version id, ETag and creation time (S3 User Guide, "Replicating objects"). Then its entries are given once more.
    """
    try:
        text = body.decode("ascii")  # names are URL-encoded
    except UnicodeDecodeError:
        return None
    begin, end = _bounds(text)
    if end <= begin or not text.rstrip().endswith(_LAST):
        return None
    rest = text[:begin] + text[end:]
    if not _ENCODED.search(rest) or any(mark in rest for mark in ("<!", "<CommonPrefixes>", *_BEGINS, *_ENDS)):
        return None
    written = text[begin:end]
    if like and _same(written, like.written):
        return Page(like.entries, rest.encode(), written)
    found = _VERSION.findall(text, begin, end)
    if sum(map(len, map(_WHOLE, found))) != end - begin:
        return None
    entries = [
        Entry(
            unquote_plus(key, errors="strict") if "%" in key or "+" in key else key,
            version_id,
            not version,
            latest == "true",
            modified,
            int(size or 0),
            etag,
        )
        for _whole, version, key, version_id, latest, modified, etag, size in found
    ]
    return Page(entries, rest.encode(), written)
