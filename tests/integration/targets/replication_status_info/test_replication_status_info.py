# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""replication_status_info against the lab: each figure from its Region, also while the source's is down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.remediation import (
    DESTINATION_REGION,
    SOURCE_REGION,
    Pair,
    awaited,
)

Playbook = Callable[..., Run]


def test_the_source_region_may_be_down(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair = Pair(aws, lab, name)
    pair.s3.put_object(Bucket=pair.source, Key="good", Body=b"x")
    lab.replication_idle()
    pair.fail("bad", record=False)
    lab.call("POST", "/clock/advance", {"seconds": 61})
    watch = aws("cloudwatch", DESTINATION_REGION)
    awaited(lambda: watch.list_metrics(Namespace="AWS/S3")["Metrics"], bool)

    plain = f"{name}-plain"
    where = {"LocationConstraint": SOURCE_REGION}
    pair.s3.create_bucket(Bucket=plain, CreateBucketConfiguration=where)
    pairs = [_pair(source, pair.destination) for source in (pair.source, plain)]
    task = {"region": "us-east-1", "pairs": pairs}
    run = playbook(
        tasks=[
            {"name": "up", "aws_dr.s3.replication_status_info": task},
            _down("down"),
            {"name": "lost", "aws_dr.s3.replication_status_info": task},
        ]
    )
    assert not [changed for changed in run.changed if changed != "down"]
    row, other = run.of("up")["rules"]
    assert (row["rule_id"], row["metrics"], row["answer"], row["errors"]) == ("to-dr", True, "figures", []), row
    assert (row["pending_operations"], row["pending_bytes"], row["stale"]) == (0, 0, False)
    assert (row["failed_answer"], row["failed_operations"], row["operations"]) == ("figures", 1, 2)
    assert (other["answer"], other["failed_answer"]) == ("not_configured", "not_configured")
    assert run.of("up")["summary"]["figures"] == 1 and run.of("up")["unreachable_regions"] == []

    lost = run.of("lost")
    row, other = lost["rules"]
    assert (row["rule_id"], row["metrics"], row["answer"], row["pending_operations"]) == ("to-dr", None, "figures", 0)
    assert (row["failed_answer"], row["failed_operations"]) == ("could_not_read", None)
    assert (other["rule_id"], other["answer"], other["failed_answer"]) == (None, "no_data", "could_not_read")
    assert lost["unreachable_regions"] == [SOURCE_REGION]


def _pair(source: str, destination: str) -> dict[str, Any]:
    return {
        "source": {"bucket": source, "region": SOURCE_REGION},
        "destination": {"bucket": destination, "region": DESTINATION_REGION, "storage_class": "STANDARD"},
    }


def _down(title: str) -> dict[str, Any]:
    url = "{{ lookup('ansible.builtin.env', 'LAB_CONTROL_URL') }}/regions/" + SOURCE_REGION + "/down"
    return {"name": title, "ansible.builtin.uri": {"url": url, "method": "POST", "use_proxy": False}}
