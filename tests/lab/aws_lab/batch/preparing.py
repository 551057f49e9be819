# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job does before its first task: it reads its manifest, or generates one, with the permissions of its role.

FailureCodes and FailureReasons are those of "Troubleshooting S3 Batch Operations" and "Troubleshooting replication" in
the S3 User Guide where they name one; tests/lab/FIDELITY.md lists the others, which are guesses.
"""

from __future__ import annotations

import uuid
from typing import Any

from aws_lab import clock, iam, store
from aws_lab.batch import authorize, files, generator, manifest
from aws_lab.batch.model import Job, JobFailure, Row

_GENERATED_FORMAT = "S3InventoryReport_CSV_20211130"


def rows(job: Job) -> list[Row]:
    """The job's tasks; raises JobFailure. Sets the job's generated manifest where it is to be kept."""
    if not authorize.role_is_assumable(job.account, job.role, job.arn):
        raise JobFailure("AccessDenied", "Unable to assume the role of the job: AccessDenied")
    session = authorize.session(job)
    if "Manifest" in job.request:
        return _given(session, job.request["Manifest"])
    return _generated(job, session, job.request["ManifestGenerator"]["S3JobManifestGenerator"])


# ---- a manifest that the caller made


def _given(session: iam.Session, wanted: dict[str, Any]) -> list[Row]:
    location, spec = wanted["Location"], wanted["Spec"]
    bucket, key = files.split_arn(location["ObjectArn"])
    is_csv = bool(spec.get("Fields"))
    try:
        version = files.find(session, bucket, key, location.get("ObjectVersionId"))
        expected = location["ETag"].strip('"')
        if version.etag != expected:
            reason = f"ETag mismatch. Expected ETag: {expected}. Actual ETag: {version.etag}"
            raise JobFailure("InvalidManifest", f"Reading the manifest caused ErrorResponseException: {reason}")
        if version.encryption_type == "SSE-C" or (is_csv and version.kms_key is not None):
            raise files.AccessRefused("AccessDenied")
        body = files.read(session, version)
        if is_csv:
            return manifest.parse_csv(body, spec["Fields"])
        return manifest.parse_inventory(body, lambda name: files.read(session, files.find(session, bucket, name)))
    except files.AccessRefused as refused:
        raise _unreadable(refused.code) from refused


def _unreadable(code: str) -> JobFailure:
    if code == "AccessDenied":
        return JobFailure("AccessDenied", "Reading the manifest is forbidden: AccessDenied")
    return JobFailure("ManifestNotFound", f"Reading the manifest caused ErrorResponseException: {code}")


# ---- a manifest that S3 makes


def _generated(job: Job, session: iam.Session, wanted: dict[str, Any]) -> list[Row]:
    bucket = files.split_arn(wanted["SourceBucket"])[0]
    _check_source(job, session, bucket, wanted.get("ExpectedBucketOwner"))
    found = generator.rows(bucket, wanted.get("Filter") or {})
    if not found:
        raise JobFailure("NoKeysFound", "Manifest generation found no keys matching the filter criteria.")
    if wanted["EnableManifestOutput"]:
        _keep(job, session, bucket, wanted["ManifestOutputLocation"], found)
    return found


def _check_source(job: Job, session: iam.Session, bucket: str, expected_owner: str | None) -> None:
    if store.owner(bucket) is None:
        raise JobFailure("NoSuchBucket", "Manifest generation failed: the source bucket does not exist")
    if store.region(bucket) != job.region:
        raise JobFailure("InvalidRegion", "Manifest generation failed: the source bucket is in another Region")
    arn = f"arn:aws:s3:::{bucket}"
    allowed = session.may("s3:GetReplicationConfiguration", arn) and session.may("s3:PutInventoryConfiguration", arn)
    if not allowed or expected_owner not in (None, store.owner(bucket)):
        raise JobFailure("AccessDenied", "Manifest generation failed: AccessDenied")


def _keep(job: Job, session: iam.Session, source: str, output: dict[str, Any], found: list[Row]) -> None:
    bucket = files.split_arn(output["Bucket"])[0]
    if store.region(bucket) not in (None, job.region):
        raise JobFailure("InvalidRegion", "The generated manifest must be stored in the source bucket's Region")
    home = f"{output['ManifestPrefix']}/job-{job.id}" if output.get("ManifestPrefix") else f"job-{job.id}"
    headers = _encryption(output.get("ManifestEncryption") or {})
    owner = output.get("ExpectedManifestBucketOwner")
    content = manifest.data_file(found)
    data_key = f"{home}/data/{uuid.uuid4()}.csv.gz"
    listed = [{"key": data_key, "size": len(content), "MD5checksum": files.md5(content)}]
    document = manifest.inventory_manifest(source, bucket, clock.now(), listed)
    try:
        files.write(session, bucket, data_key, content, headers, owner)
        etag = files.write(session, bucket, f"{home}/manifest.json", document, headers, owner)
    except files.AccessRefused as refused:
        message = f"The generated manifest could not be written to the manifest output location: {refused.code}"
        raise JobFailure(refused.code, message) from refused
    location = {"ObjectArn": f"arn:aws:s3:::{bucket}/{home}/manifest.json", "ETag": etag}
    job.generated_manifest = {"Format": _GENERATED_FORMAT, "Location": location}


def _encryption(wanted: dict[str, Any]) -> dict[str, str]:
    if "SSEKMS" not in wanted:
        return {"x-amz-server-side-encryption": "AES256"}
    return {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": wanted["SSEKMS"]["KeyId"],
    }
