# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import (
    ROUTE_REGIONS,
    Reference,
    access_point_arn,
    as_result,
    control_region,
    name_problem,
    parse_report,
    reference,
)

ACCOUNT, ALIAS = "111122223333", "mfzwi23gnjvgw.mrap"
ARN = f"arn:aws:s3::{ACCOUNT}:accesspoint/{ALIAS}"


def test_what_a_user_calls_it_is_told_apart_by_its_form() -> None:
    assert reference("invoices") == Reference("invoices", name="invoices")
    assert reference(ALIAS) == Reference(ALIAS, alias=ALIAS)
    assert reference(ARN) == Reference(ARN, alias=ALIAS, account=ACCOUNT, partition="aws")
    assert access_point_arn("aws", ACCOUNT, ALIAS) == ARN


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "is not a name"),
        ("ab", "is not a name"),
        ("a" * 51, "is not a name"),
        ("-abc", "is not a name"),
        ("Invoices", "is not a name"),
        ("in_voices", "is not a name"),
        ("abc\n", "is not a name"),
        ("1abc.mrap", "is not an alias"),
        ("abc.mrap.accesspoint", "is not an alias"),
        ("a" * 60 + ".mrap", "is not an alias"),
        (f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/{ALIAS}", "is not the ARN"),
        (f"arn:aws:s3::{ACCOUNT}:accesspoint/invoices", "is not the ARN"),
        (f"arn:aws:s3::{ACCOUNT}:bucket/{ALIAS}", "is not the ARN"),
        (f"arn:aws:s3:::accesspoint/{ALIAS}", "is not the ARN"),
        (f"arn:aws:sqs::{ACCOUNT}:accesspoint/{ALIAS}", "is not the ARN"),
        (f"{ARN}/object/key", "is not the ARN"),
        (f"{ARN}\n", "is not the ARN"),
        ("arn:", "is not the ARN"),
    ],
)
def test_what_can_be_none_of_them_is_refused(asked: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        reference(asked)


@given(st.text(max_size=80) | st.from_regex(r"arn:aws:s3::[0-9]{12}:accesspoint/[a-z0-9.]*", fullmatch=True))
def test_a_reference_is_exactly_one_of_the_three_or_refused(asked: str) -> None:
    try:
        read = reference(asked)
    except ValueError as problem:
        assert str(problem)
        return
    assert read.asked == asked
    assert (read.name is None) != (read.alias is None)
    assert (read.account is None) == (read.partition is None)
    if read.name is not None:
        assert name_problem(asked) is None
    if read.account and read.partition and read.alias:
        assert access_point_arn(read.partition, read.account, read.alias) == asked


def test_only_one_partition_has_them() -> None:
    assert control_region("aws") == "us-west-2"
    assert control_region("aws") in ROUTE_REGIONS and len(set(ROUTE_REGIONS)) == 5
    with pytest.raises(RefusedError, match="the credentials are of partition aws-cn"):
        control_region("aws-cn")


def test_a_report_is_read_and_told() -> None:
    report = {
        "Name": "invoices",
        "Alias": ALIAS,
        "CreatedAt": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "PublicAccessBlock": {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": True,
        },
        "Status": "READY",
        "Regions": [{"Bucket": "a", "Region": "us-east-1", "BucketAccountId": ACCOUNT}, {"Bucket": "b"}],
    }
    assert as_result(parse_report(report), "aws", ACCOUNT) == {
        "name": "invoices",
        "alias": ALIAS,
        "arn": ARN,
        "domain_name": f"{ALIAS}.accesspoint.s3-global.amazonaws.com",
        "status": "READY",
        "created_at": "2026-01-02T03:04:05+00:00",
        "buckets": [
            {"bucket": "a", "region": "us-east-1", "account_id": ACCOUNT},
            {"bucket": "b", "region": None, "account_id": None},
        ],
        "public_access_block": {
            "block_public_acls": True,
            "ignore_public_acls": True,
            "block_public_policy": False,
            "restrict_public_buckets": True,
        },
    }


def test_one_that_has_no_alias_yet_has_no_arn() -> None:
    told = as_result(parse_report({"Name": "invoices"}), "aws", ACCOUNT)
    assert (told["alias"], told["arn"], told["domain_name"], told["status"], told["created_at"]) == (None,) * 5
    assert told["buckets"] == []
