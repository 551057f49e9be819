# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of buckets' configurations share: errors, and policies for the bucket `with-parts`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

OURS, THEIRS = "111122223333", "444455556666"


def error_of(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """Code and message of the error that the call has to end in."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return str(error["Code"]), str(error["Message"])


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    """Code of the error that the call has to end in."""
    return error_of(call, **arguments)[0]


def statement(**changes: Any) -> dict[str, Any]:
    """A legal statement but for the changes; None takes a field away."""
    whole = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{THEIRS}:root"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::with-parts/*",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def policy_of(*statements: Any, **changes: Any) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **changes})
