# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""bucket_empty against the lab: everything goes, locked versions stay and are named, nothing happens by mistake."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.capture import Aws, allow, restricted
from ansible_collections.aws_dr.s3.tests.integration.conftest import Lab, Run
from ansible_collections.aws_dr.s3.tests.integration.remediation import Pair
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS

MODULE = "aws_dr.s3.bucket_empty"
REGION = "eu-west-1"
KEYS = [key for key in NASTY_KEYS if "\0" not in key and key not in ("/", "//a//", ".")]
Playbook = Callable[..., Run]


def bucket(client: Any, name: str, **more: Any) -> str:
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}, **more)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def task(title: str, name: str, confirm: bool = True, **options: Any) -> dict[str, Any]:
    confirmed = {"confirm": name} if confirm else {}
    return {"name": title, MODULE: {"bucket": name, "region": "us-east-1", **confirmed, **options}}


def failing(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "ignore_errors": True}


def left(client: Any, name: str) -> int:
    pages = client.get_paginator("list_object_versions").paginate(Bucket=name)
    return sum(len(page.get("Versions", ())) + len(page.get("DeleteMarkers", ())) for page in pages)


def test_everything_goes_once_it_is_confirmed(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    s3 = aws("s3", REGION)
    bucket(s3, name)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: s3.put_object(Bucket=name, Key=f"many/{n:05}", Body=b"12345"), range(1100)))
    for key in KEYS:
        s3.put_object(Bucket=name, Key=key, Body=b"12345")
        s3.put_object(Bucket=name, Key=key, Body=b"12345")
    for key in KEYS[:5]:
        s3.delete_object(Bucket=name, Key=key)
    s3.create_multipart_upload(Bucket=name, Key="begun and not ended")
    versions = 1100 + 2 * len(KEYS)

    unconfirmed = [
        failing(task("no confirmation", name, confirm=False)),
        failing(task("wrong confirmation", name, confirm=False) | {MODULE: {"bucket": name, "confirm": "another"}}),
    ]
    run = playbook(tasks=unconfirmed)
    assert "confirm must be the bucket's name" in run.of("no confirmation")["msg"]
    assert "'another'" in run.of("wrong confirmation")["msg"]

    checked = playbook(tasks=[task("counted", name, confirm=False)], check=True).of("counted")
    assert checked["changed"] and not checked["empty"]
    assert (checked["versions"], checked["delete_markers"], checked["uploads"]) == (versions, 5, 1)
    assert checked["bytes"] == 5 * versions
    assert left(s3, name) == versions + 5

    run = playbook(tasks=[task("emptied", name), task("again", name), task("missing", f"{name}-none")])
    emptied = run.of("emptied")
    assert emptied["changed"] and emptied["empty"]
    assert (emptied["versions"], emptied["delete_markers"], emptied["uploads"]) == (versions, 5, 1)
    assert left(s3, name) == 0
    assert not s3.list_multipart_uploads(Bucket=name).get("Uploads")
    assert not run.of("again")["changed"] and run.of("again")["empty"]
    assert not run.of("missing")["changed"] and not run.of("missing")["exists"]
    s3.delete_bucket(Bucket=name)


def test_locked_versions_stay_and_are_named(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    s3 = aws("s3", REGION)
    bucket(s3, name, ObjectLockEnabledForBucket=True)
    until = datetime.now(UTC) + timedelta(days=30)
    for mode in ("COMPLIANCE", "GOVERNANCE"):
        s3.put_object(Bucket=name, Key=mode, Body=b"x", ObjectLockMode=mode, ObjectLockRetainUntilDate=until)
    s3.put_object(Bucket=name, Key="hold", Body=b"x", ObjectLockLegalHoldStatus="ON")
    s3.put_object(Bucket=name, Key="free", Body=b"x")
    s3.delete_object(Bucket=name, Key="free")
    bypass = {"bypass_governance_retention": True}
    tasks = [failing(task("first", name)), failing(task("second", name)), failing(task("bypassed", name, **bypass))]
    run = playbook(tasks=tasks)
    first, second, bypassed = run.of("first"), run.of("second"), run.of("bypassed")
    assert first["changed"] and (first["versions"], first["delete_markers"], first["locked"]) == (1, 1, 3)
    assert "3 versions are held by Object Lock" in first["msg"]
    kept = {one["key"]: one for one in first["kept"]}
    assert set(kept) == {"COMPLIANCE", "GOVERNANCE", "hold"}
    assert kept["COMPLIANCE"]["mode"] == "COMPLIANCE" and kept["COMPLIANCE"]["retain_until"].startswith(
        f"{until:%Y-%m-%d}"
    )
    assert kept["hold"]["legal_hold"] and kept["hold"]["mode"] is None
    assert not second["changed"] and second["locked"] == 3
    assert bypassed["changed"] and bypassed["versions"] == 1
    assert {one["key"] for one in bypassed["kept"]} == {"COMPLIANCE", "hold"}


def test_what_replicates_and_what_is_denied_is_not_emptied(aws: Aws, lab: Lab, name: str, playbook: Playbook) -> None:
    pair = Pair(aws, lab, name)
    pair.s3.put_object(Bucket=pair.source, Key="a", Body=b"x")
    lab.replication_idle()
    run = playbook(tasks=[failing(task("source", pair.source)), failing(task("destination", pair.destination))])
    assert "it replicates to other buckets by the enabled rule to-dr" in run.of("source")["msg"]
    assert f"bucket {pair.source} replicates into it by the enabled rule to-dr" in run.of("destination")["msg"]
    checked = playbook(tasks=[failing(task("checked", pair.destination))], check=True)
    assert "replicates into it" in checked.of("checked")["msg"]
    assert left(pair.s3, pair.source) == left(pair.away, pair.destination) == 1

    allowed = {"allow_replication": True}
    reads = [
        "s3:List*",
        "s3:GetBucketVersioning",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetReplicationConfiguration",
    ]
    run = playbook(tasks=[failing(task("denied", pair.source, **allowed))], env=restricted(aws, name, allow(*reads)))
    denied = run.of("denied")
    assert not denied["changed"] and "s3:DeleteObject" in denied["msg"]
    assert left(pair.s3, pair.source) == 1
    run = playbook(tasks=[task("meant", pair.destination, **allowed)])
    assert run.of("meant")["changed"] and left(pair.away, pair.destination) == 0


def test_trouble_on_the_way_ends_in_time_and_is_taken_up_again(
    aws: Aws, lab: Lab, name: str, playbook: Playbook
) -> None:
    s3 = aws("s3", REGION)
    bucket(s3, name)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: s3.put_object(Bucket=name, Key=f"{n:05}", Body=b"x"), range(1500)))
    run = playbook(tasks=[failing(task("no time", name, wait_timeout=0))])
    assert "was not empty after 0 s" in run.of("no time")["msg"] and left(s3, name) == 1500
    lab.call("POST", "/faults", {"kind": "throttle", "service": "s3", "operation": "DeleteObjects", "times": 3})
    run = playbook(tasks=[task("throttled", name)])
    assert run.of("throttled")["versions"] == 1500 and left(s3, name) == 0
