# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that failed to replicate for a cause that is gone by now, and all that remediation needs, by plain means.

The bucket "photos" has no failures. One version that failed is gone at the source.
"""

from __future__ import annotations

from shared import aws

KEYS = ["plain", "a b+c#d?e=f&g", "100% é/ü.pdf", "line\nend", '"quoted", with comma', "folder/"]
GONE = "gone"
LEDGER_KEYS = {"pk": "HASH", "sk": "RANGE"}


def main() -> None:
    """Make all, let the objects fail, and remove the cause."""
    for source, region, other in (("invoices", aws.US, aws.EU), ("photos", aws.EU, aws.US)):
        aws.make_bucket(source, region, versioned=True)
        aws.make_bucket(f"{source}-dr", other, versioned=True)
        capture(source, region)
        aws.replicate(source, region, f"{source}-dr")
        prepare_jobs(source, region)
    aws.client("dynamodb", aws.EU).create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in LEDGER_KEYS.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in LEDGER_KEYS],
        BillingMode="PAY_PER_REQUEST",
    )
    fail()


def capture(source: str, region: str) -> None:
    """A failure queue that the bucket tells its failures."""
    entry = {
        "QueueArn": aws.make_queue_for_s3("failures", region),
        "Events": ["s3:Replication:OperationFailedReplication"],
    }
    aws.client("s3", region).put_bucket_notification_configuration(
        Bucket=source, NotificationConfiguration={"QueueConfigurations": [entry]}
    )


def prepare_jobs(source: str, region: str) -> None:
    """A bucket for job files and a role for jobs."""
    files = f"job-files-{aws.ACCOUNT}-{region}"
    aws.make_bucket(files, region)
    aws.make_role(
        f"batch-{region}",
        "batchoperations.s3.amazonaws.com",
        aws.allow(["s3:InitiateReplication"], f"arn:aws:s3:::{source}/*"),
        aws.allow(["s3:GetObject", "s3:GetObjectVersion"], f"arn:aws:s3:::{files}/manifests/*"),
        aws.allow(["s3:PutObject"], f"arn:aws:s3:::{files}/reports/*"),
    )


def fail() -> None:
    """Write while the destination denies replicas; two versions of the first key."""
    s3 = aws.client("s3")
    aws.deny_replicas("invoices-dr", aws.EU)
    for number, key in enumerate([*KEYS, KEYS[0]]):
        s3.put_object(Bucket="invoices", Key=key, Body=f"{number}".encode())
    gone = s3.put_object(Bucket="invoices", Key=GONE, Body=b"x")["VersionId"]
    aws.wait_for_replication()
    for key, version_id in aws.versions("invoices", aws.US):
        found = aws.status("invoices", aws.US, key, version_id)
        assert found == "FAILED", f"{key!r} was to fail, but is {found}"
    s3.delete_object(Bucket="invoices", Key=GONE, VersionId=gone)
    aws.allow_replicas_again("invoices-dr", aws.EU)


if __name__ == "__main__":
    main()
