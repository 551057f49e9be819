# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trail that logs management events of all Regions, and a bucket that is not tagged yet."""

from __future__ import annotations

from shared import aws


def main() -> None:
    """Make them."""
    aws.make_bucket("trail-logs")
    aws.make_bucket("invoices")
    aws.client("cloudtrail").create_trail(Name="management", S3BucketName="trail-logs", IsMultiRegionTrail=True)
    aws.client("cloudtrail").start_logging(Name="management")


if __name__ == "__main__":
    main()
