# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress


def test_it_is_told_at_the_beginning_about_once_a_second_and_at_the_end() -> None:
    lines: list[dict[str, Any]] = []
    time = [0.0]
    progress = Progress(lines.append, now=lambda: time[0])
    progress.begin("set pairs up", 4)
    for at, failed in ((0.5, False), (1.5, True), (1.6, False), (2.0, False)):
        time[0] = at
        progress.part(failed)
    assert [(line["done"], line["failed"], line["rate"], line["seconds_left"]) for line in lines] == [
        (0, 0, 0.0, None),
        (2, 1, 1.3, 2),
        (4, 1, 2.0, 0),
    ]
    assert {(line["doing"], line["total"]) for line in lines} == {("set pairs up", 4)}


def test_what_somebody_else_counts_is_told_each_time_and_what_was_done_before_is_no_speed() -> None:
    lines: list[dict[str, Any]] = []
    time = [0.0]
    progress = Progress(lines.append, now=lambda: time[0])
    progress.begin("replicate", None, done=100, failed=2)
    for at, total, done in ((10.0, None, 100), (10.1, 1000, 200), (20.0, 1000, 1000)):
        time[0] = at
        progress.stand(total, done, 3)
    told = [(line["total"], line["done"], line["failed"], line["rate"], line["seconds_left"]) for line in lines]
    assert told == [
        (None, 100, 2, 0.0, None),
        (None, 100, 3, 0.0, None),
        (1000, 200, 3, 9.9, 81),
        (1000, 1000, 3, 45.0, 0),
    ]
