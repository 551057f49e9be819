# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic is in eu-west-1, everybody says so, and clients are kept from writing to us-east-1."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from shared import aws, failing_over


def test_everybody_says_the_same() -> None:
    pointer = failing_over.pointer()
    assert (pointer["active_region"], pointer["previous_region"]) == (aws.EU, aws.US)
    assert "claim_target" not in pointer
    (arn,) = json.loads(pointer["settings"])["access_points"]
    assert failing_over.active_regions(arn) == {aws.EU}
    for region in (aws.US, aws.EU):
        parameter = aws.client("ssm", region).get_parameter(Name="/shop/active-region")["Parameter"]
        assert parameter["Value"] == aws.EU


def test_names_lead_to_the_new_side() -> None:
    route53 = aws.client("route53")
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    sets = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    values = {one["Name"]: [record["Value"] for record in one["ResourceRecords"]] for one in sets}
    assert values["active.shop.internal."] == ['"eu-west-1"']
    assert values["api.shop.internal."] == ["api-eu.shop.internal"]


def test_clients_write_on_the_new_side_only_and_it_replicates_to_the_old_one() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("s3").put_object(Bucket=failing_over.SOURCE, Key="after", Body=b"x")
    aws.client("s3", aws.EU).put_object(Bucket=failing_over.COPY, Key="after", Body=b"x")
    aws.wait_for_replication()
    there, here = aws.versions(failing_over.COPY, aws.EU), aws.versions(failing_over.SOURCE, aws.US)
    assert {key for key, _version in there} == {"before", "after"}
    assert there == here
