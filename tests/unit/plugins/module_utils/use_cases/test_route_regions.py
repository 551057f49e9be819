# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.mrap import ROUTE_REGIONS
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.route_regions import RouteRegions

DOWN = UnreachableError("ask", "", 0, "nobody there")


def asking(avoid: str | None = None) -> tuple[RouteRegions, list[str]]:
    asked: list[str] = []

    def clients(service: str, region: str | None = None) -> Any:
        assert service == "sts" and region
        return region

    return RouteRegions(clients, avoid), asked


def question(errors: dict[str, AwsError], asked: list[str]) -> Any:
    def ask(region: str) -> str:
        asked.append(region)
        if region in errors:
            raise errors[region]
        return f"answer of {region}"

    return ask


@pytest.mark.parametrize("avoid", [None, "eu-central-1", *ROUTE_REGIONS])
def test_the_region_that_failed_is_asked_last(avoid: str | None) -> None:
    regions, asked = asking(avoid)
    errors: dict[str, AwsError] = dict.fromkeys(ROUTE_REGIONS, DOWN)
    with pytest.raises(UnreachableError, match="none of the Regions that take routes answered") as raised:
        regions.ask("sts", question(errors, asked))
    assert sorted(asked) == sorted(ROUTE_REGIONS)
    assert all(f"{region}: nobody there" in raised.value.message for region in ROUTE_REGIONS)
    if avoid in ROUTE_REGIONS:
        assert asked[-1] == avoid


def test_the_first_that_answers_is_enough_and_one_that_did_not_is_asked_last_from_then_on() -> None:
    regions, asked = asking()
    errors: dict[str, AwsError] = {"us-east-1": DOWN, "us-west-2": AwsError("ask", "InternalError", 500, "broken")}
    assert regions.ask("sts", question(errors, asked)) == ("answer of ap-southeast-2", "ap-southeast-2")
    assert asked == ["us-east-1", "us-west-2", "ap-southeast-2"]
    assert regions.ask("sts", question(errors, asked))[1] == "ap-southeast-2"
    assert asked[3:] == ["ap-southeast-2"]
    assert regions.order == ("ap-southeast-2", "ap-northeast-1", "eu-west-1", "us-east-1", "us-west-2")


def test_what_is_no_fault_of_the_region_is_raised_at_once() -> None:
    regions, asked = asking()
    errors: dict[str, AwsError] = {"us-east-1": MissingError("ask", "NoSuchMultiRegionAccessPoint", 404, "none")}
    with pytest.raises(MissingError):
        regions.ask("sts", question(errors, asked))
    assert asked == ["us-east-1"]
