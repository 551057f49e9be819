# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets for tests of comparing: versions with hostile keys, in the order of S3's listings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry

OLD, NEW = "2026-01-02T03:04:05.000Z", "2026-11-21T10:00:00.000Z"
KEYS = st.one_of(
    st.sampled_from(
        ["a", "a/", "a/b", "a b", "a+b", "a%20b", "ä", "𝔘", "\uffff", "a\n", "a,\"'", "a\x7f", "\x01", "~"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    st.text("ab/0", min_size=1, max_size=4),
)


def entry(key: str = "k", version_id: str = "v1", **more: Any) -> Entry:
    """A version, as it stands in a listing."""
    given = {"marker": False, "latest": True, "modified": OLD, "size": 3, "etag": "e1", **more}
    return Entry(key, version_id, **given)


def marker(key: str = "k", version_id: str = "m1", **more: Any) -> Entry:
    """A delete marker."""
    return entry(key, version_id, **{"marker": True, "size": 0, "etag": "", **more})


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """In the order of S3: by the UTF-8 bytes of the key; versions of a key as they come."""
    return sorted(entries, key=lambda one: one.key.encode())


def pages(entries: Sequence[Entry], cuts: Iterable[int]) -> list[list[Entry]]:
    """Cut a listing into pages, some of them empty."""
    places = [0, *sorted(cut % (len(entries) + 1) for cut in cuts), len(entries)]
    return [list(entries[one:other]) for one, other in pairwise(places)]


@st.composite
def buckets(draw: st.DrawFn) -> list[Entry]:
    """A bucket's versions: several of a key, null versions, delete markers, one newest of each key."""
    found = []
    for key in draw(st.lists(KEYS, max_size=8, unique=True)):
        ids = draw(st.lists(st.sampled_from(["null", "v1", "v2", "v3", "v4"]), min_size=1, max_size=4, unique=True))
        newest = draw(st.sampled_from(ids))
        for version_id in ids:
            is_marker = draw(st.booleans())
            etag, size = draw(st.sampled_from([("e1", 3), ("e2", 3), ("e3-2", 3), ("e1", 4)]))
            found.append(
                Entry(
                    key,
                    version_id,
                    is_marker,
                    version_id == newest,
                    draw(st.sampled_from([OLD, NEW])),
                    0 if is_marker else size,
                    "" if is_marker else etag,
                )
            )
    return in_order(found)
