# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Back-fill many buckets: count what their rules leave behind, and replicate it once for each rule set.

S3 itself counts. ListObjectVersions gives no replication status, and a HEAD of each version costs a request each. A
job with a generated manifest lists what is eligible and not replicated; one that has to be confirmed then stands still
and tells its number of tasks (S3 User Guide, "Job statuses": Preparing, then Suspended). So counting prepares the job,
and replicating confirms the same one: nothing is listed twice, and a second count finds the first.

A run that is killed anywhere can be run again: the job is found by its identity until its end is noted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Situation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import describe
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_end import each, follow, standing_told
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work, read_note, stands
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import FromGenerator, make_plan
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replicated_elsewhere import replicated_elsewhere
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import apply_plan, outcome_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

_OURS = describe("", "", "generator", domain.DESCRIPTION).split()[-2:]


def back_fill(access: Access, task: Task, patience: Patience | None) -> Outcome:
    """Count, and replicate if asked; wait for the ends if ``patience`` is given. One bucket's trouble stops no other.

    Raises :class:`RefusedError` before anything is changed, with the problems of all buckets; afterwards
    :class:`ToldError` that tells of every bucket which failed, with all results in its details.
    """
    with ManifestSpool(access.folder) as spool:
        begin = _Beginner(access, task, spool)
        works = list(in_order(begin, task.sources, access.concurrency))
        problems = [f"{work.bucket}: {problem}" for work in works for problem in work.problems]
        if problems:
            raise RefusedError("No object was counted or replicated", list(dict.fromkeys(problems)))
        outcome = _predicted(works, task, patience is not None)
        if access.check_mode:
            _report_as_planned(works)
        else:
            works = _carried_out(access, task, works, begin, patience)
    outcome.changed = outcome.changed or any(work.changed for work in works)
    outcome.results = {"buckets": [work.result for work in works]}
    outcome.warnings = [f"{work.bucket}: {warning}" for work in works for warning in work.warnings]
    _raise_failures(outcome)
    return outcome


# ---- what is there, and what is to be done -------------------------------------------------------------------------


class _Beginner:
    """Reads what is there of one bucket, and plans its job."""

    def __init__(self, access: Access, task: Task, spool: ManifestSpool) -> None:
        self._access, self._task, self.spool = access, task, spool

    def __call__(self, bucket: str) -> Work:
        """Give the work; what is wrong goes to its ``problems``."""
        task = self._task
        work = Work(bucket, task.sources[bucket], domain.note_key(task.note_prefix, bucket))
        try:
            self._look(work)
            if not work.result and not work.problems:
                self._plan(work)
        except RefusedError as error:
            work.problems += error.problems
        except ToldError as error:
            work.problems.append(error.message)
        return work

    def _look(self, work: Work) -> None:
        """Read rules and note. Two calls tell that a back-fill was done before."""
        client, task = self._access.clients("s3"), self._task
        work.rules = domain.rule_set(s3_replication.get_replication(client, work.bucket))
        if not work.rules:
            work.problems.append(
                "it has no enabled replication rule, so there is nowhere to replicate to; put rules first "
                "(aws_dr.s3.bucket_pairs or aws_dr.s3.bucket_replication)"
            )
            return
        note = read_note(self._access, work)
        same = note is not None and domain.digest(note.rules) == domain.digest(work.rules)
        if note and same and not task.force and not (task.retry_failed and note.failed):
            _report_done_before(work, note)
            return
        work.statuses = task.statuses or self._statuses(work, note)
        run_id = domain.run_id(work.rules, note)
        work.options = replace(
            work.options,
            run_id=run_id,
            description=domain.DESCRIPTION,
            confirmation_required=not task.replicate,
        )

    def _statuses(self, work: Work, note: domain.Note | None) -> tuple[str, ...]:
        if note is not None:
            return domain.statuses(work.rules, note.rules)
        found = replicated_elsewhere(self._access, work.bucket, work.rules)
        work.warnings += found.warnings
        return domain.EVERYTHING if found.elsewhere else domain.LEFT_BEHIND

    def _plan(self, work: Work) -> None:
        asked = {"eligible_for_replication": True, "replication_statuses": list(work.statuses)}
        origin = FromGenerator(work.bucket, asked)
        work.plan = make_plan(self._access, origin, work.options, self.spool, wait=False)
        work.warnings += work.plan.warnings
        work.job = work.plan.job
        if work.job is None:
            work.other = next((job for job in work.plan.at_work if job.description.split()[-2:] == _OURS), None)

    def apply(self, work: Work) -> None:
        """Make the job, or confirm the one that is there."""
        if work.plan is None or work.other is not None:
            return
        origin = FromGenerator(work.bucket, {})
        outcome = outcome_of(work.plan, self.spool, work.options)
        work.job = apply_plan(self._access, origin, work.options, self.spool, work.plan, outcome)
        work.changed = work.changed or work.plan.changed


def _report_done_before(work: Work, note: domain.Note) -> None:
    counts = {"total": note.total, "succeeded": note.succeeded, "failed": note.failed}
    work.statuses = note.statuses
    told = f"Job {note.job_id} back-filled bucket {work.bucket} under these rules ({note.ended_at})"
    work.report("done_before", told, job_id=note.job_id, **counts)
    if note.failed:
        work.warnings.append(
            f"its back-fill of {note.ended_at} by job {note.job_id} left {note.failed} object versions that failed. "
            "Remedy what the job's report names, then run again with retry_failed: true"
        )


def _predicted(works: list[Work], task: Task, wait: bool) -> Outcome:
    """Give what will change, and the results of check mode."""
    outcome = Outcome(changed=False, before={}, after={})
    for work in works:
        if work.result:
            continue
        before, after = _told_before(work), _told_after(work, task, wait)
        outcome.before[work.bucket] = before
        outcome.after[work.bucket] = after or before
        outcome.changed = outcome.changed or after is not None
    return outcome


def _told_before(work: Work) -> Any:
    job = work.other or work.job
    return "not back-filled under these rules" if job is None else {"job_id": job.job_id, "status": job.status}


def _told_after(work: Work, task: Task, wait: bool) -> Any:
    """Say what will be; ``None`` when nothing changes."""
    job, where = work.job, domain.destinations(work.rules)
    if work.other is not None and not wait:
        return None
    if job is None:
        return {"status": "replicated" if task.replicate else "counted", "objects": list(work.statuses), "to": where}
    if job.ended:
        return {"job_id": job.job_id, "note": work.note_place}
    if task.replicate and (wait or job.situation is Situation.UNCONFIRMED):
        return {"job_id": job.job_id, "status": "replicated", "to": where}
    return None


# ---- doing it ------------------------------------------------------------------------------------------------------


def _carried_out(
    access: Access, task: Task, works: list[Work], begin: _Beginner, patience: Patience | None
) -> list[Work]:
    began = patience.now() if patience else 0.0
    open_works = [work for work in works if not work.result]
    each(access, open_works, begin.apply)
    free = follow(access, task, [work for work in open_works if not work.result], patience)
    # What was made for earlier rules has ended; now comes what today's rules leave behind.
    again = list(in_order(begin, [work.bucket for work in free], access.concurrency))
    for work in again:
        if work.problems:
            work.report("failed", "; ".join(work.problems))
    rest = [work for work in again if not work.result]
    if patience:
        patience = replace(patience, timeout=max(0.0, patience.timeout - (patience.now() - began)))
    each(access, rest, begin.apply)
    follow(access, task, [work for work in rest if not work.result], patience)
    newest = {work.bucket: work for work in [*works, *again]}
    return [newest[work.bucket] for work in works]


def _report_as_planned(works: list[Work]) -> None:
    """Check mode makes no job, and only a job counts."""
    for work in works:
        job = work.other or work.job
        if work.result:
            continue
        if job is None:
            work.report("planned", f"How many object versions of bucket {work.bucket} are left behind is not known yet")
        else:
            status = "planned" if job.ended else stands(job)
            work.report_job(status, job, standing_told(work, job))


def _raise_failures(outcome: Outcome) -> None:
    results = outcome.results["buckets"]
    failed = [result for result in results if result["status"] == "failed" or result.pop("late", False)]
    if failed:
        told = "; ".join(f"{result['bucket']}: {result['msg']}" for result in failed)
        raise ToldError(
            f"{len(failed)} of {len(results)} back-fills did not come to their end. {told}",
            buckets=results,
            changed=outcome.changed,
        )
