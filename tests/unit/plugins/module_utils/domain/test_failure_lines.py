# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_lines import failure_lines, told_bytes

GROUP = {
    "bucket": "invoices",
    "rule_id": "to-dr",
    "destination": "invoices-dr",
    "reason": "DstPutObjectNotPermitted",
    "count": 250,
    "size": 2048,
    "cause": "The role must not write.",
    "remedy": "Let it.",
}


def test_a_group_is_three_lines() -> None:
    assert failure_lines([GROUP]) == [
        "invoices -> invoices-dr, rule to-dr: 250 object versions, 2.0 KiB, DstPutObjectNotPermitted",
        "  why:    The role must not write.",
        "  remedy: Let it.",
    ]


def test_what_is_not_known_is_left_out() -> None:
    known = {name: GROUP[name] for name in ("bucket", "rule_id", "reason", "cause", "remedy")}
    assert failure_lines([{**known, "count": 1}])[0] == (
        "invoices, rule to-dr: 1 object version, DstPutObjectNotPermitted"
    )
    assert failure_lines([]) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (2**70, "1048576.0 PiB"),
    ],
)
def test_bytes_are_told(size: int, told: str) -> None:
    assert told_bytes(size) == told
