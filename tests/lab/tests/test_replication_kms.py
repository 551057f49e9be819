# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted objects (S3 User Guide, "Replicating encrypted objects"): keys, their states, policies and grants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from replication_lab import ACCOUNT, AWAY, HOME, OTHER_ACCOUNT, Bucket, Pair, allow, client, control, deny, policy

ROOT = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})


class Key:
    """A customer-managed key."""

    def __init__(self, region: str, account: str = ACCOUNT) -> None:
        self.kms = client("kms", region, account)
        metadata = self.kms.create_key()["KeyMetadata"]
        self.arn, self.id, self.account = metadata["Arn"], metadata["KeyId"], account

    def set_policy(self, *statements: dict[str, Any]) -> None:
        self.kms.put_key_policy(KeyId=self.id, PolicyName="default", Policy=policy(*statements))


class EncryptedPair(Pair):
    """A pair whose source objects are SSE-KMS, with a key on each side."""

    def __init__(self, account: str = ACCOUNT) -> None:
        super().__init__(account=account)
        self.source_key, self.replica_key = Key(HOME), Key(AWAY, account)
        self.encrypt_with(self.replica_key.arn)
        self.role.add(self.decrypt(), self.encrypt())

    def encrypt_with(self, replica_key: str) -> None:
        self.configure(
            SourceSelectionCriteria={"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            Destination={**self.rule["Destination"], "EncryptionConfiguration": {"ReplicaKmsKeyID": replica_key}},
        )

    def decrypt(self) -> dict[str, Any]:
        conditions = {
            "kms:ViaService": f"s3.{HOME}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": f"{self.source.arn}/*",
        }  # fmt: skip
        return allow(["kms:Decrypt"], self.source_key.arn, Condition={"StringLike": conditions})

    def encrypt(self) -> dict[str, Any]:
        conditions = {
            "kms:ViaService": f"s3.{AWAY}.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": f"{self.destination.arn}/*",
        }
        return allow(["kms:Encrypt"], self.replica_key.arn, Condition={"StringLike": conditions})

    def put_encrypted(self) -> str:
        return self.source.put(ServerSideEncryption="aws:kms", SSEKMSKeyId=self.source_key.arn)


Break = Callable[[EncryptedPair], object]


def bucket_key(bucket: Bucket, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    bucket.s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration={"Rules": rules})


def test_the_replica_is_encrypted_with_the_rules_key() -> None:
    pair = EncryptedPair()
    pair.put_encrypted()
    assert (pair.queue.records(), pair.source.status()) == ([], "COMPLETED")
    replica = pair.destination.head() or {}
    assert (replica["ServerSideEncryption"], replica["SSEKMSKeyId"]) == ("aws:kms", pair.replica_key.arn)


def test_kms_objects_are_left_out_by_a_rule_that_does_not_name_them() -> None:
    pair = Pair()
    pair.source.put(ServerSideEncryption="aws:kms", SSEKMSKeyId=Key(HOME).arn)
    assert (pair.queue.records(), pair.source.status(), pair.destination.head()) == ([], None, None)


def read_versions_only(pair: EncryptedPair) -> None:
    pair.role.withdraw("s3:GetObjectVersionForReplication")
    pair.role.add(allow("s3:GetObjectVersion", f"{pair.source.arn}/*"))


CASES: list[tuple[str, str, Break]] = [
    ("source key disabled", "SrcKmsKeyInvalidState", lambda p: p.source_key.kms.disable_key(KeyId=p.source_key.id)),
    ("source key about to go", "SrcKmsKeyInvalidState",
     lambda p: p.source_key.kms.schedule_key_deletion(KeyId=p.source_key.id)),
    ("no kms:Decrypt", "SrcGetObjectNotPermitted", lambda p: p.role.withdraw("kms:Decrypt")),
    ("source key policy without the account", "SrcGetObjectNotPermitted",
     lambda p: p.source_key.set_policy(allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}))),
    ("source key policy denies", "SrcGetObjectNotPermitted",
     lambda p: p.source_key.set_policy(ROOT, deny("kms:Decrypt", "*", Principal={"AWS": p.role.arn}))),
    ("bucket key changes the encryption context", "SrcGetObjectNotPermitted",
     lambda p: bucket_key(p.source, p.source_key.arn)),
    ("s3:GetObjectVersion is not enough", "SrcGetObjectNotPermitted", read_versions_only),
    ("replica key missing", "DstKmsKeyNotFound", lambda p: p.encrypt_with(
        p.replica_key.arn.replace(p.replica_key.id, "11111111-2222-3333-4444-555555555555"))),
    ("replica key in another Region", "DstKmsKeyNotFound", lambda p: p.encrypt_with(p.source_key.arn)),
    ("replica key disabled", "DstKmsKeyInvalidState",
     lambda p: p.replica_key.kms.disable_key(KeyId=p.replica_key.id)),
    ("replica key about to go", "DstKmsKeyInvalidState",
     lambda p: p.replica_key.kms.schedule_key_deletion(KeyId=p.replica_key.id)),
    ("no kms:Encrypt", "DstPutObjectNotPermitted", lambda p: p.role.withdraw("kms:Encrypt")),
    ("bucket key at the destination wants more", "DstPutObjectNotPermitted",
     lambda p: bucket_key(p.destination, p.replica_key.arn)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "reason", "break_it"), [pytest.param(*case, id=case[0]) for case in CASES])
def test_reasons(name: str, reason: str, break_it: Break) -> None:
    pair = EncryptedPair()
    if name.startswith("source key"):  # with such a key nobody writes either: it breaks while the object waits
        control("PUT", "/settings", replication_delay=0.5)
        pair.put_encrypted()
        break_it(pair)
    else:
        break_it(pair)
        pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == ([reason], "FAILED")


def test_a_grant_opens_the_key() -> None:
    pair = EncryptedPair()
    pair.role.withdraw("kms:Decrypt")
    mine = {"EncryptionContextSubset": {"aws:s3:arn": f"{pair.source.arn}/key"}}
    other = {"EncryptionContextSubset": {"aws:s3:arn": f"{pair.source.arn}/another"}}
    grant: dict[str, Any] = {
        "KeyId": pair.source_key.id, "GranteePrincipal": pair.role.arn, "Operations": ["Decrypt"],
    }  # fmt: skip
    pair.source_key.kms.create_grant(**grant, Constraints=other)
    pair.put_encrypted()
    assert pair.queue.reasons() == ["SrcGetObjectNotPermitted"]
    pair.source_key.kms.create_grant(**grant, Constraints=mine)
    pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == ([], "COMPLETED")


def context(*arns: str) -> dict[str, Any]:
    return {"Condition": {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": list(arns)}}}


REPLICA_ACTIONS = ["kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt"]


def test_the_bucket_is_the_context_with_bucket_keys() -> None:
    pair = EncryptedPair()
    bucket_key(pair.source, pair.source_key.arn)
    bucket_key(pair.destination, pair.replica_key.arn)
    pair.role.add(
        allow(["kms:Decrypt"], pair.source_key.arn, **context(pair.source.arn)),
        allow(REPLICA_ACTIONS, pair.replica_key.arn, **context(pair.destination.arn)),
    )
    pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == ([], "COMPLETED")
    assert (pair.destination.head() or {})["BucketKeyEnabled"] is True


@pytest.mark.parametrize("missing", REPLICA_ACTIONS)
def test_a_bucket_key_at_the_destination_needs_three_actions(missing: str) -> None:
    pair = EncryptedPair()
    bucket_key(pair.destination, pair.replica_key.arn)
    others = [action for action in REPLICA_ACTIONS if action != missing]
    pair.role.add(allow(others, pair.replica_key.arn, **context(pair.destination.arn)))
    pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == (["DstPutObjectNotPermitted"], "FAILED")


def test_a_source_object_takes_its_bucket_key_along() -> None:
    """The guide's first example of bucket keys with replication; the object says so, whatever its bucket does."""
    pair = EncryptedPair()
    pair.source.put(ServerSideEncryption="aws:kms", SSEKMSKeyId=pair.source_key.arn, BucketKeyEnabled=True)
    assert (pair.source.head() or {})["BucketKeyEnabled"] is True
    assert pair.queue.reasons() == ["SrcGetObjectNotPermitted"]
    pair.role.add(
        allow("kms:Decrypt", pair.source_key.arn, **context(pair.source.arn)),
        allow(REPLICA_ACTIONS, pair.replica_key.arn, **context(pair.destination.arn)),
    )
    pair.source.put(ServerSideEncryption="aws:kms", SSEKMSKeyId=pair.source_key.arn, BucketKeyEnabled=True)
    assert (pair.queue.reasons(), (pair.destination.head() or {})["BucketKeyEnabled"]) == ([], True)


def test_an_object_may_do_without_its_buckets_bucket_key() -> None:
    pair = EncryptedPair()
    bucket_key(pair.source, pair.source_key.arn)
    pair.source.put(ServerSideEncryption="aws:kms", SSEKMSKeyId=pair.source_key.arn, BucketKeyEnabled=False)
    assert (pair.queue.reasons(), pair.source.status()) == ([], "COMPLETED")
    assert "BucketKeyEnabled" not in (pair.destination.head() or {})


def test_an_alias_as_the_replica_key() -> None:
    pair = EncryptedPair()
    pair.replica_key.kms.create_alias(AliasName="alias/replica", TargetKeyId=pair.replica_key.id)
    pair.encrypt_with(pair.replica_key.arn.replace(f"key/{pair.replica_key.id}", "alias/replica"))
    pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == ([], "COMPLETED")


def test_across_accounts_the_destinations_key_policy_has_to_name_the_role() -> None:
    pair = EncryptedPair(OTHER_ACCOUNT)
    pair.destination.set_policy(
        allow("s3:ReplicateObject", f"{pair.destination.arn}/*", Principal={"AWS": pair.role.arn})
    )
    pair.put_encrypted()
    assert pair.queue.reasons() == ["DstPutObjectNotPermitted"]
    owner = allow("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    pair.replica_key.set_policy(owner, allow("kms:Encrypt", "*", Principal={"AWS": pair.role.arn}))
    pair.put_encrypted()
    assert (pair.queue.reasons(), pair.source.status()) == ([], "COMPLETED")


def test_what_is_not_encrypted_takes_the_destinations_default() -> None:
    pair = Pair()
    key = Key(AWAY)
    bucket_key(pair.destination, key.arn)
    pair.source.put()
    assert pair.queue.reasons() == ["DstPutObjectNotPermitted"]
    pair.role.add(allow(["kms:GenerateDataKey", "kms:Decrypt"], key.arn))
    pair.source.put()
    assert (pair.queue.reasons(), (pair.destination.head() or {})["SSEKMSKeyId"]) == ([], key.arn)
    pair.source.put(ServerSideEncryption="AES256")
    assert (pair.queue.reasons(), (pair.destination.head() or {})["ServerSideEncryption"]) == ([], "AES256")


def test_customer_provided_keys() -> None:
    pair = Pair()
    secret: dict[str, Any] = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0123456789abcdef0123456789abcdef"}
    pair.source.put(**secret)
    assert pair.queue.records() == []
    got = pair.destination.s3.get_object(Bucket=pair.destination.name, Key="key", **secret)
    assert (got["Body"].read(), got["ReplicationStatus"]) == (b"body", "REPLICA")
