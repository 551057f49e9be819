# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of copies (CopyObject; "Add preconditions to S3 operations with conditional requests")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bucket_lab import code_of, error_of


def test_conditions_of_a_copy_are_about_its_destination(client: Any, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("copies")
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"1")["ETag"]
    s3.put_object(Bucket=bucket, Key="b", Body=b"2")
    copy = {"Bucket": bucket, "CopySource": {"Bucket": bucket, "Key": "a"}}
    assert code_of(s3.copy_object, **copy, Key="b", IfNoneMatch="*") == "PreconditionFailed"
    assert code_of(s3.copy_object, **copy, Key="b", IfMatch=etag) == "PreconditionFailed"
    assert code_of(s3.copy_object, **copy, Key="c", IfMatch=etag) == "NoSuchKey"
    assert s3.get_object(Bucket=bucket, Key="b")["Body"].read() == b"2"
    s3.copy_object(**copy, Key="c", IfNoneMatch="*")
    s3.copy_object(**copy, Key="c", IfMatch=etag)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(Bucket=bucket, Key="c")
    assert code_of(s3.copy_object, **copy, Key="c", IfMatch=etag) == "NoSuchKey"
    s3.copy_object(**copy, Key="c", IfNoneMatch="*")


def test_a_copy_onto_itself_has_to_change_something_without_versioning(
    client: Any, make_bucket: Callable[..., str]
) -> None:
    s3, bucket = client("s3"), make_bucket("copies")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"1", Metadata={"m": "1"})
    source = {"Bucket": bucket, "Key": "a b"}
    copy = {"Bucket": bucket, "Key": "a b", "CopySource": source}
    code, message = error_of(s3.copy_object, **copy)
    assert code == "InvalidRequest" and "copy an object to itself without changing" in message
    s3.copy_object(**copy, StorageClass="STANDARD_IA")
    s3.copy_object(**copy, MetadataDirective="REPLACE", Metadata={"m": "1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.copy_object(**copy)["VersionId"]
    second = s3.copy_object(**{**copy, "CopySource": {**source, "VersionId": first}})["VersionId"]
    assert first != second
