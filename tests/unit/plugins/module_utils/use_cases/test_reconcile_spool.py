# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.reconcile_report import RESTARTED, Row, Tally
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.reconcile_spool import ItemSpool, ReportFile

names = st.sampled_from(["B", "BS", "S", "M", "a b", "ü\n"])
leaves = st.one_of(
    st.builds(lambda value: {"S": value}, st.text(max_size=5)),
    st.builds(lambda value: {"B": value}, st.binary(max_size=5)),
    st.builds(lambda value: {"BS": value}, st.lists(st.binary(max_size=5), max_size=3)),
    st.just({"NULL": True}),
)
wires = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda value: {"M": value}, st.dictionaries(names, inner, max_size=3)),
        st.builds(lambda value: {"L": value}, st.lists(inner, max_size=3)),
    ),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(names, wires, max_size=3), max_size=4))
def test_items_come_back_as_they_were_binary_too(items: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        with ItemSpool(folder) as spool:
            for item in items:
                spool.add(item)
            assert spool.count == len(items)
            assert list(spool.items()) == items == list(spool.items())
        assert list(Path(folder).iterdir()) == []


def test_a_report_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("old")
    with pytest.raises(KeyError), ReportFile(str(path), Tally(1)) as report:
        report.add(Row({"id": 1}, "k", RESTARTED))
        raise KeyError
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["all.csv"]
    with ReportFile(str(path), Tally(1)) as report:
        report.add(Row({"id": 1}, "k\nl,ü", RESTARTED))
        assert path.read_text() == "old"
    assert '"k\nl,ü"' in path.read_text(encoding="utf-8") and stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_report_that_can_not_be_written_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(RefusedError, match="output: no file can be made there"), ReportFile(f"{file}/x", Tally(1)):
        pass
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ToldError, match="Could not write the report"), ReportFile(str(folder), Tally(1)):
        pass


def test_without_a_path_rows_are_only_counted() -> None:
    tally = Tally(1)
    with ReportFile(None, tally) as report:
        report.add(Row({"id": 1}, "k", RESTARTED))
    assert tally.counts()["restarted"] == 1
