# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc_rules import (
    Rule,
    advice,
    broken_rules,
    parse_rule,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.arc_samples import (
    assertion,
    control,
    gating,
    rule,
)

A, B, C, GATE = control("a"), control("b"), control("c"), control("gate")


def parsed(found: dict[str, Any]) -> Rule:
    read = parse_rule(found)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("kind", "threshold", "inverted", "on", "holds"),
    [
        ("ATLEAST", 2, False, 2, True),
        ("ATLEAST", 2, False, 1, False),
        ("ATLEAST", 2, True, 1, True),
        ("AND", 0, False, 3, True),
        ("AND", 0, False, 2, False),
        ("AND", 0, True, 3, False),
        ("OR", 0, False, 0, False),
        ("OR", 0, False, 1, True),
        ("OR", 0, True, 0, True),
    ],
)
def test_what_a_rule_asks_for(kind: str, threshold: int, inverted: bool, on: int, holds: bool) -> None:
    one = parsed(assertion("one", [A, B, C], kind, threshold, inverted=inverted))
    states = {arn: "on" if number < on else "off" for number, arn in enumerate((A, B, C))}
    assert one.holds(states) == holds


def test_the_last_one_can_not_be_switched_off() -> None:
    one = parsed(assertion("min-one", [A, B]))
    states = {A: "on", B: "off"}
    (broken,) = broken_rules([one], states, {A: "off"})
    assert broken.told() == {
        "arn": rule("min-one"),
        "name": "min-one",
        "kind": "assertion",
        "problem": "assertion rule min-one wants at least 1 of 2 routing controls on, "
        "and 0 would be on after this change",
    }
    assert broken_rules([one], states, {A: "off", B: "on"}) == []
    assert broken_rules([one], states, {A: "off"}, overridden=[rule("min-one")]) == []
    assert broken_rules([one], {A: "off", B: "off", C: "on"}, {C: "off"}) == [], "it is about other controls"


def test_targets_are_changed_only_while_the_gate_is_open() -> None:
    one = parsed(gating("gate", [GATE], [A, B]))
    (broken,) = broken_rules([one], {GATE: "off", A: "on", B: "off"}, {A: "off", B: "on"})
    assert "gating rule gate wants at least 1 of 1 routing controls on, and 0 are on" in broken.problem
    assert broken_rules([one], {GATE: "off"}, {A: "off", GATE: "on"}) != [], "the gate counts as it was"
    assert broken_rules([one], {GATE: "on"}, {A: "off"}) == []
    assert broken_rules([one], {GATE: "on"}, {GATE: "off"}) == [], "a gate is no target"


def test_advice_names_the_rules_and_what_fits_their_kind() -> None:
    rules = [parsed(assertion("min-one", [A, B])), parsed(gating("gate", [GATE], [A]))]
    told = advice(broken_rules(rules, {A: "on"}, {A: "off"}))
    assert f"safety_rules_to_override: [{rule('min-one')}, {rule('gate')}]" in told
    assert "switch the gating controls first" in told and "so that the rule holds" in told
    assert "gating" not in advice(broken_rules(rules[:1], {A: "on"}, {A: "off"}))


def test_rules_in_our_words_and_kinds_yet_unknown() -> None:
    assert parsed(assertion("x", [A, B], wait=0)).told()["asserted_controls"] == [A, B]
    told = parsed(gating("y", [GATE], [A])).told()
    assert (told["gating_controls"], told["target_controls"], told["wait_period_ms"]) == ([GATE], [A], 5000)
    assert parse_rule({"QUORUM": {}}) is None


CONTROLS = st.lists(st.sampled_from([A, B, C]), min_size=1, unique=True)
STATES = st.fixed_dictionaries({arn: st.sampled_from(["on", "off"]) for arn in (A, B, C)})


@given(CONTROLS, st.sampled_from(["ATLEAST", "AND", "OR"]), st.integers(0, 4), STATES, STATES)
def test_a_rule_and_its_inverse_are_never_both_broken_nor_both_kept(
    controls: list[str], kind: str, threshold: int, states: dict[str, str], wanted: dict[str, str]
) -> None:
    changes = {arn: state for arn, state in wanted.items() if states[arn] != state}
    rules = [parsed(assertion("x", controls, kind, threshold, inverted=inverted)) for inverted in (False, True)]
    touched = bool(set(changes) & set(controls))
    assert len(broken_rules(rules, states, changes)) == int(touched)
