# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run unit and integration tests at both ends of what is supported: Python, ansible-core, amazon.aws, boto3.

python tools/matrix.py            every row of ROWS whose Python is on this machine
python tools/matrix.py oldest     the rows named
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from environment import BUILD, ROOT, trust_system_certificates

UV = str(BUILD / "uv" / "bin" / "uv")
TESTS = ["pytest", "pytest-timeout", "hypothesis"]


@dataclass(frozen=True)
class Row:
    """One environment: the wheel that amazon.aws is taken from, and what pip is asked for."""

    name: str
    python: str
    ansible: str
    packages: tuple[str, ...]


ROWS = (
    # The lower bounds: galaxy.yml, meta/runtime.yml, and the first boto3 that knows who must own a job's report bucket.
    Row("oldest", "3.11", "ansible==12.0.0", ("ansible-core==2.17.0", "boto3==1.40.30", "botocore==1.40.30")),
    Row("middle", "3.12", "ansible==12.3.0", ("ansible-core==2.19.14", "boto3")),
    Row("newest", "3.13", "ansible", ("ansible-core", "boto3")),
)


def python_of(version: str) -> str | None:
    """The interpreter of this version that is already on the machine; nothing is downloaded."""
    command = [UV, "python", "find", "--no-python-downloads", version]
    # pyenv's commands run only the versions that are switched on.
    environ = {**os.environ, "PYENV_VERSION": version}
    found = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return found.stdout.strip() if found.returncode == 0 else None


def prepare(row: Row, python: str) -> Path:
    """Make the row's build folder: its own controller environment and collections, the lab's environment shared."""
    home = BUILD / "matrix" / row.name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    subprocess.run([UV, "venv", "--quiet", "--python", python, str(home / "ctl")], check=True)
    pip = [UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(home / "ctl" / "bin" / "python")]
    subprocess.run([*pip, *row.packages, *TESTS], check=True)
    (home / "lab").symlink_to(BUILD / "lab")
    wheel = home / "wheel"
    subprocess.run([*pip, "--no-deps", "--target", str(wheel), row.ansible], check=True)
    target = home / "collections" / "ansible_collections"
    for collection in ("amazon", "community"):
        (target / collection).mkdir(parents=True)
        shutil.move(wheel / "ansible_collections" / collection / "aws", target / collection / "aws")
    shutil.rmtree(wheel)
    (target / "aws_dr").mkdir()
    (target / "aws_dr" / "s3").symlink_to(ROOT, target_is_directory=True)
    return home


def main() -> int:
    """Run the rows one after the other; the exit code counts the rows that failed, and is 1 when none could be run."""
    trust_system_certificates()
    asked = sys.argv[1:] or [row.name for row in ROWS]
    unknown = sorted(set(asked) - {row.name for row in ROWS})
    if unknown:
        print(f"no row is called {', '.join(unknown)}; there are {', '.join(row.name for row in ROWS)}")
        return 1
    failed = ran = 0
    for row in (row for row in ROWS if row.name in asked):
        python = python_of(row.python)
        if python is None:
            print(f"== {row.name}: no Python {row.python} on this machine, left out")
            continue
        print(f"== {row.name}: Python {row.python}, {row.ansible}, {', '.join(row.packages)}", flush=True)
        environ = {**os.environ, "AWS_DR_BUILD": str(prepare(row, python))}
        command = [sys.executable, "tools/test.py", "unit", "integration", "long"]
        ran += 1
        failed += int(subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode != 0)
    if not ran:
        print("nothing was tested: no row's Python is on this machine")
    return failed or int(not ran)


if __name__ == "__main__":
    sys.exit(main())
