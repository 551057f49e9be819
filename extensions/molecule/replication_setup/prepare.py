# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain source bucket, a versioned one in the other Region, and a destination that somebody else set up."""

from __future__ import annotations

from shared import aws

OTHERS_TAGS = {"owner": "archive-team"}


def main() -> None:
    """Make them."""
    aws.make_bucket("invoices")
    aws.make_bucket("photos", aws.EU, versioned=True)
    aws.make_bucket("invoices-archive")
    tags = [{"Key": key, "Value": value} for key, value in OTHERS_TAGS.items()]
    aws.client("s3").put_bucket_tagging(Bucket="invoices-archive", Tagging={"TagSet": tags})


if __name__ == "__main__":
    main()
