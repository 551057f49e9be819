# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Region that is away is no failure: replication waits and resumes. What failed for good does not."""

from __future__ import annotations

import concurrent.futures

from replication_lab import AWAY, Pair, allow, control, idle, replicate, wait_for


def test_pending_while_the_destinations_region_is_down_and_then_resumed() -> None:
    pair = Pair(DeleteMarkerReplication={"Status": "Enabled"})
    control("POST", f"/regions/{AWAY}/down")
    versions = [pair.source.put(body=b"%d" % n, Tagging=f"n={n}") for n in range(3)]
    pair.source.tag(n="new")
    marker = pair.source.s3.delete_object(Bucket=pair.source.name, Key="key")["VersionId"]
    idle()
    assert [pair.source.status(version_id=version) for version in versions] == ["PENDING"] * 3
    control("POST", f"/regions/{AWAY}/up")
    idle()
    assert [pair.source.status(version_id=version) for version in versions] == ["COMPLETED"] * 3
    assert pair.destination.versions() == [marker, *versions[::-1]]
    assert pair.queue.records() == []


def test_a_failure_is_final_until_batch_replication() -> None:
    pair = Pair()
    pair.role.withdraw("s3:ReplicateObject")
    version = pair.source.put()
    assert pair.queue.reasons() == ["DstPutObjectNotPermitted"]
    pair.role.add(allow("s3:ReplicateObject", f"{pair.destination.arn}/*"))
    for change in ("down", "up"):
        control("POST", f"/regions/{AWAY}/{change}")
    control("POST", "/clock/advance", seconds=86400)
    idle()
    assert (pair.source.status(), pair.destination.head()) == ("FAILED", None)
    assert replicate(pair.source.name, "key", version, batch=False)["attempts"][0]["reason"] is None
    assert (pair.source.status(), pair.destination.status()) == ("COMPLETED", "REPLICA")


def test_batch_replication_waits_for_the_region() -> None:
    pair = Pair(Status="Disabled")
    version = pair.source.put()
    pair.configure(Status="Enabled")
    control("POST", f"/regions/{AWAY}/down")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(replicate, pair.source.name, "key", version)
        wait_for(lambda: pair.source.status() == "PENDING")
        assert not running.done()
        control("POST", f"/regions/{AWAY}/up")
        assert running.result(timeout=10)["attempts"][0]["reason"] is None
    assert pair.source.status() == "COMPLETED"


def test_pending_until_the_delay_is_over() -> None:
    pair = Pair()
    control("PUT", "/settings", replication_delay=600.0)
    pair.source.put()
    assert (pair.source.status(), pair.destination.head()) == ("PENDING", None)
    control("POST", "/clock/advance", seconds=601)
    idle()
    assert (pair.source.status(), pair.destination.status()) == ("COMPLETED", "REPLICA")
