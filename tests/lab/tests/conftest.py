# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the lab's own tests: plain boto3, and the control endpoint. Run inside tests/lab/with-lab."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from labclient import Clients, Lab


@pytest.fixture(scope="session")
def lab_session() -> Lab:
    """The control client for the whole session, without a reset."""
    url = os.environ.get("LAB_CONTROL_URL")
    if not url:
        pytest.exit("these tests need a lab: tests/lab/with-lab python -m pytest tests/lab/tests", returncode=2)
    return Lab(url)


@pytest.fixture(autouse=True)
def lab(lab_session: Lab) -> Iterator[Lab]:
    """The control client; every test starts with a fresh AWS (a reset takes some milliseconds)."""
    lab_session.reset()
    yield lab_session


@pytest.fixture(scope="session")
def client() -> Clients:
    """Factory of cached clients: client("s3", "us-west-2")."""
    return Clients()


@pytest.fixture
def make_bucket(client: Clients) -> Callable[..., str]:
    """Factory: make_bucket(name, region="us-east-1", versioned=False) makes a bucket and returns its name."""

    def make(name: str, region: str = "us-east-1", *, versioned: bool = False) -> str:
        where = {"LocationConstraint": region}
        s3 = client("s3", region)
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else {"CreateBucketConfiguration": where}))
        if versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name

    return make
