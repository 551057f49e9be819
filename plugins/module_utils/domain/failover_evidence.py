# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others found out - comparisons, metrics, canaries, routes, routing controls - as facts for the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_facts import READ, Flow, Said, longest_loss

Row = Mapping[str, Any]


def flows_to(target: str, groups: Iterable[Mapping[str, Any]]) -> list[Flow]:
    """Give the flows to the target Region, one from each other bucket of each group; nothing is known of them yet."""
    return [
        Flow(bucket, region, group["buckets"][target])
        for group in groups
        if target in group["buckets"]
        for region, bucket in sorted(group["buckets"].items())
        if region != target
    ]


def asked_of(flow: Flow, target: str, pairs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the pairs to compare for a flow: only what its rules send is to be there.

    A pair that is given for this direction counts, else the one for the other.
    """
    ends = {
        "source": {"bucket": flow.source, "region": flow.region},
        "destination": {"bucket": flow.destination, "region": target},
    }
    prefixes: dict[tuple[str, str], list[str]] = {}
    for pair in pairs:
        way = (pair["source"]["bucket"], pair["destination"]["bucket"])
        prefixes.setdefault(way, []).append(pair.get("prefix") or "")
    there = prefixes.get((flow.source, flow.destination)) or prefixes.get((flow.destination, flow.source)) or [""]
    return [{**ends, **({"prefix": prefix} if prefix else {})} for prefix in dict.fromkeys(there)]


def compared(flow: Flow, results: Sequence[Row]) -> Flow:
    """Take in what comparing both buckets gave: the entries of ``pairs`` of ``bucket_compare`` for this flow.

    What failed does not come by itself, nor what no rule has ever tried to replicate. What was replicated and is not
    there was removed there, by a lifecycle rule for example: it is told, and no loss of this failover.
    """
    errors = [str(result["error"]) for result in results if result.get("error")]
    if errors or not results:
        return replace(flow, error="; ".join(errors) or "it was not compared")
    missing = sum(
        result["counts"]["missing_at_destination"] + result["counts"]["missing_delete_markers"] for result in results
    )
    lag = max(float(result["lag"] or 0) for result in results)

    def of(*statuses: str) -> int:
        return sum(int(result["statuses"].get(status, 0)) for result in results for status in statuses)

    unknown = of("UNKNOWN")
    return replace(
        flow,
        how="compare",
        lag=lag,
        missing=missing,
        failed=of("FAILED", "NONE"),
        removed=of("COMPLETED", "REPLICA"),
        unknown=unknown,
        error=f"of {unknown} missing versions it is not known whether they come by themselves" if unknown else "",
    )


def measured(flow: Flow, rows: Iterable[Row], end: float) -> Flow:
    """Take in what CloudWatch knows: the rows of ``replication_status_info`` for this flow, of all its rules.

    ``end`` is when the source's Region failed, or now. Of several rules the one that is furthest behind counts; where
    one says nothing, nothing is known.
    """
    mine = [row for row in rows if (row["source"], row["destination"]) == (flow.source, flow.destination)]
    if not mine or any(row["answer"] != "figures" or not row["measured_at"] for row in mine):
        told = "; ".join(dict.fromkeys(error for row in mine for error in row["errors"]))
        answers = ", ".join(sorted({str(row["answer"]) for row in mine})) or "no rule is known"
        return replace(flow, error=told or f"metrics: {answers.replace('_', ' ')}")
    lags = [
        longest_loss(end, _seconds(row["measured_at"]), row["pending_operations"] or 0, row["latency_seconds"] or 0)
        for row in mine
    ]
    failed = sum(int(row["failed_operations"] or 0) for row in mine)
    missing = sum(int(row["pending_operations"] or 0) for row in mine) + failed
    as_of = min(row["measured_at"] for row in mine)
    return replace(flow, how="metrics", lag=max(lags), missing=missing, failed=failed, as_of=as_of, error="")


def probed(flow: Flow, history: Iterable[Row], end: float) -> Flow:
    """Take in when a canary last came through, where that is newer than what the flow is known by.

    What was written before that probe is there as far as its rule shows: replication keeps no order.
    """
    times = [
        str(row["last_replicated_at"])
        for row in history
        if (row.get("source"), row.get("destination")) == (flow.source, flow.destination)
        and row.get("last_replicated_at")
    ]
    if not times or flow.answers or min(times) <= flow.as_of:
        return flow
    lag = longest_loss(end, _seconds(min(times)), 0, 0)
    return replace(flow, how="canary", lag=lag, as_of=min(times), error="")


def canary_remarks(flows: Iterable[Flow], history: Iterable[Row], now: float) -> Iterator[str]:
    """Say how old the newest probe of each flow is that came through; of several rules the oldest counts."""
    rows = list(history)
    for flow in flows:
        way = f"{flow.source} -> {flow.destination}"
        mine = [row for row in rows if (row.get("source"), row.get("destination")) == (flow.source, flow.destination)]
        times = [str(row["last_replicated_at"]) for row in mine if row.get("last_replicated_at")]
        if len(times) < len(mine):
            yield f"{way}: no canary has come through under {len(mine) - len(times)} of its rules"
        elif times:
            yield f"{way}: the newest canary that came through is {max(0.0, now - _seconds(min(times))):.0f} s old"


def said_by_routes(access_points: Iterable[Row]) -> Said:
    """Read the answer of ``multi_region_access_point_routes``: its ``routes_before``."""
    subjects = {
        str(one["multi_region_access_point"]): frozenset(
            str(route["region"]) for route in one["routes_before"] if route["active"]
        )
        for one in access_points
    }
    return Said(READ, subjects)


def said_by_controls(states: Iterable[Row], controls: Mapping[str, Sequence[str]]) -> Said:
    """Read the states of routing controls, of which each Region has its own: it is active where all of them are on.

    Where only some of a Region's are on, the controls differ among themselves.
    """
    on = {str(one["arn"]) for one in states if one["state"] == "on"}
    partly = frozenset(region for region, arns in controls.items() if any(arn in on for arn in arns))
    wholly = frozenset(region for region, arns in controls.items() if arns and all(arn in on for arn in arns))
    return Said(READ, {"any on": partly, "all on": wholly} if partly != wholly else {"on": partly})


def control_states(controls: Mapping[str, Sequence[str]], target: str) -> list[dict[str, str]]:
    """Give the states that all routing controls are to have: those of the target on, all others off.

    They take turns, as a transaction takes ten of them at most: each has then some that go on and some that go off.
    """
    ours = set(controls.get(target, ()))
    others = [arn for region, arns in sorted(controls.items()) if region != target for arn in arns if arn not in ours]
    on = [{"arn": arn, "state": "on"} for arn in controls.get(target, ())]
    off = [{"arn": arn, "state": "off"} for arn in dict.fromkeys(others)]
    return [state for states in zip_longest(on, off) for state in states if state]


def accounts_of(arns: Iterable[str]) -> frozenset[str]:
    """Give the accounts that ARNs belong to; names and aliases tell none."""
    found = (parse_arn(text) for text in arns if text.startswith("arn:"))
    return frozenset(arn.account for arn in found if arn and arn.account)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
