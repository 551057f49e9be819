# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task of ``bucket_pairs`` is made of its options."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_steps import Standard
from ansible_collections.aws_dr.s3.plugins.module_utils.pair_spec import discovery_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import Task
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_back_fill import BackFilling
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_mirror import Mirroring
from ansible_collections.aws_dr.s3.plugins.module_utils.wait_options import patience_from


def task_of(options: dict[str, Any], folder: str = "") -> Task:
    """Give the task that the options ask for. Raises :class:`RefusedError`.

    ``folder``, on the target, is where a back-fill may write files.
    """
    tags = {str(key): str(value) for key, value in (options["tags"] or {}).items()}
    return Task(
        pairs=options["pairs"] or [],
        discovery=discovery_of(options["discover"]) if options["discover"] else None,
        present=options["state"] == "present",
        mirroring=_mirroring(options["mirror"]) if options["mirror"] is not None else None,
        back_filling=_back_filling(options["back_fill"], folder) if options["back_fill"] else None,
        role=options["role"] or None,
        role_prefix=options["role_prefix"],
        role_path=options["role_path"],
        role_boundary=options["role_boundary"] or "",
        role_wait=options["role_wait"],
        replace_role=options["replace_role"],
        standard=Standard(**options["standard"], tags=tags),
        failure_queue=options["failure_queue"] or None,
        notification_id=options["notification_id"],
        replicate=options["replicate"],
        keep_going=options["keep_going"],
        concurrency=options["concurrency"],
    )


def _mirroring(options: dict[str, Any]) -> Mirroring:
    selection = options["properties"]
    return Mirroring(None if selection is None else tuple(selection), options["purge"], options["mapping"])


def _back_filling(options: dict[str, Any], folder: str) -> BackFilling:
    same = ("role", "report_bucket", "report_prefix", "note_prefix", "replicate")
    return BackFilling(**{name: options[name] for name in same}, folder=folder, patience=patience_from(options))
