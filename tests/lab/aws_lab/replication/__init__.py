# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 Replication, as the S3 User Guide describes it: the configuration (config*.py) and what it does (the rest)."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from typing import Any


def install() -> None:
    """Hang replication in the lab: called once, before MiniStack starts."""
    from aws_lab import control, extensions, faults, iam
    from aws_lab.replication import encryption, hooks, metrics
    from aws_lab.replication.engine import SourceMissing, engine

    async def replicate(wanted: dict[str, Any]) -> dict[str, Any]:
        """One version now, as S3 Batch Replication would: {"attempts"} or {"missing": code}."""
        bucket, key, version_id = wanted["bucket"], wanted["key"], wanted.get("version_id")
        try:
            attempts = await engine.replicate_version(bucket, key, version_id, batch=wanted.get("batch", True))
        except SourceMissing as missing:
            return {"missing": missing.code}
        return {"attempts": [dataclasses.asdict(attempt) for attempt in attempts]}

    async def idle(_unused: dict[str, Any]) -> dict[str, Any]:
        await engine.idle()
        return {"status": "idle"}

    def region_changed(_unused: str, down: bool) -> None:
        if not down:
            engine.resume()

    iam.install()
    encryption.install()
    hooks.install(engine.observe)
    if importlib.util.find_spec("aws_lab.replication.config") is not None:
        getattr(importlib.import_module("aws_lab.replication.config"), "install", lambda: None)()
    faults.on_region_change(region_changed)
    extensions.on_start(engine.run)
    extensions.on_start(engine.watch_deadlines)
    extensions.on_start(metrics.publish)
    extensions.on_reset(engine.reset)
    control.route("POST", "/replication/idle", idle, "wait until nothing is left to replicate")
    control.route("POST", "/replication/version", replicate, "replicate one version now, as S3 Batch Replication would")
