# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of failover share: a workload over two Regions, writers that go on meanwhile, what came of them."""

from __future__ import annotations

import functools
import itertools
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab
from ansible_collections.aws_dr.s3.tests.integration.remediation import awaited
from ansible_collections.aws_dr.s3.tests.lab.tests import sigv4a

assert sigv4a.ALGORITHM  # importing it lets boto3 sign requests to the global address
US, EU = "us-east-1", "eu-west-1"
ACCOUNT = "111122223333"
TABLE = "failover-state"
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)

Version = tuple[str, str, bool]
"""A key, a version id, and whether it is a delete marker."""


class Shape(NamedTuple):
    """What a listing tells of a version besides its name; a delete marker has no size and no ETag."""

    latest: bool
    size: int | None
    etag: str


Contents = dict[Version, Shape]


@functools.cache
def once(service: str, region: str) -> Any:
    """A client that asks once, so that a Region that is gone costs no time."""
    return boto3.client(service, region_name=region, config=ONCE)


def make_table(dynamodb: Any, name: str, key: str) -> None:
    """Make a table whose items are found by one string."""
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@dataclass
class Workload:
    """Buckets in both Regions, named after ``name``, and the variables of the three roles for them."""

    aws: Aws
    name: str
    count: int = 2

    def __post_init__(self) -> None:
        for source in self.sources:
            self.aws("s3").create_bucket(Bucket=source)

    def prepare(self) -> None:
        """Make all that ``failover_setup`` makes, by plain boto3 and many things at once."""
        role = self._role()
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda pair: self._two_way(pair, role), self.pairs))
            arns = list(pool.map(self._access_point, self.sources))
        dynamodb = self.aws("dynamodb", US)
        make_table(dynamodb, TABLE, "name")
        dynamodb.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": EU}}])
        noted = {"access_points": arns, "routing_controls": {}, "cluster_endpoints": []}
        item = {"name": self.name, "active_region": US, "settings": json.dumps(noted)}
        wire = {**{name: {"S": value} for name, value in item.items()}, "revision": {"N": "1"}}
        dynamodb.put_item(TableName=TABLE, Item=wire)

    def _role(self) -> str:
        iam = self.aws("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
        may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        named = {"RoleName": f"{self.name}-replication"}
        made = iam.create_role(**named, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_role_policy(**named, PolicyName="all", PolicyDocument=policy)
        return str(made["Role"]["Arn"])

    def _two_way(self, pair: dict[str, Any], role: str) -> None:
        there, here = pair["destination"], pair["source"]
        where = {"LocationConstraint": EU}
        self.aws("s3", EU).create_bucket(Bucket=there["bucket"], CreateBucketConfiguration=where)
        for side in (here, there):
            on = {"Status": "Enabled"}
            self.aws("s3", side["region"]).put_bucket_versioning(Bucket=side["bucket"], VersioningConfiguration=on)
        for side, other in ((here, there), (there, here)):
            rule = {
                "ID": "all",
                "Priority": 1,
                "Status": "Enabled",
                "Filter": {},
                "DeleteMarkerReplication": {"Status": "Enabled"},
                "SourceSelectionCriteria": {"ReplicaModifications": {"Status": "Enabled"}},
                "Destination": {"Bucket": f"arn:aws:s3:::{other['bucket']}", "Metrics": {"Status": "Enabled"}},
            }
            rules = {"Role": role, "Rules": [rule]}
            self.aws("s3", side["region"]).put_bucket_replication(Bucket=side["bucket"], ReplicationConfiguration=rules)

    def _access_point(self, source: str) -> str:
        control = self.aws("s3control", "us-west-2")
        details = {"Name": source, "Regions": [{"Bucket": source}, {"Bucket": f"{source}-dr"}]}
        control.create_multi_region_access_point(AccountId=ACCOUNT, ClientToken=source, Details=details)

        def look() -> Any:
            answer = control.get_multi_region_access_point(AccountId=ACCOUNT, Name=source)
            return answer["AccessPoint"]

        alias = awaited(look, lambda found: found["Status"] == "READY")["Alias"]
        arn = f"arn:aws:s3::{ACCOUNT}:accesspoint/{alias}"
        updates = [{"Bucket": f"{source}-dr", "TrafficDialPercentage": 0}]
        self.aws("s3control", US).submit_multi_region_access_point_routes(
            AccountId=ACCOUNT, Mrap=arn, RouteUpdates=updates
        )
        return arn

    @property
    def sources(self) -> list[str]:
        return [f"{self.name}-{number}" for number in range(self.count)]

    @property
    def pairs(self) -> list[dict[str, Any]]:
        return [
            {"source": {"bucket": one, "region": US}, "destination": {"bucket": f"{one}-dr", "region": EU}}
            for one in self.sources
        ]

    def variables(self, role: str, **more: Any) -> dict[str, Any]:
        """The variables of a role that are the same in all tests."""
        common = {"name": self.name, "pairs": self.pairs, "table": TABLE, "table_regions": [US, EU]}
        own = {
            "failover_setup": {"active_region": US, "wait_delay": 1},
            "failover": {"approve": False, "route_wait_delay": 1, "drain_delay": 1, "drain_timeout": 30},
            "failback": {"wait_delay": 1, "wait_timeout": 60, "max_lag_seconds": 0},
        }
        given = {f"{role}_{name}": value for name, value in {**common, **own[role], **more}.items()}
        switch = {f"failover_{name}": value for name, value in own["failover"].items()} if role == "failback" else {}
        return {"replication_setup_role_wait": 0, **switch, **given}

    def task(self, role: str, called: str, **more: Any) -> dict[str, Any]:
        """A task that includes the role."""
        extra = more.pop("extra", {})
        given = {**self.variables(role, **more), **extra}
        return {"name": called, "ansible.builtin.include_role": {"name": f"aws_dr.s3.{role}"}, "vars": given}

    def pointer(self, region: str = EU) -> dict[str, Any]:
        """The item of the pointer, as workloads read it."""
        item = self.aws("dynamodb", region).get_item(TableName=TABLE, Key={"name": {"S": self.name}}).get("Item", {})
        return {name: next(iter(value.values())) for name, value in item.items()}

    def access_points(self) -> list[str]:
        """The ARNs of the access points, as set-up noted them with the pointer."""
        return list(json.loads(self.pointer()["settings"])["access_points"])

    def active(self, region: str = EU) -> list[set[str]]:
        """The Regions to which each access point's routes lead."""
        control = self.aws("s3control", region)
        found = []
        for arn in self.access_points():
            routes = control.get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=arn)["Routes"]
            found.append({route["Region"] for route in routes if route["TrafficDialPercentage"]})
        return found

    def contents(self, bucket: str, region: str) -> Contents:
        """All versions and delete markers of a bucket, with what a listing tells of them."""
        pages = self.aws("s3", region).get_paginator("list_object_versions").paginate(Bucket=bucket)
        return {
            (one["Key"], one["VersionId"], kind == "DeleteMarkers"): Shape(
                one["IsLatest"], one.get("Size"), one.get("ETag", "")
            )
            for page in pages
            for kind in ("Versions", "DeleteMarkers")
            for one in page.get(kind, [])
        }

    def versions(self, bucket: str, region: str) -> set[Version]:
        """All versions and delete markers of a bucket."""
        return set(self.contents(bucket, region))

    def measured(self, lab: Lab) -> None:
        """Let a minute of the lab pass, so that metrics tell that everything was replicated until then."""
        for source in self.sources:
            self.aws("s3").put_object(Bucket=source, Key="first", Body=b"x")
        lab.replication_idle()
        lab.call("POST", "/clock/advance", {"seconds": 61})
        watch = self.aws("cloudwatch", EU)
        name = "OperationsPendingReplication"
        awaited(
            lambda: len(watch.list_metrics(Namespace="AWS/S3", MetricName=name)["Metrics"]) >= self.count,
            bool,
        )

    def started(self, key: str) -> str:
        """A table with the state of an item that was started and never finished; its name."""
        table = f"{self.name}-state"
        dynamodb = self.aws("dynamodb", EU)
        make_table(dynamodb, table, "key")
        dynamodb.put_item(TableName=table, Item={"key": {"S": key}, "status": {"S": "STARTED"}})
        return table

    def fail_to_replicate(self, lab: Lab, key: str) -> tuple[str, str]:
        """Write an object whose replication fails; its key and version."""
        replica = f"arn:aws:s3:::{self.sources[0]}-dr/{key}"
        deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject", "Resource": replica}
        s3 = self.aws("s3", EU)
        s3.put_bucket_policy(Bucket=f"{self.sources[0]}-dr", Policy=json.dumps({"Statement": [deny]}))
        written = self.aws("s3").put_object(Bucket=self.sources[0], Key=key, Body=b"x")
        lab.replication_idle()
        s3.delete_bucket_policy(Bucket=f"{self.sources[0]}-dr")
        return key, str(written["VersionId"])

    def sides(self) -> list[tuple[set[Version], set[Version]]]:
        """All that is in the buckets of each pair."""
        return [(set(ours), set(theirs)) for ours, theirs in self.both_contents()]

    def both_contents(self) -> list[tuple[Contents, Contents]]:
        """As ``sides``, with newest version, size and ETag, which are the same in both buckets of a faithful pair."""
        return [(self.contents(one, US), self.contents(f"{one}-dr", EU)) for one in self.sources]

    def in_region(self, region: str) -> list[Contents]:
        """What is in the buckets of one Region; for when the other one does not answer."""
        return [self.contents(one if region == US else f"{one}-dr", region) for one in self.sources]

    def refused(self, region: str) -> bool:
        """Whether nothing answers for the buckets of a Region."""
        for one in self.sources:
            try:
                once("s3", region).list_object_versions(Bucket=one if region == US else f"{one}-dr")
            except BotoCoreError:
                continue
            return False
        return True


class Write(NamedTuple):
    """A write that was acknowledged, its ETag (a delete marker has none), and when it was sent (``time.monotonic``)."""

    version: Version
    etag: str
    sent: float


@dataclass
class Writers:
    """Write, overwrite and delete through the access points until they are stopped; each notes what was acknowledged.

    What got no answer, or a refusal, is no promise to anybody and is only counted.
    """

    arns: list[str]
    pause: float = 0.05
    acknowledged: dict[str, set[Version]] = field(default_factory=dict)
    writes: dict[str, list[Write]] = field(default_factory=dict)
    refused: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _busy: dict[str, threading.Lock] = field(default_factory=dict)

    def __enter__(self) -> Writers:
        for number, arn in enumerate(self.arns):
            self.acknowledged[arn], self.writes[arn], self._busy[arn] = set(), [], threading.Lock()
            thread = threading.Thread(target=self._write, args=(arn, number), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    @contextmanager
    def between_writes(self) -> Iterator[None]:
        """Nothing is being written meanwhile, so that no write can be done and its answer lost."""
        with ExitStack() as held:
            for busy in self._busy.values():
                held.enter_context(busy)
            yield

    def since(self, arn: str, moment: float) -> set[Version]:
        """What was sent later than the moment, and acknowledged."""
        return {write.version for write in list(self.writes[arn]) if write.sent > moment}

    def lost(self, arn: str, contents: Mapping[Version, Shape]) -> set[Version]:
        """What was acknowledged and is not there, or with another content."""
        return {
            write.version
            for write in list(self.writes[arn])
            if write.version not in contents or contents[write.version].etag != write.etag
        }

    def _write(self, arn: str, number: int) -> None:
        s3 = boto3.client("s3", region_name=EU, config=ONCE)
        for turn in itertools.count():
            if self._stop.wait(self.pause):
                return
            key, deletes = f"w{number}/{turn % 50}", turn % 7 == 6
            with self._busy[arn]:
                sent = time.monotonic()
                try:
                    if deletes:
                        answer = s3.delete_object(Bucket=arn, Key=key)
                    else:
                        answer = s3.put_object(Bucket=arn, Key=key, Body=str(turn).encode())
                except (BotoCoreError, ClientError):
                    self.refused += 1
                    continue
                version = (key, answer["VersionId"], deletes)
                self.writes[arn].append(Write(version, answer.get("ETag", ""), sent))
                self.acknowledged[arn].add(version)


def served(workload: Workload, writers: Writers, gone: str, cut: float) -> None:
    """See that the other Region took writes that were sent after the cut, while the one that is gone is refused."""
    awaited(lambda: {arn: len(writers.since(arn, cut)) for arn in writers.arns}, lambda found: all(found.values()))
    taken = [writers.since(arn, cut) for arn in writers.arns]
    there = workload.in_region(US if gone == EU else EU)
    assert workload.refused(gone)
    for since, contents in zip(taken, there, strict=True):
        assert since <= set(contents), since - set(contents)


def lab_call(called: str, method: str, path: str, **body: Any) -> dict[str, Any]:
    """Something happens to AWS between two tasks."""
    url = os.environ["LAB_CONTROL_URL"] + path
    options = {"url": url, "method": method, "body": body, "body_format": "json", "use_proxy": False}
    return {"name": called, "ansible.builtin.uri": options}
