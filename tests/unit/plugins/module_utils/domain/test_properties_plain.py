# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties_plain as plain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side

HERE = Side("invoices", "us-east-1", "111122223333")
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_THERE = "arn:aws:kms:eu-west-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab"
NAMES = Names(
    HERE, Side("invoices-dr", "eu-west-1", "111122223333"), buckets={"logs": "logs-dr"}, keys={KEY: KEY_THERE}
)
ACROSS = Names(HERE, Side("invoices.dr", "eu-west-1", "444455556666"))
ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
WRITER = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
ALL_BLOCKED = dict.fromkeys(plain._BLOCKS, True)


def encrypted(algorithm: str = "AES256", key: str = "", bucket_key: bool = False, *blocked: str) -> dict[str, Any]:
    default = {"SSEAlgorithm": algorithm, **({"KMSMasterKeyID": key} if key else {})}
    rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    if blocked:
        rule["BlockedEncryptionTypes"] = {"EncryptionType": list(blocked)}
    return {"Rules": [rule]}


def test_ownership() -> None:
    assert not plain.mirror_ownership(ENFORCED, ENFORCED, NAMES, False).changed
    looser = plain.mirror_ownership(WRITER, ENFORCED, NAMES, False)
    assert looser.after == WRITER and "ACLs count again" in looser.notes[0]
    assert plain.mirror_ownership(None, ENFORCED, NAMES, False).kept
    assert plain.mirror_ownership(None, ENFORCED, NAMES, True).after is None


def test_public_access_block() -> None:
    off = dict.fromkeys(plain._BLOCKS, False)
    assert not plain.mirror_public_access_block(
        {"BlockPublicAcls": True}, {**off, "BlockPublicAcls": True}, NAMES, True
    ).changed
    looser = plain.mirror_public_access_block({**ALL_BLOCKED, "BlockPublicPolicy": False}, ALL_BLOCKED, NAMES, False)
    assert looser.changed and looser.warnings == ("the destination had BlockPublicPolicy, the source has not",)
    tighter = plain.mirror_public_access_block(ALL_BLOCKED, off, NAMES, False)
    assert tighter.after == ALL_BLOCKED and tighter.warnings == ()
    assert not plain.mirror_public_access_block(None, ALL_BLOCKED, NAMES, False).changed
    gone = plain.mirror_public_access_block(None, ALL_BLOCKED, NAMES, True)
    assert gone.changed and gone.after is None and gone.warnings


def test_encryption_with_a_key_that_is_mapped_and_one_that_is_not() -> None:
    mirrored = plain.mirror_encryption(encrypted("aws:kms", KEY, True), encrypted(), NAMES, False)
    assert mirrored.after == encrypted("aws:kms", KEY_THERE, True)
    lost = plain.mirror_encryption(encrypted("aws:kms", KEY), encrypted(), ACROSS, False)
    assert lost.status == "not_carried" and "mapping.kms_keys" in lost.not_carried[0].why
    managed = plain.mirror_encryption(encrypted("aws:kms"), encrypted(), NAMES, False)
    assert managed.after == encrypted("aws:kms")
    again = plain.mirror_encryption(encrypted("aws:kms", KEY, True), encrypted("aws:kms", KEY_THERE, True), NAMES, True)
    assert not again.changed


def test_plain_encryption_takes_no_key_away() -> None:
    there = encrypted("aws:kms", KEY_THERE, True)
    assert plain.mirror_encryption(encrypted(), there, NAMES, False).kept == ("default encryption",)
    assert not plain.mirror_encryption(None, there, NAMES, False).changed
    assert plain.mirror_encryption(encrypted(), there, NAMES, True).after == encrypted()
    # A Bucket Key says nothing without KMS.
    assert not plain.mirror_encryption(encrypted(bucket_key=True), encrypted(), NAMES, True).changed
    assert not plain.mirror_encryption(None, encrypted(), NAMES, True).changed


def test_blocked_encryption_types_are_mirrored_by_themselves() -> None:
    blocks = encrypted("AES256", "", False, "SSE-C")
    there = encrypted("aws:kms", KEY_THERE, True)
    assert plain.mirror_encryption(blocks, there, NAMES, False).after == encrypted("aws:kms", KEY_THERE, True, "SSE-C")
    assert not plain.mirror_encryption(encrypted(), blocks, NAMES, False).changed
    assert plain.mirror_encryption(encrypted(), blocks, NAMES, True).after == encrypted("AES256", "", False, "NONE")
    assert not plain.is_usual_encryption(blocks)
    assert plain.is_usual_encryption(None) and plain.is_usual_encryption(encrypted())


def test_object_lock() -> None:
    rule = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    on = {"ObjectLockEnabled": "Enabled"}
    assert plain.mirror_object_lock(rule, None, NAMES, True).status == "not_carried"
    assert plain.mirror_object_lock(rule, on, NAMES, False).after == rule
    assert plain.mirror_object_lock(on, rule, NAMES, False).kept == ("default retention",)
    assert plain.mirror_object_lock(None, rule, NAMES, True).after == on
    assert not plain.mirror_object_lock(rule, rule, NAMES, True).changed


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key.replace("aws_", "aws:"), "Value": value} for key, value in values.items()]


def test_tags_of_aws_are_neither_taken_nor_given() -> None:
    source, there = tags(a="1", aws_stack="x"), tags(b="2", aws_stack="y")
    mirrored = plain.mirror_tags(source, there, NAMES, True)
    assert {tag["Key"]: tag["Value"] for tag in mirrored.after} == {"a": "1", "aws:stack": "y"}
    assert [left.what for left in mirrored.not_carried] == ["aws:stack"]
    kept = plain.mirror_tags(source, there, NAMES, False)
    assert {tag["Key"] for tag in kept.after} == {"a", "b", "aws:stack"} and kept.kept == ("b",)
    assert plain.mirror_tags(None, tags(b="2"), NAMES, True).after is None
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert "51 tags" in plain.mirror_tags(many, tags(b="2"), NAMES, False).problem


def test_cors_rules_of_the_source_come_first() -> None:
    one = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"]}
    named, renamed = {"ID": "x", **one}, {"ID": "x", "AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    theirs = {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["https://a"]}
    assert plain.mirror_cors([named], [theirs, renamed], NAMES, False).after == [named, theirs]
    assert plain.mirror_cors([named], [theirs, renamed], NAMES, False).kept == ("HEAD from https://a",)
    assert plain.mirror_cors([named], [theirs], NAMES, True).after == [named]
    swapped = {"AllowedMethods": ["PUT", "GET"], "AllowedOrigins": ["*"]}
    assert not plain.mirror_cors([one], [swapped], NAMES, True).changed
    assert plain.mirror_cors(None, [one], NAMES, True).after is None


def test_logging_goes_to_the_bucket_that_takes_the_place() -> None:
    logging = {"TargetBucket": "logs", "TargetPrefix": "x/"}
    assert plain.mirror_logging(logging, None, NAMES, False).after == {"TargetBucket": "logs-dr", "TargetPrefix": "x/"}
    assert plain.mirror_logging({"TargetBucket": "invoices"}, None, NAMES, False).after == {
        "TargetBucket": "invoices-dr"
    }
    lost = plain.mirror_logging(logging, logging, ACROSS, True)
    assert lost.status == "not_carried" and "bucket logs" in lost.not_carried[0].why
    assert plain.mirror_logging(None, logging, NAMES, False).kept
    assert plain.mirror_logging(None, logging, NAMES, True).after is None


def test_a_website_that_leads_back_to_the_source_is_noted() -> None:
    website = {"RedirectAllRequestsTo": {"HostName": "invoices.s3-website-us-east-1.amazonaws.com"}}
    mirrored = plain.mirror_website(website, None, NAMES, False)
    assert mirrored.after == website and "names the website endpoint of the source" in mirrored.notes[0]
    assert plain.mirror_website({"IndexDocument": {"Suffix": "i"}}, None, NAMES, False).notes == ()


def test_acceleration() -> None:
    assert plain.mirror_accelerate("Enabled", None, NAMES, False).after == "Enabled"
    assert plain.mirror_accelerate("Enabled", None, ACROSS, False).status == "not_carried"
    assert not plain.mirror_accelerate("Suspended", None, NAMES, True).changed
    assert not plain.mirror_accelerate("Suspended", "Enabled", NAMES, False).changed
    assert plain.mirror_accelerate(None, "Enabled", NAMES, True).after is None


def test_request_payment() -> None:
    assert plain.mirror_request_payment("Requester", "BucketOwner", NAMES, False).after == "Requester"
    assert plain.mirror_request_payment("Requester", "BucketOwner", ACROSS, False).status == "not_carried"
    assert plain.mirror_request_payment("BucketOwner", "Requester", NAMES, False).kept
    assert plain.mirror_request_payment("BucketOwner", "Requester", NAMES, True).after is None


one_of_tags = st.dictionaries(st.sampled_from(["a", "b", "aws:x", "aws:y"]), st.sampled_from(["1", "2"]))
tag_lists = st.one_of(
    st.none(), one_of_tags.map(lambda found: [{"Key": k, "Value": v} for k, v in found.items()] or None)
)
cors_rules = st.builds(
    lambda name, methods: {"AllowedMethods": methods, "AllowedOrigins": ["*"], **({"ID": name} if name else {})},
    st.sampled_from(["", "x", "y"]),
    st.lists(st.sampled_from(["GET", "PUT", "HEAD"]), min_size=1, unique=True),
)
encryptions = st.one_of(
    st.none(),
    st.builds(encrypted, st.sampled_from(["AES256", "aws:kms"]), st.just(""), st.booleans()),
    st.builds(encrypted, st.just("aws:kms"), st.sampled_from([KEY, KEY_THERE, "alias/x"]), st.booleans()),
    st.builds(encrypted, st.just("AES256"), st.just(""), st.booleans(), st.just("SSE-C")),
)  # fmt: skip
KINDS: dict[str, tuple[plain.PlanOf, Any]] = {
    "tags": (plain.mirror_tags, tag_lists),
    "cors": (plain.mirror_cors, st.one_of(st.none(), st.lists(cors_rules, min_size=1, max_size=3))),
    "encryption": (plain.mirror_encryption, encryptions),
    "ownership": (plain.mirror_ownership, st.sampled_from([None, ENFORCED, WRITER])),
    "block": (
        plain.mirror_public_access_block,
        st.one_of(st.none(), st.dictionaries(st.sampled_from(plain._BLOCKS), st.booleans(), min_size=1)),
    ),
    "accelerate": (plain.mirror_accelerate, st.sampled_from([None, "Enabled", "Suspended"])),
    "payment": (plain.mirror_request_payment, st.sampled_from(["Requester", "BucketOwner"])),
    "logging": (plain.mirror_logging, st.sampled_from([None, {"TargetBucket": "logs"}, {"TargetBucket": "logs-dr"}])),
    "lock": (
        plain.mirror_object_lock,
        st.sampled_from([None, {"ObjectLockEnabled": "Enabled"}, {"ObjectLockEnabled": "Enabled", "Rule": {"x": 1}}]),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), purge=st.booleans(), names=st.sampled_from([NAMES, ACROSS]))
def test_mirroring_twice_changes_nothing_more(kind: str, data: st.DataObject, purge: bool, names: Names) -> None:
    plan, values = KINDS[kind]
    source, there = data.draw(values), data.draw(values)
    first = plan(source, there, names, purge)
    second = plan(source, first.after, names, purge)
    assert not second.changed
    assert second.not_carried == first.not_carried
