# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One member is there already, with a policy, tags and data of its own."""

from __future__ import annotations

from shared import aws

OTHERS_TAGS = {"owner": "archive-team"}
KEPT = {"Sid": "Reading", "Effect": "Allow", "Principal": {"AWS": aws.ACCOUNT}, "Action": "s3:GetObject"}


def main() -> None:
    """Make it."""
    aws.make_bucket("invoices-of-old", aws.EU)
    eu = aws.client("s3", aws.EU)
    tags = [{"Key": key, "Value": value} for key, value in OTHERS_TAGS.items()]
    eu.put_bucket_tagging(Bucket="invoices-of-old", Tagging={"TagSet": tags})
    policy = aws.document({**KEPT, "Resource": "arn:aws:s3:::invoices-of-old/*"})
    eu.put_bucket_policy(Bucket="invoices-of-old", Policy=policy)
    eu.put_object(Bucket="invoices-of-old", Key="older than the rules", Body=b"x")


if __name__ == "__main__":
    main()
