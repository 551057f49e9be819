# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Back-fill the sources of pairs: count, and replicate if asked, what is older than their rules; once for a rule set.

It is planned before anything is changed, from the rules that the sources are about to get, so that what is wrong is
told with all other problems. It is carried out for the sources whose pairs all succeeded: with rules that are not yet
as they should be it would have to be done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import back_fill as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import JobOptions
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_plan import PairsPlan
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_report import Failure
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import RuleWork
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_template import place_problem, placed
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Problem
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import back_fill
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.back_fill_work import Task, Work
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Need, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


@dataclass(frozen=True)
class BackFilling:
    """What is asked for. ``role`` (an ARN) and ``report_bucket`` are templates, for sources of several Regions.

    ``folder`` is one on the target for files. Without ``patience`` no job's end is waited for.
    """

    role: str
    report_bucket: str
    folder: str
    report_prefix: str = ""
    note_prefix: str = domain.DESCRIPTION
    replicate: bool = False
    patience: Patience | None = None

    def problems(self) -> list[str]:
        """Say what is wrong with the options themselves."""
        told = (("role", place_problem(self.role)), ("report_bucket", place_problem(self.report_bucket)))
        return [f"back_fill.{name}: {problem}" for name, problem in told if problem]

    def options(self, account: str, region: str) -> JobOptions:
        """Give what a job in a Region is made with."""
        role, bucket = (placed(template, account, region) for template in (self.role, self.report_bucket))
        return JobOptions(role, bucket, report_prefix=self.report_prefix)


@dataclass
class BackFills:
    """The back-fills of one run.

    ``steps`` are planned or were done, ``results`` go by source bucket, ``failures`` by pair.
    """

    side: Side
    asked: BackFilling
    concurrency: int
    progress: Progress
    steps: list[Step] = field(default_factory=list)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    failures: dict[int, Failure] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _works: dict[str, Work] = field(default_factory=dict)
    _numbers: dict[str, frozenset[int]] = field(default_factory=dict)
    _changing: frozenset[str] = frozenset()

    def plan(self, plan: PairsPlan, needs: Mapping[str, Need], found: Mapping[str, Found]) -> list[Problem]:
        """Plan for the sources that are to have rules; give what stands in the way."""
        usable = {bucket: work for bucket, work in plan.rules.items() if work.options and not found[bucket].problem}
        rules = {bucket: _rules_to_be(work, found[bucket]) for bucket, work in usable.items()}
        # A bucket whose rules are all off has nothing that they could leave behind.
        sources = {bucket: work for bucket, work in usable.items() if rules[bucket]}
        self._numbers = {bucket: frozenset(work.options) for bucket, work in sources.items()}
        written = {step.subject for step in plan.steps if step.kind == steps.REPLICATION}
        self._changing = frozenset(bucket for bucket in sources if bucket in written or not found[bucket].exists)
        task = self._task({bucket: needs[bucket].region for bucket in sources if found[bucket].exists})
        self._works = {work.bucket: work for work in back_fill.look(self._access, task, rules)}
        new = [bucket for bucket in sources if not found[bucket].exists]
        self._works |= {bucket: self._unplanned(bucket, needs[bucket].region) for bucket in new}
        self.steps = [step for work in self._works.values() if (step := self._step(work, task))]
        return [
            Problem(f"the back-fill of bucket {work.bucket}: {problem}", self._numbers[work.bucket])
            for work in self._works.values()
            for problem in work.problems
        ]

    def leave_out(self, numbers: Collection[int]) -> None:
        """Leave out the sources of pairs that failed."""
        out = {bucket for bucket in self._works if self._numbers[bucket] & set(numbers)}
        self._works = {bucket: work for bucket, work in self._works.items() if bucket not in out}
        self.steps = [step for step in self.steps if step.subject not in out]

    def predict(self) -> None:
        """Fill the results as check mode tells them."""
        works = list(self._works.values())
        back_fill.report_as_planned(works)
        self._take(works)

    def carry_out(self, needs: Mapping[str, Need]) -> None:
        """Do it for all sources that are not left out. What has new rules now is read anew."""
        kept = [work for bucket, work in self._works.items() if bucket not in self._changing]
        task = self._task({bucket: needs[bucket].region for bucket in self._works})
        again = self._task({bucket: needs[bucket].region for bucket in self._works if bucket in self._changing})
        works = [*kept, *back_fill.look(self._access, again)]
        for work in works:
            if work.problems:
                work.report("failed", "; ".join(work.problems))
        planned = {step.subject: step for step in self.steps}
        works = back_fill.carry_out(self._access, task, works, self.asked.patience, self.progress)
        failed = {work.bucket for work in works if back_fill.has_failed(work.result)}
        self.steps = [
            planned.get(work.bucket) or self._told(work.bucket, None, work.result["status"])
            for work in works
            if work.changed or (work.bucket in planned and work.bucket not in failed)
        ]
        self._take(works)
        for bucket in failed:
            failure = Failure(f"back-fill bucket {bucket}", self.results[bucket]["msg"])
            self.failures |= dict.fromkeys(self._numbers[bucket], failure)

    def _take(self, works: Iterable[Work]) -> None:
        works = list(works)
        self.results = {work.bucket: work.result for work in works}
        self.warnings = back_fill.warnings_of(works)

    @property
    def _access(self) -> Access:
        clients, home = self.side.clients, self.side.region

        def client(service: str, region: str | None = None) -> Any:
            return clients.get(service, region or home)

        return Access(client, self.side.caller.account, self.asked.folder, concurrency=self.concurrency)

    def _task(self, regions: Mapping[str, str]) -> Task:
        account = self.side.caller.account
        options = {bucket: self.asked.options(account, region) for bucket, region in regions.items()}
        return Task(options, replicate=self.asked.replicate, note_prefix=self.asked.note_prefix)

    def _unplanned(self, bucket: str, region: str) -> Work:
        """A source that is yet to be made; it is looked at once it is there."""
        options = self.asked.options(self.side.caller.account, region)
        return Work(bucket, options, domain.note_key(self.asked.note_prefix, bucket))

    def _step(self, work: Work, task: Task) -> Step | None:
        if work.result or work.problems:
            return None
        before, after = back_fill.predicted(work, task, self.asked.patience is not None)
        return None if after is None else self._told(work.bucket, before, after)

    def _told(self, bucket: str, before: Any, after: Any) -> Step:
        verb = "replicate" if self.asked.replicate else "count"
        told = f"{verb} what is older than the rules of bucket {bucket}"
        numbers = self._numbers[bucket]
        heading = f"replication of {bucket}"
        return Step(
            steps.OLDER_OBJECTS, steps.BACK_FILL, bucket, numbers, told, heading, "older objects", before, after
        )


def _rules_to_be(work: RuleWork, found: Found) -> domain.RuleSet:
    return domain.rule_set(work.planned(found.replication, [*work.options, *work.gone]).after)
