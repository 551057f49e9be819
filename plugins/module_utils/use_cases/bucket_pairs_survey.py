# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be known of the buckets of many pairs, and looking at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import is_account_regional
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_plan import Asked
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair, Problem
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases import bucket_pairs_look as looking
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_entries import Entries
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Need, Side, Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress

Entry = Mapping[str, Any]


@dataclass
class Looked:
    """Pairs that can go on, those of them that are to go, what was found, and what stands in the way so far."""

    raw: dict[int, Entry]
    pairs: dict[int, Pair]
    gone: frozenset[int]
    problems: list[Problem]
    needs: dict[str, Need] = field(default_factory=dict)
    found: dict[str, Found] = field(default_factory=dict)


def survey(
    sides: Sides,
    concurrency: int,
    asked: Asked,
    entries: Entries,
    pairs: Mapping[int, Pair],
    progress: Progress,
) -> Looked:
    """Look at the Regions, then at the buckets of those that can be reached. What is hopeless is not looked at."""
    away = looking.region_problems(
        [
            place
            for pair in pairs.values()
            for place in ((sides.source, pair.source_region), (sides.destination, pair.destination_region))
        ],
        concurrency,
    )
    there, problems = {}, list(entries.problems)
    for number, pair in pairs.items():
        told = [
            away[place]
            for place in (
                (sides.source.caller.account, pair.source_region),
                (sides.destination.caller.account, pair.destination_region),
            )
            if place in away
        ]
        problems += [Problem(text, frozenset([number])) for text in dict.fromkeys(told)]
        if not told:
            there[number] = pair
    raw = {number: entries.raw[number] for number in there}
    looked = Looked(raw, there, frozenset(entries.gone & there.keys()), problems)
    looked.needs = _needs(sides, there, looked.gone, asked)
    looked.found = looking.look_at_buckets(looked.needs, concurrency, progress)
    looked.problems += namespace_problems(sides.destination, looked)
    locked = [
        pair.destination
        for number, pair in there.items()
        if number not in looked.gone and looked.found[pair.source].settings.get(steps.OBJECT_LOCK)
    ]
    looking.look_for_locks(looked.found, looked.needs, locked, concurrency)
    return looked


def namespace_problems(side: Side, looked: Looked) -> list[Problem]:
    """Refuse what the boto3 at hand could not ask S3 for, before anything is changed."""
    wanted = {
        number: pair
        for number, pair in looked.pairs.items()
        if number not in looked.gone
        and is_account_regional(pair.destination)
        and not looked.found[pair.destination].exists
    }
    return [
        Problem(
            f"bucket {pair.destination} is to be made in its account's own namespace, which the boto3 that runs this "
            f"task does not know; install boto3 1.42.67 or newer, or choose another name",
            frozenset([number]),
        )
        for number, pair in wanted.items()
        if not s3_bucket.knows_namespaces(side.s3(pair.destination_region))
    ]


def _needs(sides: Sides, pairs: Mapping[int, Pair], gone: frozenset[int], asked: Asked) -> dict[str, Need]:
    """What has to be known of each bucket: no more than the standard asks for, as every setting is a call."""
    needs: dict[str, Need] = {}

    def need(name: str, side: Side, role: str, region: str, account: str, settings: Iterable[str]) -> None:
        needs.setdefault(name, Need(side, role, region, account)).settings.update(settings)

    of_source = {steps.REPLICATION, steps.VERSIONING, steps.OBJECT_LOCK}
    of_source |= {steps.NOTIFICATION} if asked.notify else set()
    standard = asked.standard
    chosen = (
        # A role has to be allowed to use the key that the bucket encrypts with by default.
        (steps.ENCRYPTION, standard.encryption or not asked.roles.existing),
        (steps.PUBLIC_ACCESS_BLOCK, standard.public_access_block),
        (steps.OWNERSHIP, standard.ownership),
        (steps.POLICY, standard.tls_only or asked.account != asked.destination_account),
        (steps.TAGS, bool(standard.tags)),
    )
    of_destination = {steps.VERSIONING} | {name for name, wanted in chosen if wanted}
    source, destination = sides.source, sides.destination
    for number, pair in pairs.items():
        here, there = of_source, of_destination
        if number in gone:
            here, there = {steps.REPLICATION, steps.NOTIFICATION}, {steps.EMPTY}
        need(pair.source, source, "source", pair.source_region, source.caller.account, here)
        account = pair.destination_account or destination.caller.account
        if number not in gone or asked.delete_empty:
            need(pair.destination, destination, "destination", pair.destination_region, account, there)
    return needs
