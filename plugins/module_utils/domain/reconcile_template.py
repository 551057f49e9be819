# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages and inputs made out of an item: a template of any JSON shape whose texts name attributes in braces.

``{fileName}`` stands for an attribute, ``{object.key}`` and its like for the object, ``{{`` and ``}}`` for braces. A
text that is one name and nothing else becomes the value itself, so that numbers stay numbers. The values are put into
the shape before it becomes JSON, so that no value can break out of its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError

_PART = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")
OWN_NAMES = (
    "object.bucket",
    "object.key",
    "object.version_id",
    "object.size",
    "object.etag",
    "attempt",
)


def problems(template: Any) -> list[str]:
    """Say what is wrong with a template, whatever the items are."""
    found = []
    for text in _texts(template):
        lone = [match.group() for match in _PART.finditer(text) if match.group() in ("{", "}")]
        if lone:
            found.append(f"{text!r} has a lone {lone[0]}; write {lone[0] * 2} for a brace that means nothing")
    return found


def names(template: Any) -> set[str]:
    """Give the names that a template uses."""
    return {match.group(1) for text in _texts(template) for match in _PART.finditer(text) if match.group(1)}


def render(template: Any, values: Mapping[str, Any]) -> str:
    """Fill a template: a text gives text, anything else JSON. Raises :class:`UnreadableError`."""
    filled = _filled(template, values)
    return filled if isinstance(filled, str) else json.dumps(filled, ensure_ascii=False)


def _texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping):
        for name, value in template.items():
            yield from _texts(name)
            yield from _texts(value)
    elif isinstance(template, list):
        for value in template:
            yield from _texts(value)


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return _filled_text(template, values)
    if isinstance(template, Mapping):
        return {_as_text(_filled(name, values)): _filled(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, values) for value in template]
    return template


def _filled_text(text: str, values: Mapping[str, Any]) -> Any:
    whole = _PART.fullmatch(text)
    if whole and whole.group(1):
        return _value(whole.group(1), values)

    def part(match: re.Match[str]) -> str:
        name = match.group(1)
        return _as_text(_value(name, values)) if name else match.group()[0]

    return _PART.sub(part, text)


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise UnreadableError(f"it has no attribute {name}, which the template names")
    return values[name]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
