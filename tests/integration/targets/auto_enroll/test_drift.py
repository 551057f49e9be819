# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sweep: check mode reports, a run repairs, paused buckets are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.enrolment import AWAY, HOME, OPTIONS, World, start_pause

DRIFT = "aws_dr.s3.drift"
VARIABLES = {"auto_enroll_region": HOME, "auto_enroll_options": OPTIONS}


def test_the_sweep_reports_and_repairs(aws: Callable[..., Any], lab: Any, playbook: Callable[..., Any]) -> None:
    world = World(aws, lab)
    for bucket in ("t-invoices", "t-orders", "t-private"):
        world.s3.create_bucket(Bucket=bucket)
    world.tag("t-invoices", dr="true")
    world.tag("t-orders", dr="true", drill="yes")
    run = playbook(play=DRIFT, variables=VARIABLES, check=True)
    assert "2 would be repaired: t-invoices, t-orders" in run.output
    assert world.rules("t-invoices") == []
    playbook(play=DRIFT, variables=VARIABLES)
    assert world.enrolled("t-invoices")
    assert world.enrolled("t-orders")
    assert playbook(play=DRIFT, variables=VARIABLES).changed == []

    # One has drifted, one is taken out, one is paused on purpose.
    start_pause(aws)
    world.eventually(lambda: world.rules("t-orders")[0]["Status"] == "Disabled", "the pause to begin")
    world.s3.create_bucket(Bucket="t-photos")
    world.tag("t-photos", dr="true")
    world.tag("t-invoices", dr="false")
    run = playbook(play=DRIFT, variables=VARIABLES)
    assert "t-orders" in str(run.of("Leave paused buckets alone")["msg"])
    assert world.rules("t-orders")[0]["Status"] == "Disabled"
    assert world.enrolled("t-photos")
    assert world.rules("t-invoices") == []
    assert world.away.get_bucket_location(Bucket="t-invoices-dr")["LocationConstraint"] == AWAY
    lab.call("POST", "/clock/advance", {"seconds": 700})
    assert world.enrolled("t-orders")
