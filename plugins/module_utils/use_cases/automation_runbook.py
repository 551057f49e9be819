# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep a runbook of Systems Manager in one Region: made, brought to its content, removed.

A changed runbook is a new version that becomes the default one; earlier versions stay, as Systems Manager keeps them.
A run that was killed between the two finds the version that is there and makes it the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ssm
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.automation_runbook import (
    Content,
    Found,
    Plan,
    plan_present,
    problems,
    text_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

KIND = "Automation"


@dataclass(frozen=True)
class Wish:
    """The options of the module; ``content`` is ``None`` where the runbook is to be absent."""

    name: str
    content: Content | None
    tags: Mapping[str, str] | None = None


def keep_runbook(client: Any, wish: Wish, check_mode: bool, patience: Patience) -> Outcome:
    """Plan and, outside check mode, apply. ``client`` is the SSM client of the Region. Raises :class:`ToldError`."""
    told = problems(wish.name, wish.content)
    if told:
        raise RefusedError("The runbook was not changed", told)
    found = _look(client, wish.name)
    if found and found.kind != KIND:
        where = client.meta.region_name
        raise ToldError(f"The document {wish.name} in {where} is of type {found.kind}, not {KIND}; choose another name")
    plan = Plan(delete=found is not None) if wish.content is None else plan_present(found, wish.content, wish.tags)
    if plan.changes and not check_mode:
        _apply(client, wish, plan, found, patience)
    return _outcome(client, wish, plan, found, check_mode)


def _look(client: Any, name: str) -> Found | None:
    described = ssm.describe_document(client, name)
    if described is None:
        return None
    version = str(described["DocumentVersion"])
    kind = str(described.get("DocumentType", ""))
    ours = kind == KIND
    return Found(
        version=version,
        latest=str(described.get("LatestVersion", version)),
        status=str(described.get("Status", "")),
        kind=kind,
        content=ssm.get_content(client, name, version) if ours else None,
        tags=ssm.document_tags(client, name) if ours else {},
    )


def _apply(client: Any, wish: Wish, plan: Plan, found: Found | None, patience: Patience) -> None:
    content = wish.content
    if content is None:
        ssm.delete_document(client, wish.name)
        return
    if plan.create:
        ssm.create_runbook(client, wish.name, text_of(content), wish.tags or {})
        _wait(client, wish.name, "1", patience)
    if plan.update and found:
        version = _version_of(client, wish.name, content, found)
        _wait(client, wish.name, version, patience)
        ssm.set_default_version(client, wish.name, version)
    if plan.tags_to_set:
        ssm.tag_document(client, wish.name, plan.tags_to_set)


def _version_of(client: Any, name: str, content: Content, found: Found) -> str:
    """Give the version that has the content: a new one, or the newest one that has it already."""
    try:
        return ssm.update_runbook(client, name, text_of(content))
    except ssm.SameContentError:
        for number in range(int(found.latest), 0, -1):
            if ssm.get_content(client, name, str(number)) == content:
                return str(number)
        raise


def _wait(client: Any, name: str, version: str, patience: Patience) -> None:
    def status() -> str:
        described = ssm.describe_document(client, name, version)
        return str((described or {}).get("Status", "missing"))

    last, fits = until(patience, status, lambda answer: answer in ("Active", "Failed"))
    if last == "Failed" or not fits:
        raise DeadlineError(
            f"Version {version} of the document {name} in {client.meta.region_name} is {last} and not Active after "
            f"{patience.timeout:g} seconds; look at it in Systems Manager, and run it again",
            status=last,
        )


def _outcome(client: Any, wish: Wish, plan: Plan, found: Found | None, check_mode: bool) -> Outcome:
    before = {"content": found.content, "tags": dict(found.tags)} if found else {}
    tags = {**(found.tags if found else {}), **(wish.tags or {})}
    after: dict[str, Any] = {"content": wish.content, "tags": tags} if wish.content is not None else {}
    now = found if check_mode or not plan.changes else _look(client, wish.name)
    runbook = None
    if wish.content is not None:
        runbook = {
            "name": wish.name,
            "region": client.meta.region_name,
            "version": now.version if now else None,
            "latest_version": now.latest if now else None,
            "status": now.status if now else None,
            "tags": tags,
        }
    return Outcome(plan.changes, {"runbook": runbook}, before, after)
