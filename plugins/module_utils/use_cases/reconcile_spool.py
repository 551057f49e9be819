# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Items on their way through a run, and the report of what came of them: on disk, never all in memory."""

from __future__ import annotations

import base64
import csv
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.state_table import WireItem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import COLUMNS, Row, Tally


class ItemSpool:
    """Items of a table in a file of the task's folder; a context manager that removes it."""

    def __init__(self, folder: str) -> None:
        self._file = tempfile.TemporaryFile("w+", dir=folder, encoding="utf-8")  # noqa: SIM115
        self.count = 0

    def __enter__(self) -> ItemSpool:
        return self

    def __exit__(self, *_unused: object) -> None:
        self._file.close()

    def add(self, item: WireItem) -> None:
        """Keep an item."""
        self._file.write(json.dumps(item, default=_text_of_bytes) + "\n")
        self.count += 1

    def items(self) -> Iterator[WireItem]:
        """Give them back, in order."""
        self._file.seek(0)
        for line in self._file:
            item: WireItem = json.loads(line, object_hook=_bytes_of_text)
            yield item


def _text_of_bytes(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


def _bytes_of_text(wire: dict[str, Any]) -> dict[str, Any]:
    """Undo it in typed values: ``{"B": "…"}`` and ``{"BS": […]}``. A map's own entries are typed, so never text."""
    if isinstance(wire.get("B"), str):
        return {"B": base64.b64decode(wire["B"])}
    if isinstance(wire.get("BS"), list):
        return {"BS": [base64.b64decode(one) for one in wire["BS"]]}
    return wire


class ReportFile:
    """The report as CSV, if one is wanted. It takes its place when it is whole, whatever was there before."""

    def __init__(self, path: str | None, tally: Tally) -> None:
        self._path = Path(path).absolute() if path else None
        self._tally = tally
        self._file: TextIO | None = None
        self._unfinished = Path()

    def __enter__(self) -> ReportFile:
        if self._path:
            try:
                number, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            except OSError as error:
                raise RefusedError("Nothing was restarted", [f"output: no file can be made there: {error}"]) from error
            self._unfinished = Path(name)
            self._file = os.fdopen(number, "w", encoding="utf-8", newline="")
            self._rows = csv.writer(self._file)
            self._rows.writerow(COLUMNS)
        return self

    def add(self, row: Row) -> None:
        """Count and write a row."""
        self._tally.add(row)
        if self._file:
            self._rows.writerow(row.cells())

    def __exit__(self, kind: type[BaseException] | None, *_unused: object) -> None:
        if self._file is None or self._path is None:
            return
        self._file.close()
        if kind is not None:
            with suppress(OSError):
                self._unfinished.unlink()
            return
        try:
            self._unfinished.chmod(0o644)
            self._unfinished.replace(self._path)
        except OSError as error:
            counts = self._tally.counts()
            raise ToldError(f"Could not write the report {self._path}: {error}", counts=counts) from error
