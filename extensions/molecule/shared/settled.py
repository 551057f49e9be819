# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode after the role has run: it finds nothing left to do, and does nothing."""

from __future__ import annotations

import os
import re
import subprocess

from shared.snapshot import snapshot


def test_check_mode_has_nothing_left_to_change() -> None:
    before = snapshot()
    command = ["ansible-playbook", "--check", "converge.yml"]
    folder = os.environ["MOLECULE_SCENARIO_DIRECTORY"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"changed=(\d+)", done.stdout) == ["0"], done.stdout
    assert snapshot() == before
