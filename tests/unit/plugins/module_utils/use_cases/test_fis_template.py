# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import ConflictError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.fis_template import pause_parts
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.fis_template import absent, present

from .fake_aws import client_error
from .fake_fis import FakeFis

ROLE = "arn:aws:iam::111122223333:role/fis"


def options(**more: Any) -> dict[str, Any]:
    """Options of the module."""
    targets, actions = pause_parts({"tags": {"drill": "yes"}, "region": "eu-west-1", "duration": "PT30M"})
    return {
        "name": "pause",
        "role": ROLE,
        "stop_conditions": [{"source": "none"}],
        "targets": targets,
        "actions": actions,
        "tags": None,
        "purge_tags": True,
        **more,
    }


def test_made_once_and_check_mode_predicts() -> None:
    client = FakeFis()
    told = present(client, options(tags={"team": 1}), check_mode=True)
    assert told.changed and not client.writes and told.results["template_id"] is None
    made = present(client, options(tags={"team": 1}), check_mode=False)
    assert {**made.after, "id": None, "arn": None} == told.after
    (kept,) = list(client.templates.values())
    assert (kept["tags"], kept["description"]) == ({"team": "1", "Name": "pause"}, "pause")
    again = present(client, options(tags={"team": 1}), check_mode=False)
    assert not again.changed and again.before == again.after
    assert client.writes == ["create_experiment_template"]
    assert again.results["template"]["id"] == kept["id"]


def test_changed_in_place_with_its_tags() -> None:
    client = FakeFis()
    present(client, options(tags={"team": "a"}), check_mode=False)
    wanted = options(description="new", tags={"owner": "b"})
    told = present(client, wanted, check_mode=True)
    done = present(client, wanted, check_mode=False)
    assert (told.before, told.after) == (done.before, done.after)
    (kept,) = list(client.templates.values())
    assert (kept["description"], kept["tags"]) == ("new", {"owner": "b", "Name": "pause"})
    assert not present(client, wanted, check_mode=False).changed
    added = options(description="new", tags={"team": "a"}, purge_tags=False)
    assert present(client, added, check_mode=False).after["tags"] == {"owner": "b", "team": "a", "Name": "pause"}
    assert not present(client, options(), check_mode=False).changed
    assert client.writes.count("update_experiment_template") == 1


def test_what_is_wrong_is_told_before_aws_is_asked() -> None:
    client = FakeFis()
    with pytest.raises(RefusedError) as refused:
        present(client, options(role="fis", stop_conditions=[]), check_mode=True)
    assert len(refused.value.problems) == 2 and not client.calls


def test_two_of_one_name_are_refused() -> None:
    client = FakeFis()
    present(client, options(), check_mode=False)
    client.templates["EXT9"] = {**copy.deepcopy(client.templates["EXT0"]), "id": "EXT9"}
    for work in (lambda: present(client, options(), False), lambda: absent(client, "pause", False)):
        with pytest.raises(RefusedError, match="EXT0, EXT9"):
            work()


def test_account_targeting_is_not_changed() -> None:
    client = FakeFis()
    present(client, options(), check_mode=False)
    with pytest.raises(RefusedError, match="account_targeting is single-account"):
        present(client, options(experiment_options={"account_targeting": "multi-account"}), check_mode=True)


def test_what_aws_did_not_keep_is_told() -> None:
    client = FakeFis()
    present(client, options(), check_mode=False)
    client.forgets_members = True
    with pytest.raises(ToldError, match="kept another description"):
        present(client, options(description="new"), check_mode=False)


def test_removed_once() -> None:
    client = FakeFis()
    present(client, options(), check_mode=False)
    assert absent(client, "pause", check_mode=True).changed and client.templates
    assert absent(client, "pause", check_mode=False).changed and not client.templates
    assert not absent(client, "pause", check_mode=False).changed
    client = FakeFis()
    present(client, options(), check_mode=False)
    client.refusals["delete_experiment_template"] = [
        client_error("ResourceNotFoundException", "DeleteExperimentTemplate", status=404)
    ]
    assert absent(client, "pause", check_mode=False).changed


def test_a_token_that_is_used_up_does_not_keep_it_from_being_made_again() -> None:
    client = FakeFis()
    for _unused in range(3):
        present(client, options(), check_mode=False)
        absent(client, "pause", check_mode=False)
    made = present(client, options(), check_mode=False)
    assert list(client.templates) == [made.results["template_id"]]
    conflicts = client_error("ConflictException", "CreateExperimentTemplate", status=409)
    client = FakeFis()
    client.refusals["create_experiment_template"] = [conflicts]
    assert present(client, options(), check_mode=False).results["template_id"]
    client = FakeFis()
    client.refusals["create_experiment_template"] = [conflicts] * 20
    with pytest.raises(ConflictError):
        present(client, options(), check_mode=False)
