# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirror the properties of pairs that are being set up: planned with the rest, carried out at the end of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.notification_targets import target_exists
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import pair_steps as steps
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Found, Standard, Step
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_pairs import MirrorPair, names_of, read_pairs
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties import mirror
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Mirroring:
    """What is mirrored; ``selection`` unset: everything but notifications. ``mapping`` as in ``bucket_properties``."""

    selection: tuple[str, ...] | None = None
    purge: bool = False
    mapping: Mapping[str, Any] = field(default_factory=dict)

    def chosen(self, standard: Standard) -> frozenset[str]:
        """Leave out what the standard of the destination says already."""
        said = (
            ("encryption", standard.encryption),
            ("public_access_block", standard.public_access_block),
            ("ownership_controls", standard.ownership),
        )
        chosen = properties.DEFAULT if self.selection is None else self.selection
        return frozenset(chosen) - {name for name, wanted in said if wanted}


class Mirror:
    """Plans and carries out the mirroring of ``raw`` pairs, by their places."""

    def __init__(
        self, sides: Sides, mirroring: Mirroring, standard: Standard, raw: Mapping[int, Entry], patience: Patience
    ) -> None:
        self._sides, self._purge, self._patience = sides, mirroring.purge, patience
        self._chosen = mirroring.chosen(standard)
        numbers = list(raw)
        pairs, self.problems = read_pairs([raw[number] for number in numbers], mirroring.mapping)
        self._pairs = dict(zip(numbers, pairs, strict=True)) if not self.problems else {}

    def plan(
        self, planned: Iterable[Step], found: Mapping[str, Found], concurrency: int, progress: Progress
    ) -> tuple[list[Step], list[Problem], list[str]]:
        """Give a step for each pair with something to mirror, what stands in the way, and warnings.

        ``planned`` are the steps that come before.
        """
        problems = [Problem(text, frozenset(self._pairs)) for text in self.problems]
        ahead: dict[str, dict[str, Any]] = {}
        for step in planned:
            ahead.setdefault(step.subject, {})[step.kind] = step.value
        progress.begin("compare properties", len(self._pairs))

        def look(number: int) -> Outcome:
            pair = self._pairs[number]
            values = _values(ahead.get(pair.destination, {}))
            if found[pair.destination].exists:
                there = _Ahead(self._client(pair), values)
                outcome = self._mirror(number, True, there)
            else:
                outcome = self._mirror(number, True, self._client(pair), {**properties.FRESH, **values})
            progress.part(failed=bool(outcome.results["failures"]))
            return outcome

        made, warnings = [], []
        for number, outcome in zip(self._pairs, in_order(look, self._pairs, concurrency), strict=True):
            problems += [Problem(failure, frozenset([number])) for failure in outcome.results["failures"]]
            warnings += outcome.warnings
            if outcome.changed:
                made.append(_step(number, self._pairs[number], outcome))
        return made, problems, warnings

    def carry_out(self, step: Step) -> None:
        """Mirror one pair. Raises :class:`ToldError` with all that failed."""
        outcome = self._mirror(step.value, False, self._client(self._pairs[step.value]))
        if failures := outcome.results["failures"]:
            raise ToldError("; ".join(failures))

    def _client(self, pair: MirrorPair) -> Any:
        return self._sides.destination.s3(pair.destination_region)

    def _mirror(
        self, number: int, check_mode: bool, there: Any, to_be_made: Mapping[str, Any] | None = None
    ) -> Outcome:
        pair, source, destination = self._pairs[number], self._sides.source, self._sides.destination
        account = pair.destination_account or destination.caller.account
        names = names_of(pair, list(self._pairs.values()), source.caller.account, account)
        exists: Callable[[str], bool] = partial(target_exists, destination.clients.get)
        return mirror(
            source.s3(pair.source_region),
            there,
            pair.source,
            pair.destination,
            self._chosen,
            check_mode,
            names=names,
            purge=self._purge,
            exists=exists,
            patience=self._patience,
            to_be_made=to_be_made,
        )


def _step(number: int, pair: MirrorPair, outcome: Outcome) -> Step:
    told = f"mirror {', '.join(outcome.after)} of bucket {pair.source} to {pair.destination}"
    heading = f"bucket {pair.destination}"
    numbers = frozenset([number])
    before, after = outcome.before, outcome.after
    return Step(
        steps.PROPERTIES, steps.MIRROR, pair.destination, numbers, told, heading, "mirrored", before, after, number
    )


def _values(ahead: Mapping[str, Any]) -> dict[str, Any]:
    """What the steps ahead will have written, by the names of properties."""
    names = {steps.POLICY: "policy", steps.TAGS: "tags", steps.ENCRYPTION: "encryption"}
    return {names[kind]: value for kind, value in ahead.items() if kind in names}


class _Ahead:
    """An S3 client that shows what the steps ahead will have written, so that check mode compares with that."""

    def __init__(self, client: Any, values: Mapping[str, Any]) -> None:
        self._client, self._values = client, values

    def __getattr__(self, name: str) -> Any:
        answers: dict[str, tuple[str, Callable[[Any], Any]]] = {
            "get_bucket_policy": ("policy", lambda value: {"Policy": json.dumps(value)}),
            "get_bucket_tagging": ("tags", lambda value: {"TagSet": value}),
            "get_bucket_encryption": ("encryption", lambda value: {"ServerSideEncryptionConfiguration": value}),
        }
        if name in answers and answers[name][0] in self._values:
            value = answers[name][1](self._values[answers[name][0]])
            return lambda **_unused: value
        return getattr(self._client, name)
