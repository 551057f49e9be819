# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Fault Injection Service: templates, experiments and their actions. MiniStack has none of it.

api: the operations; model: templates and experiments; checks: what FIS refuses; runner: experiments running;
actions: one class an action, found by its id. An action of another service is a class more in `actions`.
"""

from __future__ import annotations


def install() -> None:
    """Hang FIS in the lab: called once, before MiniStack starts."""
    from aws_lab import extensions
    from aws_lab.fis import api, runner
    from aws_lab.replication import pausing

    extensions.register_handler(api.matches, api.handle)
    extensions.on_reset(runner.reset)
    extensions.on_reset(pausing.reset)
