# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_replication_info
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
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


def read(s3: FakeS3, names: list[str] | None, concurrency: int, region: str | None = None) -> Outcome:
    return bucket_replication_info.read(lambda _region: s3, names, region, concurrency)


def test_one_bucket_is_answered_in_short_too() -> None:
    results = read(world(), ["plain"], 4).results
    assert results["replication"] == NOTHING
    assert results["buckets"] == [
        {
            "bucket": "plain",
            "region": None,
            "answer": "not_configured",
            "readable": True,
            "replication": NOTHING,
            "error": None,
            "permission": None,
        }
    ]


def test_several_buckets_are_answered_in_their_order_and_once() -> None:
    results = read(world(), ["modern", "plain", "ancient", "modern"], 2).results
    found = [(answer["bucket"], answer["replication"]["schema"]) for answer in results["buckets"]]
    assert found == [("modern", "V2"), ("plain", None), ("ancient", "V1")]
    assert "replication" not in results


def test_all_buckets_are_read_when_none_is_named() -> None:
    outcome = read(world(), None, 4)
    found = [(answer["bucket"], answer["region"], answer["answer"]) for answer in outcome.results["buckets"]]
    assert found == [
        ("plain", "us-east-1", "not_configured"),
        ("modern", "us-east-1", "configured"),
        ("ancient", "us-east-1", "configured"),
    ]
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
    assert outcome.warnings[0].startswith("1 of 3 buckets could not be read: ")


def test_many_unread_buckets_are_one_warning() -> None:
    s3 = FakeS3({f"b{number}": FakeBucket() for number in range(20)})
    for number in range(12):
        s3.errors[f"get b{number}"] = [client_error("AccessDenied", "Access Denied", 403)]
    (warning,) = read(s3, None, 4).warnings
    assert warning.startswith("12 of 20 buckets could not be read: ") and warning.endswith("and 7 more, see buckets")


def test_when_nothing_at_all_could_be_read_that_is_a_failure() -> None:
    s3 = FakeS3({"plain": FakeBucket()})
    s3.errors["get plain"] = [client_error("AccessDenied", "Access Denied", 403)]
    with pytest.raises(ToldError, match="1 of 1 buckets could not be read") as caught:
        read(s3, None, 4)
    assert caught.value.details["buckets"][0]["permission"] == "s3:GetReplicationConfiguration"


def test_an_account_without_buckets_is_no_failure() -> None:
    assert read(FakeS3(), None, 4).results == {"buckets": []}


def spread() -> tuple[FakeS3, Any, list[tuple[str | None, str]]]:
    """Buckets in two Regions; which client was asked for which bucket."""
    s3 = FakeS3({f"b{number}": FakeBucket(region=f"r-{number % 2}") for number in range(20)})
    asked: list[tuple[str | None, str]] = []

    class Regional:
        def __init__(self, region: str | None) -> None:
            self.region = region

        def get_bucket_replication(self, Bucket: str) -> Any:  # noqa: N803
            asked.append((self.region, Bucket))
            return s3.get_bucket_replication(Bucket)

        def get_paginator(self, operation: str) -> Any:
            return s3.get_paginator(operation)

    return s3, Regional, asked


def test_every_bucket_is_asked_for_in_its_own_region() -> None:
    s3, client_of, asked = spread()
    bucket_replication_info.read(client_of, None, None, 4)
    assert sorted(asked) == sorted((bucket.region, name) for name, bucket in s3.buckets.items())


def test_only_the_buckets_of_one_region() -> None:
    _s3, client_of, asked = spread()
    outcome = bucket_replication_info.read(client_of, None, "r-1", 4)
    assert {answer["region"] for answer in outcome.results["buckets"]} == {"r-1"}
    assert len(asked) == 10 and {region for region, _unused in asked} == {"r-1"}


def test_a_region_that_is_down_is_not_waited_for_by_each_of_its_buckets() -> None:
    s3, client_of, asked = spread()
    for name, bucket in s3.buckets.items():
        if bucket.region == "r-1":
            s3.errors[f"get {name}"] = [unreachable()]
    outcome = bucket_replication_info.read(client_of, None, None, 1)
    answers = {answer["bucket"]: answer for answer in outcome.results["buckets"]}
    assert all(answers[name]["readable"] == (bucket.region == "r-0") for name, bucket in s3.buckets.items())
    assert len([region for region, _unused in asked if region == "r-1"]) == 3
    assert "Region r-1 could not be reached" in answers["b19"]["error"]


def test_single_cut_answers_do_not_make_a_region_down() -> None:
    s3, client_of, _asked = spread()
    for number in (3, 5, 7, 9):
        s3.errors[f"get b{number}"] = [unreachable()]
    outcome = bucket_replication_info.read(client_of, None, None, 1)
    unread = [answer["bucket"] for answer in outcome.results["buckets"] if not answer["readable"]]
    assert unread == ["b3", "b5", "b7", "b9"]
