# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""CloudTrail: one function a call, typed errors. Clients are boto3 CloudTrail clients of one Region."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def describe_trails(client: Any) -> list[dict[str, Any]]:
    """DescribeTrails: the trails that look at the client's Region, those of other home Regions too."""
    with call(f"list the CloudTrail trails in {client.meta.region_name}", "cloudtrail:DescribeTrails"):
        found: list[dict[str, Any]] = client.describe_trails(includeShadowTrails=True).get("trailList", [])
    return found


def is_logging(client: Any, trail_arn: str) -> bool:
    """GetTrailStatus: whether the trail is logging now."""
    with call(f"read the status of the trail {trail_arn}", "cloudtrail:GetTrailStatus"):
        return bool(client.get_trail_status(Name=trail_arn).get("IsLogging"))


def get_event_selectors(client: Any, trail_arn: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """GetEventSelectors: basic and advanced ones; one of the two lists is empty."""
    with call(f"read the event selectors of the trail {trail_arn}", "cloudtrail:GetEventSelectors"):
        answer = client.get_event_selectors(TrailName=trail_arn)
    return answer.get("EventSelectors") or [], answer.get("AdvancedEventSelectors") or []
