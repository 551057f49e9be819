# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request to the control plane names: found, allowed, within quotas, made only once for a client token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote

from aws_lab.arc import model
from aws_lab.arc.answers import Json, RefusedError, body, may, paged
from aws_lab.arc.model import Resource
from aws_lab.request import Request

SERVICE = "route53-recovery-control-config"
_PAGE = 1000
R = TypeVar("R", bound=Resource)


def given_by(request: Request, arn: str) -> Json:
    """The body of an operation that makes something, when the caller may."""
    given = body(request, SERVICE)
    may(request, f"{SERVICE}:{request.operation}", arn)
    if given.get("Tags"):
        may(request, f"{SERVICE}:TagResource", arn)
    return given


def once(request: Request, given: Json, where: dict[str, R], make: Callable[[], R]) -> R:
    """What the client token has made before, or a new one."""
    token = (request.account_id, request.operation, given.get("ClientToken", ""))
    if token[2] and model.tokens.get(token) in where:
        return where[model.tokens[token]]
    made = make()
    model.tokens[token] = made.arn
    return made


def check_name_and_quota(siblings: Sequence[Resource], name: str, most: int, what: str) -> None:
    """Refuse a name that is in use, and one thing more than the quota."""
    if name in {sibling.name for sibling in siblings}:
        raise RefusedError("ConflictException", f"the name {name} is in use", 409)
    if len(siblings) >= most:
        raise over_quota(most, what)


def over_quota(most: int, what: str) -> RefusedError:
    """Too many of them."""
    return RefusedError("ServiceQuotaExceededException", f"at most {most} {what} are allowed", 402)


def in_use(arn: str, why: str) -> RefusedError:
    """It can't be deleted."""
    return RefusedError("ConflictException", f"{arn} can't be deleted: {why}", 409)


def find(request: Request, where: dict[str, R], arn: str) -> R:
    """The thing of the caller's account that has this ARN."""
    found = where.get(arn)
    if found is None or found.account != request.account_id:
        raise RefusedError("ResourceNotFoundException", f"{arn} does not exist", 404)
    return found


def allowed(request: Request, where: dict[str, R], arn: str) -> R:
    """The same, when the caller may do what the request asks for."""
    may(request, f"{SERVICE}:{request.operation}", arn)
    return find(request, where, arn)


def named(request: Request, where: dict[str, R]) -> R:
    """What the path names, when the caller may."""
    return allowed(request, where, unquote(request.raw_path.split("/")[2]))


def tagged(request: Request) -> Resource:
    """What the path of an operation about tags names."""
    everything: dict[str, Resource] = {**model.clusters, **model.panels, **model.rules}  # controls have no tags
    return named(request, everything)


def page(request: Request, member: str, found: list[Any]) -> Json:
    """The page of a list that the query asks for."""
    token, size = (request.query.get(name, [""])[0] for name in ("NextToken", "MaxResults"))
    return paged(member, found, token, int(size or _PAGE))
