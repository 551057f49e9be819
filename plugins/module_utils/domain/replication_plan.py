# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what a bucket has and what a task names to what the bucket will have.

What a task does not name stays: other rules, and the options of a rule that are unset. ``PutBucketReplication``
replaces everything, so the whole configuration is planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_document import write_rule
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import (
    V1,
    V2,
    Configuration,
    Destination,
    Rule,
    as_result,
    read_rule,
)

Option = Mapping[str, Any]

_PLAIN = ("priority", "status", "prefix", "tags", "delete_marker_replication", "replica_modifications")
# What a text option set to "" takes away.
_REMOVABLE = ("account_id", "storage_class", "replica_kms_key_id")
_SCHEMA_TOLD = {
    V1: "V1 (the delete markers that users make are always replicated)",
    V2: "V2 (delete markers are replicated where delete_marker_replication says so)",
}


@dataclass(frozen=True)
class Plan:
    """``before`` and ``after`` are ``None`` where replication is not configured. ``named``: IDs that the task names."""

    before: Configuration | None
    after: Configuration | None
    named: frozenset[str] = frozenset()

    @property
    def changed(self) -> bool:
        """Whether anything has to be written."""
        return self.before != self.after

    @property
    def converted(self) -> list[Rule]:
        """The rules, as they will be, that move from schema V1 to V2."""
        if self.before is None or self.after is None:
            return []
        old = {rule.id for rule in self.before.read() if rule.schema == V1}
        return [rule for rule in self.after.read() if rule.id in old and rule.schema == V2]

    def warnings(self, bucket: str) -> list[str]:
        """What a person should know about a move to schema V2."""
        keep = [rule.id for rule in self.converted if rule.delete_marker_replication]
        lose = [rule.id for rule in self.converted if not rule.delete_marker_replication]
        move = f"Replication of bucket {bucket} moves from schema V1 to V2"
        told = []
        if keep:
            told.append(f"{move}: delete markers go on being replicated by {_listed(keep)}")
        if lose:
            told.append(f"{move}: delete markers, always replicated in V1, are no longer replicated by {_listed(lose)}")
        return told

    def diff(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Both sides for a person: the rules by ID; the schema only where it changes."""
        return self._side(self.before), self._side(self.after)

    def _side(self, configuration: Configuration | None) -> dict[str, Any]:
        if configuration is None:
            return {"configured": False}
        side = as_result(configuration)
        del side["schema"]
        side["rules"] = {rule.pop("id"): rule for rule in side["rules"]}
        if self.converted:
            side["schema"] = _SCHEMA_TOLD[configuration.schema]
        return side


def plan_present(
    before: Configuration | None, role: str | None, options: list[Option], purge: bool, partition: str
) -> Plan:
    """Plan that the rules of ``options`` are there. ``purge`` drops the rules that ``options`` does not name.

    ``role`` unset keeps the present one. IDs in ``options`` have to be there and unique. The plan may hold what S3
    would refuse: ask ``replication_checks``.
    """
    if before and not options and not purge and role in (None, before.role):
        return Plan(before, before)  # nothing is named: a V1 configuration is left alone
    present = {rule.get("ID", ""): rule for rule in (before.rules if before else ())}
    named = {option["id"]: option for option in options}
    kept = [rule_id for rule_id in present if not purge or rule_id in named]
    new = [rule_id for rule_id in named if rule_id not in present]
    targets = []
    for rule_id in [*kept, *new]:
        rule = read_rule(present[rule_id]) if rule_id in present else None
        targets.append(merge(rule, named[rule_id]) if rule_id in named else rule)
    rules = _written(present, [target for target in targets if target is not None], partition)
    after = Configuration(role or (before.role if before else ""), rules) if rules else None
    return Plan(before, after, frozenset(named))


def plan_absent(before: Configuration | None, rule_ids: Iterable[str] | None, partition: str) -> Plan:
    """Plan that these rules are gone; ``None``: the whole configuration. With the last rule the configuration goes."""
    if before is None or rule_ids is None:
        return Plan(before, None)
    gone = frozenset(rule_ids)
    present = {rule.get("ID", ""): rule for rule in before.rules}
    if not gone & present.keys():
        return Plan(before, before, gone)
    rules = _written(present, [read_rule(rule) for rule_id, rule in present.items() if rule_id not in gone], partition)
    return Plan(before, Configuration(before.role, rules) if rules else None, gone)


def merge(present: Rule | None, option: Option) -> Rule:
    """Give the rule that ``option`` asks for: unset options keep what ``present`` says, a new rule gets what is usual.

    A new rule is enabled, for all objects, with metrics on (S3 tells of failures only for rules with metrics).
    """
    base = present or Rule(id=option["id"], destination=Destination(bucket=""), metrics=True)
    chosen = {name: option[name] for name in _PLAIN if option.get(name) is not None}
    if "tags" in chosen:
        chosen["tags"] = {str(key): _as_text(value) for key, value in chosen["tags"].items()}
    rule = replace(base, **chosen, destination=_merged_destination(base.destination, option.get("destination") or {}))
    # V1 rules know no tags, V2 rules replicate no delete markers with tags: the tags were asked for.
    if rule.schema == V1 and rule.tags and option.get("delete_marker_replication") is None:
        rule = replace(rule, delete_marker_replication=False)
    return _with_metrics(rule, option)


def _as_text(value: Any) -> Any:
    """YAML makes numbers of what looks like one; what else is no text is left for the refusal to show."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _with_metrics(rule: Rule, option: Option) -> Rule:
    """Replication Time Control brings metrics along; without it metrics are what the task or the rule says."""
    time, metrics = option.get("replication_time_control"), option.get("metrics")
    time = rule.replication_time_control if time is None else time
    metrics = rule.metrics if metrics is None else metrics
    if option.get("replication_time_control") and option.get("metrics") is None:
        metrics = True
    return replace(rule, replication_time_control=time, metrics=metrics)


def _merged_destination(base: Destination, option: Option) -> Destination:
    chosen: dict[str, Any] = {name: option[name] or None for name in _REMOVABLE if option.get(name) is not None}
    if option.get("owner_override") is not None:
        chosen["owner_override"] = option["owner_override"]
    if option.get("bucket") is not None:
        # What is no bucket stays as it is, for the refusal to show.
        chosen["bucket"] = bucket_of(option["bucket"]) or option["bucket"]
    return replace(base, **chosen)


def _written(present: Mapping[str, Any], targets: list[Rule], partition: str) -> tuple[dict[str, Any], ...]:
    """Write every target in schema V2, with the lowest free priority where it has none, in the order given."""
    taken = {target.priority for target in targets}
    rules = []
    for target in targets:
        if target.priority is None:
            target = replace(target, priority=_lowest_free(taken))
            taken.add(target.priority)
        rules.append(write_rule(present.get(target.id), target, partition))
    return tuple(rules)


def _lowest_free(taken: set[int | None]) -> int:
    number = 0
    while number in taken:
        number += 1
    return number


def _listed(rule_ids: list[str]) -> str:
    return ("rule " if len(rule_ids) == 1 else "rules ") + ", ".join(repr(rule_id) for rule_id in rule_ids)
