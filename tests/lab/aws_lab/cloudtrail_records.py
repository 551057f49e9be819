# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudTrail's record of one S3 call.

CloudTrail User Guide, "CloudTrail record contents", "CloudTrail userIdentity element"; S3 User Guide, "Amazon S3
CloudTrail events" (names of bucket-level actions), "CloudTrail log file entries for Amazon S3"; public records of
PutBucketTagging (eventVersion 1.11) for the form of requestParameters: the sub-resource with an empty value, the
document of the request under its root's name (what occurs several times as a list, once as itself), bucketName, Host.
"""

from __future__ import annotations

import base64
import os
import re
import uuid
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

from aws_lab import caller, clock, store
from aws_lab.request import Request, Response

EVENT_VERSION = "1.11"
Record = dict[str, Any]

# Where the name in CloudTrail is not the API's
_NAMES = {
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
_TAGGING = ("TagResource", "UntagResource")
_BUCKET_TAGS = re.compile(r"/v20180820/tags/(arn:[a-z-]+:s3:::[^/]+)\Z")
_CODE = re.compile(rb"<Code>(.*?)</Code>", re.DOTALL)
_MESSAGE = re.compile(rb"<Message>(.*?)</Message>", re.DOTALL)


def is_bucket_write(request: Request) -> bool:
    """Whether the call is a management event that writes: it is about a bucket, not about an object."""
    if request.service == "s3-control":
        return request.operation in _TAGGING and _BUCKET_TAGS.match(request.path) is not None
    if request.service != "s3" or not request.bucket or request.key:
        return False
    return request.operation not in ("DeleteObjects", "PostObject") and request.method in ("PUT", "DELETE", "POST")


def bucket_of(request: Request) -> str:
    """The bucket that a call is about, for which `is_bucket_write` holds."""
    named = _BUCKET_TAGS.match(request.path) if request.service == "s3-control" else None
    return named.group(1).rpartition(":")[2] if named else request.bucket or ""


def of_call(request: Request, response: Response, bucket: str, region: str, recipient: str) -> Record:
    """The record of a call that has been answered, for the account `recipient`."""
    record = of_service_call(
        name=_NAMES.get(request.operation, request.operation),
        bucket=bucket,
        region=region,
        recipient=recipient,
        identity=_identity(request),
        source="127.0.0.1",
        parameters=_parameters(request, bucket),
    )
    record["userAgent"] = f"[{request.headers.get('user-agent', '')}]"
    record["tlsDetails"] = {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": request.host,
    }
    if response.status >= 300:
        code, message = (_found(pattern, response.body) for pattern in (_CODE, _MESSAGE))
        record |= {"errorCode": code or str(response.status), "errorMessage": message}
    return record


def of_service_call(
    *,
    name: str,
    bucket: str,
    region: str,
    recipient: str,
    identity: Record,
    source: str,
    parameters: Record,
) -> Record:
    """The record of a call that needs no request of the lab: made by a service. source: its address or name."""
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": identity,
        "eventTime": clock.iso()[:19] + "Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": source,
        "userAgent": source,
        "requestParameters": parameters,
        "responseElements": None,
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": base64.b64encode(os.urandom(48)).decode(),
        },
        "requestID": uuid.uuid4().hex[:16].upper(),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "resources": [
            {"accountId": store.owner(bucket) or recipient, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"}
        ],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": recipient,
        "eventCategory": "Management",
    }


def role_identity(role_arn: str, session: str, service: str) -> Record:
    """The userIdentity of a service that acts as a role."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"{_unique_id('AROA', role_arn)}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "sessionContext": _session(role_arn),
        "invokedBy": service,
    }


# ---- who


def _identity(request: Request) -> Record:
    if not request.access_key:
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    arn = caller.principal_arn(request)
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    shared = {"arn": arn, "accountId": account, "accessKeyId": request.access_key}
    if ":assumed-role/" in arn:
        role = f"arn:aws:iam::{account}:role/{arn.split('/')[1]}"
        principal = f"{_unique_id('AROA', role)}:{name}"
        return {"type": "AssumedRole", "principalId": principal, **shared, "sessionContext": _session(role)}
    if arn.endswith(":root"):
        return {"type": "Root", "principalId": account, **shared}
    return {"type": "IAMUser", "principalId": _unique_id("AIDA", arn), **shared, "userName": name}


def _session(role_arn: str) -> Record:
    issuer = {
        "type": "Role",
        "principalId": _unique_id("AROA", role_arn),
        "arn": role_arn,
        "accountId": role_arn.split(":")[4],
        "userName": role_arn.rpartition("/")[2],
    }
    return {
        "sessionIssuer": issuer,
        "attributes": {"creationDate": clock.iso()[:19] + "Z", "mfaAuthenticated": "false"},
    }


def _unique_id(prefix: str, arn: str) -> str:
    """An id of the form of IAM's, always the same for one ARN."""
    return prefix + base64.b32encode(uuid.uuid5(uuid.NAMESPACE_URL, arn).bytes).decode()[:17]


# ---- what


def _parameters(request: Request, bucket: str) -> Record:
    parameters: Record = {name: values[0] for name, values in request.query.items()}
    parameters["Host"] = request.host
    if request.service == "s3-control":
        parameters["resourceArn"] = f"arn:aws:s3:::{bucket}"
    else:
        parameters["bucketName"] = bucket
    if request.operation == "PutBucketPolicy":
        return parameters  # a JSON document: S3 shows it as bucketPolicy, which the lab leaves out
    root = _document(request.body)
    if root is not None:
        parameters[_local(root.tag)] = _value(root)
    return parameters


def _document(body: bytes) -> ElementTree.Element | None:
    if not body.strip() or b"<!DOCTYPE" in body:
        return None
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return None


def _value(element: ElementTree.Element) -> Any:
    """XML as CloudTrail shows it: a namespace is a member xmlns, an element without children is its text."""
    if not len(element):
        return element.text or ""
    members: Record = {}
    if element.tag.startswith("{"):
        members["xmlns"] = element.tag[1:].partition("}")[0]
    for child in element:
        name, value = _local(child.tag), _value(child)
        if isinstance(value, dict):
            value.pop("xmlns", None)  # shown where the document says it: at the root
        if name not in members:
            members[name] = value
        elif isinstance(members[name], list):
            members[name].append(value)
        else:
            members[name] = [members[name], value]
    return members


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _found(pattern: re.Pattern[bytes], body: bytes) -> str:
    match = pattern.search(body)
    return unescape(match.group(1).decode("utf-8", "replace")) if match else ""
