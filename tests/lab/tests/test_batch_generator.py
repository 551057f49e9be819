# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated manifests: every filter, what is refused, and the manifest that is kept."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from batch_lab import AWAY, Bucket, Work, allow, client, idle, progress, rule
from labclient import Lab

NOTHING = "Manifest generation found no keys matching the filter criteria."


@pytest.fixture
def work(lab: Lab) -> Work:
    """A pair and everything a job needs."""
    return Work()


def listed(work: Work, **filters: Any) -> set[str]:
    """The keys that a job with this filter ran on."""
    job = work.run(ManifestGenerator=work.generator(**filters))
    if job["Status"] == "Failed":
        assert [why["FailureReason"] for why in job["FailureReasons"]] == [NOTHING]
        assert progress(job) == (0, 0, 0)
        assert not work.objects(job["JobId"])
        return set()
    return {row[1] for row in work.results(job["JobId"])}


def test_without_a_filter_all_versions_are_listed(work: Work) -> None:
    versions = work.unreplicated("a", "a", "b")
    job = work.run(ManifestGenerator=work.generator())
    assert progress(job) == (3, 3, 0)
    rows = [(row[1], row[2]) for row in work.results(job["JobId"])]
    assert rows == [("a", versions[1]), ("a", versions[0]), ("b", versions[2])]
    assert job["ManifestGenerator"] == work.generator()
    assert "Manifest" not in job
    assert "GeneratedManifestDescriptor" not in job


def test_an_empty_bucket_has_no_keys(work: Work) -> None:
    assert listed(work) == set()


# ---- filters on keys, sizes, classes

KEYS = ["logs/a.txt", "logs/b.csv", "data/a.csv", "a"]
NAMES: list[tuple[dict[str, list[str]], set[str]]] = [
    ({"MatchAnyPrefix": ["logs/"]}, {"logs/a.txt", "logs/b.csv"}),
    ({"MatchAnyPrefix": ["/logs/"]}, set()),
    ({"MatchAnySuffix": [".csv"]}, {"logs/b.csv", "data/a.csv"}),
    ({"MatchAnySubstring": ["a."]}, {"logs/a.txt", "data/a.csv"}),
    ({"MatchAnyPrefix": ["logs/"], "MatchAnySuffix": [".csv"]}, {"logs/b.csv"}),
    ({"MatchAnyPrefix": ["data"], "MatchAnySubstring": ["a"], "MatchAnySuffix": ["txt"]}, set()),
]


@pytest.mark.parametrize(("names", "expected"), NAMES)
def test_filters_on_the_key(work: Work, names: dict[str, list[str]], expected: set[str]) -> None:
    work.unreplicated(*KEYS)
    assert listed(work, KeyNameConstraint=names) == expected


SIZES: list[tuple[dict[str, int], set[str]]] = [
    ({"ObjectSizeGreaterThanBytes": 10}, {"20"}),
    ({"ObjectSizeGreaterThanBytes": 9}, {"10", "20"}),
    ({"ObjectSizeLessThanBytes": 10}, {"0"}),
    ({"ObjectSizeGreaterThanBytes": 0, "ObjectSizeLessThanBytes": 20}, {"10"}),
    ({"ObjectSizeGreaterThanBytes": 20}, set()),
]


@pytest.mark.parametrize(("sizes", "expected"), SIZES)
def test_filters_on_the_size(work: Work, sizes: dict[str, int], expected: set[str]) -> None:
    for size in (0, 10, 20):
        work.unreplicated(str(size), body=b"x" * size)
    assert listed(work, **sizes) == expected


def test_filters_on_the_storage_class(work: Work) -> None:
    for storage_class in ("STANDARD", "STANDARD_IA", "GLACIER"):
        work.unreplicated(storage_class, StorageClass=storage_class)
    assert listed(work, MatchAnyStorageClass=["STANDARD_IA"]) == {"STANDARD_IA"}
    assert listed(work, MatchAnyStorageClass=["STANDARD", "STANDARD_IA"]) == {"STANDARD", "STANDARD_IA"}
    assert listed(work, MatchAnyStorageClass=["DEEP_ARCHIVE"]) == set()


def test_filters_on_the_encryption(work: Work) -> None:
    kms = client("kms")
    first, second = (kms.create_key()["KeyMetadata"]["Arn"] for _unused in range(2))
    work.unreplicated("plain")
    work.unreplicated("sse-s3", ServerSideEncryption="AES256")
    work.unreplicated("first", ServerSideEncryption="aws:kms", SSEKMSKeyId=first)
    work.unreplicated("second", ServerSideEncryption="aws:kms", SSEKMSKeyId=second.rsplit("/", 1)[1])
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    work.unreplicated("customer", **key)
    expected: list[tuple[dict[str, Any], set[str]]] = [
        ({"SSES3": {}}, {"plain", "sse-s3"}),
        ({"NOTSSE": {}}, set()),
        ({"SSEKMS": {}}, {"first", "second"}),
        ({"SSEKMS": {"KmsKeyArn": second}}, {"second"}),
        ({"SSEKMS": {"BucketKeyEnabled": True}}, set()),
        ({"SSEKMS": {"BucketKeyEnabled": False}}, {"first", "second"}),
        ({"DSSEKMS": {}}, set()),
        ({"SSEC": {}}, {"customer"}),
    ]
    for wanted, keys in expected:
        assert listed(work, MatchAnyObjectEncryption=[wanted]) == keys, wanted
    work.unreplicated("third", ServerSideEncryption="aws:kms", SSEKMSKeyId=first, BucketKeyEnabled=True)
    assert listed(work, MatchAnyObjectEncryption=[{"SSEKMS": {"BucketKeyEnabled": True}}]) == {"third"}


# ---- filters on time and status


def test_filters_on_the_time_of_creation(work: Work, lab: Lab) -> None:
    work.unreplicated("old")
    lab.advance(3600)
    work.unreplicated("young")
    between = datetime.now(UTC) + timedelta(seconds=1800)
    assert listed(work, CreatedAfter=between) == {"young"}
    assert listed(work, CreatedBefore=between) == {"old"}
    assert listed(work, CreatedAfter=between - timedelta(hours=2), CreatedBefore=between) == {"old"}
    assert listed(work, CreatedAfter=between + timedelta(hours=2)) == set()


def states(work: Work, lab: Lab) -> None:
    """One object of each replication status."""
    work.unreplicated("none")
    work.source.put("completed")
    idle()
    work.destination.set_policy({
        "Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject", "Resource": f"{work.destination.arn}/*",
    })  # fmt: skip
    work.source.put("failed")
    idle()
    work.destination.s3.delete_bucket_policy(Bucket=work.destination.name)
    lab.settings(replication_delay=3600.0)
    work.source.put("pending")
    assert work.source.status("pending") == "PENDING"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["FAILED"], {"failed"}),
        (["COMPLETED"], {"completed"}),
        (["NONE"], {"none"}),
        (["REPLICA"], set()),
        (["FAILED", "NONE"], {"failed", "none"}),
        (["COMPLETED", "FAILED", "REPLICA", "NONE"], {"completed", "failed", "none"}),
        (None, {"completed", "failed", "none", "pending"}),
    ],
)  # fmt: skip
def test_filters_on_the_replication_status(
    work: Work, lab: Lab, statuses: list[str] | None, expected: set[str]
) -> None:
    states(work, lab)
    assert listed(work, **({"ObjectReplicationStatuses": statuses} if statuses else {})) == expected


def test_failed_objects_are_repaired_and_not_listed_again(work: Work, lab: Lab) -> None:
    states(work, lab)
    filters = {"EligibleForReplication": True, "ObjectReplicationStatuses": ["FAILED"]}
    assert listed(work, **filters) == {"failed"}
    assert work.source.status("failed") == "COMPLETED"
    assert work.destination.status("failed") == "REPLICA"
    assert listed(work, **filters) == set()


# ---- eligibility


def test_only_what_the_rules_take_is_eligible(work: Work) -> None:
    work.unreplicated("in/a", "out/b")
    work.unreplicated("in/archived", StorageClass="GLACIER")
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    work.unreplicated("in/encrypted", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    work.configure(rule(work.destination, Filter={"Prefix": "in/"}))
    assert listed(work, EligibleForReplication=True) == {"in/a"}
    assert listed(work, EligibleForReplication=False) == {"in/a", "in/archived", "in/encrypted", "out/b"}


def test_tags_of_today_make_eligible(work: Work) -> None:
    work.unreplicated("tagged", "untagged")
    work.source.tag("tagged", to="away")
    work.configure(rule(work.destination, Filter={"Tag": {"Key": "to", "Value": "away"}}))
    assert listed(work, EligibleForReplication=True) == {"tagged"}


@pytest.mark.parametrize(("status", "expected"), [("Enabled", 2), ("Disabled", 1)])
def test_delete_markers_are_eligible_where_the_rule_replicates_them(work: Work, status: str, expected: int) -> None:
    work.unreplicated("key")
    work.source.s3.delete_bucket_replication(Bucket=work.source.name)
    work.source.s3.delete_object(Bucket=work.source.name, Key="key")
    work.configure(rule(work.destination, DeleteMarkerReplication={"Status": status}))
    job = work.run(ManifestGenerator=work.generator(EligibleForReplication=True))
    assert progress(job) == (expected, expected, 0)
    assert len(work.destination.delete_markers()) == expected - 1


def test_delete_markers_are_no_objects_to_other_filters(work: Work) -> None:
    version = work.unreplicated("key")[0]
    work.source.s3.delete_object(Bucket=work.source.name, Key="key")
    for filters in ({}, {"ObjectSizeLessThanBytes": 9, "EligibleForReplication": True}):
        job = work.run(ManifestGenerator=work.generator(**filters))
        assert [row[2] for row in work.results(job["JobId"])] == [version], filters


def test_nothing_is_eligible_without_a_configuration(work: Work) -> None:
    work.unreplicated("key")
    work.source.s3.delete_bucket_replication(Bucket=work.source.name)
    assert listed(work, EligibleForReplication=True) == set()


# ---- permissions and places


def failure(work: Work, generator: dict[str, Any], region: str = "us-east-1") -> tuple[str, str]:
    job = work.run(region, ManifestGenerator=generator)
    assert (job["Status"], progress(job)) == ("Failed", (0, 0, 0))
    return job["FailureReasons"][0]["FailureCode"], job["FailureReasons"][0]["FailureReason"]


@pytest.mark.parametrize("action", ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"])
def test_the_role_needs_two_permissions_on_the_source_bucket(work: Work, action: str) -> None:
    work.unreplicated("key")
    work.role.without(action)
    assert failure(work, work.generator())[0] == "AccessDenied"


def test_the_source_bucket_has_to_be_who_it_is_taken_for(work: Work) -> None:
    work.unreplicated("key")
    generator = work.generator()
    generator["S3JobManifestGenerator"]["ExpectedBucketOwner"] = "444455556666"
    assert failure(work, generator)[0] == "AccessDenied"
    generator["S3JobManifestGenerator"]["SourceBucket"] = "arn:aws:s3:::no-such-bucket-here"
    assert failure(work, generator)[0] == "NoSuchBucket"


def test_manifests_are_not_generated_across_regions(work: Work) -> None:
    work.unreplicated("key")
    assert failure(work, work.generator(), AWAY)[0] == "InvalidRegion"


# ---- the manifest that is kept


def kept(work: Work, **changes: Any) -> dict[str, Any]:
    """A generator that writes its manifest."""
    generator = work.generator()
    generator["S3JobManifestGenerator"] |= {
        "EnableManifestOutput": True,
        "ManifestOutputLocation": {
            "Bucket": work.files.arn, "ManifestPrefix": "generated", "ManifestFormat": "S3InventoryReport_CSV_20211130",
            **changes,
        },
    }  # fmt: skip
    return generator


def test_the_generated_manifest_is_kept_and_can_be_used_again(work: Work) -> None:
    keys = ["a b+c", 'ü/"quoted", with comma']
    versions = work.unreplicated(*keys)
    job = work.run(ManifestGenerator=kept(work))
    assert progress(job) == (2, 2, 0)
    descriptor = job["GeneratedManifestDescriptor"]
    assert descriptor["Format"] == "S3InventoryReport_CSV_20211130"
    location = descriptor["Location"]
    key = location["ObjectArn"].removeprefix(f"{work.files.arn}/")
    assert key == f"generated/job-{job['JobId']}/manifest.json"
    head = work.files.head(key)
    assert head is not None
    assert head["ETag"].strip('"') == location["ETag"]
    assert head["ServerSideEncryption"] == "AES256"
    document = json.loads(work.files.s3.get_object(Bucket=work.files.name, Key=key)["Body"].read())
    assert document["sourceBucket"] == work.source.name
    assert document["fileSchema"] == "Bucket, Key, VersionId"
    (file,) = document["files"]
    body = work.files.s3.get_object(Bucket=work.files.name, Key=file["key"])["Body"].read()
    assert (len(body), hashlib.md5(body).hexdigest()) == (file["size"], file["MD5checksum"])
    rows = list(csv.reader(io.StringIO(gzip.decompress(body).decode())))
    assert rows == [
        [work.source.name, "a%20b%2Bc", versions[0]],
        [work.source.name, "%C3%BC/%22quoted%22%2C%20with%20comma", versions[1]],
    ]
    again = {"Spec": {"Format": "S3InventoryReport_CSV_20161130"}, "Location": location}
    assert progress(work.run(Manifest=again)) == (2, 2, 0)


def test_the_generated_manifest_can_be_encrypted_with_a_kms_key(work: Work) -> None:
    work.unreplicated("key")
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    generator = kept(work, ManifestEncryption={"SSEKMS": {"KeyId": key}})
    assert failure(work, generator)[0] == "AccessDenied", "the role may not use the key"
    work.role.statements.append(allow(["kms:GenerateDataKey", "kms:Decrypt"], key))
    work.role.save()
    job = work.run(ManifestGenerator=generator)
    manifest = job["GeneratedManifestDescriptor"]["Location"]
    head = work.files.head(manifest["ObjectArn"].removeprefix(f"{work.files.arn}/"))
    assert head is not None
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    again = {"Spec": {"Format": "S3InventoryReport_CSV_20161130"}, "Location": manifest}
    assert progress(work.run(Manifest=again)) == (1, 1, 0), "inventory manifests may be encrypted with a KMS key"


def test_where_the_generated_manifest_cannot_go(work: Work) -> None:
    work.unreplicated("key")
    assert failure(work, kept(work, Bucket=Bucket(AWAY).arn))[0] == "InvalidRegion"
    assert failure(work, kept(work, Bucket=Bucket().arn))[0] == "AccessDenied"
    assert failure(work, kept(work, Bucket="arn:aws:s3:::no-such-bucket-here"))[0] == "NoSuchBucket"
    assert failure(work, kept(work, ExpectedManifestBucketOwner="444455556666"))[0] == "AccessDenied"
