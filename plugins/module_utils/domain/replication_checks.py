# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Amazon S3 would refuse, or could never carry out, told before anything is written: by rule and option.

All functions give the problems they find as sentences without a full stop; an empty list means that nothing is wrong.

Source: S3 API Reference, "PutBucketReplication" and "Replication-related error codes"; S3 User Guide, "Requirements and
considerations for replication".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import (
    bucket_of,
    is_bucket_name,
    parse_arn,
    role_arn_problem,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration, Rule

MAX_RULES = 1000
MAX_DOCUMENT_BYTES = 2 * 1024 * 1024
MAX_ID = 255
MAX_PREFIX_BYTES = 1024
MAX_PRIORITY = 2147483647
# S3 User Guide, "Additional replication configurations": not to S3 Outposts, S3 Express One Zone or file systems.
STORAGE_CLASSES = (
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
    "REDUCED_REDUNDANCY",
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Option = Mapping[str, Any]


@dataclass(frozen=True)
class BucketFacts:
    """What could be seen of a bucket. ``None`` is what could not be seen; ``exists`` is then taken for granted.

    ``versioning`` is ``Enabled``, ``Suspended`` or ``""``; ``owner_differs``: it is not the account that was named.
    """

    exists: bool = True
    region: str | None = None
    versioning: str | None = None
    owner_differs: bool = False


def id_problems(options: Iterable[Option]) -> list[str]:
    """Rules that can't be told apart: nothing can be planned with these."""
    problems = []
    ids = [option.get("id") or "" for option in options]
    for number, rule_id in enumerate(ids, start=1):
        if not rule_id:
            problems.append(f"rule number {number} has no id")
        elif len(rule_id) > MAX_ID:
            problems.append(f"rule {rule_id[:40]!r}…: id has {len(rule_id)} characters, at most {MAX_ID} are allowed")
        elif not rule_id.isascii() or not rule_id.isprintable():
            problems.append(f"rule {rule_id!r}: id may hold printable ASCII characters only")
    repeated = [rule_id for rule_id, times in Counter(ids).items() if rule_id and times > 1]
    return problems + [f"rule {rule_id!r}: id is given {ids.count(rule_id)} times" for rule_id in repeated]


def role_problems(role: str, owner: str | None) -> list[str]:
    """``owner``: the account of the caller, where it is known; S3 takes roles of that account only."""
    problem = role_arn_problem(role)
    if problem:
        return [f"role: {problem}"]
    arn = parse_arn(role)
    if arn and owner and arn.account != owner:
        return [f"role: {role} is in account {arn.account}; it has to be in the account of the source bucket, {owner}"]
    return []


def rule_problems(rule: Rule, option: Option, source: str, partition: str) -> list[str]:
    """What is wrong with a rule as it would be; ``option`` is what the task says of it."""
    found = [(name, check(rule, option)) for name, check in _RULE_CHECKS]
    found += [("destination.bucket", _bucket_problem(rule, option, source, partition))]
    return [f"rule {rule.id!r}: {name}: {problem}" for name, problem in found if problem]


def set_problems(configuration: Configuration, named: frozenset[str]) -> list[str]:
    """What is wrong with all rules together: equal priorities, too many rules, too large a document."""
    problems = []
    by_priority: dict[int | None, list[str]] = {}
    for rule in configuration.read():
        by_priority.setdefault(rule.priority, []).append(rule.id)
    for priority, ids in by_priority.items():
        if len(ids) > 1:
            problems.append(_same_priority(priority, ids, named))
    if len(configuration.rules) > MAX_RULES:
        problems.append(f"rules: there would be {len(configuration.rules)}, at most {MAX_RULES} are allowed")
    size = _xml_bytes("ReplicationConfiguration", configuration.as_document())
    if size > MAX_DOCUMENT_BYTES:
        problems.append(f"rules: the document would have {size} bytes, at most {MAX_DOCUMENT_BYTES} are allowed")
    return problems


def source_problems(versioning: str) -> list[str]:
    """The source has to be versioned; suspended is not enough."""
    if versioning == "Enabled":
        return []
    return [f"versioning of the source bucket is {_told(versioning)}; enable it, S3 replicates versions only"]


def destination_problems(rules: Iterable[Rule], facts: BucketFacts) -> list[str]:
    """What is wrong with one destination bucket, told for every rule that goes there."""
    problems = []
    for rule in rules:
        name, bucket = f"rule {rule.id!r}: destination.bucket", rule.destination.bucket
        if not facts.exists:
            problems.append(f"{name}: there is no bucket {bucket}; create it first")
        elif facts.versioning not in (None, "Enabled"):
            problems.append(f"{name}: versioning of {bucket} is {_told(facts.versioning or '')}; enable it")
        if facts.owner_differs:
            problems.append(
                f"rule {rule.id!r}: destination.account_id: {bucket} does not belong to account "
                f"{rule.destination.account_id}"
            )
        key = parse_arn(rule.destination.replica_kms_key_id or "")
        if key and facts.region and key.region != facts.region:
            problems.append(
                f"rule {rule.id!r}: destination.replica_kms_key_id: the key is in {key.region}, "
                f"bucket {bucket} is in {facts.region}; a replica is encrypted with a key of its own Region"
            )
    return problems


# ---- one rule ------------------------------------------------------------------------------------------------------


def _priority_problem(rule: Rule, _option: Option) -> str | None:
    if rule.priority is None or 0 <= rule.priority <= MAX_PRIORITY:
        return None
    return f"{rule.priority} is not between 0 and {MAX_PRIORITY}"


def _prefix_problem(rule: Rule, _option: Option) -> str | None:
    size = len(rule.prefix.encode())
    if size > MAX_PREFIX_BYTES:
        return f"it has {size} bytes in UTF-8, at most {MAX_PREFIX_BYTES} are allowed"
    if _NOT_XML.search(rule.prefix):
        return "it holds a control character, which the S3 API can't carry"
    return None


def _tags_problem(rule: Rule, _option: Option) -> str | None:
    tags: Mapping[str, Any] = rule.tags  # what a task gives need not be text
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            return f"the key {key!r} has {len(key)} characters; 1 to 128 are allowed"
        if not isinstance(value, str):
            return f"the value of {key!r} is {value!r}, which is no text; put it into quotes"
        if len(value) > 256:
            return f"the value of {key!r} has {len(value)} characters, at most 256 are allowed"
        if _NOT_XML.search(key + value):
            return f"{key!r} holds a control character, which the S3 API can't carry"
    return None


def _markers_problem(rule: Rule, option: Option) -> str | None:
    if not (rule.delete_marker_replication and rule.tags):
        return None
    has = "" if option.get("delete_marker_replication") else " (the rule has it on; set it to false)"
    return f"S3 does not replicate delete markers for a rule with tags{has}"


def _account_problem(_rule: Rule, option: Option) -> str | None:
    account = _named(option, "account_id")
    if account and not re.fullmatch(r"[0-9]{12}", account):
        return f"{account!r} is not an account id of twelve digits (quote it in YAML, so that zeros in front stay)"
    return None


def _owner_problem(rule: Rule, _option: Option) -> str | None:
    if rule.destination.owner_override and rule.destination.account_id is None:
        return "it needs destination.account_id, the account that is to own the replicas"
    return None


def _storage_class_problem(_rule: Rule, option: Option) -> str | None:
    storage_class = _named(option, "storage_class")
    if not storage_class or storage_class in STORAGE_CLASSES:
        return None
    return f"{storage_class!r} is no storage class for replicas; there are {', '.join(STORAGE_CLASSES)}"


def _key_problem(_rule: Rule, option: Option) -> str | None:
    key = _named(option, "replica_kms_key_id")
    arn = parse_arn(key)
    if not key or (arn and arn.service == "kms" and arn.region and arn.resource.startswith(("key/", "alias/"))):
        return None
    return f"{key!r} is not the ARN of a KMS key; expected arn:<partition>:kms:<region>:<account>:key/<id>"


def _metrics_problem(rule: Rule, option: Option) -> str | None:
    if not rule.replication_time_control or rule.metrics:
        return None
    has = "" if option.get("replication_time_control") else " (the rule has it on; set it to false too)"
    return f"replication_time_control needs metrics{has}"


def _bucket_problem(rule: Rule, option: Option, source: str, partition: str) -> str | None:
    given = (option.get("destination") or {}).get("bucket")
    bucket = rule.destination.bucket
    if not bucket:
        return "it is missing; a new rule needs one"
    if not is_bucket_name(bucket) or (given is not None and bucket_of(given) is None):
        return f"{given or bucket!r} is neither a bucket's name nor arn:<partition>:s3:::<bucket>"
    arn = parse_arn(given or "")
    if arn and partition and arn.partition != partition:
        return f"{given} is in partition {arn.partition}, the role is in {partition}"
    if bucket == source:
        return "a bucket can't be replicated to itself"
    return None


_RULE_CHECKS: tuple[tuple[str, Callable[[Rule, Option], str | None]], ...] = (
    ("priority", _priority_problem),
    ("prefix", _prefix_problem),
    ("tags", _tags_problem),
    ("delete_marker_replication", _markers_problem),
    ("destination.account_id", _account_problem),
    ("destination.owner_override", _owner_problem),
    ("destination.storage_class", _storage_class_problem),
    ("destination.replica_kms_key_id", _key_problem),
    ("metrics", _metrics_problem),
)


def _named(option: Option, name: str) -> str:
    """What the task says of the destination. S3 accepted what is there already: that is not ours to judge."""
    return (option.get("destination") or {}).get(name) or ""


# ---- helpers -------------------------------------------------------------------------------------------------------


def _same_priority(priority: int | None, ids: list[str], named: frozenset[str]) -> str:
    mine = [rule_id for rule_id in ids if rule_id in named] or ids
    others = [rule_id for rule_id in ids if rule_id != mine[0]]
    names = ", ".join(repr(rule_id) for rule_id in others)
    foreign = "" if set(others) <= named else ", which this task does not name"
    return f"rule {mine[0]!r}: priority: {priority} is also the priority of {names}{foreign}; priorities are unique"


def _told(versioning: str) -> str:
    return versioning.lower() or "off"


def _xml_bytes(name: str, value: Any) -> int:
    """About how long the element is on the wire; "&" and "<" in text are written longer."""
    if isinstance(value, Mapping):
        inner = sum(_xml_bytes(child, held) for child, held in value.items())
    elif isinstance(value, list | tuple):
        return sum(_xml_bytes(name.removesuffix("s"), item) for item in value)
    else:
        text = str(value)
        inner = len(text.encode()) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
    return inner + 2 * len(name) + 5
