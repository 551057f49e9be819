# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order


def test_answers_come_in_the_order_of_the_items() -> None:
    last_may_end = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            last_may_end.wait(10)
        if item == 3:
            last_may_end.set()
        return item * 10

    assert list(in_order(work, range(8), 4)) == [0, 10, 20, 30, 40, 50, 60, 70]


def test_items_are_read_lazily() -> None:
    read: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            read.append(item)
            yield item

    answers = in_order(lambda item: item, items(), 4)
    assert next(answers) == 0
    assert len(read) <= 5
    answers.close()  # type: ignore[attr-defined]
    assert len(read) <= 5


def test_no_more_than_the_bound_is_under_way() -> None:
    under_way, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(3, timeout=10)

    def work(_item: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        both.wait()
        with lock:
            under_way -= 1

    list(in_order(work, range(9), 3))
    assert most == 3


def test_the_first_failure_reaches_the_caller_and_stops_the_rest() -> None:
    started: list[int] = []

    def work(item: int) -> int:
        started.append(item)
        if item == 2:
            raise ValueError(item)
        return item

    with pytest.raises(ValueError, match="2"):
        list(in_order(work, range(1000), 2))
    assert len(started) <= 6
