# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What role auto_enroll tells its function, and what that may do. Each filter's documentation lies beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.enrolment_policy import Scope, function_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.pair_spec import discovery_of, pairs_spec

Settings = dict[str, Any]
# What makes no sense for a function that looks at one bucket at a time
_NOT_HERE = ("pairs", "state", "keep_going", "progress_file", "replicate", "back_fill")
_OWN = {
    "concurrency": {"type": "int", "default": 4},
    "wait_timeout": {"type": "int", "default": 30},
    "wait_delay": {"type": "int", "default": 2},
}


def enrolment_settings(
    options: Mapping[str, Any],
    region: str,
    queue: str,
    respect_pauses: bool = True,
) -> Settings:
    """What the function is to know."""
    given = {name: value for name, value in dict(options).items() if value is not None}
    problems = [f"{name} is not for auto_enroll" for name in _NOT_HERE if name in given]
    discover = dict(given.get("discover") or {})
    if not discover:
        problems.append("discover is missing; it says which buckets are enrolled, and where they replicate to")
    if discover.setdefault("region", region) != region:
        problems.append(f"discover.region is {discover['region']}, the role works in {region}; leave it out")
    discover.setdefault("unmatched", "remove")
    discover.setdefault("status", "enabled")  # a rule that somebody switched off is put right
    if not problems:
        result = ArgumentSpecValidator(_spec()).validate({**given, "discover": discover})
        problems += result.error_messages
    if not problems:
        problems += discovery_of(result.validated_parameters["discover"]).problems()
    if problems:
        raise AnsibleFilterError(f"auto_enroll_options: {'; '.join(problems)}")
    return {"region": region, "queue": queue, "respect_pauses": respect_pauses, "options": result.validated_parameters}


def enrolment_policy(settings: Settings, account_id: str, partition: str) -> dict[str, Any]:
    """What the function's role may do."""
    options = settings["options"]
    role = str(options["role"] or "")
    own = () if role else (f"{options['role_path']}{options['role_prefix']}*".lstrip("/"),)
    assumed = [
        str(given["role_arn"])
        for side in ("source_account_role", "destination_account_role")
        if (given := options.get(side))
    ]
    scope = Scope(
        partition,
        settings["region"],
        str(account_id),
        settings["queue"],
        own,
        (role,) if role else (),
        tuple(assumed),
        respect_pauses=settings["respect_pauses"],
        mirrors=options["mirror"] is not None,
        deletes=options["discover"]["unmatched_destination"] == "delete_if_empty",
    )
    return function_policy(scope)


def _spec() -> dict[str, Any]:
    spec = {**pairs_spec(), **account_roles_spec(), **_OWN}
    return {**spec, "pairs": {"type": "list", "elements": "dict"}}


class FilterModule:
    """The filters that role auto_enroll uses."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {"enrolment_policy": enrolment_policy, "enrolment_settings": enrolment_settings}
