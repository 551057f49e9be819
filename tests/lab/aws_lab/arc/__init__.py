# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amazon Application Recovery Controller (ARC), routing control. MiniStack has none of it.

model: clusters, control panels, routing controls, safety rules; control_plane: their operations, in us-west-2 only;
data_plane: the states, at five endpoints; rules: safety rules evaluated; outage: endpoints that are dead; health: the
health checks of Route 53 that follow the states; answers: what the operations share.
"""

from __future__ import annotations


def install() -> None:
    """Hang ARC in the lab: called once, before MiniStack starts."""
    from aws_lab import extensions
    from aws_lab.arc import control_plane, data_plane, health, model, outage

    extensions.register_handler(control_plane.matches, control_plane.handle)
    extensions.register_handler(data_plane.matches, data_plane.handle)
    extensions.register_handler(health.matches, health.handle)
    extensions.on_reset(model.reset)
    extensions.on_reset(outage.reset)
    outage.install()
