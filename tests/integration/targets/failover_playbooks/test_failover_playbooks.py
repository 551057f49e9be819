# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of failover as a user runs them, with the variables file of the documentation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws, documented_user
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import EU, TABLE, US, Workload

EXAMPLE = Path(__file__).parents[4] / "docs" / "failover.example.yml"
# What a person would wait for, and what the lab does not need.
QUICK = {
    "replication_setup_role_wait": 0,
    "remediation_setup_role_wait": 0,
    "failover_setup_wait_delay": 1,
    "failover_approve": False,
    "failover_route_wait_delay": 1,
    "failover_drain_delay": 1,
    "failback_wait_delay": 1,
    "failback_max_lag_seconds": 0,
    "back_fill_wait_delay": 1,
}
RECORD = "active.shop.internal"
PREPARING = ("failover_setup", "replication_setup", "failure_capture", "remediation_setup")
SWITCHING = ("failover", "failback", "replication_setup", "back_fill")


def example() -> dict[str, Any]:
    """The variables file."""
    variables: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return variables


def answer(aws: Aws, zone: str) -> str:
    """What Route 53 answers to who asks for the active Region."""
    records = aws("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (found,) = [one["ResourceRecords"][0]["Value"] for one in records if one["Name"] == f"{RECORD}."]
    return str(found)


def test_prepare_go_there_and_come_back(
    playbook: Callable[..., Run], aws: Aws, lab: Lab, name: str, tmp_path: Path
) -> None:
    """As users who may do what the READMEs of the playbooks' roles name, and nothing else."""
    workload = Workload(aws, name, count=1)
    zone = aws("route53").create_hosted_zone(Name="shop.internal", CallerReference=name)["HostedZone"]["Id"]
    by_name, by_id = {"zone": "shop.internal"}, {"hosted_zone_id": zone.rpartition("/")[2]}
    too: dict[str, Any] = {f"{role}_parameter": f"/{name}/active" for role in ("failover_setup", "failover")}
    too |= {"failover_setup_dns_records": [{**by_id, "record": RECORD}]}
    too |= {"failover_dns_records": [{**by_name, "record": RECORD}]}
    cluster = RoutingCluster(aws, name)
    too["failover_setup_cluster"] = cluster.arn
    too["failover_setup_routing_controls"] = {US: [cluster.east], EU: [cluster.west]}
    names = {"dr_failover_name": name, "dr_pairs": workload.pairs, "dr_failover_table": TABLE}
    given = {**example(), **QUICK, **names, **too, "dr_failover_table_regions": [US, EU]}
    preparing = documented_user(aws, *PREPARING, user="preparing")
    switching = documented_user(aws, *SWITCHING, user="switching")

    unnamed = {**given, "failover_setup_dns_records": [{**by_name, "record": RECORD}]}
    refused = playbook(play="aws_dr.s3.failover_setup", variables=unnamed, env=preparing, expect=2)
    assert f"would not switch {RECORD}" in refused.of("Refuse DNS records that the runbook could not switch")["msg"]
    assert refused.changed == []
    playbook(play="aws_dr.s3.failover_setup", variables=given, check=True, env=preparing)
    assert [bucket["Name"] for bucket in aws("s3").list_buckets()["Buckets"]] == workload.sources
    assert playbook(play="aws_dr.s3.failover_setup", variables=given, env=preparing).changed
    assert playbook(play="aws_dr.s3.failover_setup", variables=given, env=preparing).changed == []
    assert workload.active() == [{US}]
    assert answer(aws, zone) == f'"{US}"'
    documents = aws("ssm", EU).list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])["DocumentIdentifiers"]
    assert [document["Name"] for document in documents] == [given["failover_setup_runbook"]]

    (arn,) = workload.access_points()
    aws("s3").put_object(Bucket=arn, Key="before", Body=b"x")
    lab.replication_idle()
    file = tmp_path / "there-and-back.yml"
    there = {"name": "There", "import_playbook": "aws_dr.s3.failover", "vars": {"failover_target_region": EU}}
    back = {"name": "Back", "import_playbook": "aws_dr.s3.failback"}
    file.write_text(yaml.safe_dump([there, back]), encoding="utf-8")
    run = playbook(play=str(file), variables={**given, "failback_target_region": US}, env=switching)
    assert run.of("Tell the result")["msg"][-1] == "RPO 0.0 s"
    pointer = workload.pointer()
    assert (pointer["active_region"], pointer["previous_region"]) == (US, EU)
    assert workload.active() == [{US}]
    assert answer(aws, zone) == f'"{US}"'
    assert cluster.states() == {"east": "On", "west": "Off"}
    changes = [aws("ssm", region).get_parameter_history(Name=f"/{name}/active")["Parameters"] for region in (US, EU)]
    assert [[one["Value"] for one in parameters] for parameters in changes] == [[US, EU, US]] * 2
    (here, there_too) = workload.sides()[0]
    assert here == there_too and {key for key, _version, _deleted in here} == {"before"}
