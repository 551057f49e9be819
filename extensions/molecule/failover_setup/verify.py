# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both directions replicate, and all that a failover needs is there in both Regions."""

from __future__ import annotations

import json

import pytest
from shared import aws, failing_over

SIDES = {"invoices": aws.US, "invoices-dr": aws.EU}


@pytest.mark.parametrize(("bucket", "region"), SIDES.items())
def test_both_replicate_with_all_that_two_ways_need(bucket: str, region: str) -> None:
    found = aws.client("s3", region).get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]
    (rule,) = found["Rules"]
    (other,) = set(SIDES) - {bucket}
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{other}"
    assert rule["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert rule["SourceSelectionCriteria"] == {"ReplicaModifications": {"Status": "Enabled"}}
    assert rule["Destination"]["ReplicationTime"]["Status"] == "Enabled"


@pytest.mark.parametrize("region", SIDES.values())
def test_the_pointer_is_in_both_regions_with_what_a_failover_needs(region: str) -> None:
    pointer = failing_over.pointer(region)
    assert pointer["active_region"] == aws.US
    (arn,) = json.loads(pointer["settings"])["access_points"]
    assert failing_over.active_regions(arn) == {aws.US}
    assert aws.client("ssm", region).get_parameter(Name="/shop/active-region")["Parameter"]["Value"] == aws.US
    document = aws.client("ssm", region).get_document(Name="failover-shop")["Content"]
    assert arn in document and failing_over.TABLE in document
    steps = [step["name"] for step in json.loads(document)["mainSteps"]]
    assert {"OpenBuckets", "SwitchRoutes", "SwitchPointer", "SwitchParameter"} <= set(steps)
    description = aws.client("dynamodb", region).describe_table(TableName="batch-state")["Table"]
    assert [index["IndexName"] for index in description["GlobalSecondaryIndexes"]] == ["status-index"]


def test_the_runbook_has_a_role_that_may_switch_and_no_more() -> None:
    (document,) = aws.inline_policies("failover-shop").values()
    assert all(
        "*" not in resource.split(":")[-1][:1] for said in document["Statement"] for resource in said["Resource"]
    )
