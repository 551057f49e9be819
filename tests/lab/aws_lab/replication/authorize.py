# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether S3 may replicate one thing under one rule, and the failureReason if not.

Every check asks the real role, bucket policies, keys and bucket states, in the order in which S3 meets them: it
assumes the role, reads at the source, decrypts, then writes at the destination. The codes and the permissions behind
them are those of the S3 User Guide, "Amazon S3 replication failure reasons" and "Setting up permissions for live
replication".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from aws_lab import iam, store
from aws_lab.replication import encryption, kms
from aws_lab.replication.rules import Operation, Rule
from aws_lab.store import Extras, Version
from aws_lab.versions import BUCKET_KEY

SERVICE = "s3.amazonaws.com"


@dataclass(frozen=True)
class Case:
    """One thing to replicate under one rule. batch: S3 Batch Replication asks, not live replication."""

    source: Version
    rule: Rule
    role_arn: str
    operation: Operation
    batch: bool = False

    @cached_property
    def session(self) -> iam.Session:
        """The replication role in S3's hands."""
        return iam.Session(self.role_arn, SERVICE)

    @cached_property
    def extras(self) -> Extras:
        """Tags, ACL and locks of the source, as they are now."""
        return store.extras(self.source)

    @cached_property
    def encryption(self) -> dict[str, str]:
        """The encryption headers of the replica."""
        return encryption.of_replica(self.source, self.rule)

    @cached_property
    def tags_readable(self) -> bool:
        """Whether the role may read the source's tags; without that S3 replicates the object, but not its tags."""
        return bool(self.at_source("s3:GetObjectVersionTagging"))

    @property
    def destination(self) -> str:
        """The destination bucket's name."""
        return self.rule.destination

    def at_source(self, action: str) -> iam.Decision:
        """Whether the role may do this on the source object."""
        conditions = {f"s3:existingobjecttag/{name}": value for name, value in self.extras.tags.items()}
        return self.session.may(action, f"arn:aws:s3:::{self.source.bucket}/{self.source.key}", conditions)

    def at_destination(self, action: str) -> iam.Decision:
        """Whether the role may do this on the replica."""
        return self.session.may(action, f"arn:aws:s3:::{self.destination}/{self.source.key}", self.encryption)


Check = Callable[[Case], "str | None"]


def failure_reason(case: Case) -> str | None:
    """The first reason why this can't be replicated, or None where it can."""
    return next((reason for check in _checks(case.operation) if (reason := check(case))), None)


def _checks(operation: Operation) -> tuple[Check, ...]:
    if operation is Operation.DELETE:
        return _DELETE
    return _METADATA if operation.is_metadata else _PUT


# ---- the role and the source


def _role(case: Case) -> str | None:
    source = case.source
    trusted = iam.may_assume(
        case.role_arn, SERVICE, source_account=source.owner, source_arn=f"arn:aws:s3:::{source.bucket}"
    )
    return None if trusted else "AssumeRoleNotPermitted"


def _source_bucket(case: Case) -> str | None:
    bucket = f"arn:aws:s3:::{case.source.bucket}"
    allowed = case.session.may("s3:GetReplicationConfiguration", bucket) and case.session.may("s3:ListBucket", bucket)
    return None if allowed else "SrcHeadObjectNotPermitted"


def _readable(case: Case) -> bool:
    if case.at_source("s3:GetObjectVersionForReplication"):
        return True
    # The guide: s3:GetObjectVersion does too, but not for objects encrypted with KMS keys.
    return case.source.kms_key is None and bool(case.at_source("s3:GetObjectVersion"))


def _read_object(case: Case) -> str | None:
    return None if _readable(case) else "SrcGetObjectNotPermitted"


def _read_head(case: Case) -> str | None:
    return None if _readable(case) else "SrcHeadObjectNotPermitted"


def _read_acl(case: Case) -> str | None:
    return None if case.at_source("s3:GetObjectVersionAcl") else "SrcGetAclNotPermitted"


def _read_tags(case: Case) -> str | None:
    if not case.extras.tags or case.tags_readable:
        return None
    denied = case.at_source("s3:GetObjectVersionTagging").explicit_deny
    return "SrcGetTaggingNotPermitted" if denied else None


def _read_locks(case: Case) -> str | None:
    if not store.has_object_lock(case.source.bucket):
        return None
    if not case.at_source("s3:GetObjectRetention"):
        return "SrcGetRetentionNotPermitted"
    return None if case.at_source("s3:GetObjectLegalHold") else "SrcGetLegalHoldNotPermitted"


def _decrypt(case: Case) -> str | None:
    source = case.source
    if not source.kms_key:
        return None  # not SSE-KMS, or the account's own aws/s3 key, which S3 may always use for the account
    key = kms.find(source.kms_key, account=source.owner, region=store.region(source.bucket) or "")
    if key is None or not key.usable:
        return "SrcKmsKeyInvalidState"
    context = encryption.context_arn(source.bucket, source.key, source.uses_bucket_key)
    allowed = kms.may_use(case.session, key, "kms:Decrypt", context)
    return None if allowed else "SrcGetObjectNotPermitted"


def _read_changed(case: Case) -> str | None:
    action, reason = {
        Operation.PUT_TAGGING: ("s3:GetObjectVersionTagging", "SrcGetTaggingNotPermitted"),
        Operation.PUT_ACL: ("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted"),
        Operation.PUT_RETENTION: ("s3:GetObjectRetention", "SrcGetRetentionNotPermitted"),
        Operation.PUT_LEGAL_HOLD: ("s3:GetObjectLegalHold", "SrcGetLegalHoldNotPermitted"),
    }[case.operation]
    return None if case.at_source(action) else reason


# ---- the destination


def _destination_bucket(case: Case) -> str | None:
    if store.owner(case.destination) is None:
        return "DstBucketNotFound"
    return None if store.versioning(case.destination) == "Enabled" else "DstBucketUnversioned"


def _destination_lock(case: Case) -> str | None:
    missing = store.has_object_lock(case.source.bucket) and not store.has_object_lock(case.destination)
    return "DstBucketObjectLockConfigMissing" if missing else None


def _account_fits(case: Case) -> bool:
    """Where the rule names an account, it has to be the one that owns the bucket."""
    return case.rule.account in ("", store.owner(case.destination))


def _writable(case: Case) -> bool:
    return _account_fits(case) and bool(case.at_destination("s3:ReplicateObject"))


def _write_object(case: Case) -> str | None:
    if _writable(case):
        return None
    return "DstMultipartInitNotPermitted" if case.source.is_multipart else "DstPutObjectNotPermitted"


def _override_owner(case: Case) -> str | None:
    if not case.rule.owner_override or store.acls_disabled(case.destination):
        return None
    return None if case.at_destination("s3:ObjectOwnerOverrideToBucketOwner") else "DstPutObjectNotPermitted"


def _encrypt(case: Case) -> str | None:
    reference = case.encryption.get(encryption.KMS_KEY)
    if not reference or not case.encryption.get(encryption.ALGORITHM, "").startswith("aws:kms"):
        return None
    # S3 resolves an alias of a rule in the account of the bucket that holds the rule, a default key's in its own
    # bucket's.
    account = case.source.owner if case.source.kms_key is not None else store.owner(case.destination) or ""
    key = kms.find(reference, account=account, region=store.region(case.destination) or "")
    if key is None:
        return "DstKmsKeyNotFound"
    if not key.usable:
        return "DstKmsKeyInvalidState"
    context = encryption.context_arn(case.destination, case.source.key, BUCKET_KEY in case.encryption)
    needed = encryption.actions_on_replica_key(case.source, case.encryption)
    allowed = all(kms.may_use(case.session, key, action, context) for action in needed)
    return None if allowed else "DstPutObjectNotPermitted"


def _hard_deleted(case: Case) -> str | None:
    """S3 Batch Replication does not bring back what was deleted at the destination by its version id."""
    source = case.source
    gone = case.batch and store.was_hard_deleted(case.destination, source.key, source.version_id)
    return "DstObjectHardDeleted" if gone else None


def _write_tags(case: Case) -> str | None:
    # s3:ReplicateObject implies s3:ReplicateTags: only an explicit deny stops tags.
    if not case.extras.tags or not case.tags_readable:
        return None
    return "DstPutTaggingNotPermitted" if case.at_destination("s3:ReplicateTags").explicit_deny else None


def _write_locks(case: Case) -> str | None:
    # The documented role needs no permission for locks at the destination: only an explicit deny stops them.
    if case.extras.retention and case.at_destination("s3:PutObjectRetention").explicit_deny:
        return "DstPutRetentionNotPermitted"
    if case.extras.legal_hold and case.at_destination("s3:PutObjectLegalHold").explicit_deny:
        return "DstPutLegalHoldNotPermitted"
    return None


def _version_there(case: Case) -> str | None:
    there = store.find(case.destination, case.source.key, case.source.version_id)
    return None if there else "DstVersionNotFound"


def _write_changed(case: Case) -> str | None:
    action, reason = {
        Operation.PUT_TAGGING: ("s3:ReplicateTags", "DstPutTaggingNotPermitted"),
        Operation.PUT_ACL: ("s3:ReplicateObject", "DstPutAclNotPermitted"),
        Operation.PUT_RETENTION: ("s3:PutObjectRetention", "DstPutRetentionNotPermitted"),
        Operation.PUT_LEGAL_HOLD: ("s3:PutObjectLegalHold", "DstPutLegalHoldNotPermitted"),
    }[case.operation]
    stopped = not _writable(case) or case.at_destination(action).explicit_deny
    return reason if stopped else None


def _write_delete_marker(case: Case) -> str | None:
    allowed = _account_fits(case) and case.at_destination("s3:ReplicateDelete")
    return None if allowed else "DstDelObjNotPermitted"


_SOURCE: tuple[Check, ...] = (_role, _source_bucket)
_PUT: tuple[Check, ...] = (
    *_SOURCE, _read_object, _read_acl, _read_tags, _read_locks, _decrypt,
    _destination_bucket, _destination_lock, _hard_deleted, _write_object, _override_owner, _encrypt,
    _write_tags, _write_locks,
)  # fmt: skip
_METADATA: tuple[Check, ...] = (
    *_SOURCE, _read_head, _read_changed, _destination_bucket, _destination_lock, _version_there, _write_changed,
)  # fmt: skip
_DELETE: tuple[Check, ...] = (*_SOURCE, _destination_bucket, _hard_deleted, _write_delete_marker)
