# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a failover: what was switched when, what is not on the new side, how long it took, what was lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.active_region import moment

Row = Mapping[str, Any]

SWITCHES = ("routes", "routing_controls", "dns", "pointer")
_CALM = ("unused", "not configured")
# What of unfinished work nobody takes up again by itself.
_LEFT = ("missing", "unreadable", "denied", "failed")


def report(parts: Row) -> dict[str, Any]:
    """Build it from what the role ``failover`` has registered; what a step did not get to is left out of ``parts``.

    ``parts``: ``began`` (seconds since 1970), ``failed_since``, ``steps`` (``step``, ``at``, ``failed``, ``msg``), and
    the results of tasks: ``preflight``, ``after`` (the same after the switch), ``named`` (a comparison), ``fenced``,
    ``reconciled``, ``claim``.
    """
    preflight, after = parts["preflight"], parts.get("after") or {}
    target = preflight["target_region"]
    steps = [_step(step) for step in parts.get("steps") or ()]
    failures = [f"{step['step']}: {step['msg']}" for step in steps if step["failed"]]
    failures += _wrong(after, target)
    flows = after.get("flows") or preflight["flows"]
    named = (parts.get("named") or {}).get("pairs") or ()
    reconciled = parts.get("reconciled") or {}
    began = _began(parts)
    result = {
        "verdict": preflight["verdict"],
        "target_region": target,
        "active_before": preflight["active_regions"],
        "began": moment(began),
        "by": (((parts.get("claim") or {}).get("pointer") or {}).get("claim") or {}).get("by"),
        "steps": steps,
        "failures": failures,
        "reasons": preflight["reasons"],
        "overridden": preflight["overridden"],
        "notes": preflight["notes"],
        "flows": flows,
        "missing": _missing(named),
        "missing_unnamed": _unnamed(named),
        "unknown": [flow["source"]["bucket"] for flow in flows if not flow["answers"]],
        "not_fenced": (parts.get("fenced") or {}).get("unreachable_buckets") or [],
        "reconciled": reconciled.get("counts"),
        "not_restarted": [item for item in reconciled.get("items") or () if item["outcome"] in _LEFT],
        "rto": _rto(steps, began, parts.get("failed_since")) if preflight["verdict"] == "go" else None,
        "rpo": _rpo(preflight, flows),
    }
    return {**result, "summary": _summary(preflight, result)}


def _began(parts: Row) -> float:
    """When the change began: of one that an earlier run has begun, when that announced it."""
    began = float(parts["began"])
    since = (((parts.get("claim") or {}).get("pointer") or {}).get("claim") or {}).get("since")
    return min(began, datetime.fromisoformat(since).timestamp()) if since else began


def _step(step: Row) -> dict[str, Any]:
    at = float(step["at"])
    return {
        "step": step["step"],
        "at": moment(at),
        "seconds": at,
        "failed": bool(step["failed"]),
        "msg": step.get("msg"),
    }


def _wrong(after: Row, target: str) -> list[str]:
    """What was looked at again and does not say the target."""
    said = after.get("says") or {}
    wrong = {who.replace("_", " "): what for who, what in said.items() if what not in (target, *_CALM)}
    return [f"after the switch the {who} said: {what}" for who, what in wrong.items()]


def _missing(pairs: Iterable[Row]) -> list[dict[str, Any]]:
    """The versions that the target has not, by name."""
    return [
        {
            "bucket": pair["source"]["bucket"],
            "key": found["key"],
            "version_id": found["version_id"],
            "kind": found["kind"],
            "status": found["status"],
            "why": found["why"],
        }
        for pair in pairs
        for found in pair.get("differences") or ()
        if found["kind"].startswith("missing_")
    ]


def _unnamed(pairs: Iterable[Row]) -> int:
    """How many differences were counted and not listed."""
    return sum(int(pair.get("differences_total") or 0) - len(pair.get("differences") or ()) for pair in pairs)


def _rto(steps: Sequence[Row], began: float, failed_since: str | None) -> float | None:
    """Seconds until the last switch was done, from the failure where its time is known, else from the beginning."""
    done = [float(step["seconds"]) for step in steps if step["step"] in SWITCHES and not step["failed"]]
    if not done:
        return None
    start = began
    if failed_since:
        given = datetime.fromisoformat(failed_since)
        start = (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    return round(max(done) - start, 1)


def _rpo(preflight: Row, flows: Iterable[Row]) -> float | None:
    """Seconds of writes that are not on the new side and do not come by themselves; ``None`` where nobody knows.

    What was lost with a Region that does not answer was known best before the switch.
    """
    sources = set(preflight["active_regions"]) - {preflight["target_region"]}
    mine = [flow for flow in flows if not sources or flow["source"]["region"] in sources]
    before = {(flow["source"]["bucket"], flow["destination"]): flow["loss"] for flow in preflight["flows"]}
    losses = [
        flow["loss"] if flow["answers"] else before.get((flow["source"]["bucket"], flow["destination"]))
        for flow in mine
    ]
    known = [loss for loss in losses if loss is not None]
    return None if len(known) < len(losses) else max(known, default=0.0)


def _summary(preflight: Row, result: Row) -> list[str]:
    if preflight["verdict"] == "stop":
        return [preflight["msg"]]
    lines = [preflight["msg"]] if preflight["verdict"] == "nothing" else []
    lines += [
        f"{step['at']} {step['step'].replace('_', ' ')}{': failed' if step['failed'] else ''}"
        for step in result["steps"]
    ]
    if result["rto"] is not None:
        lines.append(f"RTO {result['rto']:.1f} s")
    if preflight["verdict"] == "nothing":
        return [*lines, *_open(result)]
    rpo = result["rpo"]
    lines.append("RPO not known" if rpo is None else f"RPO {rpo:.1f} s")
    for flow in result["flows"]:
        way = f"{flow['source']['bucket']} -> {flow['destination']}"
        if not flow["answers"]:
            lines.append(f"{way}: {flow['source']['region']} does not answer; compare when it does")
        elif flow["missing"]:
            lines.append(f"{way}: {flow['missing']} versions are not there, {flow['failed']} do not come by themselves")
    return [*lines, *_open(result)]


def _open(result: Row) -> list[str]:
    """What a person has to see to."""
    lines = []
    if result["missing_unnamed"]:
        lines.append(f"{result['missing_unnamed']} more differences are in failover_missing_file only")
    lines += [f"not fenced: {bucket}" for bucket in result["not_fenced"]]
    counts = result["reconciled"] or {}
    left = {name: counts[name] for name in _LEFT if counts.get(name)}
    if left:
        told = ", ".join(f"{number} {name}" for name, number in left.items())
        lines.append(f"unfinished work that was not restarted: {told}; see not_restarted")
    if counts.get("unrecorded_too_young"):
        lines.append(
            f"{counts['unrecorded_too_young']} uploads are too new to know whether work has begun; run it again"
        )
    return lines + [f"failed: {failure}" for failure in result["failures"]]
