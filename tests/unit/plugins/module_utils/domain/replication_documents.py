# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replication documents for the tests: some written by hand, and any that S3 may hold (hypothesis)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ROLE = "arn:aws:iam::111122223333:role/replication"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
QUARTER = {"Minutes": 15}
TIME_CONTROL = {"ReplicationTime": {**ON, "Time": QUARTER}, "Metrics": {**ON, "EventThreshold": QUARTER}}

Raw = dict[str, Any]


def v2(rule_id: str = "to-dr", priority: int = 1, bucket: str = "invoices-dr", **more: Any) -> Raw:
    """A V2 rule; ``dest`` adds to the destination."""
    destination = {"Bucket": f"arn:aws:s3:::{bucket}", **more.pop("dest", {})}
    start = {"ID": rule_id, "Priority": priority, "Filter": {}, "Status": "Enabled", "DeleteMarkerReplication": OFF}
    return {**start, "Destination": destination, **more}


def v1(rule_id: str = "old", prefix: str = "", bucket: str = "invoices-dr", **more: Any) -> Raw:
    """A V1 rule."""
    destination = {"Bucket": f"arn:aws:s3:::{bucket}", **more.pop("dest", {})}
    return {"ID": rule_id, "Prefix": prefix, "Status": "Enabled", "Destination": destination, **more}


ids = st.text(alphabet="abcdefgh-", min_size=1, max_size=4)
texts = st.text(alphabet="ab/é ", max_size=3)
switches = st.sampled_from([ON, OFF])
tags = st.dictionaries(st.text(alphabet="kxyz", min_size=1, max_size=2), texts, max_size=3)
buckets = st.sampled_from(["invoices-dr", "archive-dr", "far-away"])


@st.composite
def filters(draw: st.DrawFn) -> Raw:
    listed = [{"Key": key, "Value": value} for key, value in draw(tags).items()]
    kinds: list[Raw] = [{}, {"Prefix": draw(texts)}]
    if listed:
        kinds.append({"Tag": listed[0]})
        kinds.append({"And": {"Prefix": draw(texts), "Tags": listed}})
    if len(listed) > 1:
        kinds.append({"And": {"Tags": listed}})
    return draw(st.sampled_from(kinds))


@st.composite
def destinations(draw: st.DrawFn, kms: bool, is_v1: bool) -> Raw:
    destination: Raw = {"Bucket": f"arn:aws:s3:::{draw(buckets)}"}
    if draw(st.booleans()):
        destination["Account"] = "444455556666"
        destination |= draw(st.sampled_from([{}, {"AccessControlTranslation": {"Owner": "Destination"}}]))
    if draw(st.booleans()):
        destination["StorageClass"] = draw(st.sampled_from(["STANDARD_IA", "GLACIER", "A_CLASS_OF_TOMORROW"]))
    if kms:
        destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": KEY}
    if not is_v1:
        off = {"ReplicationTime": {**OFF, "Time": QUARTER}, "Metrics": OFF}
        destination |= draw(st.sampled_from([{}, {"Metrics": ON}, {"Metrics": OFF}, TIME_CONTROL, off]))
    if draw(st.booleans()):
        destination["SomethingOfTomorrow"] = {"Level": draw(texts)}
    return destination


@st.composite
def rules(draw: st.DrawFn, rule_id: str, priority: int, is_v1: bool) -> Raw:
    kms = draw(st.sampled_from([None, ON, OFF]))
    criteria: Raw = {} if kms is None else {"SseKmsEncryptedObjects": kms}
    rule: Raw = {"ID": rule_id, "Status": draw(switches)["Status"]}
    if is_v1:
        rule["Prefix"] = draw(texts)
    else:
        rule |= {"Priority": priority, "Filter": draw(filters())}
        tagged = "Tag" in rule["Filter"] or "And" in rule["Filter"]
        rule["DeleteMarkerReplication"] = OFF if tagged else draw(switches)
        criteria |= draw(st.sampled_from([{}, {"ReplicaModifications": ON}, {"ReplicaModifications": OFF}]))
    if criteria:
        rule["SourceSelectionCriteria"] = criteria
    if draw(st.booleans()):
        rule["AlsoOfTomorrow"] = draw(texts)
    rule["Destination"] = draw(destinations(kms is not None, is_v1))
    return rule


@st.composite
def documents(draw: st.DrawFn, schemas: tuple[bool, ...] = (False, True)) -> Raw:
    """Any document that S3 may give back; ``schemas``: (False,) only V2, (True,) only V1."""
    is_v1 = draw(st.sampled_from(schemas))
    rule_ids = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    priorities = draw(st.lists(st.integers(0, 6), min_size=len(rule_ids), max_size=len(rule_ids), unique=True))
    made = [draw(rules(rule_id, priority, is_v1)) for rule_id, priority in zip(rule_ids, priorities, strict=True)]
    return {"Role": ROLE, "Rules": made}


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The value or None, as Ansible gives unset options."""
    return st.one_of(st.none(), strategy)


@st.composite
def options(draw: st.DrawFn) -> Raw:
    """One element of the option ``rules`` as Ansible hands it over, priority unset."""
    time_control = draw(maybe(st.booleans()))
    destination = {
        "bucket": draw(st.one_of(buckets, buckets.map(lambda name: f"arn:aws:s3:::{name}"))),
        "account_id": draw(maybe(st.sampled_from(["", "444455556666"]))),
        "owner_override": draw(maybe(st.booleans())),
        "storage_class": draw(maybe(st.sampled_from(["", "STANDARD_IA"]))),
        "replica_kms_key_id": draw(maybe(st.sampled_from(["", KEY]))),
    }
    return {
        "id": draw(ids),
        "priority": None,
        "status": draw(maybe(st.sampled_from(["enabled", "disabled"]))),
        "prefix": draw(maybe(texts)),
        "tags": draw(maybe(tags)),
        "destination": destination,
        "delete_marker_replication": draw(maybe(st.booleans())),
        "replica_modifications": draw(maybe(st.booleans())),
        "replication_time_control": time_control,
        "metrics": None if time_control else draw(maybe(st.booleans())),
    }


option_lists = st.lists(options(), min_size=1, max_size=3, unique_by=lambda option: option["id"])
