# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair with all that capture and remediation need, and what an earlier drill that was killed has left."""

from __future__ import annotations

from remediation.prepare import LEDGER_KEYS, capture, prepare_jobs
from shared import aws

DENIED = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]


def main() -> None:
    """Make all."""
    aws.make_bucket("invoices", aws.US, versioned=True)
    aws.make_bucket("invoices-dr", aws.EU, versioned=True)
    capture("invoices", aws.US)
    aws.replicate("invoices", aws.US, "invoices-dr")
    prepare_jobs("invoices", aws.US)
    aws.client("dynamodb", aws.EU).create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in LEDGER_KEYS.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in LEDGER_KEYS],
        BillingMode="PAY_PER_REQUEST",
    )
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}
    ours = {"Sid": "AwsDrDrill", "Effect": "Deny", "Principal": "*", "Action": DENIED}
    aws.client("s3", aws.EU).put_bucket_policy(
        Bucket="invoices-dr",
        Policy=aws.document(
            {**theirs, "Resource": "arn:aws:s3:::invoices-dr"},
            {**ours, "Resource": "arn:aws:s3:::invoices-dr/.aws-dr-drill/*"},
        ),
    )
    aws.client("s3").put_object(Bucket="invoices", Key=".aws-dr-drill/probe-1", Body=b"left by a drill that was killed")
    aws.wait_for_replication()


if __name__ == "__main__":
    main()
