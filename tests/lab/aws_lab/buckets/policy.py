# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of bucket policies, and GetBucketPolicyStatus.

S3 User Guide, "Bucket policies for Amazon S3", "Policies and permissions in Amazon S3" (20 KB; resources are this
bucket and its objects), "Blocking public access"; IAM User Guide, "AWS JSON policy elements: Principal". Texts are
those that users report with MalformedPolicy.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import re
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import s3

from aws_lab import accounts, principals, store
from aws_lab.buckets import schema
from aws_lab.buckets.answers import XML, Answer, Refusal

MOST_BYTES = 20 * 1024
_FIELDS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
_REQUIRED = (("Effect",), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_ACTION = re.compile(r"(s3:[A-Za-z*?]+|\*)\Z", re.IGNORECASE)
_OBJECT_ACTION = re.compile(
    r"s3:(?!\w*Bucket)(\w*Object\w*|Replicate\w+|AbortMultipartUpload|ListMultipartUploadParts|Bypass\w+)\Z",
    re.IGNORECASE,
)
_BOTH = re.compile(r"s3:ObjectOwnerOverrideToBucketOwner\Z", re.IGNORECASE)


def for_owner(operation: Callable[..., Any]) -> Callable[..., Any]:
    """The policy is its owner's: others get 405, also where it permits them (S3 API Reference, GetBucketPolicy)."""

    @functools.wraps(operation)
    def wrapped(bucket: str, *rest: Any) -> Any:
        access_key = iam_evaluator._verified_key.get()
        if access_key and accounts.account_of(access_key) != store.owner(bucket):
            message = "The specified method is not allowed against this resource."
            raise Refusal("MethodNotAllowed", message, 405)
        return operation(bucket, *rest)

    return wrapped


def put(bucket: str, body: bytes) -> Any:
    """Check the policy, then let MiniStack ask Block Public Access and keep it."""
    check(bucket, body)
    return _ministack_put(bucket, body)


_ministack_put = s3._put_bucket_policy


def status(bucket: str) -> Answer:
    """Whether the policy is public."""
    text = s3._bucket_policies.get(bucket)
    if not text:
        raise Refusal("NoSuchBucketPolicy", "The bucket policy does not exist", 404, BucketName=bucket)
    value = {"IsPublic": bool(s3._policy_is_public(text))}
    return 200, dict(XML), schema.encode("PolicyStatus", value, schema.shape("PolicyStatus"))


def check(bucket: str, body: bytes) -> None:
    """Raise MalformedPolicy for what S3 would not take."""
    if len(body) > MOST_BYTES:
        raise _malformed("Policy exceeds the maximum allowed document size.")
    try:
        policy = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        policy = None
    if not isinstance(policy, dict):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    if policy.get("Version") not in (None, "2012-10-17", "2008-10-17"):
        raise _malformed("The policy must contain a valid version string")
    statements = policy.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise _malformed("Missing required field Statement")
    for statement in statements:
        if not isinstance(statement, dict):
            raise _malformed("Invalid policy syntax.")
        _check_statement(bucket, statement)
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) < len(sids):
        raise _malformed("Statement IDs (SID) in a single policy must be unique.")


def _check_statement(bucket: str, statement: dict[str, Any]) -> None:
    for field in statement:
        if field not in _FIELDS:
            raise _malformed(f"Unknown field {field}")
    for choices in _REQUIRED:
        if not set(choices) & set(statement):
            raise _malformed(f"Missing required field {choices[0]}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed("Invalid effect: " + str(statement["Effect"]))
    wrong = principals.first_invalid(statement)
    if wrong:
        raise Refusal("MalformedPolicy", "Invalid principal in policy", 400, Detail=wrong)
    actions = _listed(statement, "Action", "NotAction")
    if not actions or not all(_ACTION.match(action) for action in actions):
        raise _malformed("Policy has invalid action")
    kinds: set[str] = set()
    for resource in _listed(statement, "Resource", "NotResource"):
        kinds |= _kinds(bucket, resource)
    if "Resource" in statement and "Action" in statement:
        for action in actions:
            if not _applies(action, kinds):
                raise _malformed("Action does not apply to any resource(s) in statement")


def _kinds(bucket: str, resource: str) -> set[str]:
    """Whether a resource stands for the bucket, its objects or both."""
    named = re.match(r"arn:aws[a-z-]*:s3:::([^/]+)(/.*)?\Z", resource, re.DOTALL)
    if named is None and resource != "*":
        raise _malformed("Policy has invalid resource")
    name, objects = named.groups() if named else ("*", None)
    if not fnmatch.fnmatchcase(bucket, name) and name != "*":
        raise _malformed("Policy has invalid resource")
    if objects is not None:
        return {"object"}
    return {"bucket", "object"} if name.endswith("*") else {"bucket"}


def _applies(action: str, kinds: set[str]) -> bool:
    if "*" in action or "?" in action or _BOTH.match(action):
        return True
    return ("object" if _OBJECT_ACTION.match(action) else "bucket") in kinds


def _listed(statement: dict[str, Any], *fields: str) -> list[str]:
    found: Any = next((statement[field] for field in fields if field in statement), [])
    return [str(value) for value in (found if isinstance(found, list) else [found])]


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicy", message)
