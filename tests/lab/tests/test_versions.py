# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions: lists of them, what belongs to one of them, deleting many of them, locks."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, raw_get

THEIRS = "444455556666"
LATER = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)
ODD = "a b/ü\n\x01+%&<.txt"
OLD_KEY = "dir/old & <new>\r.txt"


def _code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def _put(s3: Any, bucket: str, key: str, **more: Any) -> str:
    return str(s3.put_object(Bucket=bucket, Key=key, Body=b"x", **more)["VersionId"])


def _listed(s3: Any, bucket: str, size: int, **asked: Any) -> list[str]:
    """All pages of a list, versions and prefixes, as key@number of the version from the newest on."""
    found: list[str] = []
    more: dict[str, Any] = {}
    while True:
        answer = s3.list_object_versions(Bucket=bucket, MaxKeys=size, **asked, **more)
        found += [group["Prefix"] for group in answer.get("CommonPrefixes") or []]
        both = [*(answer.get("Versions") or []), *(answer.get("DeleteMarkers") or [])]
        found += [f"{one['Key']}@{one['VersionId']}" for one in both]
        if not answer["IsTruncated"]:
            return sorted(found)
        more = {"KeyMarker": answer["NextKeyMarker"]}
        if answer.get("NextVersionIdMarker"):
            more["VersionIdMarker"] = answer["NextVersionIdMarker"]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("asked", "groups"), [({}, []), ({"Delimiter": "/"}, ["a/", "c/"]), ({"Prefix": "a/", "Delimiter": "/"}, ["a/x/"])]
)
def test_pages_lose_nothing(
    client: Clients, make_bucket: Callable[..., str], size: int, asked: dict[str, str], groups: list[str]
) -> None:
    s3, bucket = client("s3"), make_bucket("versions", versioned=True)
    every = [(key, _put(s3, bucket, key)) for key in ("a/1", "a/2", "a/2", "a/x/1", "b", "b", "b", "c/1", "d", ODD)]
    every.append(("b", s3.delete_object(Bucket=bucket, Key="b")["VersionId"]))
    prefix = asked.get("Prefix", "")
    if asked.get("Delimiter"):
        groups = [*groups, "a b/"] if not prefix else groups
        every = [(key, version) for key, version in every if not any(key.startswith(group) for group in groups)]
    expected = [f"{key}@{version}" for key, version in every if key.startswith(prefix)]
    assert _listed(s3, bucket, size, **asked) == sorted([*expected, *groups])


def test_names_are_encoded_when_asked(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("versions", versioned=True)
    _put(s3, bucket, ODD)
    assert s3.list_object_versions(Bucket=bucket)["Versions"][0]["Key"] == ODD, "boto3 asks and decodes by itself"
    path = f"/{bucket}?versions=&encoding-type=url&delimiter=%0A&prefix=a"
    body = raw_get("s3.us-east-1.amazonaws.com", path, "us-east-1")[2]
    assert "<Prefix>a+b/%C3%BC%0A</Prefix>" in body
    assert "<EncodingType>url</EncodingType>" in body
    assert _code(s3.list_object_versions, Bucket=bucket, EncodingType="rot13") == "InvalidArgument"
    assert _code(s3.list_object_versions, Bucket=bucket, VersionIdMarker="x") == "InvalidArgument"


def test_what_belongs_to_a_version_stays_under_a_delete_marker(client: Clients) -> None:
    s3, bucket = client("s3"), "locked"
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    version = _put(s3, bucket, "k", Tagging="a=b")
    marker = s3.delete_object(Bucket=bucket, Key="k")["VersionId"]
    it = {"Bucket": bucket, "Key": "k", "VersionId": version}
    assert s3.get_object_tagging(**it)["TagSet"] == [{"Key": "a", "Value": "b"}]
    s3.put_object_tagging(**it, Tagging={"TagSet": [{"Key": "c", "Value": "d"}]})
    assert s3.get_object_tagging(**it)["TagSet"] == [{"Key": "c", "Value": "d"}]
    s3.delete_object_tagging(**it)
    assert s3.get_object_tagging(**it)["TagSet"] == []
    assert s3.get_object_acl(**it)["Grants"][0]["Permission"] == "FULL_CONTROL"
    s3.put_object_legal_hold(**it, LegalHold={"Status": "ON"})
    assert s3.get_object_legal_hold(**it)["LegalHold"]["Status"] == "ON"
    s3.put_object_retention(**it, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": LATER})
    assert s3.get_object_retention(**it)["Retention"]["RetainUntilDate"] == LATER
    for name in ("get_object_tagging", "get_object_acl", "get_object_retention", "get_object_legal_hold"):
        assert _code(getattr(s3, name), **{**it, "VersionId": marker}) == "MethodNotAllowed"
        assert _code(getattr(s3, name), **{**it, "VersionId": "nobody"}) == "NoSuchVersion"
        assert _code(getattr(s3, name), Bucket=bucket, Key="k") == "NoSuchKey"
    assert _code(s3.head_object, Bucket=bucket, Key="k") == "404", "the key is still gone"


def _locked(s3: Any) -> dict[str, str]:
    """A bucket with one version of each kind of lock, name to version id."""
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    until = {"ObjectLockRetainUntilDate": LATER}
    return {
        "free": _put(s3, "locked", "free"),
        "held": _put(s3, "locked", "held", ObjectLockLegalHoldStatus="ON"),
        "governed": _put(s3, "locked", "governed", ObjectLockMode="GOVERNANCE", **until),
        "compliant": _put(s3, "locked", "compliant", ObjectLockMode="COMPLIANCE", **until),
    }


def _delete(s3: Any, versions: dict[str, str], *, quiet: bool = False, **more: Any) -> tuple[list[str], dict[str, str]]:
    objects = [{"Key": key, "VersionId": version} for key, version in versions.items()]
    answer = s3.delete_objects(Bucket="locked", Delete={"Objects": objects, "Quiet": quiet}, **more)
    errors = {error["Key"]: error["Code"] for error in answer.get("Errors") or []}
    return [one["Key"] for one in answer.get("Deleted") or []], errors


def test_locks_protect_versions(client: Clients) -> None:
    s3 = client("s3")
    versions = _locked(s3)
    protected = ["held", "governed", "compliant"]
    for key in protected:
        assert _code(s3.delete_object, Bucket="locked", Key=key, VersionId=versions[key]) == "AccessDenied"
    assert _delete(s3, versions) == (["free"], dict.fromkeys(protected, "AccessDenied"))
    bypass = {"BypassGovernanceRetention": True}
    assert _delete(s3, versions, **bypass) == (
        ["free", "governed"], dict.fromkeys(["held", "compliant"], "AccessDenied"),
    )  # fmt: skip
    s3.put_object_legal_hold(Bucket="locked", Key="held", LegalHold={"Status": "OFF"})
    assert _delete(s3, versions, quiet=True) == ([], {"compliant": "AccessDenied"})
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": LATER - datetime.timedelta(days=1)}
    assert _code(s3.put_object_retention, Bucket="locked", Key="compliant", Retention=shorter) == "AccessDenied"
    assert _code(s3.delete_bucket, Bucket="locked") == "BucketNotEmpty"
    assert s3.delete_object(Bucket="locked", Key="compliant")["DeleteMarker"], "a delete marker can always be put"


def _user(client: Clients, *statements: dict[str, Any]) -> Any:
    iam = client("iam")
    iam.create_user(UserName="sweeper")
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName="sweeper", PolicyName="p", PolicyDocument=document)
    return client("s3", credentials=iam.create_access_key(UserName="sweeper")["AccessKey"])


def test_each_key_is_permitted_by_itself(client: Clients) -> None:
    versions = _locked(client("s3"))
    actions = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    s3 = _user(
        client,
        {"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::locked/*"},
        {"Effect": "Deny", "Action": actions, "Resource": "arn:aws:s3:::locked/free"},
    )
    bypass = {"BypassGovernanceRetention": True}
    assert _delete(s3, versions, **bypass) == ([], dict.fromkeys(versions, "AccessDenied"))
    extra = {OLD_KEY: _put(client("s3"), "locked", OLD_KEY), "gone": "null"}
    done, failed = _delete(s3, {**versions, **extra}, **bypass)
    assert (sorted(done), sorted(failed)) == (sorted(extra), sorted(versions))


def test_what_is_not_there_is_deleted_too_and_markers_are_told(client: Clients) -> None:
    s3 = client("s3")
    _locked(s3)
    answer = s3.delete_objects(Bucket="locked", Delete={"Objects": [{"Key": "free"}, {"Key": "never-was"}]})
    assert [one["DeleteMarker"] for one in answer["Deleted"]] == [True, True]
    marker = {"Key": "free", "VersionId": answer["Deleted"][0]["DeleteMarkerVersionId"]}
    again = s3.delete_objects(Bucket="locked", Delete={"Objects": [marker]})["Deleted"]
    assert again == [{**marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker["VersionId"]}]
    s3.head_object(Bucket="locked", Key="free")


@pytest.mark.parametrize(("count", "code"), [(1000, None), (1001, "MalformedXML"), (0, "MalformedXML")])
def test_a_thousand_at_most(client: Clients, make_bucket: Callable[..., str], count: int, code: str | None) -> None:
    s3, bucket = client("s3"), make_bucket("many")
    request = {"Bucket": bucket, "Delete": {"Objects": [{"Key": f"k{n}"} for n in range(count)]}}
    if code:
        assert _code(s3.delete_objects, **request) == code
    else:
        assert len(s3.delete_objects(**request)["Deleted"]) == count


def test_a_wrong_signature_deletes_nothing(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("many")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    keys = client("iam").create_access_key(UserName="lab-admin")["AccessKey"]
    wrong = client("s3", credentials={**keys, "SecretAccessKey": "wrong"})
    request = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "k"}]}}
    assert _code(wrong.delete_objects, **request) == "SignatureDoesNotMatch"
    s3.head_object(Bucket=bucket, Key="k")


def test_objects_of_another_account(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("ours")
    for key in ("in/k", "out/k"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{THEIRS}:root"},
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/in/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    role = f"arn:aws:iam::{THEIRS}:role/LabCrossAccountAdmin"
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    request = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "in/k"}, {"Key": "out/k"}]}}
    answer = client("s3", credentials=keys).delete_objects(**request)
    assert [one["Key"] for one in answer["Deleted"]] == ["in/k"]
    assert [(error["Key"], error["Code"]) for error in answer["Errors"]] == [("out/k", "AccessDenied")]


def test_uploads_that_were_begun(client: Clients, make_bucket: Callable[..., str]) -> None:
    s3, bucket = client("s3"), make_bucket("uploads")
    begun = [s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"] for key in ("a", "a", "b/c")]
    pages = list(s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}))
    assert sorted(upload["UploadId"] for page in pages for upload in page.get("Uploads") or []) == sorted(begun)
    answer = s3.list_multipart_uploads(Bucket=bucket, Prefix="b")
    assert [upload["Key"] for upload in answer["Uploads"]] == ["b/c"]
    s3.upload_part(Bucket=bucket, Key="b/c", UploadId=begun[2], PartNumber=1, Body=b"x")
    s3.abort_multipart_upload(Bucket=bucket, Key="b/c", UploadId=begun[2])
    assert _code(s3.abort_multipart_upload, Bucket=bucket, Key="b/c", UploadId=begun[2]) == "NoSuchUpload"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket, Prefix="b")
