# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import (
    form_problem,
    is_account_regional,
    new_name_problem,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_template import (
    filled,
    place_problem,
    placed,
    template_problem,
)

ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a" * 64, "has 64 characters; a bucket's name has 63 at most"),
        ("Invoices", "is not a bucket's name"),
        ("in..voices", "is not a bucket's name"),
        ("192.168.5.4", "is not a bucket's name"),
        ("xn--invoices", "begins with xn--, which S3 reserves"),
        ("sthree-invoices", "begins with sthree-"),
        ("amzn-s3-demo-invoices", "begins with amzn-s3-demo-"),
        ("invoices-s3alias", "ends with -s3alias"),
        ("invoices--ol-s3", "ends with --ol-s3"),
        ("invoices.mrap", "ends with .mrap"),
        ("invoices--use1-az4--x-s3", "ends with --x-s3"),
        ("invoices--table-s3", "ends with --table-s3"),
        ("invoices-an", "ends with -an, which S3 reserves"),
        (f"invoices-444455556666-{REGION}-an", "in the namespace of account 444455556666 in eu-west-1"),
        (f"invoices-{ACCOUNT}-us-east-1-an", f"so end it with -{ACCOUNT}-{REGION}-an"),
    ],
)
def test_names_that_no_bucket_can_get_are_told(name: str, told: str) -> None:
    problem = new_name_problem(name, ACCOUNT, REGION)
    assert problem and told in problem


@pytest.mark.parametrize("name", ["invoices-dr", "i.n", "0ab", "a" * 63, f"invoices-{ACCOUNT}-{REGION}-an"])
def test_names_that_can_be(name: str) -> None:
    assert new_name_problem(name, ACCOUNT, REGION) is None
    assert is_account_regional(name) == name.endswith("-an")


@given(st.text(max_size=70))
def test_a_name_without_problem_is_legal(name: str) -> None:
    assert (form_problem(name) is None) == is_bucket_name(name)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{name", "can't be read"),
        ("name}-dr", "can't be read"),
        ("{nam}-dr", "has {nam}; known are {name}, {account}, {region}"),
        ("{}-dr", "has {}; known are"),
        ("{0}-dr", "has {0}"),
        ("{name.real}", "has {name.real}"),
        ("{name[0]}", "has {name[0]}"),
        ("{name!r}", "formats a placeholder"),
        ("{name:>80}", "formats a placeholder"),
        ("fixed-dr", "lacks {name}"),
        ("", "lacks {name}"),
    ],
)
def test_what_is_wrong_with_a_template_is_told(template: str, told: str) -> None:
    problem = template_problem(template)
    assert problem and told in problem


def test_a_template_is_filled() -> None:
    template = "dr-{name}-{account}-{region}-an"
    assert template_problem(template) is None
    assert filled(template, "invoices", ACCOUNT, REGION) == f"dr-invoices-{ACCOUNT}-{REGION}-an"


@given(st.text(alphabet="{}nameregiocut!:.[]0-", max_size=20))
def test_a_template_without_problem_can_be_filled(template: str) -> None:
    if template_problem(template) is None:
        assert "invoices" in filled(template, "invoices", ACCOUNT, REGION)


def test_a_name_for_an_account_and_a_region_is_filled() -> None:
    template = "jobs-{account}-{region}"
    assert place_problem(template) is None and place_problem("jobs") is None
    assert placed(template, ACCOUNT, REGION) == f"jobs-{ACCOUNT}-{REGION}"
    for wrong, told in (
        ("{name}", "known are {account}, {region}"),
        ("{region", "can't be read"),
        ("{region!r}", "for"),
    ):
        assert told in str(place_problem(wrong))


@given(st.text("{}!:ar.0 ", max_size=12))
def test_a_name_without_problem_can_be_filled(template: str) -> None:
    if place_problem(template) is None:
        placed(template, ACCOUNT, REGION)
