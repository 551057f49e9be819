# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One version of an object in MiniStack's S3, as the lab's additions see it. `aws_lab.store` finds and changes them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, cast

from ministack.services import s3

NULL_VERSION = "null"
NOTES = "_lab"
BUCKET_KEY = "x-amz-server-side-encryption-bucket-key-enabled"


@dataclass
class Notes:
    """What the lab remembers of a version beside MiniStack's own record.

    created: lab time of the original write, exact enough to order versions; a replica has its source's.
    written_tags: the tags given with the write itself: rules with tag filters look at these, never at later ones.
    destinations: replication status (PENDING, COMPLETED, FAILED) for every destination bucket the version goes to.
    is_replica: made by replication; stays true while replica modification sync makes the status say something else.
    """

    created: float
    written_tags: dict[str, str] = field(default_factory=dict)
    destinations: dict[str, str] = field(default_factory=dict)
    is_replica: bool = False


@dataclass(frozen=True)
class Version:
    """One version of an object, or one delete marker. `record` is MiniStack's own record, live: change it here only."""

    bucket: str
    owner: str
    key: str
    version_id: str
    record: dict[str, Any]

    @property
    def is_delete_marker(self) -> bool:
        """Whether this is a delete marker."""
        return bool(self.record.get("is_delete_marker"))

    @property
    def is_latest(self) -> bool:
        """Whether a read without a version id finds this one."""
        return bool(self.record.get("is_latest", True))

    @property
    def size(self) -> int:
        """Bytes; 0 for a delete marker."""
        return int(self.record.get("size") or 0)

    @property
    def etag(self) -> str:
        """Without quotes; empty for a delete marker."""
        return str(self.record.get("etag") or "").strip('"')

    @property
    def last_modified(self) -> str:
        """ISO time of the write, UTC, milliseconds."""
        return str(self.record["last_modified"])

    @property
    def storage_class(self) -> str:
        """STANDARD where none was named."""
        return str(self.record.get("storage_class") or "STANDARD")

    @property
    def is_multipart(self) -> bool:
        """Whether the object was uploaded in parts (its ETag ends with the number of parts)."""
        return "-" in self.etag

    @property
    def status(self) -> str | None:
        """x-amz-replication-status, or None where the header is not sent."""
        return self.record.get("replication_status")

    @property
    def encryption(self) -> dict[str, str]:
        """The x-amz-server-side-encryption headers stored with the object; empty where it was written without any."""
        return cast("dict[str, str]", s3._stored_sse_headers(self.record))

    @property
    def kms_key(self) -> str | None:
        """The KMS key the object is encrypted with ("" for the account's aws/s3 key), None without SSE-KMS."""
        if not self.encryption.get("x-amz-server-side-encryption", "").startswith("aws:kms"):
            return None
        return self.encryption.get("x-amz-server-side-encryption-aws-kms-key-id", "")

    @property
    def uses_bucket_key(self) -> bool:
        """Whether the object is encrypted through an S3 Bucket Key."""
        return self.encryption.get(BUCKET_KEY) == "true"

    @property
    def encryption_type(self) -> str:
        """SSE-S3, SSE-KMS, DSSE-KMS, SSE-C or NOT-SSE, as S3 Inventory and Batch manifests name them."""
        algorithm = self.encryption.get("x-amz-server-side-encryption")
        if "x-amz-server-side-encryption-customer-algorithm" in self.encryption:
            return "SSE-C"
        return {"AES256": "SSE-S3", "aws:kms": "SSE-KMS", "aws:kms:dsse": "DSSE-KMS"}.get(algorithm or "", "NOT-SSE")

    @property
    def notes(self) -> Notes:
        """What the lab remembers of this version."""
        found = self.record.get(NOTES)
        if found is None:
            moment = datetime.datetime.fromisoformat(self.last_modified).timestamp()
            found = self.record[NOTES] = Notes(created=moment)
        return cast("Notes", found)

    @property
    def side_key(self) -> tuple[str, str, str | None]:
        """The key of MiniStack's dictionaries of tags, ACLs and locks."""
        return self.bucket, self.key, None if self.version_id == NULL_VERSION else self.version_id


@dataclass(frozen=True)
class Extras:
    """What hangs on a version outside its record. retention: {"Mode", "RetainUntilDate"}; legal_hold: ON or OFF."""

    tags: dict[str, str] = field(default_factory=dict)
    acl: str | None = None
    retention: dict[str, str] | None = None
    legal_hold: str | None = None
