# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload in memory: its state table, its versioned bucket, its queue, its state machine. Killed by one ``Plug``.

Each fake knows what ``workload_reconcile`` calls, and refuses the rest by not having it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Plug, client_error

REGION = "eu-west-1"
TABLE, BUCKET = "batch-state", "standby"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/111122223333/jobs"
MACHINE = f"arn:aws:states:{REGION}:111122223333:stateMachine:work"


class Paged:
    """A paginator that calls ``pages`` with the request."""

    def __init__(self, pages: Callable[..., Iterator[dict[str, Any]]]) -> None:
        self._pages = pages

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        return self._pages(**request)


class FakeStateTable:
    """One table with partition key ``id``. ``before_update`` is called with every UpdateItem."""

    def __init__(self, plug: Plug) -> None:
        self.meta = SimpleNamespace(region_name=REGION)
        self.items: dict[str, dict[str, Any]] = {}
        self.indexes: list[dict[str, Any]] = []
        self.before_update: Callable[[str], None] = lambda key: None
        self.stale: dict[str, dict[str, Any]] = {}
        self.gets = self.scans = self.lost_answers = 0
        self._plug, self._lock = plug, threading.Lock()

    def put(self, number: str, /, **attributes: str) -> None:
        """Write an item of text attributes, as a workload does."""
        self.items[number] = {"id": {"S": number}, **{name: {"S": text} for name, text in attributes.items()}}

    def describe_table(self, TableName: str) -> dict[str, Any]:  # noqa: N803
        if TableName != TABLE:
            raise client_error("ResourceNotFoundException", "DescribeTable")
        definitions = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "status")]
        return {
            "Table": {
                "TableStatus": "ACTIVE",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": definitions,
                "GlobalSecondaryIndexes": self.indexes,
            }
        }

    def get_paginator(self, operation: str) -> Paged:
        return Paged(self._scan if operation == "scan" else self._query)

    def _scan(self, **request: Any) -> Iterator[dict[str, Any]]:
        self.scans += 1
        assert request["ConsistentRead"]
        wanted = list(request.get("ExpressionAttributeValues", {}).values())
        for chunk in _chunks(list(self.items.values()), 3):
            with self._plug:
                yield {"Items": [dict(item) for item in chunk if not wanted or item.get("status") in wanted]}

    def _query(self, **request: Any) -> Iterator[dict[str, Any]]:
        wanted = request["ExpressionAttributeValues"][":s"]
        seen = {**self.items, **self.stale}
        for chunk in _chunks([item for item in seen.values() if item.get("status") == wanted], 3):
            with self._plug:
                yield {"Items": [dict(item) for item in chunk]}

    def get_item(self, **request: Any) -> dict[str, Any]:
        with self._plug, self._lock:
            self.gets += 1
            item = self.items.get(request["Key"]["id"]["S"])
            return {"Item": dict(item)} if item else {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        key = request["Key"]["id"]["S"]
        self.before_update(key)
        with self._plug, self._lock:
            names, values = request["ExpressionAttributeNames"], request.get("ExpressionAttributeValues", {})
            item = self.items.get(key, {})
            for condition in request["ConditionExpression"].split(" AND "):
                if not _holds(condition, item, names, values):
                    raise client_error("ConditionalCheckFailedException", "UpdateItem")
            verb, _blank, rest = request["UpdateExpression"].partition(" ")
            if verb == "REMOVE":
                del item[names[rest]]
            else:
                name, value = rest.split(" = ")
                item[names[name]] = values[value]
            if self.lost_answers:  # boto3 sends it again
                self.lost_answers -= 1
                raise client_error("ConditionalCheckFailedException", "UpdateItem")
            return {}


def _chunks(things: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _holds(condition: str, item: dict[str, Any], names: dict[str, str], values: dict[str, Any]) -> bool:
    if condition.startswith("attribute_exists"):
        return names[condition[17:-1]] in item
    if condition.startswith("attribute_not_exists"):
        return names[condition[21:-1]] not in item
    name, value = condition.split(" = ")
    return bool(item.get(names[name]) == values[value])


@dataclass
class Stored:
    """A version, or a delete marker (``marker``)."""

    version_id: str
    marker: bool = False
    head: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class FakeBucket:
    """A versioned bucket; ``events`` are the keys whose ObjectCreated has fired. Newest versions come last."""

    def __init__(self, plug: Plug) -> None:
        members = SimpleNamespace(input_shape=SimpleNamespace(members={"IfMatch": 1, "IfNoneMatch": 1}))
        model = SimpleNamespace(operation_model=lambda name: members)
        self.meta = SimpleNamespace(region_name=REGION, service_model=model)
        self.region, self.versioning = REGION, "Enabled"
        self.versions: dict[str, list[Stored]] = {}
        self.events: list[str] = []
        self.denied: set[str] = set()
        self.notifications: dict[str, Any] = {"EventBridgeConfiguration": {}}
        self.before_copy: Callable[[str], None] = lambda key: None
        self.copies: list[dict[str, Any]] = []
        self._plug, self._lock, self._number = plug, threading.Lock(), itertools.count(1)

    def put(self, key: str, tags: dict[str, str] | None = None, **head: Any) -> str:
        """Upload an object."""
        version = f"v{next(self._number)}"
        facts = {"ETag": f'"{version}"', "ContentLength": 3, "Metadata": {"m": key}, **head, "VersionId": version}
        self.versions.setdefault(key, []).append(Stored(version, head=facts, tags=dict(tags or {})))
        return version

    def delete(self, key: str) -> None:
        """Delete an object: a delete marker."""
        self.versions.setdefault(key, []).append(Stored(f"v{next(self._number)}", marker=True))

    def head_bucket(self, Bucket: str) -> dict[str, Any]:  # noqa: N803
        if Bucket != BUCKET:
            raise client_error("404", "HeadBucket", "Not Found", 404)
        return {"BucketRegion": self.region}

    def get_bucket_versioning(self, **_unused: Any) -> dict[str, Any]:
        return {"Status": self.versioning} if self.versioning else {}

    def get_bucket_notification_configuration(self, **_unused: Any) -> dict[str, Any]:
        return {**self.notifications, "ResponseMetadata": {}}

    def head_object(self, Key: str, VersionId: str | None = None, **_unused: Any) -> dict[str, Any]:  # noqa: N803
        with self._plug:
            if Key in self.denied:
                raise client_error("403", "HeadObject", "Forbidden", 403)
            found = self._find(Key, VersionId)
            if found is None or found.marker:
                raise client_error("404", "HeadObject", "Not Found", 404)
            return dict(found.head)

    def _find(self, key: str, version: str | None) -> Stored | None:
        stored = self.versions.get(key, [])
        return next((one for one in reversed(stored) if version in (None, one.version_id)), None)

    def get_paginator(self, operation: str) -> Paged:
        return Paged(self._list if operation == "list_objects_v2" else self._list_versions)

    def _list(self, Prefix: str, **_unused: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        current = {key: stored[-1] for key, stored in self.versions.items() if key.startswith(Prefix) and stored}
        for key, one in sorted(current.items()):
            if not one.marker:
                modified = one.head.get("LastModified", NOON)
                yield {"Contents": [{"Key": key, "Size": one.head["ContentLength"], "LastModified": modified}]}

    def _list_versions(self, Prefix: str, **_unused: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        with self._plug:
            for key in sorted(one for one in self.versions if one.startswith(Prefix)):
                for one in reversed(self.versions[key]):  # a page each, as if they were a thousand
                    told = {"Key": key, "VersionId": one.version_id}
                    yield {"DeleteMarkers" if one.marker else "Versions": [told]}

    def copy_object(self, **request: Any) -> dict[str, Any]:
        self.before_copy(request["Key"])
        with self._plug, self._lock:
            self.copies.append(request)
            source = request["CopySource"]
            found = self._find(source["Key"], source["VersionId"])
            if found is None or found.marker:
                raise client_error("NoSuchVersion", "CopyObject", status=404)
            self._condition(request)
            tags = found.tags
            if request.get("TaggingDirective") == "REPLACE":
                tags = dict(pair.split("=") for pair in request["Tagging"].split("&"))
            head = {
                name: value for name, value in request.items() if name in ("Metadata", "ContentType", "StorageClass")
            }
            return {"VersionId": self._write(request["Key"], tags, found.head, head)}

    def _condition(self, request: dict[str, Any]) -> None:
        current = self._find(request["Key"], None)
        etag = current.head["ETag"] if current and not current.marker else None
        if "IfMatch" in request and etag is None:
            raise client_error("NoSuchKey", "CopyObject", status=404)
        if ("IfNoneMatch" in request and etag) or ("IfMatch" in request and etag != request["IfMatch"]):
            raise client_error("PreconditionFailed", "CopyObject", status=412)

    def _write(self, key: str, tags: dict[str, str], old: dict[str, Any], head: dict[str, Any]) -> str:
        # The ETag is that of the content, so a copy has its source's.
        version = self.put(key, tags, ETag=old["ETag"], ContentLength=old["ContentLength"], **head)
        self.events.append(key)
        return version

    def get_object_tagging(self, Key: str, VersionId: str, **_unused: Any) -> dict[str, Any]:  # noqa: N803
        found = self._find(Key, VersionId)
        assert found is not None
        return {"TagSet": [{"Key": name, "Value": value} for name, value in found.tags.items()]}

    def put_object_tagging(self, Key: str, VersionId: str, Tagging: Any, **_unused: Any) -> None:  # noqa: N803
        found = self._find(Key, VersionId)
        assert found is not None
        found.tags = {tag["Key"]: tag["Value"] for tag in Tagging["TagSet"]}


class FakeJobs:
    """A queue of messages."""

    def __init__(self, plug: Plug, fifo: bool = False) -> None:
        self.meta = SimpleNamespace(region_name=REGION, endpoint_url=f"https://sqs.{REGION}.amazonaws.com")
        self.url = QUEUE_URL + (".fifo" if fifo else "")
        self.fifo = fifo
        self.sent: list[dict[str, Any]] = []
        self.refusals: list[ClientError] = []
        self._plug, self._lock = plug, threading.Lock()

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803
        if QueueName != self.url.rpartition("/")[2]:
            raise client_error("AWS.SimpleQueueService.NonExistentQueue", "GetQueueUrl")
        return {"QueueUrl": self.url}

    def get_queue_attributes(self, **_unused: Any) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": "arn"}}

    def send_message(self, **request: Any) -> dict[str, str]:
        with self._plug, self._lock:
            if self.refusals:
                raise self.refusals[0]
            seen = [one["MessageDeduplicationId"] for one in self.sent] if self.fifo else []
            if not self.fifo or request["MessageDeduplicationId"] not in seen:
                self.sent.append(request)
            return {"MessageId": f"m{len(self.sent)}"}


class FakeStates:
    """A state machine; ``executions`` by name."""

    def __init__(self, plug: Plug, kind: str = "STANDARD") -> None:
        self.meta = SimpleNamespace(region_name=REGION)
        self.kind = kind
        self.executions: dict[str, str] = {}
        self.started = 0
        self._plug, self._lock = plug, threading.Lock()

    def describe_state_machine(self, stateMachineArn: str) -> dict[str, str]:  # noqa: N803
        if stateMachineArn != MACHINE:
            raise client_error("StateMachineDoesNotExist", "DescribeStateMachine")
        return {"type": self.kind}

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> dict[str, str]:  # noqa: N803
        with self._plug, self._lock:
            if self.kind == "STANDARD" and name in self.executions:
                raise client_error("ExecutionAlreadyExists", "StartExecution")
            self.executions[name] = input
            self.started += 1
            return {"executionArn": f"{stateMachineArn}:{name}"}


@dataclass
class Lost:
    """All of the above, on one plug, and a clock that sleeping moves."""

    plug: Plug = field(default_factory=Plug)
    kind: str = "STANDARD"
    fifo: bool = False
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.table, self.bucket = FakeStateTable(self.plug), FakeBucket(self.plug)
        self.jobs, self.states = FakeJobs(self.plug, self.fifo), FakeStates(self.plug, self.kind)

    def client(self, service: str, region: str | None = None) -> Any:
        """Give the fake."""
        return {"dynamodb": self.table, "s3": self.bucket, "sqs": self.jobs, "stepfunctions": self.states}[service]
