# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The beginning of a back-fill: reading what is there of a bucket, planning its job, making or confirming it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import describe
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work, read_note
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import FromGenerator, make_plan
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.manifest_spool import ManifestSpool
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.replicated_elsewhere import replicated_elsewhere
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import apply_plan, outcome_of

_OURS = describe("", "", "generator", domain.DESCRIPTION).split()[-2:]


class Beginner:
    """Reads what is there of one bucket, and plans its job.

    ``rules``: the rule sets of buckets that are about to get them; those of all others are read.
    """

    def __init__(
        self, access: Access, task: Task, spool: ManifestSpool, rules: Mapping[str, domain.RuleSet] | None = None
    ) -> None:
        self._access, self._task, self.spool, self._rules = access, task, spool, rules or {}

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
        task = self._task
        work.rules = self._rules_of(work.bucket)
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

    def _rules_of(self, bucket: str) -> domain.RuleSet:
        if bucket in self._rules:
            return self._rules[bucket]
        return domain.rule_set(s3_replication.get_replication(self._access.clients("s3"), bucket))

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
