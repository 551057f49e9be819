# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Batch Replication job, made once: planned, made or taken over, noted in the ledger, waited for.

A run that is killed anywhere can be run again. The manifest has a name and a content that follow from what it holds,
CreateJob gets a token that does, and AWS gives the same job for the same token.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects, s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import (
    DEFAULT_PRIORITY,
    Generator,
    JobOptions,
    create_arguments,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ManifestFile, manifest_object_key
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import apply_adjustment, finish
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import (
    Action,
    FromFailures,
    JobPlan,
    Origin,
    make_plan,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_writes import put_all
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.wait_for_job import describe_young

_DIGEST = "sha256"


def run_batch_job(access: Access, origin: Origin, options: JobOptions, patience: Patience | None) -> Outcome:
    """Make sure that a job has done, or does, what is asked; wait for its end if ``patience`` is given.

    Raises :class:`RefusedError` before anything is changed, :class:`DeadlineError` and :class:`JobEndError` from the
    wait, :class:`AwsError`.
    """
    with ManifestSpool(access.folder) as spool:
        plan = make_plan(access, origin, options, spool, patience is not None)
        outcome = outcome_of(plan, spool, options)
        if not access.check_mode:
            apply_plan(access, origin, options, spool, plan, outcome)
    job_id = outcome.results["job_id"]
    if patience is not None and job_id and not access.check_mode:
        client = access.clients("s3control", plan.located.region)
        job = finish(access, client, job_id, patience, outcome.changed)
        _tell_job(outcome, plan, job)
    return outcome


def outcome_of(plan: JobPlan, spool: ManifestSpool, options: JobOptions) -> Outcome:
    """Tell what a plan comes to; check mode stops here."""
    outcome = Outcome(changed=plan.changed, warnings=list(plan.warnings))
    from_failures = plan.located.source is None
    outcome.results = {
        "bucket": plan.located.bucket,
        "region": plan.located.region,
        "job_id": plan.job.job_id if plan.job else None,
        "job": plan.job.as_result() if plan.job else None,
        "created": plan.action is Action.CREATE,
        "adopted": plan.action is Action.ADOPT,
        "objects": spool.objects if from_failures else None,
        "records": spool.records if from_failures else None,
        "msg": _told(plan, spool),
    }
    outcome.before, outcome.after = _diff(plan, spool, options)
    return outcome


def _diff(plan: JobPlan, spool: ManifestSpool, options: JobOptions) -> tuple[dict[str, Any], dict[str, Any]]:
    if plan.action is Action.CREATE:
        after: dict[str, Any] = {
            "bucket": plan.located.bucket,
            "from": plan.kind,
            "role": options.role,
            "report": f"s3://{options.report_bucket}/{options.report_prefix}",
            "priority": DEFAULT_PRIORITY if options.priority is None else options.priority,
        }
        if plan.located.source is None:
            after["objects"] = spool.objects
        return {}, {"job": after}
    if plan.job is None:
        return {}, {}
    before, after = plan.adjustment.diff(plan.job)
    if plan.missing_notes:
        before["records_noted"] = spool.records - plan.missing_notes
        after["records_noted"] = spool.records
    return {"job": before}, {"job": after}


def _told(plan: JobPlan, spool: ManifestSpool) -> str:
    bucket = plan.located.bucket
    if plan.action is Action.NOTHING:
        return f"Bucket {bucket} has no failure record that is selected: there is nothing to do"
    if plan.action is Action.CREATE:
        what = f"{spool.objects} objects" if plan.located.source is None else "the objects that its manifest names"
        return f"A job for {what} of bucket {bucket} is made"
    return _told_of(plan.job, plan) if plan.job else ""


def _told_of(job: Job, plan: JobPlan) -> str:
    if plan.action is Action.ADOPT:
        return f"Job {job.job_id} is at work on bucket {plan.located.bucket} already: {job.told}"
    told = f"Job {job.job_id} has done exactly this before ({job.status}, {job.told})"
    if plan.kind == "failures":
        told += ". Prune the ledger by its report with replication_failure_prune"
    return f"{told}. To do it again, give another run_id"


def apply_plan(
    access: Access, origin: Origin, options: JobOptions, spool: ManifestSpool, plan: JobPlan, outcome: Outcome
) -> Job | None:
    """Make the job, or change the one that is there; gives it, and tells of it in ``outcome``."""
    client = access.clients("s3control", plan.located.region)
    job = plan.job
    if plan.action is Action.CREATE:
        job = _create(access, client, options, spool, plan, outcome)
    elif job is not None:
        job = apply_adjustment(client, access.account, job, plan.adjustment)
    if job is None:
        return None
    _tell_job(outcome, plan, job)
    if isinstance(origin, FromFailures) and (plan.action is Action.CREATE or plan.missing_notes):
        put_all(access, origin.table, spool.notes(job.job_id, job.created_at))
    return job


def _create(
    access: Access, client: Any, options: JobOptions, spool: ManifestSpool, plan: JobPlan, outcome: Outcome
) -> Job:
    located = plan.located
    source = located.source or _uploaded(access, options, spool, plan)
    if isinstance(source, ManifestFile):
        outcome.results["manifest"] = {"bucket": source.bucket, "key": source.key, "etag": source.etag}
    arguments = create_arguments(located.bucket, plan.kind, plan.token, source, options, access.account)
    job_id = s3control.create_job(client, arguments, located.bucket)
    access.tell(f"Job {job_id} for bucket {located.bucket} is made")
    return describe_young(client, access.account, job_id, Patience(0, 0, access.now, access.sleep))


def _uploaded(access: Access, options: JobOptions, spool: ManifestSpool, plan: JobPlan) -> ManifestFile | Generator:
    """Bring the spooled manifest to S3, unless an earlier run did."""
    bucket = options.manifest_bucket or ""
    key = manifest_object_key(options.manifest_prefix, plan.located.bucket, plan.token)
    client = access.clients("s3")
    etag = _etag_of_same(client, bucket, key, access.account, spool)
    if etag is None:
        metadata = {_DIGEST: spool.digest}
        etag = s3_objects.put_file(client, bucket, key, spool.rows, spool.size, access.account, metadata)
    return ManifestFile(bucket, key, etag)


def _etag_of_same(client: Any, bucket: str, key: str, owner: str, spool: ManifestSpool) -> str | None:
    try:
        facts = s3_objects.head_object(client, bucket, key, owner)
    except MissingError:
        return None
    same = facts.metadata.get(_DIGEST) == spool.digest and facts.size == spool.size and facts.encryption == "AES256"
    return facts.etag if same else None


def _tell_job(outcome: Outcome, plan: JobPlan, job: Job) -> None:
    outcome.results["job_id"] = job.job_id
    outcome.results["job"] = job.as_result()
    if job.ended and plan.action is not Action.DONE_BEFORE:
        outcome.results["msg"] = f"Job {job.job_id} is {job.status}: {job.told}"
