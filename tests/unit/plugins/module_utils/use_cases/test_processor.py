# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.processor import Processor


@pytest.mark.parametrize(
    ("processes", "passed", "used", "busy"),
    [
        (1, 1.0, 0.9, True),
        (1, 1.0, 0.5, False),
        (1, 0.01, 0.01, False),  # too short a time to know
        (2, 1.0, 0.9, False),
        (2, 1.0, 1.7, True),
    ],
)
def test_what_is_used_of_a_core_for_each_process_decides(
    processes: int, passed: float, used: float, busy: bool
) -> None:
    at = [10.0, 5.0]
    processor = Processor(processes, lambda: at[1], lambda: at[0])
    at[:] = 10.0 + passed, 5.0 + used
    assert processor.busy() is busy


def test_only_what_was_used_lately_counts_and_what_is_known_holds_for_a_while() -> None:
    at = [0.0, 0.0]
    processor = Processor(1, lambda: at[1], lambda: at[0])
    at[:] = 1.0, 1.0
    assert processor.busy()
    at[:] = 1.05, 1.0
    assert processor.busy()
    at[:] = 2.0, 1.1
    assert not processor.busy()
