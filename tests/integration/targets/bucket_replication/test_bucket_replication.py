# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bucket_replication by real ansible-playbook against the lab; what was done is looked at through plain boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::111122223333:role/replication"
OTHER_ACCOUNT = "444455556666"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555"
ON, OFF = {"Status": "Enabled"}, {"Status": "Disabled"}
MODULE = "aws_dr.s3.bucket_replication"

Json = dict[str, Any]
Playbook = Callable[..., Any]


@dataclass
class Pair:
    """A source in us-east-1 and a destination in eu-west-1, both versioned."""

    s3: Any
    source: str
    destination: str

    def put(self, *rules: Json) -> None:
        configuration = {"Role": ROLE, "Rules": list(rules)}
        self.s3.put_bucket_replication(Bucket=self.source, ReplicationConfiguration=configuration)

    def get(self) -> Json | None:
        try:
            answer = self.s3.get_bucket_replication(Bucket=self.source)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ReplicationConfigurationNotFoundError"
            return None
        configuration: Json = answer["ReplicationConfiguration"]
        return configuration

    def v2(self, rule_id: str = "theirs", priority: int = 5, **more: Any) -> Json:
        destination = {"Bucket": f"arn:aws:s3:::{self.destination}", **more.pop("dest", {})}
        start = {"ID": rule_id, "Priority": priority, "Filter": {}, "Status": "Enabled", "DeleteMarkerReplication": OFF}
        return {**start, "Destination": destination, **more}

    def v1(self, rule_id: str, prefix: str = "") -> Json:
        destination = {"Bucket": f"arn:aws:s3:::{self.destination}"}
        return {"ID": rule_id, "Prefix": prefix, "Status": "Enabled", "Destination": destination}

    def task(self, *rules: Json, name: str = "Replicate", **options: Any) -> Json:
        """A task; it gives up soon, for tests that wait for that."""
        asked = {"bucket": self.source, "rules": list(rules), "wait_timeout": 10, "wait_delay": 1, **options}
        if asked["rules"] == []:
            del asked["rules"]
        if asked.get("state") != "absent":
            asked.setdefault("role", ROLE)
        return {"name": name, MODULE: asked, "ignore_errors": "{{ tolerant | default(false) }}"}

    def rule(self, rule_id: str = "to-dr", **more: Any) -> Json:
        return {"id": rule_id, "destination": {"bucket": self.destination, **more.pop("dest", {})}, **more}


def make_bucket(s3: Any, bucket: str, versioned: bool = True) -> str:
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **where)
    if versioned:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=ON)
    return bucket


@pytest.fixture
def pair(aws: Callable[..., Any], name: str) -> Pair:
    source = make_bucket(aws("s3"), f"{name}-src")
    return Pair(aws("s3"), source, make_bucket(aws("s3", "eu-west-1"), f"{name}-dst"))


@pytest.fixture
def as_user(aws: Callable[..., Any], name: str) -> Callable[..., dict[str, str]]:
    """Give the environment of a user who may only do these actions (on everything)."""

    def make(*actions: str) -> dict[str, str]:
        iam, user = aws("iam"), f"{name}-{len(actions)}"
        iam.create_user(UserName=user)
        statement = {"Effect": "Allow", "Action": [*actions, "sts:GetCallerIdentity"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    return make


# ---- created, changed, kept, removed ---------------------------------------------------------------------------------


def test_a_rule_is_created_and_stays(playbook: Playbook, pair: Pair) -> None:
    task = pair.task(pair.rule())
    predicted = playbook([task], check=True).last
    assert pair.get() is None
    run = playbook([task, {**task, "name": "Again"}, {**task, "name": "Predicted again", "check_mode": True}])
    assert run.changed == ["Replicate"]
    first = run.of("Replicate")
    for told in ("replication", "diff", "bucket", "changed"):
        assert first[told] == predicted[told]
    assert run.of("Again")["replication"] == run.of("Predicted again")["replication"] == first["replication"]
    written = pair.v2("to-dr", 0, dest={"Metrics": ON})
    assert pair.get() == {"Role": ROLE, "Rules": [written]}
    assert first["diff"]["before"] == {"configured": False}
    assert first["diff"]["after"]["rules"]["to-dr"]["destination"]["bucket"] == pair.destination


def test_every_option_is_written_and_given_back(playbook: Playbook, pair: Pair) -> None:
    rich = pair.rule(
        priority=7,
        status="disabled",
        prefix="é a/",
        tags={"a": "1", "b": ""},
        delete_marker_replication=False,
        replica_modifications=True,
        replication_time_control=True,
        dest={"storage_class": "STANDARD_IA", "replica_kms_key_id": KEY},
    )
    options = pair.task(rich, name="Write")[MODULE]
    back = {**options, "rules": "{{ written.replication.rules }}", "purge_rules": True}
    run = playbook([{"name": "Write", MODULE: options, "register": "written"}, {"name": "Feed back", MODULE: back}])
    assert run.changed == ["Write"], "the result is in the shape of the option"
    quarter = {"Minutes": 15}
    assert pair.get() == {
        "Role": ROLE,
        "Rules": [
            {
                "ID": "to-dr",
                "Priority": 7,
                "Filter": {
                    "And": {"Prefix": "é a/", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]},
                },
                "Status": "Disabled",
                "SourceSelectionCriteria": {"ReplicaModifications": ON, "SseKmsEncryptedObjects": ON},
                "Destination": {
                    "Bucket": f"arn:aws:s3:::{pair.destination}",
                    "StorageClass": "STANDARD_IA",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
                    "ReplicationTime": {**ON, "Time": quarter},
                    "Metrics": {**ON, "EventThreshold": quarter},
                },
                "DeleteMarkerReplication": OFF,
            }
        ],
    }


def test_one_option_changes_and_the_rest_stays(playbook: Playbook, pair: Pair) -> None:
    theirs, ours = (
        pair.v2(),
        pair.v2("to-dr", 1, Filter={"Prefix": ""}, dest={"StorageClass": "GLACIER", "Metrics": OFF}),
    )
    pair.put(theirs, ours)
    task = pair.task({"id": "to-dr", "delete_marker_replication": True})
    predicted = playbook([task], check=True)
    assert pair.get() == {"Role": ROLE, "Rules": [theirs, ours]}
    run = playbook([task])
    assert run.last["diff"] == predicted.last["diff"]
    diff = run.last["diff"]
    assert diff["before"]["rules"]["theirs"] == diff["after"]["rules"]["theirs"]
    assert diff["after"]["rules"]["to-dr"] == {**diff["before"]["rules"]["to-dr"], "delete_marker_replication": True}
    assert pair.get() == {"Role": ROLE, "Rules": [theirs, {**ours, "DeleteMarkerReplication": ON}]}


def test_rules_of_others_go_only_when_purged(playbook: Playbook, pair: Pair) -> None:
    pair.put(pair.v2(), pair.v2("to-dr", 1))
    run = playbook([
        pair.task(pair.rule(), name="Keep"),
        pair.task(pair.rule(), name="Purge", purge_rules=True),
        pair.task(pair.rule(), name="Purge again", purge_rules=True),
    ])  # fmt: skip
    assert run.changed == ["Purge"]
    assert pair.get() == {"Role": ROLE, "Rules": [pair.v2("to-dr", 1)]}


def test_rules_are_removed_and_the_last_takes_the_configuration_along(playbook: Playbook, pair: Pair) -> None:
    pair.put(pair.v2("a", 1), pair.v2("b", 2), pair.v2("c", 3))
    run = playbook([
        pair.task({"id": "a"}, {"id": "never-was"}, name="One", state="absent"),
        pair.task({"id": "a"}, name="One again", state="absent"),
        {"name": "None", MODULE: {"bucket": pair.source, "state": "absent", "rules": []}},
    ])  # fmt: skip
    assert run.changed == ["One"]
    assert pair.get() == {"Role": ROLE, "Rules": [pair.v2("b", 2), pair.v2("c", 3)]}
    playbook([pair.task({"id": "b"}, {"id": "c"}, state="absent")])
    assert pair.get() is None
    pair.put(pair.v2("a", 1))
    tasks = [pair.task(name="All", state="absent"), pair.task(name="All again", state="absent")]
    assert playbook(tasks, check=True).changed == ["All", "All again"]
    assert pair.get() is not None
    assert playbook(tasks).changed == ["All"]
    assert pair.get() is None


def test_v1_moves_to_v2_with_its_meaning_and_that_is_told(playbook: Playbook, pair: Pair) -> None:
    pair.put(pair.v1("old", "a/"), pair.v1("older", "b/"))
    task = pair.task(pair.rule(prefix="c/", metrics=False), pair.rule("older", delete_marker_replication=False))
    predicted = playbook([task], check=True)
    run = playbook([task, {**task, "name": "Again"}])
    assert run.changed == ["Replicate"]
    assert run.of("Replicate")["diff"] == predicted.last["diff"]
    assert pair.get() == {
        "Role": ROLE,
        "Rules": [
            pair.v2("old", 0, Filter={"Prefix": "a/"}, DeleteMarkerReplication=ON),
            pair.v2("older", 1, Filter={"Prefix": "b/"}),
            pair.v2("to-dr", 2, Filter={"Prefix": "c/"}),
        ],
    }
    for result in (predicted.last, run.of("Replicate")):
        diff = result["diff"]
        assert diff["before"]["schema"].startswith("V1") and diff["after"]["schema"].startswith("V2")
        assert diff["before"]["rules"]["older"]["delete_marker_replication"] is True
        assert diff["after"]["rules"]["older"]["delete_marker_replication"] is False
        assert any("go on being replicated by rule 'old'" in warning for warning in result["warnings"])
        assert any("no longer replicated by rule 'older'" in warning for warning in result["warnings"])


def test_a_v1_configuration_that_nobody_changes_is_left_alone(playbook: Playbook, pair: Pair) -> None:
    pair.put(pair.v1("old"))
    run = playbook([pair.task({"id": "other"}, state="absent"), {"name": "Role", MODULE: {"bucket": pair.source}}])
    assert run.changed == []
    assert run.last["replication"]["schema"] == "V1"
    assert pair.get() == {"Role": ROLE, "Rules": [pair.v1("old")]}


# ---- refused before anything is written ------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Json, str]] = {
    "range": ({"priority": -1}, "priority: -1 is not between"),
    "taken": ({"priority": 5}, "priority: 5 is also the priority of 'theirs', which this task does not name"),
    "long": ({"prefix": "p" * 1025}, "prefix: "),
    "markers": ({"tags": {"a": "b"}, "delete_marker_replication": True}, "delete_marker_replication: "),
    "text": ({"tags": {"a": True}}, "tags: "),
    "metrics": ({"replication_time_control": True, "metrics": False}, "metrics: "),
    "gone": ({"destination": {"bucket": "nowhere-at-all"}}, "destination.bucket: there is no bucket nowhere-at-all"),
    "arn": ({"destination": {"bucket": "arn:aws:s3:::a/b"}}, "destination.bucket: 'arn:aws:s3:::a/b' is neither"),
    "region": (
        {"destination": {"bucket": "arn:aws:s3:eu-west-1::bucket"}},
        "'arn:aws:s3:eu-west-1::bucket' is neither",
    ),
    "none": ({"destination": {}}, "destination.bucket: it is missing"),
    "class": ({"dest": {"storage_class": "OUTPOSTS"}}, "destination.storage_class: 'OUTPOSTS'"),
    "account": ({"dest": {"account_id": "12"}}, "destination.account_id: '12'"),
    "override": ({"dest": {"owner_override": True}}, "destination.owner_override: "),
    "owner": ({"dest": {"account_id": OTHER_ACCOUNT}}, f"does not belong to account {OTHER_ACCOUNT}"),
    "key": ({"dest": {"replica_kms_key_id": "alias/k"}}, "destination.replica_kms_key_id: 'alias/k'"),
    "away": ({"dest": {"replica_kms_key_id": KEY.replace("eu-west-1", "us-west-2")}}, "the key is in us-west-2"),
}


def test_what_s3_would_refuse_is_refused_with_rule_and_option(playbook: Playbook, pair: Pair) -> None:
    pair.put(pair.v2())
    rules = [{**pair.rule(case), **pair.rule(case, **more)} for case, (more, _unused) in REFUSED.items()]
    tasks = [
        pair.task(*rules, name="Rules"),
        pair.task(pair.rule(), name="No role", role="arn:aws:iam::111122223333:user/replication"),
        pair.task(pair.rule(), name="Other role", role=f"arn:aws:iam::{OTHER_ACCOUNT}:role/r"),
        pair.task(pair.rule(), name="Itself", bucket=pair.destination),
        pair.task(pair.rule("a"), pair.rule("a"), pair.rule("zürich"), pair.rule("i" * 256), name="Identities"),
    ]
    for check in (True, False):
        run = playbook(tasks, check=check, variables={"tolerant": True})
        assert [each["task"] for each in run.tasks if each["outcome"] != "failed"] == []
        problems = run.of("Rules")["problems"]
        for case, (_unused, said) in REFUSED.items():
            found = [problem for problem in problems if problem.startswith(f"rule {case!r}: ")]
            assert len(found) == 1, (case, problems)
            assert said in found[0], (case, found)
        assert all(problem in run.of("Rules")["msg"] for problem in problems)
        assert "does not name a role" in run.of("No role")["msg"]
        assert "has to be in the account of the source bucket" in run.of("Other role")["msg"]
        assert "a bucket can't be replicated to itself" in run.of("Itself")["msg"]
        identities = run.of("Identities")["problems"]
        assert len(identities) == 3 and "rule 'a': id is given 2 times" in identities
    assert pair.get() == {"Role": ROLE, "Rules": [pair.v2()]}


def test_all_problems_come_in_one_message(playbook: Playbook, pair: Pair, aws: Callable[..., Any]) -> None:
    aws("s3", "eu-west-1").put_bucket_versioning(
        Bucket=pair.destination, VersioningConfiguration={"Status": "Suspended"}
    )
    pair.s3.put_bucket_versioning(Bucket=pair.source, VersioningConfiguration={"Status": "Suspended"})
    run = playbook([pair.task(pair.rule(priority=-1), wait_timeout=0)], expect=2)
    problems = run.last["problems"]
    assert [part in " ".join(problems) for part in ("priority", "source bucket is suspended", "dst is suspended")] == [
        True, True, True,
    ]  # fmt: skip
    assert pair.get() is None


def test_the_first_rule_needs_a_role(playbook: Playbook, pair: Pair) -> None:
    run = playbook([pair.task(pair.rule(), role=None)], expect=2)
    assert "role: it is missing" in run.last["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_missing_bucket_is_an_error(playbook: Playbook, pair: Pair, state: str) -> None:
    run = playbook([pair.task(pair.rule(), bucket="not-there-at-all", state=state)], expect=2)
    assert run.last["msg"].startswith("There is no bucket not-there-at-all. Check the name")


def test_a_malformed_bucket_is_an_error(playbook: Playbook, pair: Pair) -> None:
    run = playbook([pair.task(pair.rule(), bucket=f"arn:aws:s3:::{pair.source}")], expect=2)
    assert "is not a bucket's name" in run.last["msg"]


# ---- who may ---------------------------------------------------------------------------------------------------------

GET, PUT, PASS = "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration", "iam:PassRole"
LOOK = ("s3:ListBucket", "s3:GetBucketVersioning")


@pytest.mark.parametrize(
    "allowed, missing",
    [([PUT, PASS, *LOOK], GET), ([GET, PASS, *LOOK], PUT), ([GET, PUT, *LOOK], f"{PASS} of {ROLE}")],
)
def test_a_permission_that_is_missing_is_named(
    playbook: Playbook, pair: Pair, as_user: Callable[..., Any], allowed: list[str], missing: str
) -> None:
    run = playbook([pair.task(pair.rule())], env=as_user(*allowed), expect=2)
    assert missing in run.last["msg"]
    assert pair.source in run.last["msg"]
    assert pair.get() is None


def test_what_may_not_be_looked_at_is_told_and_written_all_the_same(
    playbook: Playbook, pair: Pair, as_user: Callable[..., Any]
) -> None:
    run = playbook([pair.task(pair.rule())], env=as_user(GET, PUT, PASS))
    told = " ".join(run.last["warnings"])
    assert "s3:GetBucketVersioning" in told and "s3:ListBucket" in told and pair.destination in told
    assert pair.get() is not None


def test_a_destination_of_another_account(playbook: Playbook, pair: Pair, aws: Callable[..., Any], name: str) -> None:
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/LabCrossAccountAdmin"
    given = aws("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    other = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    pair.destination = make_bucket(other, f"{name}-other")
    rule = pair.rule(dest={"account_id": OTHER_ACCOUNT, "owner_override": True})
    run = playbook([pair.task(rule), {**pair.task(rule), "name": "Again"}])
    assert run.changed == ["Replicate"]
    assert any(pair.destination in warning for warning in run.of("Replicate")["warnings"])
    configuration = pair.get()
    assert configuration is not None
    assert configuration["Rules"][0]["Destination"]["Account"] == OTHER_ACCOUNT


# ---- a world that is not quiet ---------------------------------------------------------------------------------------


def fault(lab: Any, kind: str, operation: str, **more: Any) -> None:
    lab.call("POST", "/faults", {"kind": kind, "service": "s3", "operation": operation, **more})


CONFLICT = {"code": "OperationAborted", "status": 409, "message": "A conflicting conditional operation is in progress"}


def test_a_bucket_in_another_region_than_the_tasks(playbook: Playbook, pair: Pair) -> None:
    tasks = [pair.task(pair.rule(), region="ap-southeast-2"), pair.task(pair.rule(), name="Again", region="eu-west-1")]
    assert playbook(tasks).changed == ["Replicate"]
    assert pair.get() is not None


def test_somebody_else_is_writing(playbook: Playbook, pair: Pair, lab: Any) -> None:
    fault(lab, "error", "PutBucketReplication", times=2, **CONFLICT)
    assert playbook([pair.task(pair.rule())]).changed == ["Replicate"]
    assert pair.get() is not None
    fault(lab, "error", "DeleteBucketReplication", times=1, **CONFLICT)
    assert playbook([pair.task(state="absent")]).changed == ["Replicate"]
    assert pair.get() is None


def test_somebody_else_never_stops_writing(playbook: Playbook, pair: Pair, lab: Any) -> None:
    fault(lab, "error", "PutBucketReplication", **CONFLICT)
    run = playbook([pair.task(pair.rule(), wait_timeout=2)], expect=2)
    assert "OperationAborted" in run.last["msg"] and "Tried for 2 s; nothing was changed" in run.last["msg"]
    assert pair.get() is None


def test_versioning_has_not_come_round(playbook: Playbook, pair: Pair, lab: Any) -> None:
    message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    late = {"code": "InvalidRequest", "status": 400, "message": message, "times": 2}
    fault(lab, "error", "PutBucketReplication", **late)
    assert playbook([pair.task(pair.rule())]).changed == ["Replicate"]
    assert pair.get() is not None


def test_the_answer_to_the_write_is_lost(playbook: Playbook, pair: Pair, lab: Any) -> None:
    fault(lab, "cut", "PutBucketReplication", times=1)
    task = pair.task(pair.rule())
    assert playbook([task, {**task, "name": "Again"}]).changed == ["Replicate"]


def test_s3_shows_the_old_configuration_for_a_while(playbook: Playbook, pair: Pair, lab: Any) -> None:
    pair.put(pair.v2("to-dr", 1))
    lab.call("PUT", "/settings", {"read_after_write_lag": 1.5})
    run = playbook([pair.task({"id": "to-dr", "status": "disabled"})])
    assert run.changed == ["Replicate"]
    configuration = pair.get()
    assert configuration is not None
    assert configuration["Rules"][0]["Status"] == "Disabled", "the task ended when the change showed"


def test_s3_shows_the_old_configuration_for_too_long(playbook: Playbook, pair: Pair, lab: Any) -> None:
    lab.call("PUT", "/settings", {"read_after_write_lag": 600})
    run = playbook([pair.task(pair.rule(), wait_timeout=1)], expect=2)
    assert "was written, but S3 shows another one" in run.last["msg"]
    assert run.last["expected"]["configured"] is True and run.last["found"]["configured"] is False


def test_the_destinations_region_is_down(playbook: Playbook, pair: Pair, lab: Any) -> None:
    lab.call("POST", "/regions/eu-west-1/down")
    task = pair.task(pair.rule(), aws_config={"retries": {"mode": "standard", "total_max_attempts": 1}})
    run = playbook([task])
    assert run.changed == ["Replicate"]
    assert any("was not checked" in warning and pair.destination in warning for warning in run.last["warnings"])


# ---- the documentation -----------------------------------------------------------------------------------------------


def test_the_examples_work(playbook: Playbook, aws: Callable[..., Any]) -> None:
    make_bucket(aws("s3"), "invoices")
    for bucket in ("invoices-dr", "partner-invoices"):
        make_bucket(aws("s3", "eu-west-1"), bucket)
    source = Path(__file__).parents[4] / "plugins" / "modules" / "bucket_replication.py"
    examples = yaml.safe_load(source.read_text(encoding="utf-8").split('EXAMPLES = r"""')[1].split('"""')[0])
    for example in examples:
        # The destination is our own here, so the account is ours too.
        for rule in example[MODULE].get("rules", []):
            if "account_id" in rule.get("destination", {}):
                rule["destination"]["account_id"] = "111122223333"
    unchanged = ["Have exactly this rule and no other"]
    assert playbook(examples).changed == [each["name"] for each in examples if each["name"] not in unchanged]
