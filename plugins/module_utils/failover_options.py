# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that failover's modules share, and clients that do not wait long for a Region that is gone."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.active_region import Place

# A Region that is gone answers nothing at all, and failover has no time to find that out slowly. The retry is for the
# packet that got lost.
IMPATIENT: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "connect_timeout": 3,
    "read_timeout": 10,
}


def pointer_spec() -> dict[str, Any]:
    """``table`` and ``regions``; mirrored by the doc fragment ``aws_dr.s3.active_region``."""
    return {
        "table": {"type": "str", "required": True},
        "regions": {"type": "list", "elements": "str"},
    }


def place_of(module: AwsDrModule) -> Place:
    """Give where the pointer is. Raises :class:`RefusedError` without any Region."""
    regions = module.params["regions"] or ([module.region] if module.region else [])
    if not regions:
        raise RefusedError(
            f"Table {module.params['table']}", ["no Region is known; give regions, those of the table's replicas"]
        )
    clients = module.clients.varied(IMPATIENT)
    return Place(module.params["table"], lambda region: clients.get("dynamodb", region), tuple(dict.fromkeys(regions)))
