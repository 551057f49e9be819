# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Source buckets, of which one has notifications of its own, and replicates to a bucket that denies replicas."""

from __future__ import annotations

from shared import aws

TOPIC = f"arn:aws:sns:us-east-1:{aws.ACCOUNT}:new-invoices"
OTHERS_NOTIFICATIONS: aws.Document = {
    "TopicConfigurations": [{"Id": "new", "TopicArn": TOPIC, "Events": ["s3:ObjectCreated:*"]}],
    "QueueConfigurations": [
        {
            "Id": "removed",
            "QueueArn": f"arn:aws:sqs:us-east-1:{aws.ACCOUNT}:removed-invoices",
            "Events": ["s3:ObjectRemoved:*"],
        }
    ],
    "EventBridgeConfiguration": {},
}


def main() -> None:
    """Make them."""
    aws.make_bucket("invoices", versioned=True)
    aws.make_bucket("invoices-dr", aws.EU, versioned=True)
    aws.make_bucket("orders")
    aws.make_bucket("photos", aws.EU)
    aws.make_queue_for_s3("removed-invoices", aws.US)
    publish = aws.document(aws.allow(["sns:Publish"], TOPIC, service="s3.amazonaws.com"))
    aws.client("sns").create_topic(Name="new-invoices", Attributes={"Policy": publish})
    aws.client("s3").put_bucket_notification_configuration(
        Bucket="invoices", NotificationConfiguration=OTHERS_NOTIFICATIONS
    )
    aws.replicate("invoices", aws.US, "invoices-dr")
    aws.deny_replicas("invoices-dr", aws.EU)


if __name__ == "__main__":
    main()
