# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests: what is read from them, what makes a job fail, and what only makes a task fail."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest
from batch_lab import Bucket, Work, allow, client, progress, wait
from hypothesis import given
from hypothesis import strategies as st
from labclient import Lab

from aws_lab.batch.manifest import decoded_key, encoded_key, parse_csv
from aws_lab.batch.model import JobFailure


@pytest.fixture
def work(lab: Lab) -> Work:
    """A pair and everything a job needs."""
    return Work()


def failure(job: dict[str, Any]) -> tuple[str, str]:
    """The code and reason of a job that failed before its first task."""
    assert job["Status"] == "Failed", job
    assert progress(job) == (0, 0, 0)
    assert len(job["FailureReasons"]) == 1
    return job["FailureReasons"][0]["FailureCode"], job["FailureReasons"][0]["FailureReason"]


# ---- the content of CSV manifests

FIELDS = ["Bucket", "Key", "VersionId"]
BROKEN = [
    ("nothing", b"", "Invalid Manifest Content"),
    ("byte order mark", b"\xef\xbb\xbfb,k,v\n", "Invalid Manifest Content"),
    ("no UTF-8", b"b,\xff,v\n", "Manifest file is not properly formatted"),
    ("a NUL in quotes left open", b'b,"k,v\n', "Manifest file is not properly formatted"),
    ("a blank line", b"b,k,v\n\nb,k,v\n", "Unexpected number of task fields"),
    ("blank lines only", b"\n\n", "Unexpected number of task fields"),
    ("too few columns", b"b,k,v\nb,k\n", "Unexpected number of task fields"),
    ("too many columns", b"b,a,b,v\n", "Unexpected number of task fields"),
    ("semicolons", b"b;k;v\n", "Unexpected number of task fields"),
    ("a header", b"Bucket,Key,VersionId\nb,k,v\n", "Cannot have more than 1 bucket per Job."),
    ("two buckets", b"b,k,v\nc,k,v\n", "Cannot have more than 1 bucket per Job."),
    ("no key", b"b,,v\n", "Invalid object key format"),
    ("a bare percent sign", b"b,100%,v\n", "Invalid object key format"),
    ("a percent sign before no hex", b"b,%zz,v\n", "Invalid object key format"),
    ("no UTF-8 behind percent signs", b"b,%ff,v\n", "Invalid object key format"),
]


@pytest.mark.parametrize(("body", "reason"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_broken_manifests(body: bytes, reason: str) -> None:
    with pytest.raises(JobFailure) as failed:
        parse_csv(body, FIELDS)
    assert (failed.value.code, failed.value.reason) == ("InvalidManifestContent", reason)


def test_columns_are_taken_by_their_names() -> None:
    rows = parse_csv(b'v1,x,"a%20b",b\r\nv2,"y,z",c+d,b\r\n', ["VersionId", "Ignore", "Key", "Bucket"])
    assert [(row.bucket, row.key, row.version_id, row.written_key) for row in rows] == [
        ("b", "a b", "v1", "a%20b"), ("b", "c+d", "v2", "c+d"),
    ]  # fmt: skip


def test_without_a_column_of_versions_there_are_none() -> None:
    assert parse_csv(b"b,k\n", ["Bucket", "Key"])[0].version_id is None
    assert parse_csv(b"b,k,\n", FIELDS)[0].version_id == ""


@given(st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_key_comes_back_from_its_encoding(key: str) -> None:
    assert decoded_key(encoded_key(key)) == key
    assert parse_csv(f"b,{encoded_key(key)},v\n".encode(), FIELDS)[0].key == key


def test_a_broken_manifest_fails_the_job(work: Work) -> None:
    job = work.run(Manifest=work.manifest(b"\xef\xbb\xbf" + f"{work.source.name},key,null".encode()))
    assert failure(job) == ("InvalidManifestContent", "Invalid Manifest Content")
    assert not work.objects(job["JobId"])


# ---- reading the manifest object


def good(work: Work, **put: Any) -> dict[str, Any]:
    version = work.unreplicated("key")[0]
    return work.manifest(work.rows(["key"], [version]), **put)


@pytest.mark.parametrize("quoted", [True, False])
def test_the_etag_may_have_quotes_or_none(work: Work, quoted: bool) -> None:
    manifest = good(work)
    bare = manifest["Location"]["ETag"].strip('"')
    manifest["Location"]["ETag"] = f'"{bare}"' if quoted else bare
    assert progress(work.run(Manifest=manifest)) == (1, 1, 0)


def test_another_etag_fails_the_job(work: Work) -> None:
    manifest = good(work)
    manifest["Location"]["ETag"] = "0" * 32
    assert "ETag mismatch" in failure(work.run(Manifest=manifest))[1]


def test_a_manifest_that_is_not_there_fails_the_job(work: Work) -> None:
    manifest = good(work)
    manifest["Location"]["ObjectArn"] += ".other"
    assert "NoSuchKey" in failure(work.run(Manifest=manifest))[1]
    manifest["Location"]["ObjectArn"] = "arn:aws:s3:::no-such-bucket-here/key"
    assert "NoSuchBucket" in failure(work.run(Manifest=manifest))[1]


def test_the_version_of_the_manifest_can_be_pinned(work: Work) -> None:
    manifest = good(work)
    key = manifest["Location"]["ObjectArn"].split("/", 1)[1]
    pinned = work.files.head(key)
    assert pinned is not None
    work.files.put(key, b"something else")
    assert "ETag mismatch" in failure(work.run(Manifest=manifest))[1]
    manifest["Location"]["ObjectVersionId"] = pinned["VersionId"]
    assert progress(work.run(Manifest=manifest)) == (1, 1, 0)
    manifest["Location"]["ObjectVersionId"] = "none-such"
    assert "NoSuchVersion" in failure(work.run(Manifest=manifest))[1]


FORBIDDEN = ("AccessDenied", "Reading the manifest is forbidden: AccessDenied")


def test_the_role_has_to_be_able_to_read_the_manifest(work: Work) -> None:
    manifest = good(work)
    work.role.without("s3:GetObject")
    assert failure(work.run(Manifest=manifest)) == FORBIDDEN


def test_reading_a_pinned_version_is_another_permission(work: Work) -> None:
    manifest = good(work)
    key = manifest["Location"]["ObjectArn"].split("/", 1)[1]
    manifest["Location"]["ObjectVersionId"] = work.files.s3.head_object(Bucket=work.files.name, Key=key)["VersionId"]
    work.role.without("s3:GetObjectVersion")
    assert failure(work.run(Manifest=manifest)) == FORBIDDEN


def test_a_deny_in_the_bucket_policy_counts(work: Work) -> None:
    manifest = good(work)
    statement = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{work.files.arn}/manifests/*"}
    work.files.set_policy({**statement, "Principal": {"AWS": work.role.arn}})
    assert failure(work.run(Manifest=manifest)) == FORBIDDEN


@pytest.mark.parametrize("by_default", [True, False])
def test_a_csv_manifest_must_not_be_encrypted_with_a_kms_key(work: Work, by_default: bool) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    work.role.statements.append(allow(["kms:Decrypt", "kms:GenerateDataKey"], key))
    work.role.save()
    sse = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    if by_default:
        work.files.s3.put_bucket_encryption(
            Bucket=work.files.name,
            ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": sse}]},
        )
        assert failure(work.run(Manifest=good(work))) == FORBIDDEN
        assert progress(work.run(Manifest=good(work, ServerSideEncryption="AES256"))) == (1, 1, 0)
    else:
        manifest = good(work, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
        assert failure(work.run(Manifest=manifest)) == FORBIDDEN


def test_the_trust_may_be_withdrawn_after_the_job_was_made(work: Work, lab: Lab) -> None:
    manifest = good(work)
    lab.settings(batch_state_delay=60.0)
    job_id = work.create(Manifest=manifest)
    work.role.trust("s3.amazonaws.com")
    lab.settings(batch_state_delay=0.0)
    lab.advance(120)
    assert failure(wait(job_id))[0] == "AccessDenied"


# ---- S3 Inventory's manifests


def inventory(work: Work, body: bytes, schema: str = "Bucket, Key, VersionId", **changes: Any) -> dict[str, Any]:
    """Put an inventory; the Manifest parameter for it."""
    data = gzip.compress(body)
    work.files.put("inventory/data.csv.gz", data)
    document = {
        "sourceBucket": work.source.name, "destinationBucket": work.files.arn, "version": "2016-11-30",
        "creationTimestamp": "1514944800000", "fileFormat": "CSV", "fileSchema": schema,
        "files": [{"key": "inventory/data.csv.gz", "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()}],
        **changes,
    }  # fmt: skip
    text = json.dumps(document).encode()
    etag = work.files.s3.put_object(Bucket=work.files.name, Key="inventory/manifest.json", Body=text)["ETag"]
    location = {"ObjectArn": f"{work.files.arn}/inventory/manifest.json", "ETag": etag}
    return {"Spec": {"Format": "S3InventoryReport_CSV_20161130"}, "Location": location}


def test_an_inventory_is_a_manifest(work: Work) -> None:
    version = work.unreplicated("a b")[0]
    body = f'"{work.source.name}","a%20b","{version}","true","false","4"\n'.encode()
    schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size"
    job = work.run(Manifest=inventory(work, body, schema))
    assert progress(job) == (1, 1, 0)
    assert work.destination.status("a b", version) == "REPLICA"
    assert work.results(job["JobId"])[0][:3] == [work.source.name, "a%20b", version]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": "Bucket, Size, VersionId"}, "Required fields are missing in the schema: Key"),
        ({"fileFormat": "ORC"}, "Manifest file is not properly formatted"),
        ({"files": []}, "Invalid Manifest Content"),
        ({"files": [{"key": "inventory/data.csv.gz", "MD5checksum": "0" * 32}]}, "The MD5 checksum of"),
        ({"files": None}, "Manifest file is not properly formatted"),
    ],
)  # fmt: skip
def test_broken_inventories_fail_the_job(work: Work, changes: dict[str, Any], reason: str) -> None:
    code, told = failure(work.run(Manifest=inventory(work, b'"b","k","v"\n', **changes)))
    assert code == "InvalidManifestContent"
    assert told.startswith(reason)


def test_an_inventory_whose_files_are_gone_fails_the_job(work: Work) -> None:
    manifest = inventory(work, b'"b","k","v"\n')
    work.files.s3.delete_object(Bucket=work.files.name, Key="inventory/data.csv.gz")
    assert "NoSuchKey" in failure(work.run(Manifest=manifest))[1]


def test_manifests_may_lie_in_another_bucket_than_reports(work: Work) -> None:
    manifest, reports = good(work), Bucket()
    work.role.statements.append({"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{reports.arn}/*"})
    work.role.save()
    job = work.run(Manifest=manifest, Report=work.report(Bucket=reports.arn))
    assert job["Status"] == "Complete"
    assert reports.head(f"reports/job-{job['JobId']}/manifest.json")
