# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source bucket."""

from __future__ import annotations

from shared import aws


def main() -> None:
    """Make it."""
    aws.make_bucket("invoices", aws.US)


if __name__ == "__main__":
    main()
