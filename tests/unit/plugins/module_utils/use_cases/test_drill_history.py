# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.drill_history import Shared, keep

from .fake_aws import client_error

ONE = {"scenario": "canary", "passed": True, "started_at": "2026-01-02T03:04:05Z", "seconds": 3}
TWO = {**ONE, "started_at": "2026-01-03T03:04:05Z", "seconds": 5}


class Bucket:
    """One object, with conditional writes; ``rivals`` write before us so many times."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.rivals = 0

    def get_object(self, **_request: Any) -> dict[str, Any]:
        """As S3."""
        if self.content is None:
            raise client_error("NoSuchKey", "GetObject", status=404)
        return {"Body": io.BytesIO(self.content), "ETag": str(len(self.content))}

    def put_object(self, **request: Any) -> dict[str, Any]:
        """As S3."""
        if self.rivals:
            self.rivals -= 1
            rival = {**ONE, "scenario": f"rival-{self.rivals}"}
            self.content = (self.content or b"") + json.dumps(rival, sort_keys=True).encode() + b"\n"
        there = str(len(self.content)) if self.content is not None else None
        if request.get("IfMatch", there) != there or (request.get("IfNoneMatch") and there):
            raise client_error("PreconditionFailed", "PutObject", status=412)
        self.content = request["Body"]
        return {}


def shared(bucket: Bucket) -> Shared:
    """The object."""
    return Shared(bucket, "reports", "drills.jsonl", "111122223333")


def test_kept_once_in_both_places(tmp_path: Path) -> None:
    file, bucket = tmp_path / "drills.jsonl", Bucket()
    told = keep([ONE], str(file), shared(bucket), check_mode=True)
    assert told.changed and not file.exists() and bucket.content is None
    assert keep([ONE], str(file), shared(bucket), check_mode=False).changed
    assert not keep([ONE], str(file), shared(bucket), check_mode=False).changed
    done = keep([TWO], str(file), shared(bucket), check_mode=False)
    assert done.results["kept"] == 2 and done.results["trends"]["canary"]["figures"]["seconds"]["max"] == 5.0
    assert file.read_bytes() == bucket.content and file.read_text().count("\n") == 2
    assert not keep([], None, None, check_mode=False).changed


def test_a_line_that_was_cut_off_spoils_nothing(tmp_path: Path) -> None:
    file = tmp_path / "drills.jsonl"
    file.write_text('{"scenario": "can')
    keep([ONE], str(file), None, check_mode=False)
    assert file.read_text().split("\n")[0] == '{"scenario": "can'
    assert keep([], str(file), None, check_mode=False).results["kept"] == 1


def test_two_controllers_lose_nothing() -> None:
    bucket = Bucket()
    bucket.rivals = 3
    keep([ONE], None, shared(bucket), check_mode=False)
    assert bucket.content is not None and bucket.content.count(b"\n") == 4
    bucket.rivals = 20
    with pytest.raises(ToldError, match="written by others 8 times"):
        keep([TWO], None, shared(bucket), check_mode=False)


def test_places_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    with pytest.raises(ToldError, match="there is no directory"):
        keep([ONE], str(tmp_path / "no" / "x"), None, check_mode=True)
    with pytest.raises(ToldError, match="can't be read"):
        keep([ONE], str(tmp_path), None, check_mode=True)
    with pytest.raises(RefusedError, match="result 1"):
        keep([{}], None, None, check_mode=True)
