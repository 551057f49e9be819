# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what strikes, how often, and that each service speaks of it in its own way."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from labclient import Clients, Lab

QUEUE = "https://sqs.us-east-1.amazonaws.com/111122223333/q"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("list_objects_v2", {"Bucket": "fault-bucket"}),
    "s3control": ("list_multi_region_access_points", {"AccountId": "111122223333"}),
    "sqs": ("send_message", {"QueueUrl": QUEUE, "MessageBody": "x"}),
    "dynamodb": ("get_item", {"TableName": "table", "Key": {"k": {"S": "x"}}}),
    "sns": ("list_topics", {}),
    "iam": ("list_users", {}),
    "sts": ("get_caller_identity", {}),
    "kms": ("list_keys", {}),
    "lambda": ("list_functions", {}),
    "events": ("list_rules", {}),
    "cloudwatch": ("list_metrics", {}),
    "stepfunctions": ("list_state_machines", {}),
    "route53": ("list_hosted_zones", {}),
    "logs": ("describe_log_groups", {}),
    "ssm": ("describe_parameters", {}),
    "ec2": ("describe_regions", {}),
    "account": ("list_regions", {}),
    "resourcegroupstaggingapi": ("get_resources", {}),
}
REGIONS = {"s3control": "us-west-2"}
THROTTLES = {
    "s3": (503, "SlowDown"),
    "s3control": (503, "SlowDown"),
    "sqs": (400, "RequestThrottled"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sns": (400, "Throttling"),
    "iam": (400, "Throttling"),
    "sts": (400, "Throttling"),
    "route53": (400, "Throttling"),
    "cloudwatch": (400, "Throttling"),
    "lambda": (429, "TooManyRequestsException"),
    "ec2": (503, "RequestLimitExceeded"),
    "account": (429, "TooManyRequestsException"),
    "resourcegroupstaggingapi": (400, "ThrottledException"),
}


def _error(client: Clients, service: str) -> tuple[int, str, str]:
    operation, arguments = CALLS[service]
    with pytest.raises(ClientError) as caught:
        getattr(client(service, REGIONS.get(service, "us-east-1")), operation)(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


@pytest.mark.parametrize("service", CALLS)
def test_every_service_throttles_in_its_own_words(client: Clients, lab: Lab, service: str) -> None:
    lab.fault("throttle")
    assert _error(client, service)[:2] == THROTTLES.get(service, (400, "ThrottlingException"))


@pytest.mark.parametrize("service", CALLS)
def test_every_service_breaks_and_denies_in_its_own_words(client: Clients, lab: Lab, service: str) -> None:
    lab.fault("server_error", times=1)
    lab.fault("server_error", status=503, times=1)
    lab.fault("access_denied", times=1)
    status, code, message = _error(client, service)
    assert status == 500
    assert code.startswith("Internal")
    assert message
    assert _error(client, service)[:2] == (503, "ServiceUnavailable")
    status, code, message = _error(client, service)
    assert code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
    assert status in (400, 403)


@pytest.mark.parametrize("service", CALLS)
def test_any_error_can_be_played(client: Clients, lab: Lab, service: str) -> None:
    lab.fault("error", code="OperationAborted", status=409, message="A <conflicting> operation & so on")
    assert _error(client, service) == (409, "OperationAborted", "A <conflicting> operation & so on")


def test_sqs_still_tells_the_kind_of_error_of_its_query_protocol(client: Clients, lab: Lab) -> None:
    lab.fault("throttle", times=1)
    lab.fault("server_error", times=1)
    for kind in ("Sender", "Receiver"):
        with pytest.raises(ClientError) as caught:
            client("sqs").list_queues()
        assert caught.value.response["Error"]["Type"] == kind


def test_boto3_retries_a_throttle(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("retry-bucket")
    fault = lab.fault("throttle", operation="PutObject", times=1)
    client("s3", attempts=3).put_object(Bucket=bucket, Key="k", Body=b"x")
    assert [entry["status"] for entry in lab.journal(operation="PutObject")] == [503, 200]
    assert [(rule["id"], rule["hits"]) for rule in lab.faults()] == [(fault["id"], 1)]


def test_matchers(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    one, other = make_bucket("one-bucket"), make_bucket("other-bucket", "us-west-2")
    near, far = client("s3"), client("s3", "us-west-2")
    lab.fault("access_denied", service="s3", operation="PutObject", bucket=one, key_prefix="logs/")
    near.put_object(Bucket=one, Key="data/x", Body=b"")
    near.list_objects_v2(Bucket=one, Prefix="logs/")
    far.put_object(Bucket=other, Key="logs/x", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        near.put_object(Bucket=one, Key="logs/x", Body=b"")
    lab.clear_faults()
    lab.fault("access_denied", region="us-west-2")
    near.put_object(Bucket=one, Key="logs/x", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        far.put_object(Bucket=other, Key="logs/x", Body=b"")


def test_skip_and_times(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("count-bucket"), client("s3")
    lab.fault("error", code="Broken", status=400, operation="PutObject", skip=2, times=2)
    outcomes = []
    for number in range(6):
        try:
            s3.put_object(Bucket=bucket, Key=str(number), Body=b"")
            outcomes.append(True)
        except ClientError:
            outcomes.append(False)
    assert outcomes == [True, True, False, False, True, True]


def test_a_rate_lets_some_pass_and_strikes_the_rest(client: Clients, lab: Lab) -> None:
    lab.fault("throttle", service="iam", operation="ListUsers", rate=5.0)

    def passes() -> int:
        refused = 0
        for _unused in range(20):
            try:
                client("iam").list_users()
            except ClientError as error:
                assert error.response["Error"]["Code"] == "Throttling"
                refused += 1
        return 20 - refused

    assert 5 <= passes() <= 10
    time.sleep(1.1)
    assert 5 <= passes() <= 10, "after a rest as many as before"
    patient = client("iam", attempts=8)
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(lambda _number: patient.list_users(), range(12)))) == 12


def test_probability_is_drawn_from_the_seed(client: Clients, lab: Lab) -> None:
    def outcomes(seed: int) -> list[int]:
        lab.reset()
        lab.settings(seed=seed)
        lab.fault("server_error", probability=0.5, service="sts")
        for _unused in range(40):
            with contextlib.suppress(ClientError):
                client("sts").get_caller_identity()
        return [entry["status"] for entry in lab.journal(service="sts")]

    first = outcomes(1)
    assert 5 < first.count(500) < 35
    assert outcomes(1) == first
    assert outcomes(2) != first


def test_cut_after_the_server_has_acted(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("cut-bucket"), client("s3")
    lab.fault("cut", operation="PutObject", times=1)
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket=bucket, Key="k", Body=b"arrived")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"arrived"
    entry = lab.journal(operation="PutObject")[0]
    assert (entry["status"], entry["fault"]) == (0, "cut")


def test_cut_before_the_server_acts(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("cut-bucket"), client("s3")
    lab.fault("cut_before", operation="PutObject", times=1)
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket=bucket, Key="k", Body=b"lost")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("operation", ["HeadObject", "GetObject"])
def test_cut_of_reads(client: Clients, lab: Lab, make_bucket: Callable[..., str], operation: str) -> None:
    bucket, s3 = make_bucket("cut-bucket"), client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    lab.fault("cut", operation=operation)
    call = {"HeadObject": s3.head_object, "GetObject": s3.get_object}[operation]
    with pytest.raises(ConnectionClosedError):
        call(Bucket=bucket, Key="k")


def test_a_cut_call_is_done_twice_by_a_retry(client: Clients, lab: Lab) -> None:
    client("sqs").create_queue(QueueName="q")
    lab.fault("cut", operation="SendMessage", times=1)
    client("sqs", attempts=2).send_message(QueueUrl=QUEUE, MessageBody="x")
    answer = client("sqs").receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10)
    assert len(answer["Messages"]) == 2


def test_delay(client: Clients, lab: Lab) -> None:
    lab.fault("delay", service="sts", delay=0.3)
    started = time.monotonic()
    client("sts").get_caller_identity()
    assert 0.3 <= time.monotonic() - started < 2


def test_a_client_that_does_not_wait_long_enough(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    """The answer is lost, the object arrives all the same."""
    bucket = make_bucket("late-bucket")
    lab.fault("delay", operation="PutObject", delay=0.6)
    with pytest.raises(ReadTimeoutError):
        client("s3", read_timeout=0.2).put_object(Bucket=bucket, Key="k", Body=b"x")
    deadline = time.monotonic() + 10
    while client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 0:
        assert time.monotonic() < deadline


def test_a_long_delay_ends_when_time_is_moved_on(client: Clients, lab: Lab) -> None:
    lab.fault("delay", service="sts", delay=3600)
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(client("sts").get_caller_identity)
        while not any(rule["hits"] for rule in lab.faults()):
            assert time.monotonic() - started < 10
        lab.advance(3600)
        call.result(timeout=10)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"kind": "nonsense"}, "kind has to be one of"),
        ({"kind": "throttle", "bukket": "x"}, "a fault has no bukket"),
        ({"kind": "error"}, "needs a code and a status"),
    ],
)
def test_a_bad_rule_is_refused(lab: Lab, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        lab.call("POST", "/faults", rule)
    assert lab.faults() == []
