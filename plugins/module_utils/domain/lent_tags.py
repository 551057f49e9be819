# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tags that buckets bear for an experiment only, so that it finds them, and that go with it.

Some actions find buckets by tags alone (FIS User Guide, "AWS FIS actions reference"). Each tag that is lent comes with
a second one, its mark, in the same write. The mark says who lent it, so that a later run, also after one that was
killed, takes back exactly what was lent, and never a tag that was there before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.names import fitted_name

Tags = Mapping[str, str]

MARK = "aws_dr.s3:lent:"
# S3 User Guide, "Tagging S3 buckets".
_TEXT = re.compile(r"[\w\s.:/=+\-@]*")
_LONGEST_KEY, _MOST = 128, 50


@dataclass(frozen=True)
class Change:
    """What the tags of a bucket are and become; ``problems`` say why nothing can be lent."""

    before: Tags
    after: Tags
    problems: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return dict(self.before) != dict(self.after)


def mark_of(key: str) -> str:
    """Give the key of the mark of a tag; keys that are too long for it are shortened, and stay different."""
    return MARK + fitted_name(key, _LONGEST_KEY - len(MARK))


def lend(present: Tags, wanted: Tags, borrower: str, others: Collection[str]) -> Change:
    """Plan lending ``wanted`` to a bucket with the tags ``present``.

    ``borrower`` is the experiment template. ``others`` are the templates that there are: what was lent for one of them
    is in use, what was lent for one that is gone is taken over.
    """
    after, problems = dict(present), []
    for key, value in wanted.items():
        lender = present.get(mark_of(key))
        if lender and lender != borrower and lender in others:
            problems.append(f"its tag {key} is lent for experiment template {lender}; wait until that has ended")
        elif key in present and not lender:
            if present[key] != value:
                problems.append(f"it has the tag {key}={present[key]}, and {value} is to be lent; use another tag")
        else:
            after[key], after[mark_of(key)] = value, borrower
    if len(after) > _MOST:
        problems.append(f"with the lent tags and their marks it would have {len(after)} tags; S3 allows {_MOST}")
    return Change(present, present if problems else after, tuple(problems))


def take_back(present: Tags, wanted: Tags, borrower: str, others: Collection[str]) -> Change:
    """Plan removing from a bucket what was lent of ``wanted`` to ``borrower``, or to a template that is gone."""
    after = dict(present)
    for key in wanted:
        lender = present.get(mark_of(key))
        if lender and (lender == borrower or lender not in others):
            after.pop(mark_of(key))
            after.pop(key, None)
    return Change(present, after)


def tag_problems(wanted: Tags) -> list[str]:
    """Say which tags can't be lent."""
    found = [] if wanted else ["tags is empty; name the tags by which the experiment finds the buckets"]
    for key, value in wanted.items():
        if not 1 <= len(key) <= _LONGEST_KEY or key.lower().startswith("aws:") or key.startswith(MARK):
            found.append(f"tag {key!r}: a key has 1 to {_LONGEST_KEY} characters, and aws: and {MARK} are not for you")
        if len(value) > 256:
            found.append(f"tag {key}: its value has {len(value)} characters; S3 allows 256")
        if not _TEXT.fullmatch(key + value):
            found.append(f"tag {key!r}={value!r}: S3 allows letters, digits, white space and _.:/=+-@ only")
    return found
