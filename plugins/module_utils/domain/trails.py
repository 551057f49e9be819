# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether CloudTrail trails log the management calls of S3 that change something, so that EventBridge tells of them.

Sources: CloudTrail User Guide, "Logging management events", "Filtering data events by using advanced event selectors"
(the fields of management events are eventCategory, readOnly and eventSource); EventBridge User Guide, "AWS service
events delivered via AWS CloudTrail": without a trail that is logging no event comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_CALL = {"eventCategory": "Management", "readOnly": "false", "eventSource": "s3.amazonaws.com"}
_TESTS: dict[str, Any] = {
    "Equals": lambda value, given: value in given,
    "NotEquals": lambda value, given: value not in given,
    "StartsWith": lambda value, given: value.startswith(tuple(given)),
    "NotStartsWith": lambda value, given: not value.startswith(tuple(given)),
    "EndsWith": lambda value, given: value.endswith(tuple(given)),
    "NotEndsWith": lambda value, given: not value.endswith(tuple(given)),
}


@dataclass(frozen=True)
class Trail:
    """A trail as it is seen from one Region.

    ``selectors`` are ``EventSelectors`` of GetEventSelectors, ``advanced`` its ``AdvancedEventSelectors``; a trail has
    one kind of them. ``unreadable`` says why a trail could not be looked at (one of the organization's, as a rule).
    """

    name: str
    logging: bool
    selectors: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    advanced: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    unreadable: str = ""

    @property
    def logs_writes(self) -> bool:
        """Whether its selectors take S3's management calls that change something, should it be logging."""
        if self.advanced:
            return any(_takes(selector.get("FieldSelectors") or ()) for selector in self.advanced)
        return any(
            selector.get("IncludeManagementEvents", True) and selector.get("ReadWriteType", "All") != "ReadOnly"
            for selector in self.selectors
        )


def delivering(trails: Sequence[Trail]) -> list[str]:
    """Give the names of the trails that make EventBridge tell of S3's changes."""
    return [trail.name for trail in trails if trail.logging and trail.logs_writes and not trail.unreadable]


def missing(trails: Sequence[Trail], region: str) -> str:
    """Say why no trail delivers and what to do; "" when one does."""
    if delivering(trails):
        return ""
    todo = (
        "Create a multi-Region trail that logs management events (write or all), or start the one that is there; "
        "without it EventBridge never tells of changed buckets"
    )
    if not trails:
        return f"There is no CloudTrail trail in {region}. {todo}"
    return f"No CloudTrail trail delivers S3's management events in {region}: {'; '.join(map(_why, trails))}. {todo}"


def _why(trail: Trail) -> str:
    if trail.unreadable:
        return f"{trail.name} could not be looked at ({trail.unreadable})"
    if not trail.logging:
        return f"{trail.name} is not logging"
    return f"{trail.name} does not log management events that write"


def _takes(fields: Sequence[Mapping[str, Any]]) -> bool:
    """All fields of a selector have to hold; one that we don't know of may leave calls out, so it does not count."""
    return bool(fields) and all(_holds(given) for given in fields)


def _holds(given: Mapping[str, Any]) -> bool:
    value = _CALL.get(str(given.get("Field")))
    if value is None:
        return False
    return all(test(value, given[name]) for name, test in _TESTS.items() if given.get(name))
