# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replica sets: N buckets that each replicate to all others, as pairs, and what goes when a member leaves.

Rules of a set bear its name in their id, so that a rule to a bucket that is no member any more is known as the set's
own, and nobody else's rule is ever taken for it. Priorities are left to ``replication_plan``: a rule keeps the one it
has, a new one gets the lowest that is free in its bucket, so that a member that comes or goes changes nothing of the
others, and rules of others never collide with ours.

Sources: S3 User Guide, "Replicating metadata changes with replica modification sync" (all rules of a two-way
replication have it) and "What does Amazon S3 replicate?" (a replica is not replicated again, hence all N(N-1) rules).
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import form_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import default_rule_id, is_region
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import Roles, policy_name

Entry = Mapping[str, Any]
PLACEHOLDERS = ("account", "name", "region")
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_TO = "-to-"


@dataclass(frozen=True)
class Set:
    """What all rules of a set have in common. ``account`` is the members' one; it may be empty where no template asks.

    ``template`` names the buckets of members that name none, such as ``{name}-{region}`` or
    ``{name}-{account}-{region}-an``.
    """

    name: str
    template: str = ""
    account: str = ""
    prefix: str = ""
    delete_markers: bool = True
    time_control: bool = False


def rule_id(name: str, destination: str) -> str:
    """Name the rule of a set to a member. Two sets, or two members, never give the same id."""
    return f"set-{name}-{default_rule_id(destination)}"


# ---- members and pairs -----------------------------------------------------------------------------------------------


def pairs(members: Sequence[Entry], asked: Set) -> list[dict[str, Any]]:
    """Give the N(N-1) pairs of the members, in their order, as ``bucket_pairs`` takes them.

    A member has ``region``, and may have ``bucket``, ``kms_key_id`` and ``storage_class``. Raises
    :class:`RefusedError` with all that is wrong.
    """
    named, problems = _named(members, asked)
    problems = [*_set_problems(asked), *problems, *_together(members, named)]
    if problems:
        raise RefusedError(f"Nothing was changed. {len(problems)} problem(s) of replica set {asked.name!r}", problems)
    return [_pair(one, other, asked) for one in named for other in named if one is not other]


def _pair(source: Entry, destination: Entry, asked: Set) -> dict[str, Any]:
    """Everything of a rule is said, as it is the set's own: it may have been changed, or switched off to be removed."""
    from_key, to_key = source.get("kms_key_id"), destination.get("kms_key_id")
    return {
        "source": {
            "bucket": source["bucket"],
            "region": source["region"],
            **({"kms_key_arns": [from_key]} if from_key else {}),
        },
        "destination": {
            "bucket": destination["bucket"],
            "region": destination["region"],
            "storage_class": destination.get("storage_class") or "",
            **({"replica_kms_key_id": to_key} if to_key else {}),
        },
        "rule_id": rule_id(asked.name, destination["bucket"]),
        "status": "enabled",
        "prefix": asked.prefix,
        "delete_marker_replication": asked.delete_markers,
        "replica_modifications": True,
        "replication_time_control": asked.time_control,
    }


def _named(members: Sequence[Entry], asked: Set) -> tuple[list[dict[str, Any]], list[str]]:
    """The members that have a legal name and Region, with their names, and what is wrong with the others."""
    named, problems = [], []
    template_problem = _template_problem(asked) if asked.template else None
    if template_problem:
        problems.append(template_problem)
    for number, member in enumerate(members, 1):
        region, bucket = member.get("region"), member.get("bucket")
        found = []
        if not is_region(region):
            found.append(f"member {number}: region {region!r} is not a Region; expected one like eu-west-1")
        elif not bucket and asked.template and not template_problem:
            bucket = asked.template.format(name=asked.name, account=asked.account, region=region)
        if not bucket and not asked.template:
            found.append(f"member {number} has no bucket; name it, or give a template such as {{name}}-{{region}}")
        elif bucket:
            problem = form_problem(bucket) if isinstance(bucket, str) else f"{bucket!r} is not a bucket's name"
            found += [f"member {number}: bucket {problem}"] if problem else []
        problems += found
        if bucket and not found:
            named.append({**member, "bucket": bucket})
    return named, problems


def _template_problem(asked: Set) -> str | None:
    told = f"the template {asked.template!r}"
    try:
        parts = list(string.Formatter().parse(asked.template))
    except ValueError as error:
        return f"{told} can't be read ({error}); a brace opens or closes nothing"
    names = [name for _text, name, _spec, _conversion in parts if name is not None]
    strange = [name for name in names if name not in PLACEHOLDERS]
    if strange:
        return f"{told} has {{{strange[0]}}}; known are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}"
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        return f"{told} formats a placeholder; only the placeholders themselves are known"
    if "region" not in names:
        return f"{told} lacks {{region}}, so that all members would get the same bucket"
    return None


def _set_problems(asked: Set) -> list[str]:
    # The first -to- of an id ends the set's name: so an id says of which set it is.
    if _NAME.fullmatch(asked.name) and f"{asked.name}{_TO}".index(_TO) == len(asked.name):
        return []
    return [
        f"the set's name {asked.name!r} can't stand in rule ids: 1 to 64 letters, digits and dashes are expected, "
        f"without -to- in it or -to at its end"
    ]


def _together(members: Sequence[Entry], named: Sequence[Entry]) -> list[str]:
    """What is wrong with the members as a whole. Two buckets in one Region are fine."""
    problems = []
    if len(members) < 2:
        problems.append(f"a replica set has two members at least; {len(members)} given")
    places: dict[str, list[Entry]] = {}
    for member in named:
        places.setdefault(member["bucket"], []).append(member)
    for bucket, mine in places.items():
        if len(mine) > 1:
            regions = sorted({member["region"] for member in mine})
            problems.append(
                f"bucket {bucket} is {len(mine)} members at once ({', '.join(regions)}); name each member once, and "
                f"give two members in one Region names of their own"
            )
    plain = [member["bucket"] for member in named if not member.get("kms_key_id")]
    if plain and len(plain) < len(named):
        problems.append(
            f"{', '.join(plain)} has no kms_key_id and other members have one: what is encrypted with their keys would "
            f"not be replicated there. Name a key for every member, or for none"
        )
    return problems


# ---- members that leave ----------------------------------------------------------------------------------------------


def departures(
    answers: Iterable[Entry], name: str, members: Sequence[Entry], leavers: Iterable[str], role_prefix: str
) -> dict[str, Any]:
    """Tell what is left of members that left, from what ``bucket_replication_info`` answered for the buckets.

    Asked with the answers for the members it gives the ``leavers``: those named, and buckets that rules of the set go
    to though they are no members. Asked with the answers for these too, it gives in ``buckets`` what has to be done, by
    bucket, leavers first: ``rules`` to remove, ``switch_off`` (those that may be changed first), ``policies`` of the
    role ``role_name`` that nothing needs then, and whether the bucket's notification can go (``silent``).
    ``unreadable`` are leavers whose own rules nothing is known of.
    """
    regions = {member["bucket"]: member["region"] for member in members}
    by_name = {answer["bucket"]: answer for answer in answers}
    problems = [
        f"bucket {bucket} is a member of the set and said to leave it; take it out of one of the lists"
        for bucket in leavers
        if bucket in regions
    ]
    if problems:
        raise RefusedError("Nothing was changed", problems)
    left = {
        rule["destination"]["bucket"]
        for bucket in regions
        for rule in _ours(by_name.get(bucket), name)
        if rule["destination"]["bucket"] not in regions
    }
    leaving = sorted(left | set(leavers))
    there = {bucket for bucket in by_name if by_name[bucket]["readable"]}
    work = []
    roles = Roles("", "", role_prefix)
    for bucket in [*(one for one in leaving if one in by_name), *(one for one in regions if one in there)]:
        is_leaver = bucket not in regions
        partners = set(regions) if is_leaver else set(leaving)
        gone = [rule for rule in _ours(by_name[bucket], name) if is_leaver or rule["destination"]["bucket"] in partners]
        stay = [rule for rule in _rules(by_name[bucket]) if rule not in gone]
        needed = {rule["destination"]["bucket"] for rule in stay}
        work.append(
            {
                "bucket": bucket,
                "region": regions.get(bucket) or members[0]["region"],
                "rules": [{"id": rule["id"]} for rule in gone],
                "switch_off": [
                    {"id": rule["id"], "status": "disabled"}
                    for rule in gone
                    if not is_leaver and rule["destination"]["bucket"] in there
                ],
                "role_name": roles.name(bucket),
                "policies": [policy_name(partner) for partner in sorted(partners - needed)],
                "silent": is_leaver and bucket in there and not stay,
            }
        )
    unread = [one for one in leaving if one in by_name and one not in there]
    return {
        "leavers": leaving,
        "buckets": work if leaving else [],
        "unreadable": [{"bucket": bucket, "error": by_name[bucket]["error"]} for bucket in unread],
    }


def _rules(answer: Entry | None) -> list[Entry]:
    return list(((answer or {}).get("replication") or {}).get("rules") or ())


def _ours(answer: Entry | None, name: str) -> list[Entry]:
    """The rules that bear the set's mark."""
    return [rule for rule in _rules(answer) if rule["id"] == rule_id(name, rule["destination"]["bucket"])]
