# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README shows is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_variables_file_in_the_readme_is_the_example_file() -> None:
    shown = re.search(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
    assert shown is not None
    example = (ROOT / "docs" / "dr.example.yml").read_text(encoding="utf-8")
    without_licence = re.sub(r"^# SPDX-.*\n", "", example, flags=re.MULTILINE)
    assert shown.group(1).strip() == without_licence.strip()


def test_every_module_is_named_in_the_readme_and_in_the_action_group() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "modules").glob("*.py")}
    modules = set(files)
    of_aws = {name for name, text in files.items() if "AwsDrModule(" in text}
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["all"]
    # Defaults of the group (a Region, a profile) would be unknown options of a module that does not go to AWS.
    assert set(group) == of_aws
    assert {name for name in modules if f"`{name}`" not in README} == set()


def test_every_role_has_a_readme_that_the_readme_links() -> None:
    for role in (path for path in (ROOT / "roles").iterdir() if path.is_dir()):
        assert (role / "README.md").exists(), role.name
        assert f"roles/{role.name}/README.md" in README


def test_every_command_of_the_makefile_for_users_is_in_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    told = set(re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE))
    of_developers = {"setup", "format", "lock"}
    assert {name for name in told - of_developers if f"make {name}" not in README} == set()


def test_every_playbook_is_named_in_the_readme() -> None:
    names = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert {name for name in names if f"aws_dr.s3.{name}" not in README} == set()
