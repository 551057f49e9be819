# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the project's checks and tests, several at a time, and close with a line that counts them.

    python tools/test.py              all but the long ones
    python tools/test.py lint unit    some; the names stand in groups()

Every step's output goes to the build folder's ``logs``; what a person sees is a line a step, and the output of those
that failed. A step that is a pytest run counts its tests, ``ansible-test sanity`` its sanity tests, molecule its
scenarios, and any other check counts as one.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("AWS_DR_BUILD", ROOT / ".build")).resolve()
LOGS = BUILD / "logs"
BIN = BUILD / "ctl" / "bin"
WITH_LAB = str(ROOT / "tests" / "lab" / "with-lab")
PYTEST = ["python", "-m", "pytest", "-q"]
# Integration targets that tell whole stories and take minutes. Their roles' molecule scenarios are not among them.
LONG = frozenset(
    [
        "auto_enroll",
        "drill",
        "drill_region_down",
        "failover_playbooks",
        "failover_setup",
        "remediation_reports",
        "remediation_setup",
        "replica_set",
        "teardown",
    ]
)


@dataclass(frozen=True)
class Step:
    """One command. ``kind`` says how its tests are counted: pytest, sanity, molecule, or one."""

    name: str
    command: list[str]
    kind: str = "one"
    folder: Path = ROOT
    environ: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How a step ended: seconds, and how many tests passed, failed and were skipped."""

    step: Step
    seconds: float
    passed: int
    failed: int
    skipped: int = 0


def pytest_step(name: str, *arguments: str, lab: bool = False) -> Step:
    """A pytest run whose tests are counted from its JUnit report."""
    prefix = [WITH_LAB] if lab else []
    report = f"--junitxml={LOGS / name}.xml"
    return Step(name, [*prefix, *PYTEST, report, *arguments], kind="pytest")


def molecule_steps() -> list[Step]:
    """One step for each scenario, each in a lab of its own."""
    scenarios = sorted(folder.parent.name for folder in (ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    command = [WITH_LAB, "molecule", "test", "-s"]
    return [Step(f"molecule-{name}", [*command, name], folder=ROOT / "extensions") for name in scenarios]


def integration_steps(long: bool) -> list[Step]:
    """One step for each target, each in a lab of its own: those that are LONG, or the others."""
    folder = ROOT / "tests" / "integration" / "targets"
    targets = sorted(target for target in folder.iterdir() if list(target.glob("test_*.py")))
    targets = [target for target in targets if (target.name in LONG) == long]
    return [pytest_step(f"integration-{target.name}", str(target.relative_to(ROOT)), lab=True) for target in targets]


def groups() -> dict[str, list[Step]]:
    """All steps by group, the longest first, so that no core is left without work at the end."""
    types = {"MYPYPATH": str(BUILD / "collections")}
    lab_types = {"MYPYPATH": str(ROOT / "tests" / "lab")}
    lab_tests_types = {"MYPYPATH": os.pathsep.join(str(ROOT / "tests" / "lab" / part) for part in ("", "tests"))}
    return {
        "lab": [pytest_step("lab", "tests/lab/tests", lab=True)],
        "sanity": [Step("sanity", ["python", "tools/sanity.py"], kind="sanity")],
        "unit": [pytest_step("unit", "tests/unit")],
        "molecule": molecule_steps(),
        "long": integration_steps(long=True),
        "integration": integration_steps(long=False),
        "lint": [
            Step("ansible-lint", ["ansible-lint", "--offline", "--profile", "production"]),
            Step("mypy-plugins", ["mypy", "-p", "ansible_collections.aws_dr.s3.plugins"], environ=types),
            Step("mypy-lab", ["mypy", "-p", "aws_lab"], environ=lab_types),
            Step("mypy-lab-tests", ["mypy", "tests/lab/tests"], environ=lab_tests_types),
            Step(
                "mypy-tools",
                ["mypy", "tools", "tests/forked_python/server.py"],
                environ={"MYPYPATH": str(ROOT / "tools")},
            ),
            Step("mypy-molecule", ["mypy", "extensions"], environ={"MYPYPATH": str(ROOT / "extensions" / "molecule")}),
            Step("ruff-check", ["ruff", "check", "."]),
            Step("ruff-format", ["ruff", "format", "--check", "."]),
            Step("yamllint", ["yamllint", "--strict", "."]),
            Step("changelog", ["antsibull-changelog", "lint"]),
            Step(
                "docs",
                ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", "."],
            ),
            Step("spdx", ["python", "tools/spdx.py"]),
            Step("artifact", ["python", "tools/artifact.py"]),
        ],
    }


def count(step: Step, code: int, output: str) -> tuple[int, int, int]:
    """Give (passed, failed, skipped) of a finished step. A step that died without a report counts as one failure."""
    failed_at_all = int(code != 0)
    if step.kind == "pytest":
        report = LOGS / f"{step.name}.xml"
        if not report.exists():
            return 0, 1, 0
        suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        return total - skipped - failed, max(failed, failed_at_all), skipped
    if step.kind == "sanity":
        ran = len(set(re.findall(r'^Running sanity test "([^"]+)"', output, flags=re.MULTILINE)))
        broken = re.search(r"FATAL: The (\d+) sanity test", output)
        failed = int(broken.group(1)) if broken else failed_at_all
        return ran - failed, failed, 0
    return 1 - failed_at_all, failed_at_all, 0


def run(step: Step) -> Verdict:
    """Run a step to its end and print its line."""
    started = time.monotonic()
    report = LOGS / f"{step.name}.xml"
    report.unlink(missing_ok=True)
    environ = {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"),
        "AWS_DR_BUILD": str(BUILD),
        **step.environ,
    }
    done = subprocess.run(
        step.command,
        cwd=step.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    (LOGS / f"{step.name}.log").write_text(done.stdout, encoding="utf-8")
    verdict = Verdict(step, time.monotonic() - started, *count(step, done.returncode, done.stdout))
    word = "FAILED" if verdict.failed else "ok"
    print(
        f"{word:7}{step.name:45}{verdict.passed:6} passed{verdict.failed:5} failed{verdict.seconds:8.1f} s", flush=True
    )
    if verdict.failed:
        print("\n".join(f"    {line}" for line in done.stdout.splitlines()[-50:]), flush=True)
    return verdict


@contextlib.contextmanager
def forked_python() -> Iterator[None]:
    """On Linux, run modules in forks of an interpreter that has boto3 already (tests/forked_python)."""
    if not hasattr(os, "pidfd_open"):
        yield
        return
    folder = ROOT / "tests" / "forked_python"
    with tempfile.TemporaryDirectory() as home:
        path = f"{home}/socket"
        command = [str(BIN / "python"), "-P", str(folder / "server.py"), path]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdin and server.stdout
            if server.stdout.readline() != b"ready\n":
                raise RuntimeError("tests/forked_python/server.py did not start")
            os.environ.update(AWS_DR_FORKED_PYTHON=path, AWS_DR_TEST_PYTHON=str(folder / "python"))
            yield


def main() -> int:
    """Run the groups named (all but the long one when none is), at most AWS_DR_JOBS steps at once.

    Unset, that is two more than there are cores: most steps wait for something half of their time.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    known = groups()
    unknown = set(sys.argv[1:]) - set(known)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    asked = sys.argv[1:] or [name for name in known if name != "long"]
    steps = [step for name in asked for step in known[name]]
    jobs = int(os.environ.get("AWS_DR_JOBS") or 2 + (os.cpu_count() or 2))
    modules = any(WITH_LAB in step.command for step in steps)
    with forked_python() if modules else contextlib.nullcontext(), ThreadPoolExecutor(max_workers=jobs) as pool:
        verdicts = list(pool.map(run, steps))
    passed, failed = (sum(getattr(verdict, what) for verdict in verdicts) for what in ("passed", "failed"))
    skipped = sum(verdict.skipped for verdict in verdicts)
    for verdict in verdicts:
        if verdict.failed:
            print(f"failed: {verdict.step.name}, its output stands in {LOGS / verdict.step.name}.log")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
