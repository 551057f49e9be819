# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_markers import markers_expected
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


def rule(prefix: str, on: bool, priority: int = 1, to: str = "dr", **more: Any) -> dict[str, Any]:
    """A rule as S3 gives it."""
    return {
        "ID": f"{prefix}-{priority}",
        "Status": "Enabled",
        "Priority": priority,
        "Filter": {"Prefix": prefix},
        "Destination": {"Bucket": f"arn:aws:s3:::{to}"},
        "DeleteMarkerReplication": {"Status": "Enabled" if on else "Disabled"},
        **more,
    }


def expected(*rules: dict[str, Any], keys: str = "ab") -> list[bool]:
    """Whether markers of the keys are expected at the bucket dr."""
    tells = markers_expected(Configuration("role", rules), "dr")
    return [tells(key) for key in keys]


def test_without_a_rule_to_the_destination_both_sides_are_to_hold_the_same() -> None:
    assert markers_expected(None, "dr")("a")
    assert expected(rule("", False, to="elsewhere")) == [True, True]


def test_the_rule_of_the_key_with_the_highest_priority_tells() -> None:
    assert expected(rule("", False), rule("a", True, priority=2)) == [True, False]
    assert expected(rule("", True, priority=3), rule("a", False, priority=2)) == [True, True]


def test_keys_that_no_rule_is_about_have_no_replicated_markers() -> None:
    assert expected(rule("a", True)) == [True, False]


def test_rules_with_tags_replicate_none_and_v1_rules_all() -> None:
    tagged = rule("", True, Filter={"Tag": {"Key": "k", "Value": "v"}})
    assert expected(tagged) == [False, False]
    v1 = {name: value for name, value in rule("", False).items() if name not in ("Filter", "Priority")}
    assert expected({**v1, "Prefix": "a"}) == [True, False]


def test_disabled_rules_count_only_where_all_are() -> None:
    disabled = rule("", True, priority=9, Status="Disabled")
    assert expected(disabled) == [True, True]
    assert expected(disabled, rule("", False)) == [False, False]
