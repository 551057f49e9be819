# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Uploads and the items of their key: whether an item can be of an upload, by the times of both.

An item is written after its object is there, so an item that was started before the object was written is of an earlier
upload under that name. A replica has the time of the upload, not of its replication.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import (
    ISO,
    Attributes,
    Layout,
    UnreadableError,
    latest_start,
    parse_start,
    start_text,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_marks import read_mark

# Clocks of workloads and of S3 differ, and S3 tells whole seconds.
CLOCKS = timedelta(seconds=60)
ALWAYS, NEVER = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


def earliest_start(modified: datetime) -> datetime:
    """Give when an item of an object that was written then was started at the earliest."""
    return modified - CLOCKS


def recorded_until(item: Attributes, layout: Layout, copying: bool) -> datetime:
    """Give the moment to compare with :func:`earliest_start`: what was uploaded until then, the item records.

    ``ALWAYS`` where starts are not looked at, ``NEVER`` for an item that does not say when it was started. ``copying``:
    a restart has written the object anew or is about to, so that its mark counts as a start. The workload may keep the
    old one.
    """
    if not layout.start:
        return ALWAYS
    moments = [NEVER]
    with suppress(UnreadableError):
        moments.append(latest_start(start_text(item, layout), layout.start_format))
    if copying:
        with suppress(UnreadableError):
            mark = read_mark(item.get(layout.mark), layout.mark)
            if mark:
                moments.append(parse_start(mark.at, ISO))
    return max(moments)
