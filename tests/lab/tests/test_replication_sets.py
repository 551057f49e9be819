# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three buckets that each replicate to both others (S3 User Guide, "Replicating metadata changes with replica
modification sync")."""

from __future__ import annotations

from typing import Any

from replication_lab import AWAY, HOME, Bucket, Role, configure, idle, rule

SYNC = {"SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}}}
MARKERS = {"DeleteMarkerReplication": {"Status": "Enabled"}}


def three(**more: Any) -> list[Bucket]:
    """Three Regions, any to any."""
    buckets = [Bucket(region, **more) for region in (HOME, AWAY, "ap-southeast-2")]
    for bucket in buckets:
        others = [other for other in buckets if other is not bucket]
        role = Role(bucket, *others, lock=bool(more))
        configure(bucket, role, *(rule(other, **SYNC, **MARKERS) for other in others))
    return buckets


def state(buckets: list[Bucket], key: str = "key") -> list[tuple[list[str], str | None]]:
    """Version ids and the newest one's status, by bucket."""
    return [(bucket.versions(key), bucket.status(key)) for bucket in buckets]


def test_writes_overwrites_and_deletes_anywhere_appear_everywhere_once() -> None:
    buckets = three()
    first = buckets[0].put()
    idle()
    second = buckets[1].put()
    idle()
    assert state(buckets) == [
        ([second, first], "REPLICA"),
        ([second, first], "COMPLETED"),
        ([second, first], "REPLICA"),
    ]
    marker = buckets[2].s3.delete_object(Bucket=buckets[2].name, Key="key")["VersionId"]
    idle()
    assert [bucket.versions() for bucket in buckets] == [[marker, second, first]] * 3


def test_writes_in_two_regions_at_once_end_in_the_same_order_everywhere() -> None:
    """A replica keeps the time at which the original was written, and versions are in the order of that."""
    buckets = three()
    older, newer = buckets[2].put(), buckets[0].put()
    idle()
    assert [bucket.versions() for bucket in buckets] == [[newer, older]] * 3
    assert [(bucket.head() or {})["VersionId"] for bucket in buckets] == [newer] * 3


def test_tags_and_acls_changed_on_a_replica_go_everywhere_and_come_to_rest() -> None:
    buckets = three()
    for bucket in buckets:
        bucket.allow_acls()
    version = buckets[0].put(Tagging="n=0")
    idle()
    for number, bucket in enumerate(reversed(buckets), 1):
        bucket.tag(n=str(number))
        idle()
        assert [one.tags() for one in buckets] == [{"n": str(number)}] * 3
        canned = ("public-read", "private")[number % 2]
        bucket.s3.put_object_acl(Bucket=bucket.name, Key="key", ACL=canned)
        idle()
        readers = [len(one.s3.get_object_acl(Bucket=one.name, Key="key")["Grants"]) for one in buckets]
        assert readers == [2 if canned == "public-read" else 1] * 3
    assert state(buckets) == [([version], "COMPLETED"), ([version], "REPLICA"), ([version], "REPLICA")]


def test_locks_changed_on_a_replica_go_everywhere() -> None:
    buckets = three(lock=True)
    buckets[1].put()
    idle()
    for status, bucket in zip(("ON", "OFF"), (buckets[2], buckets[0]), strict=True):
        bucket.s3.put_object_legal_hold(Bucket=bucket.name, Key="key", LegalHold={"Status": status})
        idle()
        found = [one.s3.get_object_legal_hold(Bucket=one.name, Key="key")["LegalHold"]["Status"] for one in buckets]
        assert found == [status] * 3
