# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the five Regions that take routes, one after the other, until one answers.

Each of them can do it alone (S3 User Guide, "Using Amazon S3 Multi-Region Access Point failover controls"), so nothing
depends on the Region that failed. A Region that did not answer is asked last from then on, by all threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ThrottledError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import ROUTE_REGIONS
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Clients

R = TypeVar("R")


class RouteRegions:
    """The Regions in the order in which they are asked; ``avoid`` is the one that failed, and comes last."""

    def __init__(self, clients: Clients, avoid: str | None = None) -> None:
        self._clients = clients
        self._order = [*(one for one in ROUTE_REGIONS if one != avoid), *(one for one in ROUTE_REGIONS if one == avoid)]
        self._lock = threading.Lock()

    @property
    def order(self) -> tuple[str, ...]:
        """The Regions as they would be asked now."""
        with self._lock:
            return tuple(self._order)

    def ask(self, service: str, question: Callable[[Any], R]) -> tuple[R, str]:
        """Give the first answer and the Region it came from.

        ``question`` gets the client of a Region. What is no fault of the Region (a denied or refused request) is
        raised at once, :class:`UnreachableError` when none of the five answers.
        """
        troubles = []
        for region in self.order:
            try:
                answer = question(self._clients(service, region))
            except AwsError as error:
                if not _of_the_region(error):
                    raise
                self._put_last(region)
                troubles.append((region, error))
                continue
            return answer, region
        doing = troubles[0][1].doing
        said = "; ".join(f"{region}: {error.code or error.said}" for region, error in troubles)
        raise UnreachableError(doing, "", 0, f"none of the Regions that take routes answered ({said})", "Try again")

    def _put_last(self, region: str) -> None:
        with self._lock:
            self._order.remove(region)
            self._order.append(region)


def _of_the_region(error: AwsError) -> bool:
    """Whether another Region may do better: nobody there, too busy, or broken."""
    return isinstance(error, ThrottledError | UnreachableError) or error.status >= 500
