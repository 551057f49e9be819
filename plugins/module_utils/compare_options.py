# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``bucket_compare``, and how a task is made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_names import form_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.inventory import split_url
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import SIDES, is_region, label
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import canonical_time
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_compare import PairTask, SideTask, Task

Spec = dict[str, Any]

_SOURCE: Spec = {
    "bucket": {"type": "str", "required": True},
    "region": {"type": "str", "required": True},
    "account_id": {"type": "str"},
    "inventory": {"type": "str"},
}
_PAIR: Spec = {
    "source": {"type": "dict", "required": True, "options": _SOURCE},
    "destination": {"type": "dict", "required": True, "options": _SOURCE},
    "prefix": {"type": "str", "default": ""},
    "delete_marker_replication": {"type": "bool"},
}


def compare_spec() -> Spec:
    """Give the spec of all options but concurrency and account roles."""
    return {
        "pairs": {"type": "list", "elements": "dict", "required": True, "options": _PAIR},
        # Keys of objects, no secrets.
        "key_prefix": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "versions": {"type": "str", "choices": ["all", "current"], "default": "all"},
        "since": {"type": "str"},
        "older_than": {"type": "int", "default": 0},
        "head": {"type": "bool", "default": True},
        "max_heads": {"type": "int", "default": 10_000},
        "max_listed": {"type": "int", "default": 100},
        "output": {"type": "str"},
    }


def compare_task(options: Mapping[str, Any]) -> Task:
    """Give the task that the options ask for. Raises :class:`RefusedError` with all that is wrong with them."""
    problems = [
        f"pair {number} ({label(pair)}): {problem}"
        for number, pair in enumerate(options["pairs"], start=1)
        for problem in _pair_problems(pair)
    ]
    problems += _problems(options)
    since = ""
    try:
        since = canonical_time(options["since"]) if options["since"] else ""
    except ValueError:
        problems.append(f"since {options['since']!r} is no time; expected one like 2026-11-21T10:00:00Z")
    if problems:
        raise RefusedError("Nothing was compared", problems)
    return Task(
        pairs=[_pair(pair) for pair in options["pairs"]],
        key_prefixes=list(options["key_prefix"]),
        current=options["versions"] == "current",
        since=since,
        older_than=options["older_than"],
        max_heads=options["max_heads"] if options["head"] else 0,
        max_listed=options["max_listed"],
        output=options["output"] or None,
        concurrency=options["concurrency"],
    )


def _pair(pair: Mapping[str, Any]) -> PairTask:
    source, destination = (SideTask(**pair[side]) for side in SIDES)
    return PairTask(source, destination, pair["prefix"] or "", pair["delete_marker_replication"])


def _problems(options: Mapping[str, Any]) -> Iterator[str]:
    if not options["pairs"]:
        yield "pairs is empty; name the buckets to compare"
    for name in ("older_than", "max_heads", "max_listed"):
        if options[name] < 0:
            yield f"{name} is {options[name]}; it can't be less than 0"
    if (options["output"] or "").startswith("s3://"):
        yield from _url_problems("output", options["output"])


def _pair_problems(pair: Mapping[str, Any]) -> Iterator[str]:
    for side in SIDES:
        given = pair[side]
        if problem := form_problem(given["bucket"]):
            yield f"{side}.bucket {problem}"
        if not is_region(given["region"]):
            yield f"{side}.region {given['region']!r} is not a Region; expected one like eu-west-1"
        if given["account_id"] and not is_account_id(given["account_id"]):
            yield f"{side}.account_id {given['account_id']!r} is not an account id; expected twelve digits, quoted"
        if given["inventory"]:
            yield from _url_problems(f"{side}.inventory", given["inventory"])
    if pair["source"]["bucket"] == pair["destination"]["bucket"]:
        yield "source and destination are the same bucket; name another destination"


def _url_problems(name: str, url: str) -> Iterator[str]:
    try:
        split_url(url)
    except ToldError as error:
        yield f"{name} {error.message}"
