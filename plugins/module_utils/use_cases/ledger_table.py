# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make sure that the ledger's table is there and shaped as the ledger needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import ledger, ledger_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, ConflictError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.ledger import EXPIRY_ATTRIBUTE, KEY_SCHEMA
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

State = dict[str, Any]

# DynamoDB's answers while an earlier change is under way (Developer Guide: one change to a table at a time).
_BUSY = frozenset(["ContinuousBackupsUnavailableException", "LimitExceededException", "ResourceInUseException"])


@dataclass(frozen=True)
class LedgerTable:
    """What is asked for. ``None`` leaves a setting as it is; a new table gets DynamoDB's own default then.

    Tags are added or changed, never removed. ``kms_key_id``: the user's own key; without one DynamoDB encrypts with a
    key of its own.
    """

    name: str
    point_in_time_recovery: bool | None = None
    deletion_protection: bool | None = None
    kms_key_id: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def settings(self) -> State:
        """The settings asked for, by the names under which they are told."""
        asked: State = {
            "expires_by": EXPIRY_ATTRIBUTE,
            "point_in_time_recovery": self.point_in_time_recovery,
            "deletion_protection": self.deletion_protection,
            "kms_key_id": self.kms_key_id,
        }
        return {name: value for name, value in asked.items() if value is not None}


def ensure_ledger(client: Any, asked: LedgerTable, check_mode: bool, patience: Patience) -> Outcome:
    """Plan from what the table is, then apply setting by setting; each is its own step that can be run again.

    Raises :class:`RefusedError` for a table that is something else, :class:`DeadlineError`, :class:`AwsError`.
    """
    before = _state(client, asked)
    after = {**before, **asked.settings(), "exists": True, "tags": {**before["tags"], **asked.tags}}
    changed = before != after
    if changed and not check_mode:
        if not before["exists"]:
            _create(client, asked)
        _wait_until_active(client, asked.name, patience)
        for step in _steps(client, asked):
            _patiently(step, asked.name, patience)
            _wait_until_active(client, asked.name, patience)
    shown = {"ledger_table": asked.name, "region": client.meta.region_name}
    told_before = _told(before) if before["exists"] else {}
    return Outcome(changed, {"ledger": {**shown, **_told(after)}}, told_before, _told(after))


def _state(client: Any, asked: LedgerTable) -> State:
    try:
        description = ledger.describe(client, asked.name)
    except MissingError:
        return {"exists": False, "tags": {}}
    _refuse_other_tables(asked.name, description)
    expires_by = ledger_table.expiry_attribute(client, asked.name)
    if expires_by not in ("", EXPIRY_ATTRIBUTE):
        raise RefusedError(
            f"The table {asked.name}",
            [f"its items expire by the attribute {expires_by!r}, the ledger's by {EXPIRY_ATTRIBUTE!r}; name another"],
        )
    state: State = {"exists": True, "expires_by": expires_by, "tags": {}}
    if asked.point_in_time_recovery is not None:
        state["point_in_time_recovery"] = ledger_table.has_point_in_time_recovery(client, asked.name)
    if asked.deletion_protection is not None:
        state["deletion_protection"] = bool(description.get("DeletionProtectionEnabled"))
    if asked.kms_key_id is not None:
        state["kms_key_id"] = _same_key(str(description.get("SSEDescription", {}).get("KMSMasterKeyArn", "")), asked)
    if asked.tags:
        state["tags"] = ledger_table.list_tags(client, description["TableArn"])
    return state


def _refuse_other_tables(name: str, description: dict[str, Any]) -> None:
    keys = {key["AttributeName"]: key["KeyType"] for key in description.get("KeySchema", [])}
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in description.get("AttributeDefinitions", [])}
    if keys != KEY_SCHEMA or any(types.get(key) != "S" for key in KEY_SCHEMA):
        raise RefusedError(
            f"The table {name}",
            [f"it is not a ledger: its key is {keys}, a ledger's is {KEY_SCHEMA}, both text; name another table"],
        )


def _same_key(arn: str, asked: LedgerTable) -> str:
    """DynamoDB shows a key's ARN; the user may have named it by its id."""
    return asked.kms_key_id if asked.kms_key_id and arn.endswith(f"/{asked.kms_key_id}") else arn


def _create(client: Any, asked: LedgerTable) -> None:
    request: dict[str, Any] = {
        "TableName": asked.name,
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in KEY_SCHEMA.items()],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in KEY_SCHEMA],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if asked.deletion_protection is not None:
        request["DeletionProtectionEnabled"] = asked.deletion_protection
    if asked.kms_key_id:
        request["SSESpecification"] = _encryption(asked.kms_key_id)
    if asked.tags:
        request["Tags"] = ledger_table.wire_tags(asked.tags)
    try:
        ledger_table.create_table(client, request)
    except ConflictError:
        # Another run is making it at this moment; the steps below bring it into shape either way.
        return


def _steps(client: Any, asked: LedgerTable) -> Iterator[Callable[[], None]]:
    """What is left to do, looked at anew after the table is there."""
    name = asked.name
    now = _state(client, asked)
    left = {setting: value for setting, value in asked.settings().items() if now.get(setting) != value}
    calls: dict[str, Callable[[], None]] = {
        "expires_by": lambda: ledger_table.set_expiry_attribute(client, name, EXPIRY_ATTRIBUTE),
        "point_in_time_recovery": lambda: ledger_table.set_point_in_time_recovery(
            client, name, bool(asked.point_in_time_recovery)
        ),
        "deletion_protection": lambda: ledger_table.update_table(
            client, name, {"DeletionProtectionEnabled": asked.deletion_protection}
        ),
        "kms_key_id": lambda: ledger_table.update_table(
            client, name, {"SSESpecification": _encryption(asked.kms_key_id or "")}
        ),
    }
    for setting in left:
        yield calls[setting]
    tags = {key: value for key, value in asked.tags.items() if now["tags"].get(key) != value}
    if tags:
        arn = ledger.describe(client, name)["TableArn"]
        yield lambda: ledger_table.add_tags(client, arn, tags)


def _encryption(key: str) -> dict[str, Any]:
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}


def _patiently(step: Callable[[], None], name: str, patience: Patience) -> None:
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
            f"The ledger table {name} was still busy after {patience.timeout:g} s: {busy.message}. Run again"
        ) from busy


def _wait_until_active(client: Any, name: str, patience: Patience) -> None:
    def status() -> str:
        try:
            return str(ledger.describe(client, name).get("TableStatus"))
        except MissingError:
            # DescribeTable is eventually consistent: a table made a moment ago may not show yet.
            return "not there yet"

    found, active = until(patience, status, lambda status: status == "ACTIVE")
    if not active:
        raise DeadlineError(
            f"The ledger table {name} is {found} after {patience.timeout:g} s; run again when it is ACTIVE"
        )


def _told(state: State) -> State:
    return {name: value for name, value in state.items() if name != "exists"}
