# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delete a Multi-Region Access Point and wait until it is gone."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import mrap
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import mrap as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import AccessPoint
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap_plan import deletion
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_operation import (
    Control,
    Request,
    counting_down,
    follow,
    patient,
    submit,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.mrap_site import Site, find, subject
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

Left = Callable[[], Patience]


def absent(site: Site, name: str) -> Outcome:
    """Delete it and wait until it is gone. Its buckets and what is in them stay."""
    if problem := domain.name_problem(name):
        raise RefusedError(subject(name), [problem])
    control = site.control
    found = find(control, name)
    delete, creating = deletion(found)
    if found is not None and not site.check_mode:
        left = counting_down(site.patience) if site.patience else None
        if creating:
            _wait_for_creation(control, found, left() if left else Patience(0, 0))
        if delete:
            _delete(control, found, left)
        elif left:
            _wait_until_gone(control, name, left())
    before = domain.as_result(found, site.caller.partition, control.account) if found else None
    after = before if found is not None and not delete else None
    return Outcome(delete, {"multi_region_access_point": None}, before, after)


def _wait_for_creation(control: Control, found: AccessPoint, patience: Patience) -> None:
    """S3 deletes nothing that it is still creating."""

    def over(now: AccessPoint | None) -> bool:
        return now is None or now.status != domain.CREATING

    known: AccessPoint | None = found
    if not patient(patience, lambda: find(control, found.name), over, known)[1]:
        raise DeadlineError(
            f"{subject(found.name)} is still being created and can be deleted afterwards only. Run again",
            status=found.status,
        )


def _delete(control: Control, found: AccessPoint, left: Left | None) -> None:
    request = Request(
        f"delete Multi-Region Access Point {found.name}",
        "delete",
        found.name,
        found.alias,
        lambda token: mrap.delete_access_point(control.client, control.account, found.name, token),
        lambda: find(control, found.name) is None,
    )
    try:
        operation = submit(control, request)
    except MissingError:
        return  # somebody else was quicker
    if left:
        follow(control, request, operation, left())
        _wait_until_gone(control, found.name, left())


def _wait_until_gone(control: Control, name: str, patience: Patience) -> None:
    start = find(control, name)
    left, gone = patient(patience, lambda: find(control, name), lambda found: found is None, start)
    if not gone:
        status = left.status if left else "unknown"
        raise DeadlineError(
            f"{subject(name)} was not gone within wait_timeout: its status is {status}. Run again: it is "
            f"waited for, or deleted where it is left",
            status=status,
        )
