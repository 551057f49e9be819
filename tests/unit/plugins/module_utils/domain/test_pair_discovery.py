# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import (
    Discovery,
    rule_is_there,
    sources_of,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration

ACCOUNT, US, EU = "111122223333", "us-east-1", "eu-west-1"


def discovery(template: str = "{name}-dr", **options: Any) -> Discovery:
    made = {"destination": {"bucket": template, "region": EU}, "prefix": "a/"}
    return Discovery(US, options.pop("tags", {"dr": "yes"}), options.pop("made", made), **options)


@pytest.mark.parametrize(
    ("wanted", "has", "ignore_case", "meant"),
    [
        ({"dr": "yes"}, {"dr": "yes", "a": "b"}, False, True),
        ({"dr": "yes"}, {"DR": "Yes"}, False, False),
        ({"dr": "yes"}, {"DR": "Yes"}, True, True),
        ({"dr": "yes", "a": "b"}, {"dr": "yes"}, False, False),
        ({"dr": None}, {"dr": ""}, False, True),
        ({"dr": None}, {"rd": "x"}, True, False),
        ({"dr": "yes"}, {"dr": "no"}, True, False),
        ({"dr": "straße"}, {"dr": "STRASSE"}, True, True),
        ({"dr": "yes"}, {}, False, False),
    ],
)
def test_all_tags_have_to_be_there(wanted: Any, has: Any, ignore_case: bool, meant: bool) -> None:
    assert discovery(tags=wanted, ignore_case=ignore_case).matches(has) is meant


def test_names_and_patterns_are_excluded() -> None:
    found = discovery(exclude=("scratch-*", "photos", "log-?"))
    assert [name for name in ("scratch-1", "photos", "photos-2", "log-1", "log-12") if found.excluded(name)] == [
        "scratch-1",
        "photos",
        "log-1",
    ]


def test_an_entry_is_made_of_the_template() -> None:
    entry = discovery("{name}-{account}-{region}-an").entry("invoices", ACCOUNT)
    assert entry["source"] == {"bucket": "invoices", "region": US}
    assert entry["destination"] == {"bucket": f"invoices-{ACCOUNT}-{EU}-an", "region": EU}
    assert entry["prefix"] == "a/"
    named = {"destination": {"bucket": "{name}-{account}", "region": EU, "account_id": "444455556666"}}
    assert discovery(made=named).entry("a", ACCOUNT)["destination"]["bucket"] == "a-444455556666"


def test_destinations_that_have_the_tags_are_no_sources() -> None:
    same = discovery()
    assert sources_of(["a", "a-dr"], ["a", "a-dr", "b"], same, ACCOUNT) == (["a"], ["a-dr"])
    # Also when its source has lost its tags.
    assert sources_of(["a-dr"], ["a", "a-dr"], same, ACCOUNT) == ([], ["a-dr"])
    assert sources_of(["a-dr"], ["a-dr"], same, ACCOUNT) == (["a-dr"], [])


def test_what_is_wrong_is_told() -> None:
    assert discovery().problems() == []
    told = discovery("{x}", tags={}).problems()
    assert len(told) == 2 and "discover.tags is empty" in told[0] and "{x}" in told[1]


def test_a_rule_is_ours_by_its_id_and_its_destination() -> None:
    entry = discovery().entry("a", ACCOUNT)

    def there(has: str, destination: str, **more: Any) -> bool:
        rule = {"ID": has, "Status": "Enabled", "Destination": {"Bucket": f"arn:aws:s3:::{destination}"}}
        return rule_is_there({**entry, **more}, Configuration("role", (rule,)))

    assert there("to-a-dr", "a-dr")
    assert not there("to-a-dr", "b-dr")
    assert not there("others", "a-dr")
    assert there("mine", "a-dr", rule_id="mine")
    assert not rule_is_there(entry, None)
