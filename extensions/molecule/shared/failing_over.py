# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair of buckets that replicate to each other, with an access point and a pointer, as set-up leaves them."""

from __future__ import annotations

import json
import time
from typing import Any

from shared import aws

TABLE, NAME = "failover-state", "shop"
SOURCE, COPY = "invoices", "invoices-dr"


def prepare(active: str) -> None:
    """Make all of it, with ``active`` as the Region that traffic goes to."""
    for bucket, region in ((SOURCE, aws.US), (COPY, aws.EU)):
        aws.make_bucket(bucket, region, versioned=True)
    for (bucket, region), other in (((SOURCE, aws.US), COPY), ((COPY, aws.EU), SOURCE)):
        aws.replicate(bucket, region, other)
    arn = make_access_point()
    routes(arn, active)
    make_pointer(active, arn)


def make_access_point() -> str:
    """An access point over both buckets."""
    control = aws.client("s3control", "us-west-2")
    details = {"Name": NAME, "Regions": [{"Bucket": SOURCE}, {"Bucket": COPY}]}
    control.create_multi_region_access_point(AccountId=aws.ACCOUNT, ClientToken=NAME, Details=details)
    for _unused in range(100):
        found = control.get_multi_region_access_point(AccountId=aws.ACCOUNT, Name=NAME)["AccessPoint"]
        if found["Status"] == "READY":
            break
        time.sleep(0.1)
    return f"arn:aws:s3::{aws.ACCOUNT}:accesspoint/{found['Alias']}"


def routes(arn: str, active: str) -> None:
    """Let traffic go to one Region only."""
    dials = {SOURCE: 100 if active == aws.US else 0, COPY: 100 if active == aws.EU else 0}
    updates = [{"Bucket": bucket, "TrafficDialPercentage": dial} for bucket, dial in dials.items()]
    aws.client("s3control").submit_multi_region_access_point_routes(
        AccountId=aws.ACCOUNT, Mrap=arn, RouteUpdates=updates
    )


def make_pointer(active: str, arn: str) -> None:
    """A table with a replica in both Regions, and the pointer in it."""
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": aws.EU}}])
    noted = {"access_points": [arn], "routing_controls": {}, "cluster_endpoints": []}
    texts = {"name": NAME, "active_region": active, "settings": json.dumps(noted)}
    item = {**{name: {"S": text} for name, text in texts.items()}, "revision": {"N": "1"}}
    dynamodb.put_item(TableName=TABLE, Item=item)


def pointer(region: str = aws.EU) -> dict[str, Any]:
    """What workloads read."""
    item = aws.client("dynamodb", region).get_item(TableName=TABLE, Key={"name": {"S": NAME}})["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def active_regions(arn: str) -> set[str]:
    """The Regions that the access point's routes lead to."""
    control = aws.client("s3control", aws.EU)
    found = control.get_multi_region_access_point_routes(AccountId=aws.ACCOUNT, Mrap=arn)["Routes"]
    return {route["Region"] for route in found if route["TrafficDialPercentage"]}
