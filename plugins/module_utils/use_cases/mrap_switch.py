# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switch the traffic of one Multi-Region Access Point, and see that it is switched."""

from __future__ import annotations

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import ConflictError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_routes import Routes, told
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_find import Found
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


class Switch:
    """From the routes ``before`` to the routes ``after``.

    AWS takes one change of an access point at a time and refuses others that come meanwhile (S3 User Guide, "...
    failover controls errors", 409). A change is submitted until it is taken, and never again: two controllers that want
    different things would otherwise switch to and fro. Who was refused looks what the other one did first.
    """

    def __init__(self, regions: RouteRegions, found: Found, before: Routes, after: Routes) -> None:
        self._regions, self._found, self._before, self._after = regions, found, before, after
        self.submitted = False
        self.region: str | None = None

    def run(self, patience: Patience) -> None:
        """Submit, and look until the routes are so. Raises :class:`ToldError`."""
        deadline = patience.now() + patience.timeout
        while True:
            self.submitted = self.submitted or self._submit()
            seen, trouble = self._look()
            if seen == self._after:
                return
            if seen is not None and not self.submitted and seen != self._before:
                raise ToldError(
                    f"somebody else changed the routes meanwhile, active is now {told(seen)}. Run again if "
                    f"{told(self._after)} is still wanted"
                )
            left = deadline - patience.now()
            if left <= 0:
                raise self._out_of_time(patience.timeout, seen, trouble)
            patience.sleep(min(patience.delay, left))

    def _submit(self) -> bool:
        """Submit; ``False`` when another change is under way."""
        account, arn, routes = self._found.account, self._found.arn, self._after
        try:
            _done, self.region = self._regions.ask(
                "s3control", lambda client: mrap.submit_routes(client, account, arn, routes)
            )
        except ConflictError:
            return False
        return True

    def _look(self) -> tuple[Routes | None, str]:
        """Read the routes, or tell why no Region gives them: a moment later one may."""
        account, arn = self._found.account, self._found.arn
        try:
            seen, self.region = self._regions.ask("s3control", lambda client: mrap.get_routes(client, account, arn))
        except UnreachableError as error:
            return None, error.message
        return seen, ""

    def _out_of_time(self, timeout: float, seen: Routes | None, trouble: str) -> DeadlineError:
        did = "the routes were submitted" if self.submitted else "another change was under way all the time"
        found = trouble if seen is None else f"active is {told(seen)} instead of {told(self._after)}"
        return DeadlineError(
            f"{did}, but after {timeout:g} s {found}. Run again: it looks first, and submits only what is not so"
        )
