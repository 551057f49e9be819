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
