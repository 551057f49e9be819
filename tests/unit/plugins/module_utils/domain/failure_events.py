# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events as S3 sends them, and keys as users name them, for the tests of everything that reads or stores failures."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import FailureEvent

NASTY_KEYS = [
    "red flower.jpg",
    "a+b.txt",
    "a%2Bb%20c",
    "100%",
    "a#b#c.txt#v1",
    "line\nbreak\r\n\ttab",
    "nul\0and\1one",
    "emoji/🪣/é/日本語.txt",
    'quote",comma,\\back',
    " leading and trailing ",
    "/",
    "//a//",
    ".",
    "k" * 1024,
    "日" * 341,
    "é" * 399 + "x" * 226,
    "x" * 799 + "é" * 112,
]


def record(key: str = "red flower.jpg", **changes: Any) -> dict[str, Any]:
    """One record in S3's form (S3 User Guide, "Replication failure event notifications"); None leaves a field out."""
    fields: dict[str, Any] = {
        "name": "Replication:OperationFailedReplication",
        "version": "2.2",
        "time": "2024-09-05T21:04:32.527Z",
        "bucket": "src",
        "size": 520080,
        "etag": "0e1f2a",
        "version_id": "3HL4kqtJlcpXroDTDmJ",
        "sequencer": "0066DA1CBF104C0D51",
        "rule": "to-dr",
        "destination": "arn:aws:s3:::dst",
        "operation": "OBJECT_PUT",
        "requested": "2024-09-05T21:03:59.168Z",
        "reason": "AssumeRoleNotPermitted",
        **changes,
    }
    subject = {
        "key": quote_plus(key, safe="/"),
        "size": fields["size"],
        "eTag": fields["etag"],
        "versionId": fields["version_id"],
        "sequencer": fields["sequencer"],
    }
    told = {
        "replicationRuleId": fields["rule"],
        "destinationBucket": fields["destination"],
        "s3Operation": fields["operation"],
        "requestTime": fields["requested"],
        "failureReason": fields["reason"],
    }
    return {
        "eventVersion": fields["version"],
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": fields["time"],
        "eventName": fields["name"],
        "userIdentity": {"principalId": "s3.amazonaws.com"},
        "requestParameters": {"sourceIPAddress": "s3.amazonaws.com"},
        "responseElements": {"x-amz-request-id": "5a2f", "x-amz-id-2": "x"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "failures",
            "bucket": {
                "name": fields["bucket"],
                "ownerIdentity": {"principalId": "111122223333"},
                "arn": f"arn:aws:s3:::{fields['bucket']}",
            },
            "object": {name: value for name, value in subject.items() if value is not None},
        },
        "replicationEventData": {name: value for name, value in told.items() if value is not None},
    }


def body(*records: dict[str, Any]) -> str:
    """The body of a queue message with these records."""
    return json.dumps({"Records": list(records)})


def notification(message: str) -> str:
    """What SNS makes of a message when raw delivery is off."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "22b80b92",
            "TopicArn": "arn:aws:sns:us-east-1:111122223333:failures",
            "Message": message,
            "Timestamp": "2024-09-05T21:04:33.000Z",
            "SignatureVersion": "1",
        }
    )


# Every character that UTF-8 can hold, keys of up to S3's 1,024 bytes.
keys = st.one_of(
    st.sampled_from(NASTY_KEYS),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60),
    st.text(st.sampled_from("\0\1\2#é🪣/+% a"), min_size=1, max_size=12),
    st.text(st.characters(codec="utf-8"), min_size=250, max_size=1024),
).map(lambda text: text.encode()[:1024].decode(errors="ignore"))

versions = st.sampled_from(["null", "v1", "3HL4kqtJlcpXroDTDmJ", "a#b", "x" * 32])
times = st.datetimes().map(lambda moment: moment.replace(year=2024).isoformat(timespec="milliseconds") + "Z")

events = st.builds(
    FailureEvent,
    bucket=st.sampled_from(["src", "src-2"]),
    rule_id=st.sampled_from(["to-dr", "r#01#x", "07#to-dr"]),
    object_key=keys,
    version_id=versions,
    destination=st.sampled_from(["dst", "dst-2"]),
    reason=st.sampled_from(["AssumeRoleNotPermitted", "DstKmsKeyNotFound", "Unspecified"]),
    failed_at=times,
    event_name=st.just("Replication:OperationFailedReplication"),
    operation=st.sampled_from([None, "OBJECT_PUT", "OBJECT_PUT_TAGGING"]),
    requested_at=st.none() | times,
    size=st.none() | st.integers(0, 2**43),
    etag=st.none() | st.just("0e1f2a"),
    sequencer=st.none() | st.sampled_from(["0066DA1CBF104C0D51", "00AA"]),
    region=st.none() | st.just("us-east-1"),
)
