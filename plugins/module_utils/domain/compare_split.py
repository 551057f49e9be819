# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where to split a range of keys that is being listed, so that others can list the rest of it at the same time.

Nobody knows which keys are still to come. A guess is a marker: a listing may begin behind any text, and a question with
``max-keys`` 1 tells which key follows it. Guesses are about keys that look like the one the listing has come to.
They decide how fast the listing is; whatever is guessed, both parts together are the whole.
"""

from __future__ import annotations

import string
from collections.abc import Callable

_CLASSES = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
_LONGEST = 1024  # bytes of UTF-8 (S3 User Guide, "Naming Amazon S3 objects")
_LAST_CHARACTER = "\U0010ffff"

Follows = Callable[[str], "str | None"]


def split_point(current: str, prefix: str, follows: Follows) -> str | None:
    """Give a marker beyond ``current``, the key that the listing has come to, after which keys follow.

    ``follows`` gives the key of the range that comes after a marker, if one does. All keys begin with ``prefix``. Keys
    that differ from ``current`` as early as possible lie as far ahead as possible: where that is, is found by halving;
    then the middle of the characters that come there. ``None``: none of the guesses was good.
    """
    low, high, best = len(prefix), len(current), None
    while low < high:
        middle = (low + high) // 2
        marker = _after(current, middle)
        key = _asked(marker, follows)
        if key is None:
            low = middle + 1
        else:  # it tells itself how early it differs
            best, high = marker, min(middle, _common(current, key))
    if best is None:
        return None
    greater = _greater(current[low])
    while greater:
        middle = len(greater) // 2
        marker = current[:low] + greater[middle]
        if _asked(marker, follows) is not None:
            return marker
        greater = greater[:middle]
    return best


def _common(one: str, other: str) -> int:
    """Give the length of what both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _after(current: str, place: int) -> str | None:
    """Give the least marker that is beyond all keys which begin as ``current`` does up to and with this place."""
    character = current[place]
    if character == _LAST_CHARACTER:
        return None
    number = ord(character) + 1
    return current[:place] + chr(0xE000 if number == 0xD800 else number)  # surrogates are no characters


def _asked(marker: str | None, follows: Follows) -> str | None:
    return follows(marker) if marker is not None and len(marker.encode()) <= _LONGEST else None


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
