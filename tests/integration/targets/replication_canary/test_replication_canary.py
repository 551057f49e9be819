# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""replication_canary against the lab: probes replicate and vanish, and whatever goes wrong is a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.remediation import (
    DESTINATION_REGION,
    SOURCE_REGION,
    Pair,
)

MODULE = "aws_dr.s3.replication_canary"
HISTORY_REGION, LOST_REGION = "us-east-1", "ap-southeast-2"
BELOW = ".aws-dr-canary/"
EXPIRED, AWAITED = "probe-20200102T030405Z-0123456789abcdef", "probe-29990102T030405Z-0123456789abcdef"
Playbook = Callable[..., Run]


class World(Pair):
    """The pair, with a second, stronger rule for a prefix and a tag.

    A second source has a rule whose role may not read it, and one to a Region that is down.
    """

    def __init__(self, aws: Aws, lab: Lab, name: str) -> None:
        super().__init__(aws, lab, name)
        configuration = self.s3.get_bucket_replication(Bucket=self.source)["ReplicationConfiguration"]
        self.first = configuration["Rules"][0]
        tagged = {"And": {"Prefix": "in put/ü+", "Tags": [{"Key": "a b", "Value": "c&d=e"}]}}
        configuration["Rules"].append({**self.first, "ID": "tagged", "Priority": 2, "Filter": tagged})
        self.s3.put_bucket_replication(Bucket=self.source, ReplicationConfiguration=configuration)
        self.history, self.second, self.lost = f"{name}-history", f"{name}-second", f"{name}-lost"
        aws("s3", HISTORY_REGION).create_bucket(Bucket=self.history)
        self._versioned(self.second, SOURCE_REGION)
        self._versioned(self.lost, LOST_REGION)
        to_lost = {**self.first["Destination"], "Bucket": f"arn:aws:s3:::{self.lost}"}
        configuration["Rules"] = [
            {**self.first, "ID": "denied", "Filter": {"Prefix": "denied/"}},
            {**self.first, "ID": "lost", "Priority": 2, "Filter": {"Prefix": "lost/"}, "Destination": to_lost},
        ]
        self.s3.put_bucket_replication(Bucket=self.second, ReplicationConfiguration=configuration)

    def _versioned(self, bucket: str, region: str) -> None:
        client = self.aws("s3", region)
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def task(self, title: str, *pairs: dict[str, Any], **options: Any) -> dict[str, Any]:
        return {"name": title, MODULE: {"pairs": list(pairs), "region": HISTORY_REGION, "wait_timeout": 20, **options}}

    def keys(self) -> list[str]:
        """The keys of all versions and delete markers on both sides."""
        found = []
        for client, bucket in ((self.s3, self.source), (self.s3, self.second), (self.away, self.destination)):
            answer = client.list_object_versions(Bucket=bucket)
            found += [one["Key"] for part in ("Versions", "DeleteMarkers") for one in answer.get(part, [])]
        return sorted(found)


def test_probes_replicate_and_vanish_and_every_trouble_is_a_result(
    aws: Aws, lab: Lab, name: str, playbook: Playbook, tmp_path: Path
) -> None:
    world, file = World(aws, lab, name), tmp_path / "canary.jsonl"
    kept = {"history_file": str(file), "history_bucket": world.history}
    mine = _pair(world.source, world.destination, DESTINATION_REGION)
    pairs = [
        mine,
        _pair(world.source, world.history, HISTORY_REGION),
        _pair(world.second, world.destination, DESTINATION_REGION),
        _pair(world.second, world.lost, LOST_REGION),
    ]
    # Left by a killed run on both sides, with a delete marker; a probe that is waited for; and something else.
    for name_of_key in (EXPIRED, AWAITED, f"{EXPIRED}.txt"):
        world.s3.put_object(Bucket=world.source, Key=BELOW + name_of_key, Body=b"x")
    lab.replication_idle()
    world.s3.delete_object(Bucket=world.source, Key=BELOW + EXPIRED)
    before = world.keys()
    lab.call("POST", f"/regions/{LOST_REGION}/down")

    planned = playbook(tasks=[world.task("planned", *pairs, **kept)], check=True).of("planned")
    assert planned["changed"] and planned["removed_leftovers"] == 3
    statuses = [(row["rule_id"], row["status"]) for row in planned["rules"]]
    others = [(None, "not_configured"), ("denied", "planned"), ("lost", "unreachable")]
    assert statuses == [("tagged", "planned"), ("to-dr", "planned"), *others]
    assert world.keys() == before and not file.exists()

    run = playbook(
        tasks=[
            world.task("good", *pairs, **kept),
            _slow(),
            {**world.task("late", mine, wait_timeout=1, fail_on_timeout=True, **kept), "ignore_errors": True},
        ]
    )
    good = run.of("good")
    assert good["changed"] and not good["replicated"]
    assert [(row["rule_id"], row["status"], row["source_status"]) for row in good["rules"]] == [
        ("tagged", "replicated", "COMPLETED"),
        ("to-dr", "replicated", "COMPLETED"),
        (None, "not_configured", None),
        ("denied", "failed", "FAILED"),
        ("lost", "unreachable", None),
    ]
    tagged, plain, _unused, denied, _unused = good["rules"]
    assert tagged["key"].startswith(f"in put/ü+{BELOW}probe-") and 0 < tagged["seconds"] < 20
    assert (plain["encryption"], plain["replicated_by"]) == ("AES256", "to-dr")
    assert "aws_dr.s3.replication_failure_info" in denied["advice"]
    assert (good["removed_leftovers"], good["left"]) == (3, [])

    late = run.of("late")
    assert late["changed"] and [row["status"] for row in late["rules"]] == ["timed_out"] * 2
    assert "2 of 2 rules did not replicate their probe" in late["msg"] and "its status is PENDING" in late["msg"]
    assert world.keys() == sorted([BELOW + AWAITED, f"{BELOW}{EXPIRED}.txt"] * 2)

    expected = ["replicated", "replicated", "failed", "unreachable", "timed_out", "timed_out"]
    assert [json.loads(line)["status"] for line in file.read_text().splitlines()] == expected
    shared = aws("s3", HISTORY_REGION).get_object(Bucket=world.history, Key="replication-canary.jsonl")["Body"].read()
    assert sorted(json.loads(line)["status"] for line in shared.splitlines()) == sorted(expected)
    told = next(one for one in late["history"] if one["rule_id"] == "tagged")
    assert (told["measured"], told["replicated"], told["timed_out"], told["last_status"]) == (2, 1, 1, "timed_out")
    assert told["last_replicated_at"] == tagged["started_at"] and told["age_seconds"] >= 1


def _pair(source: str, destination: str, region: str) -> dict[str, Any]:
    return {
        "source": {"bucket": source, "region": SOURCE_REGION},
        "destination": {"bucket": destination, "region": region},
    }


def _slow() -> dict[str, Any]:
    url = "{{ lookup('ansible.builtin.env', 'LAB_CONTROL_URL') }}/settings"
    request = {"url": url, "method": "PUT", "use_proxy": False, "body_format": "json"}
    return {"name": "slow", "ansible.builtin.uri": {**request, "body": {"replication_delay": 3600}}}
