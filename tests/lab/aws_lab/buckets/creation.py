# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CreateBucket as S3 answers it, before MiniStack's does the work.

S3 API Reference, CreateBucket (errors, permissions); "Error responses" (IllegalLocationConstraintException and kin);
S3 User Guide, "Namespaces for general purpose buckets".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

from aws_lab import store
from aws_lab.buckets import names, schema
from aws_lab.buckets.answers import Refusal, invalid, malformed
from aws_lab.regions import OPT_IN

_GLOBAL_ENDPOINT = "us-east-1"
_OLD_NAMES = {"EU": "eu-west-1"}
_OWNERSHIPS = ("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
# Header that asks for something -> the permissions that it needs besides s3:CreateBucket
_PERMISSIONS = {
    "x-amz-bucket-object-lock-enabled": ("s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"),
    "x-amz-object-ownership": ("s3:PutBucketOwnershipControls",),
}


def create(
    bucket: str, body: bytes, headers: Mapping[str, str] | None = None, endpoint_region: str | None = None
) -> Any:
    """Check name, namespace, place and permissions, then let MiniStack create the bucket.

    endpoint_region: of the endpoint that was called; None when a service inside the lab creates the bucket.
    """
    headers = headers or {}
    constraint = _constraint_in(body)
    region = _OLD_NAMES.get(constraint, constraint) or endpoint_region or get_region()
    namespace = headers.get("x-amz-bucket-namespace")
    names.check(bucket, get_account_id(), region, namespace)
    if endpoint_region:
        _check_place(constraint, region, endpoint_region)
    _check_headers(bucket, headers)
    if names.is_account_regional(bucket) and store.owner(bucket) == get_account_id():
        message = "Your previous request to create the named bucket succeeded and you already own it."
        raise Refusal("BucketAlreadyOwnedByYou", message, 409, BucketName=bucket)
    status, answered, text = _ministack(bucket, body, headers, endpoint_region)
    if status == 200 and names.is_account_regional(bucket):
        answered = {**answered, "x-amz-bucket-arn": f"arn:aws:s3:::{bucket}"}
    return status, answered, text


_ministack = s3._create_bucket


def _constraint_in(body: bytes) -> str:
    if not body:
        return ""
    try:
        wanted = schema.decode(body, *schema.payload("CreateBucket"))
    except schema.MalformedError:
        # A Region that the model does not know is malformed by the schema, and invalid for S3
        given = s3._location_constraint(body)
        if given:
            raise _invalid_constraint(given) from None
        raise malformed() from None
    if wanted.get("Location") or wanted.get("Bucket"):
        raise invalid("Directory buckets live elsewhere")
    return str(wanted.get("LocationConstraint") or "")


def _check_place(constraint: str, region: str, endpoint_region: str) -> None:
    """A Region's endpoint makes buckets in its own Region only; us-east-1 also in others that need no opting in."""
    if constraint == _GLOBAL_ENDPOINT:
        raise _invalid_constraint(constraint)
    elsewhere = region != endpoint_region
    if endpoint_region == _GLOBAL_ENDPOINT:
        elsewhere = region in OPT_IN
    elif not constraint:
        elsewhere = True
    if elsewhere:
        raise Refusal(
            "IllegalLocationConstraintException",
            f"The {constraint or 'unspecified'} location constraint is incompatible for the region specific endpoint "
            "this request was sent to.",
        )


def _invalid_constraint(constraint: str) -> Refusal:
    message = "The specified location-constraint is not valid"
    return Refusal("InvalidLocationConstraint", message, 400, LocationConstraint=constraint)


def _check_headers(bucket: str, headers: Mapping[str, str]) -> None:
    ownership = headers.get("x-amz-object-ownership")
    if ownership and ownership not in _OWNERSHIPS:
        raise invalid("Invalid x-amz-object-ownership header: " + ownership, ArgumentName="x-amz-object-ownership")
    access_key = iam_evaluator._verified_key.get()
    for header, actions in _PERMISSIONS.items():
        if not access_key or headers.get(header, "").lower() in ("", "false"):
            continue
        for action in actions:
            arn = f"arn:aws:s3:::{bucket}"
            if iam_evaluator.enforce(access_key, action, "s3", get_region(), resource_arn=arn, service_context={}):
                raise Refusal("AccessDenied", "Access Denied", 403)
