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

# Gives the key that comes after each of the markers.
Follow = Callable[[list[str]], "list[str | None]"]


def split_points(current: str, prefix: str, follow: Follow, most: int = 1, at_once: int = 1) -> list[str]:
    """Give at most ``most`` markers beyond ``current``, the key that the listing has come to, in their order.

    Keys follow after the first one at least. ``follow`` gives of each of at most ``at_once`` markers the key of the
    range that comes after it, if one does. All keys begin with ``prefix``. Keys that differ from ``current`` as early
    as possible lie as far ahead as possible: where that is, is found by dividing; then the characters that come there
    are divided evenly. Nothing: none of the guesses was good.
    """
    low, high, best = len(prefix), len(current), ""
    while low < high:
        places = [low + at for at in _evenly(high - low, at_once)]
        asked = [(place, marker) for place in places if (marker := _after(current, place))]
        answers = follow([marker for _place, marker in asked])
        found = next(((*one, key) for one, key in zip(asked, answers, strict=True) if key is not None), None)
        if found is None:
            low = places[-1] + 1
            continue
        place, best, key = found
        low = max((one + 1 for one in places if one < place), default=low)
        high = min(place, _common(current, key))  # the key tells itself how early it differs
    if not best:
        return []
    markers = [current[:low] + character for character in _greater(current[low])]
    while markers:
        places = _evenly(len(markers), at_once)
        answers = follow([markers[place] for place in places])
        beyond = next((place for place, key in zip(places, answers, strict=True) if key is None), len(markers))
        known = max((place for place in places if place < beyond), default=None)
        if known is not None:
            return [markers[place] for place in _evenly(beyond if known >= beyond // 2 else known + 1, most)]
        markers = markers[:beyond]
    return [best]


def _evenly(length: int, most: int) -> list[int]:
    """Give at most so many places that divide this length into like parts: one is the middle."""
    return sorted({(2 * number + 1) * length // (2 * most) for number in range(most)})


def _common(one: str, other: str) -> int:
    """Give the length of what both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _after(current: str, place: int) -> str | None:
    """Give the least marker that is beyond all keys which begin as ``current`` does up to and with this place."""
    character = current[place]
    if character == _LAST_CHARACTER:
        return None
    number = ord(character) + 1
    marker = current[:place] + chr(0xE000 if number == 0xD800 else number)  # surrogates are no characters
    return marker if len(marker.encode()) <= _LONGEST else None


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
