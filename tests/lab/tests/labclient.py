# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests hold in their hands: the lab's control endpoint, and boto3 clients."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session

Client = Any


class Lab:
    """The lab's control endpoint."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One control call; AssertionError with the lab's own words when it refuses."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, method=method, data=data)
        try:
            with self._open(request, timeout=60) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode()}") from None

    def reset(self) -> None:
        """A fresh AWS with the same credentials."""
        self.call("POST", "/reset")

    def fault(self, kind: str, **rule: Any) -> dict[str, Any]:
        """Switch a fault on (aws_lab.faults.Fault names the fields)."""
        return self.call("POST", "/faults", {"kind": kind, **rule})

    def faults(self) -> list[dict[str, Any]]:
        """All faults with their hits."""
        return list(self.call("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self.call("DELETE", "/faults")

    def region_down(self, region: str) -> None:
        """Cut a Region off."""
        self.call("POST", f"/regions/{region}/down")

    def region_up(self, region: str) -> None:
        """Let a Region answer again."""
        self.call("POST", f"/regions/{region}/up")

    def advance(self, seconds: float) -> None:
        """Move lab time on."""
        self.call("POST", "/clock/advance", {"seconds": seconds})

    def settings(self, **values: Any) -> dict[str, Any]:
        """Change settings (or only read them)."""
        return self.call("PUT", "/settings", values) if values else self.call("GET", "/settings")

    def journal(self, **wanted: Any) -> list[dict[str, Any]]:
        """The calls so far whose fields equal all of `wanted`."""
        query = "&".join(f"{name}={urllib.parse.quote(str(value))}" for name, value in wanted.items())
        return list(self.call("GET", f"/journal?{query}")["entries"])

    def counts(self) -> dict[str, int]:
        """Number of calls per service/region/operation."""
        return dict(self.call("GET", "/journal/counts")["counts"])

    def clear_journal(self) -> None:
        """Forget the calls so far."""
        self.call("DELETE", "/journal")


class Clients:
    """Makes boto3 clients once: making one takes longer than most tests."""

    def __init__(self) -> None:
        self._made: dict[tuple[Any, ...], Client] = {}

    def __call__(
        self,
        service: str,
        region: str = "us-east-1",
        credentials: dict[str, str] | None = None,
        attempts: int = 1,
        **config: Any,
    ) -> Client:
        """A client that tries `attempts` times; `credentials` as in an answer of AssumeRole or CreateAccessKey."""
        name = (service, region, attempts, json.dumps([credentials, config], default=str, sort_keys=True))
        if name not in self._made:
            keys = {}
            if credentials:
                keys = {
                    "aws_access_key_id": credentials["AccessKeyId"],
                    "aws_secret_access_key": credentials["SecretAccessKey"],
                    "aws_session_token": credentials.get("SessionToken"),
                }
            settings = Config(
                retries={"mode": "standard", "total_max_attempts": attempts}, max_pool_connections=16, **config
            )
            self._made[name] = boto3.client(service, region_name=region, config=settings, **keys)
        return self._made[name]


def raw_get(host: str, path: str, region: str) -> tuple[int, dict[str, str], str]:
    """A signed GET with no SDK on the way that follows redirects."""
    session = boto3.Session()
    request = AWSRequest("GET", f"https://{host}{path}")
    S3SigV4Auth(session.get_credentials(), "s3", region).add_auth(request)
    answer = URLLib3Session(verify=os.environ["AWS_CA_BUNDLE"], proxies={"https": os.environ["HTTPS_PROXY"]}).send(
        request.prepare()
    )
    return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.text
