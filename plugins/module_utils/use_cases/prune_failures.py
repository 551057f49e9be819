# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing failure records that a job's report proves done, and noting on the others what the job said.

Everything is read before anything is written: a report that is missing or half written changes nothing. What is
written is what was planned, item by item, so that a failure which comes in meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket import head_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import JobNote
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import OPERATION
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import StoredRecord, note_item
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ObjectVersion
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.prune_plan import Outcome as TaskOutcome
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.prune_plan import Tally, Verdict, decide
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import ledger_reader
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_writes import PlannedWrites
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_index import ReportIndex
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.report_intake import take_in


def prune_failures(access: Access, table: str, job_ids: Sequence[str], bucket: str | None) -> Outcome:
    """Prune the ledger by the reports of ended jobs; ``bucket`` says whose records, and in which Region the jobs are.

    Raises :class:`RefusedError` for jobs that have not ended, :class:`ReportError`, :class:`AwsError`.
    """
    jobs = _ended_jobs(access, job_ids, bucket)
    outcome = Outcome(changed=False)
    with ReportIndex(access.folder) as index, PlannedWrites(access.folder) as writes:
        for number, job in enumerate(jobs):
            outcome.warnings += take_in(access, index, number, job)
        tally = _plan(access, table, jobs, index, writes, sorted(index.buckets) if bucket is None else [bucket])
        outcome.changed = writes.planned
        if not access.check_mode:
            writes.apply(access, table)
    _tell(outcome, tally, jobs)
    return outcome


def _ended_jobs(access: Access, job_ids: Sequence[str], bucket: str | None) -> list[Job]:
    """Describe the jobs, oldest first, so that a later one has the last word."""
    region = head_bucket(access.clients("s3"), bucket, access.account) if bucket else None
    client = access.clients("s3control", region)
    jobs = [s3control.describe_job(client, access.account, job_id) for job_id in dict.fromkeys(job_ids)]
    problems = [problem for job in jobs if (problem := _problem(job))]
    if problems:
        raise RefusedError("Nothing was pruned", problems)
    return sorted(jobs, key=lambda job: job.created_at)


def _problem(job: Job) -> str | None:
    if job.operation != OPERATION:
        return f"job {job.job_id} does {job.operation}, which proves nothing about replication"
    if not job.ended:
        return f"job {job.job_id} is {job.status} ({job.told}); wait for its end with batch_replication_job"
    return None


def _plan(
    access: Access, table: str, jobs: list[Job], index: ReportIndex, writes: PlannedWrites, buckets: Iterable[str]
) -> Tally:
    tally = Tally()
    client = access.clients("dynamodb")
    for bucket in buckets:
        selection = Selection(bucket=bucket)
        records = ledger_reader.read(client, table, selection, access.concurrency, full=True, on_orphan=writes.delete)
        for stored in records:
            record = stored.record
            found = index.outcome(ObjectVersion(record.bucket, record.object_key, record.version_id))
            job = jobs[found.job] if found else None
            verdict = decide(record, found, job.created_at if job else "")
            tally.count(record, verdict, found)
            if verdict.removes:
                writes.delete(stored.all_keys())
            elif job and found:
                _note(writes, stored, job, found, verdict)
    return tally


def _note(writes: PlannedWrites, stored: StoredRecord, job: Job, found: TaskOutcome, verdict: Verdict) -> None:
    """Note what the job said, in place of what was noted before; nothing to do when it is noted already."""
    status = "failed" if verdict is Verdict.FAILED else "succeeded"
    at = job.ended_at or job.created_at
    noted = stored.record.job
    if noted and noted.at > at:
        # A later job has taken the record since: its note is the one that counts.
        return
    item = note_item(stored, JobNote(job.job_id, status, at, found.code or None, found.message or None))
    if not noted or (noted.job_id, noted.status) != (job.job_id, status):
        writes.put(item)
    writes.delete((stored.partition, key) for key in stored.note_keys if key != item["sk"])


def _tell(outcome: Outcome, tally: Tally, jobs: list[Job]) -> None:
    result = tally.as_result()
    outcome.results = {**result, "jobs": [job.as_result() for job in jobs]}
    removed, kept = sum(result["removed"].values()), sum(result["kept"].values())
    outcome.results["msg"] = f"{removed} failure records are proven done, {kept} remain"
    outcome.before = {"records": removed + kept}
    outcome.after = {"records": kept}
