# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetAccountAuthorizationDetails in pages (IAM API Reference, GetAccountAuthorizationDetails).

One call tells of every role its trust, its inline policies and what is attached to it. MiniStack has the operation, but
gives all at once, and breaks on names and tags that hold characters special to XML.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from ministack.services import iam

from aws_lab.identity.answers import Parameters, Refusal, parameter, replace
from aws_lab.identity.pages import marker_for, size_of, start_of

_FILTERS = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
# List in the answer -> the filters whose entities stand in it, in the order in which pages go through them
_LISTS = {"UserDetailList": "User", "GroupDetailList": "Group", "RoleDetailList": "Role"}
_POLICY_LIST = "Policies"
_OPTIONAL = "PermissionsBoundary"  # left out where empty


def install() -> None:
    """Put ours in the place of MiniStack's."""
    replace("GetAccountAuthorizationDetails", _details)
    iam._role_xml = _escaping_description(iam._role_xml, iam._roles.__getitem__)
    iam._managed_policy_xml = _escaping_description(iam._managed_policy_xml, iam._lookup_policy)


def _details(given: Parameters) -> Any:
    wanted = _filters(given)
    start, size = start_of(given), size_of(given)
    everything = list(_entities(wanted))
    shown: dict[str, list[str]] = {name: [] for name in (*_LISTS, _POLICY_LIST)}
    for list_name, render in everything[start : start + size]:
        shown[list_name].append(render())
    inner = "".join(f"<{name}>{''.join(items)}</{name}>" for name, items in shown.items())
    more = len(everything) > start + size
    inner += f"<IsTruncated>{_text(more)}</IsTruncated>"
    if more:
        inner += f"<Marker>{marker_for(start + size)}</Marker>"
    name = "GetAccountAuthorizationDetails"
    return iam._xml(200, f"{name}Response", f"<{name}Result>{inner}</{name}Result>", ns="iam")


def _escaping_description(render: Callable[..., str], find: Callable[[str], Any]) -> Callable[..., str]:
    """A description may hold `&` and `<`; MiniStack writes them as they are."""

    @functools.wraps(render)
    def wrapped(name: str, *rest: Any, **named: Any) -> str:
        description = str((find(name) or {}).get("Description") or "")
        told = render(name, *rest, **named)
        return told.replace(f"<Description>{description}<", f"<Description>{escape(description)}<")

    return wrapped


def _filters(given: Parameters) -> set[str]:
    found, number = set(), 1
    while value := parameter(given, f"Filter.member.{number}"):
        if value not in _FILTERS:
            raise Refusal(
                "ValidationError",
                f"1 validation error detected: Value '[{value}]' at 'filter' failed to satisfy constraint: Member must "
                f"satisfy constraint: [Member must satisfy enum value set: [{', '.join(_FILTERS)}]]",
            )
        found.add(value)
        number += 1
    return found or set(_FILTERS)


def _entities(wanted: set[str]) -> Iterator[tuple[str, Callable[[], str]]]:
    tables = {"User": (iam._users, _user), "Group": (iam._groups, _group), "Role": (iam._roles, _role)}
    for list_name, kind in _LISTS.items():
        table, render = tables[kind]
        if kind in wanted:
            for name, record in sorted(table.items()):
                yield list_name, lambda name=name, record=record, render=render: render(name, record)  # type: ignore[misc]
    policies = [iam._policies.items()] if "LocalManagedPolicy" in wanted else []
    policies += [iam._aws_managed_policies.items()] if "AWSManagedPolicy" in wanted else []
    for arn, record in (pair for some in policies for pair in sorted(some)):
        yield _POLICY_LIST, lambda arn=arn, record=record: _policy(arn, record)  # type: ignore[misc]


def _user(name: str, record: dict[str, Any]) -> str:
    groups = [str(group["GroupName"]) for group in iam._groups.values() if name in group.get("Users", [])]
    return _member(
        **_common(record, "User"),
        UserPolicyList=_inline(iam._user_inline_policies.get(name)),
        GroupList="".join(f"<member>{escape(group)}</member>" for group in groups),
        AttachedManagedPolicies=_attached(record),
        PermissionsBoundary=_boundary(record),
        Tags=_tags(record),
    )


def _group(name: str, record: dict[str, Any]) -> str:
    return _member(
        **_common(record, "Group"),
        GroupPolicyList=_inline(iam._group_inline_policies.get(name)),
        AttachedManagedPolicies=_attached(record),
    )


def _role(name: str, record: dict[str, Any]) -> str:
    profiles = [profile for profile, told in iam._instance_profiles.items() if name in told.get("Roles", [])]
    return _member(
        **_common(record, "Role"),
        AssumeRolePolicyDocument=_document(record.get("AssumeRolePolicyDocument")),
        RolePolicyList=_inline(record.get("InlinePolicies")),
        AttachedManagedPolicies=_attached(record),
        PermissionsBoundary=_boundary(record),
        InstanceProfileList="".join(f"<member>{iam._instance_profile_xml(profile)}</member>" for profile in profiles),
        Tags=_tags(record),
    )


def _policy(arn: str, record: dict[str, Any]) -> str:
    versions = [
        _member(
            Document=_document(version.get("Document")),
            VersionId=version["VersionId"],
            IsDefaultVersion=_text(bool(version.get("IsDefaultVersion"))),
            CreateDate=version.get("CreateDate") or "",
        )
        for version in record.get("Versions", {}).values()
    ]
    return _member(
        PolicyName=escape(record["PolicyName"]),
        PolicyId=record.get("PolicyId") or "",
        Arn=escape(arn),
        Path=escape(record.get("Path") or "/"),
        DefaultVersionId=record.get("DefaultVersionId") or "v1",
        AttachmentCount=str(record.get("AttachmentCount") or 0),
        IsAttachable="true",
        CreateDate=record.get("CreateDate") or "",
        UpdateDate=record.get("UpdateDate") or record.get("CreateDate") or "",
        PolicyVersionList="".join(versions),
    )


def _common(record: dict[str, Any], kind: str) -> dict[str, str]:
    return {
        "Path": escape(record["Path"]),
        f"{kind}Name": escape(record[f"{kind}Name"]),
        f"{kind}Id": record[f"{kind}Id"],
        "Arn": escape(record["Arn"]),
        "CreateDate": record["CreateDate"],
    }


def _inline(policies: dict[str, Any] | None) -> str:
    return "".join(
        _member(PolicyName=escape(name), PolicyDocument=_document(document))
        for name, document in sorted((policies or {}).items())
    )


def _attached(record: dict[str, Any]) -> str:
    return "".join(
        _member(PolicyName=escape(arn.rsplit("/", 1)[-1]), PolicyArn=escape(arn))
        for arn in record.get("AttachedPolicies") or []
    )


def _boundary(record: dict[str, Any]) -> str:
    arn = record.get("PermissionsBoundary")
    if not arn:
        return ""
    kind = "<PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>"
    return f"{kind}<PermissionsBoundaryArn>{escape(arn)}</PermissionsBoundaryArn>"


def _tags(record: dict[str, Any]) -> str:
    return "".join(_member(Key=escape(tag["Key"]), Value=escape(tag["Value"])) for tag in record.get("Tags") or [])


def _document(document: Any) -> str:
    return quote(str(document or "{}"), safe="")


def _member(**fields: str) -> str:
    told = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value or name != _OPTIONAL)
    return f"<member>{told}</member>"


def _text(value: bool) -> str:
    return "true" if value else "false"
