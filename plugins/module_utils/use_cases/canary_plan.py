# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out which probes there can be: which rules are enabled, and which Regions answer on both sides."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_objects
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import canary_verdict as verdicts
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import (
    AskedPair,
    no_rule_told,
    rules_between,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_probes import (
    Probe,
    key_problem,
    name_of_probe,
    plan_probes,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_verdict import row_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Rule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.rules_found import Found, read_rules


@dataclass
class Plan:
    """The probes to write, by key what stands before their names, and the results that are known without them."""

    probes: list[Probe] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Planner:
    """Plans the probes of many pairs. ``expires``: when a probe that is still there is anybody's to remove."""

    def __init__(
        self,
        source: Clients,
        destination: Callable[[str | None], Any],
        owner: str,
        key_prefix: str,
        expires: datetime,
        concurrency: int,
    ) -> None:
        self._source, self._destination, self._owner = source, destination, owner
        self._key_prefix, self._expires, self._concurrency = key_prefix, expires, concurrency

    def plan(self, pairs: list[AskedPair]) -> Plan:
        """Read the rules, ask the Regions, and plan."""
        found = read_rules(self._source, pairs, self._concurrency)
        down = {pair.source_region for pair in pairs if found[pair.source].unreachable}
        regions = sorted({pair.destination_region for pair in pairs} - down)
        answers = in_order(lambda region: s3_bucket.answers(self._destination(region)), regions, self._concurrency)
        down |= {region for region, up in zip(regions, answers, strict=True) if not up}
        plan = Plan()
        for source in dict.fromkeys(pair.source for pair in pairs):
            self._plan_source(plan, pairs, source, found[source], down)
        sources = {probe.source.source: probe.source.source_region for probe in plan.probes}
        plan.warnings = [told for told in in_order(self._retention, sources.items(), self._concurrency) if told]
        return plan

    def _plan_source(self, plan: Plan, pairs: list[AskedPair], source: str, found: Found, down: set[str]) -> None:
        asked: dict[str, tuple[AskedPair, Rule]] = {}
        for pair in pairs:
            if pair.source != source:
                continue
            if found.error:
                status = verdicts.UNREACHABLE if found.unreachable else verdicts.COULD_NOT_READ
                plan.rows.append(row_of(pair, pair.rule_id, status, found.error))
                continue
            rules = rules_between(pair, found.configuration)
            enabled = [rule for rule in rules if rule.status == "enabled"]
            if not enabled:
                told = no_rule_told(pair, rules)
                plan.rows.append(row_of(pair, pair.rule_id, verdicts.NOT_CONFIGURED, told))
            for rule in enabled:
                if row := self._hindrance(pair, rule, down):
                    plan.rows.append(row)
                else:
                    asked.setdefault(rule.id, (pair, rule))
        rules = found.configuration.read() if found.configuration else []
        plan.probes += plan_probes(pairs, asked.values(), rules, lambda prefix: self._key(plan, prefix))

    def _hindrance(self, pair: AskedPair, rule: Rule, down: set[str]) -> dict[str, Any] | None:
        if pair.destination_region in down:
            told = f"Region {pair.destination_region} does not answer; no probe was written"
            return row_of(pair, rule.id, verdicts.UNREACHABLE, told)
        problem = key_problem(rule.prefix, self._key_prefix)
        return row_of(pair, rule.id, verdicts.NOT_WRITTEN, problem) if problem else None

    def _key(self, plan: Plan, prefix: str) -> str:
        before = prefix + self._key_prefix
        key = before + name_of_probe(self._expires, secrets.token_hex(8))
        plan.prefixes[key] = before
        return key

    def _retention(self, source: tuple[str, str]) -> str | None:
        """Object Lock by default keeps each probe. Who may not see that learns it from what is left."""
        bucket, region = source
        with suppress(AwsError):
            if s3_objects.has_default_retention(self._source.get("s3", region), bucket, self._owner):
                return (
                    f"Object Lock keeps every object of bucket {bucket} for a time by default, the probes too; they "
                    "can be removed only after that"
                )
        return None
