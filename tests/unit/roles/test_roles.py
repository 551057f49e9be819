# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine can check of a role's outside: its argument spec, its defaults and its README say the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
# Facts, and filters, that bear a role's name.
REPLICA_SET = {"replica_set_plan", "replica_set_result", "replica_set_pairs", "replica_set_departures"}
FAILOVER = {
    "failover_result",
    "failover_preflight",
    "failover_report",
    "failover_groups",
    "failover_runbook",
    "failover_setup_result",
    "failback_result",
}
ROLES = sorted(folder.name for folder in (ROOT / "roles").iterdir())


def read(role: str, file: str) -> Any:
    return yaml.safe_load((ROOT / "roles" / role / file).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, Any]:
    found: dict[str, Any] = read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_argument_spec(role: str) -> None:
    spec = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert read(role, "defaults/main.yml") == spec


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_bears_the_roles_name_is_typed_and_has_a_default_or_is_required(role: str) -> None:
    for name, option in options(role).items():
        assert name.startswith(f"{role}_")
        assert option["type"]
        assert option["description"]
        assert ("default" in option) != option.get("required", False)


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_lists_every_variable_with_its_default_and_the_iam_actions(role: str) -> None:
    text = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(rf"^\| `({role}_\w+)` \| ([^|]+?) \|", text, flags=re.MULTILINE))
    assert set(rows) == set(options(role))
    for name, option in options(role).items():
        shown = rows[name].strip("`")
        if option.get("required"):
            assert shown == "required"
        else:
            assert yaml.safe_load(shown) == option["default"], name
    assert "## IAM actions that it needs" in text


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_is_used_and_no_other(role: str) -> None:
    tasks = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "roles" / role / "tasks").glob("*.yml"))
    used = set(re.findall(rf"(?<![\w])({role}_(?!_)\w+)", tasks))
    facts = {
        "replication_setup_result",
        "remediation_result",
        "back_fill_result",
        "drill_result",
        "drill_history",
        *REPLICA_SET,
        *FAILOVER,
    }
    assert used - facts - {f"{role}_setup"} == set(options(role))
