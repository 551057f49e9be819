# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties_lists as lists
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_THERE = "arn:aws:kms:eu-west-1:444455556666:key/5678abcd-12ab-34cd-56ef-1234567890ab"
POINT = "arn:aws:s3:us-east-1:111122223333:accesspoint/a"
NAMES = Names(
    Side("invoices", "us-east-1", "111122223333"),
    Side("invoices-dr", "eu-west-1", "444455556666"),
    buckets={"lists": "lists-dr"},
    keys={KEY: KEY_THERE},
)


def inventory(name: str, bucket: str, key: str = "", **more: Any) -> dict[str, Any]:
    target: dict[str, Any] = {"Bucket": f"arn:aws:s3:::{bucket}", "Format": "CSV", "AccountId": "111122223333"}
    if key:
        target["Encryption"] = {"SSEKMS": {"KeyId": key}}
    return {"Id": name, "IsEnabled": True, "Destination": {"S3BucketDestination": target}, **more}


def test_inventories_go_to_buckets_of_the_other_side() -> None:
    source = [inventory("own", "invoices"), inventory("lists", "lists", KEY), inventory("lost", "elsewhere")]
    mirrored = lists.mirror_inventory(source, None, NAMES, False)
    targets = [one["Destination"]["S3BucketDestination"] for one in mirrored.after]
    assert [one["Bucket"] for one in targets] == ["arn:aws:s3:::invoices-dr", "arn:aws:s3:::lists-dr"]
    assert {one["AccountId"] for one in targets} == {"444455556666"}
    assert targets[1]["Encryption"] == {"SSEKMS": {"KeyId": KEY_THERE}}
    assert [left.what for left in mirrored.not_carried] == ["lost"]
    assert source[0]["Destination"]["S3BucketDestination"]["Bucket"] == "arn:aws:s3:::invoices", (
        "it was changed in place"
    )
    no_key = lists.mirror_inventory([inventory("a", "lists", POINT)], None, NAMES, False)
    assert no_key.status == "not_carried"


def test_analytics_with_an_export_and_without() -> None:
    export = {
        "OutputSchemaVersion": "V_1",
        "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::lists", "BucketAccountId": "111122223333"}},
    }
    source = [
        {"Id": "plain", "StorageClassAnalysis": {}},
        {"Id": "export", "StorageClassAnalysis": {"DataExport": export}},
    ]
    mirrored = lists.mirror_analytics(source, None, NAMES, False)
    assert mirrored.after[0] == source[0]
    target = mirrored.after[1]["StorageClassAnalysis"]["DataExport"]["Destination"]["S3BucketDestination"]
    assert target == {"Bucket": "arn:aws:s3:::lists-dr", "BucketAccountId": "444455556666"}


def test_metrics_of_an_access_point_are_not_carried() -> None:
    source = [
        {"Id": "all"},
        {"Id": "point", "Filter": {"AccessPointArn": POINT}},
        {"Id": "both", "Filter": {"And": {"Prefix": "a", "AccessPointArn": POINT}}},
    ]
    mirrored = lists.mirror_metrics(source, None, NAMES, False)
    assert mirrored.after == [{"Id": "all"}]
    assert [left.what for left in mirrored.not_carried] == ["point", "both"]


def test_only_what_differs_is_put_and_only_what_is_gone_deleted() -> None:
    one, two, three = {"Id": "1", "x": [1, 2]}, {"Id": "2"}, {"Id": "3"}
    put, gone = lists.changes([one, two], [{"Id": "1", "x": [2, 1]}, three])
    assert (put, gone) == ([three], ["2"])


def test_purge_leaves_what_stands_under_the_id_of_one_that_was_not_carried() -> None:
    there = [inventory("lost", "theirs"), inventory("other", "theirs")]
    mirrored = lists.mirror_inventory([inventory("lost", "elsewhere")], there, NAMES, True)
    assert [one["Id"] for one in mirrored.after] == ["lost"]


entries = st.builds(inventory, st.sampled_from("abc"), st.sampled_from(["invoices", "lists", "lists-dr", "elsewhere"]))
all_of_them = st.lists(entries, max_size=3, unique_by=lambda one: str(one["Id"])).map(lambda found: found or None)


@given(source=all_of_them, there=all_of_them, purge=st.booleans())
def test_mirroring_twice_changes_nothing_more(source: Any, there: Any, purge: bool) -> None:
    first = lists.mirror_inventory(source, there, NAMES, purge)
    second = lists.mirror_inventory(source, first.after, NAMES, purge)
    assert not second.changed and second.not_carried == first.not_carried
    ids = {one["Id"] for one in first.after or []}
    if not purge:
        assert {one["Id"] for one in there or []} <= ids
    put, gone = lists.changes(first.before, first.after)
    assert bool(put or gone) == first.changed
