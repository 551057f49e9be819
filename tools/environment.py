# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make what the project needs under the build folder, once: environments and the AWS collections.

Needs Python 3.11 or newer and PyPI, nothing else. Each part carries a stamp of what it was made from, so that a
second run costs nothing and a changed requirement makes only its part anew.

    tools/environment.py [controller] [lab] [collections]      (all, when none is named)
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("AWS_DR_BUILD", ROOT / ".build")).resolve()
REQUIREMENTS = ROOT / "tests" / "requirements"
TAKEN = ("ansible_collections/amazon/aws/", "ansible_collections/community/aws/")


def run(*command: str | Path) -> None:
    """Run a command quietly; when it fails, show what it said and end."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}\nset-up failed: see the lines above")


def stamp_of(*files: Path) -> str:
    """Digest of the requirement files and of the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def once(name: str, stamp: str, make: Callable[[], None]) -> None:
    """Call ``make`` unless the part ``name`` was already made from the same ``stamp``."""
    marker = BUILD / f"{name}.stamp"
    if marker.exists() and marker.read_text(encoding="utf-8") == stamp:
        return
    print(f"setting up {name} …", file=sys.stderr, flush=True)
    marker.unlink(missing_ok=True)
    make()
    marker.write_text(stamp, encoding="utf-8")


def uv() -> Path:
    """The uv program, installed from PyPI into an environment of its own."""
    home = BUILD / "uv"
    requirements = REQUIREMENTS / "uv.txt"

    def make() -> None:
        shutil.rmtree(home, ignore_errors=True)
        run(sys.executable, "-m", "venv", home)
        run(home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)

    once("uv", stamp_of(requirements), make)
    return home / "bin" / "uv"


def trust_system_certificates() -> None:
    """Let uv trust what the machine trusts, as pip does: a company's proxy is in no list that a program brings.

    Without a store on the machine uv keeps to its own list.
    """
    bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
    if any(Path(bundle).is_file() for bundle in [*bundles, os.environ.get("SSL_CERT_FILE", bundles[0])]):
        os.environ.setdefault("UV_SYSTEM_CERTS", "true")


def environment(name: str, requirements: Path) -> None:
    """A virtual environment ``name`` that holds exactly what ``requirements`` locks."""
    home = BUILD / name
    tool = uv()

    def make() -> None:
        run(tool, "venv", "--quiet", "--clear", "--python", sys.executable, home)
        run(
            tool,
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            home / "bin" / "python",
            "-r",
            requirements,
        )

    once(name, stamp_of(requirements), make)


def collections() -> None:
    """amazon.aws and community.aws out of the ansible wheel, and this collection as a link."""
    home = BUILD / "collections"
    requirements = REQUIREMENTS / "collections.txt"
    uv()

    def make() -> None:
        shutil.rmtree(home, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            pip = BUILD / "uv" / "bin" / "pip"
            run(
                pip, "download", "--quiet", "--disable-pip-version-check", "--no-deps", "-d", folder, "-r", requirements
            )
            wheel = next(Path(folder).glob("ansible-*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(home, [name for name in archive.namelist() if name.startswith(TAKEN)])
        (home / "ansible_collections" / "aws_dr").mkdir()
        (home / "ansible_collections" / "aws_dr" / "s3").symlink_to(ROOT, target_is_directory=True)

    once("collections", stamp_of(requirements) + str(ROOT), make)


def main() -> None:
    """Make the parts that the command line names."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}; run make with PYTHON=/path/to/python3"
        )
    parts: dict[str, Callable[[], None]] = {
        "controller": lambda: environment("ctl", REQUIREMENTS / "controller.txt"),
        "lab": lambda: environment("lab", ROOT / "tests" / "lab" / "requirements.txt"),
        "collections": collections,
    }
    BUILD.mkdir(parents=True, exist_ok=True)
    trust_system_certificates()
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
