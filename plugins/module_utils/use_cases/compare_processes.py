# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that list and compare spans, since the threads of one process run Python one at a time.

They are forked before there is any thread, as one that has ended a moment ago may still hold a lock of a library, which
would then be held for good in the process; so they know the pairs. A thread that has a span talks to one process over
a pipe of its own, a line: it sends the span, and is told what comes up as if it listed the span itself. Another thread
may ask over the same line for a cut. The process answers in the order in which things happened, so what lies beyond an
accepted cut is listed by one, and by one only. When either side is gone, the other one ends.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare import Rules
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_pair import Done, Found, Listed, Pair, Told
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.compare_spans import Span

# Each takes some 30 MiB, and the answers under way at once keep no more of them busy.
_MOST = 4


def worth_it() -> int:
    """How many processes are: one for each core, up to four. One where forking is not safe: on macOS, beside threads.

    Source: Python's documentation, "multiprocessing", "Contexts and start methods".
    """
    safe = sys.platform == "linux" and threading.active_count() == 1
    return min(len(os.sched_getaffinity(0)), _MOST) if safe else 1


# ---- what is said over a line; ``number`` tells spans apart ----------------------------------------------------------


class _Begin(NamedTuple):
    number: int
    pair: int
    rules: Rules
    prefix: str
    low: str
    high: str | None


class _CutAt(NamedTuple):
    number: int
    point: str


class _Stop(NamedTuple):
    number: int


class _Cut(NamedTuple):
    """The answer to :class:`_CutAt`."""

    number: int
    made: bool


class _Failed(NamedTuple):
    """The last that is said of a span that could not be compared. Without ``details`` the fault is ours."""

    message: str
    details: dict[str, Any] | None

    def error(self) -> Exception:
        """Give it as it is raised here."""
        return RuntimeError(self.message) if self.details is None else ToldError(self.message, **self.details)


# ---- the side that has the threads -----------------------------------------------------------------------------------


class Processes:
    """``number`` processes that know ``pairs`` by their numbers, and up to ``lines`` spans at once in all of them."""

    def __init__(self, pairs: Mapping[int, Pair], number: int, lines: int) -> None:
        context = multiprocessing.get_context("fork")
        pipes = [context.Pipe() for _line in range(lines)]
        self._lines = [_Line(ours, line % number) for line, (ours, _theirs) in enumerate(pipes)]
        self._free = list(self._lines)
        self._lock = threading.Lock()
        self._processes = []
        for process in range(number):
            theirs = [pipe for _ours, pipe in pipes[process::number]]
            others = [end for pipe in pipes for end in pipe if end not in theirs]
            self._processes.append(context.Process(target=_serve, args=(pairs, theirs, others), daemon=True))
        for one in self._processes:
            one.start()
        for _ours, pipe in pipes:
            pipe.close()

    def close(self) -> None:
        """End the processes, whatever they do: they only read."""
        for process in self._processes:
            process.kill()
            process.join()
        for line in self._lines:
            line.pipe.close()

    def used(self) -> float:
        """Seconds that all of them, and this process, have used of the processor, as far as they have told."""
        each = [max(line.used for line in self._lines if line.process == one) for one in range(len(self._processes))]
        return time.process_time() + sum(each)

    def compare(self, pair: int, rules: Rules, span: Span, told: Told) -> None:
        """Have a span of a pair compared, by the process that has the least to do. Raises :class:`ToldError`."""
        with self._lock:
            free = [line.process for line in self._free]
            line = max(self._free, key=lambda one: free.count(one.process))
            self._free.remove(line)
        try:
            line.compare(pair, rules, span, told)
        finally:
            with self._lock:
                self._free.append(line)


class _Line:
    """This side's end of a pipe to a process."""

    def __init__(self, pipe: Connection, process: int) -> None:
        self.pipe, self.process, self.used = pipe, process, 0.0
        self._number = 0
        self._sending = threading.Lock()

    def compare(self, pair: int, rules: Rules, span: Span, told: Told) -> None:
        """Have a span compared. Raises :class:`ToldError`, and what ``told`` raises."""
        self._number += 1
        cuts = _Cuts(self, self._number)
        try:
            self.send(_Begin(self._number, pair, rules, span.prefix, span.low, span.high))
            span.cut = cuts.ask
            self._listen(span, told, cuts)
        except (EOFError, OSError) as error:
            raise ToldError(
                "A process that lists versions was ended from outside, as happens where memory runs out. Run it again, "
                "with a lower concurrency or on a larger machine"
            ) from error
        finally:
            cuts.end()

    def send(self, message: _Begin | _CutAt | _Stop) -> None:
        """Tell the process."""
        with self._sending:
            self.pipe.send(message)

    def _listen(self, span: Span, told: Told, cuts: _Cuts) -> None:
        error: BaseException | None = None
        while True:
            event, self.used = self.pipe.recv()
            if isinstance(event, _Cut):
                cuts.answered(event)
            elif isinstance(event, _Failed):
                raise error or event.error()
            else:
                if isinstance(event, Listed):
                    span.pages, span.position, span.going = event
                error = error or self._tell(event, told)
                if isinstance(event, Done):
                    break
        if error is not None:
            raise error

    def _tell(self, event: Listed | Found | Done, told: Told) -> BaseException | None:
        """Pass an event on. Who wants no more of them gets none, but the line is free only after the last one."""
        try:
            told(event)
        except BaseException as error:  # noqa: BLE001 - raised when the process has ended the span
            self.send(_Stop(self._number))
            return error
        return None


class _Cuts:
    """The cuts of one span. Only one thread at a time asks for one; the thread that listens has the answers."""

    def __init__(self, line: _Line, number: int) -> None:
        self._line, self._number, self._over = line, number, False
        self._answers: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def ask(self, point: str) -> bool:
        """Have the span end at a point; tell whether that was done."""
        if self._over:
            return False
        try:
            self._line.send(_CutAt(self._number, point))
        except OSError:
            return False
        return self._answers.get()

    def answered(self, answer: _Cut) -> None:
        """Take an answer; one to an earlier span's question came after that span had ended, and was no."""
        if answer.number == self._number:
            self._answers.put(answer.made)

    def end(self) -> None:
        """Say no to who may be waiting: whatever was made was answered before the end."""
        self._over = True
        self._answers.put(False)


# ---- the side that lists ---------------------------------------------------------------------------------------------


def _serve(pairs: Mapping[int, Pair], lines: list[Connection], others: list[Connection]) -> None:
    for end in others:  # or nobody would notice that the other side is gone
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other side is interrupted too
    threads = [threading.Thread(target=_Lister(pairs, line).serve) for line in lines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class _Unwanted(Exception):  # noqa: N818 - no error: the other side wants no more of a span
    """The span is to end."""


class _Lister:
    """The process's end of a line: takes spans one by one, and questions about the one at hand."""

    def __init__(self, pairs: Mapping[int, Pair], line: Connection) -> None:
        self._pairs, self._line = pairs, line
        self._number, self._span = 0, Span()
        self._stopped = 0
        self._talking = threading.Lock()

    def serve(self) -> None:
        """Do what is asked for until the other side is gone."""
        while True:
            try:
                message = self._line.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(message, _Begin):
                self._number, self._span = message.number, Span(message.prefix, message.low, message.high)
                threading.Thread(target=self._compare, args=(message.pair, message.rules)).start()
            elif isinstance(message, _CutAt):
                with self._talking:
                    # A span that is at its end, or an earlier one, can't be cut.
                    made = message.number == self._number and self._span.cut_here(message.point)
                    self._send(_Cut(message.number, made))
            else:
                self._stopped = message.number

    def _compare(self, pair: int, rules: Rules) -> None:
        try:
            self._pairs[pair].compare(rules, self._span, self._tell)
        except _Unwanted:
            self._tell_last(_Failed("not wanted any more", {}))
        except ToldError as error:
            self._tell_last(_Failed(error.message, error.details))
        except BaseException:  # noqa: BLE001 - raised on the other side
            self._tell_last(_Failed(traceback.format_exc(), None))

    def _tell(self, event: Listed | Found | Done) -> None:
        if self._stopped == self._number:
            raise _Unwanted
        with self._talking:
            self._send(event)

    def _tell_last(self, failed: _Failed) -> None:
        with self._talking:
            self._span.going.clear()
            self._send(failed)

    def _send(self, event: Listed | Found | Done | _Cut | _Failed) -> None:
        try:
            self._line.send((event, time.process_time()))
        except OSError:
            os._exit(0)
