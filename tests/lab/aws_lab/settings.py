# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knobs of the lab that can be turned while it runs (control: GET/PUT /settings); a reset restores the defaults.

Areas add their own fields here; keep the defaults quick, so that a test without wishes never waits.
"""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class Settings:
    """All times in seconds of lab time; probabilities 0.0 to 1.0, drawn from `seed`."""

    seed: int = 1
    # Replication
    replication_delay: float = 0.05
    replication_jitter: float = 0.0
    # Replication events
    event_delay: float = 0.0
    events_lost_probability: float = 0.0
    events_doubled_probability: float = 0.0
    events_reordered: bool = False
    # CloudTrail's events on EventBridge: how long after the call, besides event_delay (on AWS seconds to minutes)
    cloudtrail_delay: float = 0.05
    # Pauses of replication by FIS: how long replication still goes on (on AWS up to an hour); whether a Get shows the
    # rules that are paused as Disabled (AWS does not document what it shows)
    fis_pause_lag: float = 0.0
    fis_pause_shows_disabled: bool = True
    # Routing control: how long clusters and what is in them are PENDING; whether a gating control that is switched in
    # the same transaction as its targets counts already (AWS does not document it)
    arc_deploy_delay: float = 0.0
    arc_gates_count_at_once: bool = False
    # Documents of Systems Manager: how long a new version is not active
    ssm_document_delay: float = 0.0
    # A Get of a configuration just put still shows the old one for so long (S3 documents no bound)
    read_after_write_lag: float = 0.0
    # For so long a new user or role is unknown to the policies that name it (on AWS some seconds)
    principal_lag: float = 0.0
    # Multi-Region Access Points: how long a request is carried out (on AWS minutes), how long a submit of routes takes
    # (others are refused meanwhile), how long until requests go by new routes (on AWS up to two minutes), and until a
    # Get shows them
    mrap_operation_delay: float = 0.05
    mrap_submit_time: float = 0.0
    mrap_routes_delay: float = 0.0
    mrap_routes_shown_delay: float = 0.0
    # Opt-in Regions that the lab's accounts have not enabled
    regions_not_enabled: list[str] = dataclasses.field(default_factory=list)
    # Batch Operations: how long each state is to be seen; tasks a second (0: as many as the lab can); how long a new
    # job is unknown to everything but CreateJob; how many Batch Replication jobs of an account are active at once
    batch_state_delay: float = 0.05
    batch_task_rate: float = 0.0
    batch_visibility_lag: float = 0.0
    batch_active_jobs: int = 6
    # Where AWS's documentation and real jobs, or two pages of it, disagree.
    # Columns of the report: "example" (status before error code, as real reports have it) or "schema"
    batch_report_order: str = "example"
    # An empty version id: "documented" (400 InvalidRequest) or "observed" (500 SrcObjectNotFound)
    batch_missing_version_id: str = "documented"
    # A job whose report can't be written ends as "Failed" or "Complete"
    batch_report_failure_status: str = "Failed"


_current = Settings()


def get() -> Settings:
    """The settings in force. The object is the same for the life of the process: keep it, read it late."""
    return _current


def as_dict() -> dict[str, Any]:
    """The settings in force as JSON-able values."""
    return dataclasses.asdict(_current)


def update(values: dict[str, Any]) -> dict[str, Any]:
    """Change the named settings; ValueError for an unknown name or a value of another type, and then none changes."""
    checked = {name: _checked(name, value) for name, value in values.items()}
    for name, value in checked.items():
        setattr(_current, name, value)
    return as_dict()


def reset() -> None:
    """Back to the defaults."""
    defaults = Settings()
    for field in dataclasses.fields(Settings):
        setattr(_current, field.name, getattr(defaults, field.name))


def _checked(name: str, value: Any) -> Any:
    default = getattr(Settings(), name, None)
    if name not in {field.name for field in dataclasses.fields(Settings)}:
        known = ", ".join(sorted(field.name for field in dataclasses.fields(Settings)))
        raise ValueError(f"there is no setting {name!r}; there are: {known}")
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if default is not None and type(value) is not type(default):
        raise ValueError(f"setting {name} takes a {type(default).__name__}, not {value!r}")
    return value
