# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQS and DynamoDB in memory, as far as the ledger's use cases call them, with failures on demand.

A fake may be killed: ``Plug`` counts the calls of all fakes that share it and raises :class:`Killed` at the one chosen,
before it acts or after. ``Killed`` is no ``Exception``, so that no code under test can swallow it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

Wire = dict[str, dict[str, str]]


def raise_if(error: Exception | None) -> None:
    """Raise what a test has set, if it has."""
    if error is not None:
        raise error


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Plug:
    """Pulled at call number ``at`` (from 0), before or after that call has acted."""

    at: int | None = None
    after: bool = False
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> None:
        with self.lock:
            self.number = self.calls
            self.calls += 1
            if self.at == self.number and not self.after:
                raise Killed

    def __exit__(self, *error: object) -> None:
        if self.at is not None and self.after and self.calls > self.at and not error[0]:
            raise Killed


def client_error(code: str, operation: str, message: str = "No.", status: int = 400) -> ClientError:
    """What boto3 raises."""
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, operation
    )


class FakeTable:
    """One ledger table. ``unprocessed`` items of each of the next calls are left, ``refuse`` is raised by writes."""

    def __init__(self, plug: Plug | None = None, name: str = "ledger") -> None:
        self.meta = SimpleNamespace(region_name="us-east-1")
        self.items: dict[tuple[str, str], Wire] = {}
        self.unprocessed: list[int] = []
        self.refuse: ClientError | None = None
        self.writes = 0
        self.queries: list[dict[str, Any]] = []
        self.page = 7
        self.description: dict[str, Any] = {
            "TableStatus": "ACTIVE",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        }
        self._plug = plug or Plug()
        self._name = name

    def describe_table(self, TableName: str) -> dict[str, Any]:  # noqa: N803
        self._must_be(TableName, "DescribeTable")
        return {"Table": self.description}

    def batch_write_item(self, RequestItems: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        with self._plug:
            ((table, requests),) = RequestItems.items()
            self._must_be(table, "BatchWriteItem")
            self.writes += 1
            raise_if(self.refuse)
            keys = [self._key(request) for request in requests]
            if len(set(keys)) < len(keys) or not 1 <= len(keys) <= 25:
                raise client_error("ValidationException", "BatchWriteItem", f"{len(keys)} requests or duplicates")
            left = self.unprocessed.pop(0) if self.unprocessed else 0
            for key, request in list(zip(keys, requests, strict=True))[left:]:
                if "PutRequest" in request:
                    self.items[key] = request["PutRequest"]["Item"]
                else:
                    self.items.pop(key, None)
            return {"UnprocessedItems": {table: requests[:left]} if left else {}}

    def query(self, **request: Any) -> dict[str, Any]:
        with self._plug:
            self._must_be(request["TableName"], "Query")
            self.queries.append(request)
            values = request["ExpressionAttributeValues"]
            head = values.get(":head", {"S": ""})["S"]
            start = request.get("ExclusiveStartKey", {"sk": {"S": ""}})["sk"]["S"]
            found = sorted(
                (sk, item)
                for (pk, sk), item in self.items.items()
                if pk == values[":pk"]["S"] and sk.startswith(head) and sk > start
            )
            page = found[: min(self.page, request.get("Limit", self.page))]
            answer: dict[str, Any] = {"Items": [self._projected(item, request) for _sk, item in page]}
            if len(page) < len(found):
                answer["LastEvaluatedKey"] = {"pk": values[":pk"], "sk": {"S": page[-1][0]}}
            return answer

    def _must_be(self, table: str, operation: str) -> None:
        if table != self._name:
            raise client_error("ResourceNotFoundException", operation, "Requested resource not found")

    @staticmethod
    def _key(request: dict[str, Any]) -> tuple[str, str]:
        item = request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
        return item["pk"]["S"], item["sk"]["S"]

    @staticmethod
    def _projected(item: Wire, request: dict[str, Any]) -> Wire:
        names = request.get("ExpressionAttributeNames", {}).values()
        return {name: value for name, value in item.items() if name in names} if names else dict(item)


@dataclass
class Waiting:
    """A message in a queue; ``hidden`` while somebody has received it."""

    message_id: str
    body: str
    receipt: str = ""
    received: int = 0
    hidden: bool = False


class FakeQueue:
    """Queues by URL. A received message stays hidden until :meth:`reappear`, unless ``visibility`` is 0."""

    URL = "https://sqs.us-east-1.amazonaws.com/111122223333/failures"
    DEAD_LETTER_URL = "https://sqs.us-east-1.amazonaws.com/111122223333/failures-dlq"

    def __init__(self, plug: Plug | None = None) -> None:
        self.meta = SimpleNamespace(region_name="us-east-1", endpoint_url="https://sqs.us-east-1.amazonaws.com")
        self.queues: dict[str, list[Waiting]] = {self.URL: [], self.DEAD_LETTER_URL: []}
        self.visibility = 30
        self.redrive_policy = True
        self.empty_answers = 0
        self.most_at_once = 10
        self.undeletable: list[tuple[str, bool]] = []
        self.requests: list[dict[str, Any]] = []
        self._plug = plug or Plug()
        self._lock = threading.Lock()
        self._receipts = 0

    def send(self, *bodies: str, url: str = URL) -> None:
        """Put messages into a queue."""
        for body in bodies:
            self.queues[url].append(Waiting(f"m-{len(self.queues[url])}-{url[-3:]}", body))

    def reappear(self) -> None:
        """Let the visibility timeout of all messages run out."""
        for queue in self.queues.values():
            for message in queue:
                message.hidden = False

    def get_queue_url(self, QueueName: str, **_account: str) -> dict[str, str]:  # noqa: N803
        for url in self.queues:
            if url.endswith("/" + QueueName):
                return {"QueueUrl": url}
        raise client_error("AWS.SimpleQueueService.NonExistentQueue", "GetQueueUrl")

    def get_queue_attributes(self, QueueUrl: str, **_names: Any) -> dict[str, Any]:  # noqa: N803
        queue = self._queue(QueueUrl)
        hidden = sum(message.hidden for message in queue)
        attributes = {
            "QueueArn": "arn:aws:sqs:us-east-1:111122223333:" + QueueUrl.rpartition("/")[2],
            "ApproximateNumberOfMessages": str(len(queue) - hidden),
            "ApproximateNumberOfMessagesNotVisible": str(hidden),
            "ApproximateNumberOfMessagesDelayed": "0",
            "VisibilityTimeout": str(self.visibility),
        }
        if self.redrive_policy and QueueUrl == self.URL:
            attributes["RedrivePolicy"] = (
                '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:failures-dlq","maxReceiveCount":3}'
            )
        return {"Attributes": attributes}

    def receive_message(self, **request: Any) -> dict[str, Any]:
        with self._plug, self._lock:
            self.requests.append(request)
            if self.empty_answers:
                self.empty_answers -= 1
                return {}
            found = [message for message in self._queue(request["QueueUrl"]) if not message.hidden]
            found = found[: min(self.most_at_once, request["MaxNumberOfMessages"])]
            for message in found:
                self._receipts += 1
                message.receipt = str(self._receipts)
                message.received += 1
                message.hidden = self.visibility > 0
            return {
                "Messages": [
                    {"MessageId": message.message_id, "ReceiptHandle": message.receipt, "Body": message.body}
                    for message in found
                ]
            }

    def delete_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        with self._plug, self._lock:
            queue = self._queue(QueueUrl)
            failed = []
            for entry in Entries:
                if self.undeletable:
                    code, fault = self.undeletable.pop(0)
                    failed.append({"Id": entry["Id"], "Code": code, "SenderFault": fault})
                else:
                    queue[:] = [message for message in queue if message.receipt != entry["ReceiptHandle"]]
            return {"Failed": failed}

    def _queue(self, url: str) -> list[Waiting]:
        if url not in self.queues:
            raise client_error("AWS.SimpleQueueService.NonExistentQueue", "Operation")
        return self.queues[url]
