# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documents of Systems Manager: one function a call, typed errors. Clients are boto3 SSM clients of one Region."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call

_RESOURCE = "Document"


class SameContentError(AwsError):
    """An earlier version of the document has this very content (``DuplicateDocumentContent``)."""


def describe_document(client: Any, name: str, version: str = "$DEFAULT") -> dict[str, Any] | None:
    """DescribeDocument: one version; ``None`` when there is no such document in the Region."""
    try:
        with call(f"describe the document {name} in {client.meta.region_name}", "ssm:DescribeDocument"):
            found: dict[str, Any] = client.describe_document(Name=name, DocumentVersion=version)["Document"]
    except AwsError as error:
        if error.code == "InvalidDocument":
            return None
        raise
    return found


def get_content(client: Any, name: str, version: str) -> dict[str, Any] | None:
    """GetDocument: the content of a version; ``None`` when it is no JSON object, or when that version is gone."""
    try:
        with call(f"read the document {name} in {client.meta.region_name}", "ssm:GetDocument"):
            text = client.get_document(Name=name, DocumentVersion=version, DocumentFormat="JSON")["Content"]
        content = json.loads(text)
    except AwsError as error:
        if error.code == "InvalidDocumentVersion":
            return None
        raise
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def create_runbook(client: Any, name: str, text: str, tags: Mapping[str, str]) -> None:
    """CreateDocument of type Automation."""
    more = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
    with call(f"create the document {name} in {client.meta.region_name}", "ssm:CreateDocument"):
        client.create_document(Name=name, Content=text, DocumentType="Automation", DocumentFormat="JSON", **more)


def update_runbook(client: Any, name: str, text: str) -> str:
    """UpdateDocument: a new version, whose number is given. Raises :class:`SameContentError`."""
    doing = f"update the document {name} in {client.meta.region_name}"
    try:
        with call(doing, "ssm:UpdateDocument"):
            answer = client.update_document(Name=name, Content=text, DocumentVersion="$LATEST", DocumentFormat="JSON")
    except AwsError as error:
        if error.code == "DuplicateDocumentContent":
            raise SameContentError(error.doing, error.code, error.status, error.said) from error
        raise
    return str(answer["DocumentDescription"]["DocumentVersion"])


def set_default_version(client: Any, name: str, version: str) -> None:
    """UpdateDocumentDefaultVersion."""
    with call(f"make version {version} of the document {name} the default", "ssm:UpdateDocumentDefaultVersion"):
        client.update_document_default_version(Name=name, DocumentVersion=version)


def delete_document(client: Any, name: str) -> None:
    """DeleteDocument, with all versions."""
    with call(f"delete the document {name} in {client.meta.region_name}", "ssm:DeleteDocument"):
        client.delete_document(Name=name)


def document_tags(client: Any, name: str) -> dict[str, str]:
    """ListTagsForResource of a document."""
    with call(f"read the tags of the document {name}", "ssm:ListTagsForResource"):
        answer = client.list_tags_for_resource(ResourceType=_RESOURCE, ResourceId=name)
    return {tag["Key"]: tag["Value"] for tag in answer.get("TagList", [])}


def tag_document(client: Any, name: str, tags: Mapping[str, str]) -> None:
    """AddTagsToResource of a document; tags that are not named stay."""
    given = [{"Key": key, "Value": value} for key, value in tags.items()]
    with call(f"tag the document {name}", "ssm:AddTagsToResource"):
        client.add_tags_to_resource(ResourceType=_RESOURCE, ResourceId=name, Tags=given)
