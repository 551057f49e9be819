# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import (
    Names,
    NoNameError,
    Side,
    mapping_problems,
)

HERE = Side("invoices", "us-east-1", "111122223333")
NAMES = Names(HERE, Side("invoices-dr", "eu-west-1", "111122223333"))
ACROSS = Names(HERE, Side("invoices-dr", "eu-west-1", "444455556666"))
SAME_REGION = Names(HERE, Side("invoices-dr", "us-east-1", "111122223333"))
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-east-1:111122223333:key/{KEY}"
THERE = "arn:aws:kms:eu-west-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize(
    ("arn", "there"),
    [
        ("arn:aws:s3:::invoices", "arn:aws:s3:::invoices-dr"),
        ("arn:aws:s3:::invoices/*", "arn:aws:s3:::invoices-dr/*"),
        ("arn:aws:s3:::invoices*", "arn:aws:s3:::invoices-dr*"),
        (
            "arn:aws:s3:::invoices/invoices/111122223333/${aws:userid}",
            "arn:aws:s3:::invoices-dr/invoices/111122223333/${aws:userid}",
        ),
        ("arn:aws:s3:::invoices-dr/*", "arn:aws:s3:::invoices-dr/*"),
        ("arn:aws:s3:::*", "arn:aws:s3:::*"),
        ("arn:*:s3:::invoices/*", "arn:*:s3:::invoices-dr/*"),
        ("arn:aws:iam::111122223333:role/app", "arn:aws:iam::444455556666:role/app"),
        ("arn:aws:iam::999999999999:root", "arn:aws:iam::999999999999:root"),
        ("arn:aws:iam::aws:policy/ReadOnly", "arn:aws:iam::aws:policy/ReadOnly"),
        ("arn:aws:sts::111122223333:assumed-role/app/x", "arn:aws:sts::444455556666:assumed-role/app/x"),
        ("arn:aws:s3:us-east-1:111122223333:accesspoint/*", "arn:aws:s3:eu-west-1:444455556666:accesspoint/*"),
        ("arn:aws:logs:*:111122223333:*", "arn:aws:logs:*:444455556666:*"),
        ("arn:aws:sns:ap-south-1:999999999999:t", "arn:aws:sns:ap-south-1:999999999999:t"),
        ("arn:aws:cloudfront::111122223333:distribution/*", "arn:aws:cloudfront::444455556666:distribution/*"),
        ("no arn at all", "no arn at all"),
    ],
)
def test_arns_read_otherwise_there(arn: str, there: str) -> None:
    assert ACROSS.arn(arn) == there


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("arn:aws:s3:::other/*", "bucket other"),
        ("arn:aws:s3:::invoices-*", "pattern invoices-"),
        ("arn:aws:s3:::inv?ices", "pattern"),
        ("arn:aws:s3:us-east-1:111122223333:accesspoint/mine", "Region us-east-1"),
        ("arn:aws:sns:us-east-1:999999999999:alarms", "Region us-east-1"),
        ("arn:aws:cloudfront::111122223333:distribution/E1", "account 111122223333"),
        (KEY_ARN, "kms_keys"),
    ],
)
def test_what_means_nothing_there_is_refused(arn: str, why: str) -> None:
    with pytest.raises(NoNameError, match=why):
        ACROSS.arn(arn)


def test_what_is_of_the_same_account_or_region_stays() -> None:
    distribution = "arn:aws:cloudfront::111122223333:distribution/E1"
    assert NAMES.arn(distribution) == distribution
    topic = "arn:aws:sns:us-east-1:111122223333:alarms"
    assert SAME_REGION.arn(topic) == topic


def test_a_person_has_the_last_word() -> None:
    names = Names(
        HERE,
        NAMES.destination,
        buckets={"logs": "logs-dr"},
        accounts={"999999999999": "888888888888", "111122223333": "111122223333"},
        keys={KEY_ARN: THERE},
        others={"vpce-1": "vpce-2", "arn:aws:s3:::invoices": "arn:aws:s3:::elsewhere"},
    )
    assert names.arn("arn:aws:s3:::logs/a") == "arn:aws:s3:::logs-dr/a"
    assert names.arn("arn:aws:iam::999999999999:root") == "arn:aws:iam::888888888888:root"
    assert names.text("vpce-1") == "vpce-2"
    assert names.text("arn:aws:s3:::invoices") == "arn:aws:s3:::elsewhere"
    assert names.key(KEY_ARN) == names.key(KEY) == names.arn(KEY_ARN) == THERE


def test_keys() -> None:
    for key in (KEY, KEY_ARN, "alias/mine", "mrk-1234abcd12ab34cd56ef1234567890ab"):
        with pytest.raises(NoNameError, match=r"mapping\.kms_keys"):
            NAMES.key(key)
    assert NAMES.key("alias/aws/s3") == "alias/aws/s3"
    assert NAMES.key("arn:aws:kms:us-east-1:111122223333:alias/aws/s3").split(":")[3] == "eu-west-1"
    assert NAMES.key(THERE) == THERE
    assert SAME_REGION.key(KEY_ARN) == KEY_ARN
    told = Names(HERE, NAMES.destination, multi_region_keys=True)
    mrk = "key/mrk-1234abcd12ab34cd56ef1234567890ab"
    assert told.key(f"arn:aws:kms:us-east-1:111122223333:{mrk}") == f"arn:aws:kms:eu-west-1:111122223333:{mrk}"
    with pytest.raises(NoNameError):
        told.key(KEY_ARN)
    elsewhere = Names(HERE, NAMES.destination, keys={KEY_ARN: KEY_ARN.replace("us-east-1", "us-west-2")})
    with pytest.raises(NoNameError, match="not in eu-west-1"):
        elsewhere.key(KEY_ARN)


@given(rest=st.text(max_size=40), bucket=st.sampled_from(["invoices", "invoices-dr"]))
def test_a_key_below_the_bucket_stays_word_for_word(rest: str, bucket: str) -> None:
    assert NAMES.arn(f"arn:aws:s3:::{bucket}/{rest}") == f"arn:aws:s3:::invoices-dr/{rest}"


@given(text=st.text(max_size=80))
def test_other_text_is_left_alone(text: str) -> None:
    if not text.startswith("arn:"):
        assert NAMES.text(text) == text


parts = st.sampled_from(
    ["", "*", "aws", "s3", "iam", "sns", "kms", "us-east-1", "eu-west-1", "111122223333", "999999999999"]
)


@given(
    pieces=st.tuples(parts, parts, parts, parts),
    resource=st.sampled_from(["invoices", "invoices/*", "role/a", "*", "key/*", "x"]),
)
def test_no_arn_keeps_the_source(pieces: tuple[str, ...], resource: str) -> None:
    """What is not refused names neither the source bucket, nor its account, nor anything of its Region."""
    arn = ":".join(("arn", *pieces, resource))
    try:
        _arn, _partition, service, region, account, after = ACROSS.arn(arn).split(":", 5)
    except NoNameError:
        return
    assert account != "111122223333"
    assert region != "us-east-1"
    if service == "s3" and not region and not account:
        assert after.split("/")[0] != "invoices"


def test_a_mapping_is_checked() -> None:
    problems = mapping_problems({"No": "fine"}, {"1": "444455556666"}, {"a": "key"}, ["eu-west-1"])
    assert len(problems) == 3
    assert (
        "is in us-east-1; the destination is in eu-west-1" in mapping_problems({}, {}, {"a": KEY_ARN}, ["eu-west-1"])[0]
    )
    assert mapping_problems({"a-a": "b-b"}, {"111122223333": "444455556666"}, {KEY: THERE}, ["eu-west-1"]) == []
