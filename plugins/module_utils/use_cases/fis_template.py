# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring an experiment template to what is asked for, or remove it. It is known by its tag ``Name``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import fis
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import ConflictError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import fis_template as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_template_checks import template_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Json = dict[str, Any]

# How often a template that is made and gone with its token may have been made before, within AWS's memory of tokens.
_ATTEMPTS = 10


def find(client: Any, name: str) -> Json | None:
    """Give the template with the name, or the id, ``name``; ``None`` when there is none. Raises :class:`RefusedError`.

    Two templates with one name are an error: nobody knows which one is meant.
    """
    known = [
        one
        for one in fis.list_templates(client)
        if (one.get("tags") or {}).get(domain.NAME_TAG) == name or one["id"] == name
    ]
    if len(known) > 1:
        ids = ", ".join(sorted(one["id"] for one in known))
        problem = f"templates {ids} all have this name (tag {domain.NAME_TAG}); rename or remove all but one"
        raise RefusedError(f"Experiment template {name}", [problem])
    return known[0] if known else None


def present(client: Any, options: Mapping[str, Any], check_mode: bool) -> Outcome:
    """Make or change the template. ``options`` are the module's, ``pause_replication`` already taken apart.

    Raises :class:`RefusedError`, :class:`AwsError`.
    """
    name = options["name"]
    subject = f"Experiment template {name}"
    problems = template_problems(options)
    if problems:
        raise RefusedError(subject, problems)
    wanted = domain.document(options)
    known = find(client, name)
    if known is None:
        return _create(client, name, wanted, options.get("tags") or {}, check_mode)
    there = fis.get_template(client, known["id"])
    before = domain.normal(there)
    fixed = domain.fixed_problem(before, wanted)
    if fixed:
        raise RefusedError(subject, [fixed])
    changes = domain.changes(before, wanted)
    tags = dict(there.get("tags") or {})
    after_tags = _tags_after(tags, name, options)
    changed = bool(changes) or tags != after_tags
    if changed and not check_mode:
        if changes:
            answered = fis.update_template(client, known["id"], changes)
            _refuse_other(subject, domain.merged(before, wanted), answered)
        _write_tags(client, there["arn"], tags, after_tags)
    shown = {**_place(there), **domain.as_result(domain.merged(before, wanted)), "name": name, "tags": after_tags}
    was = {**_place(there), **domain.as_result(before), "name": name, "tags": tags}
    return Outcome(changed, {"template": shown, "template_id": there["id"]}, was, shown)


def absent(client: Any, name: str, check_mode: bool) -> Outcome:
    """Remove the template. Experiments that run go on."""
    known = find(client, name)
    if known is None:
        return Outcome(False, {"template": None, "template_id": None}, {}, {})
    there = fis.get_template(client, known["id"])
    tags = dict(there.get("tags") or {})
    was = {**_place(there), **domain.as_result(domain.normal(there)), "name": tags.get(domain.NAME_TAG), "tags": tags}
    if not check_mode:
        with contextlib.suppress(MissingError):  # somebody else removed it
            fis.delete_template(client, known["id"])
    return Outcome(True, {"template": None, "template_id": known["id"]}, was, {})


def _create(client: Any, name: str, wanted: Json, given_tags: Mapping[str, Any], check_mode: bool) -> Outcome:
    tags = {**_texts(given_tags), domain.NAME_TAG: name}
    full = {"description": name, **wanted}
    shown = {"id": None, "arn": None, **domain.as_result(full), "name": name, "tags": tags}
    if check_mode:
        return Outcome(True, {"template": shown, "template_id": None}, {}, shown)
    made = _make(client, name, full, tags)
    shown.update(_place(made))
    return Outcome(True, {"template": shown, "template_id": made["id"]}, {}, shown)


def _make(client: Any, name: str, full: Json, tags: Mapping[str, str]) -> Json:
    """Create it under a token that AWS takes for nothing else.

    AWS does not say how long it remembers tokens, and what it answers to that of a template that was removed since. So
    the template has to be there afterwards; otherwise the next token is used.
    """
    attempt = 1
    while True:
        token = domain.token(name, full, tags, attempt)
        try:
            made = fis.create_template(client, {"clientToken": token, **full, "tags": dict(tags)}, name)
            return fis.get_template(client, made["id"])
        except (ConflictError, MissingError):
            if attempt == _ATTEMPTS:
                raise
            attempt += 1


def _refuse_other(subject: str, wanted: Json, answered: Mapping[str, Any]) -> None:
    """Raise when AWS kept anything else than was sent: better told now than found in an experiment."""
    got = domain.normal(answered)
    got["experimentOptions"] = domain.merged(got, {})["experimentOptions"]
    differing = sorted(name for name in {*got, *wanted} if got.get(name) != wanted.get(name))
    if differing:
        raise ToldError(
            f"{subject}: AWS kept another {', '.join(differing)} than was sent. Remove the template (state: absent) "
            "and make it anew",
            wanted={one: wanted.get(one) for one in differing},
            found={one: got.get(one) for one in differing},
        )


def _tags_after(tags: Mapping[str, str], name: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags it should have. Those that AWS sets stay, as do all when none are named."""
    kept = dict(tags)
    if options.get("tags") is not None and options.get("purge_tags"):
        kept = {key: value for key, value in tags.items() if key.startswith("aws:")}
    return {**kept, **_texts(options.get("tags") or {}), domain.NAME_TAG: name}


def _write_tags(client: Any, arn: str, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    added = {key: value for key, value in after.items() if before.get(key) != value}
    gone = [key for key in before if key not in after]
    if gone:
        fis.untag(client, arn, gone)
    if added:
        fis.tag(client, arn, added)


def _place(template: Mapping[str, Any]) -> Json:
    return {"id": template["id"], "arn": template.get("arn")}


def _texts(tags: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in tags.items()}
