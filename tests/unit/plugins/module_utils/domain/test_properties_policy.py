# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import bucket_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_policy import mirror_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_public import has_public, is_public

NAMES = Names(Side("invoices", "us-east-1", "111122223333"), Side("invoices-dr", "eu-west-1", "444455556666"))
OBJECTS = "arn:aws:s3:::invoices/*"
ACCESS_POINT = "arn:aws:s3:us-east-1:111122223333:accesspoint/a"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_CONDITION = "s3:x-amz-server-side-encryption-aws-kms-key-id"


def said(sid: str = "a", **other: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:GetObject"}
    return {"Sid": sid, **base, "Resource": OBJECTS, **other}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def carried(statement: dict[str, Any], names: Names = NAMES) -> dict[str, Any]:
    mirrored = mirror_policy(policy(statement), None, names, purge=False)
    assert mirrored.not_carried == ()
    (result,) = mirrored.after["Statement"]
    return dict(result)


def refused(statement: dict[str, Any]) -> str:
    mirrored = mirror_policy(policy(statement), None, NAMES, purge=False)
    assert mirrored.after is None
    (left,) = mirrored.not_carried
    assert left.value == statement
    return left.why


def test_bucket_account_and_region_are_rewritten() -> None:
    statement = said(
        Resource=["arn:aws:s3:::invoices", OBJECTS],
        Principal={
            "AWS": ["111122223333", "arn:aws:iam::999999999999:root"],
            "Service": "logs.us-east-1.amazonaws.com",
        },
        Condition={
            "StringEquals": {"aws:SourceAccount": ["111122223333"], "aws:RequestedRegion": "us-east-1"},
            "ArnLike": {"aws:SourceArn": "arn:aws:s3:::invoices"},
            "Bool": {"aws:SecureTransport": "true"},
            "NumericLessThan": {"s3:max-keys": 10},
            "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
            "StringLike": {"s3:prefix": "111122223333/invoices/us-east-1", "aws:SourceVpce": "vpce-*"},
            "Null": {"aws:SourceVpc": "true"},
        },
    )
    result = carried(statement)
    assert result["Resource"] == ["arn:aws:s3:::invoices-dr", "arn:aws:s3:::invoices-dr/*"]
    assert result["Principal"] == {
        "AWS": ["444455556666", "arn:aws:iam::999999999999:root"],
        "Service": "logs.eu-west-1.amazonaws.com",
    }
    condition = result["Condition"]
    assert condition["StringEquals"] == {"aws:SourceAccount": ["444455556666"], "aws:RequestedRegion": "eu-west-1"}
    assert condition["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::invoices-dr"}
    for untouched in ("Bool", "NumericLessThan", "IpAddress", "StringLike", "Null"):
        assert condition[untouched] == statement["Condition"][untouched]


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (said(Condition={"StringEquals": {"AWS:SourceVpce": "vpce-1"}}), "vpce-1"),
        (said(Condition={"StringEquals": {"aws:SourceVpc": ["vpc-1"]}}), "vpc-1"),
        (said(Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::other"}}), "bucket other"),
        (said(Condition={"StringEquals": {"s3:DataAccessPointArn": ACCESS_POINT}}), "accesspoint/a"),
        (said(Condition={"StringEquals": {KEY_CONDITION: KEY}}), "KMS key"),
        (said(Condition={"StringEquals": {KEY_CONDITION: "1234abcd-12ab-34cd-56ef-1234567890ab"}}), "KMS key"),
        (said(Condition={"StringEquals": {"s3:x-amz-copy-source": "/other/a"}}), "bucket other"),
        (said(Principal={"AWS": ["AROAEXAMPLEID12345678"]}), "deleted"),
        (said("AwsDrReplicationObjects1"), "replicate"),
        (said(Action=["s3:ReplicateObject", "s3:ReplicateDelete"]), "replicate"),
    ],
)
def test_what_can_not_be_carried_is_told(statement: dict[str, Any], why: str) -> None:
    assert why in refused(statement)


def test_a_denial_that_is_lost_gives_a_warning() -> None:
    denial = said("OnlyVpc", Effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    mirrored = mirror_policy(policy(denial, said()), None, NAMES, purge=False)
    assert [one["Sid"] for one in mirrored.after["Statement"]] == ["a"]
    (warning,) = mirrored.warnings
    assert "OnlyVpc" in warning
    mapped = Names(NAMES.source, NAMES.destination, others={"vpce-1": "vpce-2"})
    assert carried(denial, mapped)["Condition"] == {"StringNotEquals": {"aws:SourceVpce": "vpce-2"}}


def test_ours_stay_and_the_rest_goes_with_purge_only() -> None:
    ours = bucket_policy.tls_only("invoices-dr", "aws")
    replication = said("AwsDrReplicationBucket0", Resource="arn:aws:s3:::invoices-dr")
    theirs, old = said("theirs", Resource="arn:aws:s3:::invoices-dr/*"), said("a", Action="s3:PutObject")
    there = policy(theirs, ours, old, replication)
    kept = mirror_policy(policy(said()), there, NAMES, purge=False)
    assert [one["Sid"] for one in kept.after["Statement"]] == ["theirs", ours["Sid"], "a", "AwsDrReplicationBucket0"]
    assert kept.after["Statement"][2]["Action"] == "s3:GetObject"
    assert kept.kept == ("theirs",)
    purged = mirror_policy(policy(said()), there, NAMES, purge=True)
    assert [one["Sid"] for one in purged.after["Statement"]] == [ours["Sid"], "a", "AwsDrReplicationBucket0"]
    nothing = mirror_policy(None, policy(theirs), NAMES, purge=True)
    assert nothing.changed and nothing.after is None
    assert not mirror_policy(None, there, NAMES, purge=False).changed


def test_a_version_does_not_change_what_variables_mean() -> None:
    old = said("there", Resource="arn:aws:s3:::invoices-dr/${aws:username}")
    there = policy(old, version="2008-10-17")
    with_variable = said(Resource="arn:aws:s3:::invoices/${aws:username}/*")
    mirrored = mirror_policy(policy(said("b"), with_variable), there, NAMES, purge=False)
    assert mirrored.after["Version"] == "2008-10-17"
    assert [left.what for left in mirrored.not_carried] == ["a"]
    assert mirror_policy(policy(with_variable), there, NAMES, purge=True).after["Version"] == "2012-10-17"


def test_a_policy_that_is_too_large_is_a_problem() -> None:
    large = said(Resource=[f"arn:aws:s3:::invoices/{number:040}" for number in range(400)])
    mirrored = mirror_policy(policy(large), None, NAMES, purge=False)
    assert mirrored.status == "failed" and "20480" in mirrored.problem


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (said(), False),
        (said(Principal="*"), True),
        (said(Principal={"AWS": ["*"]}), True),
        (said(Principal="*", Effect="Deny"), False),
        (said(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), False),
        (said(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), True),
        (said(Principal="*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}), True),
        (said(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), False),
        (said(Principal="*", Condition={"StringLike": {"aws:userid": "*"}}), True),
        (said(Principal="*", Condition={"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}), True),
        (said(Principal="*", Condition={"StringEquals": {"aws:Referer": "me"}}), True),
        (said(Principal={"Service": "logging.s3.amazonaws.com"}), False),
    ],
)
def test_public_is_what_s3_calls_public(statement: dict[str, Any], public: bool) -> None:
    assert is_public(statement) is public
    assert has_public(policy(said(), statement)) is public


def test_a_public_statement_meets_the_block() -> None:
    source = policy(said(), said("all", Principal="*"))
    blocked = mirror_policy(source, None, NAMES, purge=False, public_blocked=True)
    assert [left.what for left in blocked.not_carried] == ["all"]
    assert len(mirror_policy(source, None, NAMES, purge=False).after["Statement"]) == 2


# ---- any policy ----------------------------------------------------------------------------------------------------

words = st.sampled_from(
    [
        "111122223333",
        "444455556666",
        "*",
        "invoices",
        "arn:aws:s3:::invoices",
        "arn:aws:s3:::invoices/*",
        "arn:aws:s3:::invoices-dr/*",
        "arn:aws:s3:::other/*",
        "arn:aws:iam::111122223333:role/a",
        "arn:aws:iam::999999999999:root",
        "arn:aws:sns:us-east-1:111122223333:t",
        "us-east-1",
        "vpce-1",
        "true",
    ]
)
values = st.one_of(words, st.lists(words, min_size=1, max_size=3))
keys = st.sampled_from(["aws:SourceArn", "aws:SourceVpce", "aws:PrincipalAccount", "aws:RequestedRegion", "s3:prefix"])
statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Deny"]),
        "Principal": st.one_of(st.just("*"), st.fixed_dictionaries({"AWS": values})),
        "Action": st.sampled_from(["s3:GetObject", "s3:*", "s3:ReplicateObject"]),
        "Resource": values,
    },
    optional={
        "Sid": st.sampled_from(["a", "b", "AwsDrTlsOnly", "AwsDrReplicationObjects0"]),
        "Condition": st.dictionaries(
            st.sampled_from(["StringEquals", "ArnLike"]), st.dictionaries(keys, values), max_size=2
        ),
    },
)
policies = st.one_of(
    st.none(),
    st.lists(statements, min_size=1, max_size=4, unique_by=lambda one: one.get("Sid") or json.dumps(one)).map(
        lambda all_of_them: policy(*all_of_them)
    ),
)


@given(source=policies, there=policies, purge=st.booleans(), blocked=st.booleans())
def test_mirroring_twice_changes_nothing_more(source: Any, there: Any, purge: bool, blocked: bool) -> None:
    first = mirror_policy(source, there, NAMES, purge, blocked)
    second = mirror_policy(source, first.after, NAMES, purge, blocked)
    assert not second.changed
    assert second.not_carried == first.not_carried


@given(source=policies)
def test_every_statement_is_carried_or_told(source: Any) -> None:
    mirrored = mirror_policy(source, None, NAMES, purge=False)
    wanted = (source or {"Statement": []})["Statement"]
    left = [one.value for one in mirrored.not_carried]
    assert all(one in wanted for one in left)
    after = (mirrored.after or {"Statement": []})["Statement"]
    # Two may become the same.
    assert len(after) <= len(wanted) - len(left)
    assert bool(after) == (len(left) < len(wanted))
    text = json.dumps([[one["Resource"], one["Principal"]] for one in after])
    assert "arn:aws:s3:::invoices/" not in text and '"arn:aws:s3:::invoices"' not in text
    assert "iam::111122223333" not in text and "arn:aws:s3:::other" not in text


@given(source=policies, there=policies)
def test_without_purge_nothing_of_the_destination_is_lost(source: Any, there: Any) -> None:
    mirrored = mirror_policy(source, there, NAMES, purge=False)
    after = (mirrored.after or {"Statement": []})["Statement"]
    replaced = {one.get("Sid") for one in (source or {"Statement": []})["Statement"]} - {None}
    for one in (there or {"Statement": []})["Statement"]:
        assert one in after or one.get("Sid") in replaced
