# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

# ruff: noqa: N803 (arguments are named as boto3 names them)
from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import DRILL_SID
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import replication_probe as use_case
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Side, Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drill_records import Books
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_break import Task, replication_break
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replication_probe import Wish, absent, present
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

from .fake_aws import client_error

ACCOUNT = "111122223333"
PAIR = AskedPair("invoices", "us-east-1", "invoices-dr", "eu-west-1")
TASK = Task([PAIR], ".aws-dr-drill/", concurrency=2)
THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


class FakeS3:
    """Both buckets. ``status`` is what becomes of what is written; ``COMPLETED`` puts a replica on the other side."""

    def __init__(self) -> None:
        self.versions: dict[str, list[dict[str, Any]]] = {"invoices": [], "invoices-dr": []}
        self.policies: dict[str, Any] = {"invoices-dr": {"Version": "2012-10-17", "Statement": [THEIRS]}}
        self.rules: list[dict[str, Any]] = [self.rule("to-dr", "in/")]
        self.status = "COMPLETED"
        self.locked = False
        self.retaining: set[str] = set()
        self.tagging: list[str] = []
        self.meta = SimpleNamespace(region_name="us-east-1")

    @staticmethod
    def rule(name: str, prefix: str, status: str = "Enabled", tag: str = "") -> dict[str, Any]:
        """A rule to the other bucket."""
        plain: dict[str, Any] = {"Prefix": prefix}
        made = {"And": {**plain, "Tags": [{"Key": "team", "Value": tag}]}} if tag else plain
        return {
            "ID": name,
            "Priority": len(prefix) + 1,
            "Status": status,
            "Filter": made,
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::invoices-dr"},
        }

    def get_bucket_replication(self, Bucket: str) -> dict[str, Any]:
        """As S3."""
        if not self.rules:
            raise client_error("ReplicationConfigurationNotFoundError", "GetBucketReplication", status=404)
        role = f"arn:aws:iam::{ACCOUNT}:role/{Bucket}"
        return {"ReplicationConfiguration": {"Role": role, "Rules": self.rules}}

    def put_object(self, Bucket: str, Key: str, **more: Any) -> dict[str, Any]:
        """As S3, which replicates at once."""
        self.tagging += [more["Tagging"]] if "Tagging" in more else []
        made = {"Key": Key, "VersionId": f"v{sum(map(len, self.versions.values()))}", "Status": self.status}
        self.versions[Bucket].insert(0, made)
        if self.status == "COMPLETED":
            self.versions["invoices-dr"].insert(0, {**made, "Status": "REPLICA"})
        return {"VersionId": made["VersionId"], "ServerSideEncryption": "AES256"}

    def head_object(self, Bucket: str, Key: str, VersionId: str, **_more: Any) -> dict[str, Any]:
        """As S3."""
        for one in self.versions[Bucket]:
            if (one["Key"], one["VersionId"]) == (Key, VersionId):
                return {"ReplicationStatus": one["Status"]}
        raise client_error("404", "HeadObject", status=404)

    def get_paginator(self, _method: str) -> Any:
        """ListObjectVersions in one page."""

        def paginate(Bucket: str, Prefix: str, **_more: Any) -> list[dict[str, Any]]:
            found = [one for one in self.versions[Bucket] if one["Key"].startswith(Prefix)]
            markers = [one for one in found if one.get("Marker")]
            return [{"Versions": [one for one in found if one not in markers], "DeleteMarkers": markers}]

        return SimpleNamespace(paginate=paginate)

    def delete_objects(self, Bucket: str, Delete: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """As S3."""
        if self.locked:
            return {"Errors": [{**one, "Code": "AccessDenied", "Message": "locked"} for one in Delete["Objects"]]}
        gone = {(one["Key"], one["VersionId"]) for one in Delete["Objects"]}
        self.versions[Bucket] = [one for one in self.versions[Bucket] if (one["Key"], one["VersionId"]) not in gone]
        return {}

    def get_object_lock_configuration(self, Bucket: str, **_more: Any) -> dict[str, Any]:
        """As S3."""
        if Bucket not in self.retaining:
            raise client_error("ObjectLockConfigurationNotFoundError", "GetObjectLockConfiguration", status=404)
        return {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}}}

    def get_bucket_policy(self, Bucket: str, **_more: Any) -> dict[str, Any]:
        """As S3."""
        if Bucket not in self.policies:
            raise client_error("NoSuchBucketPolicy", "GetBucketPolicy", status=404)
        return {"Policy": json.dumps(self.policies[Bucket])}

    def put_bucket_policy(self, Bucket: str, Policy: str, **_more: Any) -> None:
        """As S3."""
        if self.locked:
            raise client_error("AccessDenied", "PutBucketPolicy", status=403)
        self.policies[Bucket] = json.loads(Policy)

    def delete_bucket_policy(self, Bucket: str, **_more: Any) -> None:
        """As S3."""
        del self.policies[Bucket]


def sides(s3: FakeS3) -> Sides:
    """Both sides are one account."""
    clients: Any = SimpleNamespace(get=lambda _service, _region=None: s3)
    caller: Any = SimpleNamespace(account=ACCOUNT, partition="aws", arn="arn:aws:iam::111122223333:user/u")
    side = Side(clients, caller, "us-east-1")
    return Sides(side, side)


def patience(timeout: float = 5) -> Patience:
    """A clock that sleeping moves."""
    time = [0.0]
    return Patience(timeout, 1, now=lambda: time[0], sleep=lambda seconds: time.__setitem__(0, time[0] + seconds))


def test_written_once_and_removed_without_a_trace() -> None:
    s3 = FakeS3()
    s3.versions["invoices"].append({"Key": "in/.aws-dr-drill/theirs", "VersionId": "x", "Status": ""})
    told = present(sides(s3), replace(TASK, check_mode=True), Wish(), None, patience())
    assert told.changed and len(s3.versions["invoices"]) == 1
    done = present(sides(s3), TASK, Wish(stage="replicated"), None, patience())
    assert (told.before, told.after) == (done.before, done.after)
    assert [probe["key"] for probe in done.results["probes"]] == [f"in/.aws-dr-drill/probe-{n}" for n in (1, 2, 3)]
    assert all(probe["replica"] and probe["source_status"] == "COMPLETED" for probe in done.results["probes"])
    assert done.results["seconds"] == {"replicated": 0.0}
    again = present(sides(s3), TASK, Wish(stage="replicated"), None, patience())
    assert not again.changed and again.results["probes"] == done.results["probes"]
    fresh = present(sides(s3), TASK, Wish(fresh=True), None, patience())
    assert fresh.changed and fresh.results["probes"][0]["version_id"] != done.results["probes"][0]["version_id"]
    assert absent(sides(s3), replace(TASK, check_mode=True), None).changed and len(s3.versions["invoices-dr"]) == 6
    assert absent(sides(s3), TASK, None).changed
    assert [one["Key"] for one in s3.versions["invoices"]] == ["in/.aws-dr-drill/theirs"]
    assert not s3.versions["invoices-dr"]
    assert not absent(sides(s3), TASK, None).changed


def test_a_delete_marker_is_no_probe_and_goes_too() -> None:
    s3 = FakeS3()
    key = "in/.aws-dr-drill/probe-1"
    s3.versions["invoices"].append({"Key": key, "VersionId": "m", "Status": "", "Marker": True})
    done = present(sides(s3), TASK, Wish(1), None, patience())
    assert done.changed and done.results["probes"][0]["version_id"] != "m"
    absent(sides(s3), TASK, None)
    assert not s3.versions["invoices"]


def test_each_rule_gets_probes_by_its_filter() -> None:
    s3 = FakeS3()
    s3.rules.append(s3.rule("tagged", "logs/", tag="a b"))
    s3.rules.append(s3.rule("off", "old/", "Disabled"))
    done = present(sides(s3), TASK, Wish(1), None, patience())
    assert {probe["rule_id"] for probe in done.results["probes"]} == {"to-dr", "tagged"}
    assert s3.tagging == ["team=a+b"]
    assert [one["key_prefix"] for one in done.results["prefixes"]] == ["in/.aws-dr-drill/", "logs/.aws-dr-drill/"]
    paused = present(sides(s3), replace(TASK, any_status=True), Wish(1), None, patience())
    assert len(paused.results["probes"]) == 3
    s3.rules = []
    s3.put_object("invoices", ".aws-dr-drill/probe-1")
    assert absent(sides(s3), TASK, None).results["removed"].count("invoices/.aws-dr-drill/probe-1") == 1
    with pytest.raises(RefusedError, match="has no rule"):
        present(sides(s3), TASK, Wish(1), None, patience())


@pytest.mark.parametrize(
    ("status", "stage", "told"),
    [
        ("PENDING", "failed", "is PENDING"),
        ("COMPLETED", "failed", "had not taken hold"),
        ("FAILED", "replicated", "is FAILED, and is not in invoices-dr"),
        ("FAILED", "recorded", "not in the ledger"),
    ],
)
def test_a_wait_that_runs_out_says_where_each_stood(status: str, stage: str, told: str) -> None:
    s3 = FakeS3()
    s3.status = status
    with pytest.raises(DeadlineError, match=told) as late:
        present(sides(s3), TASK, Wish(2, stage), None, patience())
    assert [probe["source_status"] for probe in late.value.details["probes"]] == [status] * 2


def test_failures_are_collected_and_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = FakeS3()
    s3.status = "FAILED"
    looks: list[int] = []

    def reasons(spots: Any, _books: Books) -> dict[Any, str]:
        looks.append(len(spots))
        known = s3.versions["invoices"][: len(looks)]
        return {("invoices", one["Key"], one["VersionId"], "invoices-dr"): "Denied" for one in known}

    monkeypatch.setattr(use_case, "reasons_of", reasons)
    books = Books(None, "ledger", lambda _region: None)
    done = present(sides(s3), TASK, Wish(3, "recorded"), books, patience())
    assert len(looks) == 3 and done.results["seconds"] == {"failed": 0.0, "recorded": 2.0}
    assert {probe["reason"] for probe in done.results["probes"]} == {"Denied"}


@pytest.mark.parametrize("bucket", ["invoices", "invoices-dr"])
def test_no_probe_is_written_that_would_have_to_stay(bucket: str) -> None:
    s3 = FakeS3()
    s3.retaining.add(bucket)
    for check_mode in (True, False):
        with pytest.raises(RefusedError, match=f"{bucket} lock new objects"):
            present(sides(s3), replace(TASK, check_mode=check_mode), Wish(), None, patience())
    assert not s3.versions["invoices"]


def test_what_cannot_be_removed_is_told() -> None:
    s3 = FakeS3()
    present(sides(s3), TASK, Wish(1), None, patience())
    s3.locked = True
    with pytest.raises(ToldError, match=r"invoices-dr/in/.aws-dr-drill/probe-1 .AccessDenied: locked") as left:
        absent(sides(s3), TASK, None)
    assert len(left.value.details["left"]) == 2


def test_breaking_and_repairing_keeps_the_policy_of_others() -> None:
    s3 = FakeS3()
    before = json.dumps(s3.policies)
    told = replication_break(sides(s3), replace(TASK, check_mode=True), True)
    assert told.changed and json.dumps(s3.policies) == before
    done = replication_break(sides(s3), TASK, True)
    assert (told.before, told.after) == (done.before, done.after)
    assert [said["Sid"] for said in s3.policies["invoices-dr"]["Statement"]] == ["Theirs", DRILL_SID]
    assert s3.policies["invoices-dr"]["Statement"][1]["Resource"] == ["arn:aws:s3:::invoices-dr/in/.aws-dr-drill/*"]
    assert not replication_break(sides(s3), TASK, True).changed
    s3.rules = []  # whatever has become of the rules
    assert replication_break(sides(s3), TASK, False).results["buckets"][0]["broken"] is False
    assert json.dumps(s3.policies) == before
    assert not replication_break(sides(s3), TASK, False).changed
    with pytest.raises(RefusedError, match="has no rule"):
        replication_break(sides(s3), TASK, True)


def test_a_policy_that_was_none_is_none_again_and_trouble_is_told() -> None:
    s3 = FakeS3()
    s3.policies.clear()
    replication_break(sides(s3), TASK, True)
    replication_break(sides(s3), TASK, False)
    assert s3.policies == {}
    s3.locked = True
    with pytest.raises(ToldError, match="bucket invoices-dr: Could not write the policy"):
        replication_break(sides(s3), TASK, True)
    with pytest.raises(RefusedError, match="ends with a slash"):
        replication_break(sides(s3), replace(TASK, key_prefix="probes"), False)
