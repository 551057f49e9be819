# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair that replicates both ways, with traffic in us-east-1."""

from __future__ import annotations

from shared import aws, failing_over


def main() -> None:
    """Make it."""
    failing_over.prepare(aws.US)
    aws.client("route53").create_hosted_zone(Name="shop.internal", CallerReference="shop")
    aws.client("s3").put_object(Bucket=failing_over.SOURCE, Key="before", Body=b"x")
    aws.wait_for_replication()


if __name__ == "__main__":
    main()
