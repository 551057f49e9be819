# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two pairs; the bucket "invoices" holds objects that are older than its rule. All that jobs need is there."""

from __future__ import annotations

from shared import aws

KEYS = ["plain", "a b+c#d?e=f&g", "100% é/ü.pdf", "line\nend", '"quoted", with comma', "folder/"]


def main() -> None:
    """Make all."""
    for source, region, other in (("invoices", aws.US, aws.EU), ("photos", aws.EU, aws.US)):
        aws.make_bucket(source, region, versioned=True)
        aws.make_bucket(f"{source}-dr", other, versioned=True)
        prepare_jobs(source, region)
    for number, key in enumerate([*KEYS, KEYS[0]]):
        aws.client("s3").put_object(Bucket="invoices", Key=key, Body=f"{number}".encode())
    for source, region in (("invoices", aws.US), ("photos", aws.EU)):
        aws.replicate(source, region, f"{source}-dr")


def prepare_jobs(source: str, region: str) -> None:
    """A bucket for job files and a role for jobs that S3 lists the objects of."""
    files = f"job-files-{aws.ACCOUNT}-{region}"
    aws.make_bucket(files, region)
    aws.make_role(
        f"batch-{region}",
        "batchoperations.s3.amazonaws.com",
        aws.allow(["s3:InitiateReplication"], f"arn:aws:s3:::{source}/*"),
        aws.allow(["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"], f"arn:aws:s3:::{source}"),
        aws.allow(["s3:PutObject"], f"arn:aws:s3:::{files}/reports/*"),
    )


if __name__ == "__main__":
    main()
