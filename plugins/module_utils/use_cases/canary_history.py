# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the results of earlier probes are: a file on the target, an object that many controllers share, or both."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_probe
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import canary_history as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.canary_history import Line

_TRIES = 8


@dataclass(frozen=True)
class Shared:
    """The object in S3; ``client`` is of the bucket's Region."""

    client: Any
    bucket: str
    key: str
    owner: str


class History:
    """Reads and adds. What can't be used is a problem before anything was done, and a warning afterwards."""

    def __init__(self, file: str | None, shared: Shared | None, size: int) -> None:
        self._file, self._shared, self._size = Path(file) if file else None, shared, size
        self.lines: list[Line] = []
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def read(self) -> None:
        """Read what there is."""
        self.lines = domain.newest([*self._from_file(), *self._from_bucket()], self._size)

    def add(self, lines: list[Line]) -> None:
        """Add lines to what was read and to where it is kept."""
        self.lines = domain.newest([*self.lines, *lines], self._size)
        if not lines:
            return
        if self._file:
            try:
                _append(self._file, domain.write_lines(lines))
            except OSError as error:
                self.warnings.append(f"history_file {self._file} could not be written: {error.strerror}")
        if self._shared:
            try:
                self._share(self._shared, lines)
            except AwsError as error:
                self.warnings.append(f"The results are not in the shared history: {error.message}")

    # ---- the file ----

    def _from_file(self) -> list[Line]:
        file = self._file
        if file is None:
            return []
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            if not os.access(file.parent, os.W_OK):
                self.problems.append(f"history_file {file}: there is no directory {file.parent} that can be written")
            return []
        except OSError as error:
            self.problems.append(f"history_file {file} can't be read: {error.strerror}")
            return []
        if not os.access(file, os.W_OK):
            self.problems.append(f"history_file {file} can't be written")
        return domain.read_lines(text)

    # ---- the object ----

    def _from_bucket(self) -> list[Line]:
        if self._shared is None:
            return []
        try:
            document = self._get(self._shared)
        except UnreachableError as error:
            self.warnings.append(f"The shared history was not read: {error.message}")
            return []
        except AwsError as error:
            self.problems.append(f"history_bucket {self._shared.bucket}: {error.message}")
            return []
        return _lines(document)

    def _share(self, shared: Shared, lines: list[Line]) -> None:
        """Write the object again with our lines, on condition that nobody else wrote it meanwhile."""
        for _try in range(_TRIES):
            before = self._get(shared)
            content = domain.write_lines(domain.newest([*_lines(before), *lines], self._size)).encode()
            if s3_probe.put_document_over(shared.client, shared.bucket, shared.key, shared.owner, content, before):
                return
        self.warnings.append(
            f"The results are not in the shared history: s3://{shared.bucket}/{shared.key} was written by others "
            f"{_TRIES} times in a row"
        )

    @staticmethod
    def _get(shared: Shared) -> s3_probe.Document | None:
        return s3_probe.get_document(shared.client, shared.bucket, shared.key, shared.owner)


def _lines(document: s3_probe.Document | None) -> list[Line]:
    return domain.read_lines(document.content.decode("utf-8", "replace")) if document else []


def _append(file: Path, text: str) -> None:
    """Append in one write, after the end of a line that a killed run may have left open."""
    with file.open("ab+") as opened:
        size = opened.seek(0, os.SEEK_END)
        if size:
            opened.seek(size - 1)
            text = text if opened.read(1) == b"\n" else f"\n{text}"
        opened.write(text.encode())
