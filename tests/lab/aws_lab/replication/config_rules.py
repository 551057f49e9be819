# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses in a replication configuration that is well-formed: a catalogue, in the order in which S3 looks.

Sources: S3 API Reference, "Replication-related error codes"; S3 User Guide, "Replication configuration file elements";
messages as seen in public issue threads where AWS's own text is not documented. Not looked at by S3 at this time:
whether the role and the KMS key exist, what destination policies allow, who owns the destination, Object Lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Any]
RTC_MINUTES = 15
# AWS words the two kinds of schema messages differently.
_GUIDE = "Please refer to S3 Developer Guide for more information."
_CRR_SCHEMA = "this version of Cross Region Replication configuration schema. " + _GUIDE
_SCHEMA = (
    "this version of the replication configuration schema. Please refer to the S3 Developer Guide for more information."
)
_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
_BUCKET_ARN = re.compile(r"arn:(?P<partition>[^:]+):s3:::(?P<name>[^:/]+)")
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KMS_ARN = re.compile(r"arn:(?P<partition>[^:]+):kms:[a-z0-9-]+:\d{12}:(key|alias)/.+")
_ROLE_ARN = re.compile(r"arn:(?P<partition>[^:]+):iam::(?P<account>\d{12}):(?P<resource>.+)")


@dataclass(frozen=True)
class Refusal(Exception):
    """An error answer of S3. argument: (name, value) where the error document names one."""

    code: str
    message: str
    status: int = 400
    argument: tuple[str, str] | None = None


@dataclass(frozen=True)
class Document:
    """What a check may look at: the whole configuration, the bucket it is for, and what is known of other buckets."""

    bucket: str
    partition: str
    rules: list[Rule]
    versioning_of: Callable[[str], str | None]  # None: there is no such bucket; "" and "Suspended": not versioned

    @property
    def is_v1(self) -> bool:
        """One rule without Filter is enough for S3 to take the whole configuration for the earlier version."""
        return any("Filter" not in rule for rule in self.rules)

    def before(self, rule: Rule) -> list[Rule]:
        """The rules above this one."""
        return self.rules[: next(index for index, other in enumerate(self.rules) if other is rule)]


@dataclass(frozen=True)
class Check:
    """One line of the catalogue. `finds`: None or False where all is well, else the offender ({0} in the message)."""

    code: str
    message: str
    finds: Callable[[Rule, Document], object]
    argument: str = ""


def check(document: Document) -> None:
    """Raise the Refusal that S3 would answer with; return when it would accept."""
    for checks in (SCHEMA_CHECKS, RULE_CHECKS, V1_CHECKS, DESTINATION_CHECKS):
        for rule in document.rules:
            for line in checks:
                _apply(line, rule, document)


def check_role(role: str, partition: str, account: str) -> None:
    """Raise the Refusal for a Role that is no ARN of a role, or one of another account than the bucket's."""
    found = _ROLE_ARN.fullmatch(role)
    if found is None or found["partition"] != partition:
        raise Refusal("InvalidArgument", "Invalid Role specified in replication configuration", argument=("Role", role))
    if not found["resource"].startswith("role/") or found["resource"].endswith("/"):
        raise Refusal("InvalidArgument", "The relative id should start with role", argument=("Role", role))
    if found["account"] != account:
        raise Refusal("AccessDenied", "Access Denied", 403)


def destination_bucket(rule: Rule) -> str:
    """The destination's name."""
    return str(rule["Destination"]["Bucket"]).rpartition(":")[2]


def _apply(line: Check, rule: Rule, document: Document) -> None:
    offender = line.finds(rule, document)
    if offender is None or offender is False:
        return
    argument = (line.argument, str(offender)) if line.argument else None
    raise Refusal(line.code, line.message.format(offender), argument=argument)


# ---- what the checks look at -------------------------------------------------------------------------------------


def _destination(rule: Rule, name: str) -> Any:
    return rule["Destination"].get(name)


def _criteria(rule: Rule, name: str) -> Any:
    return (rule.get("SourceSelectionCriteria") or {}).get(name)


def _tags(rule: Rule) -> list[Mapping[str, str]]:
    chosen = rule.get("Filter") or {}
    return [chosen["Tag"]] if "Tag" in chosen else chosen.get("And", {}).get("Tags", [])


def _too_few_in_and(rule: Rule, _unused: Document) -> bool:
    both = (rule.get("Filter") or {}).get("And")
    return both is not None and len(both.get("Tags", [])) + ("Prefix" in both) < 2


def _long_prefix(rule: Rule, _unused: Document) -> bool:
    chosen = rule.get("Filter") or {}
    prefixes = (rule.get("Prefix"), chosen.get("Prefix"), chosen.get("And", {}).get("Prefix"))
    return any(prefix is not None and len(prefix.encode()) > 1024 for prefix in prefixes)


def _repeated_tag(rule: Rule, _unused: Document) -> bool:
    names = [tag["Key"] for tag in _tags(rule)]
    return len(names) != len(set(names))


def _illegal_tag(rule: Rule, _unused: Document) -> str | None:
    bad = [tag["Key"] for tag in _tags(rule) if not 1 <= len(tag["Key"]) <= 128 or len(tag["Value"]) > 256]
    return bad[0] if bad else None


def _repeated_id(rule: Rule, document: Document) -> str | None:
    return rule["ID"] if any(other["ID"] == rule["ID"] for other in document.before(rule)) else None


def _repeated_priority(rule: Rule, document: Document) -> int | None:
    priority = rule.get("Priority")
    taken = [other.get("Priority") for other in document.before(rule)]
    return priority if priority is not None and priority in taken else None


def _illegal_bucket_arn(rule: Rule, document: Document) -> str | None:
    arn = str(_destination(rule, "Bucket"))
    found = _BUCKET_ARN.fullmatch(arn)
    return None if found and found["partition"] == document.partition else arn


def _illegal_kms_arn(rule: Rule, document: Document) -> str | None:
    key = (_destination(rule, "EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    if key is None:
        return None
    found = _KMS_ARN.fullmatch(key)
    return None if found and found["partition"] == document.partition else key


def _no_replica_key(rule: Rule, _unused: Document) -> bool:
    wanted = _criteria(rule, "SseKmsEncryptedObjects") is not None
    return wanted and not (_destination(rule, "EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")


def _time_is_on(rule: Rule) -> bool:
    return (_destination(rule, "ReplicationTime") or {}).get("Status") == "Enabled"


def _minutes_of(holder: Any, name: str) -> Any:
    return ((holder or {}).get(name) or {}).get("Minutes")


def _illegal_time(rule: Rule, _unused: Document) -> bool:
    time = _destination(rule, "ReplicationTime")
    return time is not None and _minutes_of(time, "Time") != RTC_MINUTES


def _has_threshold(rule: Rule) -> bool:
    return "EventThreshold" in (_destination(rule, "Metrics") or {})


def _illegal_threshold(rule: Rule, _unused: Document) -> bool:
    return _has_threshold(rule) and _minutes_of(_destination(rule, "Metrics"), "EventThreshold") != RTC_MINUTES


def _statuses_differ(rule: Rule, _unused: Document) -> bool:
    time, metrics = _destination(rule, "ReplicationTime"), _destination(rule, "Metrics")
    return time is not None and metrics is not None and time["Status"] != metrics["Status"]


def _second_v1_destination(rule: Rule, document: Document) -> bool:
    name = destination_bucket(rule)
    return document.is_v1 and any(destination_bucket(other) != name for other in document.before(rule))


def _illegal_bucket_name(rule: Rule, _unused: Document) -> str | None:
    return None if _BUCKET_NAME.fullmatch(destination_bucket(rule)) else str(_destination(rule, "Bucket"))


# ---- the catalogue ------------------------------------------------------------------------------------------------

SCHEMA_CHECKS = (
    Check("MalformedXML", _MALFORMED, lambda rule, _all: "Prefix" in rule and "Filter" in rule),
    Check("MalformedXML", _MALFORMED, lambda rule, _all: "Prefix" not in rule and "Filter" not in rule),
    Check("MalformedXML", _MALFORMED, lambda rule, _all: len(rule.get("Filter") or {}) > 1),
    Check("MalformedXML", _MALFORMED, _too_few_in_and),
)

RULE_CHECKS = (
    Check("InvalidArgument", "The maximum size of a prefix is 1024", _long_prefix),
    Check("InvalidRequest", "Duplicate Tag Keys are not allowed.", _repeated_tag),
    Check("InvalidTag", "The TagKey or TagValue you have provided is invalid", _illegal_tag),
    # V1 or V2
    Check("InvalidRequest", "Priority cannot be used for " + _CRR_SCHEMA,
          lambda rule, document: document.is_v1 and "Priority" in rule),
    Check("InvalidRequest", "DeleteMarkerReplication cannot be used for " + _CRR_SCHEMA,
          lambda rule, document: document.is_v1 and "DeleteMarkerReplication" in rule),
    Check("InvalidRequest", "Priority must be specified for " + _CRR_SCHEMA,
          lambda rule, document: not document.is_v1 and "Priority" not in rule),
    Check("InvalidRequest", "DeleteMarkerReplication must be specified for " + _CRR_SCHEMA,
          lambda rule, document: not document.is_v1 and "DeleteMarkerReplication" not in rule),
    # The rule itself
    Check("InvalidArgument", "Rule Id cannot be greater than 255",
          lambda rule, _all: rule["ID"] if len(rule["ID"]) > 255 else None, "ID"),
    Check("InvalidArgument", "Rule Id must contain only ASCII characters",
          lambda rule, _all: None if rule["ID"].isascii() else rule["ID"], "ID"),
    Check("InvalidArgument", "Rule Id must be unique", _repeated_id, "ID"),
    Check("InvalidRequest", "Priority must be between 0 and 2147483647.",
          lambda rule, _all: not 0 <= rule.get("Priority", 0) <= 2147483647),
    Check("InvalidRequest", "Found duplicate priority {0}.", _repeated_priority),
    Check("InvalidRequest", "Delete marker replication is not supported if any Tag filter is specified. " + _GUIDE,
          lambda rule, _all: bool(_tags(rule)) and rule.get("DeleteMarkerReplication", {}).get("Status") == "Enabled"),
    Check("InvalidRequest", "SourceSelectionCriteria cannot be empty.",
          lambda rule, _all: rule.get("SourceSelectionCriteria") == {}),
    # The destination
    Check("InvalidArgument", "Invalid bucket ARN", _illegal_bucket_arn, "Bucket"),
    Check("InvalidArgument", "The specified bucket is not valid.", _illegal_bucket_name, "Bucket"),
    Check("InvalidRequest", "Destination bucket cannot be the same as the source bucket.",
          lambda rule, document: destination_bucket(rule) == document.bucket),
    Check("InvalidArgument", "The Account element is empty. It must contain a valid account ID.",
          lambda rule, _all: _destination(rule, "Account") == "", "Account"),
    Check("InvalidRequest", "Account must be specified if the Owner in AccessControlTranslation has a value",
          lambda rule, _all: "AccessControlTranslation" in (to := rule["Destination"]) and "Account" not in to),
    # Encryption
    Check("InvalidRequest", "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
          lambda rule, _all: "EncryptionConfiguration" in rule["Destination"]
          and _criteria(rule, "SseKmsEncryptedObjects") is None),
    Check("InvalidRequest", "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
          _no_replica_key),
    Check("InvalidArgument", "Invalid ReplicaKmsKeyID ARN.", _illegal_kms_arn, "ReplicaKmsKeyID"),
    # Replication Time Control and metrics
    Check("InvalidArgument", "Invalid time minute value", _illegal_time, "ReplicationTime"),
    Check("InvalidRequest", "Replication destination must contain both ReplicationTime and Metrics or neither.",
          lambda rule, _all: "ReplicationTime" in rule["Destination"] and "Metrics" not in rule["Destination"]),
    Check("InvalidArgument",
          "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled",
          lambda rule, _all: _has_threshold(rule) and not _time_is_on(rule), "Metrics"),
    Check("InvalidArgument", "Invalid event threshold minute value", _illegal_threshold, "ReplicationMetrics"),
    Check("InvalidArgument", "ReplicationMetrics must contain an event threshold",
          lambda rule, _all: _time_is_on(rule) and not _has_threshold(rule), "ReplicationMetrics"),
    Check("InvalidRequest", "ReplicationTime and ReplicationMetrics should have the same status", _statuses_differ),
)  # fmt: skip

V1_CHECKS = (
    Check("InvalidRequest", "ReplicaModifications cannot be used for " + _SCHEMA,
          lambda rule, document: document.is_v1 and _criteria(rule, "ReplicaModifications") is not None),
    Check("InvalidRequest", "ReplicationTime cannot be used for " + _SCHEMA,
          lambda rule, document: document.is_v1 and "ReplicationTime" in rule["Destination"]),
    Check("InvalidRequest", "Metrics cannot be used for " + _SCHEMA,
          lambda rule, document: document.is_v1 and "Metrics" in rule["Destination"]),
    Check("InvalidRequest", "Number of distinct destination bucket ARNs cannot exceed 1", _second_v1_destination),
)  # fmt: skip

DESTINATION_CHECKS = (
    Check("InvalidRequest", "Destination bucket must exist.",
          lambda rule, document: document.versioning_of(destination_bucket(rule)) is None),
    Check("InvalidRequest", "Destination bucket must have versioning enabled.",
          lambda rule, document: document.versioning_of(destination_bucket(rule)) != "Enabled"),
)  # fmt: skip
