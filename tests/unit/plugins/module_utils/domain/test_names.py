# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.names import fitted_name


def test_a_name_that_fits_stays() -> None:
    assert fitted_name("s3-replication-invoices", 64) == "s3-replication-invoices"
    assert fitted_name("x" * 64, 64) == "x" * 64


@given(st.text(min_size=65, max_size=200), st.text(max_size=5))
def test_a_long_name_is_cut_to_the_limit_and_stays_its_own(name: str, tail: str) -> None:
    fitted = fitted_name(name, 64)
    assert len(fitted) == 64
    assert fitted == fitted_name(name, 64)
    assert (fitted_name(name + tail, 64) == fitted) == (tail == "")


def test_a_limit_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="limit is 9"):
        fitted_name("x" * 20, 9)
