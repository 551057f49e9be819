# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the results of a drill beside those of earlier ones, in a file, an object in S3, or both."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_probe
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import drill_history as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.drill_history import Line
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

_TRIES = 8


@dataclass(frozen=True)
class Shared:
    """The object in S3; ``client`` is of the bucket's Region, ``owner`` the account that has to own the bucket."""

    client: Any
    bucket: str
    key: str
    owner: str


def keep(results: Sequence[Any], file: str | None, shared: Shared | None, check_mode: bool) -> Outcome:
    """Add the results, and tell what all of them say over time. A result that is there already is not added again.

    Raises :class:`RefusedError`, :class:`ToldError`.
    """
    problems = domain.problems(results)
    if problems:
        raise RefusedError("No result was kept", problems)
    new = [dict(result) for result in results]
    path = Path(file) if file else None
    in_file = _read(path) if path else []
    in_bucket = _lines(_get(shared)) if shared else []
    for_file = _missing(new, in_file) if path else []
    for_bucket = _missing(new, in_bucket) if shared else []
    if not check_mode:
        if path and for_file:
            _append(path, domain.write_lines(for_file))
        if shared and for_bucket:
            _share(shared, for_bucket)
    everything = domain.merged(in_file, in_bucket, new)
    return Outcome(bool(for_file or for_bucket), {"trends": domain.trends(everything), "kept": len(everything)})


def _missing(new: list[Line], there: list[Line]) -> list[Line]:
    known = domain.write_lines(there).split("\n")
    return [line for line in new if domain.write_lines([line]).rstrip("\n") not in known]


def _read(path: Path) -> list[Line]:
    try:
        return domain.read_lines(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        if not os.access(path.parent, os.W_OK):
            raise ToldError(f"history_file {path}: there is no directory {path.parent} that can be written") from None
        return []
    except OSError as error:
        raise ToldError(f"history_file {path} can't be read: {error.strerror}") from error


def _append(path: Path, text: str) -> None:
    """Append in one write, after the end of a line that a killed run may have left open."""
    try:
        with path.open("ab+") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 1))
            opened.write((text if not size or opened.read(1) == b"\n" else f"\n{text}").encode())
    except OSError as error:
        raise ToldError(f"history_file {path} can't be written: {error.strerror}") from error


def _share(shared: Shared, new: list[Line]) -> None:
    """Write the object again with our lines, on condition that nobody else wrote it meanwhile."""
    for _try in range(_TRIES):
        before = _get(shared)
        content = domain.write_lines(domain.merged(_lines(before), new)).encode()
        if s3_probe.put_document_over(shared.client, shared.bucket, shared.key, shared.owner, content, before):
            return
    place = f"s3://{shared.bucket}/{shared.key}"
    raise ToldError(f"The results are not in {place}: it was written by others {_TRIES} times in a row. Run again")


def _get(shared: Shared) -> s3_probe.Document | None:
    return s3_probe.get_document(shared.client, shared.bucket, shared.key, shared.owner)


def _lines(document: s3_probe.Document | None) -> list[Line]:
    return domain.read_lines(document.content.decode("utf-8", "replace")) if document else []
