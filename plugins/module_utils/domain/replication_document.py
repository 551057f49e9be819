# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing a rule back into S3's document, always in schema V2, touching nothing that already says what it should.

Elements that we do not model stay as they are, and so do the many ways to say one thing (``Filter`` empty or with an
empty ``Prefix``, metrics absent or disabled): S3 does not care, other tools may.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import V2, Raw, Rule, read_rule

# The only value that S3 takes for Replication Time Control and its event threshold.
_FIFTEEN_MINUTES = {"Minutes": 15}


def write_rule(raw: Raw | None, target: Rule, partition: str) -> dict[str, Any]:
    """Give ``raw`` (``None``: a new rule) changed so that it says what ``target`` says, in schema V2.

    ``partition`` is that of the configuration's role; the destination's ARN is built from it.
    """
    new: dict[str, Any] = copy.deepcopy(dict(raw)) if raw is not None else {"ID": target.id}
    present = read_rule(new) if raw is not None else None
    _write_head(new, present, target)
    _write_criteria(new, present, target)
    _write_destination(new.setdefault("Destination", {}), present, target, partition)
    return new


def write_filter(prefix: str, tags: dict[str, str]) -> dict[str, Any]:
    """Give the ``Filter`` element: S3 takes exactly one of prefix, tag, or ``And`` of at least two; or nothing."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    if not listed:
        return {"Prefix": prefix} if prefix else {}
    if len(listed) == 1 and not prefix:
        return {"Tag": listed[0]}
    return {"And": {**({"Prefix": prefix} if prefix else {}), "Tags": listed}}


def _write_head(new: dict[str, Any], present: Rule | None, target: Rule) -> None:
    if present is None or present.status != target.status:
        new["Status"] = "Enabled" if target.status == "enabled" else "Disabled"
    if target.priority is not None:
        new["Priority"] = target.priority
    same_filter = present is not None and (present.prefix, present.tags) == (target.prefix, target.tags)
    if present is None or present.schema != V2 or not same_filter:
        new.pop("Prefix", None)
        new["Filter"] = write_filter(target.prefix, dict(target.tags))
    same_markers = present is not None and present.delete_marker_replication == target.delete_marker_replication
    if "DeleteMarkerReplication" not in new or not same_markers:
        new["DeleteMarkerReplication"] = _switch(target.delete_marker_replication)


def _write_criteria(new: dict[str, Any], present: Rule | None, target: Rule) -> None:
    """``SourceSelectionCriteria``: S3 refuses it empty, and ``SseKmsEncryptedObjects`` without a replica key."""
    criteria = new.get("SourceSelectionCriteria", {})
    if target.replica_modifications != (present is not None and present.replica_modifications):
        _set_or_drop(criteria, "ReplicaModifications", target.replica_modifications, _switch(True))
    key = target.destination.replica_kms_key_id
    if key != (present.destination.replica_kms_key_id if present else None):
        _set_or_drop(criteria, "SseKmsEncryptedObjects", key is not None, _switch(True))
    _set_or_drop(new, "SourceSelectionCriteria", bool(criteria), criteria)


def _write_destination(new: dict[str, Any], present: Rule | None, target: Rule, partition: str) -> None:
    old, wanted = (present.destination if present else None), target.destination
    if old is None or old.bucket != wanted.bucket:
        new["Bucket"] = bucket_arn(wanted.bucket, partition)
    if wanted.account_id != (old.account_id if old else None):
        _set_or_drop(new, "Account", wanted.account_id is not None, wanted.account_id)
    if wanted.owner_override != (old is not None and old.owner_override):
        _set_or_drop(new, "AccessControlTranslation", wanted.owner_override, {"Owner": "Destination"})
    if wanted.storage_class != (old.storage_class if old else None):
        _set_or_drop(new, "StorageClass", wanted.storage_class is not None, wanted.storage_class)
    if wanted.replica_kms_key_id != (old.replica_kms_key_id if old else None):
        encryption = {"ReplicaKmsKeyID": wanted.replica_kms_key_id}
        _set_or_drop(new, "EncryptionConfiguration", wanted.replica_kms_key_id is not None, encryption)
    _write_metrics(new, present, target)


def _write_metrics(new: dict[str, Any], present: Rule | None, target: Rule) -> None:
    """Time control and metrics are written together: S3 wants both, alike, or metrics alone and without a threshold."""
    before = (present.replication_time_control, present.metrics) if present else (False, False)
    if (target.replication_time_control, target.metrics) == before:
        return
    on = target.replication_time_control
    _set_or_drop(new, "ReplicationTime", on, {**_switch(True), "Time": dict(_FIFTEEN_MINUTES)})
    threshold = {"EventThreshold": dict(_FIFTEEN_MINUTES)} if on else {}
    _set_or_drop(new, "Metrics", target.metrics, {**_switch(True), **threshold})


def _switch(on: bool) -> dict[str, Any]:
    return {"Status": "Enabled" if on else "Disabled"}


def _set_or_drop(holder: dict[str, Any], name: str, wanted: bool, value: Any) -> None:
    if wanted:
        holder[name] = value
    else:
        holder.pop(name, None)
