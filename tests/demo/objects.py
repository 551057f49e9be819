# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of the demo: ordinary keys and nasty ones."""

from __future__ import annotations

NASTY = (
    "a b.txt",
    "a+b.txt",
    "a%20b.txt",
    "100%.txt",
    "#.txt",
    "a#b#c.txt",
    "a&b=c?d.txt",
    "quote\"and'quote.txt",
    "comma,semicolon;.csv",
    "back\\slash.txt",
    "line\nbreak.txt",
    "carriage\rreturn.txt",
    "tab\there.txt",
    "double//slash.txt",
    "dots/../up.txt",
    " space at both ends ",
    "ümläut.txt",
    "u\u0308mlaut decomposed.txt",
    "日本語.txt",
    "emoji-🪣🔥.txt",
    "<xml>&amp;</xml>.txt",
    "bucket,key,version",
    "=HYPERLINK(1).csv",
    "null",
)
KEY_BYTES = 1024


def keys(prefix: str, count: int) -> list[str]:
    """``count`` keys below the prefix: the nasty ones, two of 1,024 bytes, and ordinary ones."""
    nasty = [prefix + name for name in NASTY]
    nasty += [_longest(prefix, "x"), _longest(prefix, "é")]
    ordinary = [f"{prefix}2026/03/{number:04d}.pdf" for number in range(count - len(nasty))]
    return (nasty + ordinary)[:count]


def _longest(prefix: str, letter: str) -> str:
    key = prefix + "long-"
    room = KEY_BYTES - len(key.encode())
    key += letter * (room // len(letter.encode()))
    return key + "." * (KEY_BYTES - len(key.encode()))
