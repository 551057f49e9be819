# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plugin's refusals against the lab's, written apart from each other: what passes here, passes there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_checks import rule_problems, set_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import plan_present
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import read_configuration
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import (
    KEY,
    ROLE,
    documents,
    option_lists,
    options,
)

SOURCE = "invoices"
Raw = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def lab_on_the_path() -> Any:
    """The catalogue is plain Python: it needs no lab to run."""
    (lab,) = [folder / "lab" for folder in Path(__file__).resolve().parents if folder.name == "tests"]
    sys.path.insert(0, str(lab))
    yield
    sys.path.remove(str(lab))


def lab_says(rules: Any) -> str | None:
    from aws_lab.replication import config_rules

    known = {"SomethingOfTomorrow", "AlsoOfTomorrow"}
    document = config_rules.Document(SOURCE, "aws", [_without(rule, known) for rule in rules], lambda _: "Enabled")
    try:
        config_rules.check(document)
    except config_rules.Refusal as refusal:
        return refusal.message
    return None


def _without(rule: Raw, names: set[str]) -> Raw:
    kept = {name: value for name, value in rule.items() if name not in names}
    kept["Destination"] = {name: value for name, value in rule["Destination"].items() if name not in names}
    return kept


@st.composite
def doubtful_options(draw: st.DrawFn) -> Raw:
    """Options of which some are wrong."""
    option = draw(options())
    option["priority"] = draw(st.sampled_from([None, None, -1, 0, 1, 2, 2147483648]))
    destination = option["destination"]
    destination["bucket"] = draw(st.sampled_from([destination["bucket"], "archive-dr", SOURCE, "No", "arn:x"]))
    destination["replica_kms_key_id"] = draw(st.sampled_from([None, "", KEY, "alias/x"]))
    option["metrics"] = draw(st.sampled_from([None, True, False]))
    option["prefix"] = draw(st.sampled_from([None, "", "p", "é" * 600]))
    return option


doubtful_lists = st.lists(doubtful_options(), min_size=1, max_size=3, unique_by=lambda option: option["id"])


@given(st.one_of(st.none(), documents()), st.one_of(doubtful_lists, option_lists), st.booleans())
def test_what_we_let_through_the_lab_accepts(document: Raw | None, wanted: list[Raw], purge: bool) -> None:
    before = read_configuration(document) if document else None
    assume(before is None or lab_says(before.rules) is None)
    plan = plan_present(before, ROLE, wanted, purge, "aws")
    assume(plan.after is not None)
    assert plan.after is not None
    by_id = {option["id"]: option for option in wanted}
    problems = set_problems(plan.after, plan.named)
    for rule in plan.after.read():
        if rule.id in by_id:
            problems += rule_problems(rule, by_id[rule.id], SOURCE, "aws")
    event("refused here" if problems else "let through")
    if not problems:
        assert lab_says(plan.after.rules) is None
