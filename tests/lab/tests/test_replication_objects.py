# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is replicated, and how the replica looks (S3 User Guide, "What does Amazon S3 replicate?")."""

from __future__ import annotations

import os
import ssl
import urllib.request
from typing import Any

import pytest
from replication_lab import AWAY, HOME, Bucket, Pair, Role, configure, control, held, idle, replicate, rule, rule_v1

NASTY_KEY = "a b+c%/ü😀#?&.txt"


def test_a_put_is_pending_then_completed_and_its_replica_keeps_everything() -> None:
    pair = Pair()
    with held():
        version = pair.source.put(
            NASTY_KEY, b"some bytes", Metadata={"purpose": "test"}, ContentType="text/x-test", CacheControl="no-store",
            ContentDisposition="inline", ContentLanguage="cy", Tagging="colour=dark+green&n=1",
        )  # fmt: skip
        assert pair.source.status(NASTY_KEY) == pair.source.status(NASTY_KEY, version) == "PENDING"
    idle()
    assert pair.source.status(NASTY_KEY) == pair.source.status(NASTY_KEY, version) == "COMPLETED"
    original, replica = pair.source.head(NASTY_KEY), pair.destination.head(NASTY_KEY, version)
    assert original and replica and pair.destination.status(NASTY_KEY) == "REPLICA"
    for kept in ("ETag", "ContentLength", "ContentType", "CacheControl", "ContentDisposition", "ContentLanguage",
                 "Metadata", "VersionId", "LastModified"):  # fmt: skip
        assert replica[kept] == original[kept], kept
    assert replica["ReplicationStatus"] == "REPLICA"
    assert pair.destination.tags(NASTY_KEY) == {"colour": "dark green", "n": "1"}
    body = pair.destination.s3.get_object(Bucket=pair.destination.name, Key=NASTY_KEY)["Body"].read()
    assert body == b"some bytes"
    assert pair.queue.records() == []


def test_get_object_shows_the_status_too() -> None:
    pair = Pair()
    version = pair.source.put()
    idle()
    for which in ({}, {"VersionId": version}):
        got = pair.source.s3.get_object(Bucket=pair.source.name, Key="key", **which)
        assert got["ReplicationStatus"] == "COMPLETED"


def test_without_a_rule_that_matches_there_is_no_status() -> None:
    pair = Pair(Filter={"Prefix": "in/"})
    pair.source.put("out/1")
    pair.source.put("in/1")
    idle()
    assert (pair.source.status("out/1"), pair.destination.head("out/1")) == (None, None)
    assert (pair.source.status("in/1"), pair.destination.status("in/1")) == ("COMPLETED", "REPLICA")


def test_every_version_is_replicated_in_order() -> None:
    pair = Pair()
    written = [pair.source.put(body=b"%d" % n) for n in range(4)]
    idle()
    listed = pair.destination.s3.list_object_versions(Bucket=pair.destination.name)["Versions"]
    assert [entry["VersionId"] for entry in listed] == written[::-1]
    assert [entry["IsLatest"] for entry in listed] == [True, False, False, False]
    assert (pair.destination.head() or {})["VersionId"] == written[-1]


def test_copies_and_changes_of_metadata_in_place_are_new_versions() -> None:
    pair = Pair()
    first = pair.source.put("one", Metadata={"a": "1"})
    of_one = {"Bucket": pair.source.name, "CopySource": {"Bucket": pair.source.name, "Key": "one"}}
    pair.source.s3.copy_object(Key="two", **of_one)
    changed = pair.source.s3.copy_object(Key="one", Metadata={"a": "2"}, MetadataDirective="REPLACE", **of_one)
    idle()
    assert pair.destination.versions("one") == [changed["VersionId"], first]
    assert (pair.destination.head("one") or {})["Metadata"] == {"a": "2"}
    assert pair.destination.status("two") == "REPLICA"


def test_multipart_uploads_with_the_tags_of_their_beginning() -> None:
    pair = Pair(Filter={"Tag": {"Key": "keep", "Value": "yes"}})
    s3, where = pair.source.s3, {"Bucket": pair.source.name, "Key": "big"}
    begun = s3.create_multipart_upload(**where, Tagging="keep=yes", Metadata={"m": "1"})
    upload = {**where, "UploadId": begun["UploadId"]}
    parts = [s3.upload_part(**upload, PartNumber=n, Body=part) for n, part in enumerate((b"x" * 5 * 2**20, b"end"), 1)]
    listed = [{"PartNumber": n, "ETag": part["ETag"]} for n, part in enumerate(parts, 1)]
    version = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": listed})["VersionId"]
    idle()
    original, replica = pair.source.head("big"), pair.destination.head("big", version)
    assert original and replica and original["ReplicationStatus"] == "COMPLETED"
    assert replica["ETag"] == original["ETag"] and replica["ETag"].endswith('-2"')
    assert (replica["ContentLength"], replica["Metadata"]) == (5 * 2**20 + 3, {"m": "1"})
    assert pair.destination.tags("big") == {"keep": "yes"}


def test_form_uploads() -> None:
    pair = Pair()
    form = pair.source.s3.generate_presigned_post(pair.source.name, "form.txt")
    part = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}'
    lines = [part.format(name, value) for name, value in form["fields"].items()]
    lines.append('--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nposted\r\n--x--\r\n')
    call = urllib.request.Request(
        form["url"], "\r\n".join(lines).encode(), {"Content-Type": "multipart/form-data; boundary=x"}
    )
    urllib.request.urlopen(call, context=ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"]))
    idle()
    assert (pair.source.status("form.txt"), pair.destination.status("form.txt")) == ("COMPLETED", "REPLICA")


def test_storage_class_of_the_rule_or_else_of_the_source() -> None:
    pair = Pair(destination_StorageClass="STANDARD_IA")
    other = Bucket(AWAY)
    role = Role(pair.source, pair.destination, other)
    configure(pair.source, role, pair.rule, rule(other))
    pair.source.put(StorageClass="INTELLIGENT_TIERING")
    idle()
    assert (pair.destination.head() or {})["StorageClass"] == "STANDARD_IA"
    assert (other.head() or {})["StorageClass"] == "INTELLIGENT_TIERING"


@pytest.mark.parametrize("archive", ["GLACIER", "DEEP_ARCHIVE"])
def test_archived_objects_are_not_replicated(archive: str) -> None:
    pair = Pair()
    version = pair.source.put(StorageClass=archive)
    idle()
    assert (pair.source.status(), pair.destination.head()) == (None, None)
    assert replicate(pair.source.name, "key", version) == {"missing": "SrcObjectNotEligible"}


def test_tags_put_later_are_replicated_but_never_make_a_tag_filter_match() -> None:
    tagged = {"And": {"Prefix": "k", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}}
    pair = Pair(Filter=tagged)
    pair.source.put("key1", Tagging="a=1&b=2&c=3")
    pair.source.put("key2", Tagging="a=1")
    pair.source.put("other", Tagging="a=1&b=2")
    idle()
    pair.source.tag("key2", a="1", b="2")
    with held():
        pair.source.tag("key1", now="this")
        assert pair.source.status("key1") == "PENDING"
    idle()
    assert pair.destination.tags("key1") == {"now": "this"}
    assert [pair.source.status(key) for key in ("key1", "key2", "other")] == ["COMPLETED", None, None]
    pair.source.s3.delete_object_tagging(Bucket=pair.source.name, Key="key1")
    idle()
    assert pair.destination.tags("key1") == {}


def test_tags_of_an_older_version() -> None:
    pair = Pair()
    first, _unused = pair.source.put(Tagging="n=1"), pair.source.put()
    idle()
    with held():
        pair.source.s3.put_object_tagging(
            Bucket=pair.source.name, Key="key", VersionId=first, Tagging={"TagSet": [{"Key": "n", "Value": "2"}]}
        )
        assert (pair.source.status(), pair.source.status(version_id=first)) == ("COMPLETED", "PENDING")
    idle()
    found = pair.destination.s3.get_object_tagging(Bucket=pair.destination.name, Key="key", VersionId=first)["TagSet"]
    assert found == [{"Key": "n", "Value": "2"}]


def test_acls() -> None:
    pair = Pair()
    pair.source.allow_acls()
    pair.destination.allow_acls()
    pair.source.put(ACL="public-read")
    idle()

    def readers(bucket: Bucket) -> list[str]:
        grants = bucket.s3.get_object_acl(Bucket=bucket.name, Key="key")["Grants"]
        return [grant["Grantee"]["URI"].rsplit("/", 1)[1] for grant in grants if "URI" in grant["Grantee"]]

    assert readers(pair.destination) == ["AllUsers"]
    pair.source.s3.put_object_acl(Bucket=pair.source.name, Key="key", ACL="authenticated-read")
    idle()
    assert readers(pair.destination) == ["AuthenticatedUsers"]


# ---- deletes


def delete(bucket: Bucket, key: str = "key", **more: Any) -> str:
    return str(bucket.s3.delete_object(Bucket=bucket.name, Key=key, **more)["VersionId"])


def test_delete_markers_only_where_the_rule_says_so() -> None:
    for status, expected in (("Enabled", True), ("Disabled", False)):
        pair = Pair(DeleteMarkerReplication={"Status": status})
        pair.source.put()
        idle()
        marker = delete(pair.source)
        idle()
        assert pair.destination.delete_markers() == ([marker] if expected else [])
        assert (pair.destination.head() is None) is expected


def test_delete_markers_of_the_old_schema_are_replicated() -> None:
    pair = Pair()
    configure(pair.source, pair.role, rule_v1(pair.destination))
    pair.source.put()
    marker = delete(pair.source)
    idle()
    assert pair.destination.delete_markers() == [marker]


def test_delete_markers_of_a_delete_of_many_objects() -> None:
    pair = Pair(DeleteMarkerReplication={"Status": "Enabled"})
    names = [{"Key": f"key{n}"} for n in range(3)]
    for name in names:
        pair.source.put(name["Key"])
    pair.source.s3.delete_objects(Bucket=pair.source.name, Delete={"Objects": names})
    idle()
    for name in names:
        assert pair.destination.delete_markers(name["Key"]) == pair.source.delete_markers(name["Key"])


def test_the_status_of_a_delete_marker() -> None:
    pair = Pair(DeleteMarkerReplication={"Status": "Enabled"})
    pair.source.put()
    marker = delete(pair.source)
    idle()
    for bucket, expected in ((pair.source, "COMPLETED"), (pair.destination, "REPLICA")):
        with pytest.raises(bucket.s3.exceptions.ClientError) as refused:
            bucket.head(version_id=marker)
        answer = refused.value.response["ResponseMetadata"]
        assert (answer["HTTPStatusCode"], answer["HTTPHeaders"]["x-amz-replication-status"]) == (405, expected)


def test_deletes_of_a_version_are_never_replicated() -> None:
    pair = Pair(DeleteMarkerReplication={"Status": "Enabled"})
    version = pair.source.put()
    idle()
    delete(pair.source, VersionId=version)
    idle()
    assert (pair.source.versions(), pair.destination.versions()) == ([], [version])


# ---- several rules


def test_all_destinations_get_a_replica_and_the_status_is_over_all() -> None:
    source, one, two = Bucket(), Bucket(AWAY), Bucket("ap-south-1")
    role = Role(source, one, two)
    configure(source, role, rule(one), rule(two))
    source.put("good")
    idle()
    assert [bucket.status("good") for bucket in (source, one, two)] == ["COMPLETED", "REPLICA", "REPLICA"]
    two.version(False)
    source.put("bad")
    idle()
    assert [bucket.status("bad") for bucket in (source, one, two)] == ["FAILED", "REPLICA", None]


def test_status_stays_pending_until_all_destinations_are_done() -> None:
    source, one, two = Bucket(), Bucket(AWAY), Bucket("sa-east-1")
    configure(source, Role(source, one, two), rule(one), rule(two))
    control("POST", "/regions/sa-east-1/down")
    try:
        source.put()
        idle()
        assert (one.status(), source.status()) == ("REPLICA", "PENDING")
    finally:
        control("POST", "/regions/sa-east-1/up")
    idle()
    assert (two.status(), source.status()) == ("REPLICA", "COMPLETED")


def test_the_highest_priority_wins_for_one_destination() -> None:
    source, destination = Bucket(), Bucket(AWAY)
    low = rule(destination, Priority=1, destination_StorageClass="STANDARD_IA")
    high = rule(destination, Priority=2, destination_StorageClass="GLACIER_IR", Filter={"Prefix": "hot/"})
    off = rule(destination, Priority=3, destination_StorageClass="ONEZONE_IA", Status="Disabled")
    configure(source, Role(source, destination), low, high, off)
    source.put("hot/1")
    source.put("cold/1")
    idle()
    classes = [(destination.head(key) or {})["StorageClass"] for key in ("hot/1", "cold/1")]
    assert classes == ["GLACIER_IR", "STANDARD_IA"]


def test_a_disabled_rule_does_nothing_and_does_not_catch_up_when_enabled() -> None:
    pair = Pair(Status="Disabled")
    missed = pair.source.put("missed")
    pair.configure(Status="Enabled")
    pair.source.put("new")
    idle()
    assert [pair.source.status(key) for key in ("missed", "new")] == [None, "COMPLETED"]
    assert pair.destination.head("missed") is None
    # ... but S3 Batch Replication takes it
    assert replicate(pair.source.name, "missed", missed)["attempts"][0]["reason"] is None
    assert (pair.source.status("missed"), pair.destination.status("missed")) == ("COMPLETED", "REPLICA")


# ---- both directions, chains


def test_replicas_are_not_replicated_on() -> None:
    pair, third = Pair(), Bucket("ap-south-1")
    configure(pair.destination, Role(pair.destination, third), rule(third))
    version = pair.source.put()
    idle()
    assert (pair.destination.status(), third.head()) == ("REPLICA", None)
    assert replicate(pair.destination.name, "key", version)["attempts"][0]["reason"] is None
    assert (pair.destination.status(), third.status()) == ("REPLICA", "REPLICA")


def test_both_directions_without_a_loop() -> None:
    one, two = Bucket(HOME), Bucket(AWAY)
    both_ways = {"DeleteMarkerReplication": {"Status": "Enabled"}}
    configure(one, Role(one, two), rule(two, **both_ways))
    configure(two, Role(two, one), rule(one, **both_ways))
    first, second = one.put("key"), two.put("key")
    idle()
    marker = delete(one)
    idle()
    for bucket in (one, two):
        assert bucket.versions() == [marker, second, first]
    assert [bucket.status(version_id=version) for bucket in (one, two) for version in (first, second)] == [
        "COMPLETED", "REPLICA", "REPLICA", "COMPLETED",
    ]  # fmt: skip


@pytest.mark.parametrize("sync", ["Enabled", "Disabled"])
def test_changes_made_on_a_replica_go_back_only_under_replica_modification_sync(sync: str) -> None:
    one, two = Bucket(HOME), Bucket(AWAY)
    synced = {"SourceSelectionCriteria": {"ReplicaModifications": {"Status": sync}}}
    configure(one, Role(one, two), rule(two, **synced))
    configure(two, Role(two, one), rule(one, **synced))
    one.put(Tagging="made=here")
    idle()
    with held():
        two.tag(changed="there")
        assert two.status() == ("PENDING" if sync == "Enabled" else "REPLICA")
    idle()
    assert one.tags() == ({"changed": "there"} if sync == "Enabled" else {"made": "here"})
    assert (one.status(), two.status()) == ("COMPLETED", "REPLICA")


# ---- S3 Batch Replication's view


def test_older_versions_replicated_later_take_their_place_in_order() -> None:
    pair = Pair(Status="Disabled")
    old = pair.source.put()
    pair.configure(Status="Enabled")
    new = pair.source.put()
    idle()
    replicate(pair.source.name, "key", old)
    assert pair.destination.versions() == [new, old]
    assert (pair.destination.head() or {})["VersionId"] == new


def test_replicating_again_changes_metadata_and_makes_no_second_version() -> None:
    pair = Pair()
    version = pair.source.put(Tagging="a=1")
    idle()
    assert replicate(pair.source.name, "key", version, batch=False) == {"missing": "SrcReplicationNotPending"}
    pair.destination.s3.delete_object_tagging(Bucket=pair.destination.name, Key="key")
    assert replicate(pair.source.name, "key", version) == {
        "attempts": [{"rule_id": pair.rule["ID"], "destination": pair.destination.name, "reason": None}]
    }
    assert (pair.destination.versions(), pair.destination.tags()) == ([version], {"a": "1"})


def test_the_null_version() -> None:
    pair = Pair(Status="Disabled")
    plain = Bucket()
    plain.version(False)
    plain.s3.put_object(Bucket=plain.name, Key="key", Body=b"null")
    plain.version(True)
    configure(plain, Role(plain, pair.destination), rule(pair.destination))
    newer = plain.put()
    idle()
    assert replicate(plain.name, "key", None)["attempts"][0]["reason"] is None
    assert pair.destination.versions() == [newer, "null"]
    assert plain.status(version_id="null") == "COMPLETED"


def test_a_new_null_version_has_none_of_the_old_ones_tags() -> None:
    bucket = Bucket()
    bucket.version(False)
    for tags in ({"Tagging": "old=1"}, {}):
        bucket.s3.put_object(Bucket=bucket.name, Key="key", Body=b"null", **tags)
    assert bucket.tags() == {}


def test_delete_markers_by_batch_as_the_rule_says() -> None:
    pair = Pair()
    pair.source.put()
    marker = delete(pair.source)
    idle()
    assert replicate(pair.source.name, "key", marker) == {"missing": "SrcObjectNotEligible"}
    pair.configure(DeleteMarkerReplication={"Status": "Enabled"})
    assert replicate(pair.source.name, "key", marker)["attempts"][0]["reason"] is None
    assert pair.destination.delete_markers() == [marker]


def test_what_is_not_there_has_a_code() -> None:
    pair = Pair()
    version = pair.source.put()
    idle()
    known = {"key": "key", "version_id": version}
    cases: dict[str, dict[str, Any]] = {
        "SrcBucketNotFound": {**known, "bucket": "no-such-bucket"},
        "SrcKeyNotFound": {**known, "bucket": pair.source.name, "key": "other"},
        "SrcVersionNotFound": {**known, "bucket": pair.source.name, "version_id": "gone"},
        "SrcObjectNotFound": {**known, "bucket": pair.source.name, "version_id": None},
        "SrcBucketReplicationConfigMissing": {**known, "bucket": pair.destination.name},
    }
    found = {code: control("POST", "/replication/version", **given).get("missing") for code, given in cases.items()}
    assert found == {code: code for code in cases}
