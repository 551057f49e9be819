# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as text of one fixed width, so that they sort and compare as text."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FIXED_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
WIDTH = len("2024-09-05T21:04:32.527Z")


def canonical_time(text: str) -> str:
    """Turn an ISO 8601 date or time into ``2024-09-05T21:04:32.527Z``.

    A time without an offset is taken as UTC, a date as its midnight. Raises ``ValueError`` when it is neither, or when
    it can't be told in UTC.
    """
    try:
        moment = datetime.fromisoformat(text)
        # What AWS sends has the fixed form already.
        return text if _FIXED_FORM.fullmatch(text) else from_datetime(moment)
    except OverflowError as error:  # 0001-01-01T00:00:00+01:00 lies before the first year
        raise ValueError(str(error)) from error


def from_datetime(moment: datetime) -> str:
    """Write a moment in the fixed form; finer parts than milliseconds are cut off."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def epoch_seconds(time: str) -> int:
    """Whole seconds since 1970 of a time in the fixed form."""
    return int(datetime.fromisoformat(time).timestamp())
