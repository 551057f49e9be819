# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.filter import policies

FOLDER = Path(policies.__file__).parent
FILES = [import_module(f"{policies.__package__}.{file.stem}") for file in sorted(FOLDER.glob("*.py"))]
FILTERS = {name: function for file in FILES for name, function in file.FilterModule().filters().items()}
PAIR = {"source": {"bucket": "invoices"}, "destination": {"bucket": "invoices-dr"}}


def test_every_filter_has_its_documentation_and_no_documentation_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.yml")} == set(FILTERS)


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_the_documentation_names_the_parameters(name: str) -> None:
    text = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    code = FILTERS[name].__code__
    parameters = code.co_varnames[: code.co_argcount]
    documented = text["DOCUMENTATION"]["options"]
    assert list(documented) == ["_input", *parameters[1:]]
    assert text["DOCUMENTATION"]["name"] == name


@pytest.mark.parametrize("pairs", [PAIR, [PAIR]])
def test_one_pair_is_as_good_as_a_list(pairs: Any) -> None:
    assert FILTERS["replication_role_policy"](pairs, "aws")["Statement"][0]["Resource"] == ["arn:aws:s3:::invoices"]


def test_the_policies_of_a_set_come_with_what_they_cover() -> None:
    (part,) = FILTERS["replication_role_policies"](PAIR, "aws-cn", name="dr")
    assert (part["name"], part["covers"]) == ("dr-1", ["invoices -> invoices-dr"])
    assert part["document"] == FILTERS["replication_role_policy"](PAIR, "aws-cn")
    with pytest.raises(AnsibleFilterError, match="expected managed or inline"):
        FILTERS["replication_role_policies"](PAIR, "aws", kind="other")


@pytest.mark.parametrize("buckets", ["invoices", ["invoices"]])
def test_one_bucket_is_as_good_as_a_list(buckets: Any) -> None:
    queue = "arn:aws:sqs:us-east-1:111122223333:failures"
    assert FILTERS["failure_queue_policy"](buckets, queue, "111122223333")["Statement"]
    (said,) = FILTERS["batch_role_policy"](buckets, "aws")["Statement"]
    assert said["Resource"] == ["arn:aws:s3:::invoices/*"]


def test_the_places_reach_the_batch_role() -> None:
    found = FILTERS["batch_role_policy"]([], "aws", "jobs", "in", "jobs", "out")
    assert [said["Resource"] for said in found["Statement"]] == [
        ["arn:aws:s3:::jobs/in/*"],
        ["arn:aws:s3:::jobs/out/*"],
    ]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("replication_role_trust_policy", ("12",)),
        ("replication_role_policy", ([], "aws")),
        ("batch_role_trust_policy", ("12",)),
        ("batch_role_policy", ([], "aws")),
        ("failure_queue_policy", ([], "x", "y")),
        ("fitted_name", ("a" * 9, 5)),
        ("replica_set_pairs", ([], "invoices")),
        ("replica_set_departures", ([], "invoices", [{"bucket": "a", "region": "b"}], ["a"])),
    ],
)
def test_bad_input_fails_the_template_with_a_told_error(name: str, arguments: Any) -> None:
    with pytest.raises(AnsibleFilterError):
        FILTERS[name](*arguments)
