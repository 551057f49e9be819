# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_verdicts as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Finding, Window
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import Look
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import NEW, OLD, entry, marker

OTHER = {"etag": "e2"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {}, kinds.EQUAL),
        ({"etag": "a-2"}, {"etag": "a-2"}, kinds.EQUAL),
        ({}, {"size": 4}, kinds.SIZE),
        ({"size": 4, "etag": "e"}, {"etag": "e"}, kinds.SIZE),
        ({}, OTHER, kinds.ETAG_QUESTION),
        ({}, {"etag": "e2-2"}, kinds.ETAG_NOT_COMPARABLE),
        ({"etag": "a-3"}, {"etag": "b-3"}, kinds.ETAG_NOT_COMPARABLE),
        ({"etag": ""}, {}, kinds.ETAG_NOT_COMPARABLE),
        ({"etag": ""}, {"etag": ""}, kinds.ETAG_NOT_COMPARABLE),
        ({"version_id": "null", "etag": "a-3"}, {"version_id": "null"}, kinds.ETAG_NOT_COMPARABLE),
        ({"version_id": "null", "etag": "a-3"}, {"version_id": "null", "modified": NEW}, kinds.UNPROVEN),
        ({"encryption": "SSE-S3"}, {**OTHER, "encryption": "NOT-SSE"}, kinds.ETAG),
        ({"encryption": "SSE-S3"}, {**OTHER, "encryption": "SSE-KMS"}, kinds.ETAG_NOT_COMPARABLE),
        ({"encryption": "SSE-S3"}, OTHER, kinds.ETAG_QUESTION),
    ],
)
def test_two_versions_of_one_id(one: dict[str, Any], other: dict[str, Any], expected: str) -> None:
    assert kinds.of_match(entry(**one), entry(**other)) == expected
    assert kinds.of_match(entry(**other), entry(**one)) == expected


def test_a_delete_marker_is_like_another_and_like_no_object() -> None:
    assert kinds.of_match(marker(), marker(modified=NEW)) == kinds.EQUAL
    assert kinds.of_match(marker(), entry()) == kinds.KIND


def test_both_ends_of_the_window_belong_to_it() -> None:
    for window, old, new in (
        (Window(), True, True),
        (Window(since=NEW), False, True),
        (Window(until=OLD), True, False),
        (Window(since=OLD, until=NEW), True, True),
    ):
        assert (window.has(entry(modified=OLD)), window.has(entry(modified=NEW))) == (old, new)
    assert Window().open
    assert not Window(until=OLD).open


GONE, DENIED = Look(there=False), Look(known=False)


@pytest.mark.parametrize(
    ("own", "other", "kind", "status"),
    [
        (GONE, None, kinds.CHANGED_MEANWHILE, ""),
        (Look(status="COMPLETED"), Look(), kinds.CHANGED_MEANWHILE, ""),
        (Look(status="COMPLETED"), GONE, kinds.MISSING, "COMPLETED"),
        (Look(status="COMPLETED"), DENIED, kinds.MISSING, "COMPLETED"),
        (Look(status="PENDING"), None, kinds.MISSING, "PENDING"),
        (Look(status="FAILED"), None, kinds.MISSING, "FAILED"),
        (Look(status="NONE"), None, kinds.MISSING, "NONE"),
        (DENIED, GONE, kinds.MISSING, "UNKNOWN"),
        (DENIED, Look(), kinds.CHANGED_MEANWHILE, ""),
    ],
)
def test_a_missing_version_that_was_looked_at(own: Look, other: Look | None, kind: str, status: str) -> None:
    found = verdicts.of_one_sided(Finding(kinds.MISSING, entry(), None), own, other)
    assert (found.kind, found.status) == (kind, status)
    assert found.why


def test_the_other_side_is_asked_again_only_where_the_answer_may_be_another() -> None:
    object_, deleted = Finding(kinds.MISSING, entry(), None), Finding(kinds.MISSING_MARKER, marker(), None)
    asked = {status: verdicts.asks_other_side(object_, Look(status=status)) for status in verdicts.STATUSES}
    assert [status for status, yes in asked.items() if yes] == ["COMPLETED", "REPLICA"]
    assert verdicts.asks_other_side(object_, DENIED)
    assert verdicts.asks_other_side(deleted, Look())
    assert not verdicts.asks_other_side(deleted, GONE)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("AES256", "AES256", kinds.ETAG),
        ("NONE", "AES256", kinds.ETAG),
        ("AES256", "aws:kms", kinds.ETAG_NOT_COMPARABLE),
        ("aws:kms:dsse", "aws:kms:dsse", kinds.ETAG_NOT_COMPARABLE),
        ("", "AES256", kinds.ETAG_NOT_COMPARABLE),
    ],
)
def test_different_etags_after_a_look(one: str, other: str, kind: str) -> None:
    question = Finding(kinds.ETAG_QUESTION, entry(), entry(**OTHER))
    assert verdicts.of_question(question, Look(encryption=one), Look(encryption=other)).kind == kind


def test_a_question_whose_version_is_gone_and_one_that_nobody_looks_at() -> None:
    question = Finding(kinds.ETAG_QUESTION, entry(), entry(**OTHER))
    assert verdicts.of_question(question, Look(), GONE).kind == kinds.CHANGED_MEANWHILE
    assert verdicts.explained(question).kind == kinds.ETAG_NOT_COMPARABLE


def test_every_kind_and_status_is_explained() -> None:
    for status in verdicts.STATUSES:
        assert verdicts.explained(Finding(kinds.MISSING, entry(), None), status).why
        assert verdicts.explained(Finding(kinds.EXTRA, None, entry()), status).why
    assert verdicts.explained(Finding(kinds.MISSING, entry(status="FAILED"), None)).status == "FAILED"
    assert verdicts.explained(Finding(kinds.UNPROVEN, entry(), entry())).why
