# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An S3 Inventory as a listing: files are streamed down, sorted on disk in runs, and merged.

AWS does not promise any order of rows or files (S3 User Guide, "Amazon S3 Inventory list"). Memory is bounded by the
length of a run; the runs lie in the task's folder on the target, some 100 to 1,100 bytes a version.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import heapq
import io
import json
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from operator import itemgetter
from typing import Any, TextIO

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_objects import open_object, read_object
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.inventory import (
    DataFile,
    Inventory,
    InventoryError,
    Rows,
    read_manifest,
    split_url,
)

RUN, PAGE = 50_000, 1000
# So many runs are merged into one: files that are open are few, and a row is written once more for each 64 times more.
MOST_RUNS = 64
_LARGEST_MANIFEST = 64 * 1024 * 1024
_ORDER = itemgetter(0, 1)  # key, version id
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class SortedInventory:
    """The inventory whose manifest lies at ``url``, of ``bucket``. A context manager that removes its files.

    ``keep`` tells of an entry whether it is wanted. ``owner`` is the account that has to own the inventory's bucket.
    """

    def __init__(self, client: Any, url: str, bucket: str, owner: str | None, all_versions: bool, folder: str) -> None:
        self._client, self._owner, self._folder = client, owner, folder
        self._url = url
        self._bucket, key = split_url(url)
        document = read_object(client, self._bucket, key, owner, _LARGEST_MANIFEST)
        try:
            self.inventory: Inventory = read_manifest(document, bucket, all_versions)
        except InventoryError as error:
            raise InventoryError(f"The inventory {url}: {error.message}") from None
        # Runs of spilled rows, runs that were merged from such, and so on.
        self._levels: list[list[TextIO]] = []

    def close(self) -> None:
        """Remove the files."""
        for run in chain.from_iterable(self._levels):
            run.close()

    def pages(self, keep: Callable[[Entry], bool]) -> Iterator[list[Entry]]:
        """Give all wanted entries in the order of a listing, in pages. Raises :class:`InventoryError`, ``AwsError``."""
        rows = (entry for file in self.inventory.files for entry in self._read(file) if keep(entry))
        while run := sorted(islice(rows, RUN), key=_ORDER):
            self._keep(self._spill(run), 0)
        merged = _merged(chain.from_iterable(self._levels))
        while page := list(islice(merged, PAGE)):
            yield page

    def _keep(self, run: TextIO, level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(run)
        if len(runs) == MOST_RUNS:
            self._keep(self._spill(_merged(runs)), level + 1)
            for one in runs:
                one.close()
            runs.clear()

    def _spill(self, run: Iterable[Entry]) -> TextIO:
        file = tempfile.TemporaryFile("w+", encoding="ascii", newline="\n", dir=self._folder)  # noqa: SIM115
        file.writelines(_encode(entry) + "\n" for entry in run)
        file.seek(0)
        return file

    def _read(self, file: DataFile) -> Iterator[Entry]:
        """Read a file to its end; what is damaged or cut off is an error."""
        where = f"The inventory {self._url}: its file {file.key}"
        rows = Rows(self.inventory)
        with open_object(self._client, self._bucket, file.key, self._owner) as reader:
            digest = _Digest(reader)
            try:
                with gzip.open(io.BufferedReader(digest, 1 << 20), "rt", encoding="utf-8", newline="") as text:
                    yield from map(rows.entry, csv.reader(text))
            except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
                raise InventoryError(f"{where} can't be read: {error}") from None
            except InventoryError as error:
                raise InventoryError(f"{where}: {error.message}") from None
            if digest.hexdigest() != file.md5:
                raise InventoryError(f"{where} is another one than its manifest says (MD5)")


def _merged(runs: Iterable[TextIO]) -> Iterator[Entry]:
    return heapq.merge(*map(_entries, runs), key=_ORDER)


def _entries(run: TextIO) -> Iterator[Entry]:
    return (Entry(*json.loads(line)) for line in run)


class _Digest(io.RawIOBase):
    """Passes a stream on and digests it."""

    def __init__(self, inner: io.RawIOBase) -> None:
        self._inner = inner
        # Not for security: the digest that AWS gives.
        self._digest = hashlib.md5(usedforsecurity=False)

    def readable(self) -> bool:
        """A stream to read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits; 0 at the end."""
        length = self._inner.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:length])
        return length

    def hexdigest(self) -> str:
        """Give the digest of all that was read."""
        return self._digest.hexdigest()
