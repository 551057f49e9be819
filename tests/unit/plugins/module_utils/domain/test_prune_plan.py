# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureRecord
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.prune_plan import (
    Outcome,
    Tally,
    Verdict,
    decide,
    outcome_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import REASONS
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import TaskResult

BEFORE, BEGAN, AFTER = "2024-09-05T21:00:00.000Z", "2024-09-05T21:00:00.001Z", "2024-09-05T21:00:00.002Z"
RECORD = FailureRecord(
    bucket="src",
    rule_id="to-dr",
    object_key="k",
    version_id="v",
    destination="dst",
    reason="DstPutObjectNotPermitted",
    first_failed_at=BEFORE,
    last_failed_at=BEFORE,
    failures=1,
    operation="OBJECT_PUT",
)
DONE = Outcome(0, True, "", 200, "success")


def failed(code: str, http_status: int = 500) -> Outcome:
    return Outcome(0, False, code, http_status, "")


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (None, Verdict.NOT_IN_REPORT),
        (DONE, Verdict.SUCCEEDED),
        (failed("SrcReplicationNotPending"), Verdict.ALREADY_REPLICATED),
        (failed("SrcKeyNotFound"), Verdict.OBSOLETE),
        (failed("SrcObjectNotFound"), Verdict.OBSOLETE),
        (failed("SrcVersionNotFound"), Verdict.OBSOLETE),
        (failed("NoSuchKey", 404), Verdict.OBSOLETE),
        (failed("NoSuchVersion", 404), Verdict.OBSOLETE),
        (failed("MethodNotAllowed", 405), Verdict.OBSOLETE),
        (failed("MethodNotAllowed", 403), Verdict.FAILED),
        # No proof that the source is gone:
        (failed("", 404), Verdict.FAILED),
        (failed("DstBucketNotFound", 404), Verdict.FAILED),
        (failed("NoSuchBucket", 404), Verdict.FAILED),
        (failed("SrcBucketNotFound", 404), Verdict.FAILED),
        (failed("DstVersionNotFound", 404), Verdict.FAILED),
        (failed("PermanentFailure", 200), Verdict.FAILED),
        (failed("SomethingNew2031"), Verdict.FAILED),
    ],
)
def test_verdicts(outcome: Outcome | None, verdict: Verdict) -> None:
    assert decide(RECORD, outcome, BEGAN) is verdict


def test_of_aws_s_codes_exactly_four_remove() -> None:
    removing = {code for code in REASONS if decide(RECORD, failed(code), BEGAN).removes}
    assert removing == {"SrcKeyNotFound", "SrcObjectNotFound", "SrcVersionNotFound", "SrcReplicationNotPending"}


@pytest.mark.parametrize("operation", ["OBJECT_DELETE", "DeleteMarkerCreated", None])
def test_a_delete_marker_that_failed_to_replicate_stays(operation: str | None) -> None:
    record = replace(RECORD, operation=operation)
    assert decide(record, failed("MethodNotAllowed", 405), BEGAN) is Verdict.FAILED


@given(
    outcome=st.sampled_from([DONE, failed("SrcKeyNotFound"), failed("SrcReplicationNotPending"), failed("X"), None]),
    again=st.sampled_from([BEGAN, AFTER]),
)
def test_what_failed_again_is_never_removed(outcome: Outcome | None, again: str) -> None:
    assert not decide(replace(RECORD, last_failed_at=again, failures=2), outcome, BEGAN).removes


def test_failing_again_is_told_apart_from_having_failed() -> None:
    record = replace(RECORD, last_failed_at=AFTER)
    assert decide(record, DONE, BEGAN) is Verdict.FAILED_AGAIN
    assert decide(record, failed("X"), BEGAN) is Verdict.FAILED
    assert decide(record, None, BEGAN) is Verdict.NOT_IN_REPORT


def test_an_outcome_keeps_what_the_report_says() -> None:
    task = TaskResult(ObjectVersion("src", "k", "v"), False, "X", 503, "slow")
    assert outcome_of(3, task) == Outcome(3, False, "X", 503, "slow")


def test_the_tally_tells_what_remains_and_what_helps() -> None:
    tally = Tally()
    tally.count(RECORD, Verdict.SUCCEEDED, DONE)
    tally.count(RECORD, Verdict.FAILED, failed("DstKmsKeyNotFound"))
    tally.count(RECORD, Verdict.FAILED, failed("DstKmsKeyNotFound"))
    tally.count(RECORD, Verdict.FAILED, failed(""))
    tally.count(replace(RECORD, rule_id="other"), Verdict.FAILED_AGAIN, DONE)
    tally.count(RECORD, Verdict.NOT_IN_REPORT, None)
    result = tally.as_result()
    assert result["removed"] == {"succeeded": 1, "obsolete": 0, "already_replicated": 0}
    assert result["kept"] == {"failed": 3, "failed_again": 1, "not_in_report": 1}
    told = [(entry["rule_id"], entry["reason"], entry["count"]) for entry in result["remaining"]]
    assert told == [
        ("other", "DstPutObjectNotPermitted", 1),
        ("to-dr", "DstKmsKeyNotFound", 2),
        ("to-dr", "DstPutObjectNotPermitted", 2),
    ]
    assert all(entry["remedy"] and entry["cause"] for entry in result["remaining"])
