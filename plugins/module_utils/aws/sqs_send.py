# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""SQS: sending one message. Clients are boto3 SQS clients."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def send(client: Any, url: str, body: str, group: str | None = None, deduplication: str | None = None) -> str:
    """SendMessage: the message's id. FIFO queues want both ``group`` and ``deduplication``, others neither.

    A FIFO queue drops a message whose ``deduplication`` it took in the last five minutes (SQS API Reference,
    "SendMessage").
    """
    fifo = {"MessageGroupId": group, "MessageDeduplicationId": deduplication} if group and deduplication else {}
    with call(f"send to the queue {url}", "sqs:SendMessage"):
        return str(client.send_message(QueueUrl=url, MessageBody=body, **fifo)["MessageId"])
