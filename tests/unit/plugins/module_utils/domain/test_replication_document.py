# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_document import write_filter, write_rule
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    V1,
    V2,
    Configuration,
    Destination,
    Rule,
    as_result,
    read_configuration,
    read_rule,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import (
    KEY,
    OFF,
    ON,
    QUARTER,
    ROLE,
    TIME_CONTROL,
    documents,
    v1,
    v2,
)

PLAIN = Rule(id="to-dr", priority=1, destination=Destination("invoices-dr"))
TAG = {"Key": "k", "Value": "v"}
LOG = {"Key": "l", "Value": ""}


@pytest.mark.parametrize(
    "raw, expected",
    [
        (v2(), {}),
        (v2(Status="Disabled"), {"status": "disabled"}),
        (v2(Filter={"Prefix": "a/"}), {"prefix": "a/"}),
        (v2(Filter={"Prefix": ""}), {}),
        (v2(Filter={"Tag": TAG}), {"tags": {"k": "v"}}),
        (v2(Filter={"And": {"Prefix": "p", "Tags": [TAG, LOG]}}), {"prefix": "p", "tags": {"k": "v", "l": ""}}),
        (v2(Filter={"And": {"Tags": [TAG, LOG]}}), {"tags": {"k": "v", "l": ""}}),
        (v2(DeleteMarkerReplication=ON), {"delete_marker_replication": True}),
        (v2(SourceSelectionCriteria={"ReplicaModifications": ON}), {"replica_modifications": True}),
        (v2(SourceSelectionCriteria={"ReplicaModifications": OFF}), {}),
        (v2(dest={"Metrics": ON}), {"metrics": True}),
        (v2(dest={"Metrics": OFF}), {}),
        (v2(dest=TIME_CONTROL), {"metrics": True, "replication_time_control": True}),
        (v2(dest={"ReplicationTime": {**OFF, "Time": QUARTER}, "Metrics": OFF}), {}),
        (v1(ID="to-dr", prefix="a/"), {"prefix": "a/", "priority": None, "delete_marker_replication": True}),
    ],
)
def test_a_rule_is_read(raw: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_rule(raw).as_option() == {**PLAIN.as_option(), **expected}


@pytest.mark.parametrize(
    "raw, expected",
    [
        (v2(dest={"Account": "444455556666"}), {"account_id": "444455556666"}),
        (v2(dest={"AccessControlTranslation": {"Owner": "Destination"}}), {"owner_override": True}),
        (v2(dest={"StorageClass": "GLACIER"}), {"storage_class": "GLACIER"}),
        (v2(bucket="other"), {"bucket": "other"}),
        (
            v2(
                dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY}},
                SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
            ),
            {"replica_kms_key_id": KEY},
        ),
        (
            v2(
                dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY}},
                SourceSelectionCriteria={"SseKmsEncryptedObjects": OFF},
            ),
            {},
        ),
    ],
)
def test_a_destination_is_read(raw: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_rule(raw).as_option()["destination"] == {**PLAIN.as_option()["destination"], **expected}


def test_the_destinations_partition_does_not_matter_for_its_name() -> None:
    assert read_rule(v2(dest={"Bucket": "arn:aws-cn:s3:::b-in-china"})).destination.bucket == "b-in-china"


@pytest.mark.parametrize("rules, schema", [([v2()], V2), ([v1()], V1), ([v2(), v1()], V1)])
def test_one_rule_without_filter_makes_the_document_v1(rules: list[Any], schema: str) -> None:
    assert Configuration(ROLE, tuple(rules)).schema == schema


def test_the_result_says_whether_replication_is_configured() -> None:
    assert as_result(None) == {"configured": False, "role": None, "schema": None, "rules": []}
    result = as_result(Configuration(ROLE, (v2(),)))
    assert result == {"configured": True, "role": ROLE, "schema": "V2", "rules": [PLAIN.as_option()]}


@given(documents())
def test_reading_and_writing_a_document_gives_the_same_document(document: dict[str, Any]) -> None:
    assert read_configuration(copy.deepcopy(document)).as_document() == document


@given(documents(schemas=(False,)))
def test_writing_what_a_v2_rule_says_already_changes_nothing(document: dict[str, Any]) -> None:
    for raw in document["Rules"]:
        assert write_rule(raw, read_rule(raw), "aws") == raw


@given(documents(schemas=(True,)))
def test_a_v1_rule_says_the_same_in_v2(document: dict[str, Any]) -> None:
    for raw in document["Rules"]:
        before = read_rule(raw)
        written = write_rule(raw, before, "aws")
        assert read_rule(written).as_option() == before.as_option()
        assert written["Filter"] is not None and "Prefix" not in written
        assert written["DeleteMarkerReplication"] == ON, "user delete markers are replicated in V1"
        assert written["Destination"] == raw["Destination"]


@given(documents())
def test_writing_never_changes_what_it_was_given(document: dict[str, Any]) -> None:
    kept = copy.deepcopy(document)
    for raw in document["Rules"]:
        write_rule(raw, PLAIN, "aws-cn")
    assert document == kept


@given(documents(), documents(schemas=(False,)))
def test_a_rule_can_be_made_to_say_anything(document: dict[str, Any], wanted: dict[str, Any]) -> None:
    for raw, other in zip(document["Rules"], wanted["Rules"], strict=False):
        target = read_rule({**other, "ID": raw["ID"]})
        written = write_rule(raw, target, "aws")
        assert read_rule(written) == target
        for unknown in ("AlsoOfTomorrow",):
            assert written.get(unknown) == raw.get(unknown)
        assert written["Destination"].get("SomethingOfTomorrow") == raw["Destination"].get("SomethingOfTomorrow")


@pytest.mark.parametrize(
    "prefix, tags, expected",
    [
        ("", {}, {}),
        ("p", {}, {"Prefix": "p"}),
        ("", {"k": "v"}, {"Tag": TAG}),
        ("p", {"k": "v"}, {"And": {"Prefix": "p", "Tags": [TAG]}}),
        ("", {"k": "v", "l": ""}, {"And": {"Tags": [TAG, LOG]}}),
        ("p", {"k": "v", "l": ""}, {"And": {"Prefix": "p", "Tags": [TAG, LOG]}}),
    ],
)
def test_a_filter_has_exactly_one_member_or_none(prefix: str, tags: dict[str, str], expected: dict[str, Any]) -> None:
    assert write_filter(prefix, tags) == expected


def test_a_new_rule_is_written_whole() -> None:
    rule = Rule(
        id="new",
        priority=3,
        prefix="a/",
        tags={"k": "v"},
        destination=Destination("b-dr", "444455556666", True, "GLACIER_IR", KEY),
        replica_modifications=True,
        replication_time_control=True,
        metrics=True,
    )
    assert write_rule(None, rule, "aws-us-gov") == {
        "ID": "new",
        "Status": "Enabled",
        "Priority": 3,
        "Filter": {"And": {"Prefix": "a/", "Tags": [TAG]}},
        "DeleteMarkerReplication": OFF,
        "SourceSelectionCriteria": {"ReplicaModifications": ON, "SseKmsEncryptedObjects": ON},
        "Destination": {
            "Bucket": "arn:aws-us-gov:s3:::b-dr",
            "Account": "444455556666",
            "AccessControlTranslation": {"Owner": "Destination"},
            "StorageClass": "GLACIER_IR",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
            **TIME_CONTROL,
        },
    }


def test_metrics_stay_without_a_threshold_when_time_control_goes() -> None:
    raw = v2(dest=TIME_CONTROL)
    target = Rule(id="to-dr", priority=1, destination=Destination("invoices-dr"), metrics=True)
    assert write_rule(raw, target, "aws")["Destination"] == {"Bucket": "arn:aws:s3:::invoices-dr", "Metrics": ON}


def test_a_time_control_that_is_off_goes_when_metrics_come() -> None:
    raw = v2(dest={"ReplicationTime": {**OFF, "Time": QUARTER}, "Metrics": OFF})
    target = Rule(id="to-dr", priority=1, destination=Destination("invoices-dr"), metrics=True)
    assert write_rule(raw, target, "aws")["Destination"] == {"Bucket": "arn:aws:s3:::invoices-dr", "Metrics": ON}


def test_criteria_go_with_their_last_member() -> None:
    raw = v2(SourceSelectionCriteria={"ReplicaModifications": ON})
    assert "SourceSelectionCriteria" not in write_rule(raw, PLAIN, "aws")
