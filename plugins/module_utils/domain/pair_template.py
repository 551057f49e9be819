# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of destination buckets out of a template such as ``{name}-dr`` or ``{name}-{account}-{region}-an``."""

from __future__ import annotations

import string

PLACEHOLDERS = ("name", "account", "region")


def template_problem(template: str) -> str | None:
    """Say what is wrong with a template, or ``None``."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        return f"the template {template!r} can't be read ({error}); a brace opens or closes nothing"
    names = [name for _text, name, _spec, _conversion in parts if name is not None]
    strange = [name for name in names if name not in PLACEHOLDERS]
    if strange:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        return f"the template {template!r} has {{{strange[0]}}}; known are {known}"
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        return f"the template {template!r} formats a placeholder; only the placeholders themselves are known"
    if "name" not in names:
        return f"the template {template!r} lacks {{name}}, so that all sources would get the same destination"
    return None


def filled(template: str, name: str, account: str, region: str) -> str:
    """Give the name that the template makes; the template has no problem."""
    return template.format(name=name, account=account, region=region)
