# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import canary_verdict as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import Measure
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_verdict import Seen, judge
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Destination, Rule

PAIR = AskedPair("src", "us-east-1", "dr", "eu-west-1")


def measure(kms: str | None = None, acting: str = "r") -> Measure:
    return Measure(PAIR, Rule("r", Destination("dr", replica_kms_key_id=kms)), acting)


@pytest.mark.parametrize(
    "seen, elsewhere, elapsed, verdict",
    [
        ({"replica_after": 1.0, "source_status": "COMPLETED"}, False, 2, "replicated"),
        ({"replica_after": 1.0, "source_status": "PENDING"}, False, 2, None),
        ({"replica_after": 1.0, "source_status": "PENDING"}, False, 30, "timed_out"),
        ({"source_status": "COMPLETED"}, False, 2, None),
        ({"source_status": ""}, False, 30, "timed_out"),
        ({"source_status": "FAILED", "failed_after": 1.0}, False, 1, "failed"),
        ({"source_status": "FAILED", "failed_after": 1.0, "replica_after": 1.0}, False, 1, "failed"),
        # Another destination's failure: the replica may still come here.
        ({"source_status": "FAILED", "failed_after": 1.0}, True, 2, None),
        ({"source_status": "FAILED", "failed_after": 1.0}, True, 20, "failed"),
        ({"source_status": "FAILED", "failed_after": 1.0, "replica_after": 3.0}, True, 3, "replicated"),
        # Nor does it have to wait for another destination.
        ({"source_status": "PENDING", "replica_after": 3.0}, True, 3, "replicated"),
        ({"gone": True}, False, 1, "failed"),
        ({"gone": True, "replica_after": 1.0}, False, 1, "replicated"),
        ({"silent": {"eu-west-1": 2}}, False, 1, None),
        ({"silent": {"eu-west-1": 3}}, False, 1, "unreachable"),
        ({"silent": {"eu-west-1": 1}}, False, 30, "unreachable"),
        ({"silent": {"us-east-1": 3}, "replica_after": 1.0, "source_status": "PENDING"}, False, 5, "replicated"),
        ({"error": "denied"}, False, 1, "could_not_read"),
    ],
)
def test_what_comes_of_what_is_seen(seen: dict[str, Any], elsewhere: bool, elapsed: float, verdict: str | None) -> None:
    assert judge(Seen(**seen), elsewhere, elapsed, 30) == verdict


@given(
    st.builds(
        Seen,
        source_status=st.sampled_from(["", "PENDING", "COMPLETED", "FAILED", "REPLICA"]),
        gone=st.booleans(),
        replica_after=st.none() | st.floats(0, 99),
        failed_after=st.none() | st.floats(0, 99),
        silent=st.dictionaries(st.sampled_from(["us-east-1", "eu-west-1"]), st.integers(0, 5)),
        error=st.none() | st.just("no"),
    ),
    st.booleans(),
    st.floats(0, 200),
)
def test_time_always_ends_it_and_nothing_is_replicated_that_was_not_seen(
    seen: Seen, elsewhere: bool, elapsed: float
) -> None:
    verdict = judge(seen, elsewhere, elapsed, 100)
    assert verdict is not None or elapsed < 100
    if verdict == verdicts.REPLICATED:
        assert seen.replica_after is not None
    if verdict is not None:
        assert verdicts.told(verdict, seen, measure(), "key", elapsed)


@pytest.mark.parametrize(
    "encryption, kms, acting, never",
    [
        ("AES256", None, "r", False),
        ("aws:kms", None, "r", True),
        ("aws:kms:dsse", None, "r", True),
        ("aws:kms", "arn:replica", "r", False),
        ("aws:kms", None, "stronger", False),
    ],
)
def test_objects_that_the_rule_does_not_select_are_told_at_once(
    encryption: str, kms: str | None, acting: str, never: bool
) -> None:
    told = verdicts.never_replicated(measure(kms, acting), encryption)
    assert (told is not None) == never
    assert told is None or "replica_kms_key_id" in told


def test_messages_name_the_object_and_what_was_found() -> None:
    late = verdicts.told("timed_out", Seen("PENDING"), measure(), "k", 30)
    assert late.startswith("s3://src/k: it is not in dr after 30 seconds, and its status is PENDING")
    none = verdicts.told("timed_out", Seen(""), measure(), "k", 30)
    assert "S3 shows no replication status of it" in none
    lost = verdicts.told("unreachable", Seen(silent={"eu-west-1": 3, "us-east-1": 0}), measure(), "k", 3)
    assert lost.startswith("Region eu-west-1 does not answer")
    other = verdicts.told("replicated", Seen("FAILED", replica_after=2.0), measure(), "k", 3)
    assert "after 2.0 seconds; its status is FAILED, so another destination" in other


def test_advice_is_the_remedy_of_the_reason_or_where_the_reason_is() -> None:
    assert "Enable versioning" in verdicts.advice("DstBucketUnversioned")
    assert "aws_dr.s3.replication_failure_info" in verdicts.advice(None)
