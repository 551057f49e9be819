# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils import module as glue
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


class Left(Exception):
    """Stands for the end of the process: how it ended, and with what."""

    def __init__(self, how: str, result: dict[str, Any]) -> None:
        super().__init__(how)
        self.how, self.result = how, result


class FakeAnsible:
    """The part of AnsibleAWSModule that the glue uses."""

    params: dict[str, Any] = {}
    check_mode = False
    boto3 = "1.40.30"

    def __init__(self, argument_spec: dict[str, Any], **settings: Any) -> None:
        self.warnings: list[str] = []

    def require_boto3_at_least(self, desired: str) -> None:
        if tuple(map(int, self.boto3.split("."))) < tuple(map(int, desired.split("."))):
            self.fail_json(msg=f"boto3 {desired} is needed")

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def exit_json(self, **result: Any) -> None:
        raise Left("exit", result)

    def fail_json(self, **result: Any) -> None:
        raise Left("fail", result)


class FakeSts:
    asked = 0

    def get_caller_identity(self) -> dict[str, str]:
        FakeSts.asked += 1
        return {"Account": "111122223333", "Arn": "arn:aws-cn:iam::111122223333:user/ops"}


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glue, "AnsibleAWSModule", FakeAnsible)
    give(monkeypatch)


def give(monkeypatch: pytest.MonkeyPatch, **options: Any) -> None:
    """Set the task's options, with credentials that are nobody's."""
    common = {"region": "eu-west-1", "access_key": "AKIDEXAMPLE", "secret_key": "example", "validate_certs": True}
    monkeypatch.setattr(FakeAnsible, "params", {**common, **options})


def leave(use_case: Any) -> Left:
    with pytest.raises(Left) as left:
        glue.AwsDrModule({}).run(use_case)
    return left.value


def test_a_client_is_made_once_for_each_region() -> None:
    module = glue.AwsDrModule({})
    first = module.client("s3")
    assert first.meta.region_name == "eu-west-1"
    assert module.client("s3", "eu-west-1") is first
    assert module.client("s3", "us-west-2").meta.region_name == "us-west-2"
    assert module.client("sqs") is not first


def test_clients_retry_as_botocore_does_and_hold_a_connection_for_each_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, concurrency=64, aws_config={"connect_timeout": 3})
    config = glue.AwsDrModule({}).client("s3").meta.config
    assert config.retries["mode"] == "standard"
    assert config.max_pool_connections == 64
    assert config.connect_timeout == 3


def test_connection_options_are_those_of_amazon_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, endpoint_url="https://s3.example.com", validate_certs=False, session_token="token")
    client = glue.AwsDrModule({}).client("s3")
    assert client.meta.endpoint_url == "https://s3.example.com"
    assert client._endpoint.http_session._verify is False
    assert client._request_signer._credentials.token == "token"


@pytest.mark.parametrize("options", [{"profile": "no-such-profile", "access_key": None, "secret_key": None}])
def test_a_connection_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]) -> None:
    give(monkeypatch, **options)
    with pytest.raises(Left) as left:
        glue.AwsDrModule({}).client("s3")
    assert left.value.how == "fail"
    assert "no-such-profile" in left.value.result["msg"]


def test_a_missing_region_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    give(monkeypatch, region=None)
    with pytest.raises(Left) as left:
        glue.AwsDrModule({}).client("sqs")
    assert "region" in left.value.result["msg"]


def test_a_boto3_that_lacks_arguments_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeAnsible, "boto3", "1.40.29")
    with pytest.raises(Left) as left:
        glue.AwsDrModule({})
    assert left.value.result["msg"] == "boto3 1.40.30 is needed"


@pytest.mark.parametrize("concurrency", [0, -1, 257])
def test_a_concurrency_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, concurrency: int) -> None:
    give(monkeypatch, concurrency=concurrency)
    with pytest.raises(Left) as left:
        glue.AwsDrModule({})
    assert left.value.how == "fail"
    assert str(concurrency) in left.value.result["msg"]


def test_the_caller_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeSts.asked = 0
    module = glue.AwsDrModule({})
    monkeypatch.setattr(module.clients, "get", lambda service, region: {"sts": FakeSts()}[service])
    assert (module.caller.account, module.caller.partition) == ("111122223333", "aws-cn")
    assert module.caller is module.caller
    assert FakeSts.asked == 1


def test_an_outcome_becomes_the_result() -> None:
    left = leave(lambda: Outcome(changed=True, results={"bucket": "b"}, before={"a": 1}, after={"a": 2}))
    assert left.how == "exit"
    assert left.result == {"changed": True, "bucket": "b", "diff": {"before": {"a": 1}, "after": {"a": 2}}}


def test_there_is_no_diff_where_nothing_was_compared() -> None:
    assert leave(lambda: Outcome(changed=False)).result == {"changed": False}


def test_one_side_of_a_diff_may_be_empty() -> None:
    assert leave(lambda: Outcome(changed=True, after={"a": 2})).result["diff"] == {"before": {}, "after": {"a": 2}}


def test_warnings_reach_the_person() -> None:
    module = glue.AwsDrModule({})
    with pytest.raises(Left):
        module.run(lambda: Outcome(changed=False, warnings=["look here"]))
    assert module._ansible.warnings == ["look here"]


def test_what_a_person_is_told_becomes_the_message_with_its_details() -> None:
    def use_case() -> Outcome:
        raise ToldError("bucket invoices is gone", bucket="invoices")

    left = leave(use_case)
    assert (left.how, left.result) == ("fail", {"msg": "bucket invoices is gone", "bucket": "invoices"})


def test_all_problems_are_told_together() -> None:
    def use_case() -> Outcome:
        raise RefusedError("rules of bucket invoices", ["rule a: no priority", "rule b: no destination"])

    left = leave(use_case)
    assert left.result["msg"] == "rules of bucket invoices: rule a: no priority; rule b: no destination"
    assert left.result["problems"] == ["rule a: no priority", "rule b: no destination"]


def test_a_defect_of_ours_is_not_hidden() -> None:
    def use_case() -> Outcome:
        raise KeyError("x")

    with pytest.raises(KeyError):
        glue.AwsDrModule({}).run(use_case)
