# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show how many items are restarted while ``workload_reconcile`` works."""

from __future__ import annotations

from ansible_collections.aws_dr.s3.plugins.plugin_utils.progress import ProgressAction


class ActionModule(ProgressAction):
    """Runs the module, and shows progress in between."""

    MODULE = "aws_dr.s3.workload_reconcile"
