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

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Situation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_begin import Beginner
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_end import each, follow, standing_told
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work, stands
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def back_fill(access: Access, task: Task, patience: Patience | None, progress: Progress) -> Outcome:
    """Count, and replicate if asked; wait for the ends if ``patience`` is given. One bucket's trouble stops no other.

    Raises :class:`RefusedError` before anything is changed, with the problems of all buckets; afterwards
    :class:`ToldError` that tells of every bucket which failed, with all results in its details.
    """
    works = look(access, task)
    problems = [f"{work.bucket}: {problem}" for work in works for problem in work.problems]
    if problems:
        raise RefusedError("No object was counted or replicated", list(dict.fromkeys(problems)))
    outcome = _predicted(works, task, patience is not None)
    if access.check_mode:
        report_as_planned(works)
    else:
        works = carry_out(access, task, works, patience, progress)
    outcome.changed = outcome.changed or any(work.changed for work in works)
    outcome.results = {"buckets": [work.result for work in works]}
    outcome.warnings = warnings_of(works)
    _raise_failures(outcome)
    return outcome


def warnings_of(works: Iterable[Work]) -> list[str]:
    """Give the warnings, each with its bucket."""
    return [f"{work.bucket}: {warning}" for work in works for warning in work.warnings]


# ---- planning ------------------------------------------------------------------------------------------------------


def look(access: Access, task: Task, rules: Mapping[str, domain.RuleSet] | None = None) -> list[Work]:
    """Read what is there of each bucket and plan its job; what is wrong is among the ``problems`` of its work.

    ``rules``: the rule sets that buckets are about to get; those of all others are read.
    """
    with ManifestSpool(access.folder) as spool:
        return list(in_order(Beginner(access, task, spool, rules), task.sources, access.concurrency))


def _predicted(works: list[Work], task: Task, wait: bool) -> Outcome:
    """Give what will change, and the results of check mode."""
    outcome = Outcome(changed=False, before={}, after={})
    for work in works:
        if work.result:
            continue
        before, after = predicted(work, task, wait)
        outcome.before[work.bucket] = before
        outcome.after[work.bucket] = after or before
        outcome.changed = outcome.changed or after is not None
    return outcome


def predicted(work: Work, task: Task, wait: bool) -> tuple[Any, Any]:
    """Give the two sides of what will be; the second is ``None`` when nothing changes."""
    return _told_before(work), _told_after(work, task, wait)


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


def carry_out(
    access: Access, task: Task, works: list[Work], patience: Patience | None, progress: Progress
) -> list[Work]:
    """Make or confirm the jobs, and follow them; give the works with their results."""
    with ManifestSpool(access.folder) as spool:
        return _carried_out(access, task, works, Beginner(access, task, spool), patience, progress)


def _carried_out(
    access: Access, task: Task, works: list[Work], begin: Beginner, patience: Patience | None, progress: Progress
) -> list[Work]:
    began = patience.now() if patience else 0.0
    open_works = [work for work in works if not work.result]
    each(access, open_works, begin.apply)
    free = follow(access, task, [work for work in open_works if not work.result], patience, progress)
    # What was made for earlier rules has ended; now comes what today's rules leave behind.
    again = list(in_order(begin, [work.bucket for work in free], access.concurrency))
    for work in again:
        if work.problems:
            work.report("failed", "; ".join(work.problems))
    rest = [work for work in again if not work.result]
    if patience:
        patience = replace(patience, timeout=max(0.0, patience.timeout - (patience.now() - began)))
    each(access, rest, begin.apply)
    follow(access, task, [work for work in rest if not work.result], patience, progress)
    newest = {work.bucket: work for work in [*works, *again]}
    return [newest[work.bucket] for work in works]


def report_as_planned(works: list[Work]) -> None:
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


def has_failed(result: dict[str, Any]) -> bool:
    """Tell whether a back-fill failed, or its end did not come in time; its result stays as it is returned."""
    return bool(result.pop("late", False)) or result["status"] == "failed"


def _raise_failures(outcome: Outcome) -> None:
    results = outcome.results["buckets"]
    failed = [result for result in results if has_failed(result)]
    if failed:
        told = "; ".join(f"{result['bucket']}: {result['msg']}" for result in failed)
        raise ToldError(
            f"{len(failed)} of {len(results)} back-fills did not come to their end. {told}",
            buckets=results,
            changed=outcome.changed,
        )
