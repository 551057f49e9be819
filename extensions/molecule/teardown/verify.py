# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What setup made for the pair is gone; the source's data and everything of somebody else's is as it was."""

from __future__ import annotations

from shared import aws
from teardown.prepare import SOMEBODYS


def test_rule_and_notification_are_gone_and_those_of_others_are_not() -> None:
    s3 = aws.client("s3")
    assert aws.said(s3.get_bucket_replication, Bucket="invoices") is None
    notifications = s3.get_bucket_notification_configuration(Bucket="invoices")
    assert [entry["Id"] for entry in notifications["QueueConfigurations"]] == [SOMEBODYS]
    theirs = aws.client("s3", aws.EU).get_bucket_replication(Bucket=SOMEBODYS)["ReplicationConfiguration"]
    assert [rule["ID"] for rule in theirs["Rules"]] == ["to-dr"]


def test_the_role_of_the_pair_is_gone_and_the_batch_role_serves_the_others_only() -> None:
    roles = {role["RoleName"] for page in aws.pages("iam", "list_roles") for role in page["Roles"]}
    assert roles == {f"somebodys-{SOMEBODYS}", "s3-batch-replication-us-east-1"}
    assert set(aws.inline_policies("s3-batch-replication-us-east-1")) == {"permissions", f"replicate-{SOMEBODYS}"}


def test_queues_and_ledger_are_gone_and_those_of_others_are_not() -> None:
    urls = aws.client("sqs").list_queues()["QueueUrls"]
    assert [url.rsplit("/", 1)[1] for url in urls] == [SOMEBODYS]
    assert aws.client("dynamodb", aws.EU).list_tables()["TableNames"] == [SOMEBODYS]


def test_the_buckets_that_were_named_are_gone_and_no_other_lost_anything() -> None:
    assert {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]} == {"invoices", SOMEBODYS}
    assert {key for key, _version_id in aws.versions("invoices", aws.US)} == {"a", "b c/ü"}
    assert {key for key, _version_id in aws.versions(SOMEBODYS, aws.EU)} == {"a", "b c/ü"}
    assert aws.client("s3").get_bucket_versioning(Bucket="invoices")["Status"] == "Enabled"
