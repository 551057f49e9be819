# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make sure that there is a table with a replica in each Region. Replicas and indexes that nobody asked for stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import global_table as calls
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# DynamoDB's answers while an earlier change is under way (Developer Guide: one change to a table at a time).
_BUSY = frozenset(["ContinuousBackupsUnavailableException", "LimitExceededException", "ResourceInUseException"])


@dataclass(frozen=True)
class Index:
    """A global secondary index with all attributes; its keys are texts."""

    name: str
    partition_key: str
    sort_key: str | None = None


@dataclass(frozen=True)
class Table:
    """What is asked for. The first of ``regions`` is where the table is made; keys are texts."""

    name: str
    regions: Sequence[str]
    partition_key: str = "name"
    sort_key: str | None = None
    indexes: Sequence[Index] = ()
    restorable: bool = False
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def keys(self) -> dict[str, str]:
        """The attributes of the key and what they are of it."""
        return _keys(self.partition_key, self.sort_key)

    def problems(self) -> list[str]:
        """Say what can't be right."""
        found = [] if self.regions else ["regions is empty; name at least one"]
        if len(set(self.regions)) < len(self.regions):
            found.append(f"regions has doubles: {', '.join(self.regions)}")
        return found


def ensure(clients: Callable[[str], Any], asked: Table, check_mode: bool, patience: Patience) -> Outcome:
    """Make table, replicas, indexes. Raises :class:`RefusedError`, :class:`DeadlineError`, :class:`AwsError`."""
    problems = asked.problems()
    if problems:
        raise RefusedError(f"Table {asked.name}", problems)
    home, description = _home(clients, asked)
    before = _state(clients, asked, description)
    after = {
        "regions": sorted({*before["regions"], *asked.regions}),
        "indexes": sorted({*before["indexes"], *(index.name for index in asked.indexes)}),
        "restorable": sorted({*before["restorable"], *(asked.regions if asked.restorable else ())}),
    }
    changed = description is None or before != after
    if changed and not check_mode:
        if description is None:
            _create(clients(home), asked)
        _active(clients(home), asked.name, patience)
        for step in _steps(clients, home, asked):
            _patiently(step, asked.name, patience)
            _active(clients(home), asked.name, patience)
    return Outcome(changed, {"table": {"name": asked.name, **after}}, before if description else {}, after)


def _home(clients: Callable[[str], Any], asked: Table) -> tuple[str, dict[str, Any] | None]:
    """The first Region that has the table already; else the first of all, with nothing."""
    for region in asked.regions:
        description = calls.describe(clients(region), asked.name)
        if description is not None:
            keys = {key["AttributeName"]: key["KeyType"] for key in description["KeySchema"]}
            types = {one["AttributeName"]: one["AttributeType"] for one in description["AttributeDefinitions"]}
            if keys != asked.keys or any(types.get(name) != "S" for name in keys):
                raise RefusedError(
                    f"Table {asked.name} in {region}",
                    [f"its key is {keys}; expected {asked.keys}, all text. Name another table"],
                )
            return region, description
    return asked.regions[0], None


def _state(clients: Callable[[str], Any], asked: Table, description: dict[str, Any] | None) -> dict[str, Any]:
    if description is None:
        return {"regions": [], "indexes": [], "restorable": []}
    replicas = {replica["RegionName"] for replica in description.get("Replicas") or []}
    home = description["TableArn"].split(":")[3]
    regions = sorted({home, *replicas})
    indexes = {index["IndexName"]: index for index in description.get("GlobalSecondaryIndexes") or []}
    wrong = [
        f"its index {index.name} has the key {found}; expected {_keys(index.partition_key, index.sort_key)}"
        for index in asked.indexes
        if index.name in indexes
        and (found := {key["AttributeName"]: key["KeyType"] for key in indexes[index.name]["KeySchema"]})
        != _keys(index.partition_key, index.sort_key)
    ]
    if wrong:
        raise RefusedError(f"Table {asked.name}", wrong)
    looked_at = [region for region in regions if region in asked.regions] if asked.restorable else []
    restorable = [region for region in looked_at if calls.is_restorable(clients(region), asked.name)]
    return {"regions": regions, "indexes": sorted(indexes), "restorable": restorable}


def _create(client: Any, asked: Table) -> None:
    names = {*asked.keys, *(name for index in asked.indexes for name in _keys(index.partition_key, index.sort_key))}
    request: dict[str, Any] = {
        "TableName": asked.name,
        "KeySchema": _schema(asked.keys),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(names)],
        "BillingMode": "PAY_PER_REQUEST",
        # Replicas need it, and a table without can only be given one by a change of its own.
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    if asked.indexes:
        request["GlobalSecondaryIndexes"] = [_index(index) for index in asked.indexes]
    if asked.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in asked.tags]
    try:
        calls.create(client, request)
    except ConflictError:
        return  # another run is making it at this moment; the steps bring it into shape either way


def _steps(clients: Callable[[str], Any], home: str, asked: Table) -> Iterator[Callable[[], None]]:
    """What is left to do; each is one change, which DynamoDB takes one at a time."""
    now = _state(clients, asked, calls.describe(clients(home), asked.name))
    for index in asked.indexes:
        if index.name not in now["indexes"]:
            change = {
                "AttributeDefinitions": [
                    {"AttributeName": name, "AttributeType": "S"}
                    for name in sorted({*asked.keys, *_keys(index.partition_key, index.sort_key)})
                ],
                "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
            }
            yield _update(clients(home), asked.name, change)
    for region in asked.regions:
        if region not in now["regions"]:
            yield _update(clients(home), asked.name, {"ReplicaUpdates": [{"Create": {"RegionName": region}}]})
    if asked.restorable:
        for region in asked.regions:
            if region not in now["restorable"]:
                yield _restorable(clients(region), asked.name)


def _update(client: Any, table: str, change: dict[str, Any]) -> Callable[[], None]:
    return lambda: calls.update(client, table, change)


def _restorable(client: Any, table: str) -> Callable[[], None]:
    return lambda: calls.make_restorable(client, table)


def _patiently(step: Callable[[], None], table: str, patience: Patience) -> None:
    def attempt() -> AwsError | None:
        try:
            step()
        except AwsError as error:
            if error.code not in _BUSY:
                raise
            return error
        return None

    busy, done = until(patience, attempt, lambda error: error is None)
    if not done and busy is not None:
        raise DeadlineError(
            f"Table {table} was still busy after {patience.timeout:g} s: {busy.message}. Run again"
        ) from busy


def _active(client: Any, table: str, patience: Patience) -> None:
    def status() -> str:
        found = calls.describe(client, table)
        # DescribeTable is eventually consistent: a table made a moment ago may not show yet.
        parts = [found["TableStatus"]] if found else ["not there yet"]
        parts += [replica.get("ReplicaStatus", "ACTIVE") for replica in (found or {}).get("Replicas") or []]
        parts += [index.get("IndexStatus", "ACTIVE") for index in (found or {}).get("GlobalSecondaryIndexes") or []]
        return next((part for part in parts if part != "ACTIVE"), "ACTIVE")

    found, active = until(patience, status, lambda status: status == "ACTIVE")
    if not active:
        raise DeadlineError(f"Table {table} is {found} after {patience.timeout:g} s; run again when it is ACTIVE")


def _keys(partition_key: str, sort_key: str | None) -> dict[str, str]:
    return {partition_key: "HASH", **({sort_key: "RANGE"} if sort_key else {})}


def _schema(keys: dict[str, str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]


def _index(index: Index) -> dict[str, Any]:
    schema = _schema(_keys(index.partition_key, index.sort_key))
    return {"IndexName": index.name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
