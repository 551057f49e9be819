# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication as seen by the `aws` command line, with nothing but the environment that with-lab gives."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from replication_lab import AWAY, Pair, idle


def aws(*words: str) -> Any:
    done = subprocess.run(["aws", *words, "--output", "json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def test_upload_and_look(tmp_path: Any) -> None:
    pair = Pair()
    file = tmp_path / "größe 1+1.txt"
    file.write_text("from the command line")
    there = ("--bucket", pair.source.name, "--key", file.name)
    aws("s3api", "put-object", *there, "--body", str(file), "--tagging", "a=1")
    idle()
    original = aws("s3api", "head-object", *there)
    replica = aws("s3api", "head-object", "--region", AWAY, "--bucket", pair.destination.name, "--key", file.name)
    assert (original["ReplicationStatus"], replica["ReplicationStatus"]) == ("COMPLETED", "REPLICA")
    assert original["VersionId"] == replica["VersionId"]
    replica_url = f"s3://{pair.destination.name}/{file.name}"
    aws("s3", "cp", replica_url, str(tmp_path / "back"), "--region", AWAY, "--only-show-errors")
    assert (tmp_path / "back").read_text() == "from the command line"


def test_failures_in_the_queue() -> None:
    pair = Pair()
    pair.role.withdraw("s3:ReplicateObject")
    there = ("--bucket", pair.source.name, "--key", "failing")
    aws("s3api", "put-object", *there)
    idle()
    (message,) = aws("sqs", "receive-message", "--queue-url", pair.queue.url)["Messages"]
    (record,) = json.loads(message["Body"])["Records"]
    assert record["replicationEventData"]["failureReason"] == "DstPutObjectNotPermitted"
    assert aws("s3api", "head-object", *there)["ReplicationStatus"] == "FAILED"
