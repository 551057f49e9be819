# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wiring of bucket_replication and bucket_replication_info: options in, result out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.modules import bucket_replication, bucket_replication_info
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import ROLE, v2
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_replication import (
    FakeBucket,
    FakeS3,
)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> FakeS3:
    replication = {"Role": ROLE, "Rules": [v2("theirs", 3)]}
    fake = FakeS3({"invoices": FakeBucket(replication=replication), "invoices-dr": FakeBucket()})
    monkeypatch.setattr(AwsDrModule, "client", lambda self, service, region=None: fake)
    monkeypatch.setattr(AwsDrModule, "caller", Caller("111122223333", "aws"))
    return fake


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    def run(main: Callable[[], None], **options: Any) -> dict[str, Any]:
        # The public way to do this came with ansible-core 2.19; older releases look here, and newer ones still do.
        arguments = {"ANSIBLE_MODULE_ARGS": {"region": "us-east-1", **options}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(arguments).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit):
            main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run


def rule_ids(s3: FakeS3) -> list[str]:
    replication = s3.buckets["invoices"].replication
    return [rule["ID"] for rule in replication["Rules"]] if replication else []


NEW = {"id": "to-dr", "destination": {"bucket": "invoices-dr"}}


def test_rules_are_added_kept_purged_and_removed(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    added = run(bucket_replication.main, name="invoices", rules=[NEW])
    assert added["changed"] and rule_ids(s3) == ["theirs", "to-dr"]
    assert added["diff"]["before"]["rules"].keys() == {"theirs"}
    assert [rule["id"] for rule in added["replication"]["rules"]] == ["theirs", "to-dr"]
    run(bucket_replication.main, bucket="invoices", rules=[NEW], purge_rules=True)
    assert rule_ids(s3) == ["to-dr"]
    run(bucket_replication.main, bucket="invoices", rules=[{"id": "to-dr"}], state="absent")
    assert rule_ids(s3) == []


def test_all_is_removed_only_without_rules(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    assert not run(bucket_replication.main, bucket="invoices", state="absent", rules=[])["changed"]
    assert rule_ids(s3) == ["theirs"]
    assert run(bucket_replication.main, bucket="invoices", state="absent")["changed"]
    assert rule_ids(s3) == []


def test_check_mode_reaches_the_use_case(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    assert run(bucket_replication.main, bucket="invoices", rules=[NEW], _ansible_check_mode=True)["changed"]
    assert rule_ids(s3) == ["theirs"]


def test_the_time_to_wait_reaches_the_use_case(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    s3.stale = [{"Role": ROLE, "Rules": [v2("theirs", 3)]}] * 9
    failed = run(bucket_replication.main, bucket="invoices", rules=[NEW], wait_timeout=0)
    assert failed["failed"] and "S3 shows another one" in failed["msg"]
    assert s3.calls["get"] == 2


def test_a_refusal_is_the_message_and_the_problems(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    failed = run(bucket_replication.main, bucket="invoices", rules=[{**NEW, "priority": 3}])
    assert failed["failed"] and failed["problems"][0] in failed["msg"]


def test_the_present_is_read(s3: FakeS3, run: Callable[..., dict[str, Any]]) -> None:
    one = run(bucket_replication_info.main, name="invoices")
    assert not one["changed"] and one["replication"]["rules"][0]["id"] == "theirs"
    every = run(bucket_replication_info.main)
    assert [answer["replication"]["configured"] for answer in every["buckets"]] == [True, False]
    assert "diff" not in every
