# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-Region Access Points in memory: one world, a client of it in each Region, and a clock that only tests move.

``steps`` is how many looks an asynchronous request is under way before it is over.
"""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Plug, client_error

ACCOUNT = "111122223333"
PREFIX = f"arn:aws:s3::{ACCOUNT}:accesspoint/"
Json = dict[str, Any]


class World:
    """What AWS holds. ``calls`` are (Region, operation) in order; ``down`` Regions do not answer."""

    def __init__(self, steps: int = 0) -> None:
        self.steps, self.down, self.plug = steps, set[str](), Plug()
        self.calls: list[tuple[str, str]] = []
        self.points: dict[str, Json] = {}
        self.operations: dict[str, Json] = {}
        self.tokens: dict[str, str] = {}
        self.policies: dict[str, Json] = {}
        self.routes: dict[str, dict[str, int]] = {}
        self.regions: dict[str, str] = {}
        self.errors: dict[str, list[Exception]] = {}
        self.routes_lag = 0
        self._coming: dict[str, tuple[int, dict[str, int]]] = {}
        self.fails: dict[str, str] = {}
        self.lock = threading.RLock()

    def client(self, service: str, region: str | None = None) -> Any:
        """Be the ``Clients`` of a use case."""
        assert region is not None, "nothing may depend on the task's Region"
        return Client(self, service, region)

    def add(self, name: str, alias: str, buckets: dict[str, str], status: str = "READY") -> Json:
        """Let there be an access point over buckets (name: Region), all active."""
        self.regions |= buckets
        block = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        members = [{"Bucket": one, "Region": region, "BucketAccountId": ACCOUNT} for one, region in buckets.items()]
        point = {"Name": name, "Alias": alias, "Status": status, "PublicAccessBlock": block, "Regions": members}
        self.points[name] = point
        self.routes[PREFIX + alias] = dict.fromkeys(buckets, 100)
        return point

    def count(self, operation: str) -> int:
        """How often it was called."""
        return sum(called == operation for _region, called in self.calls)

    # ---- requests that are carried out later

    def submit(self, kind: str, token: str, details: Json) -> Json:
        if token not in self.tokens:
            arn = f"arn:aws:s3:us-west-2:{ACCOUNT}:async-request/mrap/{kind}/{len(self.operations)}"
            self.tokens[token] = arn
            self.operations[arn] = {"kind": kind, "details": details, "left": self.steps, "status": "NEW"}
            self._begin(kind, details)
            if not self.steps:
                self.end(arn)
        assert self.operations[self.tokens[token]]["details"] == details, "a token stands for one content"
        return {"RequestTokenARN": self.tokens[token]}

    def _begin(self, kind: str, details: Json) -> None:
        name = details["Name"]
        if kind == "create" and name not in self.points:
            regions = {one["Bucket"]: self.regions.get(one["Bucket"], "") for one in details["Regions"]}
            self.add(name, f"made{len(self.operations)}.mrap", regions, "CREATING")["PublicAccessBlock"] = details[
                "PublicAccessBlock"
            ]
        elif kind == "delete":
            self.points[name]["Status"] = "DELETING"
        elif kind == "put-policy":
            self.policies.setdefault(name, {})["Proposed"] = {"Policy": details["Policy"]}

    def end(self, arn: str) -> None:
        """Let a request come to its end."""
        operation = self.operations[arn]
        kind, name = operation["kind"], operation["details"]["Name"]
        if kind in self.fails:
            operation["status"], operation["error"] = "FAILED", self.fails[kind]
            if kind == "create":
                self.points.pop(name, None)
            return
        operation["status"] = "SUCCEEDED"
        if kind == "create":
            self.points[name]["Status"] = "READY"
        elif kind == "delete":
            del self.points[name]
        else:
            self.policies[name]["Established"] = self.policies[name]["Proposed"]

    def step(self, arn: str) -> None:
        operation = self.operations[arn]
        if operation["status"] in ("NEW", "INPROGRESS"):
            operation["left"] -= 1
            operation["status"] = "INPROGRESS"
            if operation["left"] <= 0:
                self.end(arn)

    # ---- routes

    def get_routes(self, arn: str) -> list[Json]:
        looks, coming = self._coming.get(arn, (0, {}))
        if coming:
            if looks <= 0:
                self.routes[arn] = coming
                del self._coming[arn]
            else:
                self._coming[arn] = (looks - 1, coming)
        return [
            {"Bucket": bucket, "Region": self.regions[bucket], "TrafficDialPercentage": dial}
            for bucket, dial in self.routes[arn].items()
        ]

    def submit_routes(self, arn: str, updates: list[Json]) -> None:
        assert all(set(one) == {"Bucket", "TrafficDialPercentage"} for one in updates)
        dials = {one["Bucket"]: one["TrafficDialPercentage"] for one in updates}
        self._coming[arn] = (self.routes_lag, {**self.routes[arn], **dials})


class Client:
    """A client of one Region for ``s3control``, ``sts`` or ``s3``."""

    def __init__(self, world: World, service: str, region: str) -> None:
        self._world, self._service, self.region = world, service, region
        self.meta = SimpleNamespace(region_name=region)

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            world = self._world
            with world.lock:
                world.calls.append((self.region, operation))
                if self.region in world.down:
                    raise EndpointConnectionError(endpoint_url=f"https://{self._service}.{self.region}.amazonaws.com")
                if world.errors.get(operation):
                    raise world.errors[operation].pop(0)
                with world.plug:
                    return getattr(self, f"_{operation}")(request)

        return call

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_buckets"
        self._world.calls.append((self.region, operation))
        buckets = [{"Name": name, "BucketRegion": region} for name, region in self._world.regions.items()]
        return SimpleNamespace(paginate=lambda **_unused: [{"Buckets": buckets}])

    def _get_caller_identity(self, _request: Json) -> Json:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/operator"}

    def _control(self) -> World:
        assert self.region == "us-west-2", "AWS answers 301 elsewhere"
        return self._world

    def _point(self, request: Json) -> Json:
        point = self._control().points.get(request["Name"])
        if point is None:
            raise client_error("NoSuchMultiRegionAccessPoint", "Get", status=404)
        return point

    def _get_multi_region_access_point(self, request: Json) -> Json:
        return {"AccessPoint": dict(self._point(request))}

    def _list_multi_region_access_points(self, _request: Json) -> Json:
        return {"AccessPoints": [dict(point) for point in self._control().points.values()]}

    def _get_multi_region_access_point_policy(self, request: Json) -> Json:
        self._point(request)
        return {"Policy": self._world.policies.get(request["Name"], {})}

    def _get_multi_region_access_point_policy_status(self, request: Json) -> Json:
        self._point(request)
        return {"Established": {"IsPublic": False}}

    def _create_multi_region_access_point(self, request: Json) -> Json:
        return self._control().submit("create", request["ClientToken"], request["Details"])

    def _delete_multi_region_access_point(self, request: Json) -> Json:
        if request["ClientToken"] not in self._world.tokens:
            self._point({"Name": request["Details"]["Name"]})
        return self._control().submit("delete", request["ClientToken"], request["Details"])

    def _put_multi_region_access_point_policy(self, request: Json) -> Json:
        return self._control().submit("put-policy", request["ClientToken"], request["Details"])

    def _describe_multi_region_access_point_operation(self, request: Json) -> Json:
        arn = request["RequestTokenARN"]
        operation = self._control().operations[arn]
        shown = {"RequestStatus": operation["status"]}
        if "error" in operation:
            shown["ResponseDetails"] = {"ErrorDetails": {"Code": operation["error"], "Message": "No."}}
        self._world.step(arn)
        return {"AsyncOperation": shown}

    def _get_multi_region_access_point_routes(self, request: Json) -> Json:
        self._known_route(request)
        return {"Routes": self._world.get_routes(request["Mrap"])}

    def _submit_multi_region_access_point_routes(self, request: Json) -> Json:
        self._known_route(request)
        self._world.submit_routes(request["Mrap"], request["RouteUpdates"])
        return {}

    def _known_route(self, request: Json) -> None:
        routes = ("us-east-1", "us-west-2", "ap-southeast-2", "ap-northeast-1", "eu-west-1")
        assert self.region in routes, "AWS answers 301 elsewhere"
        if request["Mrap"] not in self._world.routes:
            raise client_error("NoSuchMultiRegionAccessPoint", "Get", "There is none.", status=404)
