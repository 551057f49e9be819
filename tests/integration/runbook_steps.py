# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executes the scripts of a runbook one after the other, as Automation does with steps of action aws:executeScript.

    python runbook_steps.py < {"document": …, "parameters": …}

prints what each step returned or failed with. The lab keeps runbooks and does not run them.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
from typing import Any

REFERENCE = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


def resolved(value: Any, known: dict[str, Any]) -> Any:
    """Put the parameters in: whole values keep their type, inside a text they become text."""
    if isinstance(value, dict):
        return {name: resolved(inner, known) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    return known[whole.group(1)] if whole else REFERENCE.sub(lambda found: str(known[found.group(1)]), value)


def main() -> None:
    """Run all steps."""
    given = json.load(sys.stdin)
    defaults = {name: one.get("default") for name, one in given["document"]["parameters"].items()}
    known = {"automation:EXECUTION_ID": "execution", **defaults, **given["parameters"]}
    ended: dict[str, Any] = {}
    for step in given["document"]["mainSteps"]:
        names: dict[str, Any] = {"__name__": "script"}
        exec(compile(step["inputs"]["Script"], step["name"], "exec"), names)
        events = resolved(step["inputs"]["InputPayload"], known) | given.get("payload", {})
        try:
            with contextlib.redirect_stdout(sys.stderr):
                ended[step["name"]] = {"Payload": names[step["inputs"]["Handler"]](events, {})}
        except Exception as error:  # noqa: BLE001 - as Automation does
            ended[step["name"]] = {"FailureMessage": f"{type(error).__name__}: {error}"}
    print(json.dumps(ended))


if __name__ == "__main__":
    main()
