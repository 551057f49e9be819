# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import emptying
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.emptying import Tally, Verdict
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.empty_bucket import Task, empty_bucket
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

ACCOUNT = "111122223333"
LOCKED = ("AccessDenied", "Access Denied because object protected by object lock.")


class FakeBucket:
    """A bucket of versions, in the order of their keys. ``stubborn``: (code, message) by key, for good or once."""

    def __init__(self, *keys: str) -> None:
        self.keys = dict.fromkeys(keys, True)
        self.stubborn: dict[str, tuple[str, str]] = {}
        self.once: dict[str, tuple[str, str]] = {}
        self.writes_on = False
        self.versioning: dict[str, Any] = {"Status": "Enabled"}
        self.rules: dict[str, list[dict[str, Any]]] = {}
        self.locks = False
        self.batches: list[list[str]] = []
        self.alone: list[str] = []
        self.listings = 0
        self._guard = threading.Lock()

    def head_bucket(self, **request: Any) -> dict[str, Any]:
        assert request["ExpectedBucketOwner"] == ACCOUNT
        if request["Bucket"] == "none":
            raise client_error("404", "HeadBucket", status=404)
        return {"BucketRegion": "eu-west-1"}

    def get_object_lock_configuration(self, **_request: Any) -> dict[str, Any]:
        if not self.locks:
            raise client_error("ObjectLockConfigurationNotFoundError", "GetObjectLockConfiguration", status=404)
        return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}

    def get_bucket_versioning(self, **_request: Any) -> dict[str, Any]:
        return self.versioning

    def get_bucket_replication(self, **request: Any) -> dict[str, Any]:
        rules = self.rules.get(request["Bucket"])
        if rules is None:
            raise client_error("ReplicationConfigurationNotFoundError", "GetBucketReplication", status=404)
        if rules == []:
            raise client_error("AccessDenied", "GetBucketReplication", status=403)
        return {"ReplicationConfiguration": {"Role": "arn:aws:iam::111122223333:role/r", "Rules": rules}}

    def can_paginate(self, _operation: str) -> bool:
        return True

    def get_paginator(self, operation: str) -> Any:
        bucket = self

        class Pages:
            def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
                if operation == "list_buckets":
                    yield {"Buckets": [{"Name": name, "BucketRegion": "eu-west-1"} for name in ("b", *bucket.rules)]}
                    return
                assert request["Bucket"] == "b"
                if operation == "list_multipart_uploads":
                    yield {}
                    return
                with bucket._guard:
                    bucket.listings += 1
                    if bucket.writes_on and bucket.listings > 1:
                        bucket.keys[f"new{bucket.listings}"] = True
                    keys = list(bucket.keys)
                for start in range(0, max(1, len(keys)), 1000):
                    page = [{"Key": key, "VersionId": "v1", "Size": 2} for key in keys[start : start + 1000]]
                    yield {"Versions": page}

        return Pages()

    def delete_objects(self, **request: Any) -> dict[str, Any]:
        keys = [one["Key"] for one in request["Delete"]["Objects"]]
        assert ("BypassGovernanceRetention" in request) <= self.locks
        with self._guard:
            self.batches.append(keys)
            errors = []
            for key in keys:
                said = self.once.pop(key, None) or self.stubborn.get(key)
                if said and said[0] == "NoSuchVersion":
                    self.keys.pop(key)  # somebody else was quicker
                if said:
                    errors.append({"Key": key, "VersionId": "v1", "Code": said[0], "Message": said[1]})
                else:
                    self.keys.pop(key, None)
        return {"Errors": errors}

    def delete_object(self, **request: Any) -> dict[str, Any]:
        with self._guard:
            self.alone.append(request["Key"])
            self.keys.pop(request["Key"])
        return {}

    def head_object(self, **request: Any) -> dict[str, Any]:
        return {"ObjectLockMode": "GOVERNANCE"} if request["Key"].startswith("held") else {}


def access(bucket: FakeBucket, check_mode: bool = False, **more: Any) -> Access:
    return Access(lambda service, region=None: bucket, ACCOUNT, "", check_mode, 4, **more)


def run(bucket: FakeBucket, **more: Any) -> dict[str, Any]:
    outcome = empty_bucket(access(bucket), Task("b", "b", **more))
    return {"changed": outcome.changed, "warnings": outcome.warnings, **outcome.results}


def test_everything_goes_in_batches_and_the_emptiness_is_proven() -> None:
    bucket = FakeBucket(*(f"{n:05}" for n in range(2500)))
    result = run(bucket)
    assert result["changed"] and result["empty"] and (result["versions"], result["bytes"]) == (2500, 5000)
    assert sorted(map(len, bucket.batches)) == [500, 1000, 1000]
    assert bucket.keys == {} and bucket.listings == 3
    assert not run(bucket)["changed"]


def test_keys_that_xml_can_not_carry_are_deleted_alone() -> None:
    bucket = FakeBucket("a", "b\x01", "c\r", "d\ufffe", "é")
    assert run(bucket)["versions"] == 5
    assert bucket.batches == [["a", "é"]] and sorted(bucket.alone) == ["b\x01", "c\r", "d\ufffe"]


@pytest.mark.parametrize("confirm", [None, "", "a", "B"])
def test_nothing_happens_without_the_name_given_twice(confirm: str | None) -> None:
    bucket = FakeBucket("a")
    with pytest.raises(RefusedError, match="confirm must be"):
        empty_bucket(access(bucket), Task("b", confirm))
    assert bucket.keys and not bucket.listings


def test_check_mode_counts_and_deletes_nothing() -> None:
    bucket = FakeBucket("a", "c")
    outcome = empty_bucket(access(bucket, check_mode=True), Task("b", None))
    assert outcome.changed and outcome.results["versions"] == 2 and not outcome.results["empty"]
    assert len(bucket.keys) == 2 and not bucket.batches


def test_a_bucket_that_does_not_exist_is_empty() -> None:
    outcome = empty_bucket(access(FakeBucket()), Task("none", "none"))
    assert not outcome.changed and not outcome.results["exists"] and outcome.results["empty"]


def test_what_is_locked_is_tried_once_and_told() -> None:
    bucket = FakeBucket("a", "held1", "held2", "held3", "z")
    bucket.locks = True
    bucket.stubborn = {"held1": LOCKED, "held2": LOCKED, "held3": ("AccessDenied", "Access Denied")}
    with pytest.raises(ToldError) as raised:
        run(bucket, report_limit=2)
    details = raised.value.details
    assert details["changed"] and (details["versions"], details["locked"], details["denied"]) == (2, 3, 0)
    assert len(details["kept"]) == 2 and {one["mode"] for one in details["kept"]} == {"GOVERNANCE"}
    assert "3 versions are held by Object Lock" in str(raised.value)
    assert len(bucket.batches) == 1


def test_who_may_delete_nothing_learns_it_early() -> None:
    bucket = FakeBucket(*(f"{n:06}" for n in range(40_000)))
    bucket.stubborn = dict.fromkeys(bucket.keys, ("AccessDenied", "Access Denied"))
    with pytest.raises(ToldError, match="s3:DeleteObjectVersion") as raised:
        run(bucket)
    assert not raised.value.details["changed"] and len(bucket.batches) < 15


def test_what_failed_for_a_moment_is_tried_again() -> None:
    bucket = FakeBucket("a", "c", "d")
    bucket.once = {"c": ("InternalError", "We encountered an internal error"), "d": ("NoSuchVersion", "gone")}
    result = run(bucket)
    assert result["versions"] == 3 and result["empty"]


def test_what_fails_for_ever_ends() -> None:
    bucket = FakeBucket("a", "c")
    bucket.stubborn = {"c": ("InternalError", "We encountered an internal error")}
    with pytest.raises(ToldError, match="1 versions failed otherwise"):
        run(bucket)
    assert bucket.listings < 6


def test_a_bucket_that_somebody_writes_to_ends_too() -> None:
    bucket = FakeBucket("a")
    bucket.writes_on = True
    with pytest.raises(ToldError, match="somebody is writing"):
        run(bucket)
    assert bucket.listings == emptying.MOST_PASSES + 1


def test_the_deadline_ends_it_and_says_how_far_it_came() -> None:
    bucket = FakeBucket(*(f"{n:05}" for n in range(9000)))
    clock = iter(range(1000))
    slow = access(bucket, now=lambda: next(clock))
    with pytest.raises(DeadlineError, match="was not empty after 6 s") as raised:
        empty_bucket(slow, Task("b", "b", timeout=6))
    done = raised.value.details["versions"]
    assert 0 < done < 9000 and len(bucket.keys) == 9000 - done


def test_the_active_side_and_a_live_destination_are_refused_unless_meant() -> None:
    bucket = FakeBucket("a")
    rule = {"ID": "to-b", "Status": "Enabled", "Filter": {}, "Destination": {"Bucket": "arn:aws:s3:::b"}}
    bucket.rules = {"src": [rule], "off": [{**rule, "Status": "Disabled"}], "secret": []}
    with pytest.raises(RefusedError, match="bucket src replicates into it by the enabled rule to-b") as raised:
        run(bucket)
    assert "off" not in str(raised.value)
    bucket.versioning = {"Status": "Enabled", "MFADelete": "Enabled"}
    bucket.rules["b"] = [{**rule, "Destination": {"Bucket": "arn:aws:s3:::c"}}]
    with pytest.raises(RefusedError) as raised:
        run(bucket)
    assert len(raised.value.problems) == 4 and bucket.keys
    bucket.versioning = {}
    assert run(bucket, allow_replication=True)["versions"] == 1


def test_a_bucket_that_can_not_be_asked_is_a_warning() -> None:
    bucket = FakeBucket("a")
    bucket.rules = {"secret": []}
    assert any("secret" in warning for warning in run(bucket)["warnings"])


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("AccessDenied", LOCKED[1], Verdict.LOCKED),
        ("AccessDenied", "Access Denied", Verdict.DENIED),
        ("NoSuchVersion", "", Verdict.GONE),
        ("SlowDown", "Please reduce your request rate.", Verdict.AGAIN),
        ("Unheard", "", Verdict.AGAIN),
    ],
)
def test_refusals_are_judged_by_code_and_text(code: str, message: str, expected: Verdict) -> None:
    assert emptying.verdict(code, message) is expected


def test_passes_end() -> None:
    assert not emptying.goes_on(Tally(versions=5, seen=0), 5, 1)
    assert emptying.goes_on(Tally(versions=5, seen=5), 0, 1)
    assert not emptying.goes_on(Tally(versions=5, seen=6, locked=1), 0, 1)
    assert emptying.goes_on(Tally(versions=5, seen=6, again=1), 0, 1)
    assert not emptying.goes_on(Tally(versions=5, seen=6, again=1), 5, 2)
    assert not emptying.goes_on(Tally(versions=5, seen=5), 0, emptying.MOST_PASSES)
