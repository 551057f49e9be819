# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``rules`` of the modules that write replication rules."""

from __future__ import annotations

from typing import Any

Spec = dict[str, Any]


def rules_spec() -> Spec:
    """Give the spec of ``rules``. No default anywhere: what is unset stays as it is.

    Values are judged by ``domain.replication_checks``, which names the rule; Ansible's own checks could not.
    """
    return {"rules": {"type": "list", "elements": "dict", "options": _RULE}}


_DESTINATION: Spec = {
    "bucket": {"type": "str"},
    "account_id": {"type": "str"},
    "owner_override": {"type": "bool"},
    "storage_class": {"type": "str"},
    "replica_kms_key_id": {"type": "str", "no_log": False},
}

_RULE: Spec = {
    "id": {"type": "str", "required": True},
    "priority": {"type": "int"},
    "status": {"type": "str", "choices": ["enabled", "disabled"]},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "destination": {"type": "dict", "options": _DESTINATION},
    "delete_marker_replication": {"type": "bool"},
    "replica_modifications": {"type": "bool"},
    "replication_time_control": {"type": "bool"},
    "metrics": {"type": "bool"},
}
