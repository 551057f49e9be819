# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing fleets of pairs to the standard with one ``bucket_pairs`` task, and with nothing left to do.

Measured beside, in the same run and lab: a loop of the best existing modules (per pair, on a few pairs), and bare
boto3 that does the recorded calls of our run once more with as many threads, which is as fast as this lab can be. What
is compared with the loop is whole runs of ansible-playbook, from start to end, on both sides; that both leave the same
is looked at. Calls are the lab's own count. Neither side waits for IAM (``role_wait``), which the lab does not need;
outside the lab our run takes that wait, once for all pairs. Run it as
``tests/lab/with-lab python tests/bench/bench_bucket_pairs.py [LOOPED [SIZE...]]``.
"""

from __future__ import annotations

import statistics
import sys

import boto3
import pairs_lab
from pairs_replay import Recorder, in_process, replay
from verdict import at_least, at_most

FIRST_RATIO, AGAIN_RATIO, CALLS, LIMIT = 60.0, 100.0, 8.0, 1.3
ROUNDS = 3
BESIDE = 100  # pairs beside bare boto3: enough for the steady state, few enough for rounds


def loop(number: int) -> tuple[float, float]:
    """Seconds a pair of the loop, the first time and with nothing to do."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    pairs_lab.fresh(number)
    tasks = pairs_lab.loop_tasks(number, account)
    first = pairs_lab.play(tasks)
    pairs_lab.check(number)
    return first / number, pairs_lab.play(tasks) / number


def ours(number: int) -> tuple[float, int, float, int]:
    """Seconds of our task, and its calls; the first time and with nothing to do."""
    pairs_lab.fresh(number)
    task = [pairs_lab.module_task(number)]
    first = pairs_lab.play(task)
    made = sum(pairs_lab.counts().values())
    pairs_lab.check(number)
    pairs_lab.control("DELETE", "/journal")
    again = pairs_lab.play(task)
    return first, made, again, sum(pairs_lab.counts().values())


def beside_bare_boto3(number: int) -> list[tuple[float, float, float]]:
    """Seconds of our use case, and of its calls by bare boto3 that keeps connections to buckets and that does not.

    A row the first time, and a row with nothing to do.
    """
    pairs_lab.fresh(number)
    recorders = Recorder(), Recorder()
    took = []
    for recorder in recorders:
        pairs_lab.control("DELETE", "/journal")
        seconds, outcome = in_process(number, recorder.watch)
        took.append(seconds)
        if not recorder.same_as(pairs_lab.counts()):
            sys.exit(f"the lab counted other calls than were recorded: {pairs_lab.counts()}")
    if outcome.changed:
        sys.exit(f"the second run changed something: {outcome.before} {outcome.after}")
    bare: list[list[float]] = []
    for kept in (True, False):
        pairs_lab.fresh(number)
        bare.append([replay(recorder.taken, kept) for recorder in recorders])
        pairs_lab.check(number)
    return list(zip(took, *bare, strict=True))


def tell_limit(number: int) -> None:
    """Measure in turn, so that the machine's noise meets all, and tell the medians of the rounds' ratios."""
    rounds = [beside_bare_boto3(number) for _unused in range(ROUNDS)]
    print(f"{number} pairs in process beside the same calls by bare boto3, medians of {ROUNDS} rounds")
    for at, name in enumerate(("first run", "nothing to do")):
        ours, *bare = (statistics.median(row[at][way] for row in rounds) for way in range(3))
        for way, what in ((1, "connections kept as ours are"), (2, "as it is")):
            ratio = statistics.median(row[at][0] / row[at][way] for row in rounds)
            told = f"{name}: {ours:.2f} s; bare boto3, {what}: {bare[way - 1]:.2f} s"
            print(f"{told}: {ratio:.2f} times ({at_most(ratio, LIMIT)})", flush=True)


def tell_calls(counted: dict[int, int]) -> None:
    """Tell the calls with nothing to do: all of the largest run over its pairs, and what a further pair adds."""
    size, asked = max(counted.items())
    print(f"nothing to do: {asked} calls for {size} pairs: {asked / size:.2f} each ({at_most(asked / size, CALLS)})")
    if len(counted) > 1:
        few, less = min(counted.items())
        more = (asked - less) / (size - few)
        whole = asked - more * size
        told = f"nothing to do: {more:.2f} calls for each further pair ({at_most(more, CALLS)})"
        print(f"{told}, and {whole:.0f} for the run as a whole", flush=True)


def main() -> None:
    """Measure, print the tables, and say of every figure whether it was reached."""
    looped = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    sizes = [int(size) for size in sys.argv[2:]] or [30, 100, 300]
    loop_first, loop_again = loop(looped)
    print(f"loop of modules on {looped} pairs: {loop_first:.2f} s a pair, with nothing to do {loop_again:.2f} s a pair")
    head = f"{'pairs':>6}{'first s':>9}{'ms a pair':>11}{'calls':>7}{'a pair':>8}{'x loop':>8}"
    print(f"{head}{'again s':>10}{'ms a pair':>11}{'calls':>7}{'a pair':>8}{'x loop':>8}", flush=True)
    counted = {}
    for size in sizes:
        first, made, again, asked = ours(size)
        counted[size] = asked
        ratios = loop_first * size / first, loop_again * size / again
        line = f"{size:6}{first:9.2f}{first / size * 1000:11.1f}{made:7}{made / size:8.2f}{ratios[0]:8.0f}"
        print(f"{line}{again:10.2f}{again / size * 1000:11.1f}{asked:7}{asked / size:8.2f}{ratios[1]:8.0f}", flush=True)
    print(f"first run: {ratios[0]:.0f} times as fast as the loop ({at_least(ratios[0], FIRST_RATIO)})")
    print(f"nothing to do: {ratios[1]:.0f} times as fast as the loop ({at_least(ratios[1], AGAIN_RATIO)})")
    tell_calls(counted)
    tell_limit(min(max(sizes), BESIDE))


if __name__ == "__main__":
    main()
