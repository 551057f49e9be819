# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.aws_dr.s3.plugins.doc_fragments import failure_selection, ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.failure_options import (
    ledger_spec,
    selection_from,
    selection_spec,
)

NOTHING: dict[str, Any] = {
    "rule_id": [],
    "destination": [],
    "reason": [],
    "status": [],
    "key_prefix": "",
    "failed_after": None,
    "failed_before": None,
}


def test_nothing_asked_selects_everything() -> None:
    assert selection_from(NOTHING, None) == Selection()


def test_options_become_a_selection() -> None:
    params = {
        "rule_id": ["to-dr"],
        "destination": ["dst", "arn:aws:s3:::dst-2", "arn:aws-cn:s3:::dst-3"],
        "reason": ["DstBucketNotFound"],
        "status": ["pending", "failed_again"],
        "key_prefix": "logs/ü",
        "failed_after": "2026-03-01",
        "failed_before": "2026-03-02T01:00:00+01:00",
    }
    assert selection_from(params, "src") == Selection(
        bucket="src",
        rule_ids=("to-dr",),
        destinations=("dst", "dst-2", "dst-3"),
        reasons=("DstBucketNotFound",),
        statuses=("pending", "failed_again"),
        key_prefix="logs/ü",
        failed_after="2026-03-01T00:00:00.000Z",
        failed_before="2026-03-02T00:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"failed_after": "soon"}, "failed_after is 'soon'"),
        ({"failed_before": "2026-02-30"}, "failed_before is '2026-02-30'"),
        ({"failed_after": "2026-03-01", "failed_before": "2026-03-01"}, "no failure can match"),
        ({"rule_id": [""]}, "rule_id holds an empty name"),
        ({"reason": ["a", ""]}, "reason holds an empty name"),
        ({"key_prefix": "é" * 513}, "key_prefix is longer"),
    ],
)
def test_what_cannot_be_right_is_told(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        selection_from({**NOTHING, **wrong}, "src")


def test_all_problems_are_told_together() -> None:
    with pytest.raises(RefusedError) as caught:
        selection_from({**NOTHING, "failed_after": "x", "failed_before": "y", "rule_id": [""]}, None)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(("fragment", "spec"), [(failure_selection, selection_spec), (ledger, ledger_spec)])
def test_the_documentation_mirrors_the_options(fragment: Any, spec: Any) -> None:
    documented = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    for name, option in spec().items():
        told = {key: value for key, value in documented.pop(name).items() if key != "description"}
        assert told == {key: value for key, value in option.items() if key != "no_log"}
    assert documented == {}
