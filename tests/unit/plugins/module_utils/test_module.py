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
    region = "eu-west-1"

    def __init__(self, argument_spec: dict[str, Any], **settings: Any) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.warnings: list[str] = []

    def client(self, service: str, **extra: Any) -> Any:
        self.made.append((service, extra))
        return FakeSts() if service == "sts" else object()

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
    monkeypatch.setattr(FakeAnsible, "params", {})


def leave(use_case: Any) -> Left:
    with pytest.raises(Left) as left:
        glue.AwsDrModule({}).run(use_case)
    return left.value


def test_a_client_is_made_once_for_each_region() -> None:
    module = glue.AwsDrModule({})
    first = module.client("s3")
    assert module.client("s3", "eu-west-1") is first
    assert module.client("s3", "us-west-2") is not first
    made = module._ansible.made
    assert [(service, extra.get("region")) for service, extra in made] == [("s3", None), ("s3", "us-west-2")]


def test_clients_retry_as_botocore_does_and_hold_a_connection_for_each_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeAnsible, "params", {"concurrency": 64, "aws_config": {"connect_timeout": 3}})
    module = glue.AwsDrModule({})
    module.client("s3")
    config = module._ansible.made[0][1]["aws_config"]
    assert config["retries"]["mode"] == "standard"
    assert config["max_pool_connections"] == 64
    assert config["connect_timeout"] == 3


@pytest.mark.parametrize("concurrency", [0, -1, 257])
def test_a_concurrency_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch, concurrency: int) -> None:
    monkeypatch.setattr(FakeAnsible, "params", {"concurrency": concurrency})
    with pytest.raises(Left) as left:
        glue.AwsDrModule({})
    assert left.value.how == "fail"
    assert str(concurrency) in left.value.result["msg"]


def test_the_caller_is_asked_once() -> None:
    FakeSts.asked = 0
    module = glue.AwsDrModule({})
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
