# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Multi-Region Access Points: one function a call. Clients are ``s3control`` clients.

Routes are asked for in one of five Regions, everything else in one Region (``domain/mrap.py``); botocore sends a
request to the Region of its client and reroutes nothing. Actions that need a permission on the access point need it on
its ARN, which holds the alias.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError, MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import BLOCK, AccessPoint, parse_report
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import Policies, Policy, Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_routes import Routes, parse_routes, updates

# A Region that is down is to cost seconds: somebody is waiting for a failover, and there is another Region to ask.
QUICK: dict[str, Any] = {
    "connect_timeout": 3,
    "read_timeout": 10,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
# AWS documents no values of RequestStatus. These have been seen; whatever else comes is taken for "at work".
_SUCCEEDED = "SUCCEEDED"
_OVER = frozenset([_SUCCEEDED, "FAILED", "PARTIALLY_SUCCESSFUL", "PARTIALLY_SUCCEEDED", "CANCELLED"])


@dataclass(frozen=True)
class Operation:
    """An asynchronous request: how far it is, in which Regions, and why it failed."""

    arn: str
    status: str
    regions: tuple[tuple[str, str], ...] = ()
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in _OVER

    @property
    def succeeded(self) -> bool:
        """Whether it did all that it was to do."""
        return self.status == _SUCCEEDED


def get_access_point(client: Any, account: str, name: str) -> AccessPoint:
    """GetMultiRegionAccessPoint. Raises :class:`MissingError` where there is none of this name."""
    with _calling(f"read Multi-Region Access Point {name}", "s3:GetMultiRegionAccessPoint"):
        answer = client.get_multi_region_access_point(AccountId=account, Name=name)
    return parse_report(answer["AccessPoint"])


def list_access_points(client: Any, account: str) -> Iterator[AccessPoint]:
    """ListMultiRegionAccessPoints, all pages. An account has a hundred at most."""
    request: dict[str, Any] = {"AccountId": account}
    while True:
        with _calling("list the Multi-Region Access Points", "s3:ListMultiRegionAccessPoints"):
            answer = client.list_multi_region_access_points(**request)
        yield from map(parse_report, answer.get("AccessPoints") or ())
        if not answer.get("NextToken"):
            return
        request["NextToken"] = answer["NextToken"]


def create_access_point(client: Any, account: str, wish: Wish, token: str) -> str:
    """CreateMultiRegionAccessPoint; gives the ARN of the request, which S3 carries out later."""
    regions = [
        {"Bucket": member.bucket, **({"BucketAccountId": member.account} if member.account else {})}
        for member in wish.members
    ]
    block = {BLOCK[option]: value for option, value in wish.whole_block().items()}
    details = {"Name": wish.name, "PublicAccessBlock": block, "Regions": regions}
    with _calling(f"create Multi-Region Access Point {wish.name}", "s3:CreateMultiRegionAccessPoint"):
        answer = client.create_multi_region_access_point(AccountId=account, ClientToken=token, Details=details)
    return str(answer["RequestTokenARN"])


def delete_access_point(client: Any, account: str, name: str, token: str) -> str:
    """DeleteMultiRegionAccessPoint; gives the ARN of the request. The buckets stay."""
    with _calling(f"delete Multi-Region Access Point {name}", "s3:DeleteMultiRegionAccessPoint"):
        answer = client.delete_multi_region_access_point(AccountId=account, ClientToken=token, Details={"Name": name})
    return str(answer["RequestTokenARN"])


def put_policy(client: Any, account: str, name: str, policy: Policy, token: str) -> str:
    """PutMultiRegionAccessPointPolicy; gives the ARN of the request."""
    details = {"Name": name, "Policy": json.dumps(policy, separators=(",", ":"))}
    with _calling(f"put the policy of Multi-Region Access Point {name}", "s3:PutMultiRegionAccessPointPolicy"):
        answer = client.put_multi_region_access_point_policy(AccountId=account, ClientToken=token, Details=details)
    return str(answer["RequestTokenARN"])


def describe_operation(client: Any, account: str, arn: str) -> Operation:
    """DescribeMultiRegionAccessPointOperation."""
    with _calling(f"follow the request {arn}", "s3:DescribeMultiRegionAccessPointOperation"):
        answer = client.describe_multi_region_access_point_operation(AccountId=account, RequestTokenARN=arn)
    found = answer["AsyncOperation"]
    details = found.get("ResponseDetails") or {}
    regions = (details.get("MultiRegionAccessPointDetails") or {}).get("Regions") or ()
    error = details.get("ErrorDetails") or {}
    said = ": ".join(text for text in (error.get("Code"), error.get("Message")) if text)
    standing = tuple((str(one.get("Name")), str(one.get("RequestStatus"))) for one in regions)
    return Operation(arn, str(found.get("RequestStatus") or ""), standing, said)


def get_policies(client: Any, account: str, name: str) -> Policies:
    """GetMultiRegionAccessPointPolicy: the policy in force and the one put last, ``None`` where there is none."""
    permission = "s3:GetMultiRegionAccessPointPolicy"
    try:
        with _calling(f"read the policy of Multi-Region Access Point {name}", permission):
            answer = client.get_multi_region_access_point_policy(AccountId=account, Name=name)
    except MissingError:
        return Policies()  # whoever asks knows that the access point is there, so it is the policy that is missing
    held = answer.get("Policy") or {}
    texts = [(held.get(kind) or {}).get("Policy") for kind in ("Established", "Proposed")]
    return Policies(*(json.loads(text) if text else None for text in texts))


def is_public(client: Any, account: str, name: str) -> bool:
    """GetMultiRegionAccessPointPolicyStatus: whether the policy in force lets everybody in."""
    permission = "s3:GetMultiRegionAccessPointPolicyStatus"
    try:
        with _calling(f"read whether the policy of Multi-Region Access Point {name} is public", permission):
            answer = client.get_multi_region_access_point_policy_status(AccountId=account, Name=name)
    except MissingError:
        return False
    return bool((answer.get("Established") or {}).get("IsPublic"))


def get_routes(client: Any, account: str, arn: str) -> Routes:
    """GetMultiRegionAccessPointRoutes; ``client`` is of one of the five Regions."""
    with _calling(f"read the routes of {arn}", "s3:GetMultiRegionAccessPointRoutes"):
        answer = client.get_multi_region_access_point_routes(AccountId=account, Mrap=arn)
    return parse_routes(answer.get("Routes") or ())


def submit_routes(client: Any, account: str, arn: str, routes: Routes) -> None:
    """SubmitMultiRegionAccessPointRoutes, all routes in one request; ``client`` is of one of the five Regions.

    Raises :class:`ConflictError` when another request is changing them (HTTP 409; AWS names no code).
    """
    with _calling(f"submit the routes of {arn}", "s3:SubmitMultiRegionAccessPointRoutes"):
        client.submit_multi_region_access_point_routes(AccountId=account, Mrap=arn, RouteUpdates=updates(routes))


@contextmanager
def _calling(doing: str, permission: str) -> Iterator[None]:
    """Be :func:`call`, and tell by the HTTP status what AWS documents no code for."""
    try:
        with call(doing, permission):
            yield
    except AwsError as error:
        for status, kind in ((404, MissingError), (409, ConflictError)):
            if error.status == status and error.__class__ is AwsError:
                raise kind(error.doing, error.code, error.status, error.said) from error
        raise


def in_words(operations: Sequence[tuple[str, str]]) -> str:
    """Give the standing of a request in each Region in words."""
    return ", ".join(f"{region} {status}" for region, status in operations)
