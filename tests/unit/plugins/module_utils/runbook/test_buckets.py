# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_fence import fenced, is_fenced
from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import buckets
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

OTHER = {"Version": "2012-10-17", "Statement": {"Sid": "Other", "Effect": "Allow"}}


class Policies:
    """Policies by bucket; ``denied`` writes fail, so many times."""

    def __init__(self, **policies: Any) -> None:
        self.policies = policies
        self.denied = 0
        self.writes = 0

    def get_bucket_policy(self, Bucket: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        if Bucket not in self.policies:
            raise client_error("NoSuchBucketPolicy", "GetBucketPolicy", status=404)
        return {"Policy": json.dumps(self.policies[Bucket])}

    def _write(self) -> None:
        if self.denied:
            self.denied -= 1
            raise client_error("AccessDenied", "PutBucketPolicy", status=403)
        self.writes += 1

    def put_bucket_policy(self, Bucket: str, Policy: str) -> None:  # noqa: N803 - boto3's names
        self._write()
        self.policies[Bucket] = json.loads(Policy)

    def delete_bucket_policy(self, Bucket: str) -> None:  # noqa: N803 - boto3's name
        self._write()
        del self.policies[Bucket]


def run(world: Policies, monkeypatch: pytest.MonkeyPatch, *named: str) -> dict[str, Any]:
    monkeypatch.setattr(buckets, "_client", lambda region: world)
    events = {"target_region": "eu-west-1", "buckets": {"eu-west-1": list(named), "us-east-1": ["left-alone"]}}
    return buckets.open_buckets({**events, "seconds": 0.2, "delay": 0.01}, None)


def test_the_fence_of_the_module_is_taken_out_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Policies(
        mixed=fenced(dict(OTHER), "mixed", "aws"),
        alone=fenced(None, "alone", "aws"),
        free=OTHER,
        **{"left-alone": fenced(None, "left-alone", "aws")},
    )
    assert run(world, monkeypatch, "mixed", "alone", "free", "none") == {"opened": ["mixed", "alone"]}
    assert [one["Sid"] for one in world.policies["mixed"]["Statement"]] == ["Other"]
    assert "alone" not in world.policies and world.policies["free"] == OTHER
    assert is_fenced(world.policies["left-alone"]) and world.writes == 2
    assert run(world, monkeypatch, "mixed", "alone", "free", "none") == {"opened": []} and world.writes == 2


def test_it_tries_again_and_tells_what_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Policies(one=fenced(None, "one", "aws"), two=fenced(None, "two", "aws"))
    world.denied = 3
    assert sorted(run(world, monkeypatch, "one", "two")["opened"]) == ["one", "two"]
    world = Policies(one=fenced(None, "one", "aws"))
    world.denied = 10**6
    with pytest.raises(RuntimeError, match=r"Clients can't write in eu-west-1 yet: one: .*AccessDenied"):
        run(world, monkeypatch, "one", "none")
