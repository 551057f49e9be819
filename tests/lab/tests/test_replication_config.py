# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutBucketReplication refuses what S3 refuses, and Get gives back exactly what was put."""

from __future__ import annotations

import copy
import functools
import json
import os
import subprocess
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = os.environ.get("LAB_ACCOUNT_ID", "")
OTHER_ACCOUNT = os.environ.get("LAB_SECOND_ACCOUNT_ID", "")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
NS = "http://s3.amazonaws.com/doc/2006-03-01/"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
QUARTER = {"Minutes": 15}
# botocore must not refuse before the lab does.
PLAIN = Config(parameter_validation=False, retries={"total_max_attempts": 1})

Json = dict[str, Any]


def control(method: str, path: str, body: Json | None = None) -> Any:
    request = urllib.request.Request(
        os.environ["LAB_CONTROL_URL"] + path, json.dumps(body or {}).encode(), method=method
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


@functools.cache
def s3_client(region: str = "us-east-1", **credentials: str) -> Any:
    return boto3.client("s3", region_name=region, config=PLAIN, **credentials)


class Source:
    """A source bucket with two versioned destinations in another Region."""

    def __init__(self, s3: Any, away: Any) -> None:
        self.s3, self.away = s3, away
        stem = f"config-{uuid.uuid4().hex[:10]}"
        self.name, self.target, self.target2 = f"{stem}-src", f"{stem}-dst", f"{stem}-dst2"
        s3.create_bucket(Bucket=self.name)
        for target in (self.target, self.target2):
            away.create_bucket(Bucket=target, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            self.version(target, away)
        self.version(self.name, s3)

    @staticmethod
    def version(bucket: str, s3: Any, status: str = "Enabled") -> None:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def rule(self, **more: Any) -> Json:
        """A valid V2 rule; a value of ... leaves the member out; dest={} changes the destination."""
        return made({
            "ID": "to-dr", "Priority": 1, "Filter": {}, "Status": "Enabled", "DeleteMarkerReplication": OFF,
            "Destination": made({"Bucket": f"arn:aws:s3:::{self.target}"}, more.pop("dest", {})),
        }, more)  # fmt: skip

    def v1(self, **more: Any) -> Json:
        """A valid V1 rule."""
        rule = {"Prefix": "", "Filter": ..., "Priority": ..., "DeleteMarkerReplication": ...}
        return self.rule(**made(rule, more, keep=True))

    def put(self, *rules: Json, role: Any = ROLE, s3: Any = None) -> None:
        configuration = made({"Role": role, "Rules": list(rules)}, {})
        (s3 or self.s3).put_bucket_replication(Bucket=self.name, ReplicationConfiguration=configuration)

    def put_raw(self, xml: str | bytes) -> None:
        """Put this document; botocore still signs it and adds its checksum."""
        body = xml.encode() if isinstance(xml, str) else xml
        s3 = s3_client.__wrapped__()
        s3.meta.events.register(
            "before-call.s3.PutBucketReplication", lambda params, **_unused: params.update(body=body)
        )
        s3.put_bucket_replication(Bucket=self.name, ReplicationConfiguration={"Role": ROLE, "Rules": []})

    def get(self) -> Json:
        configuration: Json = self.s3.get_bucket_replication(Bucket=self.name)["ReplicationConfiguration"]
        return configuration

    def get_raw(self) -> str:
        seen: list[bytes] = []
        s3 = s3_client.__wrapped__()
        s3.meta.events.register(
            "after-call.s3.GetBucketReplication", lambda http_response, **_unused: seen.append(http_response.content)
        )
        s3.get_bucket_replication(Bucket=self.name)
        return seen[0].decode()


def made(start: Json, changes: Json, keep: bool = False) -> Json:
    merged = {**start, **changes}
    return merged if keep else {name: value for name, value in merged.items() if value is not ...}


@pytest.fixture
def source() -> Source:
    return Source(s3_client(), s3_client("eu-west-1"))


def refused(call: Callable[[], Any]) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


# ---- what S3 accepts comes back as it was put ---------------------------------------------------------------------


def stored_as(name: str) -> Callable[[Source], list[Json]]:
    """Rules whose replicas go to this storage class."""
    return lambda source: [source.rule(dest={"StorageClass": name})]


ACCEPTED: dict[str, Callable[[Source], list[Json]]] = {
    "filter empty": lambda s: [s.rule()],
    "filter prefix": lambda s: [s.rule(Filter={"Prefix": "logs/"})],
    "filter prefix empty": lambda s: [s.rule(Filter={"Prefix": ""})],
    "filter prefix odd": lambda s: [s.rule(Filter={"Prefix": " a&<b>\n\t☃ "})],
    "filter tag": lambda s: [s.rule(Filter={"Tag": {"Key": "k", "Value": ""}})],
    "filter and": lambda s: [
        s.rule(Filter={"And": {"Prefix": "p", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}})
    ],
    "filter and prefix, one tag": lambda s: [
        s.rule(Filter={"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "1"}]}})
    ],
    "filter and tags only": lambda s: [
        s.rule(Filter={"And": {"Tags": [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]}})
    ],
    "delete markers": lambda s: [s.rule(DeleteMarkerReplication=ON)],
    "disabled": lambda s: [s.rule(Status="Disabled")],
    "priority 0": lambda s: [s.rule(Priority=0)],
    "priority highest": lambda s: [s.rule(Priority=2147483647)],
    "id of 255": lambda s: [s.rule(ID="i" * 255)],
    "prefix of 1024": lambda s: [s.rule(Filter={"Prefix": "p" * 1024})],
    "order kept, several destinations": lambda s: [
        s.rule(ID="z", Priority=2),
        s.rule(ID="a", Priority=9, dest={"Bucket": f"arn:aws:s3:::{s.target2}"}),
        s.rule(ID="m", Priority=1),
    ],
    "account alone": lambda s: [s.rule(dest={"Account": OTHER_ACCOUNT})],
    "account of nobody": lambda s: [s.rule(dest={"Account": "999999999999"})],
    "owner override": lambda s: [
        s.rule(dest={"Account": OTHER_ACCOUNT, "AccessControlTranslation": {"Owner": "Destination"}})
    ],
    "metrics alone": lambda s: [s.rule(dest={"Metrics": ON})],
    "metrics off": lambda s: [s.rule(dest={"Metrics": OFF})],
    "time control": lambda s: [
        s.rule(dest={"ReplicationTime": {**ON, "Time": QUARTER}, "Metrics": {**ON, "EventThreshold": QUARTER}})
    ],
    "time control off": lambda s: [s.rule(dest={"ReplicationTime": {**OFF, "Time": QUARTER}, "Metrics": OFF})],
    "kms": lambda s: [
        s.rule(
            SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
            dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY_ARN}},
        )
    ],
    "kms key that is not in the destination's Region": lambda s: [
        s.rule(
            SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
            dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY_ARN.replace("eu-west-1", "ap-south-1")}},
        )
    ],
    "kms disabled": lambda s: [
        s.rule(
            SourceSelectionCriteria={"SseKmsEncryptedObjects": OFF},
            dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY_ARN}},
        )
    ],
    "replica modifications": lambda s: [s.rule(SourceSelectionCriteria={"ReplicaModifications": ON})],
    "v1": lambda s: [s.v1()],
    "v1 prefix": lambda s: [s.v1(Prefix="logs/")],
    "v1 two rules": lambda s: [s.v1(ID="one", Prefix="a/"), s.v1(ID="two", Prefix="b/", Status="Disabled")],
    "v1 kms": lambda s: [
        s.v1(
            SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
            dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY_ARN}},
        )
    ],
    **{
        f"storage class {name}": stored_as(name)
        for name in (
            "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
            "DEEP_ARCHIVE", "GLACIER_IR",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_get_gives_back_what_was_put(source: Source, case: str) -> None:
    rules = ACCEPTED[case](source)
    source.put(*copy.deepcopy(rules))
    assert source.get() == {"Role": ROLE, "Rules": rules}


def test_a_put_replaces_the_whole_configuration(source: Source) -> None:
    source.put(source.rule(ID="one"), source.rule(ID="two", Priority=2))
    source.put(source.rule(ID="three"))
    assert [rule["ID"] for rule in source.get()["Rules"]] == ["three"]


def test_a_rule_without_an_id_gets_one_that_stays(source: Source) -> None:
    source.put(source.rule(ID=...), source.rule(ID="", Priority=2))
    first, second = (rule["ID"] for rule in source.get()["Rules"])
    assert first and second and first != second
    assert [rule["ID"] for rule in source.get()["Rules"]] == [first, second]


def test_the_wire_keeps_empty_elements_and_takes_a_document_without_namespace(source: Source) -> None:
    source.put_raw(
        f"<ReplicationConfiguration><Rule><Status>Enabled</Status><ID>x</ID><Filter/><Priority> 7 </Priority>"
        f"<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"
        f"<Destination><Bucket>arn:aws:s3:::{source.target}</Bucket></Destination></Rule>"
        f"<Role>{ROLE}</Role></ReplicationConfiguration>"
    )
    text = source.get_raw()
    assert f'<ReplicationConfiguration xmlns="{NS}">' in text
    assert "<Filter />" in text
    assert source.get()["Rules"][0]["Priority"] == 7


def test_the_wire_keeps_a_carriage_return(source: Source) -> None:
    source.put_raw(
        f"<ReplicationConfiguration><Role>{ROLE}</Role><Rule><ID>x</ID><Prefix>a&#13;b</Prefix><Status>Enabled</Status>"
        f"<Destination><Bucket>arn:aws:s3:::{source.target}</Bucket></Destination></Rule></ReplicationConfiguration>"
    )
    assert source.get()["Rules"][0]["Prefix"] == "a\rb"


def test_the_role_and_the_key_need_not_exist(source: Source) -> None:
    source.put(source.rule(), role=f"arn:aws:iam::{ACCOUNT}:role/service-role/nobody-made-this")
    assert source.get()["Role"].endswith("nobody-made-this")


# ---- the catalogue of refusals ------------------------------------------------------------------------------------

MALFORMED = ("MalformedXML", "not well-formed")
GUIDE = "Please refer to S3 Developer Guide for more information."
CRR_SCHEMA = f"this version of Cross Region Replication configuration schema. {GUIDE}"
BOTH = {"ReplicationTime": {**ON, "Time": QUARTER}, "Metrics": {**ON, "EventThreshold": QUARTER}}
TAG = {"Tag": {"Key": "k", "Value": "v"}}

Refused = tuple[str, str, Callable[[Source], list[Json]]]


def tags(*pairs: tuple[str, str]) -> list[Json]:
    return [{"Key": key, "Value": value} for key, value in pairs]


REFUSED: dict[str, Refused] = {
    "no rules": (*MALFORMED, lambda s: []),
    "more than 1000 rules": (*MALFORMED, lambda s: [s.rule(ID=f"{n}", Priority=n) for n in range(1001)]),
    "status": (*MALFORMED, lambda s: [s.rule(Status="enabled")]),
    "no status": (*MALFORMED, lambda s: [s.rule(Status=...)]),
    "no destination": (*MALFORMED, lambda s: [s.rule(Destination=...)]),
    "no bucket": (*MALFORMED, lambda s: [s.rule(dest={"Bucket": ...})]),
    "existing objects": (*MALFORMED, lambda s: [s.rule(ExistingObjectReplication=ON)]),
    "existing objects off": (*MALFORMED, lambda s: [s.rule(ExistingObjectReplication=OFF)]),
    "prefix and filter": (*MALFORMED, lambda s: [s.rule(Prefix="")]),
    "neither prefix nor filter": (*MALFORMED, lambda s: [s.v1(Prefix=...)]),
    "two in a filter": (*MALFORMED, lambda s: [s.rule(Filter={"Prefix": "p", **TAG})]),
    "and with a prefix only": (*MALFORMED, lambda s: [s.rule(Filter={"And": {"Prefix": "p"}})]),
    "and with one tag": (*MALFORMED, lambda s: [s.rule(Filter={"And": {"Tags": tags(("a", "1"))}})]),
    "and with nothing": (*MALFORMED, lambda s: [s.rule(Filter={"And": {}})]),
    "delete marker status": (*MALFORMED, lambda s: [s.rule(DeleteMarkerReplication={"Status": "On"})]),
    "delete markers without status": (*MALFORMED, lambda s: [s.rule(DeleteMarkerReplication={})]),
    "replica modifications status": (
        *MALFORMED,
        lambda s: [s.rule(SourceSelectionCriteria={"ReplicaModifications": {"Status": ""}})],
    ),
    "kms status": (*MALFORMED, lambda s: [s.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": {}})]),
    "storage class unknown": (*MALFORMED, lambda s: [s.rule(dest={"StorageClass": "COLD"})]),
    **{
        f"storage class {name}": (*MALFORMED, stored_as(name))
        for name in ("OUTPOSTS", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP")
    },
    "owner": (
        *MALFORMED,
        lambda s: [s.rule(dest={"Account": OTHER_ACCOUNT, "AccessControlTranslation": {"Owner": "Source"}})],
    ),
    "metrics without status": (*MALFORMED, lambda s: [s.rule(dest={"Metrics": {"EventThreshold": QUARTER}})]),
    "time without status": (*MALFORMED, lambda s: [s.rule(dest={**BOTH, "ReplicationTime": {"Time": QUARTER}})]),
    "time without time": (*MALFORMED, lambda s: [s.rule(dest={**BOTH, "ReplicationTime": ON})]),
    # Tags
    "prefix too long": (
        "InvalidArgument", "The maximum size of a prefix is 1024",
        lambda s: [s.rule(Filter={"Prefix": "ü" * 513})],
    ),
    "duplicate tag keys": (
        "InvalidRequest", "Duplicate Tag Keys are not allowed.",
        lambda s: [s.rule(Filter={"And": {"Tags": tags(("a", "1"), ("a", "2"))}})],
    ),
    "tag key too long": ("InvalidTag", "invalid", lambda s: [s.rule(Filter={"Tag": {"Key": "k" * 129, "Value": ""}})]),
    "delete markers with a tag": (
        "InvalidRequest", f"Delete marker replication is not supported if any Tag filter is specified. {GUIDE}",
        lambda s: [s.rule(Filter=TAG, DeleteMarkerReplication=ON)],
    ),
    "delete markers with tags in and": (
        "InvalidRequest", "Delete marker replication is not supported if any Tag filter is specified.",
        lambda s: [s.rule(Filter={"And": {"Prefix": "", "Tags": tags(("a", "1"))}}, DeleteMarkerReplication=ON)],
    ),
    # V1 and V2
    "v1 with priority": (
        "InvalidRequest",
        f"Priority cannot be used for {CRR_SCHEMA}",
        lambda s: [s.v1(Priority=1)],
    ),
    "v1 with delete markers": (
        "InvalidRequest",
        f"DeleteMarkerReplication cannot be used for {CRR_SCHEMA}",
        lambda s: [s.v1(DeleteMarkerReplication=OFF)],
    ),
    "v2 without priority": (
        "InvalidRequest",
        f"Priority must be specified for {CRR_SCHEMA}",
        lambda s: [s.rule(Priority=...)],
    ),
    "v2 without delete markers": (
        "InvalidRequest",
        f"DeleteMarkerReplication must be specified for {CRR_SCHEMA}",
        lambda s: [s.rule(DeleteMarkerReplication=...)],
    ),
    "one v1 rule makes all v1": (
        "InvalidRequest", "Priority cannot be used for this version",
        lambda s: [s.rule(ID="two"), s.v1(ID="one")],
    ),
    "v1 with replica modifications": (
        "InvalidRequest",
        "ReplicaModifications cannot be used for this version of the replication configuration schema.",
        lambda s: [s.v1(SourceSelectionCriteria={"ReplicaModifications": ON})],
    ),
    "v1 with time control": (
        "InvalidRequest", "ReplicationTime cannot be used for this version of the replication configuration schema.",
        lambda s: [s.v1(dest=BOTH)],
    ),
    "v1 with metrics": (
        "InvalidRequest", "Metrics cannot be used for this version of the replication configuration schema.",
        lambda s: [s.v1(dest={"Metrics": ON})],
    ),
    "v1 with two destinations": (
        "InvalidRequest", "Number of distinct destination bucket ARNs cannot exceed 1",
        lambda s: [s.v1(ID="1", Prefix="a"), s.v1(ID="2", Prefix="b", dest={"Bucket": f"arn:aws:s3:::{s.target2}"})],
    ),
    # The rule
    "id too long": ("InvalidArgument", "Rule Id cannot be greater than 255", lambda s: [s.rule(ID="i" * 256)]),
    "id not ascii": ("InvalidArgument", "Rule Id must contain only ASCII characters", lambda s: [s.rule(ID="zürich")]),
    "id twice": ("InvalidArgument", "Rule Id must be unique", lambda s: [s.rule(), s.rule(Priority=2)]),
    "priority below 0": (
        "InvalidRequest", "Priority must be between 0 and 2147483647.", lambda s: [s.rule(Priority=-1)],
    ),
    "priority too high": (
        "InvalidRequest", "Priority must be between 0 and 2147483647.", lambda s: [s.rule(Priority=2147483648)],
    ),
    "priority twice": (
        "InvalidRequest", "Found duplicate priority 5.", lambda s: [s.rule(Priority=5), s.rule(ID="b", Priority=5)],
    ),
    "priority twice, other destination": (
        "InvalidRequest", "Found duplicate priority 5.",
        lambda s: [s.rule(Priority=5), s.rule(ID="b", Priority=5, dest={"Bucket": f"arn:aws:s3:::{s.target2}"})],
    ),
    "selection empty": (
        "InvalidRequest", "SourceSelectionCriteria cannot be empty.", lambda s: [s.rule(SourceSelectionCriteria={})],
    ),
    # The destination
    "bucket by name": ("InvalidArgument", "Invalid bucket ARN", lambda s: [s.rule(dest={"Bucket": s.target})]),
    "bucket arn of another partition": (
        "InvalidArgument", "Invalid bucket ARN", lambda s: [s.rule(dest={"Bucket": f"arn:aws-cn:s3:::{s.target}"})],
    ),
    "bucket arn with a key": (
        "InvalidArgument", "Invalid bucket ARN", lambda s: [s.rule(dest={"Bucket": f"arn:aws:s3:::{s.target}/x"})],
    ),
    "bucket name illegal": (
        "InvalidArgument", "The specified bucket is not valid.",
        lambda s: [s.rule(dest={"Bucket": "arn:aws:s3:::No_"})],
    ),
    "bucket missing": (
        "InvalidRequest", "Destination bucket must exist.",
        lambda s: [s.rule(dest={"Bucket": "arn:aws:s3:::not-there"})],
    ),
    "the source itself": (
        "InvalidRequest", "Destination bucket cannot be the same as the source bucket.",
        lambda s: [s.rule(dest={"Bucket": f"arn:aws:s3:::{s.name}"})],
    ),
    "account empty": ("InvalidArgument", "Account element is empty", lambda s: [s.rule(dest={"Account": ""})]),
    "owner override without account": (
        "InvalidRequest", "Account must be specified if the Owner in AccessControlTranslation has a value",
        lambda s: [s.rule(dest={"AccessControlTranslation": {"Owner": "Destination"}})],
    ),
    # Encryption
    "kms without key": (
        "InvalidRequest", "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
        lambda s: [s.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": ON})],
    ),
    "kms disabled without key": (
        "InvalidRequest", "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
        lambda s: [s.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": OFF})],
    ),
    "kms with empty key": (
        "InvalidRequest", "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
        lambda s: [s.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
                          dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": ""}})],
    ),
    "key without kms": (
        "InvalidRequest", "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
        lambda s: [s.rule(dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": KEY_ARN}})],
    ),
    "key is no arn": (
        "InvalidArgument", "Invalid ReplicaKmsKeyID ARN.",
        lambda s: [s.rule(SourceSelectionCriteria={"SseKmsEncryptedObjects": ON},
                          dest={"EncryptionConfiguration": {"ReplicaKmsKeyID": "alias/mine"}})],
    ),
    # Time control and metrics
    "time without metrics": (
        "InvalidRequest", "Replication destination must contain both ReplicationTime and Metrics or neither.",
        lambda s: [s.rule(dest={"ReplicationTime": BOTH["ReplicationTime"]})],
    ),
    "time of other minutes": (
        "InvalidArgument", "Invalid time minute value",
        lambda s: [s.rule(dest={**BOTH, "ReplicationTime": {**ON, "Time": {"Minutes": 30}}})],
    ),
    "time without minutes": (
        "InvalidArgument", "Invalid time minute value",
        lambda s: [s.rule(dest={**BOTH, "ReplicationTime": {**ON, "Time": {}}})],
    ),
    "threshold of other minutes": (
        "InvalidArgument", "Invalid event threshold minute value",
        lambda s: [s.rule(dest={**BOTH, "Metrics": {**ON, "EventThreshold": {"Minutes": 10}}})],
    ),
    "time without threshold": (
        "InvalidArgument", "ReplicationMetrics must contain an event threshold",
        lambda s: [s.rule(dest={**BOTH, "Metrics": ON})],
    ),
    "threshold without time": (
        "InvalidArgument",
        "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled",
        lambda s: [s.rule(dest={"Metrics": BOTH["Metrics"]})],
    ),
    "threshold with time off": (
        "InvalidArgument",
        "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled",
        lambda s: [s.rule(dest={**BOTH, "ReplicationTime": {**OFF, "Time": QUARTER}})],
    ),
    "time on, metrics off": (
        "InvalidRequest", "should have the same status",
        lambda s: [s.rule(dest={**BOTH, "Metrics": {**OFF, "EventThreshold": QUARTER}})],
    ),
    "time off, metrics on": (
        "InvalidRequest", "should have the same status",
        lambda s: [s.rule(dest={"ReplicationTime": {**OFF, "Time": QUARTER}, "Metrics": ON})],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_s3_refuses(source: Source, case: str) -> None:
    code, message, rules = REFUSED[case]
    source.put(source.rule(ID="before"))
    got_code, got_message, status = refused(lambda: source.put(*rules(source)))
    assert (got_code, status) == (code, 400)
    assert message in got_message
    assert [rule["ID"] for rule in source.get()["Rules"]] == ["before"], "a refused put must change nothing"


@pytest.mark.parametrize(
    "role, code, message",
    [
        ("replication", "InvalidArgument", "Invalid Role specified in replication configuration"),
        ("", "InvalidArgument", "Invalid Role specified in replication configuration"),
        (f"arn:aws:s3:::{ACCOUNT}", "InvalidArgument", "Invalid Role specified in replication configuration"),
        (f"arn:aws:iam:us-east-1:{ACCOUNT}:role/r", "InvalidArgument", "Invalid Role specified"),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/r", "InvalidArgument", "Invalid Role specified"),
        (f"arn:aws:iam::{ACCOUNT}:user/r", "InvalidArgument", "The relative id should start with role"),
        (..., *MALFORMED),
    ],
)
def test_the_role_must_be_the_arn_of_a_role(source: Source, role: Any, code: str, message: str) -> None:
    got_code, got_message, status = refused(lambda: source.put(source.rule(), role=role))
    assert (got_code, status) == (code, 400)
    assert message in got_message


def test_a_role_of_another_account_is_denied(source: Source) -> None:
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/replication"
    assert refused(lambda: source.put(source.rule(), role=role)) == ("AccessDenied", "Access Denied", 403)


@pytest.mark.parametrize(
    "xml",
    [
        "", "<ReplicationConfiguration>", "no xml at all", "<Other/>",
        f'<ReplicationConfiguration xmlns="urn:other"><Role>{ROLE}</Role></ReplicationConfiguration>',
        f"<ReplicationConfiguration><Role>{ROLE}</Role><Role>{ROLE}</Role></ReplicationConfiguration>",
        f"<ReplicationConfiguration><Role>{ROLE}</Role><Surprise/></ReplicationConfiguration>",
        '<!DOCTYPE x [<!ENTITY a "b">]><ReplicationConfiguration><Role>&a;</Role></ReplicationConfiguration>',
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_malformed(source: Source, xml: str) -> None:
    assert refused(lambda: source.put_raw(xml))[::2] == ("MalformedXML", 400)


def test_a_priority_that_is_no_number_is_malformed(source: Source) -> None:
    assert refused(lambda: source.put(source.rule(Priority="high")))[0] == "MalformedXML"


def test_a_document_of_more_than_two_megabytes_is_refused(source: Source) -> None:
    rules = [source.rule(ID=f"{n}", Priority=n, Filter={"Prefix": "&" * 1000}) for n in range(600)]
    assert refused(lambda: source.put(*rules))[::2] == ("MaxMessageLengthExceeded", 400)


# ---- buckets and their versioning ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["", "Suspended"])
def test_the_source_must_be_versioned(status: str) -> None:
    s3 = s3_client()
    fresh = Source(s3, s3_client("eu-west-1"))
    fresh.name = f"{fresh.name}-plain"
    s3.create_bucket(Bucket=fresh.name)
    if status:
        fresh.version(fresh.name, s3, "Enabled")
        fresh.version(fresh.name, s3, status)
    message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    assert refused(lambda: fresh.put(fresh.rule())) == ("InvalidRequest", message, 400)


def test_the_destination_must_be_versioned(source: Source) -> None:
    source.version(source.target2, source.away, "Suspended")
    try:
        rule = source.rule(dest={"Bucket": f"arn:aws:s3:::{source.target2}"})
        message = "Destination bucket must have versioning enabled."
        assert refused(lambda: source.put(rule)) == ("InvalidRequest", message, 400)
    finally:
        source.version(source.target2, source.away)


def test_a_source_keeps_its_versioning_while_it_replicates(source: Source) -> None:
    source.put(source.rule())
    code, message, status = refused(lambda: source.version(source.name, source.s3, "Suspended"))
    assert (code, status) == ("InvalidBucketState", 409)
    assert "first delete the replication configuration" in message
    source.version(source.name, source.s3, "Enabled")
    source.s3.delete_bucket_replication(Bucket=source.name)
    source.version(source.name, source.s3, "Suspended")
    source.version(source.name, source.s3, "Enabled")


def test_a_destination_may_lack_the_object_lock_of_the_source(source: Source) -> None:
    locked = f"{source.name}-lock"
    source.s3.create_bucket(Bucket=locked, ObjectLockEnabledForBucket=True)
    configuration = {"Role": ROLE, "Rules": [source.rule()]}
    source.s3.put_bucket_replication(Bucket=locked, ReplicationConfiguration=configuration)


def test_get_and_delete_where_there_is_nothing(source: Source) -> None:
    code, message, status = refused(source.get)
    assert (code, message, status) == (
        "ReplicationConfigurationNotFoundError", "The replication configuration was not found", 404,
    )  # fmt: skip
    answer = source.s3.delete_bucket_replication(Bucket=source.name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_delete_removes_the_configuration(source: Source) -> None:
    source.put(source.rule())
    source.s3.delete_bucket_replication(Bucket=source.name)
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"


def test_a_missing_bucket_is_no_such_bucket() -> None:
    s3, name = s3_client(), f"not-there-{uuid.uuid4().hex[:8]}"
    configuration = {"Role": ROLE, "Rules": []}
    for call in (
        lambda: s3.get_bucket_replication(Bucket=name),
        lambda: s3.put_bucket_replication(Bucket=name, ReplicationConfiguration=configuration),
        lambda: s3.delete_bucket_replication(Bucket=name),
    ):
        assert refused(call)[::2] == ("NoSuchBucket", 404)


# ---- who may ------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_user() -> Callable[..., Any]:
    """An S3 client of a user who may only these actions on everything."""
    iam = boto3.client("iam")

    def make(*statements: Json) -> Any:
        user = f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=user)
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return s3_client(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    return make


def allow(action: str, resource: str = "*", **more: Any) -> Json:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


PUT, GET, PASS = "s3:PutReplicationConfiguration", "s3:GetReplicationConfiguration", "iam:PassRole"
TO_S3 = {"Condition": {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}}
TO_EC2 = {"Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}


def test_a_caller_with_both_permissions_may(source: Source, as_user: Callable[..., Any]) -> None:
    user = as_user(allow(PUT), allow(PASS, ROLE, **TO_S3), allow(GET))
    source.put(source.rule(), s3=user)
    assert user.get_bucket_replication(Bucket=source.name)["ReplicationConfiguration"]["Role"] == ROLE


@pytest.mark.parametrize(
    "statements",
    [
        [allow(PUT)],
        [allow(PUT), allow(PASS, f"{ROLE}-other")],
        [allow(PUT), allow(PASS, ROLE, **TO_EC2)],
        [allow(PUT), allow(PASS), {**allow(PASS), "Effect": "Deny"}],
        [allow(PASS)],
    ],
)
def test_a_caller_without_pass_role_or_put_is_denied(
    source: Source, as_user: Callable[..., Any], statements: list[Json]
) -> None:
    code, _unused, status = refused(lambda: source.put(source.rule(), s3=as_user(*statements)))
    assert (code, status) == ("AccessDenied", 403)
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"


def test_a_caller_of_another_account_cannot_pass_the_role(source: Source) -> None:
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/LabCrossAccountAdmin"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    other = s3_client(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    statement = {**allow("s3:*ReplicationConfiguration", f"arn:aws:s3:::{source.name}"), "Principal": {"AWS": role}}
    source.s3.put_bucket_policy(
        Bucket=source.name, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement})
    )
    assert refused(lambda: other.get_bucket_replication(Bucket=source.name))[0].startswith("ReplicationConfiguration")
    assert refused(lambda: source.put(source.rule(), s3=other)) == ("AccessDenied", "Access Denied", 403)


def test_deleting_needs_the_permission_to_put(source: Source, as_user: Callable[..., Any]) -> None:
    source.put(source.rule())
    denied = as_user(allow(GET), allow("s3:DeleteReplicationConfiguration"))
    assert refused(lambda: denied.delete_bucket_replication(Bucket=source.name))[0] == "AccessDenied"
    as_user(allow(PUT)).delete_bucket_replication(Bucket=source.name)
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"


def test_reading_needs_its_permission(source: Source, as_user: Callable[..., Any]) -> None:
    source.put(source.rule())
    user = as_user(allow(PUT))
    code, message, _unused = refused(lambda: user.get_bucket_replication(Bucket=source.name))
    assert code == "AccessDenied" and GET in message


# ---- propagation, and the real command line -----------------------------------------------------------------------


def test_get_may_be_stale_after_put_and_delete(source: Source) -> None:
    source.put(source.rule(ID="old"))
    control("PUT", "/settings", {"read_after_write_lag": 60})
    source.put(source.rule(ID="new"))
    assert source.get()["Rules"][0]["ID"] == "old"
    control("POST", "/clock/advance", {"seconds": 61})
    assert source.get()["Rules"][0]["ID"] == "new"
    source.s3.delete_bucket_replication(Bucket=source.name)
    assert source.get()["Rules"][0]["ID"] == "new"
    control("POST", "/clock/advance", {"seconds": 61})
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"


def test_the_first_configuration_may_be_invisible_at_first(source: Source) -> None:
    control("PUT", "/settings", {"read_after_write_lag": 60})
    source.put(source.rule())
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"
    control("POST", "/clock/advance", {"seconds": 61})
    assert source.get()["Rules"][0]["ID"] == "to-dr"


def test_the_aws_command_line(source: Source) -> None:
    def aws(*arguments: str) -> str:
        command = ["aws", "s3api", *arguments, "--bucket", source.name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    configuration = {"Role": ROLE, "Rules": [source.rule(Filter={"Prefix": "é/"})]}
    aws("put-bucket-replication", "--replication-configuration", json.dumps(configuration))
    assert json.loads(aws("get-bucket-replication"))["ReplicationConfiguration"] == configuration
    aws("delete-bucket-replication")
    assert refused(source.get)[0] == "ReplicationConfigurationNotFoundError"
