# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_items import UnreadableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_template import names, problems, render

VALUES = {"id": 7, "name": 'a "b" {c}', "event": '{"x": 1}', "more": {"n": 1.5, "l": [None, True]}, "object.key": "k"}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{event}", '{"x": 1}'),
        ("{id}", "7"),
        ("id {id} of {name}", 'id 7 of a "b" {c}'),
        ("{{{id}}}", "{7}"),
        ("{more}", '{"n": 1.5, "l": [null, true]}'),
        ("plain", "plain"),
        ({"a": "{id}", "b": ["{more}", "{id}!"]}, '{"a": 7, "b": [{"n": 1.5, "l": [null, true]}, "7!"]}'),
        ({"{id}": 1, "{object.key}": None}, '{"7": 1, "k": null}'),
        (["{name}"], '["a \\"b\\" {c}"]'),
        (5, "5"),
    ],
)
def test_templates(template: Any, text: str) -> None:
    assert render(template, VALUES) == text


def test_a_name_that_an_item_lacks_is_told() -> None:
    with pytest.raises(UnreadableError, match="it has no attribute gone, which the template names"):
        render({"a": ["{gone}"]}, VALUES)


def test_lone_braces_are_told_whatever_the_items_are() -> None:
    assert problems({"a": "{", "b": ["x}", "{ok}", "{{", "{}"]}) == [
        "'{' has a lone {; write {{ for a brace that means nothing",
        "'x}' has a lone }; write }} for a brace that means nothing",
        "'{}' has a lone {; write {{ for a brace that means nothing",
    ]
    assert problems(None) == [] and names({"{a}": ["{b} {object.key}", 3]}) == {"a", "b", "object.key"}


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a", "b"]), anything, min_size=2), anything)
def test_no_value_breaks_out_of_its_place(values: dict[str, Any], other: Any) -> None:
    read = json.loads(render({"first": "{a}", "second": "<{b}>", "third": ["x"]}, values))
    assert set(read) == {"first", "second", "third"} and read["first"] == values["a"] and read["third"] == ["x"]
    assert read["second"].startswith("<") and read["second"].endswith(">")


@given(anything)
def test_whatever_has_no_problems_and_no_names_can_be_filled(template: Any) -> None:
    if not problems(template) and not names(template):
        render(template, {})
