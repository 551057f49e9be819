# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.runbook import dns
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

RECORD = {"hosted_zone_id": "Z1", "record": "Active.example.com", "type": "TXT", "ttl": 60, "values": {}}
PLAIN = {"hosted_zone_id": "Z1", "record": "app.example.com.", "type": "CNAME", "ttl": 30, "values": {"b": ["x", "y"]}}


class Zone:
    """Record sets by name and type, given from the one that is asked for on; changes pend for so many looks."""

    def __init__(self) -> None:
        self.sets: dict[tuple[str, str], dict[str, Any]] = {}
        self.pending, self.failing, self.changes = 2, 0, 0

    def list_resource_record_sets(self, **request: Any) -> dict[str, Any]:
        begin = (request["StartRecordName"], request["StartRecordType"])
        return {"ResourceRecordSets": [self.sets[key] for key in sorted(self.sets) if key >= begin][:1]}

    def change_resource_record_sets(self, HostedZoneId: str, ChangeBatch: Any) -> dict[str, Any]:  # noqa: N803
        assert HostedZoneId == "Z1"
        if self.failing:
            self.failing -= 1
            raise client_error("PriorRequestNotComplete", "ChangeResourceRecordSets")
        for change in ChangeBatch["Changes"]:
            assert change["Action"] == "UPSERT"
            made = change["ResourceRecordSet"]
            self.sets[made["Name"], made["Type"]] = made
        self.changes += 1
        return {"ChangeInfo": {"Id": f"C{self.changes}"}}

    def get_change(self, Id: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.pending -= 1
        return {"ChangeInfo": {"Status": "PENDING" if self.pending >= 0 else "INSYNC", "Id": Id}}


def run(zone: Zone, monkeypatch: pytest.MonkeyPatch, *records: Any, target: str = "b") -> dict[str, Any]:
    monkeypatch.setattr(dns, "_client", lambda service, region: zone)
    return dns.set_records({"target_region": target, "records": list(records), "seconds": 0.2, "delay": 0.01}, None)


def test_set_once_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone()
    names = ["Active.example.com TXT", "app.example.com. CNAME"]
    assert sorted(run(zone, monkeypatch, RECORD, PLAIN)["switched"]) == names
    assert zone.sets["active.example.com.", "TXT"]["ResourceRecords"] == [{"Value": '"b"'}], "its name, quoted"
    assert zone.sets["app.example.com.", "CNAME"]["ResourceRecords"] == [{"Value": "x"}, {"Value": "y"}]
    assert run(zone, monkeypatch, RECORD, PLAIN) == {"switched": []} and zone.changes == 2
    assert run(zone, monkeypatch, {**RECORD, "ttl": 5})["switched"], "another TTL is a change"


def test_a_change_that_is_refused_for_a_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone()
    zone.failing = 3
    assert len(run(zone, monkeypatch, RECORD, PLAIN)["switched"]) == 2
    zone.failing = 10**6
    with pytest.raises(RuntimeError, match=r"Records do not say c: Active.* TXT: .*PriorRequestNotComplete"):
        run(zone, monkeypatch, RECORD, target="c")


def test_a_change_that_stays_pending_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = Zone()
    zone.pending = 10**6
    with pytest.raises(RuntimeError, match="not everywhere yet"):
        run(zone, monkeypatch, RECORD)
