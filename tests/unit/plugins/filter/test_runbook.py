# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.filter.runbook import FilterModule
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.failover_runbook import LARGEST
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.test_failover_runbook import (
    ACCOUNT,
    REST,
    SETTINGS,
)

FILTERS = FilterModule().filters()


def test_each_script_has_its_handler_and_nothing_that_automation_would_replace() -> None:
    document = FILTERS["failover_runbook"]({**SETTINGS, **REST})
    assert len(document["mainSteps"]) == 7
    for step in document["mainSteps"]:
        names: dict[str, Any] = {"__name__": "script"}
        script = step["inputs"]["Script"]
        exec(compile(script, step["name"], "exec"), names)
        assert callable(names[step["inputs"]["Handler"]])
        assert "{{" not in script and "ansible" not in script.replace("ansible_collections", "").lower()
    assert len(json.dumps(document).encode()) < LARGEST * 5 / 8, "the rest is for what is switched"


def test_it_is_the_same_text_for_the_same_settings() -> None:
    assert json.dumps(FILTERS["failover_runbook"](SETTINGS)) == json.dumps(FILTERS["failover_runbook"](SETTINGS))


def test_the_policies() -> None:
    assert FILTERS["failover_runbook_policy"](SETTINGS, "aws", ACCOUNT)["Statement"]
    assert FILTERS["failover_runbook_trust_policy"](ACCOUNT, "aws")["Statement"]


@pytest.mark.parametrize("settings", ["shop", None, ["x"], {}])
def test_bad_settings_are_told_as_filters_do(settings: Any) -> None:
    for build in (
        lambda: FILTERS["failover_runbook"](settings),
        lambda: FILTERS["failover_runbook_policy"](settings, "aws", ACCOUNT),
    ):
        with pytest.raises(AnsibleFilterError):
            build()
