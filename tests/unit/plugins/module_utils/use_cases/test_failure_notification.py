# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, ConflictError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.failure_notification import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

CALLER = Caller("111122223333", "aws")
ARN = "arn:aws:sqs:us-east-1:111122223333:failures"
OTHERS = {"TopicConfigurations": [{"Id": "news", "TopicArn": "arn:t", "Events": ["s3:ObjectRemoved:*"]}]}
RULE = {"ID": "a", "Status": "Enabled", "Destination": {"Metrics": {"Status": "Enabled"}}}


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "X")


class FakeS3:
    """A bucket with notifications, as S3 keeps them. ``refusals`` answer the next puts, ``stale`` the next gets."""

    def __init__(self) -> None:
        self.configuration: dict[str, Any] = dict(OTHERS)
        self.refusals: list[ClientError] = []
        self.stale: list[dict[str, Any]] = []
        self.puts: list[dict[str, Any]] = []
        self.replication: Any = {"Role": "r", "Rules": [RULE]}

    def head_bucket(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        return {"BucketRegion": "us-east-1"}

    def get_bucket_notification_configuration(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        shown = self.stale.pop(0) if self.stale and self.puts else self.configuration
        return {**shown, "ResponseMetadata": {}}

    def put_bucket_notification_configuration(self, **request: Any) -> None:
        self.puts.append(request)
        if self.refusals:
            raise self.refusals.pop(0)
        self.configuration = request["NotificationConfiguration"]

    def get_bucket_replication(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        if isinstance(self.replication, Exception):
            raise self.replication
        return {"ReplicationConfiguration": self.replication}


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def patience(self, timeout: float = 10) -> Patience:
        return Patience(timeout, 2, lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def task(**changes: Any) -> Task:
    options: dict[str, Any] = {
        "bucket": "invoices",
        "queue": "failures",
        "events": ("OperationFailedReplication",),
        "key_prefix": "",
        "entry_id": "ours",
        "present": True,
    }
    return Task(**{**options, **changes})


def run(s3: FakeS3, asked: Task | None = None, check_mode: bool = False, clock: Clock | None = None) -> Any:
    return ensure(s3, CALLER, asked or task(), check_mode, (clock or Clock()).patience())


def test_one_put_keeps_the_others_and_a_second_run_puts_nothing() -> None:
    s3 = FakeS3()
    outcome = run(s3)
    assert outcome.changed
    (put,) = s3.puts
    assert put["NotificationConfiguration"]["TopicConfigurations"] == OTHERS["TopicConfigurations"]
    assert put["NotificationConfiguration"]["QueueConfigurations"][0]["QueueArn"] == ARN
    assert put["SkipDestinationValidation"] is False
    assert outcome.warnings == []
    assert not run(s3).changed
    assert len(s3.puts) == 1


def test_check_mode_foretells_and_puts_nothing() -> None:
    s3 = FakeS3()
    foretold = run(s3, check_mode=True)
    assert s3.puts == []
    done = run(s3)
    assert (foretold.changed, foretold.before, foretold.after) == (done.changed, done.before, done.after)


def test_absent_takes_out_ours_only() -> None:
    s3 = FakeS3()
    run(s3)
    outcome = run(s3, task(present=False, queue=None))
    assert outcome.changed
    assert outcome.results["notification"] == {"configured": False, "id": "ours"}
    assert s3.configuration == OTHERS
    assert not run(s3, task(present=False, queue=None)).changed


@pytest.mark.parametrize("code", ["InvalidArgument", "OperationAborted"])
def test_a_queue_that_is_not_ready_and_another_writer_are_waited_for(code: str) -> None:
    s3 = FakeS3()
    s3.refusals = [refusal(code), refusal(code)]
    clock = Clock()
    assert run(s3, clock=clock).changed
    assert (len(s3.puts), clock.time) == (3, 4)


@pytest.mark.parametrize(
    ("code", "kind"), [("InvalidArgument", ToldError), ("OperationAborted", ConflictError), ("MalformedXML", AwsError)]
)
def test_what_no_waiting_helps_is_told(code: str, kind: type[Exception]) -> None:
    s3 = FakeS3()
    s3.refusals = [refusal(code, "Unable to validate")] * 99
    with pytest.raises(kind) as told:
        run(s3)
    assert told.value.__class__ is kind
    assert "invoices" in str(told.value)
    assert len(s3.puts) == (1 if code == "MalformedXML" else 6)


def test_a_change_that_shows_late_is_waited_for() -> None:
    s3 = FakeS3()
    s3.stale = [dict(OTHERS), dict(OTHERS)]
    clock = Clock()
    assert run(s3, clock=clock).changed
    assert clock.time == 4


def test_a_change_that_never_shows_is_told_with_both_sides() -> None:
    s3 = FakeS3()
    s3.stale = [dict(OTHERS)] * 99
    with pytest.raises(DeadlineError) as late:
        run(s3)
    assert late.value.details["found"]["entries"][0]["id"] == "news"
    assert len(late.value.details["expected"]["entries"]) == 2


def test_rules_without_metrics_are_warned_about() -> None:
    s3 = FakeS3()
    s3.replication = {"Role": "r", "Rules": [{**RULE, "Destination": {}}]}
    outcome = run(s3)
    assert "metrics are off in a" in outcome.warnings[0]
    assert outcome.results["notification"]["silent_because"] == "metrics are off in a"


def test_no_rules_yet_is_no_warning_but_known() -> None:
    s3 = FakeS3()
    s3.replication = refusal("ReplicationConfigurationNotFoundError")
    outcome = run(s3)
    assert outcome.warnings == []
    assert outcome.results["notification"]["silent_because"] == "it has no enabled replication rule"


def test_rules_that_can_not_be_read_are_not_taken_for_none() -> None:
    s3 = FakeS3()
    s3.replication = refusal("AccessDenied")
    (warning,) = run(s3).warnings
    assert "can't be read" in warning
    assert "s3:GetReplicationConfiguration" in warning


def test_a_queue_in_another_region_is_refused_before_anything_is_read() -> None:
    s3 = FakeS3()
    with pytest.raises(RefusedError, match="is in eu-west-1"):
        run(s3, task(queue=ARN.replace("us-east-1", "eu-west-1")))
    assert s3.puts == []


def test_a_bucket_that_can_not_be_looked_at_is_an_error() -> None:
    class Denied(FakeS3):
        def head_bucket(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
            raise refusal("403")

    with pytest.raises(AccessDeniedError, match="s3:ListBucket"):
        run(Denied())
