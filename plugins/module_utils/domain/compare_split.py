# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where to split a range of keys that is being listed, so that others can list the rest of it at the same time.

Nobody knows which keys are still to come. A guess is a marker: a listing may begin behind any text, and a question with
``max-keys`` 1 tells whether a key follows it. Guesses are about keys that look like the one the listing has come to.
They decide how fast the listing is; whatever is guessed, both parts together are the whole.
"""

from __future__ import annotations

import string
from collections.abc import Callable

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_LONGEST = 1024  # bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects")
_LAST_CHARACTER = "\U0010ffff"

Follows = Callable[[str], bool]


def split_point(current: str, prefix: str, follows: Follows) -> str | None:
    """Give a marker beyond ``current``, the key that the listing has come to, after which keys follow.

    ``follows`` tells of a marker whether a key of the range comes after it. All keys begin with ``prefix``. Keys that
    differ from ``current`` as early as possible lie as far ahead as possible: where that is, is found by halving; then
    the middle of the characters that come there. ``None``: none of the guesses was good.
    """
    depth = _first(range(len(prefix), len(current)), lambda at: _asks(_after(current, at), follows))
    if depth is None:
        return None
    greater = _greater(current[depth])
    while greater:
        middle = len(greater) // 2
        marker = current[:depth] + greater[middle]
        if _asks(marker, follows):
            return marker
        greater = greater[:middle]
    return _after(current, depth)


def _first(places: range, holds: Callable[[int], bool]) -> int | None:
    """Give the least place for which it holds, given that it holds for all greater ones as well."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        if holds(places[middle]):
            high = middle
        else:
            low = middle + 1
    return places[low] if low < len(places) else None


def _after(current: str, place: int) -> str | None:
    """Give the least marker that is beyond all keys which begin as ``current`` does up to and with this place."""
    character = current[place]
    if character == _LAST_CHARACTER:
        return None
    number = ord(character) + 1
    return current[:place] + chr(0xE000 if number == 0xD800 else number)  # surrogates are no characters


def _asks(marker: str | None, follows: Follows) -> bool:
    return marker is not None and len(marker.encode()) <= _LONGEST and follows(marker)


def _greater(character: str) -> str:
    """Give the characters that may stand where this one stands, in order: digits for digits, letters for letters."""
    kind = next((one for one in _CLASSES if character in one), "")
    return kind[kind.find(character) + 1 :]


def disjoint_prefixes(prefixes: list[str], within: str = "") -> list[str]:
    """Give the fewest prefixes that mean the same keys once, all of them beginning with ``within``."""
    chosen = sorted({within if within.startswith(one) else one for one in prefixes or [within]})
    kept: list[str] = []
    for one in chosen:
        if one.startswith(within) and not (kept and one.startswith(kept[-1])):
            kept.append(one)
    return kept
