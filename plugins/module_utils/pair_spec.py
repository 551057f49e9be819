# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of ``bucket_pairs``, without what works with them: filters read them too, and need no AWS library."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.back_fill import DESCRIPTION
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import Discovery
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_rules import NOTIFICATION_ID
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import PROPERTIES

Spec = dict[str, Any]

_RULE: Spec = {
    "rule_id": {"type": "str"},
    "priority": {"type": "int"},
    "status": {"type": "str", "choices": ["enabled", "disabled"]},
    "prefix": {"type": "str"},
    "tags": {"type": "dict"},
    "delete_marker_replication": {"type": "bool"},
    "replica_modifications": {"type": "bool"},
    "replication_time_control": {"type": "bool"},
}
_DESTINATION: Spec = {
    "bucket": {"type": "str", "required": True},
    "region": {"type": "str", "required": True},
    "account_id": {"type": "str"},
    "storage_class": {"type": "str"},
    "owner_override": {"type": "bool"},
    "replica_kms_key_id": {"type": "str", "no_log": False},
}
_SOURCE: Spec = {
    "bucket": {"type": "str", "required": True},
    "region": {"type": "str", "required": True},
    "kms_key_arns": {"type": "list", "elements": "str", "no_log": False},
}
_DISCOVER: Spec = {
    "region": {"type": "str", "required": True},
    "tags": {"type": "dict", "required": True},
    "ignore_case": {"type": "bool", "default": False},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "kms_key_arns": {"type": "list", "elements": "str", "no_log": False},
    "destination": {"type": "dict", "required": True, "options": _DESTINATION},
    **{name: option for name, option in _RULE.items() if name != "tags"},
    "object_tags": {"type": "dict"},
    "unmatched": {"type": "str", "choices": ["ignore", "remove"], "default": "ignore"},
    "unmatched_destination": {"type": "str", "choices": ["keep", "delete_if_empty"], "default": "keep"},
}
_MAPPING: Spec = {
    **{name: {"type": "dict", "default": {}} for name in ("buckets", "accounts", "others")},
    "kms_keys": {"type": "dict", "default": {}, "no_log": False},
    "multi_region_keys": {"type": "bool", "default": False},
}
_MIRROR: Spec = {
    "properties": {"type": "list", "elements": "str", "choices": list(PROPERTIES)},
    "purge": {"type": "bool", "default": False},
    "mapping": {"type": "dict", "default": {}, "options": _MAPPING},
}
_BACK_FILL: Spec = {
    "role": {"type": "str", "required": True},
    "report_bucket": {"type": "str", "required": True},
    "report_prefix": {"type": "str", "default": ""},
    "note_prefix": {"type": "str", "default": DESCRIPTION},
    "replicate": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 3600},
    "wait_delay": {"type": "int", "default": 30},
}
_STANDARD: Spec = {
    "encryption": {"type": "bool", "default": True},
    "public_access_block": {"type": "bool", "default": True},
    "ownership": {"type": "bool", "default": True},
    "tls_only": {"type": "bool", "default": True},
    "object_lock": {"type": "bool", "default": True},
}


def pairs_spec() -> Spec:
    """Give the spec of all options but waits, progress, concurrency and account roles."""
    return {
        "pairs": {
            "type": "list",
            "elements": "dict",
            "options": {
                "source": {"type": "dict", "required": True, "options": _SOURCE},
                "destination": {"type": "dict", "required": True, "options": _DESTINATION},
                **_RULE,
            },
        },
        "discover": {"type": "dict", "options": _DISCOVER},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "mirror": {"type": "dict", "options": _MIRROR},
        "back_fill": {"type": "dict", "options": _BACK_FILL},
        "role": {"type": "str"},
        "role_prefix": {"type": "str", "default": "s3-replication-"},
        "role_path": {"type": "str", "default": "/"},
        "role_boundary": {"type": "str"},
        "role_wait": {"type": "int", "default": 15},
        "replace_role": {"type": "bool", "default": False},
        "standard": {"type": "dict", "options": _STANDARD, "apply_defaults": True},
        "tags": {"type": "dict"},
        "failure_queue": {"type": "str"},
        "notification_id": {"type": "str", "default": NOTIFICATION_ID},
        "replicate": {"type": "bool", "default": True},
        "keep_going": {"type": "bool", "default": False},
    }


def discovery_of(options: dict[str, Any]) -> Discovery:
    """Give what ``discover`` asks for."""
    rule = {name: options[name] for name in _RULE if name != "tags"}
    return Discovery(
        region=options["region"],
        tags={str(key): None if value is None else str(value) for key, value in options["tags"].items()},
        template={
            "source": {"kms_key_arns": options["kms_key_arns"]},
            "destination": options["destination"],
            **rule,
            "tags": options["object_tags"],
        },
        ignore_case=options["ignore_case"],
        exclude=tuple(options["exclude"]),
        remove=options["unmatched"] == "remove",
        delete_empty=options["unmatched_destination"] == "delete_if_empty",
    )
