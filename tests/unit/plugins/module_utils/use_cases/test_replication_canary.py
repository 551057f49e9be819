# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import BRIEFLY
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_canary import Task, replication_canary
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_replicating_s3 import (
    AWAY,
    HOME,
    START,
    FakeBucket,
    World,
)

BELOW = ".aws-dr-canary/"
EXPIRED = "probe-20200102T030405Z-0123456789abcdef"


def canary(world: World, *pairs: dict[str, Any], timeout: float = 60, **options: Any) -> Outcome:
    task = Task(list(pairs), **options)
    return replication_canary(lambda: world.clients, task, world.patience(timeout), world.now)  # type: ignore[arg-type, return-value]


def rows(outcome: Outcome) -> list[tuple[str | None, str, float | None]]:
    return [(row["rule_id"], row["status"], row["seconds"]) for row in outcome.results["rules"]]


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made


def test_a_probe_is_measured_told_and_removed_on_both_sides(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 5}
    outcome = canary(world, pair)
    (row,) = outcome.results["rules"]
    key, version = row.pop("key"), row.pop("version_id")
    assert key.startswith(f"{BELOW}probe-20261121T121100Z-") and version == "v1"
    assert row == {
        "source": "src",
        "source_region": HOME,
        "destination": "copy",
        "destination_region": AWAY,
        "rule_id": "to-copy",
        "status": "replicated",
        "seconds": 5.0,
        "source_status": "COMPLETED",
        "encryption": "AES256",
        "replicated_by": "to-copy",
        "reason": None,
        "advice": None,
        "started_at": "2026-11-21T12:00:00.000Z",
        "msg": f"s3://src/{key} was in copy after 5.0 seconds",
    }
    assert outcome.changed and outcome.results["replicated"] and outcome.results["left"] == []
    assert outcome.results["seconds"] == {"p50": 5, "p95": 5, "p99": 5, "max": 5, "measured": 1}
    assert world.left() == []


def test_all_probes_are_waited_for_at_once_and_a_slow_one_holds_up_no_other(world: World) -> None:
    pairs = [world.pair(f"src{number}", f"copy{number}") for number in range(20)]
    for number in range(20):
        world.buckets[f"src{number}"].delay = {f"copy{number}": number}
    outcome = canary(world, *pairs, concurrency=4)
    assert [row["seconds"] for row in outcome.results["rules"]] == list(range(20))
    assert world.time < 22


def test_tags_and_keys_of_the_source_reach_the_probe(world: World) -> None:
    filters = {"And": {"Prefix": "in/", "Tags": [{"Key": "a b", "Value": "c&d"}]}}
    pair = world.pair("src", "copy", Filter=filters)
    rule = world.buckets["src"].rules[0]
    rule["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    rule["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": "arn:replica"}
    pair["source"]["kms_key_arns"] = ["arn:key"]
    world.buckets["src"].delay = {"copy": 99}
    world.denied.add(("delete", "src"))
    canary(world, pair)
    (probe,) = world.buckets["src"].versions
    assert probe.key.startswith(f"in/{BELOW}probe-")
    assert (probe.tags, probe.kms_key) == ("a+b=c%26d", "arn:key")
    assert json.loads(probe.body)["probe_of"] == "aws_dr.s3.replication_canary"


def test_a_replica_that_does_not_come_in_time_is_a_result(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 900}
    outcome = canary(world, pair, timeout=30)
    (row,) = outcome.results["rules"]
    assert (row["status"], row["source_status"], row["seconds"]) == ("timed_out", "PENDING", 30)
    assert not outcome.results["replicated"] and outcome.results["seconds"] is None
    assert [bucket for operation, bucket in world.log if operation == "delete"] == ["src", "copy"]
    assert world.left() == [], "what S3 has not begun to replicate does not come any more"


def test_it_can_be_a_failure_too_after_the_clean_up(world: World, tmp_path: Path) -> None:
    good, bad = world.pair("src", "copy"), world.pair("src2", "copy2")
    world.buckets["src2"].delay = {"copy2": 900}
    file = tmp_path / "history"
    with pytest.raises(ToldError) as told:
        canary(world, good, bad, timeout=30, fail_on_timeout=True, history_file=str(file))
    assert told.value.message.startswith(
        "1 of 2 rules did not replicate their probe. src2 -> copy2: timed_out, s3://src2/"
    )
    assert told.value.details["changed"] and told.value.details["counts"]["replicated"] == 1
    assert world.left() == [] and len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda world: None, None),
        (lambda world: setattr(world.buckets["copy"], "versioning", "Suspended"), "DstBucketUnversioned"),
        (lambda world: world.buckets.pop("copy"), "DstBucketNotFound"),
        (lambda world: world.denied.add(("versioning", "copy")), None),
    ],
)
def test_a_failed_replication_tells_the_reason_where_it_shows(world: World, spoil: Any, reason: str | None) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": None}
    spoil(world)
    (row,) = canary(world, pair).results["rules"]
    assert (row["status"], row["source_status"], row["reason"]) == ("failed", "FAILED", reason)
    assert row["advice"] and (reason is not None or "replication_failure_info" in row["advice"])
    assert world.time < 10, "what S3 gave up is not waited for"
    assert world.left() == []


def test_another_destinations_failure_is_not_this_ones(world: World) -> None:
    pairs = [world.pair("src", "copy"), world.pair("src", "copy2")]
    world.buckets["src"].delay = {"copy": 5, "copy2": None}
    outcome = canary(world, *pairs)
    assert rows(outcome) == [("to-copy", "replicated", 5.0), ("to-copy2", "failed", None)]
    assert "another destination" in outcome.results["rules"][0]["msg"]
    assert world.calls["put"] == 1, "rules with the same filter share a probe"
    assert world.left() == []


def test_replicas_are_removed_where_nobody_asked_for_them(world: World) -> None:
    pair = world.pair("src", "copy")
    world.pair("src", "elsewhere")
    canary(world, pair)
    assert world.left() == []


def test_a_probe_that_disappears_is_told(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 50}
    world.planned.append((3, world.buckets["src"].versions.clear))
    (row,) = canary(world, pair).results["rules"]
    assert (row["status"], row["advice"]) == ("failed", None) and "disappeared" in row["msg"]
    assert world.time < 10


def test_an_object_that_the_rule_does_not_select_is_not_waited_for(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["copy"].versioning = "Suspended"
    world.buckets["src"].encryption = "aws:kms"
    (row,) = canary(world, pair).results["rules"]
    assert (row["status"], row["encryption"], row["reason"], row["advice"]) == ("failed", "aws:kms", None, None)
    assert "replica_kms_key_id" in row["msg"]
    assert world.time < 2


# ---- what is down ----


@pytest.mark.parametrize("down", [HOME, AWAY])
def test_nothing_is_written_where_a_side_does_not_answer(world: World, down: str) -> None:
    lost, good = world.pair("src", "copy"), world.pair("src2", "copy2")
    world.buckets["src2"].region, world.buckets["copy2"].region = "us-west-2", "us-west-1"
    good["source"]["region"], good["destination"]["region"] = "us-west-2", "us-west-1"
    world.down.add(down)
    outcome = canary(world, lost, good)
    assert [row["status"] for row in outcome.results["rules"]] == ["unreachable", "replicated"]
    assert outcome.results["rules"][0]["rule_id"] == (None if down == HOME else "to-copy")
    assert world.calls["put"] == 1 and world.time < 3


def test_a_region_that_is_silent_is_asked_as_little_as_can_be(world: World) -> None:
    there, back = world.pair("src", "copy"), world.pair("copy", "src")
    back["source"]["region"], back["destination"]["region"] = AWAY, HOME
    world.down.add(HOME)
    outcome = canary(world, there, back)
    assert [row["status"] for row in outcome.results["rules"]] == ["unreachable"] * 2
    assert (world.calls["ask"], world.calls["put"]) == (1, 0)
    assert world.clients.configs == [BRIEFLY]


def test_a_region_that_is_lost_on_the_way_is_told_soon(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 50}
    world.planned.append((2, lambda: world.down.add(AWAY)))
    outcome = canary(world, pair, timeout=900)
    assert [row["status"] for row in outcome.results["rules"]] == ["unreachable"]
    assert world.time < 10
    assert [one["bucket"] for one in outcome.results["left"]] == ["copy"]
    assert outcome.warnings == ["1 probes could not be removed; see left"]


@pytest.mark.parametrize("down", [HOME, AWAY])
def test_short_silences_are_waited_out(world: World, down: str) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 12}
    for moment in (2, 6):
        world.planned += [(moment, lambda: world.down.add(down)), (moment + 2, world.down.clear)]
    assert rows(canary(world, pair)) == [("to-copy", "replicated", 12.0)]


def test_a_silence_that_is_over_is_no_excuse(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 3}
    world.planned += [(2, lambda: world.down.add(AWAY)), (3.5, world.down.clear)]
    world.buckets["src"].stays = "PENDING"
    (row,) = canary(world, pair).results["rules"]
    assert (row["status"], row["source_status"]) == ("timed_out", "PENDING")
    assert "it is in copy after 60 seconds, and its status is PENDING" in row["msg"]


def test_the_seconds_are_those_until_the_replica_was_there(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 3}
    world.buckets["src"].stays = "PENDING"
    world.planned.append((8, lambda: setattr(world.buckets["src"], "stays", "COMPLETED")))
    assert rows(canary(world, pair)) == [("to-copy", "replicated", 3.0)]
    assert world.time >= 8


def test_a_destination_that_takes_for_ever_holds_up_no_other(world: World) -> None:
    pairs = [world.pair("src", "copy"), world.pair("src", "slow")]
    world.buckets["src"].delay = {"copy": 3, "slow": 500}
    outcome = canary(world, *pairs)
    assert rows(outcome) == [("to-copy", "replicated", 3.0), ("to-slow", "timed_out", 60.0)]


# ---- what is refused ----


@pytest.mark.parametrize(
    "operation, bucket, status, written",
    [
        ("rules", "src", "could_not_read", 0),
        ("put", "src", "not_written", 1),
        ("head", "copy", "could_not_read", 1),
        ("head", "src", "could_not_read", 1),
    ],
)
def test_what_the_caller_may_not_do_is_a_result(
    world: World, operation: str, bucket: str, status: str, written: int
) -> None:
    denied, good = world.pair("src", "copy"), world.pair("src2", "copy2")
    world.buckets["src"].delay = {"copy": 5}
    world.denied.add((operation, bucket))
    outcome = canary(world, denied, good)
    assert [row["status"] for row in outcome.results["rules"]] == [status, "replicated"]
    assert "Access Denied" in outcome.results["rules"][0]["msg"]
    assert world.calls["put"] == 1 + written and world.left() == []


def test_a_probe_that_can_not_be_removed_is_told_with_why(world: World) -> None:
    pairs = [world.pair("src", "copy"), world.pair("src2", "copy2")]
    world.buckets["copy"].keeps = "COMPLIANCE"
    world.denied.add(("delete", "src2"))
    outcome = canary(world, *pairs)
    assert outcome.results["replicated"]
    why = {one["bucket"]: one["why"] for one in outcome.results["left"]}
    assert why["copy"].startswith("Object Lock keeps it in COMPLIANCE mode until 2026-11-21")
    assert "s3:DeleteObjectVersion" in why["src2"] and set(why) == {"copy", "src2"}


def test_a_default_retention_is_told_before_anything_is_written(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].retention = True
    outcome = canary(world, pair, check_mode=True)
    assert outcome.warnings[0].startswith("Object Lock keeps every object of bucket src")
    assert world.left() == []


def test_no_rule_and_a_disabled_one_are_results(world: World) -> None:
    pairs = [world.pair("src", "copy", Status="Disabled"), world.pair("src2", "copy2")]
    world.buckets["src2"].rules.clear()
    outcome = canary(world, *pairs)
    assert [row["status"] for row in outcome.results["rules"]] == ["not_configured"] * 2
    assert not outcome.changed and not outcome.results["replicated"] and world.calls["put"] == 0


def test_a_key_that_would_be_too_long_is_a_result(world: World) -> None:
    outcome = canary(world, world.pair("src", "copy"), key_prefix="a" * 1000)
    assert [row["status"] for row in outcome.results["rules"]] == ["not_written"]


def test_bad_input_is_refused_all_together(world: World, tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        canary(world, {"source": {}}, timeout=0, history_size=0, history_bucket="b", history_key="")
    assert len(refused.value.problems) == 6
    with pytest.raises(RefusedError, match="there is no directory"):
        canary(world, world.pair("src", "copy"), history_file=str(tmp_path / "none" / "file"))
    with pytest.raises(RefusedError, match="history_bucket none"):
        canary(world, world.pair("src", "copy"), history_bucket="none", check_mode=True)
    assert world.calls["put"] == 0


def test_no_pair_is_nothing_to_do(world: World) -> None:
    outcome = canary(world)
    assert (outcome.changed, outcome.results["rules"], outcome.results["replicated"]) == (False, [], False)


# ---- leftovers ----


def test_probes_of_killed_runs_are_removed_and_nothing_else(world: World) -> None:
    pair = world.pair("src", "copy", Filter={"Prefix": "in/"})
    keys = [f"in/{BELOW}{EXPIRED}", f"in/{BELOW}{EXPIRED}x", f"in/{BELOW}data", f"{BELOW}{EXPIRED}", f"in/{EXPIRED}"]
    for key in keys:
        world.put("src", key)
    world.put("copy", keys[0], marker=True)
    before = len(world.left())
    assert canary(world, pair, check_mode=True).results["removed_leftovers"] == 3
    assert len(world.left()) == before
    outcome = canary(world, pair)
    assert outcome.results["removed_leftovers"] == 3
    assert {key for _bucket, key in world.left()} == set(keys[1:])


def test_a_run_that_is_killed_leaves_what_a_later_one_removes(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 5}

    def killed() -> None:
        world.denied |= {("delete", "src"), ("delete", "copy")}

    world.planned.append((4, killed))
    canary(world, pair)
    assert len(world.left()) == 2
    world.denied.clear()
    assert canary(world, pair).results["removed_leftovers"] == 0, "another run may wait for it still"
    assert len(world.left()) == 2
    world.time += 60 + 600
    assert canary(world, pair).results["removed_leftovers"] == 2
    assert world.left() == []


def test_an_exception_on_the_way_leaves_nothing(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["src"].delay = {"copy": 50}

    def crash() -> None:
        raise KeyboardInterrupt

    world.planned.append((3, crash))
    with pytest.raises(KeyboardInterrupt):
        canary(world, pair)
    assert world.left() == []


def test_a_listing_that_is_denied_is_a_warning(world: World) -> None:
    pair = world.pair("src", "copy")
    world.denied.add(("list", "copy"))
    outcome = canary(world, pair)
    assert outcome.results["replicated"]
    assert "s3:ListBucketVersions" in outcome.warnings[0]


# ---- check mode and history ----


def test_check_mode_tells_and_writes_nothing(world: World, tmp_path: Path) -> None:
    pair, file = world.pair("src", "copy"), tmp_path / "history"
    outcome = canary(world, pair, check_mode=True, history_file=str(file))
    assert outcome.changed and outcome.results["counts"]["planned"] == 1
    assert outcome.results["rules"][0]["key"].startswith(BELOW)
    assert world.calls["put"] == world.calls["delete"] == 0 and not file.exists()


def test_check_mode_fails_for_nothing_that_it_finds(world: World) -> None:
    pair = world.pair("src", "copy")
    world.down.add(AWAY)
    outcome = canary(world, pair, check_mode=True, fail_on_timeout=True)
    assert not outcome.changed and outcome.results["counts"]["unreachable"] == 1


def test_only_what_came_of_probes_of_known_rules_is_kept(world: World, tmp_path: Path) -> None:
    lost, refused, file = world.pair("src", "copy"), world.pair("src2", "copy2"), tmp_path / "history"
    world.buckets["src"].region = lost["source"]["region"] = "us-west-2"
    world.down.add("us-west-2")
    world.denied.add(("put", "src2"))
    outcome = canary(world, lost, refused, history_file=str(file))
    assert [row["status"] for row in outcome.results["rules"]] == ["unreachable", "not_written"]
    assert outcome.results["history"] == [] and not file.exists()


def test_file_and_object_are_both_read_and_both_written(world: World, tmp_path: Path) -> None:
    pair, file = world.pair("src", "copy"), tmp_path / "history"
    world.buckets["state"] = FakeBucket("us-west-2")
    kept: dict[str, Any] = {"history_file": str(file), "history_bucket": "state", "history_region": "us-west-2"}
    world.buckets["src"].delay = {"copy": 2}
    canary(world, pair, history_file=str(file))
    file.write_text(file.read_text() + '{"at": "cut o')
    world.time += 100
    world.buckets["src"].delay = {"copy": 4}
    outcome = canary(world, pair, **kept)
    (told,) = outcome.results["history"]
    assert (told["measured"], told["p50"], told["max"]) == (2, 2.0, 4.0)
    assert len(file.read_text().splitlines()) == 3
    world.time += 100
    world.down |= {HOME}
    (told,) = canary(world, pair, check_mode=True, **kept).results["history"]
    assert (told["measured"], told["last_status"]) == (2, "replicated")
    assert told["age_seconds"] == 104, "the age is known while the source is down"
    (stored,) = {version.body for version in world.buckets["state"].versions}
    assert [json.loads(line)["seconds"] for line in stored.splitlines()] == [4.0]


def test_the_shared_object_keeps_the_newest_of_each_rule(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["state"] = FakeBucket("us-west-2")
    for _run in range(4):
        outcome = canary(world, pair, history_bucket="state", history_size=3)
        world.time += 10
    assert outcome.results["history"][0]["measured"] == 3
    assert len(world.buckets["state"].versions[-1].body.splitlines()) == 3


def test_two_controllers_lose_no_line(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["state"] = FakeBucket("us-west-2")
    other = b'{"at": "2026-11-21T11:00:00.000Z", "source": "src", "destination": "copy", "status": "failed"}\n'
    world.after_get = [None, lambda: world.put("state", "replication-canary.jsonl", body=other)]
    canary(world, pair, history_bucket="state")
    lines = [json.loads(line)["status"] for line in world.buckets["state"].versions[-1].body.splitlines()]
    assert lines == ["failed", "replicated"]


def test_a_history_that_can_not_be_written_loses_no_result(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["state"] = FakeBucket("us-west-2")
    world.denied.add(("put", "state"))
    outcome = canary(world, pair, history_bucket="state")
    assert outcome.results["replicated"] and "not in the shared history" in outcome.warnings[0]
    world.down.add("us-west-2")
    outcome = canary(world, pair, history_bucket="state")
    assert outcome.results["replicated"] and "was not read" in outcome.warnings[0]


def test_each_side_with_its_role_and_account(world: World) -> None:
    pair = world.pair("src", "copy")
    world.buckets["copy"].owner = "444455556666"
    role = AccountRole("arn:aws:iam::444455556666:role/copy")
    assert [row["status"] for row in canary(world, pair).results["rules"]] == ["replicated"]
    left = {bucket for bucket, _key in world.left()}
    assert left == {"copy"}, "another account's bucket is not touched by accident"
    world.clients.roles[role.role_arn] = world.clients
    world.time += 1000
    outcome = canary(world, pair, destination_role=role)
    assert (outcome.results["removed_leftovers"], outcome.results["left"], world.left()) == (1, [], [])
    assert world.now() > START
