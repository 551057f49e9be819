# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import reasons
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reasons import REASONS, explain, same_reason

# S3 User Guide, "Amazon S3 replication failure reasons".
DOCUMENTED = [
    "AssumeRoleNotPermitted",
    "DstBucketInvalidRegion",
    "DstBucketNotFound",
    "DstBucketObjectLockConfigMissing",
    "DstBucketUnversioned",
    "DstDelObjNotPermitted",
    "DstKmsKeyInvalidState",
    "DstKmsKeyNotFound",
    "DstMultipartCompleteNotPermitted",
    "DstMultipartInitNotPermitted",
    "DstMultipartUploadNotPermitted",
    "DstObjectHardDeleted",
    "DstPutAclNotPermitted",
    "DstPutLegalHoldNotPermitted",
    "DstPutObjectNotPermitted",
    "DstPutRetentionNotPermitted",
    "DstPutTaggingNotPermitted",
    "DstVersionNotFound",
    "InitiateReplicationNotPermitted",
    "SrcBucketInvalidRegion",
    "SrcBucketNotFound",
    "SrcBucketReplicationConfigMissing",
    "SrcGetAclNotPermitted",
    "SrcGetLegalHoldNotPermitted",
    "SrcGetObjectNotPermitted",
    "SrcGetRetentionNotPermitted",
    "SrcGetTaggingNotPermitted",
    "SrcHeadObjectNotPermitted",
    "SrcKeyNotFound",
    "SrcKmsKeyInvalidState",
    "SrcObjectNotEligible",
    "SrcObjectNotFound",
    "SrcReplicationNotPending",
    "SrcVersionNotFound",
]


def test_all_documented_codes_are_known_and_no_others() -> None:
    assert len(DOCUMENTED) == 34
    assert sorted(REASONS) == sorted(DOCUMENTED)


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_code_has_a_cause_and_a_remedy(code: str) -> None:
    reason = explain(code)
    assert reason.code == code and reason.kind != reasons.UNKNOWN
    assert len(reason.cause) > 20 and len(reason.remedy) > 20
    assert reason.cause.endswith(".") and reason.remedy.endswith(".")


def test_batch_only_codes() -> None:
    assert {code for code in DOCUMENTED if explain(code).batch_only} == {
        "DstBucketInvalidRegion",
        "DstObjectHardDeleted",
        "InitiateReplicationNotPermitted",
        "SrcBucketInvalidRegion",
    }


def test_what_is_obsolete_and_what_is_done() -> None:
    assert {code for code in DOCUMENTED if explain(code).obsolete} == {
        "SrcKeyNotFound",
        "SrcObjectNotFound",
        "SrcVersionNotFound",
    }
    assert [code for code in DOCUMENTED if explain(code).already_done] == ["SrcReplicationNotPending"]


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("DstPutObjectNotPermitted", "s3:ReplicateObject"),
        ("DstPutObjectNotPermitted", "s3:ObjectOwnerOverrideToBucketOwner"),
        ("DstPutObjectNotPermitted", "kms:GenerateDataKey"),
        ("DstDelObjNotPermitted", "s3:ReplicateDelete"),
        ("SrcGetObjectNotPermitted", "s3:GetObjectVersionForReplication"),
        ("SrcGetTaggingNotPermitted", "s3:GetObjectVersionTagging"),
        ("SrcGetAclNotPermitted", "s3:GetObjectVersionAcl"),
        ("InitiateReplicationNotPermitted", "s3:InitiateReplication"),
        ("AssumeRoleNotPermitted", "s3.amazonaws.com"),
    ],
)
def test_remedies_name_what_to_allow(code: str, remedy: str) -> None:
    assert remedy in explain(code).remedy


def test_both_spellings_mean_the_same() -> None:
    assert explain("DstMultipartPartUploadNotPermitted") == explain("DstMultipartUploadNotPermitted")
    assert same_reason("DstMultipartPartUploadNotPermitted", "DstMultipartUploadNotPermitted")
    assert same_reason("New", "New") and not same_reason("New", "Newer")


@pytest.mark.parametrize("code", ["DstOutOfCapacity", "", "Unspecified", "ü"])
def test_an_unknown_code_is_kept_with_advice(code: str) -> None:
    reason = explain(code)
    assert (reason.code, reason.kind) == (code, "unknown")
    assert reason.remedy and not reason.obsolete and not reason.already_done
