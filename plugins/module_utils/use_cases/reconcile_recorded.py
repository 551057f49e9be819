# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which uploads the items of a state table record: their keys, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import state_table
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError, decode_key
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_uploads import recorded_until
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_stage import COPY, Stage, Task


def recorded(stage: Stage, task: Task) -> Iterator[tuple[str, datetime]]:
    """Give the key of every item, whatever its status, and until when it records uploads. Raises :class:`AwsError`."""
    layout, copying = task.layout, task.action == COPY
    # An attribute may hold more than one thing, and a projection names none twice.
    told = [*layout.start, *([layout.mark] if copying else [])] if layout.start else []
    items = state_table.scan_attributes(stage.dynamodb, task.table, list(dict.fromkeys([layout.key, *told])))
    for item in items:
        text = str(next(iter(item.get(layout.key, {}).values()), ""))
        try:
            key = decode_key(text, layout.key_encoding)
        except UnreadableError:
            continue  # names no object
        yield key, recorded_until(item, layout, copying)
