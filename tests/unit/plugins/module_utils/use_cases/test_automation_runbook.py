# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.automation_runbook import problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.automation_runbook import Wish, keep_runbook
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import client_error

FIRST: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": [{"name": "a"}]}
SECOND: dict[str, Any] = {"schemaVersion": "0.3", "mainSteps": [{"name": "ü"}]}


class FakeSsm:
    """The documents of one Region; ``pending`` looks at a new version tell Updating."""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(region_name="eu-west-1")
        self.versions: list[str] = []
        self.default, self.kind, self.pending = 0, "Automation", 0
        self.tags: dict[str, str] = {}
        self.calls: list[str] = []
        self.denied = ""

    def _enter(self, operation: str) -> None:
        self.calls.append(operation)
        if self.denied == operation:
            raise client_error("AccessDeniedException", operation)

    def _number(self, version: str) -> int:
        known = {"$DEFAULT": self.default, "$LATEST": len(self.versions)}
        number = known[version] if version in known else int(version)
        if not self.versions:
            raise client_error("InvalidDocument", "x")
        if not 1 <= number <= len(self.versions) or not self.versions[number - 1]:
            raise client_error("InvalidDocumentVersion", "x")
        return number

    def describe_document(self, Name: str, DocumentVersion: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._enter("describe_document")
        number = self._number(DocumentVersion)
        self.pending -= 1
        status = "Updating" if self.pending >= 0 else "Active"
        document = {"DocumentVersion": str(number), "LatestVersion": str(len(self.versions)), "Status": status}
        return {"Document": {**document, "DocumentType": self.kind, "Name": Name}}

    def get_document(self, Name: str, DocumentVersion: str, DocumentFormat: str) -> dict[str, Any]:  # noqa: N803
        self._enter("get_document")
        return {"Content": self.versions[self._number(DocumentVersion) - 1]}

    def list_tags_for_resource(self, **_given: Any) -> dict[str, Any]:
        return {"TagList": [{"Key": key, "Value": value} for key, value in self.tags.items()]}

    def add_tags_to_resource(self, Tags: list[dict[str, str]], **_given: Any) -> None:  # noqa: N803
        self._enter("add_tags_to_resource")
        self.tags.update({tag["Key"]: tag["Value"] for tag in Tags})

    def create_document(self, Content: str, Tags: Any = (), **_given: Any) -> None:  # noqa: N803
        self._enter("create_document")
        self.versions, self.default = [Content], 1
        self.tags = {tag["Key"]: tag["Value"] for tag in Tags}

    def update_document(self, Content: str, **_given: Any) -> dict[str, Any]:  # noqa: N803
        self._enter("update_document")
        if Content in self.versions:
            raise client_error("DuplicateDocumentContent", "UpdateDocument")
        self.versions.append(Content)
        return {"DocumentDescription": {"DocumentVersion": str(len(self.versions))}}

    def update_document_default_version(self, Name: str, DocumentVersion: str) -> None:  # noqa: N803
        self._enter("update_document_default_version")
        self.default = int(DocumentVersion)

    def delete_document(self, Name: str) -> None:  # noqa: N803
        self._enter("delete_document")
        self.versions = []


def keep(client: FakeSsm, content: dict[str, Any] | None, check: bool = False, **more: Any) -> Outcome:
    time = [0.0]

    def sleep(seconds: float) -> None:
        time[0] += seconds

    wish = Wish(more.pop("name", "failover-shop"), content, more.pop("tags", None))
    return keep_runbook(client, wish, check, Patience(60, 1, lambda: time[0], sleep))


def writes(client: FakeSsm) -> list[str]:
    return [call for call in client.calls if not call.startswith(("describe", "get"))]


def test_made_then_unchanged_then_a_version_more_that_is_the_default() -> None:
    client = FakeSsm()
    predicted = keep(client, FIRST, check=True, tags={"a": "b"})
    assert predicted.changed and not writes(client)
    made = keep(client, FIRST, tags={"a": "b"})
    assert made.changed and (predicted.before, predicted.after) == (made.before, made.after)
    assert made.results["runbook"]["version"] == "1" and client.tags == {"a": "b"}
    assert not keep(client, FIRST, tags={"a": "b"}).changed and not keep(client, FIRST).changed
    updated = keep(client, SECOND)
    assert updated.changed and (client.default, len(client.versions)) == (2, 2)
    assert updated.before == {"content": FIRST, "tags": {"a": "b"}}
    assert updated.after == {"content": SECOND, "tags": {"a": "b"}}
    assert "ü" in client.versions[1], "as text, so that no byte is wasted"
    assert not keep(client, SECOND).changed


def test_tags_are_added_and_others_stay() -> None:
    client = FakeSsm()
    keep(client, FIRST, tags={"mine": "1"})
    client.tags["theirs"] = "2"
    assert keep(client, FIRST, tags={"mine": "3"}).changed
    assert client.tags == {"mine": "3", "theirs": "2"} and len(client.versions) == 1


def test_back_to_an_earlier_content_and_after_a_killed_run() -> None:
    client = FakeSsm()
    keep(client, FIRST)
    keep(client, SECOND)
    assert keep(client, FIRST).changed and (client.default, len(client.versions)) == (1, 2)
    client.versions.append(json.dumps({**FIRST, "description": "third"}, sort_keys=True))  # killed before the default
    assert keep(client, {**FIRST, "description": "third"}).changed and client.default == 3
    client.versions[0] = ""  # a version that was deleted
    assert keep(client, SECOND).changed and client.default == 2


def test_a_new_version_is_waited_for() -> None:
    client = FakeSsm()
    keep(client, FIRST)
    client.pending = 5
    assert keep(client, SECOND).changed and client.default == 2
    client.pending = 1000
    with pytest.raises(DeadlineError, match="is Updating and not Active after 60 seconds"):
        keep(client, {**FIRST, "description": "x"})
    assert client.default == 2, "the old one stays the default until the new one is usable"


def test_a_runbook_that_is_being_created_is_waited_for() -> None:
    client = FakeSsm()
    client.pending = 4
    assert keep(client, FIRST).results["runbook"]["status"] == "Active"


def test_absent() -> None:
    client = FakeSsm()
    assert not keep(client, None).changed
    keep(client, FIRST)
    assert keep(client, None, check=True).changed and client.versions
    gone = keep(client, None)
    assert gone.changed and not client.versions and gone.results["runbook"] is None and gone.after == {}


def test_a_document_of_another_type_is_left_alone() -> None:
    client = FakeSsm()
    client.versions, client.default, client.kind = ["{}"], 1, "Command"
    for content in (FIRST, None):
        with pytest.raises(ToldError, match="is of type Command, not Automation"):
            keep(client, content)
    assert not writes(client)


def test_what_may_not_be_read_is_an_error() -> None:
    client = FakeSsm()
    client.denied = "describe_document"
    with pytest.raises(AccessDeniedError, match="ssm:DescribeDocument"):
        keep(client, FIRST)


def test_content_that_is_no_json_is_replaced() -> None:
    client = FakeSsm()
    client.versions, client.default = ["schemaVersion: '0.3'"], 1
    outcome = keep(client, FIRST)
    assert outcome.changed and outcome.before["content"] is None and client.default == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("ab", FIRST, "is not a name"),
        ("two words", FIRST, "is not a name"),
        ("AWS-failover", FIRST, "beginning with none of aws"),
        ("fine", {"schemaVersion": "2.2", "mainSteps": [1]}, "needs schemaVersion '0.3'"),
        ("fine", {"schemaVersion": "0.3"}, "and mainSteps"),
        ("fine", {**FIRST, "description": "ü" * 32800}, "has 65"),
    ],
)
def test_what_can_not_be_right_is_refused_first(name: str, content: dict[str, Any], told: str) -> None:
    client = FakeSsm()
    for check in (True, False):
        with pytest.raises(RefusedError) as refused:
            keep(client, content, check, name=name)
        assert told in refused.value.message
    assert not client.calls
    assert problems("fine-name_1.0", FIRST) == [] and problems("fine", None) == []
