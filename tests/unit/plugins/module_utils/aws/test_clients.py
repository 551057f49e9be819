# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients, _keep_connections

REGION = "eu-west-1"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> boto3.session.Session:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theenvironments0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    return boto3.session.Session()


def kept(manager: Any, hosts: int) -> bool:
    """Whether connections to the first of so many hosts are there yet when the last one was asked for."""
    first = manager.connection_from_url("https://bucket-0.s3.eu-west-1.amazonaws.com/")
    for number in range(1, hosts):
        manager.connection_from_url(f"https://bucket-{number}.s3.eu-west-1.amazonaws.com/")
    return manager.connection_from_url("https://bucket-0.s3.eu-west-1.amazonaws.com/") is first


def managers(client: Any) -> tuple[Any, Any]:
    """What keeps the connections of this release of botocore: the direct ones, and those through a proxy."""
    http = client._endpoint.http_session
    return http._manager, http._get_proxy_manager("http://proxy.example.net:3128")


@pytest.mark.parametrize("way", [0, 1])
def test_every_bucket_that_is_worked_on_keeps_its_connection(session: boto3.session.Session, way: int) -> None:
    assert kept(managers(Clients(session, REGION, 32).get("s3"))[way], 64)
    assert not kept(managers(Clients(session, REGION, 32).get("s3"))[way], 65)
    assert kept(managers(Clients(session, REGION, 2).get("s3"))[way], 20)
    # Else this is needless: this release of botocore keeps more than ten by itself.
    assert not kept(managers(Clients(session, REGION, 32).get("sqs"))[way], 11)


def test_connections_are_still_botocores_and_as_many_to_one_host(session: boto3.session.Session) -> None:
    ours, theirs = Clients(session, REGION, 32).get("s3"), Clients(session, REGION, 32).get("sqs")
    for mine, usual in zip(managers(ours), managers(theirs), strict=True):
        pool, plain = (one.connection_from_url("https://bucket.example.net/") for one in (mine, usual))
        assert pool.__class__ is plain.__class__
        assert pool.pool.maxsize == plain.pool.maxsize == 32
        assert pool.timeout.read_timeout == plain.timeout.read_timeout
        assert mine.__class__ is usual.__class__


@pytest.mark.parametrize("client", [SimpleNamespace(), SimpleNamespace(_endpoint=SimpleNamespace(http_session=1))])
def test_a_botocore_that_is_built_otherwise_works_as_it_does_unasked(client: Any) -> None:
    _keep_connections(client, 64)
