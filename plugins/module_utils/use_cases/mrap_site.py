# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What making and deleting a Multi-Region Access Point both need of their surroundings."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import AccessPoint, control_region
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_operation import Control
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


@dataclass(frozen=True)
class Site:
    """Clients, whose credentials they have, and whether and how long to wait (``None``: not at all)."""

    clients: Clients
    caller: Caller
    patience: Patience | None
    check_mode: bool = False

    @property
    def control(self) -> Control:
        """Where access points are managed. Raises :class:`RefusedError` where the partition has none."""
        region = control_region(self.caller.partition)
        return Control(self.clients("s3control", region), self.caller.account, region)


def find(control: Control, name: str) -> AccessPoint | None:
    """Read one by its name; ``None`` where there is none."""
    try:
        return mrap.get_access_point(control.client, control.account, name)
    except MissingError:
        return None


def subject(name: str) -> str:
    """Give what messages call it."""
    return f"Multi-Region Access Point {name}"
