# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which tracked files carry no SPDX header. Files that cannot hold a comment are named in EXEMPT."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The licence itself, and what antsibull-changelog writes.
EXEMPT = {"LICENSE", "CHANGELOG.md", "CHANGELOG.rst", "changelogs/changelog.yaml", "changelogs/.plugin-cache.yaml"}


def main() -> int:
    """List offenders, one a line; exit code 1 when there are any."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    missing = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if name in EXEMPT or not path.is_file() or path.stat().st_size == 0:
            continue
        head = path.read_bytes()[:1500]
        if b"SPDX-License-Identifier: GPL-3.0-or-later" not in head or b"SPDX-FileCopyrightText:" not in head:
            missing.append(name)
    for name in missing:
        print(f"{name}: no SPDX header")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
