# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pairs out of tags: which buckets of a Region are meant, and what each becomes a pair with.

Keys and values of tags have upper and lower case in S3, so a match without it is asked for. Source: S3 User Guide,
"Using tags with S3 general purpose buckets".
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_template import filled, template_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import default_rule_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Discovery:
    """Which buckets are meant and what becomes of them.

    ``tags``: all have to be there; the value ``None`` stands for any. ``exclude``: names, or patterns with ``*`` and
    ``?``. ``template`` is what a pair has besides its source's name, with a template for the destination's name.
    ``remove``: a bucket whose tags no longer match loses its rule; ``delete_empty``: and its destination, if empty.
    """

    region: str
    tags: Mapping[str, str | None]
    template: Entry
    ignore_case: bool = False
    exclude: tuple[str, ...] = field(default=())
    remove: bool = False
    delete_empty: bool = False

    def problems(self) -> list[str]:
        """Say what is wrong with it."""
        problems = [] if self.tags else ["discover.tags is empty; name at least one tag"]
        problem = template_problem(str(self.template["destination"]["bucket"]))
        return problems + ([f"discover.destination.bucket: {problem}"] if problem else [])

    def excluded(self, bucket: str) -> bool:
        """Tell whether the bucket is left alone, whatever its tags say."""
        return any(fnmatch.fnmatchcase(bucket, pattern) for pattern in self.exclude)

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a bucket with these tags is meant."""
        has = {self._folded(key): self._folded(value) for key, value in tags.items()}
        return all(
            self._folded(key) in has and (value is None or has[self._folded(key)] == self._folded(value))
            for key, value in self.tags.items()
        )

    def _folded(self, text: str) -> str:
        return text.casefold() if self.ignore_case else text

    def entry(self, bucket: str, account: str) -> dict[str, Any]:
        """Make the pair of a bucket; ``account`` is that of the destination."""
        destination = self.template["destination"]
        name = filled(
            str(destination["bucket"]), bucket, destination.get("account_id") or account, destination["region"]
        )
        source = {**(self.template.get("source") or {}), "bucket": bucket, "region": self.region}
        return {**self.template, "source": source, "destination": {**destination, "bucket": name}}


def rule_is_there(entry: Entry, replication: Configuration | None) -> bool:
    """Tell whether the source has the rule of this pair: by its id, and going to this destination."""
    destination = entry["destination"]["bucket"]
    rule_id = entry.get("rule_id") or default_rule_id(destination)
    rules = replication.read() if replication else []
    return any(rule.id == rule_id and rule.destination.bucket == destination for rule in rules)


def sources_of(
    matched: Iterable[str], buckets: Iterable[str], discovery: Discovery, account: str
) -> tuple[list[str], list[str]]:
    """Give the matched buckets that are sources, and those that are left out as they are destinations by their names.

    Where tags are mirrored and both ends lie in one Region, destinations match too. They do not become sources when the
    tags of their own source go first: any of ``buckets``, matched or not, may be that.
    """
    matched = sorted(matched)
    destinations = {discovery.entry(bucket, account)["destination"]["bucket"] for bucket in buckets}
    return [name for name in matched if name not in destinations], [name for name in matched if name in destinations]
