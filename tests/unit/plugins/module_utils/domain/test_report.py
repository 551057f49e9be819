# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion, encode_key
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import (
    ReportError,
    ResultFile,
    parse_report_manifest,
    parse_report_rows,
    report_manifest_key,
)

# S3 User Guide, "Examples: S3 Batch Operations completion reports".
AWS_EXAMPLE: dict[str, Any] = {
    "Format": "Report_CSV_20180820",
    "ReportCreationDate": "2019-04-05T17:48:39.725Z",
    "Results": [
        {
            "TaskExecutionStatus": "succeeded",
            "Bucket": "my-job-reports",
            "MD5Checksum": "83b1c4cbe93fc893f54053697e10fd6e",
            "Key": "job-f8fb9d89-a3aa-461d-bddc-ea6a1b131955/results/6217b0fab0de85c408b4be96aeaca9b195a7daa5.csv",
        },
        {
            "TaskExecutionStatus": "failed",
            "Bucket": "my-job-reports",
            "MD5Checksum": "22ee037f3515975f7719699e5c416eaa",
            "Key": "job-f8fb9d89-a3aa-461d-bddc-ea6a1b131955/results/b2ddad417e94331e9f37b44f1faf8c7ed5873f2e.csv",
        },
    ],
    "ReportSchema": "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage",
}
KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=300)
MESSAGES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60).map(str.strip)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_report_of_the_user_guide_is_read() -> None:
    files = parse_report_manifest(json.dumps(AWS_EXAMPLE).encode())
    assert [file.task_status for file in files] == ["succeeded", "failed"]
    assert files[0] == ResultFile(
        "my-job-reports",
        "job-f8fb9d89-a3aa-461d-bddc-ea6a1b131955/results/6217b0fab0de85c408b4be96aeaca9b195a7daa5.csv",
        "83b1c4cbe93fc893f54053697e10fd6e",
        "succeeded",
    )


@given(cut=st.integers(min_value=0, max_value=len(json.dumps(AWS_EXAMPLE)) - 1))
def test_a_manifest_cut_anywhere_is_half_written(cut: int) -> None:
    with pytest.raises(ReportError):
        parse_report_manifest(json.dumps(AWS_EXAMPLE).encode()[:cut])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Format": "Report_CSV_20300101"}, "Report_CSV_20300101"),
        ({"Results": None}, "no Results"),
        ({"Results": [{"Bucket": "b"}]}, "without Bucket, Key and MD5Checksum"),
        ({"Results": ["x"]}, "without Bucket, Key and MD5Checksum"),
        ({"Results": [{**AWS_EXAMPLE["Results"][0], "MD5Checksum": "83b1"}]}, "half written"),
    ],
)
def test_manifests_that_are_none(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ReportError, match=told):
        parse_report_manifest(json.dumps({**AWS_EXAMPLE, **change}).encode())


@given(key=KEYS, message=MESSAGES, code_first=st.booleans())
@example(key='a,b"c\n#+% d', message='he said "no", twice\nand left', code_first=True)
@example(key="%41", message="", code_first=False)
def test_both_orders_give_the_same_result(key: str, message: str, code_first: bool) -> None:
    columns = ["SrcVersionNotFound", "500"] if code_first else ["500", "SrcVersionNotFound"]
    written = io.StringIO()
    csv.writer(written).writerow(["src", encode_key(key), "v1", "failed", *columns, message])
    [task] = parse_report_rows(rows(written.getvalue()))
    assert task.version == ObjectVersion("src", key, "v1")
    assert (task.succeeded, task.code, task.http_status, task.message) == (False, "SrcVersionNotFound", 500, message)


@pytest.mark.parametrize("columns", ["200,,success", ",200,success", "200,,Successful", ",,", "200,,"])
def test_success_in_every_form(columns: str) -> None:
    [task] = parse_report_rows(rows(f"src,a%20b,null,succeeded,{columns}\r\n"))
    assert task.succeeded and task.code == ""
    assert task.version == ObjectVersion("src", "a b", "null")


def test_the_lambda_example_of_the_user_guide_is_read() -> None:
    line = (
        'awsexamplebucket1,image_14975,,failed,200,PermanentFailure,"Lambda returned function error: '
        '{""errorMessage"":""2019-04-05T17:35:21.155Z Task timed out after 3.00 seconds""}"\n'
    )
    [task] = parse_report_rows(rows(line))
    assert (task.code, task.http_status) == ("PermanentFailure", 200)
    assert task.message.endswith('timed out after 3.00 seconds"}')


def test_commas_in_an_unquoted_message_belong_to_it() -> None:
    [task] = parse_report_rows(rows("src,k,v,failed,403,DstPutObjectNotPermitted,denied, as it seems\n"))
    assert task.message == "denied, as it seems"


@given(cut=st.integers(min_value=1, max_value=60))
def test_a_row_cut_before_its_last_column_is_half_written(cut: int) -> None:
    whole = "src,folder/a%20b,v1,failed,500,SrcKeyNotFound,"
    with pytest.raises(ReportError, match=r"row 2 has \d of 7 columns"):
        list(parse_report_rows(rows(f"src,first,v1,succeeded,200,,ok\n{whole[: min(cut, len(whole) - 1)]}")))


@pytest.mark.parametrize("line", [",k,v,failed,500,x,", "src,,v,failed,500,x,", "src,k,v,,500,x,"])
def test_a_row_that_names_nothing_is_half_written(line: str) -> None:
    with pytest.raises(ReportError, match="row 1"):
        list(parse_report_rows(rows(line)))


def test_a_key_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(ReportError, match="percent-encoded"):
        list(parse_report_rows(rows("src,%FF,v,succeeded,200,,")))


@pytest.mark.parametrize("version_id", ["", r"\N"])
def test_a_row_without_version_names_none(version_id: str) -> None:
    [task] = parse_report_rows(rows(f"src,k,{version_id},failed,500,SrcObjectNotFound,Object versionID is invalid\n"))
    assert task.version == ObjectVersion("src", "k", "")


@pytest.mark.parametrize(
    ("prefix", "key"),
    [
        ("", "job-1/manifest.json"),
        ("r/p", "r/p/job-1/manifest.json"),
        ("r/", "r//job-1/manifest.json"),
    ],
)
def test_where_the_report_is(prefix: str, key: str) -> None:
    assert report_manifest_key(prefix, "1") == key
