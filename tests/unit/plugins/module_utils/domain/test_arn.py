# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import (
    Arn,
    bucket_arn,
    bucket_of,
    is_bucket_name,
    parse_arn,
    role_arn_problem,
)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"])
def test_an_arn_is_read_and_written_back_in_every_partition(partition: str) -> None:
    text = f"arn:{partition}:sqs:eu-west-1:111122223333:failures"
    arn = parse_arn(text)
    assert arn == Arn(partition, "sqs", "eu-west-1", "111122223333", "failures")
    assert str(arn) == text


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "arn:x:s3:::b", "arn:aws:iam::12:role/r"])
def test_what_is_no_arn_is_not_read_as_one(text: str) -> None:
    assert parse_arn(text) is None


@pytest.mark.parametrize("name", ["abc", "a.b-c9", "a" * 63, "111"])
def test_legal_bucket_names(name: str) -> None:
    assert is_bucket_name(name)
    assert bucket_of(name) == name
    assert bucket_of(bucket_arn(name, "aws-cn")) == name


@pytest.mark.parametrize("name", ["ab", "a" * 64, "Abc", "a_b", "-abc", "abc-", "a..b", "192.168.5.4", "a b"])
def test_illegal_bucket_names(name: str) -> None:
    assert not is_bucket_name(name)
    assert bucket_of(name) is None
    assert bucket_of(f"arn:aws:s3:::{name}") is None


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:sqs:eu-west-1:111122223333:abc", "arn:aws:s3:::bucket/key", "arn:aws:s3:eu-west-1:111122223333:abc"],
)
def test_other_arns_name_no_bucket(arn: str) -> None:
    assert bucket_of(arn) is None


@pytest.mark.parametrize(
    "role", ["arn:aws:iam::111122223333:role/r", "arn:aws-cn:iam::111122223333:role/service-role/a+b=c,d.e@f-g"]
)
def test_role_arns_that_are_right(role: str) -> None:
    assert role_arn_problem(role) is None


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("replication", "is not an ARN"),
        ("arn:aws:s3:::bucket", "is not an IAM ARN"),
        ("arn:aws:iam::aws:role/r", "is not an IAM ARN"),
        ("arn:aws:iam::111122223333:user/r", "does not name a role"),
        ("arn:aws:iam::111122223333:role/", "does not name a role"),
    ],
)
def test_role_arns_that_are_wrong_say_why(role: str, said: str) -> None:
    problem = role_arn_problem(role)
    assert problem is not None
    assert said in problem
    assert repr(role) in problem
