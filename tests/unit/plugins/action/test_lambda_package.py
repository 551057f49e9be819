# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ast
import io
import sys
import zipfile
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.aws_dr.s3.plugins.action.lambda_package import COLLECTION, packed

HANDLERS = Path(__file__).parents[4] / "plugins" / "module_utils" / "lambda_handlers"
# What Lambda's runtime has besides Python itself.
RUNTIME = {"boto3", "botocore", "urllib3"}


def imported(text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name for name in names if not name.startswith(f"{COLLECTION}.")}


@pytest.mark.parametrize("handler", sorted(path.stem for path in HANDLERS.glob("[a-z]*.py")))
def test_a_function_needs_nothing_that_its_runtime_has_not(handler: str) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(handler, {}))) as package:
        files = {name: package.read(name).decode() for name in package.namelist() if name.endswith(".py")}
    assert f"{COLLECTION}.plugins.module_utils.lambda_handlers.{handler}".replace(".", "/") + ".py" in files
    missing = {
        f"{path} imports {name}"
        for path, text in files.items()
        for name in imported(text)
        if name.partition(".")[0] not in sys.stdlib_module_names | RUNTIME
    }
    assert not missing


def test_a_function_that_is_not_there() -> None:
    with pytest.raises(AnsibleActionFail, match="There is no Lambda function nothing"):
        packed("nothing", {})
