# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

SOURCE, DESTINATION = "t-invoices", "t-invoices-dr"
LOGS, LOGS_DR = "t-logs", "t-logs-dr"
OTHER_ACCOUNT = "444455556666"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/LabCrossAccountAdmin"
READER = {
    "Sid": "Read",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{SOURCE}/*",
}
ENDPOINT = {
    "Sid": "OnlyFromVpc",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{SOURCE}/secret/*",
    "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
}
OURS = {
    "Sid": "AwsDrTlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{DESTINATION}", f"arn:aws:s3:::{DESTINATION}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 30}}
THERE = {
    "ID": "there",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
CORS = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}
TIERING = {"Id": "cold", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}


def make(client: Any, bucket: str, region: str, **options: Any) -> None:
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=bucket, **place, **options)


def inventory(entry_id: str, target: str) -> dict[str, Any]:
    return {
        "Id": entry_id,
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
        "Destination": {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{target}", "Format": "CSV"}},
    }


def metrics(bucket: str) -> dict[str, Any]:
    return {"Bucket": bucket, "Id": "all", "MetricsConfiguration": {"Id": "all"}}


def fill_source(s3: Any) -> None:
    """Give the source something of everything."""
    s3.put_bucket_policy(Bucket=SOURCE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [READER, ENDPOINT]}))
    s3.put_bucket_tagging(Bucket=SOURCE, Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})
    s3.put_bucket_lifecycle_configuration(Bucket=SOURCE, LifecycleConfiguration={"Rules": [RULE]})
    s3.put_bucket_cors(Bucket=SOURCE, CORSConfiguration={"CORSRules": [CORS]})
    s3.put_bucket_logging(
        Bucket=SOURCE, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": "s3/"}}
    )
    s3.put_bucket_website(Bucket=SOURCE, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_bucket_accelerate_configuration(Bucket=SOURCE, AccelerateConfiguration={"Status": "Enabled"})
    s3.put_bucket_request_payment(Bucket=SOURCE, RequestPaymentConfiguration={"Payer": "Requester"})
    s3.put_bucket_ownership_controls(
        Bucket=SOURCE, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    s3.put_bucket_encryption(
        Bucket=SOURCE,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_object_lock_configuration(
        Bucket=SOURCE,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
        },
    )
    s3.put_bucket_metrics_configuration(**metrics(SOURCE))
    s3.put_bucket_intelligent_tiering_configuration(Bucket=SOURCE, Id="cold", IntelligentTieringConfiguration=TIERING)
    s3.put_bucket_analytics_configuration(
        Bucket=SOURCE, Id="usage", AnalyticsConfiguration={"Id": "usage", "StorageClassAnalysis": {}}
    )
    for entry_id, target in (("own", SOURCE), ("logs", LOGS), ("lost", "t-somewhere-else")):
        s3.put_bucket_inventory_configuration(
            Bucket=SOURCE, Id=entry_id, InventoryConfiguration=inventory(entry_id, target)
        )


def fill_destination(s3: Any) -> None:
    """Give the destination what only it has."""
    s3.put_bucket_policy(Bucket=DESTINATION, Policy=json.dumps({"Version": "2012-10-17", "Statement": [OURS]}))
    s3.put_bucket_tagging(Bucket=DESTINATION, Tagging={"TagSet": [{"Key": "dr", "Value": "true"}]})
    s3.put_bucket_lifecycle_configuration(Bucket=DESTINATION, LifecycleConfiguration={"Rules": [THERE]})


def buckets(aws: Callable[..., Any]) -> tuple[Any, Any]:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    make(here, SOURCE, "us-east-1", ObjectLockEnabledForBucket=True)
    make(there, DESTINATION, "eu-west-1", ObjectLockEnabledForBucket=True)
    return here, there


KEY = "arn:aws:kms:eu-west-1:111122223333:key/5678abcd-12ab-34cd-56ef-1234567890ab"
ALL = {
    "name": "Mirror",
    "aws_dr.s3.bucket_properties": {
        "pairs": [
            {
                "source": {"bucket": SOURCE, "region": "us-east-1"},
                "destination": {"bucket": DESTINATION, "region": "eu-west-1"},
                "mapping": {
                    "kms_keys": {"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab": KEY}
                },
            },
            {
                "source": {"bucket": LOGS, "region": "us-east-1"},
                "destination": {"bucket": LOGS_DR, "region": "eu-west-1"},
            },
        ]
    },
}


def test_everything_is_mirrored_once(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    here, there = buckets(aws)
    make(here, LOGS, "us-east-1")
    make(there, LOGS_DR, "eu-west-1")
    fill_source(here)
    fill_destination(there)

    predicted = playbook(tasks=[ALL], check=True).last
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        there.get_bucket_cors(Bucket=DESTINATION)
    done = playbook(tasks=[ALL]).last
    assert done["changed"] and predicted["changed"]
    assert (predicted["diff"], predicted["pairs"]) == (done["diff"], done["pairs"])
    assert set(done["diff"]["after"]) == {DESTINATION}
    told = done["pairs"][0]["properties"]
    assert {name: one["status"] for name, one in told.items()} == {
        "ownership_controls": "changed",
        "public_access_block": "same",
        "policy": "changed",
        "encryption": "changed",
        "object_lock": "changed",
        "tags": "changed",
        "lifecycle": "changed",
        "cors": "changed",
        "logging": "changed",
        "website": "changed",
        "accelerate": "changed",
        "request_payment": "changed",
        "intelligent_tiering": "changed",
        "metrics": "changed",
        "analytics": "changed",
        "inventory": "changed",
        "notifications": "off",
    }
    assert_mirrored(there, told)
    assert any("OnlyFromVpc" in warning for warning in done["warnings"])

    again = playbook(tasks=[ALL]).last
    assert not again["changed"]
    assert again["diff"] == {"before": {}, "after": {}}
    statuses = {name: one["status"] for name, one in again["pairs"][0]["properties"].items()}
    assert {name for name, status in statuses.items() if status != "same"} == {
        "policy",
        "inventory",
        "notifications",
    }


def assert_mirrored(there: Any, told: dict[str, Any]) -> None:
    policy = json.loads(there.get_bucket_policy(Bucket=DESTINATION)["Policy"])
    assert [said["Sid"] for said in policy["Statement"]] == ["AwsDrTlsOnly", "Read"]
    assert policy["Statement"][1]["Resource"] == f"arn:aws:s3:::{DESTINATION}/*"
    (left,) = told["policy"]["not_carried"]
    assert (left["what"], left["value"]["Effect"]) == ("OnlyFromVpc", "Deny")
    assert "vpce-1a2b3c4d" in left["why"] and "mapping.others" in left["why"]

    tags = {tag["Key"]: tag["Value"] for tag in there.get_bucket_tagging(Bucket=DESTINATION)["TagSet"]}
    assert tags == {"dr": "true", "team": "money"}
    rules = there.get_bucket_lifecycle_configuration(Bucket=DESTINATION)["Rules"]
    assert {rule["ID"] for rule in rules} == {"old", "there"}
    assert told["lifecycle"]["kept"] == ["there"]
    assert any("delete marker of its own" in note for note in told["lifecycle"]["notes"])
    assert there.get_bucket_cors(Bucket=DESTINATION)["CORSRules"] == [CORS]
    assert there.get_bucket_logging(Bucket=DESTINATION)["LoggingEnabled"]["TargetBucket"] == LOGS_DR
    assert there.get_bucket_website(Bucket=DESTINATION)["IndexDocument"] == {"Suffix": "index.html"}
    assert there.get_bucket_accelerate_configuration(Bucket=DESTINATION)["Status"] == "Enabled"
    assert there.get_bucket_request_payment(Bucket=DESTINATION)["Payer"] == "Requester"
    ownership = there.get_bucket_ownership_controls(Bucket=DESTINATION)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerPreferred"}]
    encryption = there.get_bucket_encryption(Bucket=DESTINATION)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    lock = there.get_object_lock_configuration(Bucket=DESTINATION)["ObjectLockConfiguration"]
    assert lock["Rule"] == {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    assert [
        one["Id"] for one in there.list_bucket_metrics_configurations(Bucket=DESTINATION)["MetricsConfigurationList"]
    ] == ["all"]
    targets = {
        one["Id"]: one["Destination"]["S3BucketDestination"]["Bucket"]
        for one in there.list_bucket_inventory_configurations(Bucket=DESTINATION)["InventoryConfigurationList"]
    }
    assert targets == {"own": f"arn:aws:s3:::{DESTINATION}", "logs": f"arn:aws:s3:::{LOGS_DR}"}
    assert [left["what"] for left in told["inventory"]["not_carried"]] == ["lost"]


def mirror(name: str, **options: Any) -> dict[str, Any]:
    """One task for the one pair."""
    destination = {"bucket": DESTINATION, "region": "eu-west-1", **options.pop("destination", {})}
    module = {"region": "us-east-1", "bucket": SOURCE, "destination": destination, **options}
    return {"name": name, "aws_dr.s3.bucket_properties": module, "ignore_errors": True}


def test_what_fails_stops_nothing_else_and_purge_takes_the_rest_away(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    make(here, SOURCE, "us-east-1")
    make(there, DESTINATION, "eu-west-1")
    here.put_bucket_tagging(Bucket=SOURCE, Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})
    here.put_bucket_cors(Bucket=SOURCE, CORSConfiguration={"CORSRules": [CORS]})
    fill_destination(there)
    there.put_bucket_metrics_configuration(**metrics(DESTINATION))
    denied = {
        "Sid": "Denied",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:PutBucketTagging", "s3:GetBucketWebsite"],
        "Resource": f"arn:aws:s3:::{DESTINATION}",
    }
    policy = {"Version": "2012-10-17", "Statement": [OURS, denied]}
    there.put_bucket_policy(Bucket=DESTINATION, Policy=json.dumps(policy))

    run = playbook(
        tasks=[
            mirror("Denied", skip_properties=["policy"], purge=True),
            mirror("Policy", properties=["policy"], purge=True),
            mirror("Again", purge=True),
            mirror("Unchanged", purge=True),
        ]
    )
    failed = run.of("Denied")
    assert failed["changed"], failed
    assert len(failed["failures"]) == 2
    told = failed["properties"]
    assert told["tags"]["status"] == told["website"]["status"] == "failed"
    assert (told["tags"]["permission"], told["website"]["permission"]) == ("s3:PutBucketTagging", "s3:GetBucketWebsite")
    assert "s3:PutBucketTagging" in failed["msg"] and "s3:GetBucketWebsite" in failed["msg"]
    assert (told["cors"]["status"], told["lifecycle"]["status"]) == ("changed", "changed")
    assert there.get_bucket_cors(Bucket=DESTINATION)["CORSRules"] == [CORS]
    assert "MetricsConfigurationList" not in there.list_bucket_metrics_configurations(Bucket=DESTINATION)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        there.get_bucket_lifecycle_configuration(Bucket=DESTINATION)

    assert run.of("Policy")["changed"]
    statements = json.loads(there.get_bucket_policy(Bucket=DESTINATION)["Policy"])["Statement"]
    assert [said["Sid"] for said in statements] == ["AwsDrTlsOnly"]
    again = run.of("Again")
    assert again["changed"] and again["failures"] == []
    assert there.get_bucket_tagging(Bucket=DESTINATION)["TagSet"] == [{"Key": "team", "Value": "money"}]
    assert not run.of("Unchanged")["changed"]


def test_a_destination_of_another_account(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    session = aws("sts").assume_role(RoleArn=OTHER_ROLE, RoleSessionName="theirs")["Credentials"]
    there = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"],
        aws_session_token=session["SessionToken"],
    )
    here = aws("s3")
    make(here, SOURCE, "us-east-1")
    make(there, DESTINATION, "eu-west-1")
    here.put_bucket_policy(Bucket=SOURCE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [READER]}))
    here.put_bucket_tagging(Bucket=SOURCE, Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})

    run = playbook(
        tasks=[
            mirror("Without the role"),
            mirror("With the role", destination_account_role={"role_arn": OTHER_ROLE}),
            mirror("A role that is not there", destination_account_role={"role_arn": f"{OTHER_ROLE}Gone"}),
            mirror("No role", destination_account_role={"role_arn": "admin", "session_name": "?"}),
        ]
    )
    (problem,) = run.of("Without the role")["problems"]
    assert "belongs to another account" in problem and "destination_account_role" in problem
    done = run.of("With the role")
    assert done["changed"] and not done.get("failed"), done
    policy = json.loads(there.get_bucket_policy(Bucket=DESTINATION, ExpectedBucketOwner=OTHER_ACCOUNT)["Policy"])
    assert policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}
    assert policy["Statement"][0]["Resource"] == f"arn:aws:s3:::{DESTINATION}/*"
    assert there.get_bucket_tagging(Bucket=DESTINATION)["TagSet"] == [{"Key": "team", "Value": "money"}]
    assert "Could not assume role" in run.of("A role that is not there")["msg"]
    assert len(run.of("No role")["problems"]) == 2


def test_notifications_go_to_what_is_there(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    make(here, SOURCE, "us-east-1")
    make(there, DESTINATION, "eu-west-1")

    def queue(region: str, name: str, bucket: str) -> str:
        arn = f"arn:aws:sqs:{region}:111122223333:{name}"
        allow = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        aws("sqs", region).create_queue(QueueName=name, Attributes={"Policy": policy})
        return arn

    def entry(entry_id: str, arn: str, event: str) -> dict[str, Any]:
        return {"Id": entry_id, "QueueArn": arn, "Events": [event]}

    paired, alone, failed = (queue("us-east-1", name, SOURCE) for name in ("t-paired", "t-alone", "t-failed"))
    wanted, theirs = (queue("eu-west-1", name, DESTINATION) for name in ("t-paired", "t-failed"))
    ours = entry("aws-dr-s3-replication-failures", theirs, "s3:Replication:OperationFailedReplication")
    here.put_bucket_notification_configuration(
        Bucket=SOURCE,
        NotificationConfiguration={
            "QueueConfigurations": [
                entry("new", paired, "s3:ObjectCreated:*"),
                entry("gone", alone, "s3:ObjectRemoved:*"),
                entry("failures", failed, "s3:Replication:OperationFailedReplication"),
            ],
            "EventBridgeConfiguration": {},
        },
    )
    there.put_bucket_notification_configuration(
        Bucket=DESTINATION, NotificationConfiguration={"QueueConfigurations": [ours]}
    )
    asked = {"properties": ["notifications"], "purge": True}
    run = playbook(tasks=[mirror("Mirror", **asked), mirror("Again", **asked), mirror("Not asked")])
    told = run.of("Mirror")["properties"]["notifications"]
    assert told["status"] == "changed", told
    assert [left["what"] for left in told["not_carried"]] == ["gone", "failures"]
    assert "there is no arn:aws:sqs:eu-west-1:111122223333:t-alone" in told["not_carried"][0]["why"]
    found = there.get_bucket_notification_configuration(Bucket=DESTINATION)
    assert {one["Id"]: one["QueueArn"] for one in found["QueueConfigurations"]} == {"new": wanted, ours["Id"]: theirs}
    assert found["EventBridgeConfiguration"] == {}
    assert not run.of("Again")["changed"]
    assert run.of("Not asked")["properties"]["notifications"] == {"status": "off"}


def test_public_policies_and_blocks_on_them(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    make(here, SOURCE, "us-east-1")
    make(there, DESTINATION, "eu-west-1")
    here.put_public_access_block(
        Bucket=SOURCE,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )
    everybody = {**READER, "Sid": "Everybody", "Principal": "*"}
    here.put_bucket_policy(
        Bucket=SOURCE, Policy=json.dumps({"Version": "2012-10-17", "Statement": [READER, everybody]})
    )

    def sids() -> list[str]:
        return [said["Sid"] for said in json.loads(there.get_bucket_policy(Bucket=DESTINATION)["Policy"])["Statement"]]

    blocked = playbook(tasks=[mirror("Policy", properties=["policy"])]).last
    assert [left["what"] for left in blocked["properties"]["policy"]["not_carried"]] == ["Everybody"]
    assert sids() == ["Read"]
    both = playbook(tasks=[mirror("Both", properties=["policy", "public_access_block"])]).last
    assert not both.get("failed"), both
    assert sids() == ["Read", "Everybody"]
    assert any("BlockPublicPolicy" in warning for warning in both["warnings"])


def test_bad_input_is_refused_together_before_anything_changes(
    playbook: Callable[..., Any], aws: Callable[..., Any]
) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    make(here, SOURCE, "us-east-1")
    make(there, DESTINATION, "eu-west-1")
    make(there, LOGS_DR, "eu-west-1")
    here.put_bucket_tagging(Bucket=SOURCE, Tagging={"TagSet": [{"Key": "team", "Value": "money"}]})

    def pair(source: str, destination: str, region: str = "eu-west-1", **more: Any) -> dict[str, Any]:
        sides = {"source": {"bucket": source, "region": "us-east-1"}}
        return {**sides, "destination": {"bucket": destination, "region": region}, **more}

    malformed = [
        pair(SOURCE, SOURCE),
        pair("No", DESTINATION, "nowhere"),
        pair("t-one", "t-other"),
        pair("t-two", "t-other"),
        pair(SOURCE, DESTINATION, mapping={"kms_keys": {"a": "arn:aws:kms:us-east-1:111122223333:key/1"}, "keys": {}}),
        pair(SOURCE, LOGS_DR, mapping={"kms_keys": {"a": "arn:aws:kms:us-east-1:111122223333:key/1"}}),
    ]
    absent = [pair(SOURCE, DESTINATION), pair("t-nobody", LOGS_DR), pair(SOURCE, "t-nowhere", "eu-west-2")]
    wrong = [pair(SOURCE, DESTINATION), pair(SOURCE, LOGS_DR, "eu-central-1")]
    module = "aws_dr.s3.bucket_properties"
    run = playbook(
        tasks=[
            {"name": "Malformed", module: {"pairs": malformed}, "ignore_errors": True},
            {"name": "Absent", module: {"pairs": absent}, "ignore_errors": True},
            {"name": "Wrong Region", module: {"pairs": wrong}, "ignore_errors": True},
            mirror("Unknown property", properties=["colour"]),
        ]
    )
    told = "; ".join(run.of("Malformed")["problems"])
    for expected in (
        "same bucket",
        "'No'",
        "'nowhere'",
        "t-other is the destination of 2",
        "no keys",
        "is in us-east-1",
    ):
        assert expected in told, expected
    assert len(run.of("Absent")["problems"]) == 2
    (problem,) = run.of("Wrong Region")["problems"]
    assert problem.startswith("the destination bucket t-logs-dr is in eu-west-1, not in eu-central-1")
    assert "colour" in run.of("Unknown property")["msg"]
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        there.get_bucket_tagging(Bucket=DESTINATION)
