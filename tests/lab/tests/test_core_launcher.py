# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""with-lab: the environment it gives, its exit codes, its signals, and several labs side by side."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

WITH_LAB = str(Path(__file__).resolve().parent.parent / "with-lab")


def _run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [WITH_LAB, *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
        **options,
    )


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_exit_codes() -> None:
    assert _run("sh", "-c", "exit 7").returncode == 7
    assert _run("no-such-command-at-all").returncode == 127
    assert _run("sh", "-c", "kill -9 $$").returncode == 128 + 9
    assert _run().returncode == 2


def test_the_environment() -> None:
    outside = {
        **os.environ,
        "AWS_PROFILE": "mine",
        "AWS_SESSION_TOKEN": "mine",
        "AWS_ENDPOINT_URL": "http://mine",
        "AWS_ENDPOINT_URL_S3": "http://mine",
        "no_proxy": "*",
        "NO_PROXY": ".amazonaws.com",
        "AWS_REGION": "eu-west-1",
    }
    lines = dict(line.split("=", 1) for line in _run("env", env=outside).stdout.splitlines() if "=" in line)
    assert not {
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "no_proxy",
        "NO_PROXY",
        "AWS_REGION",
    } & set(lines)
    assert lines["HTTPS_PROXY"].startswith("http://127.0.0.1:")
    assert lines["HTTPS_PROXY"] != os.environ["HTTPS_PROXY"]
    assert lines["LAB_CONTROL_URL"].startswith("http://127.0.0.1:")
    assert (lines["LAB_ACCOUNT_ID"], lines["LAB_SECOND_ACCOUNT_ID"]) == ("111122223333", "444455556666")
    assert lines["AWS_DEFAULT_REGION"] == "us-east-1"
    assert lines["PATH"].split(os.pathsep)[0].endswith("/ctl/bin")
    assert lines["ANSIBLE_COLLECTIONS_PATH"].endswith("/collections")
    assert not Path(lines["AWS_CA_BUNDLE"]).exists(), "the lab's files are gone with it"


def test_labs_are_apart(tmp_path: Path) -> None:
    """This test runs inside a lab; the inner one knows nothing of its buckets and credentials."""
    subprocess.run(["aws", "s3", "mb", "s3://outer-bucket"], check=True, capture_output=True)
    inner = _run("aws", "s3", "ls")
    assert (inner.returncode, inner.stdout) == (0, "")
    outer = subprocess.run(["aws", "s3", "ls"], check=True, capture_output=True, text=True)
    assert "outer-bucket" in outer.stdout


def test_a_signal_goes_to_the_command_and_the_lab_ends(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(42))\n"
        "print(os.environ['LAB_CONTROL_URL'], flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen([WITH_LAB, sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 42
    process.stdout.close()
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(url + "/health", timeout=5)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell that runs the tests in the background lets them ignore SIGINT, and their children would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_serve_prints_the_environment_and_ends_on_interrupt() -> None:
    process = subprocess.Popen([WITH_LAB, "--serve"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    exports = ""
    while not exports.rstrip().endswith("another shell."):
        line = process.stdout.readline()
        assert line, exports
        exports += line
    outcome = subprocess.run(
        ["bash", "-c", exports + "aws sts get-caller-identity --query Account --output text"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.strip() == "111122223333"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    process.stdout.close()


def test_a_lab_that_cannot_start_tells_why(tmp_path: Path) -> None:
    outcome = _run("true", env={**os.environ, "LAB_LOG_LEVEL": "NONSENSE"})
    assert outcome.returncode == 125
    assert "ended with code 1" in outcome.stderr
    assert "NONSENSE" in outcome.stderr
    missing = _run("true", env={**os.environ, "AWS_DR_BUILD": str(tmp_path)})
    assert missing.returncode == 125
    assert "make setup" in missing.stderr
