# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What names an SQS queue: its name, its ARN or its URL; read and checked without a call.

Sources: SQS Developer Guide, "Queue and message identifiers"; AWS General Reference, "Amazon Simple Queue Service
endpoints and quotas" (FIPS, dual-stack and legacy endpoints); AWS PrivateLink Guide, "Access an AWS service using an
interface VPC endpoint".
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo")
_PATH = re.compile(r"/(?P<account>\d{12})/(?P<name>[^/]+)")
_HOST = re.compile(
    r"(vpce-[a-z0-9-]+\.)?sqs(-fips)?\.(?P<region>[a-z0-9-]+)\.(vpce\.)?(?P<suffix>[a-z0-9.-]+)"
    r"|((?P<old_region>[a-z0-9-]+)\.)?queue\.(?P<old_suffix>[a-z0-9.-]+)"
)
# Dual-stack endpoints have a domain of their own; what others end with is the partition's matter.
_DUAL_STACK = "api.aws"
_LEGACY_WITHOUT_REGION = "us-east-1"


class QueueName(NamedTuple):
    """What is named. A mere name has neither ``region`` nor ``account``, the URL of an endpoint of one's own no
    ``region``; those are empty then.
    """

    region: str
    account: str
    name: str


def read_queue(queue: str, endpoint: str | None = None) -> QueueName | None:
    """Read a queue's name, ARN or URL; ``None`` when it is none.

    ``endpoint`` is the URL that requests are sent to: a queue's URL has its host, or a host of SQS in its partition.
    Without it any host of the form that SQS's hosts have will do.
    """
    if queue.startswith("arn:"):
        arn = parse_arn(queue)
        if arn is None or arn.service != "sqs" or not arn.region or not arn.account.isdigit():
            return None
        return QueueName(arn.region, arn.account, arn.resource) if _NAME.fullmatch(arn.resource) else None
    if "://" in queue:
        return _read_url(queue, endpoint)
    return QueueName("", "", queue) if _NAME.fullmatch(queue) else None


def _read_url(queue: str, endpoint: str | None) -> QueueName | None:
    try:
        url, own = urlsplit(queue), urlsplit(endpoint or "")
    except ValueError:
        return None
    path = _PATH.fullmatch(url.path)
    if url.scheme not in ("https", "http") or url.query or url.fragment or path is None:
        return None
    if not _NAME.fullmatch(path["name"]):
        return None
    host = _HOST.fullmatch(url.netloc)
    if host is not None and (endpoint is None or (host["suffix"] or host["old_suffix"]) in _suffixes(own.netloc)):
        return QueueName(host["region"] or host["old_region"] or _LEGACY_WITHOUT_REGION, path["account"], path["name"])
    return QueueName("", path["account"], path["name"]) if endpoint and url.netloc == own.netloc else None


def _suffixes(own_host: str) -> tuple[str, ...]:
    """Give what hosts of SQS may end with, where ``own_host`` is one of them."""
    own = _HOST.fullmatch(own_host)
    return (own["suffix"] or own["old_suffix"], _DUAL_STACK) if own else ()


def queue_region(queue: str) -> str | None:
    """Give the Region that a queue's ARN or URL names; ``None`` for a mere name and for what names no queue."""
    named = read_queue(queue)
    return (named.region or None) if named else None


def queue_problem(queue: str, endpoint: str | None = None) -> str | None:
    """Say that ``queue`` names no queue, and how to name one; ``None`` when its form is right."""
    if read_queue(queue, endpoint) is not None:
        return None
    return (
        f"{queue!r} names no SQS queue; expected its name (letters, digits, - and _), its ARN "
        "(arn:<partition>:sqs:<Region>:<account>:<name>), or its URL (https://sqs.<Region>.amazonaws.com/<account>/<name>)"
    )
