# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation documents (runbooks) of Systems Manager. MiniStack has parameters and commands only.

model: documents and their versions; checks: what is wrong with the content of a runbook; api: the operations. Runbooks
are kept and checked, never run.
"""

from __future__ import annotations


def install() -> None:
    """Hang the documents in the lab: called once, before MiniStack starts."""
    from aws_lab import extensions
    from aws_lab.automation import api, model

    extensions.register_handler(api.matches, api.handle)
    extensions.on_reset(model.documents.clear)
