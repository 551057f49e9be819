# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.back_fill import Note, NoteError, RuleSet
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


def raw(rule_id: str, destination: str = "dst", **more: Any) -> dict[str, Any]:
    return {
        "ID": rule_id,
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
        **more,
    }


def rules(*raws: dict[str, Any]) -> RuleSet:
    return back_fill.rule_set(Configuration("arn:aws:iam::111122223333:role/r", raws))


def note(**more: Any) -> Note:
    facts: dict[str, Any] = {
        "bucket": "src",
        "rules": rules(raw("a")),
        "job_id": "job-1",
        "ended_at": "2024-09-05T21:04:32.000Z",
        "statuses": ("FAILED", "NONE"),
        "total": 3,
        "succeeded": 2,
        "failed": 1,
    }
    return Note(**{**facts, **more})


def test_only_enabled_rules_count_and_none_is_none() -> None:
    assert back_fill.rule_set(None) == ()
    assert [rule["id"] for rule in rules(raw("b"), raw("a"), raw("c", Status="Disabled"))] == ["a", "b"]


@pytest.mark.parametrize(
    "other",
    [
        raw("a", "dst2"),
        raw("a", Filter={"Prefix": "logs/"}),
        raw("a", Filter={"Tag": {"Key": "k", "Value": "v"}}),
        raw("a", DeleteMarkerReplication={"Status": "Enabled"}),
        raw(
            "a",
            SourceSelectionCriteria={"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            Destination={"Bucket": "arn:aws:s3:::dst", "EncryptionConfiguration": {"ReplicaKmsKeyID": "arn:aws:kms:x"}},
        ),
    ],
)
def test_what_decides_where_objects_go_makes_another_rule_set(other: dict[str, Any]) -> None:
    assert back_fill.digest(rules(raw("a"))) != back_fill.digest(rules(other))


def test_what_does_not_decide_it_makes_the_same_rule_set() -> None:
    destination = {"Bucket": "arn:aws:s3:::dst", "StorageClass": "STANDARD_IA", "Metrics": {"Status": "Enabled"}}
    renamed = raw("z", Priority=7, Destination=destination)
    assert back_fill.digest(rules(raw("a"), raw("b", "other"))) == back_fill.digest(rules(raw("b", "other"), renamed))


def test_objects_that_went_elsewhere_are_taken_only_where_that_can_matter() -> None:
    first, second = raw("a"), raw("b", "other")
    wider = raw("a", Filter={"Prefix": "x/"})
    assert back_fill.statuses(rules(first), ()) == back_fill.LEFT_BEHIND
    assert back_fill.statuses(rules(first, wider), rules(first)) == back_fill.LEFT_BEHIND
    assert back_fill.statuses(rules(first), rules(first, second)) == back_fill.LEFT_BEHIND
    assert back_fill.statuses(rules(first, second), rules(first)) == back_fill.EVERYTHING
    assert back_fill.statuses(rules(second), rules(first)) == back_fill.EVERYTHING
    assert back_fill.statuses(rules(wider, second), rules(first, second)) == back_fill.EVERYTHING


def test_a_back_fill_is_another_one_once_its_end_is_noted() -> None:
    names = {
        back_fill.run_id(rules(raw("a")), None),
        back_fill.run_id(rules(raw("a")), note()),
        back_fill.run_id(rules(raw("a")), note(job_id="job-2")),
        back_fill.run_id(rules(raw("a", "dst2")), note()),
    }
    assert len(names) == 4


def test_a_note_says_all_when_it_is_read_again() -> None:
    assert back_fill.read_note(note().as_bytes(), "src") == note()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", note().as_bytes()[:-20], b'{"format": 1}'])
def test_what_is_no_note_is_not_believed(content: bytes) -> None:
    with pytest.raises(NoteError):
        back_fill.read_note(content, "src")


def test_the_note_of_another_bucket_is_not_believed() -> None:
    with pytest.raises(NoteError):
        back_fill.read_note(note().as_bytes(), "other")


@given(
    st.binary(max_size=200)
    | st.text().map(str.encode)
    | st.recursive(st.none(), st.lists).map(lambda x: repr(x).encode())
)
def test_anything_but_a_note_is_an_error_of_ours(content: bytes) -> None:
    with pytest.raises(NoteError):
        back_fill.read_note(content, "src")


def test_notes_lie_below_their_prefix() -> None:
    assert back_fill.note_key("back-fill", "src") == back_fill.note_key("/back-fill/", "src") == "back-fill/src.json"
    assert back_fill.note_key("", "src") == "src.json"
