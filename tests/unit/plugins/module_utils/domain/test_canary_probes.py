# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import (
    Place,
    Probe,
    acting_rules,
    is_leftover,
    key_problem,
    name_of_probe,
    plan_probes,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Destination, Rule

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
TOKEN = "0123456789abcdef"
BELOW = ".canary/"


def rule(name: str, to: str = "dr", kms: str | None = None, **changes: object) -> Rule:
    return Rule(name, Destination(to, replica_kms_key_id=kms), **changes)  # type: ignore[arg-type]


def pair(to: str = "dr", *keys: str, **changes: str) -> AskedPair:
    return AskedPair("src", "us-east-1", to, "eu-west-1", kms_keys=keys, **changes)


def plan(*rules: Rule, pairs: tuple[AskedPair, ...] = ()) -> list[Probe]:
    """Plan for pairs to the destinations of all rules, or for those given."""
    pairs = pairs or tuple(pair(to) for to in dict.fromkeys(one.destination.bucket for one in rules))
    asked = [(mine, one) for mine in pairs for one in rules if one.destination.bucket == mine.destination]
    return plan_probes(pairs, asked, rules, lambda prefix: f"{prefix}{BELOW}x")


def test_a_probe_fits_the_filter_of_its_rule() -> None:
    (probe,) = plan(rule("r", prefix="in/", tags={"team": "a"}))
    assert (probe.key, probe.tags, probe.kms_key) == (f"in/{BELOW}x", {"team": "a"}, None)
    assert [(one.rule.id, one.acting) for one in probe.measures] == [("r", "r")]
    assert probe.places == (Place("dr", "eu-west-1", None),)


def test_rules_with_the_same_filter_share_a_probe_and_others_do_not() -> None:
    probes = plan(rule("a"), rule("b", "dr2"), rule("c", prefix="x/"), rule("d", "dr2", tags={"k": "v"}))
    assert [[one.rule.id for one in probe.measures] for probe in probes] == [["a", "b"], ["c"], ["d"]]


def test_a_probe_goes_to_every_destination_of_a_rule_that_matches_whoever_asked() -> None:
    rules = (rule("a", prefix="in/"), rule("b", "elsewhere"), rule("off", "nowhere", status="disabled"))
    (probe,) = plan(*rules, pairs=(pair(account_id="111122223333"),))
    assert probe.places == (Place("dr", "eu-west-1", "111122223333"), Place("elsewhere", None, None))


def test_it_is_told_which_rule_takes_the_probe() -> None:
    probes = plan(rule("strong", priority=2), rule("weak", prefix="in/", priority=1))
    assert [one.acting for probe in probes for one in probe.measures] == ["strong", "strong"]


def test_a_key_of_the_source_is_used_only_where_the_rule_replicates_such_objects() -> None:
    rules = (rule("plain"), rule("kms", "dr2", kms="arn:replica"))
    probes = plan(*rules, pairs=(pair("dr", "arn:key"), pair("dr2", "arn:key", "arn:other")))
    assert [(probe.kms_key, [one.rule.id for one in probe.measures]) for probe in probes] == [
        (None, ["plain"]),
        ("arn:key", ["kms"]),
    ]


def test_only_probes_that_nobody_waits_for_are_leftovers() -> None:
    old, young = (name_of_probe(NOW + timedelta(seconds=way), TOKEN) for way in (-1, 1))
    assert is_leftover(BELOW + old, BELOW, NOW)
    assert not is_leftover(BELOW + young, BELOW, NOW)


@pytest.mark.parametrize(
    "key",
    [
        f".canary/probe-20200101T000000Z-{TOKEN}.txt",
        f".canary/probe-20200101T000000Z-{TOKEN[:-1]}",
        f".canary/probe-20209901T000000Z-{TOKEN}",
        f".canary/probe-20200101T000000Z-{TOKEN}\n",
        f".canary/probe-２０２００１０１T000000Z-{TOKEN}",
        f".canary/sub/probe-20200101T000000Z-{TOKEN}",
        f"other/probe-20200101T000000Z-{TOKEN}",
        f"probe-20200101T000000Z-{TOKEN}",
        ".canary/",
    ],
)
def test_nothing_else_is_taken_for_a_probe(key: str) -> None:
    assert not is_leftover(key, BELOW, NOW)


@given(st.text(), st.text(max_size=8))
def test_no_text_is_taken_for_a_probe_by_accident(key: str, prefix: str) -> None:
    assert not is_leftover(prefix + key, prefix, NOW)


@given(st.text(max_size=20), st.datetimes(datetime(2000, 1, 1), datetime(2400, 1, 1), timezones=st.just(UTC)))
def test_every_probe_is_known_again_once_its_time_is_over(prefix: str, expires: datetime) -> None:
    key = prefix + name_of_probe(expires, TOKEN)
    assert is_leftover(key, prefix, expires + timedelta(seconds=1))
    assert not is_leftover(key, prefix, expires - timedelta(seconds=1))


def test_a_key_that_is_too_long_is_a_problem() -> None:
    room = 1024 - len(name_of_probe(NOW, TOKEN)) - len(BELOW)
    assert key_problem("a" * room, BELOW) is None
    assert "shorten key_prefix" in str(key_problem("a" * (room + 1), BELOW))
    assert key_problem("ü" * (room // 2 + 1), BELOW) is not None


tags = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)
some_rules = st.lists(
    st.builds(
        lambda number, to, prefix, tags, priority, status: rule(
            f"r{number}", to, prefix=prefix, tags=tags, priority=priority, status=status
        ),
        st.integers(0, 99),
        st.sampled_from(["d1", "d2", "d3"]),
        st.sampled_from(["", "a/", "a/b", "c"]),
        tags,
        st.none() | st.integers(0, 5),
        st.sampled_from(["enabled", "disabled"]),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(some_rules, st.sampled_from(["", "a/x", "a/b", "cc"]), tags)
def test_the_acting_rule_is_the_strongest_of_those_that_match(
    rules: list[Rule], key: str, has: Mapping[str, str]
) -> None:
    for to, acting in acting_rules(rules, key, has).items():
        rivals = [
            one
            for one in rules
            if one.destination.bucket == to
            and one.status == "enabled"
            and key.startswith(one.prefix)
            and one.tags.items() <= has.items()
        ]
        assert acting in rivals
        assert (acting.priority or 0) == max(one.priority or 0 for one in rivals)


@given(some_rules)
def test_every_enabled_rule_is_measured_once_and_cleaned_up_after(rules: list[Rule]) -> None:
    enabled = [one for one in rules if one.status == "enabled"]
    pairs = [pair(to) for to in ("d1", "d2", "d3")]
    asked = [(mine, one) for mine in pairs for one in enabled if one.destination.bucket == mine.destination]
    probes = plan_probes(pairs, asked, rules, lambda prefix: f"{prefix}{BELOW}x")
    measured = [one.rule.id for probe in probes for one in probe.measures]
    assert sorted(measured) == sorted(one.id for one in enabled)
    for probe in probes:
        assert {one.rule.destination.bucket for one in probe.measures} <= {place.bucket for place in probe.places}
        for one in probe.measures:
            assert probe.key.startswith(one.rule.prefix) and one.rule.tags.items() <= probe.tags.items()
