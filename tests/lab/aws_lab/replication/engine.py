# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replication engine: takes every change up at once, replicates it a little later, and tells what became of it.

S3 User Guide, "Getting replication status information": what fails for a permanent reason is FAILED and never tried
again by itself; while a bucket's Region is away it stays PENDING, and S3 resumes when the Region is back.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass, replace

from aws_lab import clock, faults, settings, store
from aws_lab.replication import authorize, copying, events, metrics, pausing, selection, status
from aws_lab.replication.authorize import Case
from aws_lab.replication.rules import Operation, Rule
from aws_lab.replication.timetable import Timetable
from aws_lab.store import Version

LOG = logging.getLogger("aws_lab")
_SLICE = 0.004  # seconds of work after which requests get their turn
_POLL = 0.01


@dataclass(frozen=True)
class Attempt:
    """What became of one version under one rule. destination: the bucket's name. reason: None = replicated."""

    rule_id: str
    destination: str
    reason: str | None


class SourceMissing(Exception):
    """There is nothing to replicate, for any destination. code: SrcBucketNotFound, SrcKeyNotFound, …"""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class _Task:
    source: Version
    operation: Operation
    rules: tuple[Rule, ...]
    role_arn: str
    requested_at: float
    batch: bool = False


class Engine:
    """All replication of the lab. One instance: `engine`."""

    def __init__(self) -> None:
        self._due: Timetable[_Task] = Timetable()
        self._deadlines: Timetable[_Task] = Timetable()
        self._waiting: list[_Task] = []
        self._late: set[tuple[str, str, str, str]] = set()
        self._jitter = random.Random(1)

    # ---- live replication

    def observe(self, bucket: str, key: str, version_id: str, operation: Operation) -> None:
        """A write has been done: if rules ask for it, the version is PENDING from now on."""
        version = store.find(bucket, key, version_id)
        if version is None:
            return
        if operation is Operation.PUT:
            version.notes.written_tags.update(store.extras(version).tags)
        rules = selection.for_change(version, operation)
        if not rules:
            return
        task = _Task(version, operation, tuple(rules), self._role(bucket), clock.now())
        status.begin(version, (rule.destination for rule in rules))
        knobs = settings.get()
        delay = knobs.replication_delay + self._jitter.uniform(0, knobs.replication_jitter)
        self._due.add(task.requested_at + delay, task)
        self._watch_deadline(task)
        for rule in rules:
            metrics.begun(version, rule, operation, task.requested_at)

    async def run(self) -> None:
        """Replicate what falls due, for ever (a background task of the lab)."""
        began = time.monotonic()
        while True:
            self._work(await self._due.pop())
            if time.monotonic() - began > _SLICE:
                await asyncio.sleep(0)
                began = time.monotonic()

    async def idle(self) -> None:
        """Wait until nothing is due any more and all events are out. What waits for a Region doesn't count."""
        while len(self._due):
            await asyncio.sleep(_POLL)
        await events.drained()

    def resume(self) -> None:
        """Take up again what waited, as far as nothing holds it back any more."""
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            self._due.add(clock.now(), task)

    def reset(self) -> None:
        """Forget everything: the lab starts anew."""
        self._due.clear()
        self._deadlines.clear()
        self._waiting.clear()
        self._late.clear()
        events.reset()
        metrics.reset()
        store.forget()

    def _work(self, task: _Task) -> None:
        for rule in task.rules:
            if _held_back(task.source.bucket, rule):
                self._waiting.append(replace(task, rules=(rule,)))
                continue
            try:
                self._attempt(task, rule)
            except Exception:  # a defect of the lab must not stop all replication; the object stays PENDING
                LOG.exception("could not replicate %r of %s", task.source.key, task.source.bucket)

    # ---- one version under one rule

    def _attempt(self, task: _Task, rule: Rule) -> Attempt:
        source = store.find(task.source.bucket, task.source.key, task.source.version_id)
        if source is None:
            reason: str | None = _missing_code(task.source.bucket, task.source.key, task.source.version_id)
        else:
            case = Case(source, rule, task.role_arn, task.operation, task.batch)
            reason = authorize.failure_reason(case)
            if reason is None:
                copying.replicate(case)
            status.settle(source, rule.destination, replicated=reason is None)
        self._tell(task, rule, reason)
        return Attempt(rule.id, rule.destination, reason)

    def _tell(self, task: _Task, rule: Rule, reason: str | None) -> None:
        if not task.batch and _is_late(task, rule):
            self._tell_missed(task, rule)
            if reason is None:
                events.replicated_after_threshold(task.source, rule, task.operation, task.requested_at)
        metrics.ended(task.source, rule, task.operation, task.requested_at, replicated=reason is None, batch=task.batch)
        if reason is not None:
            events.failed(task.source, rule, task.operation, task.requested_at, reason)

    # ---- S3 Batch Replication

    async def replicate_version(self, bucket: str, key: str, version_id: str | None, *, batch: bool) -> list[Attempt]:
        """Run every enabled rule that matches the version now; sets status and sends events as live replication does.

        version_id: None or "null" for the null version. batch: also what live replication leaves out: replicas, objects
        older than the rule, what is COMPLETED already. Waits while a Region is down. Raises SourceMissing.
        """
        source = self._source(bucket, key, version_id)
        if not batch and source.status not in (status.PENDING, status.FAILED):
            raise SourceMissing("SrcReplicationNotPending")
        rules = selection.for_batch(source)
        if not rules:
            raise SourceMissing("SrcObjectNotEligible")
        operation = Operation.DELETE if source.is_delete_marker else Operation.PUT
        requested_at = clock.now() if batch else source.notes.created
        task = _Task(source, operation, tuple(rules), self._role(bucket), requested_at, batch)
        status.begin(source, (rule.destination for rule in rules))
        attempts = []
        for rule in rules:
            while _held_back(bucket, rule):
                await asyncio.sleep(_POLL)
            attempts.append(self._attempt(task, rule))
        return attempts

    def _source(self, bucket: str, key: str, version_id: str | None) -> Version:
        if store.owner(bucket) is None:
            raise SourceMissing("SrcBucketNotFound")
        if store.replication_configuration(bucket) is None:
            raise SourceMissing("SrcBucketReplicationConfigMissing")
        source = store.find(bucket, key, version_id)
        if source is None:
            raise SourceMissing(_missing_code(bucket, key, version_id))
        return source

    def _role(self, bucket: str) -> str:
        return str((store.replication_configuration(bucket) or {}).get("Role", ""))

    # ---- Replication Time Control

    async def watch_deadlines(self) -> None:
        """Tell what is late under Replication Time Control, for ever (a background task of the lab)."""
        while True:
            task = await self._deadlines.pop()
            if status.is_pending(task.source, task.rules[0].destination):
                self._tell_missed(task, task.rules[0])

    def _watch_deadline(self, task: _Task) -> None:
        # The guide: delete markers are not under the 15 minutes of Replication Time Control.
        for rule in task.rules:
            if rule.time_control_minutes and task.operation is not Operation.DELETE:
                self._deadlines.add(task.requested_at + rule.time_control_minutes * 60, replace(task, rules=(rule,)))

    def _tell_missed(self, task: _Task, rule: Rule) -> None:
        name = (task.source.bucket, task.source.key, task.source.version_id, rule.destination)
        if name not in self._late:
            self._late.add(name)
            events.missed_threshold(task.source, rule, task.operation, task.requested_at)


def _is_late(task: _Task, rule: Rule) -> bool:
    under_control = rule.time_control_minutes and task.operation is not Operation.DELETE
    return bool(under_control) and clock.now() - task.requested_at > rule.time_control_minutes * 60


def _held_back(bucket: str, rule: Rule) -> bool:
    """Whether a Region is away, or somebody pauses replication: neither is a failure."""
    regions = (store.region(bucket), store.region(rule.destination))
    away = any(faults.region_down(region) for region in regions if region)
    return away or pausing.paused(bucket, rule, rule.destination)


def _missing_code(bucket: str, key: str, version_id: str | None) -> str:
    if store.owner(bucket) is None:
        return "SrcBucketNotFound"
    if not store.of_key(bucket, key):
        return "SrcKeyNotFound"
    return "SrcObjectNotFound" if version_id in (None, store.NULL_VERSION) else "SrcVersionNotFound"


engine = Engine()
