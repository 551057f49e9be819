# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of Route 53 records, and who may look at them."""

from __future__ import annotations

import json
import uuid

import pytest
from botocore.exceptions import ClientError
from labclient import Clients


def test_a_policy_may_name_changes(client: Clients) -> None:
    route53, iam = client("route53"), client("iam")
    made = route53.create_hosted_zone(Name="example.com", CallerReference=uuid.uuid4().hex)
    change = made["ChangeInfo"]["Id"]
    name = f"u-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    theirs = client("route53", "us-east-1", iam.create_access_key(UserName=name)["AccessKey"])
    with pytest.raises(ClientError) as error:
        theirs.get_change(Id=change)
    assert error.value.response["Error"]["Code"] == "AccessDenied"
    statement = {"Effect": "Allow", "Action": "route53:GetChange", "Resource": "arn:aws:route53:::change/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="changes", PolicyDocument=policy)
    assert theirs.get_change(Id=change)["ChangeInfo"]["Status"] in ("PENDING", "INSYNC")
    assert theirs.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC"
    with pytest.raises(ClientError) as error:
        theirs.get_change(Id="/change/C0000000000000")
    assert error.value.response["Error"]["Code"] == "NoSuchChange"
