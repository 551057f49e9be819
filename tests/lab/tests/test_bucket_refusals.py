# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of a bucket's configurations, and that a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from bucket_lab import OURS, THEIRS, code_of, error_of
from labclient import Clients

LIFE = ("bucket_lifecycle_configuration", "LifecycleConfiguration")
CORS = ("bucket_cors", "CORSConfiguration")
SEALED = ("bucket_encryption", "ServerSideEncryptionConfiguration")
LOGS = ("bucket_logging", "BucketLoggingStatus")
SITE = ("bucket_website", "WebsiteConfiguration")
TAGS = ("bucket_tagging", "Tagging")
OWNED = ("bucket_ownership_controls", "OwnershipControls")
KEY = f"arn:aws:kms:us-east-1:{OURS}:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def bucket(make_bucket: Callable[..., str]) -> str:
    make_bucket("logs-there", "eu-west-1")
    return make_bucket("with-parts")


def _rule(**changes: Any) -> dict[str, Any]:
    """A lifecycle rule that is legal but for the changes; None takes a member away."""
    whole = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 400}, **changes}
    return {"Rules": [{name: value for name, value in whole.items() if value is not None}]}


def _steps(*steps: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"StorageClass": storage_class, "Days": days} for storage_class, days in steps]


TAGGED = {"Tag": {"Key": "k", "Value": "v"}}
CORS_RULE = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}


def _tags(*keys: str) -> dict[str, Any]:
    return {"TagSet": [{"Key": key, "Value": "v"} for key in keys]}


REFUSED: list[tuple[str, str, dict[str, Any], str, str]] = [
    (*TAGS, _tags("a", "a"), "InvalidTag", "same key"),
    (*TAGS, _tags("aws:stack"), "InvalidTag", "System tags"),
    (*TAGS, _tags("k" * 129), "InvalidTag", "TagKey"),
    (*TAGS, {"TagSet": [{"Key": "a", "Value": "v" * 257}]}, "InvalidTag", "TagValue"),
    (*TAGS, _tags(*[f"k{n}" for n in range(51)]), "BadRequest", "50"),
    (*LIFE, {"Rules": []}, "MalformedXML", ""),
    (*LIFE, {"Rules": _rule()["Rules"] * 2}, "InvalidArgument", "same ID"),
    (*LIFE, _rule(Filter=None), "MalformedXML", ""),
    (*LIFE, _rule(Prefix="a"), "MalformedXML", ""),
    (*LIFE, _rule(Status="On"), "MalformedXML", ""),
    (*LIFE, _rule(ID="x" * 256), "InvalidArgument", "255"),
    (*LIFE, _rule(Expiration=None), "InvalidRequest", "action"),
    (*LIFE, _rule(Expiration={"Days": 0}), "InvalidArgument", "positive"),
    (*LIFE, _rule(Expiration={"Days": 1, "Date": "2030-01-01T00:00:00Z"}), "MalformedXML", ""),
    (*LIFE, _rule(Transitions=_steps(("GLACIER", 30), ("STANDARD_IA", 90))), "InvalidArgument", "greater than"),
    (*LIFE, _rule(Transitions=_steps(("GLACIER", 30), ("GLACIER", 90))), "InvalidRequest", "StorageClass"),
    (*LIFE, _rule(Transitions=_steps(("STANDARD_IA", 29))), "InvalidArgument", "30"),
    (*LIFE, _rule(Transitions=_steps(("GLACIER", 400))), "InvalidArgument", "Expiration"),
    (
        *LIFE,
        _rule(Transitions=[{"StorageClass": "GLACIER", "Date": "2030-01-01T00:00:00Z"}]),
        "InvalidRequest",
        "mixed",
    ),
    (*LIFE, _rule(Filter=TAGGED, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1}), "InvalidRequest", "Tags"),
    (*LIFE, _rule(Filter=TAGGED, Expiration={"ExpiredObjectDeleteMarker": True}), "InvalidRequest", "Tags"),
    (*CORS, {"CORSRules": [{**CORS_RULE, "AllowedMethods": ["PATCH"]}]}, "InvalidRequest", "PATCH"),
    (*CORS, {"CORSRules": [{**CORS_RULE, "AllowedOrigins": ["*.*"]}]}, "InvalidRequest", "wildcard"),
    (*CORS, {"CORSRules": [CORS_RULE] * 101}, "InvalidArgument", "100"),
    (
        *SEALED,
        {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256", "KMSMasterKeyID": KEY}}]},
        "InvalidArgument",
        "KMSMasterKeyID",
    ),
    (*SEALED, {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]}, "MalformedXML", ""),
    (*SEALED, {"Rules": []}, "MalformedXML", ""),
    ("public_access_block", "PublicAccessBlockConfiguration", {}, "InvalidRequest", "at least one"),
    (*OWNED, {"Rules": []}, "MalformedXML", ""),
    (*OWNED, {"Rules": [{"ObjectOwnership": "Mine"}]}, "MalformedXML", ""),
    (
        *LOGS,
        {"LoggingEnabled": {"TargetBucket": "not-there", "TargetPrefix": ""}},
        "InvalidTargetBucketForLogging",
        "exist",
    ),
    (
        *LOGS,
        {"LoggingEnabled": {"TargetBucket": "logs-there", "TargetPrefix": ""}},
        "CrossLocationLoggingProhibitted",
        "",
    ),
    (*SITE, {"ErrorDocument": {"Key": "e"}}, "InvalidArgument", "IndexDocument"),
    (*SITE, {"IndexDocument": {"Suffix": "a/b"}}, "InvalidArgument", "well formed"),
    (*SITE, {"RedirectAllRequestsTo": {"HostName": "h"}, "IndexDocument": {"Suffix": "i"}}, "MalformedXML", ""),
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "On"}, "MalformedXML", ""),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Nobody"}, "MalformedXML", ""),
]


@pytest.mark.parametrize(("part", "argument", "document", "code", "text"), REFUSED)
def test_what_is_refused_changes_nothing(
    client: Clients, bucket: str, part: str, argument: str, document: dict[str, Any], code: str, text: str
) -> None:
    s3 = client("s3")
    before = _read(s3, part, bucket)
    refused = error_of(getattr(s3, f"put_{part}"), Bucket=bucket, **{argument: document})
    assert refused[0] == code
    assert text in refused[1]
    assert _read(s3, part, bucket) == before


def _read(s3: Any, part: str, bucket: str) -> Any:
    try:
        answer = getattr(s3, f"get_{part}")(Bucket=bucket)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_no_acceleration_for_names_with_dots(client: Clients, make_bucket: Callable[..., str]) -> None:
    make_bucket("with.dots")
    put = {"Bucket": "with.dots", "AccelerateConfiguration": {"Status": "Enabled"}}
    assert code_of(client("s3").put_bucket_accelerate_configuration, **put) == "InvalidRequest"


def test_logs_of_another_owner(client: Clients, bucket: str) -> None:
    role = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    client("s3", credentials=keys).create_bucket(Bucket="their-logs")
    wanted = {"LoggingEnabled": {"TargetBucket": "their-logs", "TargetPrefix": ""}}
    code, message = error_of(client("s3").put_bucket_logging, Bucket=bucket, BucketLoggingStatus=wanted)
    assert code == "InvalidTargetBucketForLogging"
    assert "owner" in message
