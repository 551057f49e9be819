# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_role import Place, permissions_policy, trust_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

JOBS = Place("jobs", "manifests/")
REPORTS = Place("jobs", "reports")


def statements(*arguments: Any, **options: Any) -> dict[str, Any]:
    return {said["Sid"]: said for said in permissions_policy(*arguments, **options)["Statement"]}


def test_starting_replication_reading_manifests_and_writing_reports_is_all() -> None:
    found = statements(["invoices", "photos", "photos"], "aws-cn", JOBS, REPORTS)
    assert {sid: (said["Action"], said["Resource"]) for sid, said in found.items()} == {
        "StartReplication": (
            ["s3:InitiateReplication"],
            ["arn:aws-cn:s3:::invoices/*", "arn:aws-cn:s3:::photos/*"],
        ),
        "Manifests": (["s3:GetObject", "s3:GetObjectVersion"], ["arn:aws-cn:s3:::jobs/manifests/*"]),
        "Reports": (["s3:PutObject"], ["arn:aws-cn:s3:::jobs/reports/*"]),
    }


def test_manifests_that_s3_makes_need_more() -> None:
    found = statements(["invoices"], "aws", JOBS, REPORTS, generated_manifests=True)
    assert found["GenerateManifests"]["Action"] == ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"]
    assert found["GenerateManifests"]["Resource"] == ["arn:aws:s3:::invoices"]
    assert "s3:PutObject" in found["Manifests"]["Action"]


def test_buckets_and_places_can_be_apart() -> None:
    assert set(statements(["invoices"], "aws")) == {"StartReplication"}
    assert set(statements([], "aws", JOBS, REPORTS)) == {"Manifests", "Reports"}


@pytest.mark.parametrize("prefix", ["", "/"])
def test_no_prefix_means_the_whole_bucket(prefix: str) -> None:
    assert Place("jobs", prefix).objects("aws") == "arn:aws:s3:::jobs/*"


def test_bad_names_are_told_together() -> None:
    with pytest.raises(RefusedError) as refused:
        permissions_policy(["*", "invoices"], "aws", Place("Jobs"))
    assert refused.value.problems == ["'*' is not a bucket's name", "'Jobs' is not a bucket's name"]


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(RefusedError, match="neither"):
        permissions_policy([], "aws")


def test_only_batch_operations_for_one_account_may_assume_the_role() -> None:
    (said,) = trust_policy("111122223333")["Statement"]
    assert said["Principal"] == {"Service": "batchoperations.s3.amazonaws.com"}
    assert said["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}
