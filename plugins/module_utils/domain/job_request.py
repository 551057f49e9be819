# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of S3 Batch Replication: checked, given its identity, and put into the form that CreateJob takes.

The identity of a job is a digest of all that decides what it does. It is told to AWS twice: as ClientRequestToken, so
that a repeated call gets the same job, and in the description, so that a later run finds the job again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import (
    bucket_arn,
    is_bucket_name,
    parse_arn,
    role_arn_problem,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job, Situation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import FORMATS, ManifestFile
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.report import FORMAT as REPORT_FORMAT

MARK = "aws_dr.s3"
OPERATION = "S3ReplicateObject"
DEFAULT_PRIORITY = 10
SCOPES = {"all_tasks": "AllTasks", "failed_tasks_only": "FailedTasksOnly"}
_OURS = re.compile(
    rf"{re.escape(MARK)} (?P<bucket>\S+) (?P<base>[0-9a-f]{{48}})-(?P<attempt>\d+) (?P<kind>[a-z]+)(: .*)?", re.S
)
_TAG_TEXT = re.compile(r"[\w\s.:/=+\-@]*")


@dataclass(frozen=True)
class JobOptions:
    """What all jobs have in common. ``None`` means that the user did not say."""

    role: str
    report_bucket: str
    report_prefix: str = ""
    report_scope: str = "all_tasks"
    manifest_bucket: str | None = None
    manifest_prefix: str = ""
    priority: int | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    confirmation_required: bool | None = None
    run_id: str | None = None


@dataclass(frozen=True)
class Generator:
    """A manifest that S3 makes itself. ``filters`` is JSON-able and in CreateJob's own form, times as ISO-8601."""

    filters: Mapping[str, Any]
    output_bucket: str | None = None
    output_prefix: str = ""


class Purpose(NamedTuple):
    """What a job's description says when the job is ours. ``kind`` is failures, manifest or generator."""

    bucket: str
    base: str
    attempt: int
    kind: str


def option_problems(options: JobOptions, account: str) -> list[str]:
    """Say all that is wrong with the options by themselves."""
    problems = [_role_problem(options.role, account), *_bucket_problems(options), _tags_problem(options.tags)]
    # Shapes ReportPrefixString and ManifestPrefixString: at most 512.
    prefixes = {"report_prefix": options.report_prefix, "manifest_prefix": options.manifest_prefix}
    problems += [f"{name} is longer than 512 bytes" for name, prefix in prefixes.items() if len(prefix.encode()) > 512]
    if options.priority is not None and not 0 <= options.priority <= 2147483647:
        problems.append(f"priority is {options.priority}; it must be from 0 to 2147483647")
    return [problem for problem in problems if problem]


def _role_problem(role: str, account: str) -> str | None:
    problem = role_arn_problem(role)
    if problem:
        return f"role {problem}"
    arn = parse_arn(role)
    if arn and arn.account != account:
        return f"role {role} is in account {arn.account}; a job's role must be in the job's account {account}"
    return None


def _bucket_problems(options: JobOptions) -> list[str]:
    named = {"report_bucket": options.report_bucket, "manifest_bucket": options.manifest_bucket}
    return [
        f"{option} {bucket!r} is not a bucket name"
        for option, bucket in named.items()
        if bucket is not None and not is_bucket_name(bucket)
    ]


def _tags_problem(tags: Mapping[str, str]) -> str | None:
    # S3 User Guide, "Controlling access and labeling jobs using tags": at most 50, keys to 128, values to 256.
    if len(tags) > 50:
        return f"tags has {len(tags)} entries; a job takes at most 50"
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            return f"tags has {key!r}: a key has 1 to 128 characters and does not begin with aws:, a value up to 256"
        if not _TAG_TEXT.fullmatch(key) or not _TAG_TEXT.fullmatch(value):
            return f"tags has {key!r}: only letters, digits, spaces and _ . : / = + - @ are allowed"
    return None


def identity(bucket: str, kind: str, content: Any, options: JobOptions) -> str:
    """Give the 48 hexadecimal digits that stand for what a job does; ``content`` is JSON-able.

    Priority, description, tags and confirmation are left out: they do not change what a job does, so that they can be
    changed for a job that is there already.
    """
    essence = {
        "bucket": bucket,
        "kind": kind,
        "operation": OPERATION,
        "content": content,
        "role": options.role,
        "report": [options.report_bucket, options.report_prefix.strip("/"), options.report_scope],
        "manifest": [options.manifest_bucket, options.manifest_prefix.strip("/")],
        "run_id": options.run_id,
    }
    return hashlib.sha256(json.dumps(essence, sort_keys=True).encode()).hexdigest()[:48]


def client_token(base: str, attempt: int) -> str:
    """Give the ClientRequestToken, at most 64 characters."""
    return f"{base}-{attempt}"


def describe(bucket: str, token: str, kind: str, text: str | None) -> str:
    """Give the job's description, by which :func:`purpose` knows it again."""
    return f"{MARK} {bucket} {token} {kind}" + (f": {text}" if text else "")


def description_problem(bucket: str, kind: str, text: str | None) -> str | None:
    """Say when the user's text does not fit beside ours: AWS takes 256 characters in all."""
    free = 256 - len(describe(bucket, client_token("0" * 48, 9999), kind, "x")) + 1
    if text and len(text) > free:
        return f"description has {len(text)} characters; {free} are free for bucket {bucket}"
    return None


def purpose(job: Job) -> Purpose | None:
    """Read from a job's description what we made it for; ``None`` when it is not ours."""
    match = _OURS.fullmatch(job.description)
    return Purpose(match["bucket"], match["base"], int(match["attempt"]), match["kind"]) if match else None


class Standing(NamedTuple):
    """Which of the jobs that are there answers a request.

    ``job`` is one that is at work (``finished`` false) or one that has done exactly this before (``finished`` true);
    ``None`` when a new one is needed, which then is the given ``attempt``.
    """

    job: Job | None
    finished: bool
    attempt: int


def busy_job(jobs: Iterable[Job], bucket: str) -> Job | None:
    """Give the job that is at work on failure records of ``bucket``; a second one beside it would do work twice."""
    busy = [job for job in jobs if not job.ended and _is_for(job, bucket, "failures")]
    return min(busy, key=lambda job: job.created_at, default=None)


def _is_for(job: Job, bucket: str, kind: str) -> bool:
    ours = purpose(job)
    return ours is not None and ours.bucket == bucket and ours.kind == kind


def standing(jobs: Iterable[Job], bucket: str, base: str, useless: Collection[str] = ()) -> Standing:
    """Find the job that answers a request by its identity.

    One that failed or was cancelled does not answer it, nor does one that is ``useless`` (ids of jobs that completed
    and left no proof of it): the next attempt gets a token of its own, because AWS would give back the old job for
    the old one. Attempts are counted, so that a run which was killed finds the job of the same attempt.
    """
    attempts = [(ours, job) for job in jobs if (ours := purpose(job)) and (ours.bucket, ours.base) == (bucket, base)]
    for _ours, job in sorted(attempts, key=lambda pair: -pair[0].attempt):
        if not job.ended:
            return Standing(job, finished=False, attempt=0)
        if job.job_id in useless:
            continue
        if job.situation is Situation.COMPLETE or job.found_nothing:
            return Standing(job, finished=True, attempt=0)
    return Standing(None, finished=False, attempt=max((ours.attempt for ours, _job in attempts), default=0) + 1)


def manifest_content(file: ManifestFile) -> dict[str, Any]:
    """Give what identifies a manifest that the user brought."""
    place = {"bucket": file.bucket, "key": file.key, "etag": file.etag, "version_id": file.version_id}
    return {**place, "kind": file.kind, "fields": list(file.fields) if file.kind == "csv" else []}


def create_arguments(
    bucket: str, kind: str, token: str, source: ManifestFile | Generator, options: JobOptions, account: str
) -> dict[str, Any]:
    """Build the arguments of CreateJob. The partition of bucket ARNs is that of the role."""
    arn = parse_arn(options.role)
    partition = arn.partition if arn else "aws"
    arguments: dict[str, Any] = {
        "AccountId": account,
        "Operation": {OPERATION: {}},
        "Report": {
            "Enabled": True,
            "Bucket": bucket_arn(options.report_bucket, partition),
            "Format": REPORT_FORMAT,
            "ReportScope": SCOPES[options.report_scope],
            "ExpectedBucketOwner": account,
        },
        "ClientRequestToken": token,
        "Description": describe(bucket, token, kind, options.description),
        "Priority": DEFAULT_PRIORITY if options.priority is None else options.priority,
        "RoleArn": options.role,
        "ConfirmationRequired": bool(options.confirmation_required),
    }
    if options.report_prefix.strip("/"):
        arguments["Report"]["Prefix"] = options.report_prefix.strip("/")
    if options.tags:
        arguments["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(options.tags.items())]
    if isinstance(source, Generator):
        generator = _generator(bucket, source, account, partition)
        arguments["ManifestGenerator"] = {"S3JobManifestGenerator": generator}
    else:
        arguments["Manifest"] = _manifest(source, partition)
    return arguments


def _manifest(file: ManifestFile, partition: str) -> dict[str, Any]:
    spec: dict[str, Any] = {"Format": FORMATS[file.kind]}
    if file.kind == "csv":
        spec["Fields"] = list(file.fields)
    location = {"ObjectArn": f"{bucket_arn(file.bucket, partition)}/{file.key}", "ETag": file.etag.strip('"')}
    if file.version_id:
        location["ObjectVersionId"] = file.version_id
    return {"Spec": spec, "Location": location}


def _generator(bucket: str, source: Generator, account: str, partition: str) -> dict[str, Any]:
    generator: dict[str, Any] = {
        "ExpectedBucketOwner": account,
        "SourceBucket": bucket_arn(bucket, partition),
        "EnableManifestOutput": source.output_bucket is not None,
    }
    if source.output_bucket is not None:
        output = {
            "ExpectedManifestBucketOwner": account,
            "Bucket": bucket_arn(source.output_bucket, partition),
            "ManifestFormat": "S3InventoryReport_CSV_20211130",
            "ManifestEncryption": {"SSES3": {}},
        }
        if source.output_prefix.strip("/"):
            output["ManifestPrefix"] = source.output_prefix.strip("/")
        generator["ManifestOutputLocation"] = output
    if source.filters:
        generator["Filter"] = dict(source.filters)
    return generator
