# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes to the ledger, planned first and kept on disk until they are carried out, many calls at once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any, BinaryIO

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger as table_calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import Item
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access

Key = tuple[str, str]


def put_all(access: Access, table: str, items: Iterable[Item]) -> None:
    """Put items; ``items`` is read lazily. When it returns, all are written."""
    client = access.clients("dynamodb")
    for _count in in_order(
        lambda batch: table_calls.put_items(client, table, batch), _batches(items), access.concurrency
    ):
        pass


def delete_all(access: Access, table: str, keys: Iterable[Key]) -> None:
    """Delete (partition key, sort key) pairs; ``keys`` is read lazily. When it returns, all are gone."""
    client = access.clients("dynamodb")
    for _count in in_order(
        lambda batch: table_calls.delete_keys(client, table, batch), _batches(keys), access.concurrency
    ):
        pass


def _batches(things: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(things)
    while batch := list(islice(iterator, table_calls.BATCH)):
        yield batch


class PlannedWrites:
    """Items to put and keys to delete; a context manager that removes its files.

    ``planned`` tells whether there is anything to write.
    """

    def __init__(self, folder: str) -> None:
        self.planned = False
        self._puts: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._deletes: BinaryIO = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115

    def __enter__(self) -> PlannedWrites:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._puts.close()
        self._deletes.close()

    def put(self, item: Item) -> None:
        """Plan to put an item."""
        self.planned = True
        self._puts.write(json.dumps(item).encode() + b"\n")

    def delete(self, keys: Iterable[Key]) -> None:
        """Plan to delete items."""
        for key in keys:
            self.planned = True
            self._deletes.write(json.dumps(key).encode() + b"\n")

    def apply(self, access: Access, table: str) -> None:
        """Write. Puts come first: a run that is killed in between leaves a note too many, not one too few."""
        put_all(access, table, _lines(self._puts))
        delete_all(access, table, ((partition, sort_key) for partition, sort_key in _lines(self._deletes)))


def _lines(file: BinaryIO) -> Iterator[Any]:
    file.seek(0)
    return (json.loads(line) for line in file)
