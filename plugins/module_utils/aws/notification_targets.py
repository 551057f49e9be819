# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a queue, topic or function that a bucket's notifications could go to is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import parse_arn


def target_exists(client_of: Callable[[str, str], Any], arn: str) -> bool:
    """Ask SQS, SNS or Lambda in the target's Region; ``client_of(service, region)`` gives the client.

    Raises :class:`AccessDeniedError` where the caller may not know, :class:`AwsError` for the rest.
    """
    target = parse_arn(arn)
    if target is None or target.service not in ("sqs", "sns", "lambda"):
        return False
    client = client_of(target.service, target.region)
    try:
        if target.service == "sqs":
            with call(f"look for queue {arn}", "sqs:GetQueueUrl"):
                client.get_queue_url(QueueName=target.resource, QueueOwnerAWSAccountId=target.account)
        elif target.service == "sns":
            with call(f"look for topic {arn}", "sns:GetTopicAttributes"):
                client.get_topic_attributes(TopicArn=arn)
        else:
            with call(f"look for function {arn}", "lambda:GetFunctionConfiguration"):
                client.get_function_configuration(FunctionName=arn)
    except MissingError:
        return False
    return True
