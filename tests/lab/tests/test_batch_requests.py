# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the job operations take and refuse: parameters, tokens, permissions, lists, tags; also by the aws command."""

from __future__ import annotations

import functools
import json
import os
import subprocess
from typing import Any

import boto3
import pytest
from batch_lab import ACCOUNT, AWAY, Work, allow, client, describe, error, policy, s3control, update, wait
from botocore.config import Config
from botocore.exceptions import ClientError
from labclient import Lab

JOBS = f"arn:aws:s3:us-east-1:{ACCOUNT}:job/*"
NO_SUCH_JOB = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def work(lab: Lab) -> Work:
    """A pair and everything a job needs."""
    return Work()


def simple(work: Work, **changes: Any) -> dict[str, Any]:
    """Parameters of a job with one row."""
    return {"Manifest": work.manifest([f"{work.source.name},key,null"]), **changes}


@functools.cache
def unchecked() -> Any:
    """A client that sends what botocore itself would refuse."""
    return boto3.client("s3control", region_name="us-east-1", config=Config(parameter_validation=False))


# ---- CreateJob's parameters

REFUSED = [
    ("two operations", {"Operation": {"S3ReplicateObject": {}, "S3DeleteObjectTagging": {}}}, "InvalidRequest"),
    ("no operation", {"Operation": {}}, "InvalidRequest"),
    ("an operation the lab has not", {"Operation": {"S3DeleteObjectTagging": {}}}, "NotImplemented"),
    ("negative priority", {"Priority": -1}, "BadRequestException"),
    ("priority above 31 bits", {"Priority": 2**31}, "BadRequestException"),
    ("long token", {"ClientRequestToken": "x" * 65}, "BadRequestException"),
    ("empty token", {"ClientRequestToken": ""}, "BadRequestException"),
    ("long description", {"Description": "x" * 257}, "BadRequestException"),
    ("empty description", {"Description": ""}, "BadRequestException"),
    ("no ARN of a role", {"RoleArn": "batch"}, "BadRequestException"),
    ("role of nobody", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/nobody"}, "InvalidRequest"),
    ("role of another account", {"RoleArn": "arn:aws:iam::444455556666:role/LabCrossAccountAdmin"}, "AccessDenied"),
    ("neither manifest nor generator", {"Manifest": None}, "InvalidRequest"),
    ("two tags of one key", {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "InvalidRequest"),
    ("51 tags", {"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "InvalidRequest"),
    ("tag with a forbidden character", {"Tags": [{"Key": "a*b", "Value": ""}]}, "BadRequestException"),
]


@pytest.mark.parametrize(("changes", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_parameters_are_refused(work: Work, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        unchecked().create_job(**work.parameters(**simple(work, **changes)))
    assert error(refused)[1] == code
    assert s3control().list_jobs(AccountId=ACCOUNT)["Jobs"] == []


REPORTS = [
    ("no bucket", {"Bucket": None}, "InvalidRequest"),
    ("no format", {"Format": None}, "InvalidRequest"),
    ("no scope", {"ReportScope": None}, "InvalidRequest"),
    ("another format", {"Format": "Report_CSV_20990101"}, "BadRequestException"),
    ("another scope", {"ReportScope": "SomeTasks"}, "BadRequestException"),
    ("a bucket's name", {"Bucket": "reports"}, "BadRequestException"),
    ("an object's ARN", {"Bucket": "arn:aws:s3:::reports/key"}, "InvalidRequest"),
    ("long prefix", {"Prefix": "x" * 513}, "BadRequestException"),
    ("no account", {"ExpectedBucketOwner": "me"}, "BadRequestException"),
]


@pytest.mark.parametrize(("changes", "code"), [row[1:] for row in REPORTS], ids=[row[0] for row in REPORTS])
def test_bad_reports_are_refused(work: Work, changes: dict[str, Any], code: str) -> None:
    report = {name: value for name, value in work.report(**changes).items() if value is not None}
    with pytest.raises(ClientError) as refused:
        work.create(**simple(work, Report=report))
    assert error(refused)[:2] == (400, code)


INVENTORY = "S3InventoryReport_CSV_20161130"
MANIFESTS = [
    ("no fields", {"Fields": None}, {}, "InvalidRequest"),
    ("no key", {"Fields": ["Bucket"]}, {}, "InvalidRequest"),
    ("no bucket", {"Fields": ["Key", "VersionId"]}, {}, "InvalidRequest"),
    ("a field twice", {"Fields": ["Bucket", "Key", "Key"]}, {}, "InvalidRequest"),
    ("an unknown field", {"Fields": ["Bucket", "Key", "Size"]}, {}, "BadRequestException"),
    ("an unknown format", {"Format": "CSV"}, {}, "BadRequestException"),
    ("inventory with fields", {"Format": INVENTORY}, {}, "InvalidRequest"),
    ("empty ETag", {}, {"ETag": ""}, "BadRequestException"),
    ("a bucket's ARN", {}, {"ObjectArn": "arn:aws:s3:::bucket"}, "InvalidRequest"),
    ("no ARN", {}, {"ObjectArn": "bucket/key"}, "BadRequestException"),
]


@pytest.mark.parametrize(("spec", "place", "code"), [row[1:] for row in MANIFESTS], ids=[row[0] for row in MANIFESTS])
def test_bad_manifest_parameters_are_refused(
    work: Work, spec: dict[str, Any], place: dict[str, Any], code: str
) -> None:
    manifest = work.manifest([f"{work.source.name},key,null"])
    wanted = {name: value for name, value in {**manifest["Spec"], **spec}.items() if value is not None}
    with pytest.raises(ClientError) as refused:
        where = {**manifest["Location"], **place}
        unchecked().create_job(**work.parameters(Manifest={"Spec": wanted, "Location": where}))
    assert error(refused)[:2] == (400, code)


GENERATORS = [
    ("an object's ARN", {"SourceBucket": "arn:aws:s3:::bucket/key"}, {}, "InvalidRequest"),
    ("output without a place", {"EnableManifestOutput": True}, {}, "InvalidRequest"),
    ("PENDING", {}, {"ObjectReplicationStatuses": ["PENDING"]}, "BadRequestException"),
    ("two prefixes", {}, {"KeyNameConstraint": {"MatchAnyPrefix": ["a", "b"]}}, "InvalidRequest"),
    ("storage class", {}, {"MatchAnyStorageClass": ["OUTPOSTS"]}, "BadRequestException"),
    ("two encryptions", {}, {"MatchAnyObjectEncryption": [{"SSES3": {}}, {"SSEC": {}}]}, "BadRequestException"),
    ("format of the output", {"ManifestOutputLocation": {"Bucket": "arn:aws:s3:::b", "ManifestFormat": "CSV"}}, {},
     "BadRequestException"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "filters", "code"), [row[1:] for row in GENERATORS], ids=[row[0] for row in GENERATORS]
)  # fmt: skip
def test_bad_generators_are_refused(work: Work, own: dict[str, Any], filters: dict[str, Any], code: str) -> None:
    generator = work.generator(**filters)
    generator["S3JobManifestGenerator"] |= own
    with pytest.raises(ClientError) as refused:
        work.create(ManifestGenerator=generator)
    assert error(refused)[:2] == (400, code)


def test_a_manifest_and_a_generator_are_too_much(work: Work) -> None:
    with pytest.raises(ClientError) as refused:
        work.create(**simple(work, ManifestGenerator=work.generator()))
    assert error(refused)[:2] == (400, "InvalidRequest")


def test_a_role_that_batch_operations_may_not_assume_is_refused(work: Work) -> None:
    work.role.trust("s3.amazonaws.com")
    with pytest.raises(ClientError) as refused:
        work.create(**simple(work))
    assert error(refused)[:2] == (400, "InvalidRequest")
    assert "batchoperations.s3.amazonaws.com" in error(refused)[2]


def test_a_document_that_is_no_request_is_malformed(work: Work) -> None:
    s3 = boto3.client("s3control", region_name="us-east-1")
    s3.meta.events.register("before-call.s3-control.CreateJob", lambda params, **_: params.update(body=b"<CreateJob"))
    with pytest.raises(ClientError) as refused:
        s3.create_job(**work.parameters(**simple(work)))
    assert error(refused)[:2] == (400, "MalformedXML")


# ---- client tokens


def test_the_same_request_with_the_same_token_is_one_job(work: Work) -> None:
    parameters = work.parameters(**simple(work, ClientRequestToken="once"))
    first = s3control().create_job(**parameters)["JobId"]
    wait(first)
    assert s3control().create_job(**parameters)["JobId"] == first
    assert len(s3control().list_jobs(AccountId=ACCOUNT)["Jobs"]) == 1


@pytest.mark.parametrize("change", [{"Priority": 11}, {"Description": "other"}, {"Tags": [{"Key": "a", "Value": "b"}]}])
def test_another_request_with_the_same_token_is_refused(work: Work, change: dict[str, Any]) -> None:
    parameters = work.parameters(**simple(work, ClientRequestToken="once"))
    s3control().create_job(**parameters)
    with pytest.raises(ClientError) as refused:
        s3control().create_job(**{**parameters, **change})
    assert error(refused)[:2] == (400, "IdempotencyException")


def test_a_token_counts_for_one_region(work: Work) -> None:
    parameters = work.parameters(**simple(work, ClientRequestToken="once"))
    assert s3control().create_job(**parameters)["JobId"] != s3control(AWAY).create_job(**parameters)["JobId"]


# ---- other operations


def test_unknown_jobs_are_unknown_to_every_operation() -> None:
    known = {"AccountId": ACCOUNT, "JobId": NO_SUCH_JOB}
    operations: dict[str, dict[str, Any]] = {
        "describe_job": {}, "update_job_status": {"RequestedJobStatus": "Cancelled"},
        "update_job_priority": {"Priority": 1}, "get_job_tagging": {},
        "put_job_tagging": {"Tags": []}, "delete_job_tagging": {},
    }  # fmt: skip
    for operation, more in operations.items():
        with pytest.raises(ClientError) as refused:
            getattr(s3control(), operation)(**known, **more)
        assert error(refused)[:2] == (404, "NoSuchJob"), operation


@pytest.mark.parametrize("status", ["Paused", "Active", "Complete", ""])
def test_only_cancelled_and_ready_can_be_asked_for(work: Work, status: str) -> None:
    job_id = work.create(**simple(work))
    with pytest.raises(ClientError) as refused:
        update(job_id, status)
    assert error(refused)[:2] == (400, "BadRequestException")


def test_the_priority_of_an_ended_job_stays(work: Work) -> None:
    job_id = work.run(**simple(work))["JobId"]
    with pytest.raises(ClientError) as refused:
        s3control().update_job_priority(AccountId=ACCOUNT, JobId=job_id, Priority=1)
    assert error(refused)[:2] == (400, "InvalidRequest")
    assert describe(job_id)["Priority"] == 10


def test_jobs_are_listed_newest_first_by_status_and_in_pages(work: Work, lab: Lab) -> None:
    done = [work.run(**simple(work, Description=f"job {n}"))["JobId"] for n in range(3)]
    lab.settings(batch_state_delay=60.0)
    new = work.create(**simple(work))
    listed = s3control().list_jobs(AccountId=ACCOUNT)["Jobs"]
    assert [job["JobId"] for job in listed] == [new, *reversed(done)]
    assert listed[1] | {"CreationTime": 0, "TerminationDate": 0} == {
        "JobId": done[2], "Description": "job 2", "Operation": "S3ReplicateObject", "Priority": 10,
        "Status": "Complete", "CreationTime": 0, "TerminationDate": 0,
        "ProgressSummary": {"TotalNumberOfTasks": 1, "NumberOfTasksSucceeded": 0, "NumberOfTasksFailed": 1},
    }  # fmt: skip
    complete = s3control().list_jobs(AccountId=ACCOUNT, JobStatuses=["Complete", "Failed"])["Jobs"]
    assert [job["JobId"] for job in complete] == [*reversed(done)]
    first = s3control().list_jobs(AccountId=ACCOUNT, MaxResults=3)
    rest = s3control().list_jobs(AccountId=ACCOUNT, MaxResults=3, NextToken=first["NextToken"])
    pages = [[job["JobId"] for job in page["Jobs"]] for page in (first, rest)]
    assert pages == [[new, done[2], done[1]], [done[0]]]
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    ("wanted", "code"),
    [({"JobStatuses": ["Running"]}, "BadRequestException"),
     ({"NextToken": "bm9uc2Vuc2U="}, "InvalidNextTokenException"), ({"MaxResults": 1001}, "BadRequestException")],
)  # fmt: skip
def test_bad_lists_are_refused(wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        s3control().list_jobs(AccountId=ACCOUNT, **wanted)
    assert error(refused)[:2] == (400, code)


def test_tags_are_put_read_replaced_and_removed(work: Work) -> None:
    job = {"AccountId": ACCOUNT, "JobId": work.create(**simple(work, Tags=[{"Key": "a", "Value": "1"}]))}
    assert s3control().get_job_tagging(**job)["Tags"] == [{"Key": "a", "Value": "1"}]
    s3control().put_job_tagging(**job, Tags=[{"Key": "Käse +", "Value": "x@y"}])
    assert s3control().get_job_tagging(**job)["Tags"] == [{"Key": "Käse +", "Value": "x@y"}]
    with pytest.raises(ClientError) as refused:
        s3control().put_job_tagging(**job, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(51)])
    assert error(refused)[:2] == (400, "TooManyTagsException")
    s3control().delete_job_tagging(**job)
    assert s3control().get_job_tagging(**job).get("Tags", []) == []


# ---- permissions

ALL = ["s3:CreateJob", "s3:PutJobTagging", "iam:PassRole"]


def caller(*statements: dict[str, Any]) -> Any:
    """A client for jobs of a new user with just these permissions."""
    iam, name = client("iam"), f"user-{len(client('iam').list_users()['Users'])}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "s3control", region_name="us-east-1", aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )  # fmt: skip


@pytest.mark.parametrize("missing", ["s3:CreateJob", "s3:PutJobTagging", "iam:PassRole", None])
def test_who_makes_a_tagged_job_needs_three_permissions(work: Work, missing: str | None) -> None:
    given = [allow(action, "*" if action == "iam:PassRole" else JOBS) for action in ALL if action != missing]
    parameters = work.parameters(**simple(work, Tags=[{"Key": "a", "Value": "b"}]))
    if missing is None:
        assert caller(*given).create_job(**parameters)["JobId"]
        return
    with pytest.raises(ClientError) as refused:
        caller(*given).create_job(**parameters)
    assert error(refused)[:2] == (403, "AccessDenied")
    assert missing in error(refused)[2]


def test_an_untagged_job_needs_no_permission_to_tag(work: Work) -> None:
    user = caller(allow("s3:CreateJob", JOBS), allow("iam:PassRole", work.role.arn))
    assert user.create_job(**work.parameters(**simple(work)))["JobId"]


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [({"StringEquals": {"iam:PassedToService": "batchoperations.s3.amazonaws.com"}}, True),
     ({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, False)],
)  # fmt: skip
def test_passing_the_role_can_be_bound_to_the_service(work: Work, condition: dict[str, Any], allowed: bool) -> None:
    user = caller(allow("s3:CreateJob", JOBS), allow("iam:PassRole", work.role.arn, Condition=condition))
    if allowed:
        assert user.create_job(**work.parameters(**simple(work)))["JobId"]
        return
    with pytest.raises(ClientError) as refused:
        user.create_job(**work.parameters(**simple(work)))
    assert error(refused)[:2] == (403, "AccessDenied")


@pytest.mark.parametrize(("priority", "allowed"), [(5, True), (50, False)])
def test_the_priority_can_be_bounded_by_policy(work: Work, priority: int, allowed: bool) -> None:
    bound = {"NumericLessThanEquals": {"s3:RequestJobPriority": "10"}}
    user = caller(allow("s3:CreateJob", JOBS, Condition=bound), allow("iam:PassRole", "*"))
    if allowed:
        assert user.create_job(**work.parameters(**simple(work, Priority=priority)))["JobId"]
        return
    with pytest.raises(ClientError):
        user.create_job(**work.parameters(**simple(work, Priority=priority)))


@pytest.mark.parametrize(
    ("action", "operation", "more"),
    [
        ("s3:DescribeJob", "describe_job", {}),
        ("s3:ListJobs", "list_jobs", None),
        ("s3:UpdateJobStatus", "update_job_status", {"RequestedJobStatus": "Cancelled"}),
        ("s3:UpdateJobPriority", "update_job_priority", {"Priority": 3}),
        ("s3:GetJobTagging", "get_job_tagging", {}),
        ("s3:PutJobTagging", "put_job_tagging", {"Tags": []}),
        ("s3:DeleteJobTagging", "delete_job_tagging", {}),
    ],
)  # fmt: skip
def test_every_operation_needs_its_permission(
    work: Work, lab: Lab, action: str, operation: str, more: dict[str, Any] | None
) -> None:
    lab.settings(batch_state_delay=60.0)
    job_id = work.create(**simple(work))
    parameters = {"AccountId": ACCOUNT} if more is None else {"AccountId": ACCOUNT, "JobId": job_id, **more}
    others = ["s3:DescribeJob", "s3:ListJobs", "s3:UpdateJobStatus", "s3:UpdateJobPriority", "s3:GetJobTagging",
              "s3:PutJobTagging", "s3:DeleteJobTagging"]  # fmt: skip
    without = caller(allow([other for other in others if other != action], "*"))
    with pytest.raises(ClientError) as refused:
        getattr(without, operation)(**parameters)
    assert error(refused)[:2] == (403, "AccessDenied")
    getattr(caller(allow(action, "*" if more is None else JOBS)), operation)(**parameters)


def test_wrong_signatures_and_other_accounts_are_refused(work: Work) -> None:
    job_id = work.create(**simple(work))
    forged = boto3.client("s3control", region_name="us-east-1", aws_secret_access_key="wrong",
                          aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"])  # fmt: skip
    with pytest.raises(ClientError) as refused:
        forged.describe_job(AccountId=ACCOUNT, JobId=job_id)
    assert error(refused)[:2] == (403, "SignatureDoesNotMatch")
    with pytest.raises(ClientError) as refused:
        s3control().describe_job(AccountId="444455556666", JobId=job_id)
    assert error(refused)[:2] == (403, "AccessDenied")


# ---- the aws command


def aws(*words: str) -> dict[str, Any]:
    """The real aws command's answer."""
    command = ["aws", "s3control", *words, "--account-id", ACCOUNT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_the_aws_command_works_with_jobs(work: Work) -> None:
    version = work.unreplicated("a key")[0]
    parameters = work.parameters(Manifest=work.manifest(work.rows(["a key"], [version])))
    created = aws(
        "create-job", "--operation", '{"S3ReplicateObject":{}}', "--manifest", json.dumps(parameters["Manifest"]),
        "--report", json.dumps(parameters["Report"]), "--priority", "7", "--role-arn", work.role.arn,
        "--client-request-token", "cli", "--confirmation-required",
    )  # fmt: skip
    job_id = created["JobId"]
    wait(job_id, "Suspended")
    assert aws("update-job-status", "--job-id", job_id, "--requested-job-status", "Ready")["Status"] == "Ready"
    wait(job_id)
    assert aws("describe-job", "--job-id", job_id)["Job"]["Status"] == "Complete"
    assert work.destination.status("a key", version) == "REPLICA"
