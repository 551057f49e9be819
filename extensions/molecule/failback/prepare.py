# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a failover: traffic is in eu-west-1, and one object that was written there has failed to replicate."""

from __future__ import annotations

from back_fill.prepare import prepare_jobs
from shared import aws, failing_over


def main() -> None:
    """Make it."""
    failing_over.prepare(aws.EU)
    prepare_jobs(failing_over.COPY, aws.EU)
    aws.client("s3").put_object(Bucket=failing_over.SOURCE, Key="left behind", Body=b"x")
    aws.wait_for_replication()
    aws.deny_replicas(failing_over.SOURCE, aws.US)
    aws.client("s3", aws.EU).put_object(Bucket=failing_over.COPY, Key="written meanwhile", Body=b"x")
    aws.wait_for_replication()
    aws.allow_replicas_again(failing_over.SOURCE, aws.US)


if __name__ == "__main__":
    main()
