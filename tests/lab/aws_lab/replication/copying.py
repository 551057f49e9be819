# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing what may be replicated (S3 User Guide, "What is replicated?").

A replica keeps key, version id and creation time. Its storage class is the rule's, else the source's.
"""

from __future__ import annotations

from aws_lab import store
from aws_lab.replication.authorize import Case
from aws_lab.replication.rules import Operation
from aws_lab.store import Extras


def replicate(case: Case) -> None:
    """Carry out a case that `authorize.failure_reason` has nothing against."""
    if case.operation is Operation.DELETE:
        store.write_delete_marker_replica(case.destination, case.source)
    elif case.operation.is_metadata:
        _replicate_metadata(case)
    else:
        _replicate_object(case)


def _replicate_object(case: Case) -> None:
    content = {
        name: value
        for name, value in case.source.record.get("preserved_headers", {}).items()
        if name not in case.source.encryption
    }
    store.write_replica(
        case.destination,
        case.source,
        storage_class=case.rule.storage_class or case.source.storage_class,
        headers={**content, **case.encryption},
        given=Extras(
            tags=case.extras.tags if case.tags_readable else {},
            acl=_replica_acl(case),
            retention=case.extras.retention,
            legal_hold=case.extras.legal_hold,
        ),
    )


def _replicate_metadata(case: Case) -> None:
    replica = store.find(case.destination, case.source.key, case.source.version_id)
    if replica is None:
        raise LookupError(f"no replica of {case.source.key!r} in {case.destination}: authorize has to see that")
    kept, now = store.extras(replica), case.extras
    changed = case.operation
    store.set_extras(
        replica,
        Extras(
            tags=now.tags if changed is Operation.PUT_TAGGING else kept.tags,
            acl=_replica_acl(case) if changed is Operation.PUT_ACL else kept.acl,
            retention=now.retention if changed is Operation.PUT_RETENTION else kept.retention,
            legal_hold=now.legal_hold if changed is Operation.PUT_LEGAL_HOLD else kept.legal_hold,
        ),
    )


def _replica_acl(case: Case) -> str | None:
    """The source's ACL; in another account the source's owner owns the replica, unless the rule hands it over."""
    foreign = store.owner(case.destination) != case.source.owner
    if not foreign:
        return case.extras.acl
    if case.rule.owner_override or store.acls_disabled(case.destination):
        return None
    return case.extras.acl or store.private_acl(case.source.owner)
