# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetHealthCheckStatus of health checks of type RECOVERY_CONTROL: they follow the state of their routing control.

Route 53 API Reference, GetHealthCheckStatus, HealthCheckConfig (RoutingControlArn, Inverted); ARC Developer Guide,
"Creating a routing control health check" (healthy while the routing control is on).
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from ministack.services import route53

from aws_lab import app, caller, clock
from aws_lab.arc.model import ON, controls
from aws_lab.request import Request, Response

_REGIONS = ("us-east-1", "us-west-2", "eu-west-1")  # three of those that Route 53 checks from


def matches(request: Request) -> bool:
    """Whether the request is one of ours."""
    return request.service == "route53" and request.operation == "GetHealthCheckStatus"


async def handle(request: Request) -> Response:
    """Answer it; a check of another type, or one that is not there, is MiniStack's."""
    name = request.path.removesuffix("/").split("/")[-2]
    denied = caller.refusal(request, "route53:GetHealthCheckStatus", f"arn:aws:route53:::healthcheck/{name}")
    if denied is not None:
        return denied
    check = route53._health_checks.get(name)
    if check is None or check["config"].get("Type") != "RECOVERY_CONTROL":
        return await app.ministack(request)
    return Response(200, {"content-type": "text/xml"}, _observations(check["config"]).encode())


def of_control(arn: str) -> list[str]:
    """Ids of the caller's health checks that follow a routing control."""
    return [name for name, check in route53._health_checks.items() if check["config"].get("RoutingControlArn") == arn]


def _observations(config: dict[str, object]) -> str:
    control = controls.get(str(config.get("RoutingControlArn")))
    on = control is not None and control.state == ON
    state = control.state if control else "unknown"
    healthy = on != bool(config.get("Inverted"))
    status = f"{'Success' if healthy else 'Failure'}: the routing control state is {state}"
    report = f"<Status>{escape(status)}</Status><CheckedTime>{clock.iso()}</CheckedTime>"
    each = "".join(
        f"<HealthCheckObservation><Region>{region}</Region><StatusReport>{report}</StatusReport></HealthCheckObservation>"
        for region in _REGIONS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<GetHealthCheckStatusResponse xmlns="{route53.NS}"><HealthCheckObservations>{each}</HealthCheckObservations>'
        "</GetHealthCheckStatusResponse>"
    )
