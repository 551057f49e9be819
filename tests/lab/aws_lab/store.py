# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to MiniStack's S3 dictionaries, for what the lab adds (replication, S3 Batch Operations).

MiniStack keeps a bucket's current objects in `_buckets[name]["objects"]` and every version of a key, oldest first, in
`_object_versions[(bucket, key)]`; tags, ACLs and locks sit in dictionaries of their own, keyed by (bucket, key,
version) with None for the null version. All of them are divided by account. Bucket names are global, so nobody outside
this file has to think of accounts: every function takes the bucket's name alone.

The version id of the null version is the string "null" here, as on the wire.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import Any, cast

from ministack.core.responses import request_scope
from ministack.services import s3

from aws_lab import clock
from aws_lab.versions import NOTES, NULL_VERSION, Extras, Notes, Version

__all__ = ["NULL_VERSION", "Extras", "Notes", "Version"]

_COPIED = (
    "last_modified", "etag", "size", "content_type", "content_encoding", "metadata", "checksums", "checksum_type",
    "parts",
)  # fmt: skip


_owners: dict[str, str] = {}  # MiniStack looks through all buckets for this; asked dozens of times a replica


# ---- buckets


def owner(bucket: str) -> str | None:
    """The account that owns the bucket, or None where there is no such bucket."""
    known = _owners.get(bucket)
    if known is not None and s3._buckets.contains_scoped(known, None, bucket):
        return known
    found = next((account for account, name in list(s3._buckets._data) if name == bucket), None)
    if found is not None:
        _owners[bucket] = found
    return cast("str | None", found)


def region(bucket: str) -> str | None:
    """The bucket's Region, or None where there is no such bucket."""
    found = _bucket(bucket)
    return None if found is None else str(found.get("region") or "us-east-1")


def versioning(bucket: str) -> str:
    """Enabled, Suspended, or "" where versioning was never set."""
    return str(_of_bucket(s3._bucket_versioning, bucket) or "")


def has_object_lock(bucket: str) -> bool:
    """Whether Object Lock is enabled on the bucket."""
    return bool(_of_bucket(s3._bucket_object_lock, bucket))


def default_retention(bucket: str) -> bool:
    """Whether Object Lock gives every new object of the bucket a retention period."""
    return bool((_of_bucket(s3._bucket_object_lock, bucket) or {}).get("default_retention"))


def policy(bucket: str) -> str:
    """The bucket policy's JSON, "" where there is none."""
    return str(_of_bucket(s3._bucket_policies, bucket) or "")


def acls_disabled(bucket: str) -> bool:
    """Whether the bucket's Object Ownership is BucketOwnerEnforced (the default of new buckets)."""
    found = _bucket(bucket)
    return found is not None and bool(s3._bucket_owner_enforced(found))


def replication_configuration(bucket: str) -> dict[str, Any] | None:
    """{"Role", "Rules"} in the shape of boto3's GetBucketReplication, or None."""
    return cast("dict[str, Any] | None", _of_bucket(s3._bucket_replication, bucket))


def notification_xml(bucket: str) -> str:
    """The stored notification configuration, "" where there is none."""
    return str(_of_bucket(s3._bucket_notifications, bucket) or "")


def default_encryption(bucket: str) -> dict[str, str]:
    """The encryption headers that a write without any takes from the bucket's default encryption."""
    account = owner(bucket)
    if account is None:
        return {}
    with request_scope(account, region(bucket) or ""):
        return dict(s3._bucket_default_sse_headers(bucket))


def uses_bucket_key(bucket: str) -> bool:
    """Whether S3 Bucket Keys are on in the bucket's default encryption."""
    document = "".join(str(_of_bucket(s3._bucket_encryption, bucket) or "").split()).lower()
    return "<bucketkeyenabled>true<" in document


def private_acl(account: str) -> str:
    """The ACL document of an object that its owner, the account, has to itself."""
    return str(s3._canned_acl_policy_xml("private", s3._canonical_owner_id(account)))


# ---- versions


def find(bucket: str, key: str, version_id: str | None = None) -> Version | None:
    """The version with exactly this id; None or "null" is the null version (not the current one: see `current`)."""
    wanted = version_id or NULL_VERSION
    return next((version for version in of_key(bucket, key) if version.version_id == wanted), None)


def current(bucket: str, key: str) -> Version | None:
    """What a read without a version id meets: the newest version or delete marker, None where the key has none."""
    return next(reversed(of_key(bucket, key)), None)


def of_key(bucket: str, key: str) -> list[Version]:
    """All versions and delete markers of one key, oldest first."""
    account = owner(bucket)
    if account is None:
        return []
    records = s3._object_versions.get_scoped(account, None, (bucket, key)) or []
    found = [Version(bucket, account, key, record["version_id"], record) for record in records]
    if not found:  # an object written before versioning was switched on has no list of versions yet
        record = s3._buckets.get_scoped(account, None, bucket)["objects"].get(key)
        if record is not None:
            found.append(Version(bucket, account, key, record.get("version_id") or NULL_VERSION, record))
    return found


def keys(bucket: str, prefix: str = "") -> list[str]:
    """Every key that has a version or a delete marker, in order of their UTF-8 bytes, as S3 lists them."""
    account = owner(bucket)
    if account is None:
        return []
    found = set(s3._buckets.get_scoped(account, None, bucket)["objects"])
    listed = list(s3._object_versions._data)
    found.update(key for holder, (home, key) in listed if (holder, home) == (account, bucket))
    return sorted((key for key in found if key.startswith(prefix)), key=str.encode)


def versions(bucket: str, prefix: str = "") -> Iterator[Version]:
    """Every version and delete marker of the bucket, by key, newest first within a key."""
    for key in keys(bucket, prefix):
        yield from reversed(of_key(bucket, key))


def body(version: Version) -> bytes:
    """The object's bytes."""
    stored = version.record.get("data")
    return bytes(stored if stored is not None else version.record.get("body") or b"")


def extras(version: Version) -> Extras:
    """Tags, ACL and locks of a version, as they are now."""

    def side(table: Any) -> Any:
        return table.get_scoped(version.owner, None, version.side_key)

    return Extras(
        tags=dict(side(s3._object_tags) or {}),
        acl=side(s3._object_acl),
        retention=side(s3._object_retention),
        legal_hold=side(s3._object_legal_hold),
    )


# ---- writes


def set_status(version: Version, status: str) -> None:
    """Make HeadObject and GetObject, with and without the version id, show this replication status."""
    version.record["replication_status"] = status
    shown = s3._buckets.get_scoped(version.owner, None, version.bucket)["objects"].get(version.key)
    if shown is not None and (shown.get("version_id") or NULL_VERSION) == version.version_id:
        shown["replication_status"] = status


def set_extras(version: Version, given: Extras) -> None:
    """Replace tags, ACL and locks of a version."""
    _side_set(s3._object_tags, version, given.tags)
    _side_set(s3._object_acl, version, given.acl)
    _side_set(s3._object_retention, version, given.retention)
    _side_set(s3._object_legal_hold, version, given.legal_hold)


def clear_extras(bucket: str, key: str, version_id: str) -> None:
    """Take tags, ACL and locks from a version, where it is there."""
    version = find(bucket, key, version_id)
    if version is not None:
        set_extras(version, Extras())


def write_replica(
    destination: str, source: Version, *, storage_class: str, headers: dict[str, str], given: Extras
) -> Version:
    """Store a replica: same key, version id, body, metadata and creation time; a version of that id is overwritten.

    headers: content headers and encryption headers of the replica.
    """
    record = {name: source.record.get(name) for name in _COPIED}
    record.update(
        version_id=source.version_id,
        data=body(source),
        is_latest=False,
        preserved_headers=headers,
        storage_class=storage_class,
        replication_status="REPLICA",
    )
    replica = _insert(destination, source, record)
    set_extras(replica, given)
    return replica


def write_delete_marker_replica(destination: str, source: Version) -> Version:
    """Store a replica of a delete marker: same key, version id and creation time."""
    record = dict(source.record, is_latest=False, replication_status="REPLICA")
    return _insert(destination, source, record)


def put_object(bucket: str, key: str, data: bytes, headers: dict[str, str] | None = None) -> dict[str, str]:
    """Write an object as its bucket's owner would, with everything that follows from it (events, replication).

    headers: lower-case request headers. Returns the response headers; LookupError where S3 would refuse the request.
    """
    account = owner(bucket)
    if account is None:
        raise LookupError(f"there is no bucket {bucket}")
    with request_scope(account, region(bucket) or ""):
        status, answer, problem = s3._dispatch("PUT", bucket, key, dict(headers or {}), data, {})
    if status >= 300:
        raise LookupError(f"S3 refused to write {key!r} to {bucket}: {status} {problem!r}")
    return dict(answer)


# ---- hard deletes: version ids once deleted by id at a bucket can't be replicated there again

_hard_deleted: set[tuple[str, str, str]] = set()


def remember_hard_delete(bucket: str, key: str, version_id: str) -> None:
    """Note that a version was deleted by its id."""
    _hard_deleted.add((bucket, key, version_id))


def was_hard_deleted(bucket: str, key: str, version_id: str) -> bool:
    """Whether the version was deleted by its id in this bucket, and has not come back since."""
    return (bucket, key, version_id) in _hard_deleted


def forget() -> None:
    """At a reset of the lab."""
    _hard_deleted.clear()


# ---- inside


_last_created = 0.0


def stamp_creation(bucket: str, key: str, version_id: str) -> None:
    """Note the lab time of a write that just happened: strictly later than that of any write before."""
    global _last_created
    _last_created = max(clock.now(), _last_created + 1e-6)
    version = find(bucket, key, version_id)
    if version is not None:
        version.record[NOTES] = Notes(created=_last_created)


def _bucket(name: str) -> dict[str, Any] | None:
    account = owner(name)
    return None if account is None else cast("dict[str, Any]", s3._buckets.get_scoped(account, None, name))


def _of_bucket(table: Any, bucket: str) -> Any:
    account = owner(bucket)
    return None if account is None else table.get_scoped(account, None, bucket)


def _side_set(table: Any, version: Version, value: Any) -> None:
    if value:
        table.set_scoped(version.owner, None, version.side_key, value)
    else:
        table.pop_scoped(version.owner, None, version.side_key, None)


def _insert(bucket: str, source: Version, record: dict[str, Any]) -> Version:
    """Put a replica's record where its creation time belongs, and let the newest version be the current one."""
    account = owner(bucket)
    if account is None:
        raise LookupError(f"there is no bucket {bucket}")
    record[NOTES] = Notes(created=source.notes.created, is_replica=True)
    objects = s3._buckets.get_scoped(account, None, bucket)["objects"]
    with request_scope(account, region(bucket) or ""):
        records: list[dict[str, Any]] = s3._object_versions.setdefault((bucket, source.key), [])
        s3._preserve_null_version(bucket, source.key, records, objects.get(source.key))
    records[:] = [kept for kept in records if kept["version_id"] != source.version_id]
    bisect.insort(records, record, key=lambda kept: _created(bucket, account, source.key, kept))
    _show_newest(objects, source.key, records)
    return Version(bucket, account, source.key, source.version_id, record)


def _created(bucket: str, account: str, key: str, record: dict[str, Any]) -> float:
    return Version(bucket, account, key, record["version_id"], record).notes.created


def _show_newest(objects: dict[str, Any], key: str, records: list[dict[str, Any]]) -> None:
    for record in records:
        record["is_latest"] = record is records[-1]
    newest = records[-1]
    if newest.get("is_delete_marker"):
        objects.pop(key, None)
        return
    objects[key] = s3._object_record_from_version(newest)
    objects[key].update(parts=newest.get("parts"), checksum_type=newest.get("checksum_type"))
