# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, Side
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_notifications import (
    mirror_notifications,
    targets,
)

HERE, THERE = "arn:aws:sqs:us-east-1:111122223333", "arn:aws:sqs:eu-west-1:444455556666"
NAMES = Names(Side("invoices", "us-east-1", "111122223333"), Side("invoices-dr", "eu-west-1", "444455556666"))
CREATED, FAILED = "s3:ObjectCreated:*", "s3:Replication:OperationFailedReplication"


def queues(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"QueueConfigurations": list(entries)}


def entry(name: str, arn: str, *events: str) -> dict[str, Any]:
    return {"Id": name, "QueueArn": arn, "Events": list(events or (CREATED,))}


def test_only_targets_that_are_there_are_carried() -> None:
    source = queues(entry("a", f"{HERE}:work"), entry("b", f"{HERE}:none"))
    assert targets(source, NAMES) == [f"{THERE}:none", f"{THERE}:work"]
    mirrored = mirror_notifications(source, None, NAMES, False, lambda arn: arn.endswith("work"))
    assert mirrored.after == queues(entry("a", f"{THERE}:work"))
    (left,) = mirrored.not_carried
    assert left.what == "b" and f"there is no {THERE}:none" in left.why


def test_a_mapped_target_is_not_looked_for() -> None:
    source = queues(entry("a", f"{HERE}:work"))
    names = Names(NAMES.source, NAMES.destination, others={f"{HERE}:work": f"{THERE}:play"})
    assert targets(source, names) == []
    assert mirror_notifications(source, None, names, False).after == queues(entry("a", f"{THERE}:play"))


def test_replication_events_are_never_carried_and_never_taken_away() -> None:
    source = queues(entry("ours", f"{HERE}:failures", FAILED), entry("mixed", f"{HERE}:work", CREATED, FAILED))
    ours = entry("failures", f"{THERE}:failures", FAILED)
    mirrored = mirror_notifications(source, queues(ours, entry("old", f"{THERE}:old")), NAMES, True, lambda _arn: True)
    assert mirrored.after == queues(ours, entry("mixed", f"{THERE}:work", CREATED))
    assert [left.what for left in mirrored.not_carried] == ["ours", "mixed"]
    assert targets(queues(entry("ours", f"{HERE}:failures", FAILED)), NAMES) == []
    clash = mirror_notifications(
        queues(entry("failures", f"{HERE}:work")), queues(ours), NAMES, True, lambda _arn: True
    )
    assert not clash.changed and "under this id" in clash.not_carried[0].why


def test_the_event_bus_and_entries_without_our_ids() -> None:
    bus = {"EventBridgeConfiguration": {}}
    assert mirror_notifications(bus, None, NAMES, False).after == bus
    assert mirror_notifications(None, bus, NAMES, True).after is None
    assert not mirror_notifications(None, bus, NAMES, False).changed
    same_under_another_id = queues(entry("generated", f"{THERE}:work"))
    source = queues(entry("a", f"{HERE}:work"))
    mirrored = mirror_notifications(source, same_under_another_id, NAMES, False, lambda _arn: True)
    assert mirrored.after == queues(entry("a", f"{THERE}:work")), "S3 refuses two entries for the same"


entries = st.builds(
    lambda name, queue, events: entry(name, f"{HERE}:{queue}", *events),
    st.sampled_from("abc"),
    st.sampled_from(["work", "none"]),
    st.lists(st.sampled_from([CREATED, FAILED, "s3:ObjectRemoved:*"]), min_size=1, unique=True),
)
configurations = st.lists(entries, max_size=3, unique_by=lambda one: str(one["Id"])).map(
    lambda found: queues(*found) if found else None
)


@given(source=configurations, there=configurations, purge=st.booleans())
def test_mirroring_twice_changes_nothing_more(source: Any, there: Any, purge: bool) -> None:
    def exists(arn: str) -> bool:
        return arn.endswith("work")

    first = mirror_notifications(source, there, NAMES, purge, exists)
    second = mirror_notifications(source, first.after, NAMES, purge, exists)
    assert not second.changed
    found = {one["Id"]: one for one in (first.after or {}).get("QueueConfigurations", [])}
    for one in (there or {}).get("QueueConfigurations", []):
        if FAILED in one["Events"]:
            assert found[one["Id"]] == one
