# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names out of templates.

Those of destination buckets, such as ``{name}-dr`` or ``{name}-{account}-{region}-an``, and those of what there is once
for an account and Region, such as ``jobs-{account}-{region}``.
"""

from __future__ import annotations

import string

PLACEHOLDERS = ("name", "account", "region")
PLACES = ("account", "region")


def template_problem(template: str) -> str | None:
    """Say what is wrong with the template of a destination's name, or ``None``."""
    problem, names = _read(template, PLACEHOLDERS)
    if problem is None and "name" not in names:
        return f"the template {template!r} lacks {{name}}, so that all sources would get the same destination"
    return problem


def place_problem(template: str) -> str | None:
    """Say what is wrong with the template of a name that may hold account and Region, or ``None``."""
    return _read(template, PLACES)[0]


def _read(template: str, placeholders: tuple[str, ...]) -> tuple[str | None, list[str]]:
    """Give what is wrong, and the placeholders that the template has."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        return f"the template {template!r} can't be read ({error}); a brace opens or closes nothing", []
    names = [name for _text, name, _spec, _conversion in parts if name is not None]
    strange = [name for name in names if name not in placeholders]
    if strange:
        known = ", ".join(f"{{{name}}}" for name in placeholders)
        return f"the template {template!r} has {{{strange[0]}}}; known are {known}", names
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        return f"the template {template!r} formats a placeholder; only the placeholders themselves are known", names
    return None, names


def filled(template: str, name: str, account: str, region: str) -> str:
    """Give the name that the template makes; the template has no problem."""
    return template.format(name=name, account=account, region=region)


def placed(template: str, account: str, region: str) -> str:
    """Give the name for an account and Region; the template has no problem."""
    return template.format(account=account, region=region)
