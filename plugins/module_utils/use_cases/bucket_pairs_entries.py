# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which pairs a task is about: those that it names, and those that the tags of buckets make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_bucket_settings, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import (
    Discovery,
    rule_is_there,
    sources_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Problem
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

Entry = Mapping[str, Any]


@dataclass
class Entries:
    """All pairs, the places of those that go (``gone``), and what stands in the way so far."""

    raw: list[Entry]
    gone: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    discovered: list[str] = field(default_factory=list)

    def add(self, entry: Entry, gone: bool = False, problem: str = "") -> None:
        """Add a pair at the end."""
        number = len(self.raw)
        self.raw.append(entry)
        if gone:
            self.gone.add(number)
        if problem:
            self.problems.append(Problem(problem, frozenset([number])))


@dataclass(frozen=True)
class _Looked:
    """The tags of a bucket; ``None``: there is no such bucket any more. ``problem``: they can't be read."""

    tags: Mapping[str, str] | None
    problem: str = ""


def discover(entries: Entries, sides: Sides, discovery: Discovery, concurrency: int, progress: Progress) -> None:
    """Add the pairs that the tags make. Raises :class:`AwsError` when the buckets can't be listed.

    Tags are read bucket by bucket: the Resource Groups Tagging API answers for all at once, but late, so that a bucket
    that was just tagged, or is no longer, would be taken for what it was.
    """
    client = sides.source.s3(discovery.region)
    account, destination_account = sides.source.caller.account, sides.destination.caller.account
    listed = sorted(s3_bucket.regions_of_buckets(client, discovery.region))
    named = {entry["source"].get("bucket") for entry in entries.raw}
    buckets = [name for name in listed if not discovery.excluded(name) and name not in named]
    progress.begin("read the tags of buckets", len(buckets))

    def look(name: str) -> _Looked:
        looked = _tags(client, name, account)
        progress.part(failed=bool(looked.problem))
        return looked

    looked = dict(zip(buckets, in_order(look, buckets, concurrency), strict=True))
    matched = [name for name, found in looked.items() if found.tags is not None and discovery.matches(found.tags)]
    sources, destinations = sources_of(matched, listed, discovery, destination_account)
    entries.discovered = sources
    for name in sources:
        entries.add(discovery.entry(name, destination_account))
    for name, found in looked.items():
        if found.problem:
            entries.add(discovery.entry(name, destination_account), problem=found.problem)
    entries.warnings += [
        f"bucket {name} has the tags, but is the destination of another bucket by its name: it is no source"
        for name in destinations
    ]
    if discovery.remove:
        left = [name for name, found in looked.items() if found.tags is not None and name not in matched]
        _add_unmatched(entries, client, discovery, left, destination_account, concurrency)


def _tags(client: Any, bucket: str, account: str) -> _Looked:
    try:
        return _Looked({tag["Key"]: tag["Value"] for tag in s3_bucket_settings.get_tags(client, bucket, account) or []})
    except MissingError:
        return _Looked(None)
    except AwsError as error:
        return _Looked(None, f"{error.message}. Whether it is meant is not known; put it right, or exclude it")


def _add_unmatched(
    entries: Entries, client: Any, discovery: Discovery, buckets: list[str], account: str, concurrency: int
) -> None:
    """Add as gone what has the rule of its pair, though its tags no longer ask for it."""
    pairs = {name: discovery.entry(name, account) for name in buckets}

    def look(name: str) -> bool | str:
        try:
            return rule_is_there(pairs[name], s3_replication.get_replication(client, name))
        except MissingError:
            return False
        except AwsError as error:
            return error.message

    for name, found in zip(buckets, in_order(look, buckets, concurrency), strict=True):
        if found:
            entries.add(pairs[name], gone=True, problem=found if isinstance(found, str) else "")
