# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties import mirror
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_properties_table import TABLE
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_settings import FakeBucket

NAMES = Names(Side("invoices", "us-east-1", "111122223333"), Side("invoices-dr", "eu-west-1", "444455556666"))
TAGS = {"TagSet": [{"Key": "team", "Value": "money"}]}
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
BLOCK = {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": True}}
OPEN = {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}}
PUBLIC = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "all",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::invoices/*",
        }
    ],
}


class Clock:
    """Time that passes by sleeping only."""

    def __init__(self) -> None:
        self.time = 0.0

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def patience(self) -> Patience:
        return Patience(10, 1, lambda: self.time, self.sleep)


@pytest.fixture
def source() -> FakeBucket:
    return FakeBucket("111122223333")


@pytest.fixture
def there() -> FakeBucket:
    return FakeBucket("444455556666")


def run(source: FakeBucket, there: FakeBucket, *chosen: str, check_mode: bool = False, **options: Any) -> Outcome:
    options.setdefault("patience", Clock().patience())
    options.setdefault("names", NAMES)
    selection = chosen or properties.PROPERTIES
    return mirror(source, there, "invoices", "invoices-dr", selection, check_mode, **options)


def test_every_property_has_a_row() -> None:
    assert set(TABLE) == set(properties.PROPERTIES)


def test_bare_buckets_are_the_same(source: FakeBucket, there: FakeBucket) -> None:
    outcome = run(source, there)
    assert not outcome.changed and outcome.results["failures"] == []
    assert {told["status"] for told in outcome.results["properties"].values()} == {"same"}
    # Where the source has nothing the destination is not asked, but for what it does to replicas by itself.
    assert there.calls == ["get_bucket_lifecycle_configuration"]
    assert len(source.calls) == len(properties.PROPERTIES)


def test_check_mode_predicts_what_is_done(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {"bucket_tagging": TAGS, "bucket_cors": CORS}
    source.lists["metrics_configuration"] = {"a": {"Id": "a"}, "b": {"Id": "b"}}
    there.lists["metrics_configuration"] = {"b": {"Id": "b"}, "c": {"Id": "c"}}
    predicted = run(source, there, check_mode=True, purge=True)
    assert there.writes == []
    done = run(source, there, purge=True)
    assert predicted == done and done.changed
    assert set(done.after) == {"tags", "cors", "metrics"}
    assert there.values["bucket_tagging"] == TAGS
    assert sorted(there.lists["metrics_configuration"]) == ["a", "b"]
    again = run(source, there, purge=True)
    assert not again.changed and again.after == {}


def test_only_what_is_chosen_is_touched(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {"bucket_tagging": TAGS, "bucket_cors": CORS}
    outcome = run(source, there, "tags")
    assert there.writes == ["put_bucket_tagging"]
    told = outcome.results["properties"]
    assert told["cors"] == {"status": "off"} and told["tags"]["status"] == "changed"
    with pytest.raises(RefusedError, match="colour"):
        run(source, there, "colour")


def test_one_failure_stops_no_other(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {"bucket_tagging": TAGS, "bucket_cors": CORS}
    source.refusals["get_bucket_policy"] = ["AccessDenied"]
    there.refusals["put_bucket_tagging"] = ["AccessDenied"]
    outcome = run(source, there)
    told = outcome.results["properties"]
    assert told["policy"]["status"] == told["tags"]["status"] == "failed"
    assert (told["policy"]["permission"], told["tags"]["permission"]) == ("s3:GetBucketPolicy", "s3:PutBucketTagging")
    assert len(outcome.results["failures"]) == 2
    assert outcome.changed and set(outcome.after) == {"cors"}
    assert there.values["bucket_cors"] == CORS


def test_could_not_be_read_is_never_not_configured(source: FakeBucket, there: FakeBucket) -> None:
    """With purge a source that reads as empty would clear the destination."""
    there.values["bucket_tagging"] = TAGS
    for code in ("AccessDenied", "NoSuchBucket", "SlowDown"):
        source.refusals["get_bucket_tagging"] = [code]
        outcome = run(source, there, "tags", purge=True)
        assert outcome.results["properties"]["tags"]["status"] == "failed"
        assert there.values["bucket_tagging"] == TAGS


def test_what_a_region_does_not_offer_is_no_failure(source: FakeBucket, there: FakeBucket) -> None:
    source.values["bucket_accelerate_configuration"] = {"Status": "Enabled"}
    for code in ("MethodNotAllowed", "UnsupportedArgument"):
        there.refusals["get_bucket_accelerate_configuration"] = [code]
        outcome = run(source, there, "accelerate")
        assert outcome.results["properties"]["accelerate"]["status"] == "unsupported"
        assert outcome.results["failures"] == [] and not outcome.changed


def test_every_call_names_the_owner(source: FakeBucket, there: FakeBucket) -> None:
    source.owner = "999999999999"
    outcome = run(source, there, "tags", "metrics")
    assert {told["status"] for told in outcome.results["properties"].values()} == {"failed", "off"}


def test_it_is_tried_again_while_somebody_else_writes(source: FakeBucket, there: FakeBucket) -> None:
    source.values["bucket_tagging"] = TAGS
    there.refusals["put_bucket_tagging"] = ["OperationAborted", "OperationAborted"]
    assert run(source, there, "tags").results["failures"] == []
    there.values.clear()
    there.refusals["put_bucket_tagging"] = ["OperationAborted"] * 50
    clock = Clock()
    outcome = run(source, there, "tags", patience=clock.patience())
    assert "OperationAborted" in outcome.results["failures"][0]
    assert clock.time == 10


def test_what_does_not_show_is_told(source: FakeBucket, there: FakeBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    source.values["bucket_tagging"] = TAGS
    monkeypatch.setattr(there, "_put", lambda *_: None)
    (failure,) = run(source, there, "tags").results["failures"]
    assert "were written, but S3 shows others" in failure


def test_the_order_of_writes(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {
        "bucket_policy": {"Policy": json.dumps(PUBLIC)},
        "public_access_block": OPEN,
        "bucket_ownership_controls": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    }
    there.values["public_access_block"] = BLOCK
    outcome = run(source, there)
    assert there.writes == ["put_bucket_ownership_controls", "put_public_access_block", "put_bucket_policy"]
    assert any("BlockPublicPolicy" in warning for warning in outcome.warnings)


def test_a_public_statement_is_judged_by_the_block_that_will_be(source: FakeBucket, there: FakeBucket) -> None:
    source.values["bucket_policy"] = {"Policy": json.dumps(PUBLIC)}
    there.values["public_access_block"] = BLOCK
    for chosen in (("policy",), ("policy", "public_access_block")):
        told = run(source, there, *chosen).results["properties"]["policy"]
        assert told["status"] == "not_carried" and "blocks public policies" in told["not_carried"][0]["why"]
    # A block that is taken away by purge is no block any more.
    there_too = copy.deepcopy(there.values)
    predicted = run(source, there, "policy", "public_access_block", purge=True, check_mode=True)
    assert there.values == there_too
    assert predicted == run(source, there, "policy", "public_access_block", purge=True)
    assert predicted.results["properties"]["policy"]["status"] == "changed"


def test_a_destination_that_is_to_be_made_is_predicted(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {
        "bucket_tagging": TAGS,
        "bucket_policy": {"Policy": json.dumps(PUBLIC)},
        "bucket_ownership_controls": {"OwnershipControls": properties.FRESH["ownership_controls"]},
    }
    outcome = run(source, there, check_mode=True, to_be_made=properties.FRESH)
    assert there.calls == []
    assert set(outcome.after) == {"tags"}
    assert outcome.results["properties"]["policy"]["status"] == "not_carried"
    with pytest.raises(ValueError, match="not there"):
        run(source, there, to_be_made={})


def test_dates_can_be_told(source: FakeBucket, there: FakeBucket) -> None:
    rule = {
        "ID": "a",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Expiration": {"Date": datetime(2030, 1, 1, tzinfo=UTC)},
    }
    source.values["bucket_lifecycle_configuration"] = {"Rules": [rule]}
    outcome = run(source, there, "lifecycle")
    assert outcome.after["lifecycle"]["Rules"][0]["Expiration"] == {"Date": "2030-01-01T00:00:00+00:00"}
    json.dumps([outcome.results, outcome.before, outcome.after])
    assert there.values["bucket_lifecycle_configuration"]["Rules"] == [rule]


def test_targets_of_notifications_are_looked_for(source: FakeBucket, there: FakeBucket) -> None:
    here = "arn:aws:sqs:us-east-1:111122223333:work"
    wanted = here.replace("us-east-1:111122223333", "eu-west-1:444455556666")
    entry = {"Id": "a", "QueueArn": here, "Events": ["s3:ObjectCreated:*"]}
    source.values["bucket_notification_configuration"] = {"QueueConfigurations": [entry]}
    assert run(source, there, "notifications").results["properties"]["notifications"]["status"] == "not_carried"
    asked: list[str] = []

    def exists(arn: str) -> bool:
        asked.append(arn)
        return True

    assert run(source, there, "notifications", exists=exists).changed
    assert asked == [wanted]
    assert there.values["bucket_notification_configuration"] == {"QueueConfigurations": [{**entry, "QueueArn": wanted}]}


def test_many_calls_at_once_give_the_same(source: FakeBucket, there: FakeBucket) -> None:
    source.values |= {"bucket_tagging": TAGS, "bucket_cors": CORS}
    one, other = run(source, there, check_mode=True), run(source, there, check_mode=True, concurrency=8)
    assert one == other
