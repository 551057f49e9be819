# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of an S3ReplicateObject job: what becomes of a row of the manifest.

Codes: S3 User Guide, "Amazon S3 replication failure reasons". Seen in reports of real jobs: 200 and "success";
500, SrcObjectNotEligible, "Object is not eligible for replication"; 500, SrcObjectNotFound, "Object versionID is
invalid" for an empty version id, where "Troubleshooting S3 Batch Operations" documents 400, InvalidRequest.
"""

from __future__ import annotations

from aws_lab import iam, settings, store
from aws_lab.batch.model import Job, Outcome, Row
from aws_lab.replication.engine import SourceMissing, engine

_MESSAGES = {
    "AssumeRoleNotPermitted": "Unable to assume the role of the Batch Operations job",
    "InitiateReplicationNotPermitted": "Unable to initiate replication on the object",
    "SrcBucketInvalidRegion": "Source bucket is not in the Region of the Batch Operations job",
    "SrcBucketNotFound": "Source bucket does not exist",
    "SrcBucketReplicationConfigMissing": "Source bucket has no replication configuration",
    "SrcKeyNotFound": "Source object key does not exist",
    "SrcObjectNotEligible": "Object is not eligible for replication",
    "SrcObjectNotFound": "Source object does not exist",
    "SrcVersionNotFound": "Source object version does not exist",
}
_NO_VERSION_ID = {
    "documented": (400, "InvalidRequest", "Task failed due to missing VersionId"),
    "observed": (500, "SrcObjectNotFound", "Object versionID is invalid"),
}


async def run(job: Job, row: Row, session: iam.Session, *, role_is_assumable: bool) -> Outcome:
    """Replicate what the row names, under every rule that matches; the first rule that fails makes the task fail."""
    if row.version_id == "":
        known = _NO_VERSION_ID.get(settings.get().batch_missing_version_id, _NO_VERSION_ID["documented"])
        return Outcome(row, *known)
    refused = _refused(job, row, session, role_is_assumable)
    if refused:
        return _failed(row, refused)
    try:
        attempts = await engine.replicate_version(row.bucket, row.key, _version_id(row), batch=True)
    except SourceMissing as missing:
        return _failed(row, missing.code)
    for attempt in attempts:
        if attempt.reason is not None:
            return _failed(row, attempt.reason, f"Replication to {attempt.destination} failed: {attempt.reason}")
    return Outcome(row, 200, "", "success")


def _refused(job: Job, row: Row, session: iam.Session, role_is_assumable: bool) -> str | None:
    if not role_is_assumable:
        return "AssumeRoleNotPermitted"
    region = store.region(row.bucket)
    if region is None:
        return "SrcBucketNotFound"
    if region != job.region:
        return "SrcBucketInvalidRegion"
    if not session.may("s3:InitiateReplication", f"arn:aws:s3:::{row.bucket}/{row.key}"):
        return "InitiateReplicationNotPermitted"
    return None


def _version_id(row: Row) -> str | None:
    """Without versions in the manifest the newest version is meant."""
    if row.version_id is not None:
        return row.version_id
    newest = store.current(row.bucket, row.key)
    return newest.version_id if newest else None


def _failed(row: Row, code: str, message: str = "") -> Outcome:
    status = 403 if code.endswith("NotPermitted") else 500
    return Outcome(row, status, code, message or _MESSAGES.get(code, code))
