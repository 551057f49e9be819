# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job operations of S3 Control, REST XML under /v20180820/jobs (S3 API Reference, CreateJob and its relatives)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from aws_lab import clock
from aws_lab.batch import authorize, codec, requests, runner
from aws_lab.batch.model import CANCELLABLE, Job, Status
from aws_lab.batch.registry import TokenConflictError, jobs
from aws_lab.batch.requests import RefusedError
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_DEFAULT_PAGE = 1000
_NO_SUCH_JOB = ServiceError(404, "NoSuchJob", "The specified job does not exist.")


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == "s3-control" and request.operation in _OPERATIONS


async def handle(request: Request) -> Response:
    """Answer it."""
    try:
        return _OPERATIONS[request.operation](request)
    except RefusedError as refused:
        return error_response(request, refused.error)


# ---- operations


def _create_job(request: Request) -> Response:
    wanted = requests.read(request.body, "CreateJobRequest")
    refused = authorize.refusal_to_create(request, wanted) if wanted["Operation"] else None
    if refused is not None:
        return refused
    requests.check_job(wanted)
    requests.check_role(request.account_id, wanted["RoleArn"])
    try:
        job, is_new = jobs.create(request.account_id, request.region, wanted)
    except TokenConflictError:
        message = "A job with this ClientRequestToken already exists with other parameters."
        raise RefusedError(ServiceError(400, "IdempotencyException", message)) from None
    if is_new:
        runner.start(job)
    return _answer("CreateJobResult", {"JobId": job.id})


def _describe_job(request: Request) -> Response:
    return _with_job(request, "s3:DescribeJob", lambda job: _answer("DescribeJobResult", {"Job": description(job)}))


def _list_jobs(request: Request) -> Response:
    refused = authorize.refusal(request, "s3:ListJobs")
    if refused is not None:
        return refused
    wanted: dict[str, Any] = {"JobStatuses": request.query.get("jobStatuses", [])}
    size = _number(request, "maxResults")
    if size is not None:
        wanted["MaxResults"] = size
    requests.check(wanted, "ListJobsRequest", without=("AccountId",))
    listed = jobs.listed(request.account_id, request.region)
    chosen = [job for job in listed if not wanted["JobStatuses"] or job.status in wanted["JobStatuses"]]
    start, page = _start(request), size or _DEFAULT_PAGE
    answer: dict[str, Any] = {"Jobs": [_summary(job) for job in chosen[start : start + page]]}
    if start + page < len(chosen):
        answer["NextToken"] = base64.b64encode(f"jobs {start + page}".encode()).decode()
    return _answer("ListJobsResult", answer)


def _update_job_status(request: Request) -> Response:
    wanted = {"RequestedJobStatus": _one(request, "requestedJobStatus")}
    reason = _one(request, "statusUpdateReason")
    if reason is not None:
        wanted["StatusUpdateReason"] = reason

    def update(job: Job) -> Response:
        requests.check(wanted, "UpdateJobStatusRequest", without=("AccountId", "JobId"))
        _change_status(job, str(wanted["RequestedJobStatus"]))
        job.status_update_reason = reason
        answer = {"JobId": job.id, "Status": job.status, "StatusUpdateReason": reason}
        return _answer("UpdateJobStatusResult", answer)

    return _with_job(request, "s3:UpdateJobStatus", update)


def _update_job_priority(request: Request) -> Response:
    def update(job: Job) -> Response:
        priority = _number(request, "priority")
        requests.check({"Priority": priority}, "UpdateJobPriorityRequest", without=("AccountId", "JobId"))
        if job.has_ended:
            raise requests.invalid(f"The priority of a job in status {job.status} cannot be changed.")
        job.priority = int(priority or 0)
        runner.pulse.beat()
        return _answer("UpdateJobPriorityResult", {"JobId": job.id, "Priority": job.priority})

    context = {"s3:RequestJobPriority": _one(request, "priority") or ""}
    return _with_job(request, "s3:UpdateJobPriority", update, context)


def _get_job_tagging(request: Request) -> Response:
    return _with_job(request, "s3:GetJobTagging", lambda job: _answer("GetJobTaggingResult", {
        "Tags": [{"Key": key, "Value": value} for key, value in job.tags.items()],
    }))  # fmt: skip


def _put_job_tagging(request: Request) -> Response:
    tags = requests.read(request.body, "PutJobTaggingRequest")["Tags"]

    def put(job: Job) -> Response:
        requests.check_tags(tags)
        job.tags = {tag["Key"]: tag["Value"] for tag in tags}
        return Response(200)

    context: dict[str, Any] = {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags}
    context["aws:TagKeys"] = [tag["Key"] for tag in tags]
    return _with_job(request, "s3:PutJobTagging", put, context)


def _delete_job_tagging(request: Request) -> Response:
    def delete(job: Job) -> Response:
        job.tags = {}
        return Response(204)

    return _with_job(request, "s3:DeleteJobTagging", delete)


_OPERATIONS: dict[str, Callable[[Request], Response]] = {
    "CreateJob": _create_job, "DescribeJob": _describe_job, "ListJobs": _list_jobs,
    "UpdateJobStatus": _update_job_status, "UpdateJobPriority": _update_job_priority,
    "GetJobTagging": _get_job_tagging, "PutJobTagging": _put_job_tagging, "DeleteJobTagging": _delete_job_tagging,
}  # fmt: skip


# ---- what they share


def description(job: Job) -> dict[str, Any]:
    """A JobDescriptor."""
    found: dict[str, Any] = {
        "JobId": job.id,
        "ConfirmationRequired": job.request.get("ConfirmationRequired", False),
        "JobArn": job.arn,
        "Status": job.status,
        "Priority": job.priority,
        "ProgressSummary": _progress(job, timed=True),
        "StatusUpdateReason": job.status_update_reason,
        "CreationTime": clock.iso(job.created),
        "RoleArn": job.role,
        "GeneratedManifestDescriptor": job.generated_manifest,
    }
    found |= {
        name: job.request.get(name) for name in ("Description", "Manifest", "Operation", "Report", "ManifestGenerator")
    }
    if job.failures:
        found["FailureReasons"] = [{"FailureCode": why.code, "FailureReason": why.reason} for why in job.failures]
    if job.suspended_at is not None:
        found |= {"SuspendedDate": clock.iso(job.suspended_at), "SuspendedCause": authorize.AWAITING_CONFIRMATION}
    if job.ended_at is not None:
        found["TerminationDate"] = clock.iso(job.ended_at)
    return found


def _summary(job: Job) -> dict[str, Any]:
    return {
        "JobId": job.id,
        "Description": job.request.get("Description"),
        "Operation": job.operation,
        "Priority": job.priority,
        "Status": job.status,
        "CreationTime": clock.iso(job.created),
        "TerminationDate": clock.iso(job.ended_at) if job.ended_at is not None else None,
        "ProgressSummary": _progress(job, timed=False),
    }


def _progress(job: Job, *, timed: bool) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "TotalNumberOfTasks": len(job.rows or []),
        "NumberOfTasksSucceeded": len(job.outcomes) - job.failed_tasks,
        "NumberOfTasksFailed": job.failed_tasks,
    }
    if timed:
        summary["Timers"] = {"ElapsedTimeInActiveSeconds": job.active_seconds(clock.now())}
    return summary


def _change_status(job: Job, wanted: str) -> None:
    allowed = job.status is Status.SUSPENDED if wanted == Status.READY else job.status in CANCELLABLE
    if not allowed:
        message = f"The job is in status {job.status} and cannot be updated to {wanted}."
        raise RefusedError(ServiceError(400, "JobStatusException", message))
    job.move(Status.READY if wanted == Status.READY else Status.CANCELLING, clock.now())


def _with_job(
    request: Request, action: str, then: Callable[[Job], Response], context: dict[str, Any] | None = None
) -> Response:
    """Do it when the caller may and the job is known in this account and Region."""
    job_id = request.path.split("/")[3]
    job = jobs.find(request.account_id, request.region, job_id)
    refused = authorize.refusal(request, action, job_id, job, context)
    if refused is not None:
        return refused
    return then(job) if job is not None else error_response(request, _NO_SUCH_JOB)


def _start(request: Request) -> int:
    token = _one(request, "nextToken")
    if token is None:
        return 0
    try:
        word, number = base64.b64decode(token, validate=True).decode().split(" ")
        if word == "jobs":
            return int(number)
    except ValueError:
        pass
    raise RefusedError(ServiceError(400, "InvalidNextTokenException", "The NextToken is not valid."))


def _one(request: Request, name: str) -> str | None:
    values = request.query.get(name)
    return values[0] if values else None


def _number(request: Request, name: str) -> int | None:
    text = _one(request, name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise requests.invalid(f"{name} is not a number.") from None


def _answer(shape_name: str, value: dict[str, Any]) -> Response:
    return Response(200, {"content-type": "application/xml"}, codec.encode(shape_name, value))
