# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What with-lab does: start a lab, run a command in its environment, stop the lab, exit with the command's code."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

LAB = Path(__file__).resolve().parent.parent
REPOSITORY = LAB.parent.parent
START_DEADLINE = 60.0  # seconds; a lab is ready after one or two, but a test machine may be very busy
# A profile, another endpoint or a token from outside would send the command past the lab
DROPPED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "NO_PROXY",
    "no_proxy",
    "https_proxy",
    "REQUESTS_CA_BUNDLE",
)


def main() -> int:
    """Exit code of the command; 125 when the lab did not start; 128 + n when signal n ended the command."""
    command = sys.argv[1:]
    if not command or command[0] in ("-h", "--help"):
        print("usage: with-lab COMMAND [ARGUMENT...]   |   with-lab --serve", file=sys.stderr)
        return 0 if command else 2
    state = Path(tempfile.mkdtemp(prefix="aws-lab-"))
    lab = None
    try:
        lab = _start(state)
        if not _wait_until_ready(lab, state):
            return _explain(lab, state)
        environment = _environment(state)
        if command == ["--serve"]:
            return _serve(lab, state)
        return _run(command, environment)
    finally:
        if lab is not None:
            _stop(lab)
        if os.environ.get("LAB_KEEP_STATE"):
            print(f"with-lab: log and state kept in {state}", file=sys.stderr)
        else:
            shutil.rmtree(state, ignore_errors=True)


def _build() -> Path:
    return Path(os.environ.get("AWS_DR_BUILD") or REPOSITORY / ".build").resolve()


def _start(state: Path) -> subprocess.Popen[bytes]:
    # Bytecode is kept, for a quick start, but not in the tree
    environment = {**os.environ, "PYTHONPATH": str(LAB), "PYTHONPYCACHEPREFIX": str(_build() / "lab" / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with (state / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "aws_lab", "--state-dir", str(state)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the command; the lab is stopped after it
        )


def _wait_until_ready(lab: subprocess.Popen[bytes], state: Path) -> bool:
    deadline = time.monotonic() + START_DEADLINE
    while time.monotonic() < deadline and lab.poll() is None:
        if (state / "ready").exists():
            return True
        time.sleep(0.02)
    return False


def _explain(lab: subprocess.Popen[bytes], state: Path) -> int:
    what = f"ended with code {lab.returncode}" if lab.poll() is not None else f"was not ready in {START_DEADLINE:.0f} s"
    tail = (state / "log").read_text(errors="replace").splitlines()[-40:]
    print(f"with-lab: the lab {what}. The end of its log:", *tail, sep="\n  ", file=sys.stderr)
    print(
        "with-lab: if packages are missing or of another version, make its environment anew: make clean setup",
        file=sys.stderr,
    )
    return 125


def _environment(state: Path) -> dict[str, str]:
    build = _build()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in DROPPED and not name.startswith("AWS_ENDPOINT_URL")
    }
    for line in (state / "env").read_text().splitlines():
        name, _unused, value = line.removeprefix("export ").partition("=")
        environment[name] = shlex.split(value)[0]
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(build / "collections")
    environment["PATH"] = f"{build / 'ctl' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # An empty file: settings of the person's own account must not leak in, and boto3 must not search for more
    environment["AWS_CONFIG_FILE"] = environment["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    environment["AWS_EC2_METADATA_DISABLED"] = "true"
    # Nor must what an earlier run left in the home directory (molecule: "is prepared already") pass for this lab's
    environment["ANSIBLE_HOME"] = str(state / "ansible")
    return environment


def _run(command: list[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        print(f"with-lab: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127 if isinstance(error, FileNotFoundError) else 126

    def forward(number: int, _unused: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, forward)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the command itself
    code = process.wait()
    return code if code >= 0 else 128 - code


def _serve(lab: subprocess.Popen[bytes], state: Path) -> int:
    environment = _environment(state)
    print((state / "env").read_text(), end="")
    for name in (
        "ANSIBLE_COLLECTIONS_PATH",
        "PATH",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    ):
        print(f"export {name}={shlex.quote(environment[name])}")
    endpoints = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    print("unset " + " ".join([*DROPPED, *endpoints]))
    print("# The lab runs until Ctrl-C; paste the lines above into another shell.", flush=True)
    signal.signal(signal.SIGTERM, lambda *_unused: lab.terminate())
    try:
        return lab.wait()
    except KeyboardInterrupt:
        return 0


def _stop(lab: subprocess.Popen[bytes]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the lab must not outlive us
    lab.terminate()
    try:
        lab.wait(timeout=10)
    except subprocess.TimeoutExpired:
        lab.kill()
        lab.wait()


if __name__ == "__main__":
    sys.exit(main())
