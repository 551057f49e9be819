# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of waiting. Lambda functions read them too: nothing of Ansible is imported here."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


def patience_from(params: dict[str, Any]) -> Patience | None:
    """Give how long to wait; ``None`` when not at all. Raises :class:`RefusedError`."""
    if not params["wait"]:
        return None
    problems = []
    if params["wait_timeout"] < 0:
        problems.append(f"wait_timeout is {params['wait_timeout']}; it must not be negative")
    if params["wait_delay"] < 1:
        problems.append(f"wait_delay is {params['wait_delay']}; it must be at least 1")
    if problems:
        raise RefusedError("The wait can't be right", problems)
    return Patience(params["wait_timeout"], params["wait_delay"])
