# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say of a figure whether it is what was asked for; a benchmark never fails by it, since machines are noisy."""

from __future__ import annotations


def at_most(figure: float, asked: float) -> str:
    """Tell what was asked and whether the figure keeps below it."""
    return f"asked: at most {asked:g}: {'reached' if figure <= asked else 'NOT reached'}"


def at_least(figure: float, asked: float) -> str:
    """Tell what was asked and whether the figure is as high."""
    return f"asked: at least {asked:g}: {'reached' if figure >= asked else 'NOT reached'}"
