# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ``ansible-test sanity`` on a copy of the tracked files, laid out as ansible_collections/aws_dr/s3.

ansible-test bootstraps pip for its own environments from a host that is not a package registry. The wheel of the
same pip from PyPI does the same work, so that is put where ansible-test keeps the downloaded script.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("AWS_DR_BUILD", ROOT / ".build")).resolve()
PIP = "24.2"
BOOTSTRAP = """\
import runpy
import sys

sys.path.insert(0, {wheel!r})
# The options that only get-pip knows are left out: the wheel brings pip alone anyway.
sys.argv[1:] = ["install", *(word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__")
"""


def prepare_pip(home: Path) -> None:
    """Put a stand-in for get-pip into ansible-test's cache."""
    cache = home / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{PIP.replace('.', '_')}.py"
    cache.mkdir(parents=True, exist_ok=True)
    pip = [str(BUILD / "uv" / "bin" / "pip"), "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    if not list(cache.glob("pip-*.whl")):
        subprocess.run([*pip, "-d", str(cache), f"pip=={PIP}"], check=True)
    script.write_text(BOOTSTRAP.format(wheel=str(next(cache.glob("pip-*.whl")))), encoding="utf-8")


def copy_tree(target: Path) -> None:
    """Copy what git tracks or would track; nothing that a build left behind."""
    shutil.rmtree(target, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    # ansible-test asks the nearest git checkout what there is; without one here it would find that this is ignored.
    subprocess.run(["git", "init", "--quiet", target], check=True)


def main() -> int:
    """Prepare, run, and give ansible-test's exit code."""
    home = BUILD / "sanity" / "home"
    collections = BUILD / "sanity" / "ansible_collections"
    prepare_pip(home)
    (collections / "amazon").mkdir(parents=True, exist_ok=True)
    amazon = collections / "amazon" / "aws"
    if not amazon.exists():
        shutil.copytree(BUILD / "collections" / "ansible_collections" / "amazon" / "aws", amazon)
    tree = collections / "aws_dr" / "s3"
    copy_tree(tree)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environ = {**os.environ, "HOME": str(home), "PATH": f"{BUILD / 'ctl' / 'bin'}:{os.environ['PATH']}"}
    command = ["ansible-test", "sanity", "--color", "no", "--python", version, *sys.argv[1:]]
    return subprocess.run(command, cwd=tree, env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
