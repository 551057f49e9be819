# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_lifecycle import mirror_lifecycle

SIZE = "TransitionDefaultMinimumObjectSize"


def rule(name: str = "a", **parts: Any) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", "Filter": {"Prefix": ""}, **(parts or {"Expiration": {"Days": 1}})}


def ids(document: Any) -> list[str]:
    return [one["ID"] for one in document["Rules"]]


def test_rules_are_mirrored_by_id() -> None:
    there = {"Rules": [rule("theirs"), rule("a", Expiration={"Days": 9})]}
    mirrored = mirror_lifecycle({"Rules": [rule("a"), rule("b")]}, there, purge=False)
    assert ids(mirrored.after) == ["theirs", "a", "b"]
    assert mirrored.after["Rules"][1]["Expiration"] == {"Days": 1}
    assert mirrored.kept == ("theirs",)
    (warning,) = mirrored.warnings
    assert "theirs is only on the destination and removes objects" in warning
    purged = mirror_lifecycle({"Rules": [rule("a")]}, there, purge=True)
    assert ids(purged.after) == ["a"] and purged.warnings == ()
    assert mirror_lifecycle(None, there, purge=True).after is None
    assert not mirror_lifecycle(None, there, purge=False).changed
    assert not mirror_lifecycle(None, None, purge=True).changed


def test_old_and_new_forms_are_the_same_and_never_mixed() -> None:
    old = {"ID": "a", "Status": "Enabled", "Prefix": "x/", "Expiration": {"Days": 1}}
    new = rule("a", Filter={"Prefix": "x/"}, Expiration={"Days": 1})
    assert not mirror_lifecycle({"Rules": [old]}, {"Rules": [new]}, purge=False).changed
    assert not mirror_lifecycle({"Rules": [new]}, {"Rules": [old]}, purge=False).changed
    mixed = mirror_lifecycle({"Rules": [rule("b")]}, {"Rules": [old]}, purge=False)
    assert all("Prefix" not in one and "Filter" in one for one in mixed.after["Rules"])
    assert mixed.after["Rules"][0]["Filter"] == {"Prefix": "x/"}


def test_the_smallest_size_goes_with_the_rules() -> None:
    varies = {"Rules": [rule()], SIZE: "varies_by_storage_class"}
    mirrored = mirror_lifecycle(varies, {"Rules": [rule()]}, purge=False)
    assert mirrored.changed and mirrored.after[SIZE] == "varies_by_storage_class"
    usual = {"Rules": [rule()], SIZE: "all_storage_classes_128K"}
    assert not mirror_lifecycle(usual, {"Rules": [rule()]}, purge=False).changed


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"Expiration": {"Days": 1}}, "delete marker of its own"),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, "delete markers are removed"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, "stays current at the destination"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 3}}, "counted on each side"),
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "must be restored"),
        ({"Expiration": {"Days": 1}, "Filter": {"Tag": {"Key": "a", "Value": "b"}}}, "replicas without tags"),
    ],
)
def test_what_differs_for_replicas_is_called_out(parts: dict[str, Any], told: str) -> None:
    source = {"Rules": [rule("a", **parts)]}
    first = mirror_lifecycle(source, None, purge=False)
    assert any(note.startswith("rule a: ") and told in note for note in first.notes), first.notes
    assert mirror_lifecycle(source, source, purge=False).notes == first.notes
    assert mirror_lifecycle({"Rules": [{**rule("a", **parts), "Status": "Disabled"}]}, None, purge=False).notes == ()


def test_what_does_the_same_to_replicas_is_not() -> None:
    quiet = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
    moves = {"Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}]}
    for parts in (quiet, moves):
        assert mirror_lifecycle({"Rules": [rule("a", **parts)]}, None, purge=False).notes == ()


rules = st.builds(
    lambda name, days, form: {"ID": name, "Status": "Enabled", "Expiration": {"Days": days}, **form},
    st.sampled_from("abc"),
    st.integers(1, 2),
    st.sampled_from([{"Prefix": ""}, {"Prefix": "x"}, {"Filter": {}}, {"Filter": {"Prefix": "x"}}]),
)
documents = st.one_of(
    st.none(),
    st.lists(rules, min_size=1, max_size=3, unique_by=lambda one: one["ID"]).map(lambda found: {"Rules": found}),
)


@given(source=documents, there=documents, purge=st.booleans())
def test_mirroring_twice_changes_nothing_more(source: Any, there: Any, purge: bool) -> None:
    first = mirror_lifecycle(source, there, purge)
    assert not mirror_lifecycle(source, first.after, purge).changed
    if not purge and there:
        assert set(ids(there)) <= set(ids(first.after))
    if first.changed and first.after:
        assert all("Prefix" not in one for one in first.after["Rules"])
