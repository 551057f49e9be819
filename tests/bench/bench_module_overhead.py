# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module call of ours costs beside ``amazon.aws.s3_bucket_info`` on the same bucket.

Both are run as real ansible-playbook tasks in one play, in turn, so that the machine's noise meets both. The figure
is the median of the tasks' own durations (start of the task to its result, measured by a callback in the process
of ansible-playbook). Run it as ``tests/lab/with-lab python tests/bench/bench_module_overhead.py [ROUNDS]``.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import boto3
import yaml
from verdict import at_most

BUCKET = "bench-overhead"
DESTINATION = "bench-overhead-dr"
ASKED = 1.2
HERE = Path(__file__).parent


def prepare() -> None:
    """Make a pair with one rule, through plain boto3."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    here, there = boto3.client("s3", region_name="us-east-1"), boto3.client("s3", region_name="us-west-2")
    here.create_bucket(Bucket=BUCKET)
    there.create_bucket(Bucket=DESTINATION, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    for client, bucket in ((here, BUCKET), (there, DESTINATION)):
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "to-dr",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{DESTINATION}"},
    }
    role = f"arn:aws:iam::{account}:role/bench"
    here.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration={"Role": role, "Rules": [rule]})


def tasks(rounds: int) -> list[dict[str, Any]]:
    """The two modules in turn; the first pair of calls warms caches and is not counted."""
    peer = {"name": "peer", "amazon.aws.s3_bucket_info": {"name": BUCKET}}
    ours = {"name": "ours", "aws_dr.s3.bucket_replication_info": {"bucket": BUCKET}}
    return [peer, ours] * (rounds + 1)


def main() -> None:
    """Measure, print the table, and say whether the figure asked for was reached."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        play = Path(folder) / "play.yml"
        results = Path(folder) / "results.jsonl"
        results.touch()
        head = {"name": "Bench", "hosts": "localhost", "connection": "local", "gather_facts": False}
        play.write_text(yaml.safe_dump([{**head, "tasks": tasks(rounds)}], sort_keys=False), encoding="utf-8")
        settings = {
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "aws_dr_durations",
            "AWS_DR_RESULTS": str(results),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        }
        command = ["ansible-playbook", "-i", "localhost,", str(play)]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()][2:]
    seconds = {name: [line["seconds"] for line in lines if line["task"] == name] for name in ("peer", "ours")}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{'module':45}{'median s':>10}{'min s':>10}{'max s':>10}")
    for name, module in (("peer", "amazon.aws.s3_bucket_info"), ("ours", "aws_dr.s3.bucket_replication_info")):
        print(f"{module:45}{medians[name]:10.3f}{min(seconds[name]):10.3f}{max(seconds[name]):10.3f}")
    ratio = medians["ours"] / medians["peer"]
    print(f"ratio {ratio:.2f} ({at_most(ratio, ASKED)}), {rounds} calls each")


if __name__ == "__main__":
    main()
