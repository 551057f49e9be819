# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.account_role import AccountRole

ARN = "arn:aws:iam::444455556666:role/dr"
OWN = {"aws_access_key_id": "own", "aws_secret_access_key": "own", "aws_session_token": "own"}


def answer(key: str, minutes: int) -> dict[str, Any]:
    expiration = datetime.now(UTC) + timedelta(minutes=minutes)
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": expiration,
        }
    }


def key_of(clients: Clients) -> str:
    """Whose credentials the next call would be signed with."""
    credentials = clients.get("s3", "eu-west-1")._request_signer._credentials.get_frozen_credentials()
    return str(credentials.access_key)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Clients:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "theenvironments0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    settings = {**OWN, "endpoint_url": "https://s3.example.net"}
    return Clients(boto3.session.Session(), "us-east-1", 7, {"retries": {"total_max_attempts": 3}}, settings)


def test_a_roles_clients_are_made_once_and_keep_the_connection_options(clients: Clients) -> None:
    with Stubber(clients.get("sts")) as stubber:
        asked = {"RoleArn": ARN, "RoleSessionName": "nightly", "ExternalId": "e-1"}
        stubber.add_response("assume_role", answer("roles000000000000", 60), asked)
        role = AccountRole(ARN, "e-1", "nightly")
        assumed = clients.assuming(role)
        assert clients.assuming(AccountRole(ARN, "e-1", "nightly")) is assumed
        assert key_of(assumed) == "roles000000000000"
    client = assumed.get("s3")
    assert client.meta.endpoint_url == "https://s3.example.net"
    assert client.meta.config.retries["total_max_attempts"] == 3
    assert client.meta.region_name == "us-east-1"


def test_without_an_external_id_none_is_sent(clients: Clients) -> None:
    with Stubber(clients.get("sts")) as stubber:
        asked = {"RoleArn": ARN, "RoleSessionName": "aws-dr-s3"}
        stubber.add_response("assume_role", answer("roles000000000000", 60), asked)
        clients.assuming(AccountRole(ARN))


def test_credentials_about_to_expire_are_fetched_again(clients: Clients) -> None:
    with Stubber(clients.get("sts")) as stubber:
        stubber.add_response("assume_role", answer("first00000000000", 5))
        stubber.add_response("assume_role", answer("second0000000000", 60))
        assumed = clients.assuming(AccountRole(ARN))
        assert key_of(assumed) == "second0000000000"
        assert key_of(assumed) == "second0000000000"


def test_a_role_that_does_not_trust_the_caller_is_told_at_once(clients: Clients) -> None:
    with Stubber(clients.get("sts")) as stubber:
        stubber.add_client_error("assume_role", "AccessDenied", "Access denied", 403)
        with pytest.raises(AccessDeniedError, match=r"Could not assume role .*:role/dr.*sts:AssumeRole"):
            clients.assuming(AccountRole(ARN))


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (AccountRole("dr"), "not an ARN"),
        (AccountRole("arn:aws:iam::444455556666:user/dr"), "does not name a role"),
        (AccountRole(ARN, session_name="a b"), "session_name 'a b'"),
        (AccountRole(ARN, session_name="n" * 65), "session_name"),
        (AccountRole(ARN, external_id="?"), "external_id"),
    ],
)
def test_the_form_is_checked(role: AccountRole, told: str) -> None:
    [problem] = role.problems()
    assert told in problem


def test_a_good_form_has_no_problem() -> None:
    assert AccountRole(ARN, "a:b/c", "dr@night").problems() == []
