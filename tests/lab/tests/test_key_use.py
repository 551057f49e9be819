# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""KMS keys that callers use through S3, and keys of other accounts (aws_lab.key_use)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients

OURS, THEIRS = "111122223333", "444455556666"


def _document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def _put(bucket: str, key_id: str) -> dict[str, Any]:
    return {"Bucket": bucket, "Key": "k", "Body": b"x", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}


def _user(client: Clients, *statements: dict[str, Any]) -> Any:
    iam = client("iam")
    iam.create_user(UserName="writer")
    iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=_document(*statements))
    return client("s3", credentials=iam.create_access_key(UserName="writer")["AccessKey"])


def test_the_state_of_the_key(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, kms, bucket = client("s3"), client("kms"), make_bucket("sealed")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    s3.put_object(**_put(bucket, arn))
    assert s3.get_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == arn
    kms.disable_key(KeyId=arn)
    assert _code(s3.put_object, **_put(bucket, arn)) == "KMS.DisabledException"
    assert _code(s3.get_object, Bucket=bucket, Key="k") == "KMS.DisabledException"
    assert s3.head_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == arn, "HEAD asks no key"
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert _code(s3.get_object, Bucket=bucket, Key="k") == "KMS.KMSInvalidStateException"


def test_the_key_of_the_default_encryption(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, kms, bucket = client("s3"), client("kms"), make_bucket("sealed")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    kms.disable_key(KeyId=arn)
    assert _code(s3.put_object, Bucket=bucket, Key="k", Body=b"x") == "KMS.DisabledException"


def test_a_key_that_is_not_there_or_elsewhere(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("sealed")
    away = client("kms", "eu-west-1").create_key()["KeyMetadata"]
    assert _code(s3.put_object, **_put(bucket, away["Arn"])) == "KMS.NotFoundException"
    assert _code(s3.put_object, **_put(bucket, away["KeyId"])) == "KMS.NotFoundException"
    assert _code(s3.put_object, **_put(bucket, "alias/nobody")) == "KMS.NotFoundException"


def test_permissions_on_the_key(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket, arn = make_bucket("sealed"), client("kms").create_key()["KeyMetadata"]["Arn"]
    s3_only = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    condition = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/*"}}
    write = {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": arn, "Condition": condition}
    s3 = _user(client, s3_only)
    assert _code(s3.put_object, **_put(bucket, arn)) == "AccessDenied"
    iam = client("iam")
    iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=_document(s3_only, write))
    s3.put_object(**_put(bucket, arn))
    assert _code(s3.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    parts = {"Bucket": bucket, "Key": "k", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn}
    assert _code(s3.create_multipart_upload, **parts) == "AccessDenied"
    read = {**write, "Action": "kms:Decrypt"}
    iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=_document(s3_only, write, read))
    s3.get_object(Bucket=bucket, Key="k")
    s3.create_multipart_upload(**parts)


def test_without_a_key_the_one_of_aws_is_used(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, kms, bucket = client("s3"), client("kms"), make_bucket("sealed")
    answer = s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    managed = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert (answer["SSEKMSKeyId"], managed["KeyManager"]) == (managed["Arn"], "AWS")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=rules)
    s3.put_object(Bucket=bucket, Key="default", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="default")["SSEKMSKeyId"] == managed["Arn"]
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms"}
    everyone = _user(client, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    assert everyone.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x", "the key's policy lets them in"
    assert client("kms", "eu-west-1").list_aliases()["Aliases"] == []


def test_a_key_of_another_account(client: Clients, make_bucket: Callable[..., str]) -> None:
    role = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"
    theirs = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    kms, s3, bucket = client("kms", credentials=theirs), client("s3"), make_bucket("sealed")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    assert _code(s3.put_object, **_put(bucket, arn)) == "AccessDenied"
    assert _code(client("kms").describe_key, KeyId=arn) == "AccessDeniedException"
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{THEIRS}:root"}, "Action": "kms:*", "Resource": "*"}
    use = {**root, "Principal": {"AWS": OURS}, "Action": ["kms:GenerateDataKey*", "kms:Decrypt", "kms:DescribeKey"]}
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=_document(root, use))
    s3.put_object(**_put(bucket, arn))
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    assert client("kms").describe_key(KeyId=arn)["KeyMetadata"]["AWSAccountId"] == THEIRS
    assert _code(client("kms").disable_key, KeyId=arn) == "AccessDeniedException"
