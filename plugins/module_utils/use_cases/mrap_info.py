# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read one, several or all Multi-Region Access Points: configured, not configured, or could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap_routes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import AccessPoint, Reference, reference
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_find import Finder
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_operation import Control
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions

CONFIGURED, NOT_CONFIGURED, UNREADABLE = "configured", "not_configured", "unreadable"
Json = dict[str, Any]


class Reader:
    """Reads what AWS tells of an access point in four calls; safe to share between threads."""

    def __init__(self, control: Control, partition: str, regions: RouteRegions) -> None:
        self._control, self._partition, self._regions = control, partition, regions

    def get(self, name: str) -> AccessPoint:
        """Read one by its name. Raises :class:`MissingError` where there is none."""
        return mrap.get_access_point(self._control.client, self._control.account, name)

    def details(self, found: AccessPoint) -> tuple[Json, list[AwsError]]:
        """Add policy and routes to what is known; what can't be read is null, and told."""
        control, troubles = self._control, []
        details = domain.as_result(found, self._partition, control.account)
        details |= {"policy": None, "policy_proposed": None, "policy_is_public": None, "routes": None}

        def policies() -> Json:
            held = mrap.get_policies(control.client, control.account, found.name)
            return {"policy": held.established, "policy_proposed": held.proposed}

        def public() -> Json:
            return {"policy_is_public": mrap.is_public(control.client, control.account, found.name)}

        def routes() -> Json:
            arn = details["arn"]
            read, _region = self._regions.ask("s3control", lambda client: mrap.get_routes(client, control.account, arn))
            return {"routes": mrap_routes.as_result(read)}

        parts: list[Callable[[], Json]] = [policies, public, routes] if found.alias else [policies, public]
        for part in parts:
            try:
                details |= part()
            except AwsError as error:
                troubles.append(error)
        return details, troubles


def read(clients: Clients, names: Sequence[str] | None, avoid: str | None, concurrency: int) -> Outcome:
    """Give an answer for each; ``names`` unset asks for all of the account.

    Raises :class:`ToldError`, with all answers in its details, when one that was named can't be read, or when none can.
    """
    wanted = _references(names)
    regions = RouteRegions(clients, avoid)
    finder = Finder(clients, regions)
    account, partition = finder.caller.account, finder.caller.partition
    region = domain.control_region(partition)
    control = Control(clients("s3control", region), account, region)
    reader = Reader(control, partition, regions)
    listed: list[AccessPoint] | None = None
    if wanted is None or any(one.name is None for one in wanted):
        listed = list(mrap.list_access_points(control.client, account))
    asked = [Reference(one.name, name=one.name) for one in listed or ()] if wanted is None else wanted
    known = {one.alias: one for one in listed or ()} | {one.name: one for one in listed or ()}
    answers = list(in_order(lambda one: _answer(reader, one, known, account), asked, concurrency))
    unread = [answer for answer in answers if answer["answer"] == UNREADABLE]
    told = "; ".join(answer["error"] for answer in unread)
    if unread and (names is not None or len(unread) == len(answers)):
        permission = next((answer["permission"] for answer in unread if answer["permission"]), None)
        raise ToldError(told, access_points=answers, permission=permission)
    results: Json = {"access_points": answers}
    if names is not None and len(answers) == 1:
        results["multi_region_access_point"] = answers[0]["details"]
    warning = f"{len(unread)} of {len(answers)} Multi-Region Access Points could not be read: {told}"
    return Outcome(False, results, warnings=[warning] if unread else [])


def _references(names: Sequence[str] | None) -> list[Reference] | None:
    if names is None:
        return None
    references, problems = [], []
    for name in names:
        try:
            references.append(reference(name))
        except ValueError as problem:
            problems.append(str(problem))
    if problems:
        raise RefusedError("Multi-Region Access Points", problems)
    return references


def _answer(reader: Reader, asked: Reference, known: dict[str, AccessPoint], account: str) -> Json:
    answer: Json = {
        "multi_region_access_point": asked.asked,
        "answer": UNREADABLE,
        "readable": False,
        "details": None,
        "error": None,
        "permission": None,
    }
    if asked.account and asked.account != account:
        told = f"Could not read {asked.asked}: it is of account {asked.account}, the credentials are of {account}"
        return {**answer, "error": f"{told}. Give credentials of that account"}
    found = known.get(asked.name or asked.alias or "")
    try:
        if found is None and asked.name:
            found = reader.get(asked.name)
    except MissingError:
        found = None
    except AwsError as error:
        return {**answer, **_why([error])}
    if found is None:
        return {**answer, "answer": NOT_CONFIGURED, "readable": True}
    details, troubles = reader.details(found)
    if troubles:
        return {**answer, "details": details, **_why(troubles)}
    return {**answer, "answer": CONFIGURED, "readable": True, "details": details}


def _why(errors: Sequence[AwsError]) -> Json:
    permission = next((error.details["permission"] for error in errors if error.details.get("permission")), None)
    return {"error": "; ".join(error.message for error in errors), "permission": permission}
