# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of the table against botocore's model: what is asked, what comes back, what means "not configured"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings as settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings_table as table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_settings_table import Setting

BUCKET = "invoices"
OWNER = "111122223333"
ASKED = {"Bucket": BUCKET, "ExpectedBucketOwner": OWNER}
POLICY = {"Version": "2012-10-17", "Statement": []}
RULE = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
CORS = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
TAGS = [{"Key": "team", "Value": "dr"}]
LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
BLOCK = {"BlockPublicPolicy": True}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
WEBSITE = {"IndexDocument": {"Suffix": "index.html"}}
EVENTS = {"EventBridgeConfiguration": {}}
LOGGING = {"TargetBucket": "logs", "TargetPrefix": ""}

# setting, what S3 answers, the value, what is sent to write it
ROWS: list[tuple[Setting, dict[str, Any], Any, dict[str, Any]]] = [
    (table.POLICY, {"Policy": json.dumps(POLICY)}, POLICY, {"Policy": json.dumps(POLICY)}),
    (table.TAGS, {"TagSet": TAGS}, TAGS, {"Tagging": {"TagSet": TAGS}}),
    (
        table.ENCRYPTION,
        {"ServerSideEncryptionConfiguration": ENCRYPTION},
        ENCRYPTION,
        {"ServerSideEncryptionConfiguration": ENCRYPTION},
    ),
    (
        table.PUBLIC_ACCESS_BLOCK,
        {"PublicAccessBlockConfiguration": BLOCK},
        BLOCK,
        {"PublicAccessBlockConfiguration": BLOCK},
    ),
    (table.OWNERSHIP, {"OwnershipControls": OWNERSHIP}, OWNERSHIP, {"OwnershipControls": OWNERSHIP}),
    (
        table.LIFECYCLE,
        {"Rules": [RULE], "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"},
        {"Rules": [RULE], "TransitionDefaultMinimumObjectSize": "varies_by_storage_class"},
        {
            "LifecycleConfiguration": {"Rules": [RULE]},
            "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        },
    ),
    (table.CORS, {"CORSRules": CORS}, CORS, {"CORSConfiguration": {"CORSRules": CORS}}),
    (table.WEBSITE, WEBSITE, WEBSITE, {"WebsiteConfiguration": WEBSITE}),
    (table.LOGGING, {"LoggingEnabled": LOGGING}, LOGGING, {"BucketLoggingStatus": {"LoggingEnabled": LOGGING}}),
    (table.ACCELERATE, {"Status": "Enabled"}, "Enabled", {"AccelerateConfiguration": {"Status": "Enabled"}}),
    (
        table.REQUEST_PAYMENT,
        {"Payer": "Requester"},
        "Requester",
        {"RequestPaymentConfiguration": {"Payer": "Requester"}},
    ),
    (table.OBJECT_LOCK, {"ObjectLockConfiguration": LOCK}, LOCK, {"ObjectLockConfiguration": LOCK}),
    (table.NOTIFICATIONS, EVENTS, EVENTS, {"NotificationConfiguration": EVENTS}),
]
IDS = [row[0].words for row in ROWS]


@pytest.fixture
def stubbed() -> Iterator[tuple[Any, Stubber]]:
    """A real client, whose requests are checked against botocore's model, with scripted answers."""
    client = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def test_every_setting_is_tried_here() -> None:
    known = [value for value in vars(table).values() if isinstance(value, Setting)]
    assert sorted(IDS) == sorted(setting.words for setting in known)


@pytest.mark.parametrize(("setting", "answer", "value", "sent"), ROWS, ids=IDS)
def test_it_is_read_and_written(
    stubbed: tuple[Any, Stubber], setting: Setting, answer: dict[str, Any], value: Any, sent: dict[str, Any]
) -> None:
    client, stubber = stubbed
    stubber.add_response(f"get_{setting.operation}", answer, ASKED)
    stubber.add_response(f"put_{setting.operation}", {}, {**ASKED, **sent})
    read = settings.get(setting, client, BUCKET, OWNER)
    assert read == value
    settings.put(setting, client, BUCKET, read, OWNER)


@pytest.mark.parametrize("setting", [row[0] for row in ROWS], ids=IDS)
def test_only_its_own_code_means_not_configured(stubbed: tuple[Any, Stubber], setting: Setting) -> None:
    client, stubber = stubbed
    if setting.absent:
        stubber.add_client_error(f"get_{setting.operation}", setting.absent, "Not there", 404)
    else:
        stubber.add_response(f"get_{setting.operation}", {}, {"Bucket": BUCKET})
    assert settings.get(setting, client, BUCKET) is None
    stubber.add_client_error(f"get_{setting.operation}", "NoSuchBucket", "No bucket", 404)
    with pytest.raises(MissingError, match="invoices"):
        settings.get(setting, client, BUCKET)
    stubber.add_client_error(f"get_{setting.operation}", "NoSuchSomethingElse", "Not there", 404)
    with pytest.raises(AwsError, match="NoSuchSomethingElse"):
        settings.get(setting, client, BUCKET)


@pytest.mark.parametrize("setting", [row[0] for row in ROWS], ids=IDS)
def test_what_is_denied_names_the_permission(stubbed: tuple[Any, Stubber], setting: Setting) -> None:
    client, stubber = stubbed
    stubber.add_client_error(f"get_{setting.operation}", "AccessDenied", "Access Denied", 403)
    with pytest.raises(AccessDeniedError) as denied:
        settings.get(setting, client, BUCKET)
    assert denied.value.permission == setting.may_read
    assert setting.words in denied.value.message


@pytest.mark.parametrize("setting", [row[0] for row in ROWS], ids=IDS)
def test_it_is_removed(stubbed: tuple[Any, Stubber], setting: Setting) -> None:
    client, stubber = stubbed
    nothing: dict[Setting, dict[str, Any]] = {
        table.ACCELERATE: {"AccelerateConfiguration": {"Status": "Suspended"}},
        table.REQUEST_PAYMENT: {"RequestPaymentConfiguration": {"Payer": "BucketOwner"}},
        table.OBJECT_LOCK: {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
        table.NOTIFICATIONS: {"NotificationConfiguration": {}},
        table.LOGGING: {"BucketLoggingStatus": {}},
    }
    assert (setting in nothing) is not bool(setting.remove)
    method = setting.remove or f"put_{setting.operation}"
    stubber.add_response(method, {}, {**ASKED, **nothing.get(setting, {})})
    settings.delete(setting, client, BUCKET, OWNER)


def test_the_named_functions_are_their_rows(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    for setting, read, write, value in (
        (table.POLICY, settings.get_policy, settings.put_policy, POLICY),
        (table.TAGS, settings.get_tags, settings.put_tags, TAGS),
        (table.ENCRYPTION, settings.get_encryption, settings.put_encryption, ENCRYPTION),
        (table.PUBLIC_ACCESS_BLOCK, settings.get_public_access_block, settings.put_public_access_block, BLOCK),
        (table.OWNERSHIP, settings.get_ownership, settings.put_ownership, OWNERSHIP),
        (table.OBJECT_LOCK, settings.get_object_lock, settings.put_object_lock, LOCK),
    ):
        row = next(row for row in ROWS if row[0] is setting)
        stubber.add_response(f"get_{setting.operation}", row[1], ASKED)
        assert read(client, BUCKET, OWNER) == value
        stubber.add_response(f"put_{setting.operation}", {}, {**ASKED, **row[3]})
        write(client, BUCKET, value, OWNER)  # type: ignore[operator]
    stubber.add_response("delete_bucket_policy", {}, ASKED)
    settings.delete_policy(client, BUCKET, OWNER)
