# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the pauses of replication that run in a Region, so that nobody puts right what is broken on purpose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import fis
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import Pause, is_alive, pauses_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def running_pauses(client: Any, now: datetime) -> list[Pause]:
    """Look at every experiment of the account in the Region that has not ended. ``client`` is its FIS client.

    An experiment that another account runs on ours is not seen: FIS shows it to that account only.
    """
    found: list[Pause] = []
    for summary in fis.list_experiments(client):
        if not is_alive(summary):
            continue
        experiment = fis.get_experiment(client, summary["id"])
        if not pauses_of(experiment, (), now):
            continue
        try:
            resolved = fis.resolved_targets(client, summary["id"])
        except MissingError:
            resolved = []  # not resolved yet: the tags tell
        found += pauses_of(experiment, resolved, now)
    return found


def paused_buckets(client: Any, now: datetime) -> Outcome:
    """Tell of the pauses as results of a module."""
    pauses = running_pauses(client, now)
    return Outcome(
        False,
        {
            "pauses": [
                {
                    "experiment_id": pause.experiment,
                    "buckets": sorted(pause.buckets),
                    "tags": dict(pause.tags),
                    "until": pause.until.isoformat(),
                }
                for pause in pauses
            ],
            "buckets": sorted({bucket for pause in pauses for bucket in pause.buckets}),
        },
    )
