# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is calling: account and partition, asked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn


@dataclass(frozen=True)
class Caller:
    """``account`` is the twelve-digit id, ``partition`` is ``aws``, ``aws-cn`` or ``aws-us-gov``."""

    account: str
    partition: str


def get_caller(client: Any) -> Caller:
    """STS GetCallerIdentity, which needs no permission. Raises :class:`AwsError`."""
    with call("find out whose credentials these are"):
        answer = client.get_caller_identity()
    arn = parse_arn(answer["Arn"])
    return Caller(account=answer["Account"], partition=arn.partition if arn else "aws")
