# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source buckets, of which one has notifications of its own, and replicates to a bucket that denies replicas."""

from __future__ import annotations

from shared import aws

TOPIC = f"arn:aws:sns:us-east-1:{aws.ACCOUNT}:new-invoices"
OTHERS_QUEUE = f"arn:aws:sqs:us-east-1:{aws.ACCOUNT}:removed-invoices"
OTHERS_NOTIFICATIONS: aws.Document = {
    "TopicConfigurations": [{"Id": "new", "TopicArn": TOPIC, "Events": ["s3:ObjectCreated:*"]}],
    "QueueConfigurations": [{"Id": "removed", "QueueArn": OTHERS_QUEUE, "Events": ["s3:ObjectRemoved:*"]}],
    "EventBridgeConfiguration": {},
}
ROLE = f"arn:aws:iam::{aws.ACCOUNT}:role/somebodys-replication"
RULE: aws.Document = {
    "ID": "to-dr",
    "Priority": 1,
    "Status": "Enabled",
    "Filter": {},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::invoices-dr", "Metrics": {"Status": "Enabled"}},
}


def main() -> None:
    """Make them."""
    aws.make_bucket("invoices", versioned=True)
    aws.make_bucket("invoices-dr", aws.EU, versioned=True)
    aws.make_bucket("orders")
    aws.make_bucket("photos", aws.EU)
    notify_others()
    replicate()


def notify_others() -> None:
    """Let a topic and a queue of somebody else hear of objects."""
    s3, sns, sqs = (aws.client(service) for service in ("s3", "sns", "sqs"))
    to_topic = aws.document({**aws.allow(["sns:Publish"], TOPIC, service="s3.amazonaws.com")})
    to_queue = aws.document({**aws.allow(["sqs:SendMessage"], OTHERS_QUEUE, service="s3.amazonaws.com")})
    sns.create_topic(Name="new-invoices", Attributes={"Policy": to_topic})
    sqs.create_queue(QueueName="removed-invoices", Attributes={"Policy": to_queue})
    s3.put_bucket_notification_configuration(Bucket="invoices", NotificationConfiguration=OTHERS_NOTIFICATIONS)


def replicate() -> None:
    """Let invoices replicate, as far as its role is concerned."""
    iam, name = aws.client("iam"), ROLE.rsplit("/", 1)[1]
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=aws.document(trust))
    source, destination = "arn:aws:s3:::invoices", "arn:aws:s3:::invoices-dr"
    permissions = aws.document(
        aws.allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], source),
        aws.allow(["s3:GetObjectVersion*", "s3:Replicate*"], f"{source}/*", f"{destination}/*"),
    )
    iam.put_role_policy(RoleName=name, PolicyName="replicate", PolicyDocument=permissions)
    configuration = {"Role": ROLE, "Rules": [RULE]}
    aws.client("s3").put_bucket_replication(Bucket="invoices", ReplicationConfiguration=configuration)
    aws.deny_replicas("invoices-dr", aws.EU)


if __name__ == "__main__":
    main()
