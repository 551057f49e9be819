# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry point of the Lambda function that role ``auto_enroll`` makes. All it does is wire the use case.

Its settings lie beside the code (``settings.json``, written by role ``auto_enroll``); the SDK is that of the runtime or
of a layer. What is made once serves all events that one instance of the function gets.
"""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.auto_enroll import Line, Ports, auto_enroll
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.auto_enroll_bucket import Enroller

with contextlib.suppress(ImportError):
    # Lambda's runtime and layers have it; Ansible's import test has to read this file without.
    import boto3

_ROOT = Path(__file__).parents[len(__name__.split(".")) - 1]  # of the package: where ansible_collections lies


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Work off one batch of messages; give those that are to come back."""
    enroller = _enroller()
    ports = Ports(
        enroller.enrol,
        enroller.sources_of,
        enroller.pause_left,
        enroller.hide,
        lambda: context.get_remaining_time_in_millis() / 1000,
        _say,
    )
    return auto_enroll(event.get("Records") or [], ports)


@functools.cache
def _enroller() -> Enroller:
    settings = json.loads((_ROOT / "settings.json").read_text(encoding="utf-8"))
    clients = Clients(boto3.session.Session(), settings["region"])
    _say({"outcome": "began", "boto3": boto3.__version__})
    return Enroller(clients, settings)


def _say(line: Line) -> None:
    """One line of JSON for each bucket: CloudWatch Logs Insights finds its fields."""
    sys.stdout.write(json.dumps(line, default=str) + "\n")
    sys.stdout.flush()
