# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pause of replication (FIS action aws:s3:bucket-pause-replication) takes hold. Nothing pauses it yet.

What is paused stays PENDING, like what waits for a Region; whoever lifts a pause calls `engine.resume()`.
"""

from __future__ import annotations

from aws_lab.replication.rules import Rule


def paused(bucket: str, rule: Rule, destination: str) -> bool:
    """Whether replication from the bucket to the destination under this rule stands still on purpose."""
    del bucket, rule, destination
    return False
