# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import permissions_policy, trust_policy

KEY = "arn:aws:kms:us-east-1:111122223333:key/1a2b"
REPLICA_KEY = "arn:aws:kms:eu-west-1:111122223333:key/3c4d"


def pair(source: dict[str, Any] | None = None, destination: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "source": {"bucket": "invoices", "region": "us-east-1", **(source or {})},
        "destination": {"bucket": "invoices-dr", "region": "eu-west-1", **(destination or {})},
    }


def statements(*pairs: dict[str, Any], partition: str = "aws") -> dict[str, Any]:
    return {said["Sid"]: said for said in permissions_policy(pairs, partition)["Statement"]}


def test_a_plain_pair_needs_exactly_this() -> None:
    assert permissions_policy([pair()], "aws") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "SourceBuckets",
                "Effect": "Allow",
                "Action": ["s3:GetReplicationConfiguration", "s3:ListBucket"],
                "Resource": ["arn:aws:s3:::invoices"],
            },
            {
                "Sid": "SourceObjects",
                "Effect": "Allow",
                "Action": [
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionTagging",
                ],
                "Resource": ["arn:aws:s3:::invoices/*"],
            },
            {
                "Sid": "DestinationObjects",
                "Effect": "Allow",
                "Action": ["s3:ReplicateDelete", "s3:ReplicateObject"],
                "Resource": ["arn:aws:s3:::invoices-dr/*"],
            },
        ],
    }


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_resource_is_named_and_in_the_callers_partition(partition: str) -> None:
    key, replica_key = (arn.replace("arn:aws:", f"arn:{partition}:") for arn in (KEY, REPLICA_KEY))
    whole = pair(
        {"object_lock": True, "kms_key_arns": [key]}, {"owner_override": True, "replica_kms_key_id": replica_key}
    )
    for said in permissions_policy([whole], partition)["Statement"]:
        for resource in said["Resource"]:
            assert resource.startswith((f"arn:{partition}:s3:::invoices", f"arn:{partition}:kms:"))
        assert not any("*" in action for action in said["Action"])


def test_object_lock_and_owner_override_only_for_those_who_have_them() -> None:
    other = {"source": {"bucket": "photos", "object_lock": True}, "destination": {"bucket": "photos-dr"}}
    third = {"source": {"bucket": "mail"}, "destination": {"bucket": "mail-dr", "owner_override": True}}
    found = statements(pair(), other, third)
    assert found["SourceObjectLocks"]["Resource"] == ["arn:aws:s3:::photos/*"]
    assert found["SourceObjectLocks"]["Action"] == ["s3:GetObjectLegalHold", "s3:GetObjectRetention"]
    assert found["OwnerOverride"]["Resource"] == ["arn:aws:s3:::mail-dr/*"]
    assert not {"SourceObjectLocks", "OwnerOverride"} & set(statements(pair()))


def test_delete_markers_only_for_those_who_get_them() -> None:
    never = {**pair(), "delete_marker_replication": False}
    assert statements(never)["DestinationObjects"]["Action"] == ["s3:ReplicateObject"]
    other = {
        "source": {"bucket": "photos"},
        "destination": {"bucket": "photos-dr"},
        "delete_marker_replication": True,
    }
    found = statements(never, other)
    assert found["DestinationObjects"]["Action"] == ["s3:ReplicateObject"]
    assert found["DestinationObjects"]["Resource"] == ["arn:aws:s3:::invoices-dr/*", "arn:aws:s3:::photos-dr/*"]
    assert found["DestinationDeleteMarkers"]["Action"] == ["s3:ReplicateDelete"]
    assert found["DestinationDeleteMarkers"]["Resource"] == ["arn:aws:s3:::photos-dr/*"]
    assert "DestinationDeleteMarkers" not in statements(never, pair())


def test_bucket_owner_enforced_makes_the_owner_override_needless() -> None:
    overriding = {"owner_override": True, "object_ownership": "BucketOwnerEnforced"}
    assert "OwnerOverride" not in statements(pair({}, overriding))
    assert "OwnerOverride" in statements(pair({}, {**overriding, "object_ownership": "BucketOwnerPreferred"}))


def test_keys_may_be_used_through_s3_in_the_buckets_region_for_its_objects_only() -> None:
    found = statements(pair({"kms_key_arns": [KEY]}, {"replica_kms_key_id": REPLICA_KEY}))
    assert found["SourceKeys0"] == {
        "Sid": "SourceKeys0",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [KEY],
        "Condition": {
            "StringLike": {
                "kms:ViaService": "s3.us-east-1.*",
                "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::invoices", "arn:aws:s3:::invoices/*"],
            }
        },
    }
    assert found["ReplicaKeys0"]["Action"] == ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    assert found["ReplicaKeys0"]["Resource"] == [REPLICA_KEY]
    assert found["ReplicaKeys0"]["Condition"]["StringLike"]["kms:ViaService"] == "s3.eu-west-1.*"


NO_BUCKET_KEY = {"bucket_key": False}


@pytest.mark.parametrize(
    ("source", "destination", "actions", "bucket_is_a_context"),
    [
        (NO_BUCKET_KEY, {"replica_kms_key_id": REPLICA_KEY, **NO_BUCKET_KEY}, ["kms:Encrypt"], False),
        (
            {"bucket_key": True},
            {"replica_kms_key_id": REPLICA_KEY, **NO_BUCKET_KEY},
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            True,
        ),
        (
            NO_BUCKET_KEY,
            {"replica_kms_key_id": REPLICA_KEY},
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
            True,
        ),
        ({}, {"default_kms_key_arn": REPLICA_KEY, **NO_BUCKET_KEY}, ["kms:GenerateDataKey"], False),
        ({}, {"default_kms_key_arn": REPLICA_KEY}, ["kms:Decrypt", "kms:GenerateDataKey"], True),
        (
            NO_BUCKET_KEY,
            {"default_kms_key_arn": REPLICA_KEY, "replica_kms_key_id": REPLICA_KEY, **NO_BUCKET_KEY},
            ["kms:Encrypt", "kms:GenerateDataKey"],
            False,
        ),
    ],
)
def test_what_the_replica_key_is_used_for(
    source: dict[str, Any], destination: dict[str, Any], actions: list[str], bucket_is_a_context: bool
) -> None:
    (said,) = (said for sid, said in statements(pair(source, destination)).items() if sid.startswith("ReplicaKeys"))
    assert said["Action"] == actions
    contexts = said["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
    bucket = ["arn:aws:s3:::invoices-dr"] if bucket_is_a_context else []
    assert contexts == [*bucket, "arn:aws:s3:::invoices-dr/*"]


def test_a_source_without_bucket_keys_is_no_context_itself() -> None:
    found = statements(pair({"kms_key_arns": [KEY], **NO_BUCKET_KEY}))["SourceKeys0"]
    assert found["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"] == ["arn:aws:s3:::invoices/*"]


def test_buckets_with_the_same_keys_share_a_statement_and_others_do_not() -> None:
    other_key = KEY.replace("1a2b", "9z8y")
    photos = {"bucket": "photos", "region": "us-east-1"}
    pairs = [
        pair({"kms_key_arns": [KEY]}),
        pair({"kms_key_arns": [KEY], **photos}),
        pair({"kms_key_arns": [other_key], "bucket": "mail"}),
        pair({"kms_key_arns": [other_key], "bucket": "notes"}),
        pair({"kms_key_arns": [KEY], "bucket": "notes"}),
    ]
    found = statements(*pairs)
    told = {
        tuple(said["Resource"]): said["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"][::2]
        for sid, said in found.items()
        if sid.startswith("SourceKeys")
    }
    arn = "arn:aws:s3:::"
    assert told == {
        (KEY,): [f"{arn}invoices", f"{arn}photos"],
        (other_key,): [f"{arn}mail"],
        (KEY, other_key): [f"{arn}notes"],
    }


def test_the_same_pairs_in_any_order_give_the_same_policy() -> None:
    pairs = [pair({"kms_key_arns": [KEY], "bucket": f"b-{number}"}) for number in range(5)]
    pairs.append(pair({}, {"replica_kms_key_id": REPLICA_KEY}))
    assert permissions_policy(pairs, "aws") == permissions_policy([*reversed(pairs), *pairs], "aws")


def test_one_source_with_two_destinations_is_named_once() -> None:
    found = statements(
        pair({"kms_key_arns": [KEY]}), pair({"kms_key_arns": [KEY]}, {"bucket": "invoices-dr2", "region": "eu-west-2"})
    )
    assert found["SourceBuckets"]["Resource"] == ["arn:aws:s3:::invoices"]
    assert found["DestinationObjects"]["Resource"] == ["arn:aws:s3:::invoices-dr/*", "arn:aws:s3:::invoices-dr2/*"]
    assert "SourceKeys1" not in found


def test_sids_are_unique_and_legal() -> None:
    second = {
        "source": {"bucket": "photos", "region": "us-east-1", "kms_key_arns": [KEY]},
        "destination": {"bucket": "photos-dr", "region": "eu-west-1", "replica_kms_key_id": REPLICA_KEY},
    }
    policy = permissions_policy([pair({"kms_key_arns": [KEY]}, {"replica_kms_key_id": REPLICA_KEY}), second], "aws")
    sids = [said["Sid"] for said in policy["Statement"]]
    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        permissions_policy(
            [
                {"source": {"bucket": "UPPER"}, "destination": {}},
                pair({"kms_key_arns": ["alias/mine"]}, {"replica_kms_key_id": KEY}),
                pair({"kms_key_arns": [KEY], "region": None}),
                pair({"kms_key_arns": KEY}),
                pair({"kms_key_arns": [KEY.replace("arn:aws:", "arn:aws-cn:")]}, {"default_kms_key_arn": KEY}),
            ],
            "aws",
        )
    told = refused.value.problems
    assert [problem.split(";")[0] for problem in told] == [
        "source.bucket is 'UPPER'",
        "destination.bucket is None",
        "source.kms_key_arns of invoices is 'alias/mine'",
        "destination.replica_kms_key_id of invoices-dr is in us-east-1, the bucket is in eu-west-1",
        "the Region of invoices is missing",
        f"source.kms_key_arns of invoices is {KEY!r}",
        "source.kms_key_arns of invoices is in partition aws-cn, the role is in aws",
        "destination.default_kms_key_arn of invoices-dr is in us-east-1, the bucket is in eu-west-1",
    ]


def test_no_pair_is_refused() -> None:
    with pytest.raises(RefusedError, match="no pair"):
        permissions_policy([], "aws")


def test_only_s3_for_one_account_may_assume_the_role() -> None:
    (said,) = trust_policy("111122223333")["Statement"]
    assert said["Principal"] == {"Service": "s3.amazonaws.com"}
    assert said["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}
    json.dumps(said)


@pytest.mark.parametrize("account", ["", "1111", 111122223333, None, "11112222333x"])
def test_what_is_no_account_is_refused(account: Any) -> None:
    with pytest.raises(RefusedError, match="twelve digits"):
        trust_policy(account)
