# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for an experiment to end, with a deadline and progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import fis
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import (
    AwsError,
    MissingError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import fis_experiment as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

# An experiment that was started a moment ago may not be known to other calls at once.
_YOUNG = 60.0
_LONGEST_PAUSE = 60.0
_OVER = (*domain.ENDS, "skipped")


def wait_for_experiment(
    client: Any, experiment: dict[str, Any], patience: Patience, progress: Progress
) -> dict[str, Any]:
    """Ask until the experiment has ended. ``experiment`` is as it was last seen, or only its ``id``.

    Throttling and a Region out of reach, which may be what the experiment does, are tried again until the deadline.
    Raises :class:`DeadlineError` that says where it stood, :class:`AwsError` for what no patience helps.
    """
    began = patience.now()
    deadline, pause = began + patience.timeout, patience.delay
    seen, trouble, told = experiment, None, ""
    while not domain.has_ended(seen):
        try:
            seen, trouble, pause = fis.get_experiment(client, experiment["id"]), None, patience.delay
        except (ThrottledError, UnreachableError) as error:
            trouble, pause = error, min(max(pause, 1.0) * 2, _LONGEST_PAUSE)
        except MissingError:
            if patience.now() >= began + _YOUNG:
                raise
        if domain.standing(seen) != told:
            told = domain.standing(seen)
            _show(seen, progress)
        left = deadline - patience.now()
        if domain.has_ended(seen):
            break
        if left <= 0:
            raise _out_of_time(seen, patience.timeout, trouble)
        patience.sleep(min(pause, left))
    return seen


def _show(experiment: Mapping[str, Any], progress: Progress) -> None:
    states = [(action.get("state") or {}).get("status") for action in (experiment.get("actions") or {}).values()]
    over = sum(state in _OVER for state in states)
    progress.begin(domain.standing(experiment), len(states), over, states.count(domain.FAILED))


def _out_of_time(experiment: Mapping[str, Any], timeout: float, trouble: AwsError | None) -> DeadlineError:
    told = domain.standing(experiment)
    message = f"{told[0].upper()}{told[1:]} after {round(timeout)} seconds, and had not ended"
    message += f"; the last look failed: {trouble.message}" if trouble else ""
    return DeadlineError(
        f"{message}. It goes on, and lent tags stay until it is waited for again: run the task again with a longer "
        "wait_timeout, or stop it with state: stopped",
        experiment=domain.as_result(experiment, None),
    )
