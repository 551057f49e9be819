# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.auto_enroll import LONGEST_HIDDEN, Ports, auto_enroll
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


class World:
    """Buckets that need something, and all that was asked of the ports."""

    def __init__(self, needing: Iterable[str] = (), paused: Mapping[str, int] | None = None) -> None:
        self.needing, self.paused = set(needing), dict(paused or {})
        self.broken: dict[str, Exception] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.lines: list[Mapping[str, Any]] = []
        self.left = 300.0
        self.unhideable = False

    def enrol(self, bucket: str, check_mode: bool) -> Outcome:
        """Plan or do."""
        self.calls.append(("plan" if check_mode else "apply", bucket))
        if bucket in self.broken:
            raise self.broken[bucket]
        changed = bucket in self.needing
        if not check_mode:
            self.needing.discard(bucket)
        return Outcome(changed)

    def sources_of(self, bucket: str, region: str) -> list[str]:
        """A DR bucket stands for its source; what is called other- is nothing of ours."""
        del region
        return [] if bucket.startswith("other-") else [bucket.removesuffix("-dr")]

    def hide(self, receipt: str, seconds: int) -> None:
        """Note it."""
        if self.unhideable:
            raise ToldError("no")
        self.calls.append(("hide", receipt, seconds))

    def run(self, *bodies: str) -> list[str]:
        """Handle a batch; the ids of the messages that come back."""
        records = [
            {"messageId": f"m{number}", "receiptHandle": f"r{number}", "body": body}
            for number, body in enumerate(bodies)
        ]
        ports = Ports(self.enrol, self.sources_of, self.paused.get, self.hide, lambda: self.left, self.say)
        return [failure["itemIdentifier"] for failure in auto_enroll(records, ports)["batchItemFailures"]]

    def say(self, line: Mapping[str, Any]) -> None:
        """Keep the line; the log is JSON."""
        json.dumps(line)
        self.lines.append(line)


def about(bucket: str, call: str = "PutBucketTagging") -> str:
    """An event."""
    detail = {"eventName": call, "awsRegion": "us-east-1", "requestParameters": {"bucketName": bucket}}
    return json.dumps({"detail": detail})


def test_a_bucket_is_planned_and_then_done_once_however_many_events_there_are() -> None:
    world = World(needing=["bucket-a"])
    assert world.run(about("bucket-a"), about("bucket-a", "CreateBucket"), about("bucket-a-dr", "DeleteBucket")) == []
    assert world.calls == [("plan", "bucket-a"), ("apply", "bucket-a")]
    assert world.lines[-1]["calls"] == ["CreateBucket", "DeleteBucket", "PutBucketTagging"]


def test_an_event_of_our_own_call_finds_nothing_to_change() -> None:
    world = World(needing=["bucket-a"])
    world.run(about("bucket-a"))
    world.calls.clear()
    assert world.run(about("bucket-a", "PutBucketReplication")) == []
    assert world.calls == [("plan", "bucket-a")]


def test_a_paused_bucket_is_left_alone_and_its_messages_come_back_when_the_pause_is_over() -> None:
    world = World(needing=["bucket-a", "bucket-b"], paused={"bucket-a": 600})
    assert world.run(about("bucket-a"), about("bucket-b"), about("bucket-a")) == ["m0", "m2"]
    assert ("apply", "bucket-a") not in world.calls
    assert ("apply", "bucket-b") in world.calls
    assert [call for call in world.calls if call[0] == "hide"] == [("hide", "r0", 660), ("hide", "r2", 660)]


def test_a_long_pause_is_hidden_as_long_as_sqs_allows_and_hiding_may_fail() -> None:
    world = World(needing=["bucket-a"], paused={"bucket-a": 43200})
    assert world.run(about("bucket-a")) == ["m0"]
    assert world.calls[-1] == ("hide", "r0", LONGEST_HIDDEN)
    world.unhideable = True
    assert world.run(about("bucket-a")) == ["m0"]


def test_a_paused_bucket_that_needs_nothing_is_done() -> None:
    assert World(paused={"bucket-a": 600}).run(about("bucket-a")) == []


def test_one_bad_bucket_or_message_does_not_stop_the_others() -> None:
    world = World(needing=["bad", "worse", "good"])
    world.broken = {"bad": ToldError("denied"), "worse": RuntimeError("bug")}
    assert world.run("no JSON", about("bad"), about("worse"), about("good"), about("other-x")) == ["m0", "m1", "m2"]
    assert ("apply", "good") in world.calls
    outcomes = [line["outcome"] for line in world.lines]
    assert outcomes == ["unreadable", "not ours", "failed", "failed", "changed"]


def test_nothing_is_begun_when_time_runs_out() -> None:
    world = World(needing=["bucket-a"])
    world.left = 10
    assert world.run(about("bucket-a")) == ["m0"]
    assert world.calls == []
