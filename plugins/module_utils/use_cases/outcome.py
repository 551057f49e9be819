# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a use case hands back: the plan's verdict and its results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """``changed`` and the two sides of the diff come from the plan alone, so that check mode predicts what apply does.

    ``before``/``after`` are JSON-able or ``None`` when there is nothing to compare; ``results`` are the return values.
    """

    changed: bool
    results: dict[str, Any] = field(default_factory=dict)
    before: Any = None
    after: Any = None
    warnings: list[str] = field(default_factory=list)
