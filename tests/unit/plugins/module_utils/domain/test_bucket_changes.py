# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_changes import (
    BucketChange,
    UnreadableChangeError,
    event_pattern,
    read_change,
    source_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_template import filled


def event(**detail: Any) -> str:
    """An event as EventBridge puts it into a queue."""
    record = {
        "eventName": "PutBucketTagging",
        "awsRegion": "us-east-1",
        "userIdentity": {"arn": "arn:aws:iam::111122223333:user/a"},
        **detail,
    }
    return json.dumps({"detail-type": "AWS API Call via CloudTrail", "region": "us-east-1", "detail": record})


RESOURCES = [{"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::invoices"}]


@pytest.mark.parametrize(
    "detail",
    [
        {"requestParameters": {"bucketName": "invoices", "tagging": ""}},
        {"requestParameters": {"resourceArn": "arn:aws:s3:::invoices"}},
        {"requestParameters": None, "resources": RESOURCES},
        {"requestParameters": {"bucketName": 7}, "resources": [None, *RESOURCES]},
    ],
)
def test_the_bucket_is_found_wherever_the_record_names_it(detail: dict[str, Any]) -> None:
    change = read_change(event(**detail))
    assert change == BucketChange("invoices", "us-east-1", "PutBucketTagging", "arn:aws:iam::111122223333:user/a")


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", '{"detail": 1}', event(), event(requestParameters={"bucketName": "Not A Bucket"}), "null"],
)
def test_what_names_no_bucket_is_told(body: str) -> None:
    with pytest.raises(UnreadableChangeError):
        read_change(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["detail", "requestParameters", "resources", "bucketName", "awsRegion", "userIdentity", "ARN"])
HOSTILE = st.recursive(JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=2))


@given(HOSTILE)
def test_whatever_comes_is_read_or_told(body: Any) -> None:
    try:
        change = read_change(json.dumps(body))
    except UnreadableChangeError:
        return
    assert change.bucket
    assert change.region


def test_the_pattern_takes_changes_that_succeeded_only() -> None:
    detail = event_pattern()["detail"]
    assert detail["errorCode"] == [{"exists": False}]
    named, suspended = detail["$or"]
    assert {"PutBucketTagging", "DeleteBucketTagging", "DeleteBucketReplication", "DeleteBucket"} <= set(
        named["eventName"]
    )
    assert suspended["requestParameters"]["VersioningConfiguration"]["Status"] == ["Suspended"]


ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.mark.parametrize(
    ("template", "destination", "source"),
    [
        ("{name}-dr", "invoices-dr", "invoices"),
        ("{name}-dr", "invoices", None),
        ("{name}-dr", "-dr", None),
        ("{name}-{account}-{region}-an", "logs-111122223333-eu-west-1-an", "logs"),
        ("{name}-{account}-{region}-an", "logs-444455556666-eu-west-1-an", None),
        ("dr.{name}", "drxinvoices", None),
        ("{name}--{name}", "abc--abc", "abc"),
        ("{name}--{name}", "abc--abd", None),
        ("fixed", "fixed", None),
    ],
)
def test_the_source_behind_a_destination(template: str, destination: str, source: str | None) -> None:
    assert source_of(template, destination, ACCOUNT, REGION) == source


@given(st.from_regex(r"[a-z0-9][a-z0-9.-]{1,20}[a-z0-9]", fullmatch=True).filter(lambda name: ".." not in name))
def test_every_source_is_found_behind_what_the_template_makes_of_it(name: str) -> None:
    for template in ("{name}-dr", "dr-{name}", "{name}-{account}-{region}-an"):
        found = source_of(template, filled(template, name, ACCOUNT, REGION), ACCOUNT, REGION)
        assert found in (name, None)
        assert found == name or name.replace(".", "").isdigit()
