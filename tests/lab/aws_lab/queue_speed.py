# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queues with many messages: MiniStack's answers, found without looking at every message each time.

MiniStack goes through the whole queue once for a receive, several times, and once for every message of a
DeleteMessageBatch. With ten thousand failure events in a queue the lab would do little else.
"""

from __future__ import annotations

from typing import Any

from aws_lab import clock

Message = dict[str, Any]


def apply() -> None:
    """Put the quicker functions in place of MiniStack's."""
    from ministack.services import sqs

    _stop_looking_when_enough_is_found(sqs)
    _delete_a_batch_in_one_pass(sqs)
    _expire_once_a_second(sqs)


def _stop_looking_when_enough_is_found(sqs: Any) -> None:
    original = sqs._collect_msgs

    def collect(queue: dict[str, Any], most: int, visibility: int) -> list[Message]:
        if queue["is_fifo"]:
            return original(queue, most, visibility)  # type: ignore[no-any-return]
        now = clock.now()
        visible: list[Message] = []
        for message in queue["messages"]:
            if message.get("visible_at", 0) <= now:
                visible.append(message)
                if len(visible) == most:
                    break
        return original({**queue, "messages": visible}, most, visibility)  # type: ignore[no-any-return]

    sqs._collect_msgs = collect


def _delete_a_batch_in_one_pass(sqs: Any) -> None:
    def delete(data: dict[str, Any], url: str) -> dict[str, Any]:
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        wanted = {entry["ReceiptHandle"] for entry in entries if entry.get("ReceiptHandle")}
        held = {message.get("receipt_handle") for message in queue["messages"]} & wanted
        queue["messages"] = [message for message in queue["messages"] if message.get("receipt_handle") not in held]
        answer: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in entries:
            if entry.get("ReceiptHandle") in held:
                held.remove(entry["ReceiptHandle"])
                answer["Successful"].append({"Id": entry["Id"]})
            else:
                said = "The input receipt handle is invalid."
                failed = {"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "Message": said, "SenderFault": True}
                answer["Failed"].append(failed)
        return answer

    sqs._act_delete_message_batch = delete
    sqs._HANDLERS["DeleteMessageBatch"] = delete


def _expire_once_a_second(sqs: Any) -> None:
    """Retention is counted in minutes at least, so looking once in a second of lab time is often enough."""
    original = sqs._expire_retained

    def expire(queue: dict[str, Any]) -> None:
        now = clock.now()
        if abs(now - queue.get("_looked_at", 0.0)) >= 1.0:
            queue["_looked_at"] = now
            original(queue)

    sqs._expire_retained = expire
