# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What S3 refuses of a bucket's configurations though they fit the schema, one function a configuration.

Each takes the bucket and the decoded document, may complete it, and raises Refusal. Sources: S3 API Reference, the Put
operation of each, with its special errors; S3 User Guide, the chapter of each. Texts that the reference does not give
are those that users report. Lifecycle has a file of its own.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from ministack.services import s3

from aws_lab import store
from aws_lab.buckets.answers import Refusal, invalid, malformed

Document = dict[str, Any]
MOST_TAGS, MOST_CORS_RULES, MOST_ROUTING_RULES = 50, 100, 50
_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
_KMS = ("aws:kms", "aws:kms:dsse")
_SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def tagging(bucket: str, document: Document) -> None:
    """Keys are unique and legal; system tags (aws:…) stay as they are."""
    tags = document["TagSet"]
    given = {tag["Key"]: tag["Value"] for tag in tags}
    if len(given) < len(tags):
        raise Refusal("InvalidTag", "Cannot provide multiple Tags with the same key")
    for key, value in given.items():
        if not 1 <= len(key) <= 128:
            raise Refusal("InvalidTag", "The TagKey you have provided is invalid", 400, TagKey=key)
        if len(value) > 256:
            raise Refusal("InvalidTag", "The TagValue you have provided is invalid", 400, TagKey=key)
    if len(given) > MOST_TAGS:
        raise Refusal("BadRequest", f"Bucket tag count cannot be greater than {MOST_TAGS}")
    held = {key: value for key, value in (s3._bucket_tags.get(bucket) or {}).items() if _is_system(key)}
    if any(held.get(key) != value for key, value in given.items() if _is_system(key)):
        raise Refusal("InvalidTag", "System tags cannot be added/updated by requester")
    if not set(held) <= set(given):
        raise Refusal("InvalidTag", "System tags cannot be removed by requester")


def _is_system(key: str) -> bool:
    return key.lower().startswith("aws:")


def encryption(_unused: str, document: Document) -> None:
    """One rule; a key only where the algorithm takes one."""
    if len(document["Rules"]) != 1:
        raise malformed()
    rule = document["Rules"][0]
    default = rule.get("ApplyServerSideEncryptionByDefault")
    if default is None and "BlockedEncryptionTypes" not in rule:
        raise malformed()
    if (default or {}).get("KMSMasterKeyID") and default["SSEAlgorithm"] not in _KMS:
        raise invalid(
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            ArgumentName="ApplyServerSideEncryptionByDefault",
        )
    if rule.get("BucketKeyEnabled") and (default or {}).get("SSEAlgorithm") == "aws:kms:dsse":
        raise invalid("Bucket Key is not supported for aws:kms:dsse")
    rule.setdefault("BucketKeyEnabled", False)


def public_access_block(_unused: str, document: Document) -> None:
    """What is not named is off."""
    if not document:
        raise Refusal("InvalidRequest", "Must specify at least one configuration.")
    for setting in _SETTINGS:
        document.setdefault(setting, False)


def ownership(_unused: str, document: Document) -> None:
    """One rule."""
    if len(document["Rules"]) != 1:
        raise malformed()


def cors(_unused: str, document: Document) -> None:
    """Known methods, one wildcard in an origin and in a header."""
    rules = document["CORSRules"]
    if len(rules) > MOST_CORS_RULES:
        raise invalid(f"The number of CORS rules should not exceed allowed limit of {MOST_CORS_RULES} rules.")
    for rule in rules:
        for method in rule["AllowedMethods"]:
            if method not in _METHODS:
                message = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                raise Refusal("InvalidRequest", message)
        for kind, values in (("Origin", rule["AllowedOrigins"]), ("Header", rule.get("AllowedHeaders") or [])):
            for value in values:
                if value.count("*") > 1:
                    raise Refusal("InvalidRequest", f'Allowed{kind} "{value}" can not have more than one wildcard.')
        if any("*" in header for header in rule.get("ExposeHeaders") or []):
            raise Refusal("InvalidRequest", "ExposeHeader can not have wildcards.")
        if len(rule.get("ID") or "") > 255:
            raise invalid("ID length should not exceed allowed limit of 255")


def logging(bucket: str, document: Document) -> None:
    """The target is there, of the same owner and Region, and can take logs."""
    if "LoggingEnabled" not in document:
        return
    target = document["LoggingEnabled"]["TargetBucket"]
    found = {"TargetBucket": target}
    if store.owner(target) is None:
        message = "The target bucket for logging does not exist"
        raise Refusal("InvalidTargetBucketForLogging", message, 400, **found)
    if store.owner(target) != store.owner(bucket):
        message = "The owner for the bucket to be logged and the target bucket must be the same."
        raise Refusal("InvalidTargetBucketForLogging", message, 400, **found)
    if store.region(target) != store.region(bucket):
        raise Refusal("CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ", 403, **found)
    if document["LoggingEnabled"].get("TargetGrants") and store.acls_disabled(target):
        raise invalid("TargetGrants are not allowed when the target bucket has ACLs disabled", **found)


def website(_unused: str, document: Document) -> None:
    """An index document, or a redirect of everything and nothing else."""
    if "RedirectAllRequestsTo" in document:
        if len(document) > 1:
            raise malformed()
        return
    suffix = (document.get("IndexDocument") or {}).get("Suffix")
    if not suffix:
        message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise invalid(message, ArgumentName="IndexDocument")
    if "/" in suffix:
        raise invalid("The IndexDocument Suffix is not well formed", ArgumentName="IndexDocument")
    if len(document.get("RoutingRules") or []) > MOST_ROUTING_RULES:
        raise Refusal("InvalidRequest", f"The number of routing rules must not exceed {MOST_ROUTING_RULES}.")


def accelerate(bucket: str, document: Document) -> None:
    """Not for names with dots."""
    if "Status" not in document:
        raise malformed()
    if "." in bucket:
        message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        raise Refusal("InvalidRequest", message)


def request_payment(_unused: str, _document: Document) -> None:
    """The schema says all."""


def tiering(_unused: str, document: Document) -> None:
    """Each tier once, with days that it allows."""
    tiers = {tier["AccessTier"]: tier["Days"] for tier in document["Tierings"]}
    least = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}
    if len(tiers) < len(document["Tierings"]):
        raise malformed()
    if any(not least[tier] <= days <= 730 for tier, days in tiers.items()):
        raise invalid("The number of days is not valid for the access tier", ArgumentName="Tiering")


def inventory(_unused: str, document: Document) -> None:
    """The destination is a bucket's ARN; encryption by SSE-S3 or a key, not both."""
    destination = document["Destination"]["S3BucketDestination"]
    if not re.match(r"arn:aws[a-z-]*:s3:::.+", destination["Bucket"]):
        raise invalid("Invalid bucket ARN.", ArgumentName="Bucket", ArgumentValue=destination["Bucket"])
    if len(destination.get("Encryption") or {}) > 1:
        raise malformed()


def anything(_unused: str, _document: Document) -> None:
    """The schema says all."""


def new_id() -> str:
    """An id for a rule that comes without one."""
    return str(uuid.uuid4())
