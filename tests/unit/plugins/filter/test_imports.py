# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ansible_collections.aws_dr.s3.plugins.filter as filters

FOLDER = Path(next(iter(filters.__path__)))


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_a_filter_needs_no_aws_library(name: str) -> None:
    """Ansible imports all filters of a collection to find one, in each task anew; boto3 takes a third of a second."""
    code = (
        f"import sys, ansible_collections.aws_dr.s3.plugins.filter.{name}\n"
        "print([one for one in ('boto3', 'botocore', 'urllib3') if one in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parents[4])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
