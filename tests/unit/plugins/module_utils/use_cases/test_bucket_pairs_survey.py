# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair, legal_pairs
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_survey import (
    Looked,
    namespace_problems,
)

ACCOUNT, EU = "111122223333", "eu-west-1"
OWN = f"invoices-{ACCOUNT}-{EU}-an"


def pair(destination: str) -> Pair:
    entry = {
        "source": {"bucket": "invoices", "region": "us-east-1"},
        "destination": {"bucket": destination, "region": EU},
    }
    pairs, problems = legal_pairs([entry], ACCOUNT, ACCOUNT)
    assert not problems
    return pairs[0]


def side(*members: str) -> Any:
    shape = SimpleNamespace(input_shape=SimpleNamespace(members=dict.fromkeys(members)))
    meta = SimpleNamespace(service_model=SimpleNamespace(operation_model={"CreateBucket": shape}.__getitem__))
    return SimpleNamespace(s3=lambda region: {EU: SimpleNamespace(meta=meta)}[region])


def looked(destination: str, exists: bool = False, gone: bool = False) -> Looked:
    there = frozenset([0] if gone else [])
    return Looked({}, {0: pair(destination)}, there, [], found={destination: Found(exists)})


def test_a_boto3_that_knows_no_namespaces_is_refused_before_anything_is_made() -> None:
    (problem,) = namespace_problems(side("Bucket"), looked(OWN))
    assert OWN in problem.text and "boto3 1.42.67" in problem.text
    assert problem.pairs == {0}


@pytest.mark.parametrize(
    ("members", "made"),
    [
        pytest.param(["BucketNamespace"], looked(OWN), id="boto3 knows it"),
        pytest.param(["Bucket"], looked(OWN, exists=True), id="the bucket is there"),
        pytest.param(["Bucket"], looked(OWN, gone=True), id="the pair goes"),
        pytest.param(["Bucket"], looked("invoices-dr"), id="another name"),
    ],
)
def test_nothing_stands_in_the_way(members: list[str], made: Looked) -> None:
    assert namespace_problems(side(*members), made) == []
