# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role ``teardown`` removes: what setup made for the pairs, known by its marks, and nothing else.

A rule is ours when it bears the pair's rule id and goes to the pair's destination. A role is ours when it is named as
setup names the role of that source bucket; it goes when no bucket's rules need it any more, and else loses its policies
for destinations that none of these goes to. Statements of bucket policies are ours by their Sid. Data goes only where a
bucket is named, and a sentence that names it, and today's date, confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_policy import TLS_ONLY_SID, replication_sids
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.names import fitted_name
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import Pair, bears_mark, pairs_of_any_account
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, policy_name

Entry = Mapping[str, Any]
_ROLE_NAME = 64


@dataclass(frozen=True)
class Names:
    """How setup named things, and whose account it is."""

    account: str
    partition: str
    role_prefix: str
    role_path: str
    batch_role_prefix: str
    job_bucket_prefix: str

    def replication_role(self, bucket: str) -> tuple[str, str]:
        """Name and ARN of the replication role of a source bucket."""
        roles = Roles(self.account, self.partition, self.role_prefix, self.role_path)
        return roles.name(bucket), roles.arn(bucket)

    def batch_role(self, region: str) -> str:
        """Name of the batch role of a Region."""
        return fitted_name(f"{self.batch_role_prefix}{region}", _ROLE_NAME)

    def job_bucket(self, region: str) -> str:
        """The bucket for job files of a Region."""
        return f"{self.job_bucket_prefix}-{self.account}-{region}"


@dataclass(frozen=True)
class Request:
    """What is asked for beyond rules, notifications and roles. ``today`` is the date in UTC, as YYYY-MM-DD.

    ``tls_only``: the statement that denies requests without TLS goes from the policies of destinations that stay.
    ``across``: destinations are worked on with a role of their own account.
    """

    buckets: tuple[str, ...] = ()
    confirm: str = ""
    today: str = ""
    queues: bool = False
    ledger: bool = False
    tls_only: bool = False
    across: bool = False
    confirmed_later: bool = False


class _There:
    """What ``bucket_replication_info`` found of all buckets, and what of it stays."""

    def __init__(self, answers: Iterable[Entry], pairs: list[Pair]) -> None:
        self.answers = {answer["bucket"]: answer for answer in answers}
        self.unread = [answer for answer in self.answers.values() if not answer["readable"]]
        wanted = {(pair.source, pair.rule_id, pair.destination) for pair in pairs}
        self.goes: dict[str, list[Entry]] = {}
        self.stays: dict[str, list[Entry]] = {}
        for bucket, answer in self.answers.items():
            for rule in (answer.get("replication") or {}).get("rules") or ():
                ours = (bucket, rule["id"], rule["destination"]["bucket"]) in wanted
                (self.goes if ours else self.stays).setdefault(bucket, []).append(rule)

    def uses(self, role: str) -> list[str]:
        """Buckets whose rules, of those that stay, work with a role."""
        return sorted(bucket for bucket in self.stays if self.answers[bucket]["replication"]["role"] == role)

    def go_to(self, destination: str, role: str = "") -> bool:
        """Whether any rule that stays, of a bucket that works with this role ("": any), goes to a bucket."""
        return any(
            rule["destination"]["bucket"] == destination
            for bucket, rules in self.stays.items()
            for rule in rules
            if not role or self.answers[bucket]["replication"]["role"] == role
        )

    def still_ours(self, bucket: str) -> list[str]:
        """Rules that stay and that setup made for another pair, or a replica set, by their id."""
        rules = self.stays.get(bucket, ())
        return [rule["id"] for rule in rules if bears_mark(rule["id"], rule["destination"]["bucket"])]


def confirmation(buckets: Iterable[str], today: str) -> str:
    """Give the sentence that confirms the loss of all data in ``buckets``. It holds for one day."""
    return f"delete all data in {', '.join(sorted(set(buckets)))} on {today}"


def teardown_plan(raw: Iterable[Entry], answers: Iterable[Entry], names: Names, request: Request) -> dict[str, Any]:
    """Plan from the pairs as the user gave them, and all buckets of the account as ``bucket_replication_info`` gives.

    Gives ``problems`` and ``kept`` (sentences), lists of what to remove (``rules``, ``notifications``, ``roles``,
    ``role_policies``, ``batch_roles``, ``statements``, ``buckets``), the ``regions`` of the sources, and the sentence
    that confirms (``confirmation``).
    """
    # Pairs across accounts can be torn down on this side.
    pairs, problems = pairs_of_any_account(list(raw), names.account)
    there = _There(answers, pairs)
    sources = {pair.source: pair.source_region for pair in pairs}
    kept: list[str] = []
    problems += [
        f"the rules of source bucket {bucket} could not be read: {there.answers[bucket]['error']}"
        for bucket in sources
        if bucket in there.answers and not there.answers[bucket]["readable"]
    ]
    done_with = _done_with(sources, there, kept)
    roles = _roles(sources, there, names, kept)
    statements = _statements(pairs, there, names, request, kept)
    problems += _bucket_problems(pairs, there, names, request) + _shared_problems(sources, there, request)
    return {
        "problems": problems,
        "kept": kept + _other_rules(pairs, there),
        "rules": [
            {"bucket": bucket, "region": region, "rules": [{"id": rule["id"]} for rule in there.goes[bucket]]}
            for bucket, region in sources.items()
            if bucket in there.goes
        ],
        "notifications": [
            {"bucket": bucket, "region": sources[bucket]} for bucket in done_with if bucket in there.answers
        ],
        "roles": roles,
        "role_policies": _role_policies(pairs, there, names),
        "batch_roles": _batch_roles(sources, done_with, names),
        "statements": statements,
        "buckets": _buckets(pairs, there, names, request),
        "regions": sorted(set(sources.values())),
        "confirmation": confirmation(request.buckets, request.today),
    }


def _done_with(sources: Iterable[str], there: _There, kept: list[str]) -> list[str]:
    """Sources that no rule of another pair of ours is left for; one that is gone is among them."""
    done = []
    for bucket in sources:
        rules = there.still_ours(bucket)
        if rules:
            kept.append(
                f"bucket {bucket} still replicates by {', '.join(rules)}, which setup made for pairs that are not "
                "named here: its notification, role and part of the batch role stay"
            )
        else:
            done.append(bucket)
    return done


def _other_rules(pairs: Iterable[Pair], there: _There) -> list[str]:
    return [
        f"rule {rule['id']} of bucket {pair.source} goes to {rule['destination']['bucket']}, not to "
        f"{pair.destination}: somebody changed it, so it stays"
        for pair in pairs
        for rule in there.stays.get(pair.source, ())
        if rule["id"] == pair.rule_id
    ]


def _roles(sources: Mapping[str, str], there: _There, names: Names, kept: list[str]) -> list[dict[str, str]]:
    found = []
    for bucket, region in sources.items():
        name, arn = names.replication_role(bucket)
        users = there.uses(arn)
        if users:
            kept.append(f"role {name} stays: bucket {', '.join(users)} replicates with it")
        elif there.unread:
            unread = ", ".join(answer["bucket"] for answer in there.unread)
            kept.append(f"role {name} stays: whether {unread} replicates with it could not be read")
        else:
            found.append({"name": name, "bucket": bucket, "region": region})
    return found


def _role_policies(pairs: Iterable[Pair], there: _There, names: Names) -> list[dict[str, Any]]:
    """Policies for destinations that no rule goes to any more, of roles that stay because other rules need them."""
    found: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        name, arn = names.replication_role(pair.source)
        if there.uses(arn) and not there.go_to(pair.destination, arn):
            role = found.setdefault(pair.source, {"name": name, "region": pair.source_region, "policies": []})
            role["policies"].append(policy_name(pair.destination))
    return list(found.values())


def _statements(
    pairs: Iterable[Pair], there: _There, names: Names, request: Request, kept: list[str]
) -> list[dict[str, Any]]:
    """Statements of ours in the policies of destinations that stay: for roles of this account, and about TLS."""
    found: dict[str, dict[str, Any]] = {}
    for pair in pairs:
        if pair.destination in request.buckets:
            continue
        if pair.destination_account not in (None, names.account) and not request.across:
            kept.append(
                f"the policy of bucket {pair.destination} of account {pair.destination_account} keeps what setup put "
                "there; name a role of that account (teardown_destination_account_role) to have it taken away"
            )
            continue
        role = names.replication_role(pair.source)[1]
        sids: list[str] = []
        if request.across and not there.go_to(pair.destination, role):
            sids += replication_sids(role)
        if request.tls_only and not there.go_to(pair.destination):
            sids.append(TLS_ONLY_SID)
        if sids:
            place = {"bucket": pair.destination, "region": pair.destination_region, "sids": []}
            mine = found.setdefault(pair.destination, place)["sids"]
            mine += [sid for sid in sids if sid not in mine]
    return list(found.values())


def _batch_roles(sources: Mapping[str, str], done_with: list[str], names: Names) -> list[dict[str, Any]]:
    return [
        {
            "name": names.batch_role(region),
            "region": region,
            "policies": [f"replicate-{bucket}" for bucket in done_with if sources[bucket] == region],
        }
        for region in sorted({sources[bucket] for bucket in done_with})
    ]


def _buckets(pairs: Iterable[Pair], there: _There, names: Names, request: Request) -> list[dict[str, str]]:
    regions = _made_by_setup(pairs, names)
    wanted = dict.fromkeys(request.buckets)
    return [{"bucket": name, "region": regions.get(name, "")} for name in wanted if name in there.answers]


def _made_by_setup(pairs: Iterable[Pair], names: Names) -> dict[str, str]:
    """Buckets that setup makes, with their Regions: destinations that are no source, and buckets for job files."""
    pairs = list(pairs)
    sources = {pair.source for pair in pairs}
    made = {pair.destination: pair.destination_region for pair in pairs if pair.destination not in sources}
    return {**made, **{names.job_bucket(region): region for region in sorted({pair.source_region for pair in pairs})}}


def _bucket_problems(pairs: list[Pair], there: _There, names: Names, request: Request) -> list[str]:
    made = _made_by_setup(pairs, names)
    sources = {pair.source for pair in pairs}
    problems = []
    for bucket in dict.fromkeys(request.buckets):
        if bucket in sources:
            problems.append(f"bucket {bucket} is the source of a pair; teardown never removes a source")
        elif bucket not in made:
            problems.append(f"bucket {bucket} is neither a destination of these pairs nor a bucket for their job files")
        into = [
            f"{source} by {rule['id']}"
            for source, rules in there.stays.items()
            for rule in rules
            if rule["destination"]["bucket"] == bucket and rule["status"] == "enabled"
        ]
        if into:
            problems.append(f"bucket {bucket} can't be removed: {'; '.join(into)} replicates into it and stays")
        if there.stays.get(bucket):
            problems.append(f"bucket {bucket} can't be removed: it has replication rules that are not of these pairs")
    if not problems and request.buckets and not request.confirmed_later:
        problems += _unconfirmed(request)
    return problems


def _unconfirmed(request: Request) -> list[str]:
    expected = confirmation(request.buckets, request.today)
    if request.confirm == expected:
        return []
    given = f"it is {request.confirm!r}" if request.confirm else "it is empty"
    return [
        f"the loss of all data in {', '.join(sorted(set(request.buckets)))} is not confirmed: teardown_confirm must be "
        f"{expected!r}; {given}. See with --check how much it is"
    ]


def _shared_problems(sources: Iterable[str], there: _There, request: Request) -> list[str]:
    """Queue and ledger are shared: they stay as long as setup's rules for other pairs need them."""
    if not (request.queues or request.ledger):
        return []
    others = {bucket: rules for bucket in there.stays if (rules := there.still_ours(bucket))}
    what = " and ".join(name for name, asked in (("queues", request.queues), ("ledger", request.ledger)) if asked)
    return [
        f"the {what} can't be removed: bucket {bucket} still replicates by {', '.join(rules)}, which setup made for a "
        "pair that is not named here, and may report its failures there"
        for bucket, rules in sorted(others.items())
    ]
