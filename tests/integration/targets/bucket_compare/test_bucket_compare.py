# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bucket_compare against the lab: what differs and why, listings that are cut off, inventories, exact permissions."""

from __future__ import annotations

import csv
import datetime
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws, allow, examples, restricted
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.remediation import DESTINATION_REGION, SOURCE_REGION, Pair

MODULE = "aws_dr.s3.bucket_compare"
COLUMNS = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, ReplicationStatus"
Playbook = Callable[..., Run]


def of(pair: Pair, **more: Any) -> dict[str, Any]:
    """The pair as an option."""
    return {
        "source": {"bucket": pair.source, "region": SOURCE_REGION},
        "destination": {"bucket": pair.destination, "region": DESTINATION_REGION},
        **more,
    }


def task(title: str, *pairs: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A task that compares."""
    return {"name": title, MODULE: {"pairs": list(pairs), **options}}


def counted(result: dict[str, Any]) -> dict[str, int]:
    """The kinds that there are of the only pair."""
    (pair,) = result["pairs"]
    return {kind: number for kind, number in pair["counts"].items() if number}


def differing(aws: Aws, lab: Lab, name: str) -> Pair:
    """A pair with one of each kind of difference."""
    pair = Pair(aws, lab, name)
    pair.s3.delete_bucket_replication(Bucket=pair.source)
    pair.s3.put_object(Bucket=pair.source, Key="older than the rule", Body=b"12345")
    pair._replicate()
    for key in ("a/same", "a/größe 1+1 %\n", "a/deleted", "a/gone"):
        pair.s3.put_object(Bucket=pair.source, Key=key, Body=b"body")
    lab.replication_idle()
    pair.fail("failed", record=False)
    pair.s3.delete_object(Bucket=pair.source, Key="a/deleted")
    pair.away.put_object(Bucket=pair.destination, Key="there", Body=b"there")
    away = pair.away.head_object(Bucket=pair.destination, Key="a/gone")["VersionId"]
    pair.away.delete_object(Bucket=pair.destination, Key="a/gone", VersionId=away)
    return pair


def test_differences_are_told_with_their_reasons(
    aws: Aws, lab: Lab, name: str, playbook: Playbook, tmp_path: Path
) -> None:
    pair = differing(aws, lab, name)
    file, url = tmp_path / "differences.csv", f"s3://{pair.jobs_bucket}/differences.csv"
    tasks = [
        task("all", of(pair), output=str(file)),
        task("markers", of(pair, delete_marker_replication=True), key_prefix=["a/d", "a/s"], output=url),
        task("current", of(pair), versions="current", head=False),
        task("equal part", of(pair), key_prefix=["a/s", "a/größe"]),
        task("all is young", of(pair, prefix="a/"), older_than=3600),
    ]
    checked = playbook(tasks=tasks[:1], check=True)
    assert not file.exists() and not checked.changed
    run = playbook(tasks=tasks)
    assert not run.changed

    result = run.of("all")
    expected = {
        "equal": 3,
        "missing_at_destination": 3,
        "only_at_destination": 1,
        "delete_markers_not_replicated": 1,
    }
    assert counted(result) == counted(checked.of("all")) == expected
    (told,) = result["pairs"]
    assert told["versions"] == {"source": 7, "destination": 4}
    assert {status: number for status, number in told["statuses"].items() if number} == {
        "COMPLETED": 1,
        "FAILED": 1,
        "NONE": 1,
    }
    statuses = {one["key"]: one["status"] for one in told["differences"]}
    assert statuses == {"a/gone": "COMPLETED", "failed": "FAILED", "older than the rule": "NONE", "there": "NONE"}
    assert (result["equal"], result["missing"], result["bytes_missing"]) == (False, 3, 5 + 10 + 4)
    assert told["oldest_missing"]["key"] == "older than the rule"
    assert 0 < result["lag"] < 300
    with file.open(encoding="utf-8", newline="") as stream:
        assert {row["key"]: row["status"] for row in csv.DictReader(stream)} == statuses

    assert counted(run.of("markers")) == {"equal": 2, "missing_delete_markers": 1}
    body = pair.s3.get_object(Bucket=pair.jobs_bucket, Key="differences.csv")["Body"].read().decode()
    assert [row["kind"] for row in csv.DictReader(io.StringIO(body))] == ["missing_delete_markers"]
    assert counted(run.of("current")) == {
        "equal": 2,
        "missing_at_destination": 3,
        "only_at_destination": 1,
        "delete_markers_not_replicated": 1,
    }
    assert run.of("equal part")["equal"] and counted(run.of("equal part")) == {"equal": 2}
    assert run.of("all is young")["equal"] and counted(run.of("all is young")) == {}


def test_a_listing_that_is_cut_off_is_no_difference(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair, other = Pair(aws, lab, name), Pair(aws, lab, f"{name}-other")
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda number: pair.s3.put_object(Bucket=pair.source, Key=f"{number % 7}/{number}", Body=b""),
                range(1100),
            )
        )
    other.s3.put_object(Bucket=other.source, Key="a", Body=b"")
    lab.replication_idle()
    for bucket, times in ((pair.destination, 2), (other.destination, None)):
        fault = {"kind": "cut", "operation": "ListObjectVersions", "bucket": bucket, "times": times}
        lab.call("POST", "/faults", {**fault, "skip": 1 if times else 0})
    config = {"retries": {"total_max_attempts": 4}}
    run = playbook(tasks=[task("cut", of(pair), of(other), aws_config=config)], expect=2)
    failed = run.of("cut")
    assert f"Could not list the versions of bucket {other.destination}" in failed["msg"]
    assert [one["error"] is None for one in failed["pairs"]] == [True, False]
    assert [one["equal"] for one in failed["pairs"]] == [True, False] and failed["equal"] is False
    assert failed["pairs"][0]["counts"]["equal"] == 1100
    assert lab.call("GET", "/faults")["faults"][0]["hits"] == 2

    lab.call("DELETE", "/faults")
    lab.call("POST", f"/regions/{DESTINATION_REGION}/down")
    config = {"retries": {"total_max_attempts": 2}}
    gone = of(pair, destination={"bucket": f"{name}-none", "region": SOURCE_REGION})
    run = playbook(tasks=[task("down", of(pair), gone, aws_config=config)], expect=2)
    assert "Check the network and whether the Region is up" in run.of("down")["pairs"][0]["error"]
    assert "NoSuchBucket" in run.of("down")["pairs"][1]["error"]


def test_with_inventories_and_with_exactly_what_the_documentation_asks_for(
    aws: Aws, lab: Lab, name: str, playbook: Playbook
) -> None:
    pair = differing(aws, lab, name)
    url = put_inventory(pair)
    buckets = [f"arn:aws:s3:::{bucket}" for bucket in (pair.source, pair.destination)]
    listing = allow("s3:ListBucketVersions", "s3:ListBucket")
    statements = [
        {**listing, "Resource": buckets},
        {**allow("s3:GetObjectVersion"), "Resource": [f"{bucket}/*" for bucket in buckets]},
        allow("s3:GetReplicationConfiguration", resource=buckets[0]),
    ]
    reading = allow("s3:GetObject", resource=f"arn:aws:s3:::{pair.jobs_bucket}/inventory/*")
    whole = of(pair)
    by_inventory = of(pair, source={**whole["source"], "inventory": url})
    run = playbook(
        tasks=[task("listed", whole), task("by inventory", by_inventory)],
        env=restricted(aws, f"{name}-may", *statements, reading),
    )
    assert counted(run.of("listed")) == counted(run.of("by inventory"))
    assert run.of("by inventory")["pairs"][0]["statuses"] == run.of("listed")["pairs"][0]["statuses"]
    assert run.of("by inventory")["bytes_missing"] == 19

    denied = restricted(aws, f"{name}-may-not", {**listing, "Resource": buckets[:1]}, *statements[1:])
    run = playbook(tasks=[task("denied", whole)], env=denied, expect=2)
    assert "Allow s3:ListBucketVersions" in run.of("denied")["msg"]
    assert pair.destination in run.of("denied")["msg"]


def put_inventory(pair: Pair) -> str:
    """Write an inventory of the source as S3 does, now; gives its URL."""
    rows = []
    for page in pair.s3.get_paginator("list_object_versions").paginate(Bucket=pair.source):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            marker = "Size" not in one
            head = {} if marker else pair.s3.head_object(Bucket=pair.source, Key=one["Key"], VersionId=one["VersionId"])
            rows.append(
                [
                    pair.source,
                    quote(one["Key"], safe=""),
                    one["VersionId"],
                    str(one["IsLatest"]).lower(),
                    str(marker).lower(),
                    "" if marker else one["Size"],
                    one["LastModified"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    "" if marker else one["ETag"].strip('"'),
                    head.get("ReplicationStatus", ""),
                ]
            )
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows[::-1])
    content = gzip.compress(text.getvalue().encode())
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    manifest = {
        "sourceBucket": pair.source,
        "destinationBucket": f"arn:aws:s3:::{pair.jobs_bucket}",
        "version": "2016-11-30",
        "creationTimestamp": str(int(now.timestamp() * 1000)),
        "fileFormat": "CSV",
        "fileSchema": COLUMNS,
        "files": [{"key": "inventory/1.csv.gz", "size": len(content), "MD5checksum": hashlib.md5(content).hexdigest()}],
    }
    plain = {"Bucket": pair.jobs_bucket, "ServerSideEncryption": "AES256"}
    pair.s3.put_object(**plain, Key="inventory/1.csv.gz", Body=content)
    pair.s3.put_object(**plain, Key="inventory/manifest.json", Body=json.dumps(manifest).encode())
    return f"s3://{pair.jobs_bucket}/inventory/manifest.json"


def test_bad_input_is_refused_together_and_the_examples_are_no_bad_input(playbook: Playbook) -> None:
    wrong = {"bucket": "Wrong", "region": "here"}
    shown = [one for one in examples("bucket_compare") if MODULE in one]
    assert len(shown) == 3
    bad = task("bad", {"source": wrong, "destination": wrong}, since="soon", older_than=-1)
    run = playbook(tasks=[{**one, "ignore_errors": True} for one in (bad, *shown)])
    assert len(run.of("bad")["problems"]) == 7
    for one in shown:
        assert "NoSuchBucket" in run.of(one["name"])["msg"]
