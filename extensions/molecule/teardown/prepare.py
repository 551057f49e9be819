# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair with all that setup makes for it, by plain means, and beside each thing one that is somebody else's."""

from __future__ import annotations

from shared import aws

JOBS = f"job-files-{aws.ACCOUNT}-{aws.US}"
SOMEBODYS = "somebodys"


def main() -> None:
    """Make all."""
    for bucket, region in (("invoices", aws.US), ("invoices-dr", aws.EU), (SOMEBODYS, aws.EU), (JOBS, aws.US)):
        aws.make_bucket(bucket, region, versioned=True)
    replicate()
    for bucket, region in (("invoices", aws.US), (SOMEBODYS, aws.EU), (JOBS, aws.US)):
        for key in ("a", "b c/ü"):
            aws.client("s3", region).put_object(Bucket=bucket, Key=key, Body=b"x")
    aws.wait_for_replication()
    aws.client("s3", aws.EU).delete_object(Bucket="invoices-dr", Key="a")
    aws.client("s3", aws.EU).create_multipart_upload(Bucket="invoices-dr", Key="begun")
    capture()
    batch = "batchoperations.s3.amazonaws.com"
    aws.make_role(f"s3-batch-replication-{aws.US}", batch, aws.allow(["s3:PutObject"], f"arn:aws:s3:::{JOBS}/*"))
    for bucket in ("invoices", SOMEBODYS):
        policy = aws.document(aws.allow(["s3:InitiateReplication"], f"arn:aws:s3:::{bucket}/*"))
        role = f"s3-batch-replication-{aws.US}"
        aws.client("iam").put_role_policy(RoleName=role, PolicyName=f"replicate-{bucket}", PolicyDocument=policy)


def replicate() -> None:
    """Our rule and role, and a rule of somebody's in another bucket with a role of its own."""
    ours = aws.make_role(
        "s3-replication-invoices",
        "s3.amazonaws.com",
        aws.allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], "arn:aws:s3:::invoices"),
        aws.allow(["s3:GetObjectVersion*"], "arn:aws:s3:::invoices/*"),
        aws.allow(["s3:Replicate*"], "arn:aws:s3:::invoices-dr/*"),
    )
    rule = aws.replicate(SOMEBODYS, aws.EU, "invoices")
    configuration = {
        "Role": ours,
        "Rules": [{**rule, "ID": "to-invoices-dr", "Destination": {"Bucket": "arn:aws:s3:::invoices-dr"}}],
    }
    aws.client("s3").put_bucket_replication(Bucket="invoices", ReplicationConfiguration=configuration)


def capture() -> None:
    """The queues, the ledger, and two entries in the notifications."""
    entries = [
        {
            "Id": entry_id,
            "QueueArn": aws.make_queue_for_s3(queue, aws.US),
            "Events": [event],
        }
        for entry_id, queue, event in (
            ("aws-dr-s3-replication-failures", "failures", "s3:Replication:OperationFailedReplication"),
            (SOMEBODYS, SOMEBODYS, "s3:ObjectRemoved:*"),
        )
    ]
    aws.client("s3").put_bucket_notification_configuration(
        Bucket="invoices", NotificationConfiguration={"QueueConfigurations": entries}
    )
    aws.client("sqs").create_queue(QueueName="failures-dead")
    for table in ("ledger", SOMEBODYS):
        aws.client("dynamodb", aws.EU).create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


if __name__ == "__main__":
    main()
