# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_replication_info import read
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import ROLE, v1, v2
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_replication import (
    FakeBucket,
    FakeS3,
    client_error,
    unreachable,
)

NOTHING = {"configured": False, "role": None, "schema": None, "rules": []}


def world() -> FakeS3:
    return FakeS3(
        {
            "plain": FakeBucket(),
            "modern": FakeBucket(replication={"Role": ROLE, "Rules": [v2()]}),
            "ancient": FakeBucket(replication={"Role": ROLE, "Rules": [v1()]}),
        }
    )


def test_one_bucket_is_answered_in_short_too() -> None:
    results = read(world(), ["plain"], 4).results
    assert results["replication"] == NOTHING
    answer = {"bucket": "plain", "readable": True, "replication": NOTHING, "error": None, "permission": None}
    assert results["buckets"] == [answer]


def test_several_buckets_are_answered_in_their_order_and_once() -> None:
    results = read(world(), ["modern", "plain", "ancient", "modern"], 2).results
    found = [(answer["bucket"], answer["replication"]["schema"]) for answer in results["buckets"]]
    assert found == [("modern", "V2"), ("plain", None), ("ancient", "V1")]
    assert "replication" not in results


def test_all_buckets_are_read_when_none_is_named() -> None:
    outcome = read(world(), None, 4)
    assert [answer["bucket"] for answer in outcome.results["buckets"]] == ["plain", "modern", "ancient"]
    assert (outcome.changed, outcome.warnings, outcome.before) == (False, [], None)


def test_no_name_asks_for_nothing() -> None:
    s3 = world()
    assert read(s3, [], 4).results == {"buckets": []}
    assert not s3.calls


@pytest.mark.parametrize(
    "error, permission, said",
    [
        (client_error("AccessDenied", "Access Denied", 403), "s3:GetReplicationConfiguration", "for the caller"),
        (client_error("NoSuchBucket", "The specified bucket does not exist", 404), None, "does not exist"),
        (unreachable(), None, "whether the Region is up"),
    ],
)
def test_a_named_bucket_that_can_not_be_read_fails_with_all_answers(
    error: Exception, permission: str | None, said: str
) -> None:
    s3 = world()
    s3.errors["get modern"] = [error]
    with pytest.raises(ToldError, match=said) as caught:
        read(s3, ["plain", "modern"], 1)
    plain, modern = caught.value.details["buckets"]
    assert plain["replication"] == NOTHING
    assert (modern["readable"], modern["replication"], modern["permission"]) == (False, None, permission)
    assert "modern" in modern["error"]


def test_an_unread_bucket_that_nobody_named_is_a_warning() -> None:
    s3 = world()
    s3.errors["get modern"] = [client_error("AccessDenied", "Access Denied", 403)]
    outcome = read(s3, None, 1)
    assert [answer["readable"] for answer in outcome.results["buckets"]] == [True, False, True]
    assert len(outcome.warnings) == 1 and "modern" in outcome.warnings[0]
