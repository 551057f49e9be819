# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.generator_filter import (
    ENCRYPTIONS,
    REPLICATION_STATUSES,
    STORAGE_CLASSES,
    build_filters,
)

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_nothing_asked_is_no_filter() -> None:
    assert build_filters({"eligible_for_replication": None, "replication_statuses": [], "key_prefix": ""}) == ({}, [])


def test_everything_asked() -> None:
    filters, problems = build_filters(
        {
            "eligible_for_replication": False,
            "created_after": "2024-01-01",
            "created_before": "2024-06-01T02:00:00+02:00",
            "replication_statuses": ["NONE", "FAILED", "NONE"],
            "key_prefix": "a/",
            "key_suffix": ".csv",
            "key_substring": "x",
            "size_greater_than": 0,
            "size_less_than": 10,
            "storage_classes": ["STANDARD_IA", "STANDARD"],
            "encryption": "SSE-KMS",
            "kms_key_arn": KEY,
            "bucket_key_enabled": False,
        }
    )
    assert problems == []
    assert filters == {
        "EligibleForReplication": False,
        "CreatedAfter": "2024-01-01T00:00:00.000Z",
        "CreatedBefore": "2024-06-01T00:00:00.000Z",
        "ObjectReplicationStatuses": ["FAILED", "NONE"],
        "KeyNameConstraint": {"MatchAnyPrefix": ["a/"], "MatchAnySuffix": [".csv"], "MatchAnySubstring": ["x"]},
        "ObjectSizeGreaterThanBytes": 0,
        "ObjectSizeLessThanBytes": 10,
        "MatchAnyStorageClass": ["STANDARD", "STANDARD_IA"],
        "MatchAnyObjectEncryption": [{"SSEKMS": {"KmsKeyArn": KEY, "BucketKeyEnabled": False}}],
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"created_after": "yesterday"}, "created_after 'yesterday'"),
        ({"created_before": "2024-13-01"}, "created_before"),
        ({"created_after": "2024-06-01", "created_before": "2024-06-01"}, "nothing could match"),
        ({"size_less_than": -1}, "size_less_than is -1"),
        ({"size_greater_than": 5, "size_less_than": 6}, "no size is greater"),
        ({"kms_key_arn": KEY}, "kms_key_arn goes with encryption DSSE-KMS or SSE-KMS, not with none"),
        ({"encryption": "SSE-S3", "kms_key_arn": KEY}, "not with SSE-S3"),
        ({"encryption": "DSSE-KMS", "bucket_key_enabled": False}, "bucket_key_enabled goes with encryption SSE-KMS"),
        ({"encryption": "SSE-KMS", "kms_key_arn": "alias/mine"}, "'alias/mine' is not the ARN of a KMS key"),
    ],
)
def test_filters_that_cannot_be_right(asked: dict[str, Any], told: str) -> None:
    _filters, [problem] = build_filters(asked)
    assert told in problem


def test_the_choices_are_those_of_the_sdk() -> None:
    model = pytest.importorskip("botocore.session").get_session().get_service_model("s3control")
    assert sorted(model.shape_for("ReplicationStatus").enum) == sorted(REPLICATION_STATUSES)
    assert set(STORAGE_CLASSES) <= set(model.shape_for("S3StorageClass").enum)
    if "ObjectEncryptionFilter" in model.shape_names:
        assert set(ENCRYPTIONS.values()) == set(model.shape_for("ObjectEncryptionFilter").members)
