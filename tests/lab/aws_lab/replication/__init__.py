# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 Replication, as the S3 User Guide describes it: the configuration (config*.py) and what it does (the rest)."""
from __future__ import annotations

import importlib
import importlib.util
from typing import Any


def install() -> None:
    """Hang replication in the lab: called once, before MiniStack starts."""
    from aws_lab import control, extensions, faults, iam
    from aws_lab.replication import hooks
    from aws_lab.replication.engine import engine

    async def idle(_: dict[str, Any]) -> dict[str, Any]:
        await engine.idle()
        return {"status": "idle"}

    def region_changed(_: str, down: bool) -> None:
        if not down:
            engine.resume()

    iam.install()
    hooks.install(engine.observe)
    if importlib.util.find_spec("aws_lab.replication.config") is not None:
        getattr(importlib.import_module("aws_lab.replication.config"), "install", lambda: None)()
    faults.on_region_change(region_changed)
    extensions.on_start(engine.run)
    extensions.on_start(engine.watch_deadlines)
    extensions.on_reset(engine.reset)
    control.route("POST", "/replication/idle", idle)
