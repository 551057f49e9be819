# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_policy import failure_queue_policy

ACCOUNT = "111122223333"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:failures"
OTHER = {"Sid": "Mine", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE}


def sources(policy: dict[str, Any]) -> list[str]:
    (ours,) = [said for said in policy["Statement"] if said["Sid"] == "AwsDrS3ReplicationEvents"]
    found: list[str] = ours["Condition"]["ArnLike"]["aws:SourceArn"]
    return found


def test_exactly_the_buckets_of_the_account_may_send() -> None:
    assert failure_queue_policy(["photos", "invoices"], QUEUE, ACCOUNT) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AwsDrS3ReplicationEvents",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": QUEUE,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": ["arn:aws:s3:::invoices", "arn:aws:s3:::photos"]},
                    "StringEquals": {"aws:SourceAccount": ACCOUNT},
                },
            }
        ],
    }


def test_the_partition_is_the_queues() -> None:
    policy = failure_queue_policy(["invoices"], QUEUE.replace("arn:aws:", "arn:aws-us-gov:"), ACCOUNT)
    assert sources(policy) == ["arn:aws-us-gov:s3:::invoices"]


@pytest.mark.parametrize("as_text", [True, False])
def test_what_is_there_stays(as_text: bool) -> None:
    there: Any = {"Version": "2008-10-17", "Id": "theirs", "Statement": OTHER}
    policy = failure_queue_policy(["invoices"], QUEUE, ACCOUNT, json.dumps(there) if as_text else there)
    assert (policy["Version"], policy["Id"]) == ("2008-10-17", "theirs")
    assert policy["Statement"][0] == OTHER
    assert sources(policy) == ["arn:aws:s3:::invoices"]


def test_a_bucket_that_another_run_added_keeps_its_right() -> None:
    first = failure_queue_policy(["invoices"], QUEUE, ACCOUNT)
    second = failure_queue_policy(["photos"], QUEUE, ACCOUNT, first)
    assert sources(second) == ["arn:aws:s3:::invoices", "arn:aws:s3:::photos"]
    assert failure_queue_policy(["invoices"], QUEUE, ACCOUNT, second) == second


def test_a_single_source_as_a_string_is_read() -> None:
    first = failure_queue_policy(["invoices"], QUEUE, ACCOUNT)
    first["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"] = "arn:aws:s3:::mail"
    assert sources(failure_queue_policy(["photos"], QUEUE, ACCOUNT, first)) == [
        "arn:aws:s3:::mail",
        "arn:aws:s3:::photos",
    ]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((["*"], QUEUE, ACCOUNT), "'\\*' is not a bucket's name"),
        (([], QUEUE, ACCOUNT), "no bucket"),
        ((["invoices"], "failures", ACCOUNT), "not the ARN of an SQS queue"),
        ((["invoices"], "arn:aws:sns:us-east-1:111122223333:t", ACCOUNT), "not the ARN of an SQS queue"),
        ((["invoices"], QUEUE, "12"), "twelve digits"),
        ((["invoices"], QUEUE, ACCOUNT, "{"), "not JSON"),
    ],
)
def test_bad_input_is_told(arguments: Any, problem: str) -> None:
    with pytest.raises(RefusedError, match=problem):
        failure_queue_policy(*arguments)
