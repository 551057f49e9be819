# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.trails import Trail, delivering, missing


def advanced(*fields: tuple[str, str, list[str]]) -> list[dict[str, Any]]:
    """One advanced selector: (field, test, values) each."""
    return [{"FieldSelectors": [{"Field": field, test: values} for field, test, values in fields]}]


MANAGEMENT = ("eventCategory", "Equals", ["Management"])


@pytest.mark.parametrize(
    ("selectors", "logs"),
    [
        ([{"ReadWriteType": "All", "IncludeManagementEvents": True}], True),
        ([{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}], True),
        ([{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}], False),
        ([{"ReadWriteType": "All", "IncludeManagementEvents": False}], False),
        ([{"IncludeManagementEvents": False}, {"ReadWriteType": "WriteOnly"}], True),
        ([], False),
    ],
)
def test_basic_selectors(selectors: list[dict[str, Any]], logs: bool) -> None:
    assert Trail("t", True, selectors).logs_writes is logs


@pytest.mark.parametrize(
    ("selectors", "logs"),
    [
        (advanced(MANAGEMENT), True),
        (advanced(MANAGEMENT, ("readOnly", "Equals", ["false"])), True),
        (advanced(MANAGEMENT, ("readOnly", "Equals", ["true"])), False),
        (advanced(MANAGEMENT, ("eventSource", "NotEquals", ["kms.amazonaws.com"])), True),
        (advanced(MANAGEMENT, ("eventSource", "NotEquals", ["s3.amazonaws.com"])), False),
        (advanced(MANAGEMENT, ("eventSource", "StartsWith", ["s3."])), True),
        (advanced(MANAGEMENT, ("eventSource", "NotStartsWith", ["s3."])), False),
        (advanced(MANAGEMENT, ("sessionCredentialFromConsole", "Equals", ["true"])), False),
        (advanced(("eventCategory", "Equals", ["Data"])), False),
        ([{"FieldSelectors": []}], False),
    ],
)
def test_advanced_selectors(selectors: list[dict[str, Any]], logs: bool) -> None:
    assert Trail("t", True, (), selectors).logs_writes is logs


def test_what_is_missing_is_told_for_every_trail() -> None:
    good = Trail("good", True, [{"ReadWriteType": "All"}])
    stopped = Trail("stopped", False, [{"ReadWriteType": "All"}])
    reads = Trail("reads", True, [{"ReadWriteType": "ReadOnly"}])
    foreign = Trail("foreign", False, unreadable="AccessDenied")
    assert (delivering([stopped, good]), missing([stopped, good], "us-east-1")) == (["good"], "")
    told = missing([stopped, reads, foreign], "us-east-1")
    assert "stopped is not logging; reads does not log management events that write; foreign could not be" in told
    assert missing([], "us-east-1").startswith("There is no CloudTrail trail in us-east-1. Create")
