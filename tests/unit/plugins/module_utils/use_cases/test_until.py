# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def test_an_answer_that_fits_at_once_costs_no_time() -> None:
    clock = Clock()
    assert until(Patience(10, 2, clock.now, clock.sleep), lambda: 1, lambda answer: True) == (1, True)
    assert clock.time == 0


def test_it_asks_until_the_answer_fits() -> None:
    clock = Clock()
    patience = Patience(10, 2, clock.now, clock.sleep)
    assert until(patience, clock.now, lambda time: time >= 4) == (4.0, True)


def test_it_stops_at_the_deadline_with_the_last_answer() -> None:
    clock = Clock()
    answer, fits = until(Patience(5, 2, clock.now, clock.sleep), clock.now, lambda time: False)
    assert (answer, fits) == (5.0, False)


def test_without_time_it_asks_once() -> None:
    clock = Clock()
    asked: list[int] = []
    until(Patience(0, 2, clock.now, clock.sleep), lambda: asked.append(1), lambda answer: False)
    assert asked == [1]
