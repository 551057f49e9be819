# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import compare_processes
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_pair import (
    BucketSide,
    Done,
    Found,
    Listed,
    Pair,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_processes import Processes, worth_it
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import Span
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import buckets, entry
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_listing import FakeS3

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

VERSIONS = [entry(f"{number:03}", f"v{number}") for number in range(400)]
RULES = Rules()
Event: TypeAlias = "Listed | Found | Done"


def pair_of(s3: FakeS3, page_size: int = 10) -> Pair:
    """Both buckets of an S3."""
    return Pair((BucketSide(s3, "one"), BucketSide(s3, "two")), [""], page_size)


@pytest.fixture(name="begin")
def begin_them() -> Iterator[Callable[..., Processes]]:
    """Processes that are ended with the test."""
    begun: list[Processes] = []

    def begin(*pairs: Pair, number: int = 2, lines: int = 4) -> Processes:
        begun.append(Processes(dict(enumerate(pairs)), number, lines))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


def said(events: list[Event]) -> tuple[int, list[Any]]:
    """How many are equal, and what is not."""
    (done,) = [event for event in events if isinstance(event, Done)]
    return done.equal, [finding for event in events if isinstance(event, Found) for finding in event.findings]


@settings(max_examples=15, deadline=None)
@given(buckets(), buckets(), st.integers(1, 3))
def test_another_process_finds_what_this_one_finds(
    source: list[Entry], destination: list[Entry], page_size: int
) -> None:
    pair = pair_of(FakeS3(one=source, two=destination), page_size)
    processes = Processes({0: pair}, 2, 2)
    events: list[Event] = []
    here: list[Event] = []
    pair.compare(RULES, Span(), here.append)
    try:
        processes.compare(0, RULES, Span(), events.append)
    finally:
        processes.close()
    assert events == here


class Held:
    """A span that is compared in a thread, and held at what is found until it is let go."""

    def __init__(self, processes: Processes) -> None:
        self._go, self._found = threading.Event(), threading.Event()
        self.pid = ""
        self._thread = threading.Thread(target=processes.compare, args=(0, RULES, Span(), self._told))
        self._thread.start()
        assert self._found.wait(20)

    def _told(self, event: Event) -> None:
        if isinstance(event, Found):
            self.pid = event.findings[0].entry.key
            self._found.set()
            assert self._go.wait(20)

    def let_go(self) -> None:
        """Let it come to its end."""
        self._go.set()
        self._thread.join()


def test_spans_go_to_the_process_with_the_least_to_do(begin: Callable[..., Processes]) -> None:
    s3 = FakeS3(one=VERSIONS[:1], two=[])

    def signed(request: Any, answer: Any) -> Any:
        if request["Bucket"] == "one":
            answer["Versions"][0]["Key"] = str(os.getpid())
        return answer

    s3.spoil = signed
    processes = begin(pair_of(s3), number=2, lines=4)
    first, second, third, fourth = (Held(processes) for _line in range(4))
    assert first.pid == third.pid != second.pid == fourth.pid
    assert str(os.getpid()) not in (first.pid, second.pid)
    for one in (second, first, third):
        one.let_go()
    fifth = Held(processes)
    assert fifth.pid == first.pid
    for one in (fourth, fifth):
        one.let_go()


def test_a_cut_elsewhere_leaves_each_key_to_one(begin: Callable[..., Processes]) -> None:
    processes = begin(pair_of(FakeS3(one=VERSIONS, two=VERSIONS)))
    span, events, cuts = Span(), list[Event](), list[bool]()

    def told(event: Event) -> None:
        events.append(event)
        if isinstance(event, Listed) and not cuts:
            cuts.append(False)
            # Who listens has the answers, so it can't be the one who asks.
            thread = threading.Thread(target=lambda: cuts.extend([span.cut("000"), span.cut("399"), span.cut("398")]))
            thread.start()

    processes.compare(0, RULES, span, told)
    while len(cuts) < 4:
        time.sleep(0.001)
    kept = said(events)[0]
    later: list[Event] = []
    processes.compare(0, RULES, Span("", "398" if cuts[3] else "399"), later.append)
    assert cuts[1] is False
    # The process may be faster than the one who asks; then it says no.
    assert kept == (399 if cuts[3] else 400)
    assert said(later)[0] == (1 if cuts[3] else 0)
    assert span.cut("500") is False


def test_each_of_many_cuts_is_told_as_it_was_made(begin: Callable[..., Processes]) -> None:
    versions = VERSIONS * 1
    processes = begin(pair_of(FakeS3(one=versions, two=versions), 2), number=1, lines=1)
    made = 0
    for number in range(60):
        span, events = Span(), list[Event]()
        thread = threading.Thread(
            target=lambda span=span, events=events: processes.compare(0, RULES, span, events.append)
        )
        thread.start()
        while not events:
            time.sleep(0)
        time.sleep(number / 4000)
        cut = span.cut("300")
        thread.join()
        made += cut
        assert said(events)[0] == (301 if cut else 400), number
    assert made  # or nothing was tried


def test_who_wants_no_more_ends_the_span_and_the_line_serves_the_next(
    begin: Callable[..., Processes], tmp_path: Path
) -> None:
    s3 = FakeS3(one=VERSIONS, two=VERSIONS)
    pages = tmp_path / "pages"

    def counted(_request: Any, answer: Any) -> Any:
        with pages.open("a", encoding="utf-8") as stream:
            stream.write("page\n")
        time.sleep(0.002)
        return answer

    s3.spoil = counted
    processes = begin(pair_of(s3, 1), number=1, lines=1)
    heard: list[Event] = []

    def refuse(event: Event) -> None:
        heard.append(event)
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        processes.compare(0, RULES, Span(), refuse)
    assert len(heard) == 1
    assert len(pages.read_text(encoding="utf-8").split()) < 400  # of 800
    events: list[Event] = []
    processes.compare(0, RULES, Span("", "390"), events.append)
    assert said(events) == (9, [])


def test_what_fails_there_fails_here(begin: Callable[..., Processes]) -> None:
    broken = FakeS3(one=VERSIONS, two=VERSIONS)
    broken.spoil = lambda request, answer: answer["IsTruncated"].no_such_thing
    processes = begin(pair_of(FakeS3(one=VERSIONS)), pair_of(broken))
    with pytest.raises(ToldError, match="list the versions of bucket two"):
        processes.compare(0, RULES, Span(), lambda event: None)
    with pytest.raises(RuntimeError, match="no_such_thing"):
        processes.compare(1, RULES, Span(), lambda event: None)


def test_a_process_that_is_killed_is_an_error_that_says_what_helps(begin: Callable[..., Processes]) -> None:
    s3 = FakeS3(one=VERSIONS, two=VERSIONS)

    def die(_request: Any, _answer: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    s3.spoil = die
    span = Span()
    with pytest.raises(ToldError, match=r"ended from outside.*lower concurrency"):
        begin(pair_of(s3)).compare(0, RULES, span, lambda event: None)
    assert span.cut("399") is False


def test_processes_end_with_the_one_that_began_them(tmp_path: Path) -> None:
    s3 = FakeS3(one=VERSIONS, two=VERSIONS)
    told = tmp_path / "pids"

    def slow(_request: Any, answer: Any) -> Any:
        with told.open("a", encoding="utf-8") as stream:
            stream.write(f"{os.getpid()}\n")
        time.sleep(0.05)
        return answer

    s3.spoil = slow
    child = os.fork()
    if child == 0:
        processes = Processes({0: pair_of(s3)}, 2, 4)
        threads = [threading.Thread(target=processes.compare, args=(0, RULES, Span(), print)) for _line in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(60)
        os._exit(1)
    while not told.exists() or len(set(told.read_text(encoding="utf-8").split())) < 2:
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pids = set(map(int, told.read_text(encoding="utf-8").split()))
    deadline = time.monotonic() + 20
    while any(map(alive, pids)):
        assert time.monotonic() < deadline, "they outlive the one that began them"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_they_used_of_the_processor_is_known(begin: Callable[..., Processes]) -> None:
    s3 = FakeS3(one=VERSIONS, two=VERSIONS)

    def work(_request: Any, answer: Any) -> Any:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
        return answer

    s3.spoil = work
    processes = begin(pair_of(s3, 100))
    before = processes.used()
    processes.compare(0, RULES, Span(), lambda event: None)
    assert processes.used() - before >= 0.16


def test_there_is_a_process_for_each_core_where_forking_is_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare_processes.os, "sched_getaffinity", lambda pid: {0, 3, 5})
    monkeypatch.setattr(compare_processes.threading, "active_count", lambda: 1)
    assert worth_it() == 3
    monkeypatch.setattr(compare_processes.os, "sched_getaffinity", lambda pid: set(range(64)))
    assert worth_it() == 4
    monkeypatch.setattr(compare_processes.threading, "active_count", lambda: 2)
    assert worth_it() == 1
    monkeypatch.setattr(compare_processes.threading, "active_count", lambda: 1)
    monkeypatch.setattr(compare_processes.sys, "platform", "darwin")
    assert worth_it() == 1
