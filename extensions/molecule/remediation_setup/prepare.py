# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's bucket and role, which stay as they are. The source buckets themselves are of no matter here."""

from __future__ import annotations

from shared import aws


def main() -> None:
    """Make them."""
    aws.make_bucket("somebodys")
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.client("iam").create_role(RoleName="somebodys", AssumeRolePolicyDocument=aws.document(trust))


if __name__ == "__main__":
    main()
