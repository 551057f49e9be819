# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failover's own time for few and for many buckets.

The role ``failover`` moves the traffic of so many buckets, each with a Multi-Region Access Point, to the other Region:
it looks, announces, switches routes and pointer, fences, looks again, ends. Its own time is what the processor spends
on ansible-playbook and its modules: all waiting for AWS is out of it, and what else the machine does. The time from
start to end stands beside it. Once with both Regions up, which compares all buckets twice, and once with the Region
that was active refused at the proxy. Calls are the lab's own count. Beside it stands a play of as many tasks of
``amazon.aws.aws_caller_info`` as the role runs modules, which is what Ansible and boto3 take on this machine just now
to do next to nothing. Run it as ``tests/lab/with-lab python tests/bench/bench_failover.py [BUCKETS...]``.
"""

from __future__ import annotations

import os
import resource
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pairs_lab
from botocore.config import Config
from verdict import at_most

sys.path.insert(0, str(Path(__file__).parents[2] / ".build" / "collections"))

from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, US, Workload

SECONDS, BUCKETS = 10.0, 20
MODULES = 7  # look, announce, routes, pointer, fence, look again, end


def client() -> Callable[..., Any]:
    """Make boto3 clients for many threads, each once."""
    made: dict[tuple[str, str], Any] = {}

    def give(service: str, region: str = US) -> Any:
        if (service, region) not in made:
            config = Config(max_pool_connections=32, retries={"mode": "standard", "total_max_attempts": 5})
            made[service, region] = boto3.client(service, region_name=region, config=config)
        return made[service, region]

    return give


def processor() -> float:
    """Seconds of the processor that programs started from here have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(lab: Lab, number: int, gone: bool) -> tuple[float, float, Counter[str]]:
    """Seconds of one failover, from start to end and of its own, and its calls."""
    lab.reset()
    workload = Workload(client(), "bench", count=number)
    workload.prepare()
    workload.measured(lab)
    if gone:
        lab.call("POST", f"/regions/{US}/down")
    lab.call("DELETE", "/journal")
    task = workload.task("failover", "Fail over", target_region=EU, fence=True, max_data_loss_seconds=3600)
    before = processor()
    took = pairs_lab.play([task])
    own = processor() - before
    counts: Counter[str] = Counter()
    for what, times in pairs_lab.counts().items():
        counts[what.rpartition("/")[2]] += times
    if workload.active() != [{EU}] * number or workload.pointer()["active_region"] != EU:
        sys.exit(f"not everything was switched: {workload.active()}")
    return took, own, counts


def least() -> float:
    """Seconds of the processor for a play of as many modules that do one call each."""
    before = processor()
    pairs_lab.play([{"name": "Ask", "amazon.aws.aws_caller_info": {"region": EU}}] * MODULES)
    return processor() - before


def main() -> None:
    """Measure, print the table, and say whether the figures were reached."""
    sizes = [int(size) for size in sys.argv[1:]] or [5, 20, 60]
    lab = Lab(os.environ["LAB_CONTROL_URL"])
    print(f"{'':24}{'buckets':>8}{'start to end s':>16}{'own s':>8}{'own ms a bucket':>17}{'calls':>7}{'a bucket':>10}")
    for gone in (False, True):
        found: dict[int, tuple[float, int]] = {}
        for size in sizes:
            took, own, counts = measure(lab, size, gone)
            calls = sum(counts.values())
            found[size] = own, calls
            what = "the active Region gone" if gone else "both Regions up"
            line = f"{what:24}{size:8}{took:16.2f}{own:8.2f}{own / size * 1000:17.0f}{calls:7}{calls / size:10.1f}"
            print(line, flush=True)
        if BUCKETS in found:
            own, peer = found[BUCKETS][0], least()
            print(f"own time for {BUCKETS} buckets: {own:.2f} s ({at_most(own, SECONDS)})")
            print(f"that is {own / peer:.2f} times a play of {MODULES} tasks of aws_caller_info ({peer:.2f} s)")
        few, many = min(found), max(found)
        if many > few:
            longer, times = found[many][0] / found[few][0], many / few
            print(f"{times:g} times the buckets take {longer:.2f} times the own time ({at_most(longer, times / 2)})")
            more = (found[many][1] - found[few][1]) / (many - few)
            print(f"each further bucket adds {more:.1f} calls; of {many}: {dict(counts.most_common(6))}", flush=True)


if __name__ == "__main__":
    main()
