# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on documents, AWS JSON 1.1 (Systems Manager API Reference; Service Authorization Reference)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import yaml

from aws_lab import caller
from aws_lab.automation import checks
from aws_lab.automation.model import Document, Version, documents
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

Json = dict[str, Any]
_MOST_VERSIONS, _LARGEST = 1000, 64 * 1024
_NAME = re.compile(r"[a-zA-Z0-9_\-.]{3,128}\Z")
_RESERVED = ("aws", "amazon", "amzn")
_TAG_OPERATIONS = ("AddTagsToResource", "RemoveTagsFromResource", "ListTagsForResource")
_RUNNING = ("StartAutomationExecution", "StartChangeRequestExecution", "GetAutomationExecution")


class _RefusedError(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.error = ServiceError(status, code, message)


class _DeniedError(Exception):
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


def matches(request: Request) -> bool:
    """Whether the request is one of ours; tags of other things are MiniStack's."""
    if request.service != "ssm":
        return False
    about_documents = request.operation in _TAG_OPERATIONS and b'"Document"' in request.body
    return about_documents or request.operation in _OPERATIONS or request.operation in _RUNNING


async def handle(request: Request) -> Response:
    """Answer it."""
    try:
        if request.operation in _RUNNING:
            raise _RefusedError("NotImplemented", "the lab keeps and checks runbooks, and does not run them", 501)
        answer = {**_OPERATIONS, **_TAGS}[request.operation](request, json.loads(request.body or b"{}"))
    except _RefusedError as refused:
        return error_response(request, refused.error)
    except _DeniedError as denied:
        return denied.answer
    return Response(200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(answer).encode())


def _create(request: Request, given: Json) -> Json:
    name, tags = given["Name"], {tag["Key"]: tag["Value"] for tag in given.get("Tags") or []}
    _may(request, "ssm:CreateDocument", name)
    if tags:
        _may(request, "ssm:AddTagsToResource", name)
    if not _NAME.match(name) or name.lower().startswith(_RESERVED):
        raise _RefusedError("ValidationException", f"{name} is not a name for a document")
    if _key(request, name) in documents:
        raise _RefusedError("DocumentAlreadyExists", f"Document with same name {name} already exists")
    kind = given.get("DocumentType", "Command")
    version = _checked(given, kind)
    made = Document(request.account_id, request.region, name, kind, tags, [version])
    documents[_key(request, name)] = made
    return {"DocumentDescription": _description(made)}


def _update(request: Request, given: Json) -> Json:
    found = _find(request, given["Name"], "ssm:UpdateDocument")
    _number(found, given.get("DocumentVersion") or "$LATEST")
    version = _checked(given, found.kind)
    if version.sha256 in {known.sha256 for known in found.versions}:
        text = "The content of the association document matches another document. Change the content of the document."
        raise _RefusedError("DuplicateDocumentContent", text)
    if len(found.versions) >= _MOST_VERSIONS:
        raise _RefusedError("DocumentVersionLimitExceeded", f"{found.name} has {_MOST_VERSIONS} versions")
    found.versions.append(version)
    return {"DocumentDescription": _description(found, len(found.versions))}


def _update_default(request: Request, given: Json) -> Json:
    found = _find(request, given["Name"], "ssm:UpdateDocumentDefaultVersion")
    found.default = _number(found, given["DocumentVersion"])
    return {"Description": {"Name": found.name, "DefaultVersion": str(found.default)}}


def _describe(request: Request, given: Json) -> Json:
    found = _find(request, given["Name"], "ssm:DescribeDocument")
    return {"Document": _description(found, _number(found, given.get("DocumentVersion") or "$DEFAULT"))}


def _get(request: Request, given: Json) -> Json:
    found = _find(request, given["Name"], "ssm:GetDocument")
    number = _number(found, given.get("DocumentVersion") or "$DEFAULT")
    version = found.versions[number - 1]
    return {
        "Name": found.name,
        "DocumentVersion": str(number),
        "Status": "Active" if version.is_active else "Creating",
        "Content": version.content,
        "DocumentType": found.kind,
        "DocumentFormat": version.format,
    }


def _delete(request: Request, given: Json) -> Json:
    _find(request, given["Name"], "ssm:DeleteDocument")
    del documents[_key(request, given["Name"])]
    return {}


def _list(request: Request, given: Json) -> Json:
    _may(request, "ssm:ListDocuments", "*")
    wanted = {one["Key"]: one["Values"] for one in given.get("Filters") or []}
    mine = [
        document
        for (account, region, name), document in sorted(documents.items())
        if (account, region) == (request.account_id, request.region)
        and name.startswith(tuple(wanted.get("Name", [""])))
    ]
    return {"DocumentIdentifiers": [{"Name": one.name, "DocumentType": one.kind} for one in mine]}


def _add_tags(request: Request, given: Json) -> Json:
    _tagged(request, given).tags.update({tag["Key"]: tag["Value"] for tag in given["Tags"]})
    return {}


def _remove_tags(request: Request, given: Json) -> Json:
    found = _tagged(request, given)
    for name in given["TagKeys"]:
        found.tags.pop(name, None)
    return {}


def _list_tags(request: Request, given: Json) -> Json:
    return {"TagList": [{"Key": key, "Value": value} for key, value in _tagged(request, given).tags.items()]}


_OPERATIONS: dict[str, Callable[[Request, Json], Json]] = {
    "CreateDocument": _create, "UpdateDocument": _update, "UpdateDocumentDefaultVersion": _update_default,
    "DescribeDocument": _describe, "GetDocument": _get, "DeleteDocument": _delete, "ListDocuments": _list,
}  # fmt: skip
_TAGS: dict[str, Callable[[Request, Json], Json]] = {
    "AddTagsToResource": _add_tags, "RemoveTagsFromResource": _remove_tags, "ListTagsForResource": _list_tags,
}  # fmt: skip


def _checked(given: Json, kind: str) -> Version:
    text, form = given["Content"], given.get("DocumentFormat", "JSON")
    if len(text.encode()) > _LARGEST:
        raise _RefusedError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.")
    if kind != "Automation":
        raise _RefusedError("NotImplemented", f"the lab has no documents of type {kind}", 501)
    try:
        content = json.loads(text) if form == "JSON" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise _RefusedError("InvalidDocumentContent", f"the content is no {form}: {error}") from None
    if isinstance(content, dict) and content.get("schemaVersion") != "0.3":
        raise _RefusedError("InvalidDocumentSchemaVersion", "Automation takes schemaVersion 0.3")
    problems = checks.problems(content)
    if problems:
        raise _RefusedError("InvalidDocumentContent", "; ".join(problems))
    return Version(text, form)


def _description(found: Document, number: int = 1) -> Json:
    version = found.versions[number - 1]
    content = json.loads(version.content) if version.format == "JSON" else yaml.safe_load(version.content)
    parameters = content.get("parameters") or {}
    return {
        "Name": found.name,
        "Hash": version.sha256,
        "HashType": "Sha256",
        "Owner": found.account,
        "CreatedDate": version.created,
        "Status": found.status,
        "DocumentVersion": str(number),
        "DocumentType": found.kind,
        "SchemaVersion": "0.3",
        "LatestVersion": str(len(found.versions)),
        "DefaultVersion": str(found.default),
        "DocumentFormat": version.format,
        "Description": content.get("description", ""),
        "Parameters": [{"Name": name, "Type": str(one.get("type"))} for name, one in parameters.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in found.tags.items()],
    }


def _number(found: Document, wanted: str) -> int:
    number = {"$LATEST": len(found.versions), "$DEFAULT": found.default}.get(wanted)
    if number is None:
        number = int(wanted) if wanted.isdecimal() else 0
    if not 1 <= number <= len(found.versions):
        raise _RefusedError("InvalidDocumentVersion", f"{found.name} has no version {wanted}")
    return number


def _find(request: Request, name: str, action: str) -> Document:
    _may(request, action, name)
    found = documents.get(_key(request, name))
    if found is None:
        raise _RefusedError("InvalidDocument", f"Document with name {name} does not exist.")
    return found


def _tagged(request: Request, given: Json) -> Document:
    name = given["ResourceId"]
    _may(request, f"ssm:{request.operation}", name)
    found = documents.get(_key(request, name))
    if found is None:
        raise _RefusedError("InvalidResourceId", f"there is no document {name}")
    return found


def _key(request: Request, name: str) -> tuple[str, str, str]:
    return request.account_id, request.region, name


def _may(request: Request, action: str, name: str) -> None:
    arn = "*" if name == "*" else f"arn:aws:ssm:{request.region}:{request.account_id}:document/{name}"
    answer = caller.refusal(request, action, arn)
    if answer is not None:
        raise _DeniedError(answer)
