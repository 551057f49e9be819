# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why S3 failed to replicate an object, and what helps.

The codes are those of the S3 User Guide, "Amazon S3 replication failure reasons" (34 codes). A code that is not
among them is kept as it is and has the class ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failure_record import UNSPECIFIED_REASON

PERMISSION_SOURCE = "permission-src"
PERMISSION_DESTINATION = "permission-dst"
KMS = "kms"
CONFIG_SOURCE = "config-src"
CONFIG_DESTINATION = "config-dst"
OBJECT_LOCK = "object-lock"
OBSOLETE = "obsolete"
ALREADY_DONE = "already-done"
NOT_ELIGIBLE = "not-eligible"
UNRECOVERABLE = "unrecoverable"
BATCH_SETUP = "batch-setup"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reason:
    """A failure reason: its ``kind`` (one of the classes above), its cause, and the remedy.

    ``batch_only`` reasons are given by S3 Batch Replication alone.
    """

    code: str
    kind: str
    cause: str
    remedy: str
    batch_only: bool = False

    @property
    def obsolete(self) -> bool:
        """Whether the version is gone from the source, so that nothing is left to replicate."""
        return self.kind == OBSOLETE

    @property
    def already_done(self) -> bool:
        """Whether S3 says that there was nothing left to do because it had been replicated."""
        return self.kind == ALREADY_DONE


_THEN_JOB = " Then run an S3 Batch Replication job: S3 does not retry failed objects by itself."
_REPLICATE = (
    "Allow the replication role s3:ReplicateObject on the destination's objects, in the role's policy and (for another "
    "account) in the destination's bucket policy, and look for explicit denies there."
)

_REASONS = (
    Reason(
        "AssumeRoleNotPermitted",
        PERMISSION_SOURCE,
        "S3 can't assume the role of the replication configuration (or of the Batch job).",
        "Make sure that the role exists, that its trust policy lets s3.amazonaws.com assume it "
        "(batchoperations.s3.amazonaws.com for a Batch job), and that no service control policy denies it." + _THEN_JOB,
    ),
    Reason(
        "DstBucketInvalidRegion",
        BATCH_SETUP,
        "The destination bucket is not in the Region that the Batch job says.",
        "Create the Batch job in the Region of the source bucket, and correct the rule's destination.",
        batch_only=True,
    ),
    Reason(
        "DstBucketNotFound",
        CONFIG_DESTINATION,
        "The destination bucket does not exist.",
        "Create the bucket again or correct the rule's destination. Make sure first that nobody else has taken the "
        "name meanwhile." + _THEN_JOB,
    ),
    Reason(
        "DstBucketObjectLockConfigMissing",
        OBJECT_LOCK,
        "The source bucket has Object Lock and the destination bucket has not.",
        "Enable Object Lock on the destination bucket." + _THEN_JOB,
    ),
    Reason(
        "DstBucketUnversioned",
        CONFIG_DESTINATION,
        "Versioning of the destination bucket is off or suspended.",
        "Enable versioning on the destination bucket." + _THEN_JOB,
    ),
    Reason(
        "DstDelObjNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not replicate the delete marker.",
        "Allow the replication role s3:ReplicateDelete on the destination's objects, in the role's policy and (for "
        "another account) in the destination's bucket policy." + _THEN_JOB,
    ),
    Reason(
        "DstKmsKeyInvalidState",
        KMS,
        "The KMS key for the replicas is disabled or waits for its deletion.",
        "Enable the key, or cancel its deletion, in the destination's Region." + _THEN_JOB,
    ),
    Reason(
        "DstKmsKeyNotFound",
        KMS,
        "The KMS key for the replicas does not exist.",
        "Correct the rule's replica_kms_key_id: the full ARN of a key in the destination's Region." + _THEN_JOB,
    ),
    Reason(
        "DstMultipartCompleteNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not complete the multipart upload of a large object at the destination.",
        _REPLICATE + _THEN_JOB,
    ),
    Reason(
        "DstMultipartInitNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not begin the multipart upload of a large object at the destination.",
        _REPLICATE + _THEN_JOB,
    ),
    Reason(
        "DstMultipartUploadNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not upload a part of a large object at the destination.",
        _REPLICATE + _THEN_JOB,
    ),
    Reason(
        "DstObjectHardDeleted",
        UNRECOVERABLE,
        "The version was deleted by its id at the destination, so it can't be replicated there again.",
        "Copy the object onto itself at the source (S3 Batch Operations, Copy): the new version replicates.",
        batch_only=True,
    ),
    Reason(
        "DstPutAclNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not write the ACL at the destination.",
        _REPLICATE + " Look at the destination's Object Ownership too." + _THEN_JOB,
    ),
    Reason(
        "DstPutLegalHoldNotPermitted",
        OBJECT_LOCK,
        "The role may not write the Object Lock legal hold at the destination.",
        "Allow the replication role s3:PutObjectLegalHold on the destination's objects." + _THEN_JOB,
    ),
    Reason(
        "DstPutObjectNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not write the object at the destination. A refusal by the destination's KMS key is told so too.",
        _REPLICATE + " With owner_override also s3:ObjectOwnerOverrideToBucketOwner. With an encrypted destination "
        "allow the role kms:Encrypt, kms:GenerateDataKey* and kms:Decrypt in the key's policy." + _THEN_JOB,
    ),
    Reason(
        "DstPutRetentionNotPermitted",
        OBJECT_LOCK,
        "The role may not write the Object Lock retention at the destination.",
        "Allow the replication role s3:PutObjectRetention on the destination's objects." + _THEN_JOB,
    ),
    Reason(
        "DstPutTaggingNotPermitted",
        PERMISSION_DESTINATION,
        "The role may not write the object's tags at the destination.",
        _REPLICATE + " Look for an explicit deny of s3:ReplicateTags." + _THEN_JOB,
    ),
    Reason(
        "DstVersionNotFound",
        CONFIG_DESTINATION,
        "A change of metadata was to be replicated, and the version itself is not at the destination.",
        "Replicate the version first by an S3 Batch Replication job. If it was deleted by its id at the destination, "
        "copy the object onto itself at the source instead.",
    ),
    Reason(
        "InitiateReplicationNotPermitted",
        BATCH_SETUP,
        "The Batch job's role may not begin replication of the object.",
        "Allow the Batch job's role s3:InitiateReplication on the source's objects, and run the job again.",
        batch_only=True,
    ),
    Reason(
        "SrcBucketInvalidRegion",
        BATCH_SETUP,
        "The source bucket is not in the Region of the Batch job.",
        "Create the Batch job in the Region of the source bucket.",
        batch_only=True,
    ),
    Reason(
        "SrcBucketNotFound",
        CONFIG_SOURCE,
        "The source bucket does not exist.",
        "If it was deleted on purpose, nothing can be replicated from it any more and its records may go; otherwise "
        "correct the bucket's name.",
    ),
    Reason(
        "SrcBucketReplicationConfigMissing",
        CONFIG_SOURCE,
        "The source bucket has no replication configuration.",
        "Put the configuration back (aws_dr.s3.bucket_replication)." + _THEN_JOB,
    ),
    Reason(
        "SrcGetAclNotPermitted",
        PERMISSION_SOURCE,
        "The role may not read the object's ACL.",
        "Allow the replication role s3:GetObjectVersionAcl on the source's objects. If another account owns the "
        "object, set the source's Object Ownership to BucketOwnerEnforced." + _THEN_JOB,
    ),
    Reason(
        "SrcGetLegalHoldNotPermitted",
        OBJECT_LOCK,
        "The role may not read the object's Object Lock legal hold.",
        "Allow the replication role s3:GetObjectLegalHold on the source's objects." + _THEN_JOB,
    ),
    Reason(
        "SrcGetObjectNotPermitted",
        PERMISSION_SOURCE,
        "The role may not read the object.",
        "Allow the replication role s3:GetObjectVersionForReplication on the source's objects, and kms:Decrypt on "
        "the key that encrypts them." + _THEN_JOB,
    ),
    Reason(
        "SrcGetRetentionNotPermitted",
        OBJECT_LOCK,
        "The role may not read the object's Object Lock retention.",
        "Allow the replication role s3:GetObjectRetention on the source's objects." + _THEN_JOB,
    ),
    Reason(
        "SrcGetTaggingNotPermitted",
        PERMISSION_SOURCE,
        "The role may not read the object's tags.",
        "Allow the replication role s3:GetObjectVersionTagging on the source's objects." + _THEN_JOB,
    ),
    Reason(
        "SrcHeadObjectNotPermitted",
        PERMISSION_SOURCE,
        "The role may not read the object's metadata.",
        "Allow the replication role s3:GetObjectVersionForReplication on the source's objects." + _THEN_JOB,
    ),
    Reason(
        "SrcKeyNotFound",
        OBSOLETE,
        "The key was deleted at the source before it was replicated.",
        "Nothing is left to replicate; the record may go (aws_dr.s3.replication_failure_prune).",
    ),
    Reason(
        "SrcKmsKeyInvalidState",
        KMS,
        "The KMS key that encrypts the source object is disabled or waits for its deletion.",
        "Enable the key, or cancel its deletion, in the source's Region." + _THEN_JOB,
    ),
    Reason(
        "SrcObjectNotEligible",
        NOT_ELIGIBLE,
        "The object's storage class or tags do not match what the rule replicates.",
        "This is no fault by itself: change the rule, restore the object from its archive, or let the record go.",
    ),
    Reason(
        "SrcObjectNotFound",
        OBSOLETE,
        "The source object does not exist.",
        "Nothing is left to replicate; the record may go (aws_dr.s3.replication_failure_prune).",
    ),
    Reason(
        "SrcReplicationNotPending",
        ALREADY_DONE,
        "The object has been replicated already.",
        "Nothing is left to do; the record may go (aws_dr.s3.replication_failure_prune).",
    ),
    Reason(
        "SrcVersionNotFound",
        OBSOLETE,
        "The version was deleted at the source before it was replicated.",
        "Nothing is left to replicate; the record may go (aws_dr.s3.replication_failure_prune).",
    ),
)

REASONS: dict[str, Reason] = {reason.code: reason for reason in _REASONS}
"""The documented codes."""

# The guide of 2023 spelled one code with "Part"; S3 on Outposts spells some with "Obj".
_OTHER_SPELLINGS = {
    "DstMultipartPartUploadNotPermitted": "DstMultipartUploadNotPermitted",
    "DstPutObjNotPermitted": "DstPutObjectNotPermitted",
    "SrcGetObjNotPermitted": "SrcGetObjectNotPermitted",
    "SrcHeadObjNotPermitted": "SrcHeadObjectNotPermitted",
}

_UNSPECIFIED = Reason(
    UNSPECIFIED_REASON,
    UNKNOWN,
    "The failure event named no reason.",
    "Look at the object's replication status and at the role, both buckets and the keys, then run an S3 Batch "
    "Replication job: its report names the reason.",
)


def explain(code: str) -> Reason:
    """Tell what a code means. Never fails: an unknown one comes back with the class ``unknown`` and advice."""
    if code == UNSPECIFIED_REASON:
        return _UNSPECIFIED
    known = REASONS.get(_OTHER_SPELLINGS.get(code, code))
    if known is None:
        return Reason(
            code,
            UNKNOWN,
            f"AWS's list of failure reasons, as this collection knows it, does not have {code}.",
            "Look the code up in the S3 User Guide, 'Amazon S3 replication failure reasons'. Check the role, both "
            "buckets' policies and the KMS keys, then run an S3 Batch Replication job: its report names the reason.",
        )
    return known


def same_reason(one: str, other: str) -> bool:
    """Tell whether two codes are one and the same, whichever spelling each has."""
    return one == other or _OTHER_SPELLINGS.get(one, one) == _OTHER_SPELLINGS.get(other, other)
