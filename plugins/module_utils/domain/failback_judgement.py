# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what comparing both sides has found speaks against going back, and what it is for a person to read.

Only the ways to certain Regions are judged: what the Region that takes over has not would be lost. What is at the
destination only is judged by the way back, and a copy under another version id is no loss.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds

Row = Mapping[str, Any]

_UNLIKE = (kinds.SIZE, kinds.ETAG, kinds.KIND, kinds.LATEST, kinds.UNPROVEN)
_MOST_TOLD = 20


def judged(compared: Row, regions: Collection[str]) -> dict[str, Any]:
    """Judge a result of ``bucket_compare`` by the ways to ``regions``.

    ``equal``; how many versions are ``missing`` and how many are ``unlike``; the same ``named``, and whether that was
    ``cut``; ``errors`` of comparisons, which speak against it wherever they are; ``counts`` and ``lines`` in words.
    """
    pairs = list(compared.get("pairs") or ())
    errors = [f"{_way(pair)}: {pair['error']}" for pair in pairs if pair["error"]]
    if not pairs:
        errors.append(str(compared.get("msg") or "nothing was compared"))
    found = [pair for pair in pairs if not pair["error"] and pair["destination"]["region"] in regions]
    missing = sum(pair["missing"] for pair in found)
    unlike = _unlike(found)
    named = list(_named(found))
    wanted = sum(pair["missing"] + _count(pair) for pair in found)
    cut = sum(len(_rows(pair)) for pair in found) < wanted
    return {
        "equal": not (missing or unlike or errors),
        "missing": missing,
        "unlike": unlike,
        "named": named,
        "cut": cut,
        "errors": errors,
        "counts": f"{missing} versions are missing, {unlike} differ, {len(errors)} comparisons failed",
        "lines": [*errors, *map(_line, named[:_MOST_TOLD]), *_more(cut or len(named) > _MOST_TOLD)],
    }


def _way(pair: Row) -> str:
    return f"{pair['source']['bucket']} -> {pair['destination']['bucket']}"


def _count(pair: Row) -> int:
    return sum(int(pair["counts"].get(kind, 0)) for kind in _UNLIKE)


def _rows(pair: Row) -> list[Row]:
    return [row for row in pair.get("differences") or () if row["kind"] in (*kinds.LOST, *_UNLIKE)]


def _unlike(pairs: list[Row]) -> int:
    """Count what both sides have and is not the same once, where it was found both ways."""
    by_sides: dict[frozenset[str], int] = {}
    for pair in pairs:
        sides = frozenset([pair["source"]["bucket"], pair["destination"]["bucket"]])
        by_sides[sides] = max(by_sides.get(sides, 0), _count(pair))
    return sum(by_sides.values())


def _named(pairs: list[Row]) -> Iterator[dict[str, Any]]:
    seen = set()
    for pair in pairs:
        here, there = pair["source"]["bucket"], pair["destination"]["bucket"]
        for row in _rows(pair):
            name = (row["kind"], row["key"], row["version_id"])
            if row["kind"] in _UNLIKE and (there, here, *name) in seen:
                continue
            seen.add((here, there, *name))
            told = ("kind", "key", "version_id", "modified", "status", "why")
            yield {"bucket": here, "other_bucket": there, **{of: row[of] for of in told}}


def _line(one: Row) -> str:
    said = f", {one['status']}" if one["status"] else ""
    why = f": {one['why']}" if one["why"] else ""
    way = f"{one['kind'].replace('_', ' ')}, {one['bucket']} -> {one['other_bucket']}"
    return f"{one['key']} ({one['version_id']}): {way}{said}{why}"


def _more(there_are: bool) -> list[str]:
    return ["more are not named here, see failback_missing_file"] if there_are else []
