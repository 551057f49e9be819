# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automation documents of Systems Manager: kept in versions, their content checked, never run."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from labclient import Clients, Lab

RUNBOOK: dict[str, Any] = {
    "schemaVersion": "0.3",
    "description": "says hello",
    "assumeRole": "{{ AutomationAssumeRole }}",
    "parameters": {
        "AutomationAssumeRole": {"type": "AWS::IAM::Role::Arn"},
        "Who": {"type": "String", "allowedValues": ["a", "b"], "default": "a"},
        "Others": {"type": "StringList", "default": []},
    },
    "mainSteps": [
        {
            "name": "Hello",
            "action": "aws:executeScript",
            "onFailure": "Continue",
            "isCritical": True,
            "timeoutSeconds": 600,
            "inputs": {
                "Runtime": "python3.11",
                "Handler": "hello",
                "InputPayload": {"who": "{{ Who }}", "by": "{{ automation:EXECUTION_ID }}", "more": "{{ Others }}"},
                "Script": "def hello(events, context):\n    return {'said': events['who']}\n",
            },
            "outputs": [{"Name": "said", "Selector": "$.Payload.said", "Type": "String"}],
        },
        {
            "name": "Wait",
            "action": "aws:sleep",
            "inputs": {"Duration": "PT1S", "Why": "{{ Hello.said }}"},
            "isEnd": True,
        },
    ],
    "outputs": ["Hello.said"],
}


def create(client: Clients, content: Any = None, name: str = "hello", **more: Any) -> dict[str, Any]:
    text = content if isinstance(content, str) else json.dumps(content or RUNBOOK)
    given = {"Name": name, "Content": text, "DocumentType": "Automation", "DocumentFormat": "JSON", **more}
    return dict(client("ssm").create_document(**given)["DocumentDescription"])


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_versions_and_the_default_one(client: Clients) -> None:
    ssm = client("ssm")
    made = create(client, Tags=[{"Key": "a", "Value": "b"}])
    assert (made["Status"], made["LatestVersion"], made["DefaultVersion"]) == ("Active", "1", "1")
    assert json.loads(ssm.get_document(Name="hello")["Content"]) == RUNBOOK
    with pytest.raises(ClientError) as error:
        create(client)
    assert code(error) == "DocumentAlreadyExists"
    with pytest.raises(ClientError) as error:
        ssm.update_document(Name="hello", Content=json.dumps(RUNBOOK), DocumentVersion="$LATEST")
    assert code(error) == "DuplicateDocumentContent"
    other = json.dumps({**RUNBOOK, "description": "says more"})
    updated = ssm.update_document(Name="hello", Content=other, DocumentVersion="$LATEST")["DocumentDescription"]
    assert (updated["DocumentVersion"], updated["DefaultVersion"]) == ("2", "1")
    assert json.loads(ssm.get_document(Name="hello")["Content"])["description"] == "says hello"
    ssm.update_document_default_version(Name="hello", DocumentVersion="2")
    assert json.loads(ssm.get_document(Name="hello")["Content"])["description"] == "says more"
    assert ssm.describe_document(Name="hello")["Document"]["DefaultVersion"] == "2"
    with pytest.raises(ClientError) as error:
        ssm.get_document(Name="hello", DocumentVersion="3")
    assert code(error) == "InvalidDocumentVersion"
    ssm.add_tags_to_resource(ResourceType="Document", ResourceId="hello", Tags=[{"Key": "c", "Value": "d"}])
    ssm.remove_tags_from_resource(ResourceType="Document", ResourceId="hello", TagKeys=["a"])
    assert ssm.list_tags_for_resource(ResourceType="Document", ResourceId="hello")["TagList"] == [
        {"Key": "c", "Value": "d"}
    ]
    assert [one["Name"] for one in ssm.list_documents()["DocumentIdentifiers"]] == ["hello"]
    ssm.delete_document(Name="hello")
    with pytest.raises(ClientError) as error:
        ssm.describe_document(Name="hello")
    assert code(error) == "InvalidDocument"


def test_a_document_is_in_its_region_only(client: Clients) -> None:
    create(client)
    with pytest.raises(ClientError) as error:
        client("ssm", "eu-west-1").get_document(Name="hello")
    assert code(error) == "InvalidDocument"


def test_parameters_are_still_ministacks(client: Clients) -> None:
    ssm = client("ssm")
    ssm.put_parameter(Name="p", Value="v", Type="String")
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId="p", Tags=[{"Key": "a", "Value": "b"}])
    assert ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="p")["TagList"]


def test_a_new_version_is_active_after_a_while(lab: Lab, client: Clients) -> None:
    lab.settings(ssm_document_delay=30)
    assert create(client)["Status"] == "Creating"
    lab.advance(31)
    assert client("ssm").describe_document(Name="hello")["Document"]["Status"] == "Active"


def test_runbooks_are_not_run(client: Clients) -> None:
    create(client)
    with pytest.raises(ClientError) as error:
        client("ssm").start_automation_execution(DocumentName="hello")
    assert code(error) == "NotImplemented"


def step(number: int, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["mainSteps"][number].update(changes)


def inputs(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["mainSteps"][0]["inputs"].update(changes)


def parameter(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["parameters"]["Who"].update(changes)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content.update(steps=[]), "unknown element steps"),
        (lambda content: content.update(mainSteps=[]), "mainSteps"),
        (lambda content: content.update(outputs=["Hello.nothing"]), "is no output of a step"),
        (lambda content: content.update(assumeRole="{{ Role }}"), "refers to nothing"),
        (step(1, name="Hello"), "more than once"),
        (step(1, action="aws:dance"), "there is no action"),
        (step(1, inputs=None), "it has no inputs"),
        (step(0, onFailure="step:Nowhere"), "onFailure"),
        (step(0, onFailure="Retry"), "onFailure"),
        (step(0, nextStep="Nowhere"), "nextStep"),
        (step(0, isCritical="yes"), "isCritical is no bool"),
        (step(0, timeoutSeconds="600"), "timeoutSeconds is no int"),
        (step(0, name="two words"), "needs a name"),
        (step(0, retries=3), "unknown element retries"),
        (step(0, outputs=[{"Name": "x"}]), "needs Name, Selector and Type"),
        (inputs(Runtime="python2.7"), "unknown Runtime"),
        (inputs(Handler=None), "need a Handler"),
        (inputs(Script=None), "give Script or Attachment"),
        (inputs(InputPayload="x"), "InputPayload is no object"),
        (inputs(InputPayload={"deep": ["{{ Nobody }}"]}), "refers to nothing"),
        (inputs(InputPayload={"later": "{{ Wait.x }}"}), "refers to nothing"),
        (parameter(type="Text"), "unknown type"),
        (parameter(default=1), "the default is no String"),
        (parameter(default="c"), "not among allowedValues"),
        (parameter(choices=[]), "unknown element choices"),
    ],
)
def test_content_that_is_no_runbook(client: Clients, change: Callable[[dict[str, Any]], None], told: str) -> None:
    content = copy.deepcopy(RUNBOOK)
    change(content)
    with pytest.raises(ClientError, match=told) as error:
        create(client, content)
    assert code(error) == "InvalidDocumentContent"


@pytest.mark.parametrize(
    ("content", "more", "wanted"),
    [
        ("{", {}, "InvalidDocumentContent"),
        ("[]", {}, "InvalidDocumentContent"),
        ({**RUNBOOK, "schemaVersion": "2.2"}, {}, "InvalidDocumentSchemaVersion"),
        ({**RUNBOOK, "description": "x" * 65536}, {}, "MaxDocumentSizeExceeded"),
        (RUNBOOK, {"Name": "AWS-Hello"}, "ValidationException"),
        (RUNBOOK, {"Name": "two words"}, "ValidationException"),
        (RUNBOOK, {"DocumentType": "Command"}, "NotImplemented"),
    ],
)
def test_other_refusals(client: Clients, content: Any, more: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ClientError) as error:
        create(client, content, **more)
    assert code(error) == wanted
