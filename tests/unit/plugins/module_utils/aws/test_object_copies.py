# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.object_copies import Copy, OvertakenError, copy, versions_of

HEAD = {"ETag": '"e"', "ContentLength": 25, "TagCount": 1}
WHAT = Copy("b", "k", "old/k", "v1", HEAD, {"Metadata": {"m": "1"}}, '"now"')
SOURCE = {"Bucket": "b", "Key": "old/k", "VersionId": "v1"}
NAMED = {"Bucket": "b", "Key": "k"}


def client() -> Any:
    return boto3.client("s3", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def s3() -> Any:
    return client()


with_conditions = pytest.mark.skipif(
    "IfMatch" not in client().meta.service_model.operation_model("CopyObject").input_shape.members,
    reason="this botocore is older than S3's conditional copies",
)


def nothing() -> None:
    """The mark is renewed elsewhere."""


def in_parts(
    stub: Stubber, ends: Callable[[Stubber], None], tags: tuple[dict[str, str], ...] = ({"Key": "t", "Value": "a b"},)
) -> None:
    stub.add_response("get_object_tagging", {"TagSet": list(tags)}, {"Bucket": "b", "Key": "old/k", "VersionId": "v1"})
    head = {"Bucket": "b", "Key": "old/k", "VersionId": "v1", "ChecksumMode": "ENABLED"}
    stub.add_response("head_object", {"ChecksumSHA256": "s", "ChecksumType": "COMPOSITE"}, head)
    made = {**NAMED, "Metadata": {"m": "1"}, "ChecksumAlgorithm": "SHA256", "ChecksumType": "COMPOSITE"}
    stub.add_response("create_multipart_upload", {"UploadId": "u"}, {**made, **({"Tagging": "t=a+b"} if tags else {})})
    for number, span in ((1, "bytes=0-9"), (2, "bytes=10-19"), (3, "bytes=20-24")):
        part = {"PartNumber": number, "CopySource": SOURCE, "CopySourceIfMatch": '"e"', "CopySourceRange": span}
        answer = {"CopyPartResult": {"ETag": f'"p{number}"', "ChecksumSHA256": f"c{number}"}}
        stub.add_response("upload_part_copy", answer, {**NAMED, "UploadId": "u", **part})
    ends(stub)


def parts() -> list[dict[str, Any]]:
    return [{"PartNumber": one, "ETag": f'"p{one}"', "ChecksumSHA256": f"c{one}"} for one in (1, 2, 3)]


def serially(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stub answers in order."""
    where = "ansible_collections.aws_dr.s3.plugins.module_utils.aws.object_copies._PARTS_AT_ONCE"
    monkeypatch.setattr(where, 1)


@pytest.mark.parametrize("tagged", [True, False])
def test_a_large_object_is_copied_in_parts(s3: Any, monkeypatch: pytest.MonkeyPatch, tagged: bool) -> None:
    serially(monkeypatch)
    done = {**NAMED, "UploadId": "u", "MultipartUpload": {"Parts": parts()}, "IfMatch": '"now"'}
    tags = ({"Key": "t", "Value": "a b"},) if tagged else ()
    alive: list[int] = []
    with Stubber(s3) as stub:
        in_parts(stub, lambda stub: stub.add_response("complete_multipart_upload", {"VersionId": "v2"}, done), tags)
        assert copy(s3, WHAT, lambda: alive.append(1), largest=20, part_bytes=10) == "v2"
        stub.assert_no_pending_responses()
    assert len(alive) == 3


def test_a_copy_in_parts_that_ends_badly_leaves_no_parts(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    serially(monkeypatch)

    def refused(stub: Stubber) -> None:
        stub.add_client_error("complete_multipart_upload", "PreconditionFailed", http_status_code=412)
        stub.add_response("abort_multipart_upload", {}, {**NAMED, "UploadId": "u"})

    with Stubber(s3) as stub:
        in_parts(stub, refused)
        with pytest.raises(OvertakenError):
            copy(s3, WHAT, nothing, largest=20, part_bytes=10)
        stub.assert_no_pending_responses()


def request(**more: Any) -> dict[str, Any]:
    base = {"CopySource": SOURCE, "CopySourceIfMatch": '"e"', "MetadataDirective": "REPLACE", "Metadata": {"m": "1"}}
    return {**NAMED, **base, **more}


@with_conditions
@pytest.mark.parametrize(
    ("what", "sent"),
    [
        (WHAT, {"IfMatch": '"now"'}),
        (replace(WHAT, replacing=None), {"IfNoneMatch": "*"}),
        (
            replace(WHAT, tags={"a b": "c/d", "ü": ""}),
            {"IfMatch": '"now"', "TaggingDirective": "REPLACE", "Tagging": "a+b=c%2Fd&%C3%BC="},
        ),
    ],
)
def test_a_copy_at_once(s3: Any, what: Copy, sent: dict[str, Any]) -> None:
    with Stubber(s3) as stub:
        stub.add_response("copy_object", {"VersionId": "v2"}, request(**sent))
        assert copy(s3, what, nothing) == "v2"


@pytest.mark.parametrize(
    ("code", "replacing", "overtaken"),
    [
        ("PreconditionFailed", '"now"', True),
        ("ConditionalRequestConflict", None, True),
        ("NoSuchKey", '"now"', True),
        ("NoSuchKey", None, False),
        ("AccessDenied", '"now"', False),
    ],
)
def test_what_is_overtaken(s3: Any, code: str, replacing: str | None, overtaken: bool) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("copy_object", code)
        with pytest.raises(OvertakenError if overtaken else AwsError):
            copy(s3, replace(WHAT, replacing=replacing), nothing)


@with_conditions
def test_where_s3_knows_no_conditions_the_copy_goes_without(s3: Any) -> None:
    with Stubber(s3) as stub:
        stub.add_client_error("copy_object", "NotImplemented", http_status_code=501)
        stub.add_response("copy_object", {"VersionId": "v2"}, request())
        assert copy(s3, WHAT, nothing) == "v2"


def test_a_botocore_that_knows_no_conditions_copies_without(s3: Any) -> None:
    s3.meta.service_model.operation_model("CopyObject").input_shape.members.pop("IfMatch", None)
    with Stubber(s3) as stub:
        stub.add_response("copy_object", {"VersionId": "v2"}, request())
        assert copy(s3, WHAT, nothing) == "v2"


def listed(key: str, version: str) -> dict[str, Any]:
    return {"Key": key, "VersionId": version}


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([{}], ("", False)),
        ([{"Versions": [listed("k", "2"), listed("k", "1"), listed("k2", "9")]}], ("2", False)),
        ([{"Versions": [listed("k2", "9")], "DeleteMarkers": [listed("k", "3")]}, {}], ("", True)),
        ([{"DeleteMarkers": [listed("k", "3")]}, {"Versions": [listed("k", "1")]}], ("1", True)),
        ([{"Versions": [listed("k/x", "9")], "DeleteMarkers": [listed("k.1", "3")]}], ("", False)),
    ],
)
def test_versions_of_one_key_among_its_like(s3: Any, pages: list[dict[str, Any]], found: tuple[str, bool]) -> None:
    with Stubber(s3) as stub:
        for number, page in enumerate(pages, start=1):
            more = number < len(pages)
            answer = {
                **page,
                "IsTruncated": more,
                **({"NextKeyMarker": "k", "NextVersionIdMarker": "3"} if more else {}),
            }
            stub.add_response("list_object_versions", answer)
        versions = versions_of(s3, "b", "k")
        assert (versions.newest, versions.markers) == found
        stub.assert_no_pending_responses()
