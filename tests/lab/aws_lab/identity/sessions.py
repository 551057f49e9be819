# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a session of AssumeRole may last: 15 minutes to the role's own maximum, one hour when a role assumes a role.

STS API Reference, AssumeRole, DurationSeconds; IAM User Guide, "Roles terms and concepts" (role chaining). The rest of
AssumeRole is MiniStack's: trust policy, ExternalId, session policies, the caller's own permission.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from ministack.services import iam

from aws_lab import app, extensions
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_LEAST, _CHAINED, _LONGEST = 900, 3600, 43_200


def install() -> None:
    """Look before MiniStack opens the session."""
    extensions.register_handler(
        lambda request: request.service == "sts" and request.operation == "AssumeRole", _assume_role
    )


async def _assume_role(request: Request) -> Response:
    given = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    wanted = given.get("DurationSeconds", "")
    answer = await app.ministack(request)
    if answer.status != 200 or not wanted.isdigit():
        return answer  # trust is asked first: who may not assume the role learns nothing of it
    message = _too_long(int(wanted), given.get("RoleArn", ""), chained=request.access_key.startswith("ASIA"))
    return answer if message is None else error_response(request, ServiceError(400, "ValidationError", message))


def _too_long(wanted: int, role_arn: str, *, chained: bool) -> str | None:
    if not _LEAST <= wanted <= _LONGEST:
        return (
            f"1 validation error detected: Value '{wanted}' at 'durationSeconds' failed to satisfy constraint: Member "
            f"must have value between {_LEAST} and {_LONGEST}"
        )
    if chained and wanted > _CHAINED:
        return "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
    role = iam._roles.get_scoped(role_arn.split(":")[4], None, role_arn.rsplit("/", 1)[-1]) or {}
    if wanted > int(role.get("MaxSessionDuration") or _CHAINED):
        return "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return None
