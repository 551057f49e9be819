# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.compare_options import compare_task
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError

SIDE = {"account_id": None, "inventory": None}
PAIR: dict[str, Any] = {
    "source": {"bucket": "invoices", "region": "us-east-1", **SIDE},
    "destination": {"bucket": "invoices-dr", "region": "eu-west-1", **SIDE},
    "prefix": "",
    "delete_marker_replication": None,
}
OPTIONS: dict[str, Any] = {
    "pairs": [PAIR],
    "key_prefix": [],
    "versions": "all",
    "since": None,
    "older_than": 0,
    "head": True,
    "max_heads": 10,
    "max_listed": 5,
    "output": None,
    "concurrency": 32,
}


def test_a_task_is_made_of_the_options() -> None:
    task = compare_task({**OPTIONS, "since": "2026-11-21T11:00:00+01:00", "versions": "current", "key_prefix": ["a"]})
    assert (task.since, task.current, task.key_prefixes) == ("2026-11-21T10:00:00.000Z", True, ["a"])
    assert (task.max_heads, task.max_listed, task.concurrency) == (10, 5, 32)
    assert (task.pairs[0].source.bucket, task.pairs[0].destination.region) == ("invoices", "eu-west-1")
    assert compare_task({**OPTIONS, "head": False}).max_heads == 0


def test_all_problems_are_told_together() -> None:
    bad = {
        **PAIR,
        "source": {"bucket": "A", "region": "us-east", "account_id": "1", "inventory": "http://x"},
        "destination": {**PAIR["destination"], "bucket": "A"},
    }
    options = {**OPTIONS, "pairs": [PAIR, bad], "since": "soon", "older_than": -1, "max_listed": -2, "output": "s3://x"}
    with pytest.raises(RefusedError) as refused:
        compare_task(options)
    told = "\n".join(refused.value.problems)
    for part in (
        "pair 2 (A -> A): source.bucket 'A' is not",
        "source.region 'us-east' is not",
        "source.account_id '1' is not",
        "source.inventory 'http://x' is not",
        "destination.bucket 'A' is not",
        "are the same bucket",
        "since 'soon' is no time",
        "older_than is -1",
        "max_listed is -2",
        "output 's3://x' is not",
    ):
        assert part in told
    assert len(refused.value.problems) == 10


def test_no_pairs() -> None:
    with pytest.raises(RefusedError, match="pairs is empty"):
        compare_task({**OPTIONS, "pairs": []})
