# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab adds to MiniStack's IAM and STS: pages, quotas, refusals, details of the whole account."""

from __future__ import annotations


def install() -> None:
    """Hang everything in: called once, before MiniStack starts."""
    from aws_lab.identity import details, lifetimes, pages, quotas, sessions

    pages.install()
    details.install()
    quotas.install()
    lifetimes.install()
    sessions.install()
