# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find out whether EventBridge tells of changed buckets in a Region: whether a trail delivers management events."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import cloudtrail
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.trails import Trail, delivering, missing
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def management_events(client: Any, region: str) -> Outcome:
    """Look at every trail that looks at the Region. ``client`` is a CloudTrail client of the Region.

    A trail of the organization may be out of the caller's reach; it is told of, and does not count.
    """
    trails = [_look(client, found["Name"], found["TrailARN"]) for found in cloudtrail.describe_trails(client)]
    return Outcome(
        False,
        {
            "delivered": bool(delivering(trails)),
            "problem": missing(trails, region),
            "trails": [
                {
                    "name": trail.name,
                    "logging": trail.logging,
                    "logs_writes": trail.logs_writes,
                    "unreadable": trail.unreadable,
                }
                for trail in trails
            ],
        },
    )


def _look(client: Any, name: str, arn: str) -> Trail:
    try:
        logging = cloudtrail.is_logging(client, arn)
        selectors, advanced = cloudtrail.get_event_selectors(client, arn)
    except (AccessDeniedError, MissingError) as error:
        return Trail(name, False, unreadable=error.message)
    return Trail(name, logging, selectors, advanced)
