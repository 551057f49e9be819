# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the object of unfinished work is on this side: in its place, in an earlier version, in an archive prefix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import object_copies
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import object_copy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reconcile_report as outcomes
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.times import from_datetime

OBJECT, EARLIER_VERSION, ARCHIVE = "object", "earlier_version", "archive"
NEVER_HERE, DELETED, ASLEEP, DENIED = "never_here", "deleted_for_good", "archived", "access_denied"


@dataclass(frozen=True)
class Place:
    """A version to restart from.

    ``newest`` is the newest version of the item's own key that is no delete marker, empty without one; ``replacing``
    the ETag of its current version, ``None`` without one.
    """

    found: str
    key: str
    version_id: str
    head: object_copies.Head
    newest: str
    replacing: str | None

    @property
    def facts(self) -> dict[str, str | None]:
        """Give what a row of the report says of it."""
        modified = self.head.get("LastModified")
        return {
            "found": self.found,
            "object_key": self.key,
            "version_id": self.version_id,
            "modified": from_datetime(modified) if modified else None,
        }


@dataclass(frozen=True)
class Nowhere:
    """Why there is none. ``outcome`` is one of ``domain.reconcile_report``."""

    outcome: str
    why: str
    msg: str


def locate(
    client: Any, bucket: str, key: str, input_prefix: str = "", archive_prefixes: tuple[str, ...] = ()
) -> Place | Nowhere:
    """Look for an object. Raises :class:`AwsError` when it is not known whether it is there."""
    try:
        return _locate(client, bucket, key, object_copy.archive_keys(key, input_prefix, archive_prefixes))
    except AccessDeniedError as error:
        hint = ""
        if not error.permission.startswith("s3:List"):
            hint = ". Without s3:ListBucket S3 gives this answer also for what is not there"
        return Nowhere(outcomes.DENIED, DENIED, error.message + hint)


def _locate(client: Any, bucket: str, key: str, archives: list[str]) -> Place | Nowhere:
    head = _head(client, bucket, key)
    if head is not None:
        version = str(head.get("VersionId") or "null")
        return _awake(Place(OBJECT, key, version, head, version, head["ETag"]))
    versions = object_copies.versions_of(client, bucket, key)
    if versions.newest:
        head = object_copies.head(client, bucket, key, versions.newest)
        return _awake(Place(EARLIER_VERSION, key, versions.newest, head, versions.newest, None))
    for archive in archives:
        head = _head(client, bucket, archive)
        if head is not None:
            version = str(head.get("VersionId") or "null")
            return _awake(Place(ARCHIVE, archive, version, head, "", None))
    looked = f", nor in {', '.join(archives)}" if archives else ""
    if versions.markers:
        told = f"of s3://{bucket}/{key} only delete markers are left on this side: its versions were deleted for good"
        return Nowhere(outcomes.MISSING, DELETED, f"{told}, or only the deletion was replicated{looked}")
    told = f"s3://{bucket}/{key} is not on this side in any version: it was not replicated in time"
    return Nowhere(outcomes.MISSING, NEVER_HERE, f"{told}, or all its versions were deleted{looked}")


def _head(client: Any, bucket: str, key: str) -> object_copies.Head | None:
    try:
        return object_copies.head(client, bucket, key)
    except MissingError:
        return None


def _awake(place: Place) -> Place | Nowhere:
    storage = object_copy.asleep(place.head)
    if storage is None:
        return place
    told = f"version {place.version_id} of {place.key!r} is archived in {storage}"
    return Nowhere(outcomes.MISSING, ASLEEP, f"{told}; restore it (RestoreObject) and run again")
