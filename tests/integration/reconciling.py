# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A batch workload in two Regions, of which one is lost: its table, its buckets, who listens; through plain boto3."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.integration.capture import ACCOUNT, Aws

LOST, HERE = "us-east-1", "eu-west-1"
MODULE = "aws_dr.s3.workload_reconcile"
# As the earlier systems write it: a date and a time in attributes of their own.
FORM = ("%m/%d/%Y", "%H:%M:%S")


class Site:
    """Table ``<name>`` in Region HERE; bucket ``<name>-standby`` there, which replicates back to ``<name>-primary``.

    ``events`` is a queue that hears of every new object of the standby bucket.
    """

    def __init__(self, aws: Aws, lab: Any, name: str) -> None:
        self.aws, self.lab, self.name = aws, lab, name
        self.standby, self.primary = f"{name}-standby", f"{name}-primary"
        self.s3, self.away = aws("s3", HERE), aws("s3", LOST)
        self.dynamodb, self.sqs = aws("dynamodb", HERE), aws("sqs", HERE)
        self.s3.create_bucket(Bucket=self.standby, CreateBucketConfiguration={"LocationConstraint": HERE})
        self.away.create_bucket(Bucket=self.primary)
        for client, bucket in ((self.s3, self.standby), (self.away, self.primary)):
            client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.make_table(name)
        self.queue_arn = f"arn:aws:sqs:{HERE}:{ACCOUNT}:{name}-events"
        self.events_url = self.sqs.create_queue(QueueName=f"{name}-events")["QueueUrl"]

    def make_table(self, table: str) -> None:
        """Make a table with the partition key ``fileName`` and an index by status."""
        self.dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "fileName", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("fileName", "status")],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "status-index",
                    "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )

    def listen(self) -> None:
        """Let the queue hear of new objects from now on."""
        allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
        document = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": self.queue_arn}]}
        self.sqs.set_queue_attributes(QueueUrl=self.events_url, Attributes={"Policy": json.dumps(document)})
        heard = {"QueueArn": self.queue_arn, "Events": ["s3:ObjectCreated:*"]}
        self.s3.put_bucket_notification_configuration(
            Bucket=self.standby,
            NotificationConfiguration={"QueueConfigurations": [heard]},
            SkipDestinationValidation=True,
        )

    def replicate_back(self) -> None:
        """Let the standby bucket replicate to the primary one, delete markers too."""
        iam, role = self.aws("iam"), f"{self.name}-replication"
        trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        may = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [may]}
        iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(document))
        rule = {
            "ID": "back",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Enabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{self.primary}"},
        }
        self.s3.put_bucket_replication(Bucket=self.standby, ReplicationConfiguration={"Role": arn, "Rules": [rule]})

    def record(self, key: str, status: str = "INITIALIZED", minutes: float = 60, table: str = "", **more: str) -> None:
        """Note that work on an object was started so many minutes ago, as an event names its key."""
        started = datetime.now(UTC) - timedelta(minutes=minutes)
        texts = {
            "fileName": quote_plus(key, safe="/"),
            "status": status,
            "processDate": started.strftime(FORM[0]),
            "startTime": started.strftime(FORM[1]),
            **more,
        }
        item = {name: {"S": text} for name, text in texts.items()}
        self.dynamodb.put_item(TableName=table or self.name, Item=item)

    def put(self, key: str, **more: Any) -> str:
        """Upload an object to the standby bucket."""
        return str(self.s3.put_object(Bucket=self.standby, Key=key, Body=key.encode(), **more)["VersionId"])

    def item(self, key: str) -> dict[str, Any]:
        """Read an item."""
        named = {"fileName": {"S": quote_plus(key, safe="/")}}
        item: dict[str, Any] = self.dynamodb.get_item(TableName=self.name, Key=named, ConsistentRead=True)["Item"]
        return item

    def mark(self, key: str) -> dict[str, Any] | None:
        """Give the mark of an item without types."""
        wire = self.item(key).get("aws_dr_reconciled")
        return {name: next(iter(value.values())) for name, value in wire["M"].items()} if wire else None

    def versions(self, key: str, away: bool = False) -> list[str]:
        """Version ids of a key, the newest first, without delete markers."""
        client, bucket = (self.away, self.primary) if away else (self.s3, self.standby)
        found = client.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
        return [one["VersionId"] for one in found if one["Key"] == key]

    def heard(self, expected: int) -> list[tuple[str, str]]:
        """Take (event, key) of so many events from the queue, sorted, and of all that come right after."""
        found: list[tuple[str, str]] = []
        until = time.monotonic() + 10
        while time.monotonic() < until:
            answer = self.sqs.receive_message(QueueUrl=self.events_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.events_url, ReceiptHandle=message["ReceiptHandle"])
                records = json.loads(message["Body"]).get("Records", [])
                found += [(one["eventName"], unquote_plus(one["s3"]["object"]["key"])) for one in records]
            if len(found) >= expected:
                until = min(until, time.monotonic() + 0.3)
        return sorted(found)

    def current(self, key: str) -> bytes | None:
        """Give the content of the standby bucket's object, ``None`` without one."""
        try:
            return bytes(self.s3.get_object(Bucket=self.standby, Key=key)["Body"].read())
        except ClientError:
            return None

    def options(self, **more: Any) -> dict[str, Any]:
        """Options that fit this table; all work of more than ten minutes ago is due."""
        return {
            "region": HERE,
            "table": self.name,
            "key_attribute": "fileName",
            "key_encoding": "url",
            "unfinished": ["INITIALIZED"],
            "start_attributes": ["processDate", "startTime"],
            "start_format": " ".join(FORM),
            "older_than": 600,
            **more,
        }

    def task(self, title: str, **more: Any) -> dict[str, Any]:
        """Give a task that copies in place."""
        copying = {"action": "copy_in_place", "bucket": self.standby}
        return {"name": title, MODULE: self.options(**{**copying, **more})}
