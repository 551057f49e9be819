# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab: a local AWS for rehearsing S3 disaster recovery (tests/lab/FIDELITY.md says what it models)."""
