# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.crew import Crew, Job


def test_all_jobs_are_done_and_those_that_come_up_by_them() -> None:
    done: list[int] = []

    def job(depth: int) -> Job:
        def work() -> None:
            done.append(depth)
            if depth:
                crew.add(job(depth - 1))
                crew.add(job(depth - 1))

        return work

    crew = Crew(4, lambda: None)
    crew.run([job(5)])
    assert len(done) == 2**6 - 1


def test_no_more_at_once_than_allowed() -> None:
    lock, at_once, most = threading.Lock(), 0, 0
    barrier = threading.Barrier(3, timeout=10)

    def job() -> None:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        barrier.wait()
        with lock:
            at_once -= 1

    Crew(3, lambda: None).run([job] * 9)
    assert most == 3


def test_those_without_work_find_some_when_they_are_told() -> None:
    found = [threading.Event() for _number in range(3)]
    offered: list[Job] = []

    def long() -> None:
        for event in found:
            offered.append(event.set)
            crew.look_again()
            assert event.wait(10)

    crew = Crew(2, lambda: offered.pop() if offered else None)
    crew.run([long])
    assert all(event.is_set() for event in found)


def test_what_a_job_raises_is_raised_and_nothing_new_begins() -> None:
    done: list[int] = []

    def bad() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Crew(1, lambda: None).run([bad, lambda: done.append(1)])
    assert done == []


def test_without_jobs_it_ends() -> None:
    Crew(2, lambda: None).run([])
