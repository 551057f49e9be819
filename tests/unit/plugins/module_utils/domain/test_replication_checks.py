# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_checks import (
    STORAGE_CLASSES,
    BucketFacts,
    destination_problems,
    id_problems,
    role_problems,
    rule_problems,
    set_problems,
    source_problems,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import merge
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    Configuration,
    Destination,
    Rule,
    read_rule,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import (
    KEY,
    ON,
    ROLE,
    TIME_CONTROL,
    v2,
)

Raw = dict[str, Any]
ACCOUNT = "111122223333"


def problems_of(option: Raw, present: Raw | None = None) -> list[str]:
    """What is wrong with the rule that the option makes of the present one."""
    given: Raw = {"id": "to-dr", "destination": {"bucket": "invoices-dr"}, **option}
    rule = merge(read_rule(present) if present else None, given)
    return rule_problems(rule, given, "invoices", "aws")


def to(**destination: Any) -> Raw:
    return {"destination": {"bucket": "invoices-dr", **destination}}


@pytest.mark.parametrize(
    "option",
    [
        {},
        {"priority": 0},
        {"priority": 2147483647},
        {"prefix": "é" * 512},
        {"prefix": "a\tb\nc\r☃"},
        {"tags": {"k" * 128: "v" * 256}},
        {"tags": {"k": 1, 2: "v"}},
        {"tags": {"k": ""}, "delete_marker_replication": False},
        {"delete_marker_replication": True},
        {"replication_time_control": True},
        {"replication_time_control": True, "metrics": True},
        {"metrics": False},
        to(bucket="arn:aws:s3:::invoices-dr"),
        to(account_id="012345678901", owner_override=True),
        to(account_id=""),
        to(replica_kms_key_id=KEY),
        to(replica_kms_key_id="arn:aws:kms:eu-west-1:111122223333:alias/replicas"),
        *[to(storage_class=name) for name in STORAGE_CLASSES],
    ],
)
def test_nothing_is_wrong(option: Raw) -> None:
    assert problems_of(option) == []


@pytest.mark.parametrize(
    "option, name, said",
    [
        ({"priority": -1}, "priority", "not between 0 and 2147483647"),
        ({"priority": 2147483648}, "priority", "not between 0 and 2147483647"),
        ({"prefix": "é" * 513}, "prefix", "1026 bytes in UTF-8, at most 1024"),
        ({"prefix": "a\x01"}, "prefix", "control character"),
        ({"tags": {"": "v"}}, "tags", "1 to 128"),
        ({"tags": {"k" * 129: "v"}}, "tags", "1 to 128"),
        ({"tags": {"k": "v" * 257}}, "tags", "at most 256"),
        ({"tags": {"k": "\x00"}}, "tags", "control character"),
        ({"tags": {"k": True}}, "tags", "put it into quotes"),
        ({"tags": {"k": None}}, "tags", "put it into quotes"),
        ({"tags": {"k": "v"}, "delete_marker_replication": True}, "delete_marker_replication", "a rule with tags"),
        ({"replication_time_control": True, "metrics": False}, "metrics", "needs metrics"),
        ({"destination": {}}, "destination.bucket", "it is missing"),
        ({"destination": None}, "destination.bucket", "it is missing"),
        (to(bucket="No_Bucket"), "destination.bucket", "'No_Bucket' is neither a bucket's name nor"),
        (to(bucket="arn:aws:s3:::invoices-dr/key"), "destination.bucket", "neither"),
        (to(bucket="arn:aws:sqs:us-east-1:111122223333:q"), "destination.bucket", "neither"),
        (to(bucket="arn:aws-cn:s3:::invoices-dr"), "destination.bucket", "partition aws-cn, the role is in aws"),
        (to(bucket="invoices"), "destination.bucket", "to itself"),
        (to(bucket="arn:aws:s3:::invoices"), "destination.bucket", "to itself"),
        (to(account_id="4444"), "destination.account_id", "twelve digits"),
        (to(account_id="44445555666x"), "destination.account_id", "twelve digits"),
        (to(owner_override=True), "destination.owner_override", "needs destination.account_id"),
        (to(owner_override=True, account_id=""), "destination.owner_override", "needs destination.account_id"),
        (to(storage_class="EXPRESS_ONEZONE"), "destination.storage_class", "no storage class for replicas"),
        (to(storage_class="OUTPOSTS"), "destination.storage_class", "STANDARD_IA"),
        (to(replica_kms_key_id="alias/replicas"), "destination.replica_kms_key_id", "not the ARN of a KMS key"),
        (to(replica_kms_key_id="arn:aws:s3:::b"), "destination.replica_kms_key_id", "not the ARN of a KMS key"),
    ],
)
def test_a_refusal_names_the_rule_and_the_option(option: Raw, name: str, said: str) -> None:
    problems = problems_of(option)
    assert len(problems) == 1
    assert problems[0].startswith(f"rule 'to-dr': {name}: ")
    assert said in problems[0]


def test_what_the_rule_brings_into_a_conflict_is_told_so() -> None:
    tagged = problems_of({"tags": {"k": "v"}}, v2(DeleteMarkerReplication=ON))
    assert "the rule has it on; set it to false" in tagged[0]
    quiet = problems_of({"metrics": False}, v2(dest=TIME_CONTROL))
    assert "the rule has it on; set it to false too" in quiet[0]
    override = problems_of(to(owner_override=True), v2(dest={"Account": "444455556666"}))
    assert override == []


def test_what_s3_accepted_before_is_not_judged_anew() -> None:
    odd = v2(dest={"StorageClass": "OF_TOMORROW", "Account": "odd"})
    assert problems_of({"prefix": "p"}, odd) == []


def test_several_problems_of_one_rule_are_told_together() -> None:
    assert len(problems_of({"priority": -1, **to(storage_class="SNOW", owner_override=True)})) == 3


@pytest.mark.parametrize(
    "ids, said",
    [
        (["a", None], "rule number 2 has no id"),
        ([""], "rule number 1 has no id"),
        (["i" * 256], "256 characters, at most 255"),
        (["zürich"], "ASCII"),
        (["a\nb"], "ASCII"),
        (["a", "b", "a"], "rule 'a': id is given 2 times"),
    ],
)
def test_rules_that_can_not_be_told_apart(ids: list[str | None], said: str) -> None:
    problems = id_problems([{"id": rule_id} for rule_id in ids])
    assert len(problems) == 1 and said in problems[0]
    assert id_problems([{"id": "a"}, {"id": "i" * 255}]) == []


@pytest.mark.parametrize(
    "role, said",
    [
        ("replication", "is not an ARN"),
        ("arn:aws:iam::111122223333:user/u", "does not name a role"),
        ("arn:aws:s3:::bucket", "is not an IAM ARN"),
        ("arn:aws:iam::444455556666:role/replication", "has to be in the account of the source bucket, 111122223333"),
    ],
)
def test_a_role_that_s3_would_not_take(role: str, said: str) -> None:
    problems = role_problems(role, ACCOUNT)
    assert len(problems) == 1
    assert problems[0].startswith("role: ") and said in problems[0]


@pytest.mark.parametrize("owner", [None, ACCOUNT])
@pytest.mark.parametrize("role", [ROLE, "arn:aws-cn:iam::111122223333:role/service-role/x"])
def test_a_good_role(role: str, owner: str | None) -> None:
    assert role_problems(role, owner) == []


def test_equal_priorities_name_both_rules() -> None:
    rules = Configuration(ROLE, (v2("theirs", 4), v2("mine", 4), v2("x", 1)))
    (problem,) = set_problems(rules, frozenset({"mine"}))
    assert problem.startswith(
        "rule 'mine': priority: 4 is also the priority of 'theirs', which this task does not name"
    )
    assert "does not name" not in set_problems(rules, frozenset({"mine", "theirs"}))[0]


def test_too_many_rules() -> None:
    def rules(count: int) -> Configuration:
        return Configuration(ROLE, tuple(v2(f"r{number}", number) for number in range(count)))

    assert set_problems(rules(1000), frozenset()) == []
    assert set_problems(rules(1001), frozenset()) == ["rules: there would be 1001, at most 1000 are allowed"]


def test_too_large_a_document() -> None:
    def rules(prefix: str) -> Configuration:
        return Configuration(ROLE, tuple(v2(f"r{n}", n, Filter={"Prefix": prefix}) for n in range(900)))

    assert set_problems(rules("p" * 1000), frozenset()) == []
    problems = set_problems(rules("&" * 1000), frozenset())
    assert len(problems) == 1 and "at most 2097152" in problems[0]


@pytest.mark.parametrize("versioning, said", [("", "is off"), ("Suspended", "is suspended")])
def test_the_source_has_to_be_versioned(versioning: str, said: str) -> None:
    assert said in source_problems(versioning)[0]
    assert source_problems("Enabled") == []


RULE = Rule(id="to-dr", destination=Destination("invoices-dr", "444455556666", replica_kms_key_id=KEY))


@pytest.mark.parametrize(
    "facts, name, said",
    [
        (BucketFacts(exists=False), "destination.bucket", "there is no bucket invoices-dr; create it first"),
        (BucketFacts(versioning=""), "destination.bucket", "versioning of invoices-dr is off"),
        (BucketFacts(versioning="Suspended"), "destination.bucket", "versioning of invoices-dr is suspended"),
        (BucketFacts(owner_differs=True), "destination.account_id", "does not belong to account 444455556666"),
        (BucketFacts(region="us-west-2"), "destination.replica_kms_key_id", "key is in eu-west-1"),
    ],
)
def test_a_destination_that_will_not_do(facts: BucketFacts, name: str, said: str) -> None:
    problems = destination_problems([RULE], facts)
    assert len(problems) == 1
    assert problems[0].startswith(f"rule 'to-dr': {name}: ") and said in problems[0]


@pytest.mark.parametrize("facts", [BucketFacts(), BucketFacts(region="eu-west-1", versioning="Enabled")])
def test_a_destination_that_could_not_be_seen_or_is_good(facts: BucketFacts) -> None:
    assert destination_problems([RULE], facts) == []
