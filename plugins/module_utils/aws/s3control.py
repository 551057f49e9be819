# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""S3 Batch Operations: one function a call. Clients are ``s3control`` clients of the Region that the jobs are in.

A job lives in the Region of its source bucket; in another Region, or more than 90 days after its end, AWS knows nothing
of it and answers ``NoSuchJob``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, parse_job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import OPERATION

_UNKNOWN_JOB = (
    "Jobs live in the Region of their source bucket and are forgotten 90 days after their end; check job_id, "
    "region and the account of the credentials"
)


class AnotherContentError(AwsError):
    """CreateJob was called before with the same token and another content (``IdempotencyException``)."""


def region_of(client: Any) -> str:
    """Give the Region that a client talks to."""
    region: str = client.meta.region_name
    return region


def create_job(client: Any, arguments: dict[str, Any], bucket: str) -> str:
    """CreateJob; gives the job's id. Repeated with the same arguments it gives the same job."""
    try:
        with call(f"create a Batch Replication job for bucket {bucket}", "s3:CreateJob"):
            job_id: str = client.create_job(**arguments)["JobId"]
    except AwsError as error:
        if error.code == "IdempotencyException":
            todo = "Set run_id to start a job of its own"
            raise AnotherContentError(error.doing, error.code, error.status, error.said, todo) from error
        raise
    return job_id


def knows_filter(client: Any, name: str) -> bool:
    """Tell whether this boto3 knows a filter of generated manifests; an older one would not send it."""
    return name in client.meta.service_model.shape_for("JobManifestGeneratorFilter").members


def describe_job(client: Any, account: str, job_id: str) -> Job:
    """DescribeJob. Raises :class:`MissingError` that says where jobs are to be looked for."""
    region = region_of(client)
    with _naming_the_job(f"describe job {job_id} in {region}", "s3:DescribeJob"):
        answer = client.describe_job(AccountId=account, JobId=job_id)
    return parse_job(answer["Job"], region)


def list_jobs(client: Any, account: str, statuses: Sequence[str] = ()) -> Iterator[Job]:
    """ListJobs, all pages: the replication jobs of the Region, of any origin, those that ended up to 90 days ago too.

    A listed job carries neither failure reasons nor report; a just-created one may not be listed yet.
    """
    region = region_of(client)
    request: dict[str, Any] = {"AccountId": account, "MaxResults": 1000}
    if statuses:
        request["JobStatuses"] = list(statuses)
    while True:
        with call(f"list the jobs in {region}", "s3:ListJobs"):
            answer = client.list_jobs(**request)
        jobs = (parse_job(listed, region) for listed in answer.get("Jobs", ()))
        yield from (job for job in jobs if job.operation == OPERATION)
        if not answer.get("NextToken"):
            return
        request["NextToken"] = answer["NextToken"]


def request_status(client: Any, account: str, job_id: str, status: str, reason: str) -> str:
    """UpdateJobStatus to ``Cancelled`` or ``Ready``; gives the status that follows.

    ``reason`` is cut at 256 characters. A transition that the job's state does not allow is an :class:`AwsError` with
    the code ``JobStatusException``.
    """
    with _naming_the_job(f"set job {job_id} to {status}", "s3:UpdateJobStatus"):
        answer = client.update_job_status(
            AccountId=account, JobId=job_id, RequestedJobStatus=status, StatusUpdateReason=reason[:256]
        )
    return str(answer.get("Status", ""))


def set_priority(client: Any, account: str, job_id: str, priority: int) -> None:
    """UpdateJobPriority; the higher number goes first."""
    with _naming_the_job(f"change the priority of job {job_id}", "s3:UpdateJobPriority"):
        client.update_job_priority(AccountId=account, JobId=job_id, Priority=priority)


@contextmanager
def _naming_the_job(doing: str, permission: str) -> Iterator[None]:
    """Be :func:`call`, and say where jobs are to be looked for when there is none."""
    try:
        with call(doing, permission):
            yield
    except MissingError as error:
        raise MissingError(doing, error.code, error.status, error.said, _UNKNOWN_JOB) from error
