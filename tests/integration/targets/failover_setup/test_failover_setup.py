# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The set-up of a failover, run again after somebody has failed over: it never fails back, and takes nothing away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.arc import RoutingCluster
from ansible_collections.aws_dr.s3.tests.integration.capture import Aws
from ansible_collections.aws_dr.s3.tests.integration.conftest import Run
from ansible_collections.aws_dr.s3.tests.integration.failing_over import ACCOUNT, EU, TABLE, US, Workload

DOCUMENT = Path(__file__).parents[4] / "docs" / "failover.md"
REFUSED = "Refuse to fail back"


class Application:
    """A workload with a record, a parameter and routing controls, prepared and active in us-east-1."""

    def __init__(self, aws: Aws, name: str, playbook: Callable[..., Run]) -> None:
        self.aws, self.name, self.playbook = aws, name, playbook
        self.workload = Workload(aws, name, count=1)
        self.workload.prepare()
        self.zone = aws("route53").create_hosted_zone(Name=f"{name}.internal", CallerReference=name)["HostedZone"]["Id"]
        self.cluster = RoutingCluster(aws, name)
        self.given = {
            "replication": False,
            "dns_records": [{"hosted_zone_id": self.zone.rpartition("/")[2], "record": f"active.{name}.internal"}],
            "parameter": f"/{name}/active",
            "routing_controls": {US: [self.cluster.east], EU: [self.cluster.west]},
            "cluster": self.cluster.arn,
        }

    def set_up(self, expect: int = 0, check: bool = False, **more: Any) -> Run:
        task = self.workload.task("failover_setup", "Set up", **{**self.given, **more})
        return self.playbook(tasks=[task], expect=expect, check=check)

    def dial(self, *active: str) -> None:
        """Let traffic of the access point go to these Regions."""
        (source,) = self.workload.sources
        updates = [
            {"Bucket": bucket, "TrafficDialPercentage": 100 if region in active else 0}
            for bucket, region in ((source, US), (f"{source}-dr", EU))
        ]
        self.aws("s3control", EU).submit_multi_region_access_point_routes(
            AccountId=ACCOUNT, Mrap=self.arn, RouteUpdates=updates
        )

    @property
    def arn(self) -> str:
        found = self.aws("s3control", "us-west-2").list_multi_region_access_points(AccountId=ACCOUNT)["AccessPoints"]
        return f"arn:aws:s3::{ACCOUNT}:accesspoint/{found[0]['Alias']}"

    def routes(self) -> set[str]:
        control = self.aws("s3control", EU)
        routes = control.get_multi_region_access_point_routes(AccountId=ACCOUNT, Mrap=self.arn)["Routes"]
        return {route["Region"] for route in routes if route["TrafficDialPercentage"]}

    def told(self) -> tuple[str, str, str | None]:
        """Give what the record, the parameter and the pointer say."""
        records = self.aws("route53").list_resource_record_sets(HostedZoneId=self.zone)["ResourceRecordSets"]
        (text,) = (one["ResourceRecords"][0]["Value"] for one in records if one["Type"] == "TXT")
        parameter = self.aws("ssm", EU).get_parameter(Name=f"/{self.name}/active")["Parameter"]
        return json.loads(text), parameter["Value"], self.workload.pointer().get("active_region")


def test_what_the_pointer_does_not_know_is_not_undone(aws: Aws, name: str, playbook: Callable[..., Run]) -> None:
    application = Application(aws, name, playbook)
    application.set_up()
    assert application.told() == (US, US, US)

    application.dial(EU)
    for check in (True, False):
        refused = application.set_up(expect=2, check=check).of(REFUSED)["msg"]
        assert f"traffic of access point {name}-0 goes to {EU}, but the pointer {name} says {US}" in refused
        assert f"run the role failover with failover_target_region {EU};" in refused
    assert (application.told(), application.routes()) == ((US, US, US), {EU})
    application.cluster.set({application.cluster.east: "Off", application.cluster.west: "On"})
    application.dial(US)
    refused = application.set_up(expect=2).of(REFUSED)["msg"]
    assert f"not clear what is active: routing controls are on for {EU}, but" in refused
    assert application.cluster.states() == {"east": "Off", "west": "On"}

    application.dial(EU)
    aws("dynamodb", EU).delete_item(TableName=TABLE, Key={"name": {"S": name}})
    refused = application.set_up(expect=2).of(REFUSED)["msg"]
    assert f"no pointer {name} in table {TABLE}, and failover_setup_active_region is {US}. Set that to {EU}," in refused
    assert application.told() == (US, US, None)
    application.set_up(active_region=EU)
    assert (application.told(), application.routes()) == ((EU, EU, EU), {EU})
    assert application.set_up(active_region=US).changed == [], "it is not asked any more"


def test_what_is_active_in_both_regions_stays_so(aws: Aws, name: str, playbook: Callable[..., Run]) -> None:
    application = Application(aws, name, playbook)
    application.dial(US, EU)
    application.cluster.set({application.cluster.west: "On"})
    run = application.set_up()
    told = [one["msg"] for one in run.of("Tell what is active in several Regions, and stays so")["results"]]
    assert told[0].startswith(f"The traffic of access point {name}-0 goes to {EU} and {US}, and that stays so.")
    assert told[1].startswith(f"The routing controls are on for {EU} and {US}, and that stays so.")
    assert (application.told(), application.routes()) == ((US, US, US), {US, EU})
    assert application.cluster.states() == {"east": "On", "west": "On"}
    assert application.set_up().changed == [] and application.routes() == {US, EU}


def test_what_was_made_goes_as_the_documentation_says(
    aws: Aws, name: str, playbook: Callable[..., Run], tmp_path: Path
) -> None:
    application = Application(aws, name, playbook)
    runbook = f"failover-{name}"
    application.set_up(runbook=runbook)
    assert application.told() == (US, US, US)
    text = DOCUMENT.read_text(encoding="utf-8").rpartition("## Taking it away")[2]
    file = tmp_path / "take-away.yml"
    file.write_text(text.partition("```yaml")[2].partition("```")[0], encoding="utf-8")
    given = {
        "dr_failover_name": name,
        "dr_failover_table": TABLE,
        "dr_failover_table_regions": [US, EU],
        "dr_active_region": US,
        "dr_pairs": application.workload.pairs,
        "dr_access_points": [f"{name}-0"],
        **{f"failover_setup_{option}": application.given[option] for option in ("parameter", "dns_records")},
        "failover_setup_runbook": runbook,
    }
    playbook(play=str(file), variables=given, check=True)
    assert application.told() == (US, US, US)
    assert playbook(play=str(file), variables=given).changed
    assert application.workload.pointer() == {}
    assert not aws("s3control", "us-west-2").list_multi_region_access_points(AccountId=ACCOUNT)["AccessPoints"]
    for region in (US, EU):
        names = aws("ssm", region).list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])["DocumentIdentifiers"]
        assert not names
        assert not aws("ssm", region).describe_parameters()["Parameters"]
    records = aws("route53").list_resource_record_sets(HostedZoneId=application.zone)["ResourceRecordSets"]
    assert {one["Type"] for one in records} <= {"NS", "SOA"}
    assert runbook not in {role["RoleName"] for role in aws("iam").list_roles()["Roles"]}
    assert playbook(play=str(file), variables=given).changed == []


def test_a_pointer_that_says_nothing_is_not_set_while_somebody_fails_over(
    aws: Aws, name: str, playbook: Callable[..., Run]
) -> None:
    application = Application(aws, name, playbook)
    item = {"name": name, "claim_id": "c", "claim_target": EU, "claim_by": "ann", "claim_stage": "switching"}
    wire = {**{key: {"S": text} for key, text in item.items()}, "revision": {"N": "1"}, "claim_expires": {"N": "1"}}
    aws("dynamodb", EU).put_item(TableName=TABLE, Item=wire)
    refused = application.set_up(expect=2).of("Refuse to set the pointer while somebody changes it")["msg"]
    assert f"ann has begun to make {EU} active" in refused
    assert application.workload.pointer() == {**item, "revision": "1", "claim_expires": "1"}


def test_the_runbook_of_another_application_is_left_alone(aws: Aws, name: str, playbook: Callable[..., Run]) -> None:
    application = Application(aws, name, playbook)
    application.set_up(runbook="failover-all")

    def kept() -> list[Any]:
        policy = aws("iam").get_role_policy(RoleName="failover-all", PolicyName="failover")["PolicyDocument"]
        contents = [aws("ssm", region).get_document(Name="failover-all")["Content"] for region in (US, EU)]
        tags = {(one["Key"], one["Value"]) for one in aws("iam").list_role_tags(RoleName="failover-all")["Tags"]}
        return [policy, contents, tags]

    before = kept()
    assert before[2] == {("aws_dr.s3:failover", name)}

    def refused() -> None:
        run = application.set_up(runbook="failover-all", name="other", expect=2)
        told = run.of("Refuse to take the runbook away from another application")["msg"]
        assert f"is that of {name}, which it would not switch any more" in told

    refused()
    assert kept() == before
    for region in (US, EU):
        aws("ssm", region).delete_document(Name="failover-all")
    refused()
