# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.object_copy import (
    archive_keys,
    asleep,
    checksum,
    kept,
    ranges,
    unkeepable,
)

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HEAD = {
    "ETag": '"e"',
    "ContentLength": 3,
    "VersionId": "v",
    "LastModified": NOON,
    "ReplicationStatus": "REPLICA",
    "CacheControl": "no-cache",
    "ContentDisposition": "attachment",
    "ContentEncoding": "gzip",
    "ContentLanguage": "de",
    "ContentType": "text/csv",
    "Expires": NOON,
    "ExpiresString": "Sat, 31 Jan 2026 12:00:00 GMT",
    "Metadata": {"a": "b"},
    "WebsiteRedirectLocation": "/x",
    "StorageClass": "STANDARD_IA",
    "ServerSideEncryption": "aws:kms",
    "SSEKMSKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k",
    "BucketKeyEnabled": True,
    "ObjectLockMode": "GOVERNANCE",
    "ObjectLockRetainUntilDate": NOON + timedelta(days=1),
    "ObjectLockLegalHoldStatus": "ON",
}
OF_THE_VERSION = {"ETag", "ContentLength", "VersionId", "LastModified", "ReplicationStatus", "ExpiresString"}


def test_a_copy_is_told_all_that_its_source_has() -> None:
    assert kept(HEAD, NOON) == {name: value for name, value in HEAD.items() if name not in OF_THE_VERSION}


def test_what_is_not_there_is_not_sent() -> None:
    assert kept({"ETag": '"e"', "ContentLength": 0, "Metadata": {}, "ContentType": "x"}, NOON) == {"ContentType": "x"}


def test_a_retention_that_has_ended_is_left_out() -> None:
    for until in (NOON, NOON - timedelta(days=1)):
        told = kept({**HEAD, "ObjectLockRetainUntilDate": until}, NOON)
        assert "ObjectLockMode" not in told and "ObjectLockRetainUntilDate" not in told


def test_a_restored_version_becomes_readable_for_good() -> None:
    head = {"StorageClass": "GLACIER", "Restore": 'ongoing-request="false", expiry-date="x"'}
    assert asleep(head) is None and "StorageClass" not in kept(head, NOON)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ({"StorageClass": "GLACIER"}, "GLACIER"),
        ({"StorageClass": "DEEP_ARCHIVE", "Restore": 'ongoing-request="true"'}, "DEEP_ARCHIVE"),
        ({"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "ARCHIVE_ACCESS"}, "ARCHIVE_ACCESS"),
        ({"StorageClass": "GLACIER_IR"}, None),
        ({}, None),
    ],
)
def test_what_sleeps(head: dict[str, Any], name: str | None) -> None:
    assert asleep(head) == name


def test_what_no_copy_can_have_is_told() -> None:
    assert "SSE-C" in str(unkeepable({"SSECustomerAlgorithm": "AES256"}))
    assert "2 entries" in str(unkeepable({"MissingMeta": 2}))
    assert "'soon'" in str(unkeepable({"ExpiresString": "soon"}))
    assert unkeepable(HEAD) is None


def test_checksums_of_uploads_in_parts() -> None:
    assert checksum({"ChecksumCRC64NVME": "x", "ChecksumType": "FULL_OBJECT"}) == {
        "ChecksumAlgorithm": "CRC64NVME",
        "ChecksumType": "FULL_OBJECT",
    }
    assert checksum({"ChecksumSHA1": "x"}) == {"ChecksumAlgorithm": "SHA1"} and checksum({}) == {}


@given(st.integers(1, 50 * 1024**4), st.sampled_from([5 * 1024**2, 512 * 1024**2]))
def test_parts_cover_every_byte_once(size: int, part_bytes: int) -> None:
    parts = list(ranges(size, part_bytes))
    assert len(parts) <= 10_000 and [number for number, _span in parts] == list(range(1, len(parts) + 1))
    spans = [tuple(map(int, span.removeprefix("bytes=").split("-"))) for _number, span in parts]
    assert spans[0][0] == 0 and spans[-1][1] == size - 1
    assert all(first[1] + 1 == second[0] for first, second in itertools.pairwise(spans))
    assert all(end - begin + 1 >= part_bytes for begin, end in spans[:-1])


def test_where_an_archived_object_may_be() -> None:
    assert archive_keys("input/a/b.csv", "input/", ("arc/", "old-")) == ["arc/a/b.csv", "old-a/b.csv"]
    assert archive_keys("other/a", "input/", ("arc/",)) == ["arc/other/a"]
    assert archive_keys("input/a", "input/", ("input/",)) == [] and archive_keys("a", "", ()) == []
