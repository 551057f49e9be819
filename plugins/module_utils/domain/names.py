# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that fit AWS's limits and stay the same from run to run."""

from __future__ import annotations

import hashlib

_HASH = 8


def fitted_name(text: str, limit: int) -> str:
    """Give ``text``, or where it is longer than ``limit`` its head and a hash of the whole, ``limit`` characters long.

    Two long names that differ anywhere stay different. Raises :class:`ValueError` for a limit with no room for that.
    """
    if limit <= _HASH + 1:
        raise ValueError(f"limit is {limit}; it must leave room for a dash and {_HASH} characters of hash")
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:_HASH]
    return f"{text[: limit - _HASH - 1]}-{digest}"
