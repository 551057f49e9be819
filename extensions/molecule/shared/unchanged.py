# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode on a lab where the role has not run yet changes nothing."""

from __future__ import annotations

import json

from shared.snapshot import FILE, snapshot


def test_check_mode_changed_nothing() -> None:
    assert snapshot() == json.loads(FILE.read_text(encoding="utf-8"))
