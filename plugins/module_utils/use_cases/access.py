# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a use case that works with jobs needs of its surroundings."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Clients(Protocol):
    """Gives the boto3 client of a service in a Region (``None``: the task's own)."""

    def __call__(self, service: str, region: str | None = None) -> Any:
        """Give the client; the same one for the same arguments."""


@dataclass(frozen=True)
class Access:
    """Clients, the account they work in, and where files may lie for a while.

    ``folder`` is a directory on the target that is removed when the task ends.
    """

    clients: Clients
    account: str
    folder: str
    check_mode: bool = False
    concurrency: int = 16
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda message: None
