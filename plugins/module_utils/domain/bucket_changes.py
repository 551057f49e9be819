# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of calls that changed a bucket's configuration, as EventBridge hands them on from CloudTrail.

Sources: EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; CloudTrail User Guide, "CloudTrail
record contents". Only the bucket's name is taken from an event: events come late, twice and in any order, so that what
a bucket needs is told by the bucket alone.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_of

DETAIL_TYPE = "AWS API Call via CloudTrail"
EVENT_SOURCE = "s3.amazonaws.com"
WATCHED = (
    "CreateBucket",
    "DeleteBucket",
    "DeleteBucketReplication",
    "DeleteBucketTagging",
    "PutBucketReplication",
    "PutBucketTagging",
    # What the S3 console and buckets under attribute-based access control use instead of the two tagging calls
    # (S3 User Guide, "Enabling ABAC in general purpose buckets")
    "TagResource",
    "UntagResource",
)
SUSPENDING = "PutBucketVersioning"


class UnreadableChangeError(Exception):
    """A message that is no event of a bucket's change; the text says what is missing."""


@dataclass(frozen=True)
class BucketChange:
    """What an event tells. ``region`` is the Region of the call, ``by`` the ARN of who called ("" where not told)."""

    bucket: str
    region: str
    call: str
    by: str


def event_pattern() -> dict[str, Any]:
    """Give the EventBridge pattern of the changes that matter: calls that succeeded.

    Of PutBucketVersioning only those that suspend versioning (EventBridge User Guide, "Comparison operators": ``$or``,
    ``exists``).
    """
    suspended = {"VersioningConfiguration": {"Status": ["Suspended"]}}
    return {
        "source": ["aws.s3"],
        "detail-type": [DETAIL_TYPE],
        "detail": {
            "eventSource": [EVENT_SOURCE],
            "errorCode": [{"exists": False}],
            "$or": [
                {"eventName": list(WATCHED)},
                {"eventName": [SUSPENDING], "requestParameters": suspended},
            ],
        },
    }


def read_change(text: str) -> BucketChange:
    """Read the body of one message. Raises :class:`UnreadableChangeError`."""
    try:
        event = json.loads(text)
    except ValueError as error:
        raise UnreadableChangeError(f"no JSON: {error}") from error
    detail = event.get("detail") if isinstance(event, dict) else None
    if not isinstance(detail, dict):
        raise UnreadableChangeError("no event of EventBridge: it has no detail")
    bucket = next(_buckets(detail), None)
    region = detail.get("awsRegion") or event.get("region")
    if not bucket or not isinstance(region, str):
        raise UnreadableChangeError("the event names no bucket, or no Region")
    identity = detail.get("userIdentity")
    by = identity.get("arn") if isinstance(identity, dict) else ""
    return BucketChange(bucket, region, str(detail.get("eventName", "")), str(by or ""))


def source_of(template: str, destination: str, account: str, region: str) -> str | None:
    """Give the name that ``template`` makes ``destination`` of (``pair_template.filled``), or ``None``.

    ``account`` and ``region`` are the destination's. The template has no problem.
    """
    pattern, seen = "", False
    for text, placeholder, _spec, _conversion in string.Formatter().parse(template):
        pattern += re.escape(text)
        if placeholder == "name":
            pattern += r"(?P=name)" if seen else r"(?P<name>.+)"
            seen = True
        elif placeholder is not None:
            pattern += re.escape(account if placeholder == "account" else region)
    match = re.fullmatch(pattern, destination) if seen else None
    return bucket_of(match["name"]) if match else None


def _buckets(detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of general purpose buckets that a record names, best place first."""
    parameters = detail.get("requestParameters")
    resources = detail.get("resources")
    places: list[Any] = []
    if isinstance(parameters, dict):
        places += [parameters.get("bucketName"), parameters.get("resourceArn")]
    if isinstance(resources, list):
        places += [found.get("ARN") for found in resources if isinstance(found, dict)]
    return (name for place in places if isinstance(place, str) and (name := bucket_of(place)))
