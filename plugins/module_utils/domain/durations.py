# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations as AWS Fault Injection Service writes them: ISO 8601, in days, hours, minutes and seconds."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"P(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?")


def read_duration(text: str) -> timedelta | None:
    """Read a duration such as ``PT30M``; ``None`` for what is none, or is longer than Python can hold."""
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in match.groups())
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
