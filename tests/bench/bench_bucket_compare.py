# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing two buckets of 200,000 versions each, beside ``aws s3 sync --dryrun`` and ``rclone check --fast-list``.

All of them list the same stub (``list_stub.py``), which is faster than any of them: at wire speed, and with each answer
so many seconds later, as over a network. The peers list current objects, bucket_compare versions, which are more bytes.
Memory is that of all processes of a way at its peak, what they share counted once (PSS), looked at every 50 ms. rclone
is measured where it is installed (Debian package ``rclone``). Run it as
``tests/lab/with-lab python tests/bench/bench_bucket_compare.py [VERSIONS [DELAY [ROUNDS]]]``.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import verdict

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / ".build" / "collections"))
ASKED_RATIO = 5.0
ASKED_GROWTH = 1.1
SOURCE, DESTINATION = "bucket-a", "bucket-b"
# What with-lab gives is for the lab; the stub speaks plain HTTP.
_NOT_OURS = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


@contextmanager
def stub(versions: int, delay: float) -> Iterator[dict[str, str]]:
    """A stub at work; gives the environment of those who ask it."""
    command = [sys.executable, str(HERE / "list_stub.py"), str(versions), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        keys = {"AWS_ACCESS_KEY_ID": "stub", "AWS_SECRET_ACCESS_KEY": "stub", "AWS_DEFAULT_REGION": "us-east-1"}
        # The provider only decides that bucket names stand in the path.
        rclone = {"TYPE": "s3", "PROVIDER": "Minio", "ENDPOINT": url, "ENV_AUTH": "true", "REGION": "us-east-1"}
        rest = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        stubbed = {f"RCLONE_CONFIG_STUB_{name}": value for name, value in rclone.items()}
        try:
            yield {**rest, **keys, **stubbed, "STUB_URL": url}
        finally:
            server.terminate()


def ways(url: str, versions: int) -> dict[str, list[str]]:
    """The commands; each exits with 0 when it found both sides equal."""
    buckets = [f"s3://{SOURCE}", f"s3://{DESTINATION}"]
    found = {"bucket_compare": [sys.executable, __file__, "--one", str(versions)]}
    found["aws s3 sync --dryrun"] = [shutil.which("aws") or "aws", "s3", "sync", "--dryrun", "--endpoint-url", url]
    found["aws s3 sync --dryrun"] += buckets
    if rclone := shutil.which("rclone"):
        sides = [f"stub:{SOURCE}", f"stub:{DESTINATION}"]
        found["rclone check"] = [rclone, "check", "--fast-list", "--config", os.devnull, *sides]
    return found


class Taken(NamedTuple):
    """What one run took. The processor's seconds say more than the clock's on a busy machine."""

    seconds: float
    processor: float
    memory: float


def memory_now(pid: int) -> float:
    """MiB of a process and of those that it began."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return 0.0
    (pss,) = (int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return pss / 1024 + sum(memory_now(int(child)) for child in children)


def watched(process: subprocess.Popen[str]) -> tuple[int, Any, float]:
    """Wait for a process; its status, what it and its children used, and the MiB at their peak."""
    peak = 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return status, usage, peak
        peak = max(peak, memory_now(process.pid))
        time.sleep(0.05)


def measured(command: list[str], environment: dict[str, str]) -> Taken:
    """Run a command."""
    with tempfile.TemporaryFile("w+") as said:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT, text=True)
        status, usage, memory = watched(process)
        took = time.monotonic() - began
        said.seek(0)
        text = said.read()
    if status != 0 or "(dryrun)" in text:
        sys.exit(f"{' '.join(command)} did not find both sides equal:\n{text[-2000:]}")
    return Taken(took, usage.ru_utime + usage.ru_stime, memory)


def one(versions: int) -> None:
    """Compare; an assertion ends the process where the result is wrong."""
    import boto3

    from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
    from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_compare as use_case

    task = use_case.Task(
        [
            use_case.PairTask(
                use_case.SideTask(SOURCE, "us-east-1"), use_case.SideTask(DESTINATION, "us-east-1"), "", True
            )
        ],
        [],
    )
    clients = Clients(boto3.Session(), "us-east-1", task.concurrency, settings={"endpoint_url": os.environ["STUB_URL"]})
    with tempfile.TemporaryDirectory() as folder:
        where = use_case.Surroundings(
            lambda region: clients.get("s3"), lambda region: clients.get("s3"), lambda: (clients.get("s3"), ""), folder
        )
        results = use_case.compare_buckets(where, task).results
    (pair,) = results["pairs"]
    both = {"source": versions, "destination": versions}
    assert results["equal"] and pair["versions"] == both and pair["counts"]["equal"] == versions, results


def table(versions: int, delay: float, rounds: int) -> float:
    """Measure all ways in turn, so that noise meets all; print what they took, give the MiB of bucket_compare."""
    print(f"{versions} x {versions} versions, each answer {delay:g} s later, median of {rounds}")
    print("| way | seconds | versions/s | processor s | MiB |\n| --- | --- | --- | --- | --- |")
    taken: dict[str, list[Taken]] = {}
    with stub(versions, delay) as environment:
        commands = ways(environment["STUB_URL"], versions)
        for _round in range(rounds):
            for name, command in commands.items():
                taken.setdefault(name, []).append(measured(command, environment))
    found = {name: Taken(*map(statistics.median, zip(*got, strict=True))) for name, got in taken.items()}
    for name, (seconds, processor, memory) in found.items():
        print(f"| {name} | {seconds:.1f} | {2 * versions / seconds:.0f} | {processor:.1f} | {memory:.0f} |")
    if "rclone check" not in found:
        print("rclone is not installed (Debian package rclone): not measured")
    ours = found.pop("bucket_compare")
    best = min(found, key=lambda name: found[name].seconds)
    ratio = found[best].seconds / ours.seconds
    told = "" if delay else f" ({verdict.at_least(ratio, ASKED_RATIO)})"  # what is asked is asked at wire speed
    print(f"{ratio:.1f} times as fast as {best}{told}\n", flush=True)
    return ours.memory


def memory_of(versions: int) -> float:
    """MiB that bucket_compare takes for so many versions on either side."""
    with stub(versions, 0.0) as environment:
        return measured(ways(environment["STUB_URL"], versions)["bucket_compare"], environment).memory


def main() -> None:
    """Compare at wire speed and as over a network, then more for the memory."""
    versions = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.05
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    whole = table(versions, 0.0, rounds)
    table(versions, delay, rounds)
    # Fewer versions do not keep all threads busy, each of which holds a page or two.
    twice, more = (memory_of(times * versions) for times in (2, 4))
    told = f"{whole:.0f} MiB for {versions}, {twice:.0f} for {2 * versions}, {more:.0f} for {4 * versions} versions"
    print(
        f"memory: {told}; from first to last {more / whole:.2f} times ({verdict.at_most(more / whole, ASKED_GROWTH)})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main()
