# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.queue_names import (
    QueueName,
    queue_problem,
    queue_region,
    read_queue,
)

ENDPOINT = "https://sqs.us-east-1.amazonaws.com"
PATH = "/111122223333/failures"
GOOD = {
    "failures": ("", ""),
    "a_B-9.fifo": ("", ""),
    "arn:aws:sqs:us-east-1:111122223333:failures": ("us-east-1", "111122223333"),
    "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:failures": ("us-gov-west-1", "111122223333"),
    f"{ENDPOINT}{PATH}": ("us-east-1", "111122223333"),
    f"http://sqs.eu-west-1.amazonaws.com{PATH}": ("eu-west-1", "111122223333"),
    f"https://sqs-fips.us-east-2.amazonaws.com{PATH}": ("us-east-2", "111122223333"),
    f"https://sqs.us-east-2.api.aws{PATH}": ("us-east-2", "111122223333"),
    f"https://vpce-0a1b-x.sqs.eu-west-1.vpce.amazonaws.com{PATH}": ("eu-west-1", "111122223333"),
    f"https://eu-west-1.queue.amazonaws.com{PATH}": ("eu-west-1", "111122223333"),
    f"https://queue.amazonaws.com{PATH}": ("us-east-1", "111122223333"),
}
BAD = [
    "",
    "a b",
    "a" * 81,
    "failures.txt",
    "arn:aws:sqs:us-east-1:111122223333",
    "arn:aws:sqs:us-east-1:111122223333:",
    "arn:aws:sqs:us-east-1:111122223333:a:b",
    "arn:aws:sqs::111122223333:failures",
    "arn:aws:sqs:us-east-1::failures",
    "arn:aws:sns:us-east-1:111122223333:failures",
    "arn:aws:s3:::failures",
    "https://",
    "https://[",
    "https://example.com/x",
    f"https://example.com{PATH}",
    f"ftp://sqs.us-east-1.amazonaws.com{PATH}",
    "https://sqs.us-east-1.amazonaws.com/failures",
    "https://sqs.us-east-1.amazonaws.com/1111/failures",
    f"{ENDPOINT}{PATH}/more",
    f"{ENDPOINT}{PATH}?x=y",
    f"https://sns.us-east-1.amazonaws.com{PATH}",
    f"https://user@sqs.us-east-1.amazonaws.com{PATH}",
]


@pytest.mark.parametrize("queue", GOOD)
def test_a_queue_is_read_and_its_region_known(queue: str) -> None:
    region, account = GOOD[queue]
    name = queue if not region else "failures"
    assert read_queue(queue) == read_queue(queue, ENDPOINT) == QueueName(region, account, name)
    assert queue_region(queue) == (region or None)
    assert queue_problem(queue, ENDPOINT) is None


@pytest.mark.parametrize("queue", BAD)
def test_what_names_no_queue_is_told_with_the_form_expected(queue: str) -> None:
    assert read_queue(queue) is None and queue_region(queue) is None
    for endpoint in (None, ENDPOINT):
        assert queue_problem(queue, endpoint) == (
            f"{queue!r} names no SQS queue; expected its name (letters, digits, - and _), its ARN "
            "(arn:<partition>:sqs:<Region>:<account>:<name>), or its URL "
            "(https://sqs.<Region>.amazonaws.com/<account>/<name>)"
        )


@pytest.mark.parametrize("host", ["sqs.us-east-1.evil.example", "sqs.us-east-1.amazonaws.com.evil.example"])
def test_a_host_of_another_domain_is_none_of_sqs(host: str) -> None:
    assert queue_problem(f"https://{host}{PATH}", ENDPOINT)


def test_the_partition_is_that_of_the_endpoint() -> None:
    china = f"https://sqs.cn-north-1.amazonaws.com.cn{PATH}"
    assert queue_region(china) == "cn-north-1"
    assert queue_problem(china, "https://sqs.cn-north-1.amazonaws.com.cn") is None
    assert queue_problem(china, ENDPOINT)


def test_an_endpoint_of_ones_own_is_taken() -> None:
    queue = f"http://localhost:4566{PATH}"
    assert read_queue(queue, "http://localhost:4566") == QueueName("", "111122223333", "failures")
    assert queue_problem(queue, "http://localhost:4567")


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: f"https://{text}"))
def test_no_text_makes_it_stumble(queue: str) -> None:
    named = read_queue(queue, ENDPOINT)
    assert (named is None) == (queue_problem(queue, ENDPOINT) is not None)
