# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers may do with jobs, and what a job's role may do.

Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3" (jobs), and S3 User Guide,
"Granting permissions for Batch Operations" and "Configuring an IAM role for S3 Batch Replication".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lab import caller, iam
from aws_lab.batch.model import Job
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

SERVICE = "batchoperations.s3.amazonaws.com"
AWAITING_CONFIRMATION = "AWAITING_CONFIRMATION"


def refusal_to_create(request: Request, wanted: Mapping[str, Any]) -> Response | None:
    """The answer when the caller may not make this job: s3:CreateJob, s3:PutJobTagging if tagged, iam:PassRole."""
    context: dict[str, Any] = {
        "s3:RequestJobPriority": str(wanted["Priority"]),
        "s3:RequestJobOperation": next(iter(wanted["Operation"])),
    }
    tags = {tag["Key"]: tag["Value"] for tag in wanted.get("Tags") or []}
    if tags:
        context |= {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        context["aws:TagKeys"] = list(tags)
    actions = ["s3:CreateJob", "s3:PutJobTagging"] if tags else ["s3:CreateJob"]
    refusals = (refusal(request, action, context=context) for action in actions)
    return next((refused for refused in refusals if refused is not None), None) or _refusal_to_pass(
        request, wanted["RoleArn"]
    )


def refusal(
    request: Request, action: str, job_id: str = "*", job: Job | None = None, context: Mapping[str, Any] | None = None
) -> Response | None:
    """The answer when the caller may not do this to the job, or to jobs at large ("*"), else None."""
    unsigned = not request.access_key
    if unsigned or request.headers.get("x-amz-account-id", request.account_id) != request.account_id:
        return error_response(request, ServiceError(403, "AccessDenied", "Access Denied"))
    resource = "*" if action == "s3:ListJobs" else f"arn:aws:s3:{request.region}:{request.account_id}:job/{job_id}"
    return caller.refusal(request, action, resource, {**(context or {}), **_conditions(job)})


def role_is_assumable(account: str, role_arn: str, job_arn: str = "") -> bool:
    """Whether the role's trust policy lets S3 Batch Operations assume it for the account."""
    return bool(iam.may_assume(role_arn, SERVICE, source_account=account, source_arn=job_arn))


def session(job: Job) -> iam.Session:
    """The job's role in the hands of S3 Batch Operations, with the policies it has now."""
    return iam.Session(job.role, SERVICE)


def _refusal_to_pass(request: Request, role_arn: str) -> Response | None:
    if iam.role_account(role_arn) != request.account_id:
        return error_response(request, ServiceError(403, "AccessDenied", "Cross-account pass role is not allowed"))
    return caller.refusal(request, "iam:PassRole", role_arn, {"iam:PassedToService": SERVICE})


def _conditions(job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    known = {"s3:ExistingJobPriority": str(job.priority), "s3:ExistingJobOperation": job.operation}
    known |= {f"aws:ResourceTag/{key}": value for key, value in job.tags.items()}
    if job.suspended_at is not None:
        known["s3:JobSuspendedCause"] = AWAITING_CONFIRMATION
    return known
