# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a fresh lab takes to be ready, beside the import of boto3 in a fresh Python.

Run it as ``tests/lab/with-lab python tests/bench/bench_lab_start.py [ROUNDS]``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from verdict import at_most

WITH_LAB = Path(__file__).resolve().parent.parent / "lab" / "with-lab"
ASKED = 5.0
COMMANDS = {"with-lab true": [str(WITH_LAB), "true"], "import boto3": [sys.executable, "-c", "import boto3"]}


def main() -> None:
    """Measure both in turn and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _round in range(rounds):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, check=True)
            seconds[name].append(time.perf_counter() - started)
    print(f"{'command':20}{'median s':>10}{'min s':>10}{'max s':>10}")
    for name, values in seconds.items():
        print(f"{name:20}{statistics.median(values):10.2f}{min(values):10.2f}{max(values):10.2f}")
    lab, peer = (statistics.median(seconds[name]) for name in COMMANDS)
    print(f"ratio {lab / peer:.1f}, start and stop together (ready sooner; {at_most(lab, ASKED)}), {rounds} rounds")


if __name__ == "__main__":
    main()
