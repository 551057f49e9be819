# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.ledger_table import LedgerTable, ensure_ledger
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

WHOLE = LedgerTable("ledger", True, True, "1a2b", {"team": "dr"})
KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/1a2b"


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}, "X")


class FakeDynamoDB:
    """One table, or none. ``pending``: how often it shows CREATING; ``busy``: refusals of the next backup calls."""

    class meta:  # noqa: N801
        region_name = "us-east-1"

    def __init__(self) -> None:
        self.table: dict[str, Any] | None = None
        self.ttl, self.pitr, self.tags = "", False, {}  # type: ignore[var-annotated]
        self.pending = 0
        self.busy: list[ClientError] = []
        self.calls: list[str] = []

    def describe_table(self, TableName: str) -> dict[str, Any]:  # noqa: N803
        if self.table is None:
            raise refusal("ResourceNotFoundException")
        self.pending -= 1
        return {"Table": {**self.table, "TableStatus": "CREATING" if self.pending >= 0 else "ACTIVE"}}

    def create_table(self, **request: Any) -> None:
        self.calls.append("create")
        self.table = {
            "TableArn": "arn:table",
            "KeySchema": request["KeySchema"],
            "AttributeDefinitions": request["AttributeDefinitions"],
            "BillingMode": request["BillingMode"],
            "DeletionProtectionEnabled": request.get("DeletionProtectionEnabled", False),
            "SSEDescription": {"KMSMasterKeyArn": KEY_ARN} if "SSESpecification" in request else {},
        }
        self.tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}

    def update_table(self, TableName: str, **change: Any) -> None:  # noqa: N803
        self.calls.append("update " + next(iter(change)))
        assert self.table is not None
        if "SSESpecification" in change:
            self.table["SSEDescription"] = {"KMSMasterKeyArn": KEY_ARN}
        self.table.update({key: value for key, value in change.items() if key != "SSESpecification"})

    def describe_time_to_live(self, TableName: str) -> dict[str, Any]:  # noqa: N803
        on = (
            {"TimeToLiveStatus": "ENABLED", "AttributeName": self.ttl} if self.ttl else {"TimeToLiveStatus": "DISABLED"}
        )
        return {"TimeToLiveDescription": on}

    def update_time_to_live(self, TableName: str, TimeToLiveSpecification: dict[str, Any]) -> None:  # noqa: N803
        self.calls.append("ttl")
        self.ttl = TimeToLiveSpecification["AttributeName"]

    def describe_continuous_backups(self, TableName: str) -> dict[str, Any]:  # noqa: N803
        status = {"PointInTimeRecoveryStatus": "ENABLED" if self.pitr else "DISABLED"}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": status}}

    def update_continuous_backups(self, **request: Any) -> None:
        self.calls.append("pitr")
        if self.busy:
            raise self.busy.pop(0)
        self.pitr = request["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]

    def list_tags_of_resource(self, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        return {"Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def tag_resource(self, ResourceArn: str, Tags: list[dict[str, str]]) -> None:  # noqa: N803
        self.calls.append("tag")
        self.tags.update({tag["Key"]: tag["Value"] for tag in Tags})


class Clock:
    time = 0.0

    def patience(self) -> Patience:
        return Patience(10, 2, lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def run(
    dynamodb: FakeDynamoDB, asked: LedgerTable = WHOLE, check_mode: bool = False, clock: Clock | None = None
) -> Any:
    return ensure_ledger(dynamodb, asked, check_mode, (clock or Clock()).patience())


def test_a_new_ledger_is_whole_and_a_second_run_changes_nothing() -> None:
    dynamodb = FakeDynamoDB()
    assert run(dynamodb).changed
    assert dynamodb.calls == ["create", "ttl", "pitr"]
    assert (dynamodb.ttl, dynamodb.pitr, dynamodb.tags) == ("expires_at", True, {"team": "dr"})
    assert dynamodb.table is not None
    assert dynamodb.table["BillingMode"] == "PAY_PER_REQUEST"
    assert not run(dynamodb).changed


def test_check_mode_foretells() -> None:
    dynamodb = FakeDynamoDB()
    foretold = run(dynamodb, check_mode=True)
    assert dynamodb.calls == []
    done = run(dynamodb)
    assert (foretold.changed, foretold.before, foretold.after) == (done.changed, done.before, done.after)


def test_a_run_that_was_killed_after_creating_is_finished() -> None:
    dynamodb = FakeDynamoDB()
    run(dynamodb, LedgerTable("ledger"))
    dynamodb.calls.clear()
    dynamodb.ttl = ""
    assert run(dynamodb).changed
    assert sorted(dynamodb.calls) == [
        "pitr",
        "tag",
        "ttl",
        "update DeletionProtectionEnabled",
        "update SSESpecification",
    ]
    assert not run(dynamodb).changed


def test_what_is_not_named_stays_as_it_is() -> None:
    dynamodb = FakeDynamoDB()
    run(dynamodb)
    dynamodb.calls.clear()
    assert not run(dynamodb, LedgerTable("ledger")).changed
    assert not run(dynamodb, LedgerTable("ledger", tags={"team": "dr"})).changed
    assert run(dynamodb, LedgerTable("ledger", deletion_protection=False, tags={"cost": "1"})).changed
    assert dynamodb.tags == {"team": "dr", "cost": "1"}
    assert dynamodb.pitr


def test_a_table_that_is_being_made_is_waited_for() -> None:
    dynamodb = FakeDynamoDB()
    dynamodb.pending = 2
    clock = Clock()
    run(dynamodb, clock=clock)
    assert clock.time == 4


def test_a_table_that_never_gets_ready_ends_the_wait() -> None:
    dynamodb = FakeDynamoDB()
    dynamodb.pending = 999
    with pytest.raises(DeadlineError, match="CREATING"):
        run(dynamodb)


def test_backups_that_are_not_ready_are_tried_again() -> None:
    dynamodb = FakeDynamoDB()
    dynamodb.busy = [refusal("ContinuousBackupsUnavailableException")] * 2
    run(dynamodb)
    assert dynamodb.calls.count("pitr") == 3
    assert dynamodb.pitr
    dynamodb.pitr, dynamodb.busy = False, [refusal("ContinuousBackupsUnavailableException")] * 99
    with pytest.raises(DeadlineError, match="still busy"):
        run(dynamodb)
    dynamodb.busy = [refusal("ValidationException")]
    with pytest.raises(AwsError, match="ValidationException"):
        run(dynamodb)


def test_another_run_that_makes_it_at_the_same_time_does_no_harm() -> None:
    class Raced(FakeDynamoDB):
        def create_table(self, **request: Any) -> None:
            super().create_table(**{**request, "Tags": []})
            raise refusal("ResourceInUseException")

    dynamodb = Raced()
    assert run(dynamodb).changed
    assert dynamodb.tags == {"team": "dr"}


@pytest.mark.parametrize("change", ["keys", "types", "ttl"])
def test_a_table_that_is_something_else_is_refused(change: str) -> None:
    dynamodb = FakeDynamoDB()
    run(dynamodb)
    dynamodb.calls.clear()
    assert dynamodb.table is not None
    if change == "keys":
        dynamodb.table["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]
    elif change == "types":
        dynamodb.table["AttributeDefinitions"] = [
            {"AttributeName": "pk", "AttributeType": "N"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ]
    else:
        dynamodb.ttl = "gone_at"
    with pytest.raises(RefusedError):
        run(dynamodb)
    assert dynamodb.calls == []
