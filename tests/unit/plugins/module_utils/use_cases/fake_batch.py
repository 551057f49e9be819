# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3, S3 Batch Operations and IAM in memory, as far as the job use cases call them. Killed by the same ``Plug``."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import ReadTimeoutError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.ledger import to_wire
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import JobOptions
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import ledger_reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import FromFailures
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import (
    FakeTable,
    Plug,
    client_error,
)

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/batch"
BEGAN = datetime(2024, 9, 5, 22, 0, 0, tzinfo=UTC)


def raise_if(error: Exception | None) -> None:
    """Raise what a test has set, if it has."""
    if error is not None:
        raise error


@dataclass
class Stored:
    """One object."""

    body: bytes
    etag: str
    metadata: dict[str, str] = field(default_factory=dict)
    encryption: str = "AES256"


class Body:
    """What GetObject streams; breaks once it has given ``breaks_at`` bytes."""

    def __init__(self, data: bytes, breaks_at: int | None = None) -> None:
        self._stream, self._breaks_at, self._given = io.BytesIO(data), breaks_at, 0
        self.closed = False

    def read(self, size: int) -> bytes:
        if self._breaks_at is not None and self._given >= self._breaks_at:
            raise ReadTimeoutError(endpoint_url="https://jobs.s3.us-east-1.amazonaws.com")
        if self._breaks_at is not None:
            size = min(size, self._breaks_at - self._given)
        data = self._stream.read(size)
        self._given += len(data)
        return data

    def close(self) -> None:
        self.closed = True


class FakeS3:
    """Buckets with their Regions, and objects without versions. Everything is denied to other accounts."""

    def __init__(self, plug: Plug | None = None) -> None:
        self.meta = SimpleNamespace(region_name="us-east-1")
        self.buckets = {"src": "us-east-1", "jobs": "us-east-1"}
        self.objects: dict[tuple[str, str], Stored] = {}
        self.locked: set[str] = set()
        self.denied: set[str] = set()
        self.breaks_at: list[int] = []
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.puts: list[dict[str, Any]] = []
        self._plug = plug or Plug()
        self._lock = threading.Lock()

    def put(self, bucket: str, key: str, body: bytes, encryption: str = "AES256") -> str:
        """Write an object past all checks; gives its ETag."""
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        self.objects[bucket, key] = Stored(body, etag, {}, encryption)
        return etag

    def head_bucket(self, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        with self._plug:
            self._check(Bucket, "HeadBucket", ExpectedBucketOwner)
            return {"ResponseMetadata": {"HTTPHeaders": {"x-amz-bucket-region": self.buckets[Bucket]}}}

    def get_object_lock_configuration(self, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        with self._plug:
            self._check(Bucket, "GetObjectLockConfiguration", ExpectedBucketOwner)
            if Bucket not in self.locked:
                raise client_error("ObjectLockConfigurationNotFoundError", "GetObjectLockConfiguration", status=404)
            retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
            return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": retention}}

    def head_object(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            stored = self._stored(request, "HeadObject", "404")
            return {
                "ETag": f'"{stored.etag}"',
                "ContentLength": len(stored.body),
                "ServerSideEncryption": stored.encryption,
                "Metadata": stored.metadata,
            }

    def get_object(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            stored = self._stored(request, "GetObject", "NoSuchKey")
            if request.get("IfMatch", f'"{stored.etag}"') != f'"{stored.etag}"':
                raise client_error("PreconditionFailed", "GetObject", status=412)
            start = int(request["Range"].removeprefix("bytes=").removesuffix("-")) if "Range" in request else 0
            breaks_at = self.breaks_at.pop(0) if self.breaks_at else None
            return {"ETag": f'"{stored.etag}"', "Body": Body(stored.body[start:], breaks_at)}

    def put_object(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            self._check(request["Bucket"], "PutObject", request["ExpectedBucketOwner"])
            self.puts.append(request)
            etag = hashlib.md5(request["Body"], usedforsecurity=False).hexdigest()
            place = request["Bucket"], request["Key"]
            encryption = request.get("ServerSideEncryption", "aws:kms")
            self.objects[place] = Stored(bytes(request["Body"]), etag, dict(request["Metadata"]), encryption)
            return {"ETag": f'"{etag}"'}

    def create_multipart_upload(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            self._check(request["Bucket"], "CreateMultipartUpload", request["ExpectedBucketOwner"])
            self.puts.append(request)
            upload_id = f"upload-{len(self.puts)}"
            self.uploads[upload_id] = {}
            return {"UploadId": upload_id}

    def upload_part(self, **request: Any) -> dict[str, Any]:
        with self._plug, self._lock:
            self.uploads[request["UploadId"]][request["PartNumber"]] = bytes(request["Body"])
            return {"ETag": f'"{request["PartNumber"]}"'}

    def complete_multipart_upload(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            parts = self.uploads.pop(request["UploadId"])
            numbers = [part["PartNumber"] for part in request["MultipartUpload"]["Parts"]]
            assert numbers == sorted(parts)
            body = b"".join(parts[number] for number in numbers)
            etag = f"{hashlib.md5(body, usedforsecurity=False).hexdigest()}-{len(numbers)}"
            begun = self.puts[-1]
            self.objects[request["Bucket"], request["Key"]] = Stored(
                body, etag, dict(begun["Metadata"]), begun["ServerSideEncryption"]
            )
            return {"ETag": f'"{etag}"'}

    def abort_multipart_upload(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            self.uploads.pop(request["UploadId"], None)
            return {}

    def _check(self, bucket: str, operation: str, owner: str) -> None:
        if bucket not in self.buckets:
            raise client_error("404" if operation.startswith("Head") else "NoSuchBucket", operation, status=404)
        if bucket in self.denied or owner != ACCOUNT:
            raise client_error("403" if operation.startswith("Head") else "AccessDenied", operation, status=403)

    def _stored(self, request: dict[str, Any], operation: str, missing: str) -> Stored:
        self._check(request["Bucket"], operation, request["ExpectedBucketOwner"])
        try:
            return self.objects[request["Bucket"], request["Key"]]
        except KeyError:
            raise client_error(missing, operation, "The specified key does not exist.", 404) from None


class FakeBatch:
    """The jobs of one Region. They stand still until a test moves them."""

    def __init__(self, s3: FakeS3, plug: Plug | None = None, region: str = "us-east-1") -> None:
        self.meta = SimpleNamespace(region_name=region)
        self.jobs: dict[str, dict[str, Any]] = {}
        self.by_token: dict[str, tuple[str, dict[str, Any]]] = {}
        self.unlisted: set[str] = set()
        self.unknown_for: dict[str, int] = {}
        self.troubles: list[Exception] = []
        self.on_describe: list[Callable[[], None]] = []
        self.page = 2
        self._s3, self._plug = s3, plug or Plug()

    def create_job(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            token = request["ClientRequestToken"]
            if token in self.by_token:
                job_id, content = self.by_token[token]
                if content != request:
                    raise client_error("IdempotencyException", "CreateJob")
                return {"JobId": job_id}
            number = len(self.jobs) + 1
            job_id = f"job-{number:04d}"
            self.by_token[token] = job_id, request
            copied = ("Description", "Operation", "Priority", "RoleArn", "Report", "Manifest", "ConfirmationRequired")
            self.jobs[job_id] = {
                **{name: request[name] for name in copied if name in request},
                "JobId": job_id,
                "Status": "New",
                "CreationTime": BEGAN + timedelta(hours=number - 1),
                "ProgressSummary": {},
                "Tags": request.get("Tags"),
            }
            return {"JobId": job_id}

    def describe_job(self, AccountId: str, JobId: str) -> dict[str, Any]:  # noqa: N803
        with self._plug:
            if self.troubles:
                raise self.troubles.pop(0)
            if self.unknown_for.get(JobId, 0):
                self.unknown_for[JobId] -= 1
                raise client_error("NoSuchJob", "DescribeJob", "No such job.", 404)
            if self.on_describe:
                self.on_describe.pop(0)()
            return {"Job": dict(self._job(JobId))}

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            wanted = request.get("JobStatuses")
            jobs = [
                {**job, "Operation": next(iter(job["Operation"])), "FailureReasons": None, "Report": None}
                for job in self.jobs.values()
                if job["JobId"] not in self.unlisted and (not wanted or job["Status"] in wanted)
            ]
            start = int(request.get("NextToken", 0))
            answer: dict[str, Any] = {"Jobs": jobs[start : start + self.page]}
            if start + self.page < len(jobs):
                answer["NextToken"] = str(start + self.page)
            return answer

    def update_job_status(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            job = self._job(request["JobId"])
            wanted = request["RequestedJobStatus"]
            if job["Status"] in ("Complete", "Failed", "Cancelled") or (
                wanted == "Ready" and job["Status"] != "Suspended"
            ):
                raise client_error("JobStatusException", "UpdateJobStatus", f"The job is {job['Status']}.")
            job["Status"] = "Cancelling" if wanted == "Cancelled" else "Ready"
            return {"JobId": request["JobId"], "Status": job["Status"]}

    def update_job_priority(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            self._job(request["JobId"])["Priority"] = request["Priority"]
            return {}

    def _job(self, job_id: str) -> dict[str, Any]:
        if job_id not in self.jobs:
            raise client_error("NoSuchJob", "DescribeJob", "The specified job does not exist.", 404)
        return self.jobs[job_id]

    # ---- what tests do to jobs

    def rows(self, job_id: str) -> list[tuple[str, str, str]]:
        """(bucket, decoded key, version) of the job's manifest."""
        arn = self.jobs[job_id]["Manifest"]["Location"]["ObjectArn"]
        bucket, _unused, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        text = self._s3.objects[bucket, key].body.decode()
        return [(row[0], unquote(row[1]), row[2]) for row in csv.reader(io.StringIO(text, newline=""))]

    def end(
        self, job_id: str, codes: dict[str, str] | None = None, status: str = "Complete", ran: int | None = None
    ) -> None:
        """End a job: ``codes`` gives the error code by key, all others succeed; only the first ``ran`` rows ran."""
        job = self.jobs[job_id]
        arn = job["Manifest"]["Location"]["ObjectArn"]
        bucket, _unused, key = arn.removeprefix("arn:aws:s3:::").partition("/")
        text = self._s3.objects[bucket, key].body.decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        done: dict[str, list[list[str]]] = {"succeeded": [], "failed": []}
        for row in rows[:ran]:
            code = (codes or {}).get(unquote(row[1]), "")
            outcome = ["failed", "500", code, "No."] if code else ["succeeded", "200", "", "success"]
            done[outcome[0]].append([*row, *outcome])
        job["Status"] = status
        job["TerminationDate"] = job["CreationTime"] + timedelta(minutes=10)
        job["ProgressSummary"] = {
            "TotalNumberOfTasks": len(rows),
            "NumberOfTasksSucceeded": len(done["succeeded"]),
            "NumberOfTasksFailed": len(done["failed"]),
            "Timers": {"ElapsedTimeInActiveSeconds": 10},
        }
        if job["Report"]["ReportScope"] == "FailedTasksOnly":
            del done["succeeded"]
        if rows[:ran]:
            self._write_report(job, done)

    def _write_report(self, job: dict[str, Any], done: dict[str, list[list[str]]]) -> None:
        bucket = job["Report"]["Bucket"].removeprefix("arn:aws:s3:::")
        prefix = f"{job['Report']['Prefix']}/" if "Prefix" in job["Report"] else ""
        results = []
        for status, rows in done.items():
            if rows:
                key = f"{prefix}job-{job['JobId']}/results/{status}.csv"
                md5 = self._s3.put(bucket, key, as_csv(rows))
                results.append({"TaskExecutionStatus": status, "Bucket": bucket, "MD5Checksum": md5, "Key": key})
        document = {"Format": "Report_CSV_20180820", "Results": results}
        self._s3.put(bucket, f"{prefix}job-{job['JobId']}/manifest.json", json.dumps(document).encode())


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as a report has them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


class FakeIam:
    """One role, which can be taken away or hidden."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None

    def get_role(self, RoleName: str) -> dict[str, Any]:  # noqa: N803
        raise_if(self.trouble)
        return {"Role": {"RoleName": RoleName}}


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


class World:
    """All of it together, and the ``Access`` that a use case gets."""

    def __init__(self, folder: Path) -> None:
        self.plug = Plug()
        self.table = FakeTable(self.plug)
        self.s3 = FakeS3(self.plug)
        self.batch = FakeBatch(self.s3, self.plug)
        self.iam = FakeIam()
        self.clock = Clock()
        self.told: list[str] = []
        self.regions: list[tuple[str, str | None]] = []
        self._folder = folder

    def client(self, service: str, region: str | None = None) -> Any:
        self.regions.append((service, region))
        return {"dynamodb": self.table, "s3": self.s3, "s3control": self.batch, "iam": self.iam}[service]

    def access(self, check_mode: bool = False, concurrency: int = 1) -> Access:
        return Access(
            clients=self.client,
            account=ACCOUNT,
            folder=str(self._folder),
            check_mode=check_mode,
            concurrency=concurrency,
            now=self.clock.now,
            sleep=self.clock.sleep,
            tell=self.told.append,
        )


FAILED_AT = "2024-09-05T21:00:00.000Z"
OPTIONS = JobOptions(
    role=ROLE, report_bucket="jobs", report_prefix="reports", manifest_bucket="jobs", manifest_prefix="manifests"
)
FAILURES = FromFailures("ledger", Selection(bucket="src"))


def fail(table: FakeTable, *keys: str, **changes: Any) -> None:
    """Record a failure of each key in the ledger."""
    for key in keys:
        fields: dict[str, Any] = {
            "bucket": "src",
            "rule_id": "to-dr",
            "object_key": key,
            "version_id": "v1",
            "destination": "dst",
            "reason": "DstPutObjectNotPermitted",
            "failed_at": FAILED_AT,
            "event_name": "Replication:OperationFailedReplication",
            "operation": "OBJECT_PUT",
            **changes,
        }
        event = FailureEvent(**fields)
        for item in (ledger.failure_item(event), ledger.directory_item(event.bucket, event.rule_id)):
            table.items[item["pk"], item["sk"]] = to_wire(item)


def remaining(table: FakeTable) -> dict[str, tuple[str, str] | None]:
    """Keys of the records that are left, each with its newest note (job, status)."""
    found: dict[str, tuple[str, str] | None] = {}
    for stored in ledger_reader.read(table, "ledger", Selection(), 1):
        note = stored.record.job
        found[stored.record.object_key] = (note.job_id, note.status) if note else None
    return found
