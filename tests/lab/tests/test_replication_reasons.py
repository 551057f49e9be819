# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every permanent reason why replication fails, made to happen for real: the status, the event and its failureReason.

S3 User Guide, "Amazon S3 replication failure reasons".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from replication_lab import (
    ACCOUNT,
    DESTINATION_ACTIONS,
    LOCK_ACTIONS,
    OTHER_ACCOUNT,
    SOURCE_ACTIONS,
    TRUST,
    Bucket,
    Pair,
    allow,
    client,
    deny,
    held,
    idle,
    policy,
    replicate,
)

Break = Callable[[Pair], object]
ELSEWHERE = {"Condition": {"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}}}
HERE = {
    "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket-*"}}
}


def everyone(pair: Pair, actions: str, **more: Any) -> dict[str, Any]:
    return deny(actions, f"{pair.destination.arn}/*", Principal="*", **more)


def bound(pair: Pair, *statements: dict[str, Any]) -> None:
    made = pair.role.iam.create_policy(PolicyName=f"bound-{pair.role.name}", PolicyDocument=policy(*statements))
    pair.role.iam.put_role_permissions_boundary(RoleName=pair.role.name, PermissionsBoundary=made["Policy"]["Arn"])


def at_source(pair: Pair, action: str) -> None:
    pair.role.add(deny(action, f"{pair.source.arn}/*"))


def at_destination(pair: Pair, action: str) -> None:
    pair.role.add(deny(action, f"{pair.destination.arn}/*"))


ROLE: list[tuple[str, str, Break]] = [
    ("role is gone", "AssumeRoleNotPermitted", lambda p: (
        p.role.iam.delete_role_policy(RoleName=p.role.name, PolicyName="replication"),
        p.role.iam.delete_role(RoleName=p.role.name),
    )),
    ("role trusts another service", "AssumeRoleNotPermitted", lambda p: p.role.trust(
        {**TRUST, "Principal": {"Service": "batchoperations.s3.amazonaws.com"}})),
    ("role trusts S3 for another account", "AssumeRoleNotPermitted", lambda p: p.role.trust({**TRUST, **ELSEWHERE})),
    ("trust denies", "AssumeRoleNotPermitted", lambda p: p.role.trust(TRUST, {**TRUST, "Effect": "Deny"})),
]  # fmt: skip
SOURCE: list[tuple[str, str, Break]] = [
    ("no s3:ListBucket", "SrcHeadObjectNotPermitted", lambda p: p.role.withdraw("s3:ListBucket")),
    ("no s3:GetReplicationConfiguration", "SrcHeadObjectNotPermitted",
     lambda p: p.role.withdraw("s3:GetReplicationConfiguration")),
    ("object not readable", "SrcGetObjectNotPermitted", lambda p: p.role.withdraw("s3:GetObjectVersionForReplication")),
    ("object denied by the bucket policy", "SrcGetObjectNotPermitted", lambda p: p.source.set_policy(
        deny("s3:GetObjectVersion*", f"{p.source.arn}/*", Principal={"AWS": p.role.arn}))),
    ("ACL not readable", "SrcGetAclNotPermitted", lambda p: p.role.withdraw("s3:GetObjectVersionAcl")),
    ("tags denied", "SrcGetTaggingNotPermitted", lambda p: at_source(p, "s3:GetObjectVersionTagging")),
    ("boundary without the reads", "SrcGetObjectNotPermitted", lambda p: bound(
        p, allow(["s3:Replicate*", "s3:ListBucket", "s3:GetReplicationConfiguration"], "*"))),
]  # fmt: skip
DESTINATION: list[tuple[str, str, Break]] = [
    ("bucket is gone", "DstBucketNotFound", lambda p: p.destination.empty_and_delete()),
    ("versioning suspended", "DstBucketUnversioned", lambda p: p.destination.version(False)),
    ("no s3:ReplicateObject", "DstPutObjectNotPermitted", lambda p: p.role.withdraw("s3:ReplicateObject")),
    ("bucket policy denies the role", "DstPutObjectNotPermitted", lambda p: p.destination.set_policy(
        deny("s3:ReplicateObject", f"{p.destination.arn}/*", Principal={"AWS": p.role.arn}))),
    ("bucket policy denies all but one account", "DstPutObjectNotPermitted", lambda p: p.destination.set_policy(
        everyone(p, "s3:Replicate*", Condition={"StringNotEquals": {"aws:PrincipalAccount": OTHER_ACCOUNT}}))),
    ("bucket policy denies all but one role", "DstPutObjectNotPermitted", lambda p: p.destination.set_policy(
        everyone(p, "s3:Replicate*", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/another"}}))),
    ("bucket policy wants an address", "DstPutObjectNotPermitted", lambda p: p.destination.set_policy(
        everyone(p, "s3:Replicate*", Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}))),
    ("bucket policy wants encryption", "DstPutObjectNotPermitted", lambda p: p.destination.set_policy(
        everyone(p, "s3:ReplicateObject", Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}}))),
    ("boundary without the writes", "DstPutObjectNotPermitted", lambda p: bound(
        p, allow("s3:[LG]*", "*"), allow(["s3:Get*", "s3:List*"], "*"))),
    ("account is not the owner's", "DstPutObjectNotPermitted", lambda p: p.configure(
        Destination={**p.rule["Destination"], "Account": OTHER_ACCOUNT})),
    ("tags denied", "DstPutTaggingNotPermitted", lambda p: at_destination(p, "s3:ReplicateTags")),
]  # fmt: skip


def check(pair: Pair, reason: str, key: str, version: str) -> None:
    events = pair.queue.records()
    assert [event["replicationEventData"]["failureReason"] for event in events] == [reason]
    assert events[0]["s3"]["object"]["versionId"] == version
    assert pair.source.status(key, version) == "FAILED"


@pytest.mark.parametrize(("reason", "break_it"), [
    pytest.param(reason, break_it, id=f"{where}: {name}")
    for where, cases in (("role", ROLE), ("source", SOURCE), ("destination", DESTINATION))
    for name, reason, break_it in cases
])  # fmt: skip
def test_puts(reason: str, break_it: Break) -> None:
    pair = Pair()
    break_it(pair)
    version = pair.source.put(Tagging="a=1")
    check(pair, reason, "key", version)
    if reason != "DstBucketNotFound":
        assert pair.destination.head() is None
    # S3 Batch Replication meets the same, and tells it as well
    again = replicate(pair.source.name, "key", version)["attempts"]
    assert again == [{"rule_id": pair.rule["ID"], "destination": pair.destination.name, "reason": reason}]
    assert pair.queue.reasons() == [reason]


def test_what_must_not_fail() -> None:
    """The counterparts of the cases above: conditions that hold, and permissions that are not needed."""
    pair = Pair()
    pair.role.trust({**TRUST, **HERE})
    for unneeded in ("s3:ReplicateTags", "s3:ReplicateDelete"):
        pair.role.withdraw(unneeded)
    pair.destination.set_policy(
        everyone(pair, "s3:Replicate*", Condition={"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        everyone(pair, "s3:Replicate*", Condition={"StringNotEquals": {"aws:ResourceAccount": ACCOUNT}}),
        everyone(pair, "s3:Replicate*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        everyone(pair, "s3:Replicate*", Condition={"ArnNotEquals": {"aws:PrincipalArn": pair.role.arn}}),
    )
    bound(pair, allow("s3:*", "*"))
    pair.source.put(Tagging="a=1")
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")


def test_the_bucket_policy_alone_may_allow_in_one_account() -> None:
    pair = Pair()
    pair.role.withdraw("s3:ReplicateObject")
    pair.destination.set_policy(
        allow("s3:ReplicateObject", f"{pair.destination.arn}/*", Principal={"AWS": pair.role.arn})
    )
    pair.source.put()
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")


def test_s3_get_object_version_will_do_for_what_is_not_encrypted_with_kms() -> None:
    pair = Pair()
    pair.role.withdraw("s3:GetObjectVersionForReplication")
    pair.role.add(allow("s3:GetObjectVersion", f"{pair.source.arn}/*"))
    pair.source.put()
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")


def test_tags_that_may_not_be_read_are_left_out() -> None:
    pair = Pair()
    pair.role.withdraw("s3:GetObjectVersionTagging")
    pair.source.put(Tagging="a=1")
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")
    assert pair.destination.tags() == {}


def test_objects_uploaded_in_parts() -> None:
    pair = Pair()
    pair.role.withdraw("s3:ReplicateObject")
    s3, where = pair.source.s3, {"Bucket": pair.source.name, "Key": "big"}
    upload = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
    parts = [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}]
    version = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["VersionId"]
    check(pair, "DstMultipartInitNotPermitted", "big", version)


def test_delete_markers() -> None:
    pair = Pair(DeleteMarkerReplication={"Status": "Enabled"})
    pair.source.put()
    idle()
    pair.role.withdraw("s3:ReplicateDelete")
    marker = pair.source.s3.delete_object(Bucket=pair.source.name, Key="key")["VersionId"]
    (event,) = pair.queue.records()
    assert event["replicationEventData"]["failureReason"] == "DstDelObjNotPermitted"
    assert event["replicationEventData"]["s3Operation"] == "OBJECT_DELETE"
    assert event["s3"]["object"]["versionId"] == marker
    assert not {"size", "eTag"} & set(event["s3"]["object"])
    assert pair.destination.delete_markers() == []


def test_owner_override() -> None:
    pair = Pair(account=OTHER_ACCOUNT)
    pair.destination.allow_acls()
    pair.destination.set_policy(
        allow(DESTINATION_ACTIONS, f"{pair.destination.arn}/*", Principal={"AWS": pair.role.arn})
    )
    changed = {"Account": OTHER_ACCOUNT, "AccessControlTranslation": {"Owner": "Destination"}}
    pair.configure(Destination={**pair.rule["Destination"], **changed})
    version = pair.source.put()
    check(pair, "DstPutObjectNotPermitted", "key", version)
    override = [*DESTINATION_ACTIONS, "s3:ObjectOwnerOverrideToBucketOwner"]
    pair.role.add(allow(override, f"{pair.destination.arn}/*"))
    pair.destination.set_policy(allow(override, f"{pair.destination.arn}/*", Principal={"AWS": pair.role.arn}))
    pair.source.put()
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")


def test_what_is_deleted_before_its_turn() -> None:
    pair = Pair()
    with held():
        first, second = pair.source.put(), pair.source.put()
        pair.source.s3.delete_object(Bucket=pair.source.name, Key="key", VersionId=first)
        alone = pair.source.put("alone")
        pair.source.s3.delete_object(Bucket=pair.source.name, Key="alone", VersionId=alone)
    told = {
        event["s3"]["object"]["versionId"]: event["replicationEventData"]["failureReason"]
        for event in pair.queue.records()
    }
    assert told == {first: "SrcVersionNotFound", alone: "SrcKeyNotFound"}
    assert pair.source.status(version_id=second) == "COMPLETED"


def test_versions_deleted_at_the_destination_do_not_come_back() -> None:
    pair = Pair()
    version = pair.source.put()
    idle()
    pair.destination.s3.delete_object(Bucket=pair.destination.name, Key="key", VersionId=version)
    assert replicate(pair.source.name, "key", version)["attempts"][0]["reason"] == "DstObjectHardDeleted"
    check(pair, "DstObjectHardDeleted", "key", version)
    # the way out that the guide names: a copy in place makes a new version
    pair.source.s3.copy_object(Bucket=pair.source.name, Key="key", MetadataDirective="REPLACE",
                               CopySource={"Bucket": pair.source.name, "Key": "key"})  # fmt: skip
    idle()
    assert pair.destination.status() == "REPLICA"


# ---- changes of metadata


def tag(bucket: Bucket) -> None:
    bucket.tag(new="tag")


METADATA: list[tuple[str, Break]] = [
    ("SrcGetTaggingNotPermitted", lambda p: p.role.withdraw("s3:GetObjectVersionTagging")),
    ("SrcHeadObjectNotPermitted", lambda p: p.role.withdraw("s3:GetObjectVersionForReplication")),
    ("DstPutTaggingNotPermitted", lambda p: p.role.withdraw("s3:ReplicateObject")),
    ("DstPutTaggingNotPermitted", lambda p: at_destination(p, "s3:ReplicateTags")),
    ("DstVersionNotFound", lambda p: p.destination.s3.delete_object(
        Bucket=p.destination.name, Key="key", VersionId=p.destination.versions()[0])),
    ("DstBucketUnversioned", lambda p: p.destination.version(False)),
    ("AssumeRoleNotPermitted", lambda p: p.role.trust({**TRUST, **ELSEWHERE})),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "break_it"), METADATA)
def test_tag_changes(reason: str, break_it: Break) -> None:
    pair = Pair()
    version = pair.source.put()
    idle()
    break_it(pair)
    tag(pair.source)
    check(pair, reason, "key", version)


def test_tag_changes_of_objects_older_than_the_rule() -> None:
    pair = Pair(Status="Disabled")
    version = pair.source.put()
    pair.configure(Status="Enabled")
    tag(pair.source)
    check(pair, "DstVersionNotFound", "key", version)


def test_acl_changes() -> None:
    for reason, action in (
        ("SrcGetAclNotPermitted", "s3:GetObjectVersionAcl"), ("DstPutAclNotPermitted", "s3:ReplicateObject"),
    ):  # fmt: skip
        pair = Pair()
        pair.source.allow_acls()
        version = pair.source.put()
        idle()
        pair.role.withdraw(action)
        pair.source.s3.put_object_acl(Bucket=pair.source.name, Key="key", ACL="public-read")
        check(pair, reason, "key", version)


# ---- Object Lock

LOCKED: dict[str, Any] = {
    "ObjectLockMode": "GOVERNANCE",
    "ObjectLockRetainUntilDate": "2099-01-01T00:00:00Z",
    "ObjectLockLegalHoldStatus": "ON",
}
LOCK: list[tuple[str, Break]] = [
    ("SrcGetRetentionNotPermitted", lambda p: p.role.withdraw("s3:GetObjectRetention")),
    ("SrcGetLegalHoldNotPermitted", lambda p: p.role.withdraw("s3:GetObjectLegalHold")),
    ("DstPutRetentionNotPermitted", lambda p: at_destination(p, "s3:PutObjectRetention")),
    ("DstPutLegalHoldNotPermitted", lambda p: at_destination(p, "s3:PutObjectLegalHold")),
]


@pytest.mark.parametrize(("reason", "break_it"), LOCK)
def test_locked_objects(reason: str, break_it: Break) -> None:
    pair = Pair(lock=True)
    break_it(pair)
    check(pair, reason, "key", pair.source.put(**LOCKED))


@pytest.mark.parametrize(("reason", "break_it"), LOCK)
def test_lock_changes(reason: str, break_it: Break) -> None:
    pair = Pair(lock=True)
    version = pair.source.put()
    idle()
    break_it(pair)
    where = {"Bucket": pair.source.name, "Key": "key"}
    if "Retention" in reason:
        pair.source.s3.put_object_retention(
            **where, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": "2099-01-01T00:00:00Z"}
        )
    else:
        pair.source.s3.put_object_legal_hold(**where, LegalHold={"Status": "ON"})
    check(pair, reason, "key", version)


def test_locks_are_replicated_and_changed() -> None:
    pair = Pair(lock=True)
    pair.source.put(**LOCKED)
    idle()
    replica = pair.destination.head() or {}
    assert (replica["ObjectLockMode"], replica["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", "ON")
    assert replica["ObjectLockRetainUntilDate"].year == 2099
    pair.source.s3.put_object_legal_hold(Bucket=pair.source.name, Key="key", LegalHold={"Status": "OFF"})
    pair.source.s3.put_object_retention(
        Bucket=pair.source.name, Key="key",
        Retention={"Mode": "COMPLIANCE", "RetainUntilDate": "2100-01-01T00:00:00Z"},
    )  # fmt: skip
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")
    replica = pair.destination.head() or {}
    assert (replica["ObjectLockMode"], replica["ObjectLockLegalHoldStatus"]) == ("COMPLIANCE", "OFF")


def test_object_lock_missing_at_the_destination() -> None:
    pair = Pair()
    lock = {"ObjectLockEnabled": "Enabled"}
    pair.source.s3.put_object_lock_configuration(Bucket=pair.source.name, ObjectLockConfiguration=lock)
    pair.role.add(allow(LOCK_ACTIONS, f"{pair.source.arn}/*"))
    check(pair, "DstBucketObjectLockConfigMissing", "key", pair.source.put())


# ---- another account


def test_across_accounts_both_sides_have_to_allow() -> None:
    pair = Pair(account=OTHER_ACCOUNT)
    check(pair, "DstPutObjectNotPermitted", "key", pair.source.put())
    into = f"{pair.destination.arn}/*"
    pair.destination.set_policy(allow(DESTINATION_ACTIONS, into, Principal={"AWS": pair.role.arn}))
    pair.source.put(Tagging="a=1")
    assert (pair.queue.records(), pair.source.status(), pair.destination.status()) == ([], "COMPLETED", "REPLICA")
    assert pair.destination.tags() == {"a": "1"}
    pair.role.withdraw("s3:ReplicateObject")
    check(pair, "DstPutObjectNotPermitted", "key", pair.source.put())


def test_the_resources_account_is_the_bucket_owners() -> None:
    pair = Pair(account=OTHER_ACCOUNT)
    into = f"{pair.destination.arn}/*"
    pair.destination.set_policy(allow(DESTINATION_ACTIONS, into, Principal={"AWS": pair.role.arn}))
    for account, reasons in ((OTHER_ACCOUNT, []), (ACCOUNT, ["DstPutObjectNotPermitted"])):
        elsewhere = {"StringNotEquals": {"aws:ResourceAccount": account}}
        pair.role.add(deny("s3:Replicate*", "*", Condition=elsewhere))
        pair.source.put()
        assert pair.queue.reasons() == reasons


def test_the_owner_of_a_replica_in_another_account() -> None:
    pair = Pair(account=OTHER_ACCOUNT)
    pair.destination.allow_acls()
    pair.role.add(allow("s3:ObjectOwnerOverrideToBucketOwner", f"{pair.destination.arn}/*"))
    pair.destination.set_policy(
        allow([*DESTINATION_ACTIONS, "s3:ObjectOwnerOverrideToBucketOwner"], f"{pair.destination.arn}/*",
              Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    )  # fmt: skip
    owners = [client("s3", account=account).list_buckets()["Owner"]["ID"] for account in (ACCOUNT, OTHER_ACCOUNT)]
    override = {"Account": OTHER_ACCOUNT, "AccessControlTranslation": {"Owner": "Destination"}}
    for owner, changed in zip(owners, ({}, override), strict=True):
        pair.configure(Destination={**pair.rule["Destination"], **changed})
        pair.source.put()
        idle()
        acl = pair.destination.s3.get_object_acl(Bucket=pair.destination.name, Key="key")
        assert acl["Owner"]["ID"] == owner


def test_source_actions_are_the_documented_ones() -> None:
    """The permissions of the guide's example, and nothing else, are enough for everything that is not encrypted."""
    pair = Pair()
    assert pair.role.statements == [
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], pair.source.arn),
        allow(SOURCE_ACTIONS, f"{pair.source.arn}/*"),
        allow(DESTINATION_ACTIONS, [f"{pair.destination.arn}/*"]),
    ]
    pair.source.put(Tagging="a=1")
    tag(pair.source)
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")
