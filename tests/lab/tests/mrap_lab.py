# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making Multi-Region Access Points with plain boto3."""

from __future__ import annotations

import time
import uuid
from typing import Any

from bucket_lab import OURS
from labclient import Client, Clients


class AccessPoints:
    """S3 Control for access points of one account, by one set of credentials."""

    def __init__(self, client: Clients, credentials: dict[str, str] | None = None, account: str = OURS) -> None:
        self._client, self._credentials, self.account = client, credentials, account

    def control(self, region: str = "us-west-2") -> Client:
        """The S3 Control client of a Region."""
        return self._client("s3control", region, self._credentials)

    def create(self, name: str, *buckets: str, token: str = "", **details: Any) -> str:
        """Ask for one; gives the ARN of the request."""
        regions = [{"Bucket": bucket} for bucket in buckets]
        wanted = {"Name": name, "Regions": regions, **details}
        token = token or uuid.uuid4().hex
        answer = self.control().create_multi_region_access_point(
            AccountId=self.account, ClientToken=token, Details=wanted
        )
        return str(answer["RequestTokenARN"])

    def delete(self, name: str) -> str:
        """Ask for its deletion; gives the ARN of the request."""
        answer = self.control().delete_multi_region_access_point(
            AccountId=self.account, ClientToken=uuid.uuid4().hex, Details={"Name": name}
        )
        return str(answer["RequestTokenARN"])

    def put_policy(self, name: str, policy: str) -> str:
        """Ask for a policy; gives the ARN of the request."""
        answer = self.control().put_multi_region_access_point_policy(
            AccountId=self.account, ClientToken=uuid.uuid4().hex, Details={"Name": name, "Policy": policy}
        )
        return str(answer["RequestTokenARN"])

    def described(self, request: str) -> dict[str, Any]:
        """How far a request is."""
        answer = self.control().describe_multi_region_access_point_operation(
            AccountId=self.account, RequestTokenARN=request
        )
        return dict(answer["AsyncOperation"])

    def ended(self, request: str) -> dict[str, Any]:
        """Wait for a request's end."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.described(request)
            if found["RequestStatus"] in ("SUCCEEDED", "FAILED"):
                return found
            time.sleep(0.01)
        raise AssertionError(f"{request} did not end")

    def made(self, name: str, *buckets: str, **details: Any) -> str:
        """Let there be one; gives its ARN."""
        assert self.ended(self.create(name, *buckets, **details))["RequestStatus"] == "SUCCEEDED"
        return f"arn:aws:s3::{self.account}:accesspoint/{self.get(name)['Alias']}"

    def get(self, name: str) -> dict[str, Any]:
        """What S3 tells of it."""
        return dict(self.control().get_multi_region_access_point(AccountId=self.account, Name=name)["AccessPoint"])

    def routes(self, arn: str, region: str = "us-west-2") -> dict[str, int]:
        """Its dials."""
        answer = self.control(region).get_multi_region_access_point_routes(AccountId=self.account, Mrap=arn)
        return {route["Bucket"]: route["TrafficDialPercentage"] for route in answer["Routes"]}

    def submit(self, arn: str, region: str = "us-west-2", **dials: int) -> None:
        """Change dials; a bucket's name is given with underscores for dashes."""
        updates = [{"Bucket": name.replace("_", "-"), "TrafficDialPercentage": dial} for name, dial in dials.items()]
        self.control(region).submit_multi_region_access_point_routes(
            AccountId=self.account, Mrap=arn, RouteUpdates=updates
        )
