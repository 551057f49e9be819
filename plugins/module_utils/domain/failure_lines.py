# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A summary of failure records as lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def failure_lines(summary: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give three lines a group - which and how many, why, what helps - for what ``replication_failure_info`` counted.

    ``replication_failure_prune`` gives groups of the same shape; what they do not hold is left out.
    """
    lines: list[str] = []
    for group in summary:
        lines += [_which(group), f"  why:    {group['cause']}", f"  remedy: {group['remedy']}"]
    return lines


def _which(group: Mapping[str, Any]) -> str:
    where = f"{group['bucket']} -> {group['destination']}" if group.get("destination") else str(group["bucket"])
    count = group["count"]
    parts = [f"{count} object version{'' if count == 1 else 's'}"]
    if group.get("size"):
        parts.append(told_bytes(group["size"]))
    parts.append(str(group["reason"]))
    return f"{where}, rule {group['rule_id']}: {', '.join(parts)}"


def told_bytes(size: int) -> str:
    """Tell a number of bytes with at most one decimal."""
    amount, unit = float(size), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"
