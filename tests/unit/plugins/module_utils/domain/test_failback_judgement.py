# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import compare_kinds as kinds
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failback_judgement import judged

US, EU = "us-east-1", "eu-west-1"


def row(kind: str, key: str = "a") -> dict[str, Any]:
    return {"kind": kind, "key": key, "version_id": "v", "modified": "m", "status": None, "why": None}


def pair(back: bool = True, missing: int = 0, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    us, eu = {"bucket": "in-us", "region": US}, {"bucket": "in-eu", "region": EU}
    sides = {"source": eu, "destination": us} if back else {"source": us, "destination": eu}
    counts = dict.fromkeys(kinds.ALL, 0)
    for one in rows:
        counts[one["kind"]] += 1
    return {**sides, "error": None, "missing": missing, "counts": counts, "differences": list(rows), **more}


def test_both_sides_equal() -> None:
    found = judged({"pairs": [pair(), pair(back=False)]}, [US, EU])
    assert (found["equal"], found["lines"], found["named"], found["cut"]) == (True, [], [], False)


def test_what_the_region_that_takes_over_lacks_is_named() -> None:
    lost = {**row(kinds.MISSING), "status": "FAILED", "why": "it failed"}
    found = judged({"pairs": [pair(True, 1, lost), pair(False, 3, *[row(kinds.MISSING)] * 3)]}, [US])
    assert (found["equal"], found["missing"], found["unlike"], found["cut"]) == (False, 1, 0, False)
    assert found["lines"] == ["a (v): missing at destination, in-eu -> in-us, FAILED: it failed"]
    assert found["counts"] == "1 versions are missing, 0 differ, 0 comparisons failed"


@pytest.mark.parametrize("kind", [kinds.SIZE, kinds.ETAG, kinds.KIND, kinds.LATEST, kinds.UNPROVEN])
def test_what_both_sides_have_and_is_not_the_same_counts_once(kind: str) -> None:
    found = judged({"pairs": [pair(True, 0, row(kind)), pair(False, 0, row(kind))]}, [US, EU])
    assert (found["equal"], found["unlike"], len(found["named"]), found["cut"]) == (False, 1, 1, False)


@pytest.mark.parametrize("kind", [kinds.EXTRA, kinds.EXTRA_MARKER, kinds.OTHER_ID, kinds.MARKER_NOT_REPLICATED])
def test_what_is_no_loss_speaks_not_against_it(kind: str) -> None:
    found = judged({"pairs": [pair(True, 0, row(kind))]}, [US])
    assert (found["equal"], found["named"]) == (True, [])


def test_what_could_not_be_compared_speaks_against_it_wherever_it_is() -> None:
    found = judged({"pairs": [pair(), pair(back=False, error="denied")]}, [US])
    assert (found["equal"], found["lines"]) == (False, ["in-us -> in-eu: denied"])
    assert judged({"msg": "no such bucket"}, [US])["lines"] == ["no such bucket"]
    assert judged({}, [US])["equal"] is False


def test_names_that_are_cut_are_said_to_be() -> None:
    found = judged({"pairs": [pair(True, 5, row(kinds.MISSING))]}, [US])
    assert (found["cut"], found["lines"][-1]) == (True, "more are not named here, see failback_missing_file")
    many = [row(kinds.MISSING, str(number)) for number in range(30)]
    told = judged({"pairs": [pair(True, 30, *many)]}, [US])
    assert (told["cut"], len(told["named"]), len(told["lines"])) == (False, 30, 21)
