# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every configuration of a bucket: what Get gives back, what says "not configured", what is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from bucket_lab import OURS, code_of, error_of, policy_of, statement
from labclient import Clients, Lab

KEY = f"arn:aws:kms:us-east-1:{OURS}:key/11111111-2222-3333-4444-555555555555"
ALL_STORAGE = "all_storage_classes_128K"


@pytest.fixture
def bucket(make_bucket: Callable[..., str]) -> str:
    make_bucket("logs-here")
    return make_bucket("with-parts")


LIFECYCLE = {
    "Rules": [
        {
            "ID": "down",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}], "ObjectSizeGreaterThan": 200_000}},
            "Transitions": [
                {"Days": 30, "StorageClass": "STANDARD_IA"},
                {"Days": 90, "StorageClass": "GLACIER"},
            ],
            "Expiration": {"Days": 365},
            "NoncurrentVersionTransitions": [
                {"NoncurrentDays": 30, "StorageClass": "GLACIER_IR", "NewerNoncurrentVersions": 2}
            ],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 3},
        },
        {
            "ID": "tidy",
            "Status": "Disabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"ExpiredObjectDeleteMarker": True},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {"ID": "old", "Status": "Enabled", "Prefix": "b/", "Expiration": {"Days": 1}},
    ]
}
CORS = {
    "CORSRules": [
        {
            "ID": "web",
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": ["https://*.example.com", "https://b"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 300,
        },
        {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]},
    ]
}
ENCRYPTION = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
            "BucketKeyEnabled": True,
        }
    ]
}
WEBSITE = {
    "IndexDocument": {"Suffix": "index.html"},
    "ErrorDocument": {"Key": "error.html"},
    "RoutingRules": [{"Condition": {"KeyPrefixEquals": "a/"}, "Redirect": {"ReplaceKeyPrefixWith": "b/"}}],
}
LOGGING = {
    "LoggingEnabled": {
        "TargetBucket": "logs-here",
        "TargetPrefix": "log/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
}
METRICS = {"Id": "one", "Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}}}
ANALYTICS = {
    "Id": "one",
    "Filter": {"Prefix": "a/"},
    "StorageClassAnalysis": {
        "DataExport": {
            "OutputSchemaVersion": "V_1",
            "Destination": {"S3BucketDestination": {"Format": "CSV", "Bucket": "arn:aws:s3:::logs-here"}},
        }
    },
}
INVENTORY = {
    "Id": "one",
    "IsEnabled": True,
    "IncludedObjectVersions": "All",
    "Schedule": {"Frequency": "Daily"},
    "OptionalFields": ["Size", "ReplicationStatus"],
    "Destination": {
        "S3BucketDestination": {"AccountId": OURS, "Format": "CSV", "Bucket": "arn:aws:s3:::logs-here", "Prefix": "inv"}
    },
}
TIERING = {
    "Id": "one",
    "Status": "Enabled",
    "Filter": {"Tag": {"Key": "k", "Value": "v"}},
    "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}, {"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"}],
}
BLOCK = {
    "BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False,
}  # fmt: skip
TAGS = {"TagSet": [{"Key": "Owner", "Value": "team & co"}, {"Key": "empty", "Value": ""}]}

# Name in the methods of boto3, argument, document, where Get has it (None: at the top), code when not configured
PARTS: list[tuple[str, str, dict[str, Any], str | None, str | None]] = [
    ("bucket_tagging", "Tagging", TAGS, None, "NoSuchTagSet"),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", LIFECYCLE, None, "NoSuchLifecycleConfiguration"),
    ("bucket_cors", "CORSConfiguration", CORS, None, "NoSuchCORSConfiguration"),
    (
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        ENCRYPTION,
        "ServerSideEncryptionConfiguration",
        None,
    ),
    (
        "public_access_block",
        "PublicAccessBlockConfiguration",
        BLOCK,
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
    ),
    (
        "bucket_ownership_controls",
        "OwnershipControls",
        {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "OwnershipControls",
        "OwnershipControlsNotFoundError",
    ),
    ("bucket_logging", "BucketLoggingStatus", LOGGING, None, None),
    ("bucket_website", "WebsiteConfiguration", WEBSITE, None, "NoSuchWebsiteConfiguration"),
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "Suspended"}, None, None),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Requester"}, None, None),
]
LISTED = [
    ("bucket_metrics_configuration", "MetricsConfiguration", METRICS),
    ("bucket_analytics_configuration", "AnalyticsConfiguration", ANALYTICS),
    ("bucket_inventory_configuration", "InventoryConfiguration", INVENTORY),
    ("bucket_intelligent_tiering_configuration", "IntelligentTieringConfiguration", TIERING),
]


def _put(s3: Any, part: str, bucket: str, argument: str, document: Any, **more: Any) -> Any:
    return getattr(s3, f"put_{part}")(Bucket=bucket, **{argument: document}, **more)


def _shown(s3: Any, part: str, bucket: str, inside: str | None, document: dict[str, Any], **more: Any) -> Any:
    answer = getattr(s3, f"get_{part}")(Bucket=bucket, **more)
    return answer[inside] if inside else {name: answer.get(name) for name in document}


@pytest.mark.parametrize(("part", "argument", "document", "inside", "absent"), PARTS, ids=[row[0] for row in PARTS])
def test_get_gives_back_what_was_put(
    client: Clients, bucket: str, part: str, argument: str, document: dict[str, Any], inside: str | None, absent: str
) -> None:
    s3 = client("s3")
    _put(s3, part, bucket, argument, document)
    assert _shown(s3, part, bucket, inside, document) == document
    delete = getattr(s3, f"delete_{part.removesuffix('_configuration')}", None)
    if delete and absent:
        delete(Bucket=bucket)
        delete(Bucket=bucket)  # nothing to delete is no error
        assert code_of(getattr(s3, f"get_{part}"), Bucket=bucket) == absent
        _put(s3, part, bucket, argument, document)
        assert _shown(s3, part, bucket, inside, document) == document


@pytest.mark.parametrize(("part", "argument", "document"), LISTED, ids=[row[0] for row in LISTED])
def test_configurations_by_id(client: Clients, bucket: str, part: str, argument: str, document: dict[str, Any]) -> None:
    s3 = client("s3")
    assert code_of(getattr(s3, f"get_{part}"), Bucket=bucket, Id="one") == "NoSuchConfiguration"
    assert f"{argument}List" not in getattr(s3, f"list_{part}s")(Bucket=bucket)
    _put(s3, part, bucket, argument, document, Id="one")
    assert getattr(s3, f"get_{part}")(Bucket=bucket, Id="one")[argument] == document
    assert code_of(getattr(s3, f"put_{part}"), Bucket=bucket, Id="two", **{argument: document}) == "InvalidArgument"
    for number in range(100):
        _put(s3, part, bucket, argument, {**document, "Id": f"n{number:03}"}, Id=f"n{number:03}")
    first = getattr(s3, f"list_{part}s")(Bucket=bucket)
    assert (len(first[f"{argument}List"]), first["IsTruncated"]) == (100, True)
    second = getattr(s3, f"list_{part}s")(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert [one["Id"] for one in second[f"{argument}List"]] == ["one"]
    getattr(s3, f"delete_{part}")(Bucket=bucket, Id="one")
    assert code_of(getattr(s3, f"delete_{part}"), Bucket=bucket, Id="one") == "NoSuchConfiguration"
    s3.delete_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    assert f"{argument}List" not in getattr(s3, f"list_{part}s")(Bucket=bucket)


def test_what_is_never_absent(client: Clients, bucket: str) -> None:
    s3 = client("s3")
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    assert "Status" not in s3.get_bucket_accelerate_configuration(Bucket=bucket)
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=LOGGING)
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=bucket)
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=ENCRYPTION)
    s3.delete_bucket_encryption(Bucket=bucket)
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == {**dict.fromkeys(BLOCK, False), "BlockPublicAcls": True}


def test_lifecycle_keeps_the_default_minimum_size(client: Clients, bucket: str) -> None:
    s3 = client("s3")
    put = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": [LIFECYCLE["Rules"][2]]}}
    s3.put_bucket_lifecycle_configuration(**put, TransitionDefaultMinimumObjectSize="varies_by_storage_class")
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    s3.put_bucket_lifecycle_configuration(**put)
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["TransitionDefaultMinimumObjectSize"] == ALL_STORAGE


def test_system_tags_can_neither_be_changed_nor_removed(client: Clients, lab: Lab, bucket: str) -> None:
    s3 = client("s3")
    stack = {"Key": "aws:cloudformation:stack-name", "Value": "s"}
    lab.call("PUT", f"/buckets/{bucket}/system-tags", {"tags": {stack["Key"]: stack["Value"]}})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [stack]
    ours = {"Key": "a", "Value": "b"}
    assert "removed" in error_of(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": [ours]})[1]
    other = {**stack, "Value": "other"}
    assert "updated" in error_of(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": [ours, other]})[1]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [ours, stack]})
    s3.delete_bucket_tagging(Bucket=bucket)
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [stack]


def test_sub_resources_that_the_lab_does_not_know_are_said_to_be_missing(client: Clients, bucket: str) -> None:
    from labclient import raw_get

    for part in ("abac", "metadataTable"):
        status, _unused, body = raw_get("s3.us-east-1.amazonaws.com", f"/{bucket}?{part}=", "us-east-1")
        assert (status, "NotImplemented" in body) == (501, True)


# ---- Notifications


@pytest.fixture
def queue(client: Clients) -> str:
    """ARN of a queue that S3 may send to."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    said = statement(Principal={"Service": "s3.amazonaws.com"}, Action="sqs:SendMessage", Resource=arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_of(said)})
    return str(arn)


def _notify(arn: str, *rules: tuple[str, str, str, str]) -> dict[str, Any]:
    """A configuration out of (id, event, prefix, suffix)."""
    return {
        "QueueConfigurations": [
            {
                "Id": name,
                "QueueArn": arn,
                "Events": [event],
                "Filter": {
                    "Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}, {"Name": "suffix", "Value": suffix}]}
                },
            }
            for name, event, prefix, suffix in rules
        ]
    }


MADE, PUT, FAILED = "s3:ObjectCreated:*", "s3:ObjectCreated:Put", "s3:Replication:OperationFailedReplication"


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ([("a", "s3:Something", "", "")], "not supported"),
        ([("a", MADE, "", ""), ("a", FAILED, "", "")], "unique"),
        ([("a", MADE, "", ""), ("b", PUT, "x/", "")], "ambiguously"),
        ([("a", MADE, "x", ".jpg"), ("b", MADE, "x/y", "pg")], "ambiguously"),
        ([("a", FAILED, "", ""), ("b", "s3:Replication:*", "", "")], "ambiguously"),
        ([("a", MADE, "x/", ""), ("b", MADE, "y/", "")], None),
        ([("a", MADE, "x", ".jpg"), ("b", MADE, "x", ".png")], None),
        ([("a", MADE, "", ""), ("b", FAILED, "", "")], None),
    ],
)
def test_notifications(
    client: Clients, bucket: str, queue: str, rules: list[tuple[str, str, str, str]], text: str | None
) -> None:
    s3, wanted = client("s3"), _notify(queue, *rules)
    if text is None:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wanted)
        shown = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
        assert [one["Id"] for one in shown] == [rule[0] for rule in rules]
        return
    put = {"Bucket": bucket, "NotificationConfiguration": wanted}
    code, message = error_of(s3.put_bucket_notification_configuration, **put)
    assert code == "InvalidArgument"
    assert text in message


# ---- Object Lock


def test_object_lock_on_an_existing_bucket(client: Clients, bucket: str) -> None:
    s3 = client("s3")
    days = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}}
    put = {"Bucket": bucket, "ObjectLockConfiguration": days}
    assert code_of(s3.get_object_lock_configuration, Bucket=bucket) == "ObjectLockConfigurationNotFoundError"
    assert code_of(s3.put_object_lock_configuration, **put) == "InvalidBucketState"
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(**put)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == days
    without = copy.deepcopy(days)
    del without["Rule"]
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=without)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == without
    assert code_of(s3.put_object_lock_configuration, Bucket=bucket, ObjectLockConfiguration={}) == "MalformedXML"
    suspend = {"Bucket": bucket, "VersioningConfiguration": {"Status": "Suspended"}}
    assert code_of(s3.put_bucket_versioning, **suspend) == "InvalidBucketState"
