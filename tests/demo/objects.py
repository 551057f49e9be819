# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's objects: ordinary keys, and every kind of key that has broken a tool."""

from __future__ import annotations

DENIED_PREFIX = "finance/"
"""What the destination's bucket policy denies while the demo breaks replication."""

_NASTY = (
    "a b",
    "plus+sign",
    "hash#tag",
    "100%",
    "per%20cent",
    "new\nline",
    "tab\tstop",
    'quo"te',
    "com,ma",
    "semi;colon&and=equal",
    "back\\slash",
    "question?mark",
    "umlaut-ü",
    "emoji-😀",
    "日本語",
    "//double//slash",
    "trailing ",
    " leading",
    "..",
    "null",
    "#v1#",
)
_LONGEST = 1024


def keys(count: int) -> list[str]:
    """``count`` different keys; a quarter of them under the prefix that will be denied."""
    nasty = [f"{prefix}nasty/{name}" for prefix in (DENIED_PREFIX, "") for name in _NASTY]
    longest = [prefix + "x" * (_LONGEST - len(prefix)) for prefix in (DENIED_PREFIX, "long/")]
    wide = "wide/" + "é" * ((_LONGEST - len("wide/")) // 2)
    special = [*nasty, *longest, wide]
    denied = sum(key.startswith(DENIED_PREFIX) for key in special)
    rest = count - len(special)
    ordinary_denied = count // 4 - denied
    ordinary = [f"{DENIED_PREFIX}{number:05d}.csv" for number in range(ordinary_denied)]
    ordinary += [f"documents/{number:05d}.pdf" for number in range(rest - ordinary_denied)]
    return special + ordinary
