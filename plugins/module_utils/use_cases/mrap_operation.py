# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests that S3 carries out later: submit one, follow it to its end.

S3 User Guide, "Managing Multi-Region Access Points": such a request is authorized at once and answered with a token, by
which DescribeMultiRegionAccessPointOperation tells how far it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, ThrottledError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.mrap import Operation
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import client_token
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

T = TypeVar("T")
# So many requests of the same content that are over may lie behind; each costs two calls.
_REMEMBERED = 20


@dataclass(frozen=True)
class Control:
    """The ``s3control`` client of the Region that manages access points, and whose they are."""

    client: Any
    account: str
    region: str


@dataclass(frozen=True)
class Request:
    """A request: what it is called, what makes its token, how it is sent, and how to see that it did its work."""

    doing: str
    operation: str
    name: str
    content: Any
    send: Callable[[str], str]
    reached: Callable[[], bool]


def submit(control: Control, request: Request) -> Operation:
    """Send a request under a token that follows from its content, and give its first standing.

    A run that was killed finds its own request again by that. AWS may also remember one that is over, from a time when
    the same was wanted: such a request is at its end when it is first looked at, and has not brought what is wanted
    now. Then the next token is made out of it, which is as deterministic.
    """
    operation = Operation("", "")
    for _attempt in range(_REMEMBERED):
        token = client_token(request.operation, control.account, request.name, request.content, operation.arn)
        arn = request.send(token)
        if arn == operation.arn:
            return operation  # AWS does not tell requests apart by their tokens
        operation = _look(control, arn)
        if not operation.over or (operation.succeeded and request.reached()):
            return operation
    return operation


def _look(control: Control, arn: str) -> Operation:
    """Look once. A request that is unknown is one that was just made."""
    try:
        return mrap.describe_operation(control.client, control.account, arn)
    except MissingError:
        return Operation(arn, "NEW")


def follow(control: Control, request: Request, operation: Operation, patience: Patience) -> None:
    """Wait for the end. Raises :class:`ToldError` for a bad one, :class:`DeadlineError` when time runs out.

    A bad end is none where all is as wanted: somebody else was quicker.
    """
    doing = request.doing
    ended, over = patient(patience, lambda: _look(control, operation.arn), lambda found: found.over, operation)
    standing = mrap.in_words(ended.regions)
    where = f" ({standing})" if standing else ""
    if not over:
        raise DeadlineError(
            f"Could not {doing} within wait_timeout: the request is {ended.status or 'unknown'}{where}. AWS goes on; "
            f"run again to wait for it",
            request_token_arn=ended.arn,
        )
    if not ended.succeeded and not request.reached():
        why = f": {ended.error}" if ended.error else ""
        raise ToldError(f"Could not {doing}: the request ended {ended.status}{where}{why}", request_token_arn=ended.arn)


def patient(patience: Patience, ask: Callable[[], T], fits: Callable[[T], bool], known: T) -> tuple[T, bool]:
    """Be :func:`until`, through troubles on the way: whoever waits for an hour meets some.

    ``known`` is what is known so far; it is enough where it fits already. Raises the trouble when nothing else came.
    """
    if fits(known):
        return known, True
    newest = [known]
    troubles: list[ThrottledError | UnreachableError] = []

    def look() -> T:
        troubles.clear()
        try:
            newest[0] = ask()
        except (ThrottledError, UnreachableError) as error:
            troubles.append(error)
        return newest[0]

    answer, fitted = until(patience, look, fits)
    if troubles and not fitted:
        raise troubles[0]
    return answer, fitted


def counting_down(patience: Patience) -> Callable[[], Patience]:
    """Share one deadline between several waits: each call gives what is left of it."""
    deadline = patience.now() + patience.timeout
    return lambda: replace(patience, timeout=max(0.0, deadline - patience.now()))
