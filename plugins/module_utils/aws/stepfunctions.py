# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Step Functions: one function a call, typed errors. Clients are boto3 Step Functions clients of one Region."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError, call

_GONE = frozenset(["StateMachineDoesNotExist", "StateMachineDeleting"])


def state_machine_type(client: Any, arn: str) -> str:
    """DescribeStateMachine: ``STANDARD`` or ``EXPRESS``. Raises :class:`MissingError` when there is none.

    Versions and aliases have the type of their state machine, which is what is asked for.
    """
    whole = ":".join(arn.split(":")[:7])
    doing = f"look at the state machine {arn}"
    try:
        with call(doing, "states:DescribeStateMachine"):
            return str(client.describe_state_machine(stateMachineArn=whole).get("type") or "STANDARD")
    except AwsError as error:
        if error.code in _GONE:
            region = client.meta.region_name
            said = f"there is no such state machine in {region}"
            raise MissingError(doing, error.code, error.status, said, "Correct execution.state_machine") from error
        raise


def start_execution(client: Any, arn: str, name: str, text: str) -> str | None:
    """StartExecution: the execution's ARN; ``None`` when one of this name was started before.

    Of a STANDARD state machine a name can be used once in 90 days: again with the same input while it runs gives the
    same ARN, anything else is refused. EXPRESS ones refuse nothing (Step Functions API Reference, "StartExecution").
    """
    try:
        with call(f"start the execution {name} of {arn}", "states:StartExecution"):
            return str(client.start_execution(stateMachineArn=arn, name=name, input=text)["executionArn"])
    except AwsError as error:
        if error.code == "ExecutionAlreadyExists":
            return None
        raise
