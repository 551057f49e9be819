# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection, look into the artifact, and install it offline beside amazon.aws.

Fails when the artifact holds what users have no use for (the lab, tests, environments), when it lacks what they
need, or when ansible-doc can't find a module of the installed collection.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("AWS_DR_BUILD", ROOT / ".build")).resolve()
UNWANTED = ("tests/", ".build", ".git", ".ci", "tools/", "extensions/molecule", ".ansible", "Makefile")
WANTED = ("LICENSE", "README.md", "meta/runtime.yml", "plugins/module_utils/module.py", "CHANGELOG.md")


def problems_of(names: list[str]) -> list[str]:
    """Compare the artifact's files with what must and must not be there."""
    unwanted = [f"{name} does not belong into the artifact" for name in names if name.startswith(UNWANTED)]
    missing = [f"{name} is missing in the artifact" for name in WANTED if name not in names]
    caches = [f"{name} is a cache" for name in names if "__pycache__" in name or name.endswith(".pyc")]
    return unwanted + missing + caches


def main() -> int:
    """Build, look, install, ask ansible-doc."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ansible-galaxy", "collection", "build", "--output-path", folder, ROOT], check=True)
        artifact = next(Path(folder).glob("aws_dr-s3-*.tar.gz"))
        with tarfile.open(artifact) as archive:
            names = archive.getnames()
        problems = problems_of(names)
        home = Path(folder) / "installed"
        for needed in ("amazon", "community"):
            shutil.copytree(
                BUILD / "collections" / "ansible_collections" / needed, home / "ansible_collections" / needed
            )
        environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(home)}
        install = ["ansible-galaxy", "collection", "install", "--offline", "-p", str(home), str(artifact)]
        subprocess.run(install, env=environ, check=True)
        modules = [f"aws_dr.s3.{path.stem}" for path in sorted((ROOT / "plugins" / "modules").glob("*.py"))]
        subprocess.run(["ansible-doc", *modules], env=environ, check=True, stdout=subprocess.DEVNULL)
        print(f"{len(names)} files, {artifact.stat().st_size} bytes, {len(modules)} modules documented")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
