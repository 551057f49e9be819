# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions do. FIS User Guide, "AWS FIS Actions reference": ids, targets, parameters and permissions of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ministack.core.responses import request_scope
from ministack.services import s3

from aws_lab import clock, cloudtrail, cloudtrail_records, iam, settings, store
from aws_lab.fis.model import Experiment
from aws_lab.replication import pausing
from aws_lab.replication.engine import engine

SERVICE = "fis.amazonaws.com"


class DeniedError(Exception):
    """The experiment's role may not do what the action needs; the text goes into the action's state."""


@dataclass(frozen=True)
class Run:
    """One action of one experiment with its parameters and the ARNs that its target stands for."""

    experiment: Experiment
    name: str
    parameters: dict[str, str]
    arns: list[str]

    @property
    def id(self) -> str:
        """Tells it from every other run."""
        return f"{self.experiment.id}/{self.name}"


class Action(Protocol):
    """One action of FIS. parameters: name -> whether it is required."""

    target_key: str
    resource_type: str
    parameters: dict[str, bool]
    max_targets: int

    def problem(self, template: dict[str, Any], parameters: dict[str, str], target: dict[str, Any]) -> str:
        """What is wrong with the action in a template, beyond its form; "" for nothing."""

    def begin(self, run: Run) -> None:
        """Start the fault; raises DeniedError."""

    def end(self, run: Run) -> None:
        """Take it back."""


class PauseReplication:
    """aws:s3:bucket-pause-replication: replication of the targeted buckets to one Region stands still for a while.

    Targets by tags only. FIS User Guide, "Cross-Region: Connectivity": replication resumes from where it was paused.
    FIS changes the buckets' replication configurations for that (the permissions of the action say so), so CloudTrail
    tells of a PutBucketReplication at the beginning and at the end; what GetBucketReplication then shows is documented
    nowhere: see the setting fis_pause_shows_disabled.
    """

    target_key = "Buckets"
    resource_type = "aws:s3:bucket"
    parameters = {"duration": True, "region": True, "destinationBuckets": False, "prefixes": False}
    max_targets = 20  # the quota

    def problem(self, template: dict[str, Any], parameters: dict[str, str], target: dict[str, Any]) -> str:
        """Buckets have to be named by tags."""
        del template, parameters
        if target.get("resourceArns"):
            return "resource type aws:s3:bucket can only be targeted by resourceTags"
        return ""

    def begin(self, run: Run) -> None:
        """Pause the rules."""
        role = str(run.experiment.template.request["roleArn"])
        buckets = [arn.rpartition(":")[2] for arn in run.arns]
        session = iam.Session(role, SERVICE)
        for bucket in buckets:
            _check(session, bucket, run.parameters["region"])
        pausing.pause(
            run.id,
            pausing.Pause(
                frozenset(buckets),
                run.parameters["region"],
                _listed(run.parameters.get("destinationBuckets")),
                _listed(run.parameters.get("prefixes")),
                since=clock.now() + settings.get().fis_pause_lag,
            ),
        )
        _tell(run, role, buckets)

    def end(self, run: Run) -> None:
        """Let replication go on from where it stood."""
        if pausing.lift(run.id):
            engine.resume()
            _tell(run, str(run.experiment.template.request["roleArn"]), [arn.rpartition(":")[2] for arn in run.arns])


class Wait:
    """aws:fis:wait: does nothing for a while."""

    target_key = ""
    resource_type = ""
    parameters = {"duration": True}
    max_targets = 0

    def problem(self, template: dict[str, Any], parameters: dict[str, str], target: dict[str, Any]) -> str:
        """Nothing can be wrong."""
        del template, parameters, target
        return ""

    def begin(self, run: Run) -> None:
        """Nothing to start."""

    def end(self, run: Run) -> None:
        """Nothing to take back."""


class DisruptConnectivity(Wait):
    """aws:network:disrupt-connectivity: taken and recorded for its duration, and nothing is cut off.

    FIS User Guide, "AWS FIS actions reference": targets Subnets; scope, and prefixListIdentifier for scope prefix-list.
    The lab has no subnets: ARNs are taken as they are given. Its permissions on network ACLs are not asked for.
    """

    target_key = "Subnets"
    resource_type = "aws:ec2:subnet"
    parameters = {"duration": True, "scope": True, "prefixListIdentifier": False}
    max_targets = 5
    scopes = ("all", "availability-zone", "dynamodb", "prefix-list", "s3", "s3express", "vpc")

    def problem(self, template: dict[str, Any], parameters: dict[str, str], target: dict[str, Any]) -> str:
        """The scope has to be one of AWS's, and a prefix list named exactly where the scope is one."""
        del template, target
        if parameters["scope"] not in self.scopes:
            return f"scope has to be one of {', '.join(self.scopes)}"
        if (parameters["scope"] == "prefix-list") != ("prefixListIdentifier" in parameters):
            return "prefixListIdentifier goes with scope prefix-list"
        return ""


ACTIONS: dict[str, Action] = {
    "aws:s3:bucket-pause-replication": PauseReplication(),
    "aws:fis:wait": Wait(),
    "aws:network:disrupt-connectivity": DisruptConnectivity(),
}


def resolve(experiment: Experiment, target: dict[str, Any]) -> list[str]:
    """ARNs of the resources that a target of the template stands for, in the experiment's account and Region."""
    if target["resourceType"] != PauseReplication.resource_type:
        return list(target.get("resourceArns") or [])
    account, region = experiment.template.account, experiment.template.region
    wanted = (target.get("resourceTags") or {}).items()
    with request_scope(account, region):
        names = sorted(name for name in list(s3._buckets) if store.region(name) == region)
        return [f"arn:aws:s3:::{name}" for name in names if wanted <= dict(s3._bucket_tags.get(name) or {}).items()]


def _check(session: iam.Session, bucket: str, region: str) -> None:
    arn = f"arn:aws:s3:::{bucket}"
    pause_request = {"s3:isReplicationPauseRequest": "true"}
    for action, resource, context in (
        ("tag:GetResources", "*", {}),
        ("s3:ListAllMyBuckets", "*", {}),
        ("s3:PauseReplication", arn, {"s3:destinationRegion": region}),
        ("s3:GetReplicationConfiguration", arn, pause_request),
        ("s3:PutReplicationConfiguration", arn, pause_request),
    ):
        policy, owner, home = ("", session.account, "") if resource == "*" else _of(bucket)
        if not session.may_under(action, resource, policy, owner, home, context):
            raise DeniedError(f"The experiment role is not allowed to perform {action} on {resource}.")


def _of(bucket: str) -> tuple[str, str | None, str]:
    return store.policy(bucket), store.owner(bucket), store.region(bucket) or ""


def _listed(names: str | None) -> frozenset[str]:
    return frozenset(name.strip().rpartition(":")[2] for name in (names or "").split(",") if name.strip())


def _tell(run: Run, role: str, buckets: list[str]) -> None:
    account, region = run.experiment.template.account, run.experiment.template.region
    for bucket in buckets:
        record = cloudtrail_records.of_service_call(
            name="PutBucketReplication",
            bucket=bucket,
            region=region,
            recipient=account,
            identity=cloudtrail_records.role_identity(role, run.experiment.id, SERVICE),
            source=SERVICE,
            parameters={"replication": "", "bucketName": bucket, "Host": f"s3.{region}.amazonaws.com"},
        )
        cloudtrail.tell(account, region, record)
