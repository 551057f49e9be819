# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import fis_template as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.durations import read_duration
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_template_checks import template_problems

ROLE = "arn:aws:iam::111122223333:role/fis"
ALARM = "arn:aws:cloudwatch:us-east-1:111122223333:alarm:orders-fail"
PAUSE = {"tags": {"drill": "yes"}, "region": "eu-west-1", "duration": "PT30M"}


def options(**more: Any) -> dict[str, Any]:
    """Options of a template that pauses replication."""
    targets, actions = domain.pause_parts(PAUSE)
    return {
        "name": "pause",
        "role": ROLE,
        "stop_conditions": [{"source": "none", "value": None}],
        "targets": targets,
        "actions": actions,
        **more,
    }


def with_action(**changes: Any) -> dict[str, Any]:
    """The same with another action."""
    made = options()
    made["actions"]["pause_replication"].update(changes)
    return made


def with_target(**changes: Any) -> dict[str, Any]:
    """The same with another target."""
    made = options()
    made["targets"]["buckets"].update(changes)
    return made


def test_the_pause_is_what_the_api_takes() -> None:
    asked = {**PAUSE, "destination_buckets": ["a-dr", "b-dr"], "prefixes": ["in/"]}
    targets, actions = domain.pause_parts(asked)
    assert domain.document(options(targets=targets, actions=actions)) == {
        "roleArn": ROLE,
        "stopConditions": [{"source": "none"}],
        "targets": {
            "buckets": {"resourceType": "aws:s3:bucket", "resourceTags": {"drill": "yes"}, "selectionMode": "ALL"}
        },
        "actions": {
            "pause_replication": {
                "actionId": "aws:s3:bucket-pause-replication",
                "parameters": {
                    "duration": "PT30M",
                    "region": "eu-west-1",
                    "destinationBuckets": "a-dr,b-dr",
                    "prefixes": "in/",
                },
                "targets": {"Buckets": "buckets"},
            }
        },
    }
    assert template_problems(options()) == []


def test_all_members_go_to_the_api_and_back() -> None:
    full = options(
        description="why",
        targets={
            "subnets": {
                "resource_type": "aws:ec2:subnet",
                "resource_tags": {"tier": 1},
                "filters": [{"path": "VpcId", "values": ["vpc-1"]}],
                "selection_mode": "COUNT(2)",
                "parameters": None,
            }
        },
        actions={
            "wait": {"action_id": "aws:fis:wait", "parameters": {"duration": "PT1M"}},
            "cut": {
                "action_id": "aws:network:disrupt-connectivity",
                "description": "cut",
                "parameters": {"duration": "PT5M", "scope": "s3", "flag": True, "count": 3},
                "targets": {"Subnets": "subnets"},
                "start_after": ["wait"],
            },
        },
        stop_conditions=[{"source": "aws:cloudwatch:alarm", "value": ALARM}],
        log_configuration={
            "cloud_watch_logs_configuration": {"log_group_arn": "arn:aws:logs:us-east-1:111122223333:log-group:x:*"},
            "s3_configuration": {"bucket_name": "logs", "prefix": None},
            "log_schema_version": 2,
        },
        experiment_options={"account_targeting": None, "empty_target_resolution_mode": "skip"},
        experiment_report_configuration={
            "s3_configuration": {"bucket_name": "reports", "prefix": "fis/"},
            "cloud_watch_dashboards": ["arn:board"],
            "pre_experiment_duration": "PT20M",
            "post_experiment_duration": None,
        },
    )
    assert template_problems(full) == []
    made = domain.document(full)
    assert made["targets"]["subnets"]["resourceTags"] == {"tier": "1"}
    assert made["actions"]["cut"]["parameters"] == {"duration": "PT5M", "scope": "s3", "flag": "true", "count": "3"}
    assert made["logConfiguration"] == {
        "cloudWatchLogsConfiguration": {"logGroupArn": "arn:aws:logs:us-east-1:111122223333:log-group:x:*"},
        "logSchemaVersion": 2,
        "s3Configuration": {"bucketName": "logs"},
    }
    assert made["experimentReportConfiguration"] == {
        "dataSources": {"cloudWatchDashboards": [{"dashboardIdentifier": "arn:board"}]},
        "outputs": {"s3Configuration": {"bucketName": "reports", "prefix": "fis/"}},
        "preExperimentDuration": "PT20M",
    }
    shown = domain.as_result(made)
    assert shown["experiment_options"] == {
        "account_targeting": "single-account",
        "empty_target_resolution_mode": "skip",
    }
    again = domain.document({**full, **{name: shown[name] for name in ("targets", "actions", "stop_conditions")}})
    assert again == made
    assert shown["experiment_report_configuration"]["cloud_watch_dashboards"] == ["arn:board"]
    assert shown["log_configuration"]["s3_configuration"] == {"bucket_name": "logs"}


def test_what_aws_adds_and_orders_makes_no_change() -> None:
    wanted = domain.document(options())
    answered = copy.deepcopy(wanted)
    answered["targets"]["buckets"].update(resourceArns=[], filters=[], parameters={})
    answered["actions"]["pause_replication"]["startAfter"] = []
    answered.update(
        id="EXT1", experimentOptions={"accountTargeting": "single-account", "emptyTargetResolutionMode": "fail"}
    )
    assert domain.changes(domain.normal(answered), wanted) == {}


def test_order_means_nothing_in_lists_of_names() -> None:
    one, other = (
        domain.document(
            options(
                targets={
                    "t": {
                        "resource_type": "aws:ec2:subnet",
                        "resource_arns": arns,
                        "filters": [{"path": path, "values": arns} for path in arns],
                        "selection_mode": "ALL",
                    }
                },
                actions={"a": {"action_id": "x", "start_after": arns}},
            )
        )
        for arns in (["a", "b"], ["b", "a"])
    )
    assert one == other


def test_an_update_sends_what_differs_and_keeps_what_is_not_said() -> None:
    there = domain.normal({**domain.document(options(description="old")), "logConfiguration": {"logSchemaVersion": 1}})
    wanted = domain.document(options(stop_conditions=[{"source": "aws:cloudwatch:alarm", "value": ALARM}]))
    assert domain.changes(there, wanted) == {"stopConditions": [{"source": "aws:cloudwatch:alarm", "value": ALARM}]}
    after = domain.merged(there, wanted)
    assert (after["description"], after["logConfiguration"]) == ("old", {"logSchemaVersion": 1})
    fewer = domain.document(options(targets=None, actions={"w": {"action_id": "aws:fis:wait"}}))
    assert set(domain.changes(there, fewer)) == {"targets", "actions"}
    assert domain.changes(there, fewer)["targets"] == {}


def test_account_targeting_is_for_ever() -> None:
    there = domain.normal(domain.document(options()))
    many = domain.document(options(experiment_options={"account_targeting": "multi-account"}))
    assert "can't become multi-account" in str(domain.fixed_problem(there, many))
    skip = domain.document(options(experiment_options={"empty_target_resolution_mode": "skip"}))
    assert domain.fixed_problem(there, skip) is None
    assert domain.changes(there, skip) == {"experimentOptions": {"emptyTargetResolutionMode": "skip"}}


def test_the_token_is_that_of_the_content() -> None:
    wanted = domain.document(options())
    first = domain.token("pause", wanted, {"a": "b"}, 1)
    assert first == domain.token("pause", copy.deepcopy(wanted), {"a": "b"}, 1)
    others = [
        domain.token("other", wanted, {"a": "b"}, 1),
        domain.token("pause", {**wanted, "roleArn": ROLE + "2"}, {"a": "b"}, 1),
        domain.token("pause", wanted, {"a": "c"}, 1),
        domain.token("pause", wanted, {"a": "b"}, 2),
    ]
    assert len({first, *others}) == 5
    assert len(first) <= 64


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (options(stop_conditions=[]), "say source: none"),
        (options(stop_conditions=[{"source": "none"}, {"source": "aws:cloudwatch:alarm", "value": ALARM}]), "alone"),
        (options(stop_conditions=[{"source": "none", "value": ALARM}]), "takes no value"),
        (options(stop_conditions=[{"source": "aws:cloudwatch:alarm"}]), "not the ARN of a CloudWatch alarm"),
        (options(stop_conditions=[{"source": "aws:cloudwatch:alarm", "value": ROLE}]), "not the ARN"),
        (options(role="fis"), "role: 'fis' is not an ARN"),
        (options(description="x" * 513), "longer than 512"),
        (options(name=""), "1 to 256"),
        (options(tags={"Name": "other"}), "Name=other"),
        (options(tags={"aws:x": "1"}), "belongs to AWS"),
        (options(tags={str(number): "" for number in range(50)}), "51 tags"),
        (options(actions={}), "actions is empty"),
        (options(actions={"a b": {"action_id": "x"}}), "no white space"),
        (options(actions={"a": "x"}), "has to be a dict"),
        (options(actions={"a": {"actionId": "x"}}), "unknown keys actionId"),
        (options(actions={"a": {"parameters": {}}}), "action_id is missing"),
        (with_action(parameters=["x"]), "a dict of texts"),
        (with_action(start_after="x"), "a list of texts"),
        (with_action(description=1), "a text"),
        (with_target(filters=[{"path": "x"}]), "path and values"),
        (with_target(resource_arns=["arn:aws:s3:::x"]), "not both"),
        (with_target(resource_tags=None, resource_arns=["arn:aws:s3:::x"]), "found by resource_tags only"),
        (with_target(resource_tags={}), "found by resource_tags only"),
        (with_target(resource_type="x", resource_tags={}), "nothing says which"),
        (with_target(resource_type="aws:ec2:subnet"), "has to be aws:s3:bucket"),
        (with_target(resource_type="x", resource_tags=None, resource_arns=["a"] * 6), "AWS allows 5"),
        (with_target(selection_mode="SOME"), "selection_mode is SOME"),
        (with_target(selection_mode="PERCENT(101)"), "selection_mode"),
        (with_action(parameters={"duration": "PT30M"}), "region is missing"),
        (with_action(parameters={"region": "eu-west-1"}), "duration is missing"),
        (with_action(parameters={"region": "eu-west-1", "duration": "PT59S"}), "PT1M to PT12H"),
        (with_action(parameters={"region": "eu-west-1", "duration": "PT12H1S"}), "PT1M to PT12H"),
        (with_action(parameters={"region": "eu-west-1", "duration": "30"}), "PT1M to PT12H"),
        (with_action(parameters={"region": "Ireland", "duration": "PT30M"}), "region is Ireland"),
        (with_action(parameters={"region": "eu-west-1", "duration": "PT30M", "bucket": "x"}), "bucket is none of"),
        (
            with_action(parameters={"region": "eu-west-1", "duration": "PT30M", "destinationBuckets": "ok-1,NO"}),
            "'NO' is neither",
        ),
        (with_action(parameters={"region": "eu-west-1", "duration": "PT30M", "prefixes": "a b"}), "no white space"),
        (with_action(targets={"Buckets": "others"}), "no such target"),
        (with_action(targets={}), "given as Buckets"),
        (with_action(start_after=["other"]), "no such action"),
        (with_action(start_after=["pause_replication"]), "wait for one another"),
    ],
)
def test_what_cannot_be_right_is_told(asked: dict[str, Any], told: str) -> None:
    problems = template_problems(asked)
    assert any(told in problem for problem in problems), problems


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
part = st.dictionaries(
    st.sampled_from([*domain.ACTION_NAMES, *domain.TARGET_NAMES, "else"]) | st.text(max_size=4), anything, max_size=5
)


@given(st.dictionaries(st.text(max_size=5), part | anything, max_size=3), st.dictionaries(st.text(max_size=5), part))
def test_no_input_breaks_the_checks_and_what_passes_has_a_document(
    actions: dict[str, Any], targets: dict[str, Any]
) -> None:
    asked = options(actions=actions, targets=targets)
    if not template_problems(asked):
        made = domain.document(asked)
        assert domain.normal(made) == made
        assert domain.changes(made, made) == {}


texts = st.text("abc:", min_size=1, max_size=4)
actions_there = st.dictionaries(
    texts,
    st.fixed_dictionaries(
        {"actionId": texts},
        optional={"startAfter": st.lists(texts, max_size=3), "parameters": st.dictionaries(texts, texts, max_size=2)},
    ),
    max_size=3,
)


@given(actions_there, actions_there)
def test_an_update_leads_to_what_was_wanted(before: dict[str, Any], after: dict[str, Any]) -> None:
    base = {"roleArn": ROLE, "stopConditions": [], "targets": {}}
    there, wanted = (domain.normal({**base, "actions": one}) for one in (before, after))
    updated = {**there, **domain.changes(there, wanted)}
    assert updated["actions"] == wanted["actions"]
    assert domain.changes(domain.normal(updated), wanted) == {}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1M", 60), ("PT12H", 43200), ("P1DT1S", 86401), ("PT", None), ("P", None), ("", None), ("1M", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    found = read_duration(text)
    assert (found.total_seconds() if found is not None else None) == seconds


@given(st.text(max_size=30) | st.from_regex(r"P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?", fullmatch=True))
def test_no_text_breaks_reading_a_duration(text: str) -> None:
    found = read_duration(text)
    assert found is None or found.total_seconds() >= 0
