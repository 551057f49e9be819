# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Side
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_policies import Prune, prune_policies

from .fake_aws import client_error

OURS, THEIRS = {"Sid": "AwsDrTlsOnly", "Effect": "Deny"}, {"Sid": "Theirs", "Effect": "Allow"}


class FakeS3:
    """Bucket policies; a policy of None is none, an exception is raised."""

    def __init__(self, **policies: Any) -> None:
        self.policies = policies
        self.writes: list[str] = []

    def get_bucket_policy(self, Bucket: str, **_owner: str) -> dict[str, Any]:  # noqa: N803
        if Bucket not in self.policies:
            raise client_error("NoSuchBucket", "GetBucketPolicy", status=404)
        found = self.policies[Bucket]
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise client_error("NoSuchBucketPolicy", "GetBucketPolicy", status=404)
        return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": found})}

    def put_bucket_policy(self, Bucket: str, Policy: str, **_owner: str) -> None:  # noqa: N803
        self.writes.append(Bucket)
        self.policies[Bucket] = json.loads(Policy)["Statement"]

    def delete_bucket_policy(self, Bucket: str, **_owner: str) -> None:  # noqa: N803
        self.writes.append(Bucket)
        self.policies[Bucket] = None


def prune(s3: FakeS3, *buckets: str, check_mode: bool = False) -> Any:
    side = SimpleNamespace(s3=lambda _region: s3, caller=SimpleNamespace(account="111122223333"))
    asked = [Prune(bucket, "eu-west-1", frozenset(["AwsDrTlsOnly"])) for bucket in buckets]
    return prune_policies(cast(Side, side), asked, check_mode, 1)


def test_ours_go_and_theirs_stay_and_a_second_time_nothing_changes() -> None:
    s3 = FakeS3(both=[THEIRS, OURS], ours=[OURS], single=OURS, theirs=[THEIRS], bare=None)
    names = ("both", "ours", "single", "theirs", "bare", "gone")
    told = prune(s3, *names, check_mode=True)
    assert told.changed and s3.writes == []
    done = prune(s3, *names)
    assert (done.results, done.before, done.after) == (told.results, told.before, told.after)
    assert [one["removed"] for one in done.results["buckets"]] == [["AwsDrTlsOnly"]] * 3 + [[]] * 3
    assert s3.writes == ["both", "ours", "single"]
    assert s3.policies["both"] == [THEIRS] and s3.policies["ours"] is None and s3.policies["single"] is None
    assert not prune(s3, *names).changed


def test_one_buckets_trouble_stops_no_other() -> None:
    s3 = FakeS3(shut=client_error("AccessDenied", "GetBucketPolicy", status=403), ours=[OURS])
    with pytest.raises(ToldError) as told:
        prune(s3, "shut", "ours")
    assert told.value.details["changed"] and s3.writes == ["ours"]
    assert "1 of 2 policies" in told.value.message and "s3:GetBucketPolicy" in told.value.message
