# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-Region Access Points: requests carried out later, routes, and the global address. MiniStack keeps the records.

MiniStack has access points that are there at once and routes that hold at once. Here: api, the operations; points, the
records and what their status allows; requests, what is carried out later; routes; address, the global host name.
"""

from __future__ import annotations


def install() -> None:
    """Hang them in the lab: called once, before MiniStack starts."""
    from aws_lab import control, extensions
    from aws_lab.mrap import address, api, points, requests

    extensions.register_handler(api.matches, api.handle)
    extensions.register_handler(address.matches, address.handle)
    extensions.on_reset(requests.reset)
    control.route(
        "PUT",
        "/mrap/{name}/status",
        lambda wanted: points.set_status(wanted["name"], wanted["status"]),
        "give a Multi-Region Access Point a status that only trouble brings, such as PARTIALLY_CREATED: {status}",
    )
