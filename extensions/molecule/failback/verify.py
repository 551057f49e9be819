# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic is back in us-east-1, and both sides hold the same versions."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

from shared import aws, failing_over


def test_everybody_says_the_same() -> None:
    pointer = failing_over.pointer()
    assert (pointer["active_region"], pointer["previous_region"]) == (aws.US, aws.EU)
    (arn,) = json.loads(pointer["settings"])["access_points"]
    assert failing_over.active_regions(arn) == {aws.US}


def test_what_failed_to_replicate_is_on_both_sides() -> None:
    there, here = aws.versions(failing_over.COPY, aws.EU), aws.versions(failing_over.SOURCE, aws.US)
    assert {key for key, _version in here} == {"left behind", "written meanwhile"}
    assert there == here


def test_the_file_names_what_was_missing_before() -> None:
    with Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"], "missing.csv").open(encoding="utf-8", newline="") as stream:
        rows = {(row["source"], row["kind"], row["key"]) for row in csv.DictReader(stream)}
    assert (failing_over.COPY, "missing_at_destination", "written meanwhile") in rows


def test_clients_may_write_there_again() -> None:
    s3 = aws.client("s3")
    assert aws.said(s3.get_bucket_policy, "Policy", Bucket=failing_over.SOURCE) is None
    s3.put_object(Bucket=failing_over.SOURCE, Key="again", Body=b"x")
