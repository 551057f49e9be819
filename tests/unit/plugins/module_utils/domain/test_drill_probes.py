# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import drill_probes as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import DRILL_SID, our_sids
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Destination, Rule

PAIR = AskedPair("invoices", "us-east-1", "invoices-dr", "eu-west-1")
MINE = ".aws-dr-drill/"
THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def spot(prefix: str = "", **tags: str) -> domain.Spot:
    """Where probes of a rule go."""
    return domain.spot_of(PAIR, Rule("to-dr", Destination("invoices-dr"), prefix=prefix, tags=tags), MINE)


def test_probes_follow_the_rules_filter_and_are_known_again() -> None:
    here = spot("in/", team="a")
    assert here.key(3) == "in/.aws-dr-drill/probe-3" and here.tags == (("team", "a"),)
    assert here.owns(here.key(1)) and here.owns(here.key(100))
    for other in ("in/.aws-dr-drill/probe-0", "in/.aws-dr-drill/probe-1/x", "in/.aws-dr-drill/report", "probe-1"):
        assert not here.owns(other)


def test_only_the_probes_prefix_is_denied_and_others_statements_stay() -> None:
    before = {"Version": "2012-10-17", "Id": "x", "Statement": [THEIRS]}
    after = domain.broken(before, "invoices-dr", ["b/", "a/", "a/"], "aws-cn")
    assert after["Statement"][0] == THEIRS and after["Id"] == "x"
    assert after["Statement"][1]["Resource"] == ["arn:aws-cn:s3:::invoices-dr/a/*", "arn:aws-cn:s3:::invoices-dr/b/*"]
    assert set(after["Statement"][1]["Action"]) == {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"}
    assert domain.is_broken(after) and not domain.is_broken(before)
    assert domain.broken(after, "invoices-dr", ["a/", "b/"], "aws-cn") == after
    assert domain.repaired(after) == before
    assert our_sids(after) == [DRILL_SID]
    assert domain.repaired(domain.broken(None, "invoices-dr", ["a/"], "aws")) is None
    assert domain.repaired(None) is None
    assert domain.is_broken({"Statement": {"Sid": DRILL_SID}})


def test_wild_characters_of_a_prefix_are_meant_as_they_are() -> None:
    said = domain.statement("b", ["a*?$/"], "aws")
    assert said["Resource"] == ["arn:aws:s3:::b/a${*}${?}${$}/*"]
    old = {"Version": "2008-10-17", "Statement": [THEIRS]}
    after = domain.broken(old, "b", ["a*/"], "aws")
    assert "can't be named exactly" in str(domain.policy_problem(old, ["a*/"], after))
    assert domain.policy_problem(old, ["a/"], after) is None
    assert domain.policy_problem(None, ["a*/"], after) is None
    huge = {"Statement": [{**THEIRS, "Resource": "x" * 20480}]}
    assert "bytes" in str(domain.policy_problem(huge, ["a/"], domain.broken(huge, "b", ["a/"], "aws")))


@pytest.mark.parametrize(
    ("spots", "prefix", "count", "told"),
    [
        ([], "probes", 1, "ends with a slash"),
        ([], "/", 1, "prefix of its own"),
        ([], MINE, 0, "from 1 to 100"),
        ([], MINE, 101, "from 1 to 100"),
        ([spot("é" * 505)], MINE, 1, "no room"),
    ],
)
def test_what_cannot_be_right(spots: list[Any], prefix: str, count: int, told: str) -> None:
    assert told in domain.problems(spots, prefix, count)[0]
    assert domain.problems([spot("é" * 490)], MINE, 3) == []


statements = st.lists(
    st.fixed_dictionaries(
        {"Effect": st.just("Allow")}, optional={"Sid": st.sampled_from(["a", "AwsDrFence", "AwsDrDrills"])}
    ),
    max_size=4,
    unique_by=lambda said: said.get("Sid", id(said)),
)


@given(statements, st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_breaking_and_repairing_restores_any_policy(said: list[dict[str, Any]], prefixes: list[str]) -> None:
    before = {"Version": "2012-10-17", "Statement": said} if said else None
    after = domain.broken(before, "b", prefixes, "aws")
    assert domain.is_broken(after) and domain.repaired(after) == before


@given(st.text(max_size=30), st.integers(1, 100))
def test_a_probe_is_always_known(prefix: str, number: int) -> None:
    assert spot(prefix).owns(spot(prefix).key(number))
