# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode on a lab where the role has not run yet changes nothing; python -m shared.unchanged fails if it did."""

from __future__ import annotations

import difflib
import json
import sys

from shared.snapshot import FILE, snapshot


def main() -> int:
    """Print what differs from the snapshot that prepare.yml took."""
    before, after = (
        json.dumps(state, indent=1).splitlines() for state in (json.loads(FILE.read_text(encoding="utf-8")), snapshot())
    )
    difference = list(difflib.unified_diff(before, after, "before", "after", lineterm=""))
    print("\n".join(difference))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
