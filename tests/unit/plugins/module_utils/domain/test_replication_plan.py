# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import (
    Plan,
    merge,
    plan_absent,
    plan_present,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    Configuration,
    read_configuration,
    read_rule,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import (
    KEY,
    ON,
    ROLE,
    TIME_CONTROL,
    documents,
    option_lists,
    v1,
    v2,
)

Raw = dict[str, Any]
OTHER_ROLE = "arn:aws:iam::111122223333:role/other"


def has(*rules: Raw) -> Configuration:
    return Configuration(ROLE, rules)


def present(before: Configuration | None, *options: Raw, role: str | None = ROLE, purge: bool = False) -> Plan:
    return plan_present(before, role, list(options), purge, "aws")


def option(rule_id: str = "to-dr", bucket: str | None = "invoices-dr", **more: Any) -> Raw:
    return {"id": rule_id, "destination": {"bucket": bucket, **more.pop("dest", {})}, **more}


def rule_of(plan: Plan, rule_id: str) -> Raw:
    assert plan.after is not None
    return dict(next(rule for rule in plan.after.rules if rule["ID"] == rule_id))


# ---- present ---------------------------------------------------------------------------------------------------------


def test_a_first_rule_gets_what_is_usual() -> None:
    plan = present(None, option())
    assert plan.changed
    assert plan.after == Configuration(ROLE, (v2(priority=0, dest={"Metrics": ON}),))


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("status", "disabled", {"status": "disabled"}),
        ("priority", 7, {"priority": 7}),
        ("prefix", "p", {"prefix": "p"}),
        ("tags", {"a": "b"}, {"tags": {"a": "b"}}),
        ("delete_marker_replication", True, {"delete_marker_replication": True}),
        ("replica_modifications", True, {"replica_modifications": True}),
        ("metrics", True, {"metrics": True}),
        ("replication_time_control", True, {"replication_time_control": True, "metrics": True}),
    ],
)
def test_an_option_that_is_named_changes_only_that(name: str, value: Any, expected: Raw) -> None:
    before = has(v2())
    plan = present(before, {"id": "to-dr", name: value})
    assert read_rule(rule_of(plan, "to-dr")).as_option() == {**read_rule(v2()).as_option(), **expected}
    assert plan.changed


@pytest.mark.parametrize(
    "name, value", [("account_id", "444455556666"), ("storage_class", "GLACIER"), ("replica_kms_key_id", KEY)]
)
def test_an_option_of_the_destination_is_set_and_taken_away_by_an_empty_text(name: str, value: str) -> None:
    with_it = present(has(v2()), {"id": "to-dr", "destination": {name: value}})
    assert read_rule(rule_of(with_it, "to-dr")).as_option()["destination"][name] == value
    without = present(with_it.after, {"id": "to-dr", "destination": {name: ""}})
    assert without.after == has(v2())


def test_what_is_unset_stays() -> None:
    rich = v2(
        Status="Disabled",
        Filter={"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}},
        SourceSelectionCriteria={"SseKmsEncryptedObjects": ON, "ReplicaModifications": ON},
        dest={
            "Account": "444455556666",
            "AccessControlTranslation": {"Owner": "Destination"},
            "StorageClass": "STANDARD_IA",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
            **TIME_CONTROL,
        },
    )
    nothing = dict.fromkeys(["priority", "status", "prefix", "tags", "destination", "metrics", "replica_modifications"])
    assert not present(has(rich), {"id": "to-dr", **nothing}, role=None).changed


def test_numbers_become_texts_in_tags() -> None:
    before = has(v2(Filter={"Tag": {"Key": "7", "Value": "1"}}))
    assert not present(before, {"id": "to-dr", "tags": {7: 1}}).changed


def test_an_empty_filter_takes_prefix_and_tags_away() -> None:
    before = has(v2(Filter={"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}}))
    assert rule_of(present(before, {"id": "to-dr", "prefix": ""}), "to-dr")["Filter"] == {
        "Tag": {"Key": "k", "Value": "v"}
    }
    assert rule_of(present(before, {"id": "to-dr", "prefix": "", "tags": {}}), "to-dr")["Filter"] == {}


def test_a_bucket_is_the_same_by_name_and_by_arn() -> None:
    assert not present(has(v2()), option(bucket="invoices-dr")).changed
    assert not present(has(v2()), option(bucket="arn:aws:s3:::invoices-dr")).changed


def test_the_role_is_kept_or_replaced() -> None:
    assert present(has(v2()), option(), role=None).after == has(v2())
    plan = present(has(v2()), role=OTHER_ROLE)
    assert plan.after == Configuration(OTHER_ROLE, (v2(),))


def test_rules_of_others_stay_unless_purged() -> None:
    before = has(v2("theirs", 5, Unknown={"Kept": "1"}), v2())
    assert present(before, option()).after == before
    plan = present(before, option(), purge=True)
    assert plan.after == has(v2())


def test_new_rules_come_last_in_the_order_of_the_task() -> None:
    plan = present(has(v2("b", 0), v2("a", 3)), option("z"), option("a"), option("y"))
    assert plan.after is not None
    assert [(rule["ID"], rule["Priority"]) for rule in plan.after.rules] == [("b", 0), ("a", 3), ("z", 1), ("y", 2)]


def test_a_priority_is_chosen_around_those_named_and_kept() -> None:
    plan = present(has(v2("b", 1)), option("x"), option("y", priority=0), option("z"))
    assert plan.after is not None
    assert {rule["ID"]: rule["Priority"] for rule in plan.after.rules} == {"b": 1, "y": 0, "x": 2, "z": 3}


def test_a_purged_rule_frees_its_priority() -> None:
    assert rule_of(present(has(v2("b", 0)), option("x"), purge=True), "x")["Priority"] == 0


@pytest.mark.parametrize(
    "had, wanted, expected",
    [
        (v2(dest=TIME_CONTROL), {"replication_time_control": False}, (False, True)),
        (v2(dest=TIME_CONTROL), {"metrics": False}, (True, False)),  # refused by replication_checks
        (v2(dest=TIME_CONTROL), {"metrics": False, "replication_time_control": False}, (False, False)),
        (v2(dest={"Metrics": ON}), {"replication_time_control": True}, (True, True)),
        (v2(), {"replication_time_control": True}, (True, True)),
        (v2(), {"replication_time_control": True, "metrics": False}, (True, False)),  # refused
        (None, {"metrics": False}, (False, False)),
        (None, {}, (False, True)),
    ],
)
def test_time_control_and_metrics(had: Raw | None, wanted: Raw, expected: tuple[bool, bool]) -> None:
    rule = merge(read_rule(had) if had else None, option(**wanted))
    assert (rule.replication_time_control, rule.metrics) == expected


# ---- from V1 to V2 ---------------------------------------------------------------------------------------------------


def test_all_of_a_v1_configuration_moves_to_v2_and_means_the_same() -> None:
    plan = present(has(v1("a", "x/"), v1("b")), option("new", "archive-dr"))
    assert plan.after is not None
    assert plan.after.rules[0] == v2("a", 0, Filter={"Prefix": "x/"}, DeleteMarkerReplication=ON)
    assert plan.after.rules[1] == v2("b", 1, DeleteMarkerReplication=ON)
    assert rule_of(plan, "new")["Priority"] == 2
    assert plan.warnings("invoices") == [
        "Replication of bucket invoices moves from schema V1 to V2: "
        "delete markers go on being replicated by rules 'a', 'b'"
    ]
    before, after = plan.diff()
    assert before["schema"].startswith("V1") and "always replicated" in before["schema"]
    assert after["schema"].startswith("V2")
    assert before["rules"]["a"]["priority"] is None and after["rules"]["a"]["priority"] == 0


def test_a_named_v1_rule_moves_to_v2_too() -> None:
    plan = present(has(v1("a")), option("a"))
    assert plan.changed
    assert rule_of(plan, "a") == v2("a", 0, DeleteMarkerReplication=ON)


def test_a_v1_configuration_of_which_nothing_is_named_is_left_alone() -> None:
    assert not present(has(v1("a")), role=None).changed
    assert not present(has(v1("a")), role=ROLE).changed
    assert present(has(v1("a")), role=ROLE).warnings("invoices") == []
    assert rule_of(present(has(v1("a")), role=OTHER_ROLE), "a") == v2("a", 0, DeleteMarkerReplication=ON)


def test_delete_markers_stop_when_the_task_says_so_and_that_is_told() -> None:
    plan = present(has(v1("a")), option("a", delete_marker_replication=False))
    assert rule_of(plan, "a") == v2("a", 0)
    assert "no longer replicated by rule 'a'" in plan.warnings("invoices")[0]
    before, after = plan.diff()
    assert before["rules"]["a"]["delete_marker_replication"] is True
    assert after["rules"]["a"]["delete_marker_replication"] is False


def test_a_v1_rule_that_gets_tags_loses_delete_markers_and_that_is_told() -> None:
    plan = present(has(v1("a")), option("a", tags={"k": "v"}))
    assert rule_of(plan, "a")["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert "no longer replicated by rule 'a'" in plan.warnings("invoices")[0]


def test_a_v2_configuration_says_nothing_of_schemas() -> None:
    plan = present(has(v2()), option(prefix="p"))
    assert plan.warnings("invoices") == []
    before, after = plan.diff()
    assert "schema" not in before and "schema" not in after
    assert (before["rules"]["to-dr"]["prefix"], after["rules"]["to-dr"]["prefix"]) == ("", "p")


# ---- absent ----------------------------------------------------------------------------------------------------------


def test_rules_are_removed_by_id() -> None:
    plan = plan_absent(has(v2("a", 1), v2("b", 2)), ["a", "gone"], "aws")
    assert plan.after == has(v2("b", 2))


@pytest.mark.parametrize("rule_ids", [None, ["to-dr"], ["to-dr", "other"]])
def test_the_last_rule_takes_the_configuration_along(rule_ids: list[str] | None) -> None:
    plan = plan_absent(has(v2()), rule_ids, "aws")
    assert plan.changed and plan.after is None
    assert plan.diff()[1] == {"configured": False}


@pytest.mark.parametrize("rule_ids", [[], ["other"]])
@pytest.mark.parametrize("rule", [v1(), v2()])
def test_an_empty_or_unknown_name_removes_nothing(rule: Raw, rule_ids: list[str]) -> None:
    plan = plan_absent(has(rule), rule_ids, "aws")
    assert not plan.changed
    assert plan.warnings("invoices") == []


def test_absent_where_nothing_is() -> None:
    assert not plan_absent(None, None, "aws").changed
    assert not plan_absent(None, ["a"], "aws").changed


def test_what_is_left_of_a_v1_configuration_is_written_in_v2() -> None:
    plan = plan_absent(has(v1("a"), v1("b", "x/")), ["a"], "aws")
    assert plan.after == has(v2("b", 0, Filter={"Prefix": "x/"}, DeleteMarkerReplication=ON))
    assert plan.warnings("invoices")


# ---- properties ------------------------------------------------------------------------------------------------------


@given(st.one_of(st.none(), documents()), option_lists, st.booleans())
def test_planned_twice_nothing_changes_the_second_time(document: Raw | None, options: list[Raw], purge: bool) -> None:
    before = read_configuration(document) if document else None
    first = present(before, *options, purge=purge)
    second = present(first.after, *options, purge=purge)
    assert not second.changed
    assert second.warnings("invoices") == []


@given(documents(), option_lists)
def test_rules_of_others_are_never_lost_nor_changed(document: Raw, options: list[Raw]) -> None:
    plan = present(read_configuration(copy.deepcopy(document)), *options)
    assert plan.after is not None
    named = {wanted["id"] for wanted in options}
    after = {rule["ID"]: rule for rule in plan.after.rules}
    for rule in document["Rules"]:
        if rule["ID"] in named:
            continue
        kept = after[rule["ID"]]
        if "Filter" in rule:
            assert kept == rule
        else:
            gone, come = {"Prefix"}, {"Filter", "Priority", "DeleteMarkerReplication"}
            assert {name: kept[name] for name in kept.keys() - come} == {
                name: rule[name] for name in rule.keys() - gone
            }


@given(st.one_of(st.none(), documents()), option_lists, st.booleans())
def test_priorities_are_unique_and_ids_too(document: Raw | None, options: list[Raw], purge: bool) -> None:
    plan = present(read_configuration(document) if document else None, *options, purge=purge)
    rules = plan.after.rules if plan.after else ()
    assert len({rule["Priority"] for rule in rules}) == len(rules)
    assert len({rule["ID"] for rule in rules}) == len(rules)
    assert all("Filter" in rule and "DeleteMarkerReplication" in rule for rule in rules)


@given(documents(schemas=(False,)))
def test_the_result_given_back_as_the_option_changes_nothing(document: Raw) -> None:
    before = read_configuration(document)
    plan = present(before, *[rule.as_option() for rule in before.read()], purge=True)
    assert not plan.changed


@given(documents(), st.lists(st.text(alphabet="abcdefgh-", min_size=1, max_size=2)))
def test_removed_rules_are_gone_and_the_others_stay(document: Raw, rule_ids: list[str]) -> None:
    before = read_configuration(document)
    plan = plan_absent(before, rule_ids, "aws")
    left = [rule.id for rule in plan.after.read()] if plan.after else []
    assert left == [rule["ID"] for rule in document["Rules"] if rule["ID"] not in rule_ids]
    assert not plan_absent(plan.after, rule_ids, "aws").changed


@given(documents(), option_lists)
def test_a_plan_changes_nothing_of_what_it_was_made_from(document: Raw, options: list[Raw]) -> None:
    kept = copy.deepcopy(document)
    present(read_configuration(document), *options)
    assert document == kept
