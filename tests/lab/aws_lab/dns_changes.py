# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetChange of Route 53 asks for the permission on the change: MiniStack asks for it on everything.

Service Authorization Reference, "Amazon Route 53": GetChange, resource type change (`arn:…:route53:::change/<id>`).
"""

from __future__ import annotations

from ministack.services import route53

from aws_lab import caller, extensions
from aws_lab.request import Request, Response


def install() -> None:
    """Answer GetChange."""
    extensions.register_handler(matches, handle)


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == "route53" and request.operation == "GetChange"


async def handle(request: Request) -> Response:
    """Check the permission, and let MiniStack's function answer."""
    change = request.path.rstrip("/").rpartition("/")[2]
    denied = caller.refusal(request, "route53:GetChange", f"arn:aws:route53:::change/{change}")
    if denied is not None:
        return denied
    status, headers, body = route53._get_change(change)
    return Response(status, dict(headers), body)
