# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of lifecycle rules though they fit the schema.

S3 API Reference, PutBucketLifecycleConfiguration; S3 User Guide, "Lifecycle configuration elements" and "Transitioning
objects using Amazon S3 Lifecycle" (waterfall, minimum days). Texts are those that users report.
"""

from __future__ import annotations

import itertools
from typing import Any

from aws_lab.buckets.answers import Refusal, invalid, malformed
from aws_lab.buckets.rules import new_id

MOST_RULES = 1000
Rule = dict[str, Any]
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)
# The order in which objects may go down
_WATERFALL = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
_LEAST_DAYS = {"STANDARD_IA": 30, "ONEZONE_IA": 30}


def check(_unused: str, document: dict[str, Any]) -> None:
    """Refuse what S3 refuses; rules without an ID get one."""
    rules = document["Rules"]
    if not 1 <= len(rules) <= MOST_RULES:
        raise malformed()
    for rule in rules:
        rule["ID"] = rule.get("ID") or new_id()
        if len(rule["ID"]) > 255:
            raise invalid("ID length should not exceed allowed limit of 255")
    if len({rule["ID"] for rule in rules}) < len(rules):
        raise invalid("Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        _scope(rule)
        _actions(rule)


def _scope(rule: Rule) -> None:
    if ("Filter" in rule) == ("Prefix" in rule):
        raise malformed()
    found = rule.get("Filter") or {}
    if len(found) > 1 or (set(found) == {"And"} and len(_members(found["And"])) < 2):
        raise malformed()
    inner: Rule = found.get("And") or found
    tagged = bool(inner.get("Tags") or inner.get("Tag"))
    if tagged and "AbortIncompleteMultipartUpload" in rule:
        raise Refusal("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.")
    if tagged and "ExpiredObjectDeleteMarker" in rule.get("Expiration", {}):
        raise Refusal("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags.")
    low, high = inner.get("ObjectSizeGreaterThan"), inner.get("ObjectSizeLessThan")
    if low is not None and high is not None and low >= high:
        raise Refusal("InvalidRequest", "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")


def _members(both: dict[str, Any]) -> list[Any]:
    return [name for name, value in both.items() if name != "Tags" for _unused in (value,)] + list(
        both.get("Tags") or []
    )


def _actions(rule: Rule) -> None:
    if not any(action in rule for action in _ACTIONS):
        raise Refusal("InvalidRequest", "At least one action needs to be specified in a rule.")
    expiration = rule.get("Expiration")
    if expiration is not None and len(expiration) != 1:
        raise malformed()
    _positive((expiration or {}).get("Days"), "'Days' for Expiration action must be a positive integer")
    noncurrent = rule.get("NoncurrentVersionExpiration") or {}
    if "NoncurrentVersionExpiration" in rule and "NoncurrentDays" not in noncurrent:
        raise malformed()
    text = "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"
    _positive(noncurrent.get("NoncurrentDays"), text)
    for kept in [noncurrent, *(rule.get("NoncurrentVersionTransitions") or [])]:
        if not 1 <= kept.get("NewerNoncurrentVersions", 1) <= 100:
            raise invalid("'NewerNoncurrentVersions' must be a positive integer up to 100")
    abort = rule.get("AbortIncompleteMultipartUpload")
    text = "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer"
    _positive((abort or {}).get("DaysAfterInitiation"), text)
    _transitions(rule, expiration or {})


def _positive(days: int | None, message: str) -> None:
    if days is not None and days <= 0:
        raise invalid(message)


def _transitions(rule: Rule, expiration: dict[str, Any]) -> None:
    transitions = rule.get("Transitions") or []
    if any(("Days" in one) == ("Date" in one) or "StorageClass" not in one for one in transitions):
        raise malformed()
    dated = {"Date" in one for one in transitions} | {"Date" in expiration for _unused in expiration}
    if len(dated) > 1 and "ExpiredObjectDeleteMarker" not in expiration:
        prefix = rule.get("Prefix") or ""
        message = (
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for "
            f"prefix '{prefix}'"
        )
        raise Refusal("InvalidRequest", message)
    _ordered([(one["StorageClass"], one["Days"]) for one in transitions if "Days" in one], "Days", "Transition")
    last = max((one["Days"] for one in transitions if "Days" in one), default=-1)
    if "Days" in expiration and expiration["Days"] <= last:
        message = "'Days' in the Expiration action for filter must be greater than 'Days' in the Transition action"
        raise invalid(message)
    older = rule.get("NoncurrentVersionTransitions") or []
    if any("NoncurrentDays" not in one or "StorageClass" not in one for one in older):
        raise malformed()
    _ordered([(one["StorageClass"], one["NoncurrentDays"]) for one in older], "NoncurrentDays", "NoncurrentVersion")


def _ordered(steps: list[tuple[str, int]], unit: str, action: str) -> None:
    if len({storage_class for storage_class, _unused in steps}) < len(steps):
        raise Refusal("InvalidRequest", f"'StorageClass' must be different for '{action}' actions in same 'Rule'")
    for storage_class, days in steps:
        if days < _LEAST_DAYS.get(storage_class, 0):
            raise invalid(
                f"'{unit}' in {action} action must be greater than or equal to 30 for storageClass '{storage_class}'"
            )
    ordered = sorted(steps, key=lambda step: _WATERFALL.index(step[0]))
    for (above, sooner), (below, later) in itertools.pairwise(ordered):
        if later <= sooner:
            raise invalid(
                f"'{unit}' in the '{action}' action for StorageClass '{below}' must be greater than "
                f"'{unit}' in the '{action}' action for StorageClass '{above}'"
            )
