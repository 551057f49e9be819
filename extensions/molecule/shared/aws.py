# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios' own look at AWS, through plain boto3: they share nothing with the collection that they test."""

from __future__ import annotations

import functools
import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

US, EU = "us-east-1", "eu-west-1"
ACCOUNT = os.environ["LAB_ACCOUNT_ID"]

DENY = "ForgottenDenial"

Document = dict[str, Any]


@functools.cache
def client(service: str, region: str = US) -> Any:
    """A boto3 client, made once."""
    make: Any = boto3.client  # its stubs want literal names
    return make(service, region_name=region)


def make_bucket(name: str, region: str = US, versioned: bool = False) -> None:
    """A bucket as somebody who thinks of nothing would make it."""
    place = {} if region == US else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3", region).create_bucket(Bucket=name, **place)
    if versioned:
        enabled = {"Status": "Enabled"}
        client("s3", region).put_bucket_versioning(Bucket=name, VersioningConfiguration=enabled)


def document(*statements: Document) -> str:
    """A policy document of these statements, as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str], *resources: str, service: str | None = None) -> Document:
    """An Allow statement, for a service when it is one of a resource's policy."""
    principal = {"Principal": {"Service": service}} if service else {}
    return {"Effect": "Allow", **principal, "Action": actions, "Resource": list(resources)}


def make_role(name: str, service: str, *statements: Document) -> str:
    """An IAM role for a service of AWS, with these permissions; gives its ARN."""
    iam = client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=document(*statements))
    return arn


def replicate(source: str, region: str, destination: str) -> Document:
    """Let a bucket replicate to another one, by the rule "to-dr" and a role of its own; gives the rule."""
    from_arn, to_arn = f"arn:aws:s3:::{source}", f"arn:aws:s3:::{destination}"
    role = make_role(
        f"somebodys-{source}",
        "s3.amazonaws.com",
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], from_arn),
        allow(["s3:GetObjectVersion*"], f"{from_arn}/*"),
        allow(["s3:Replicate*"], f"{to_arn}/*"),
    )
    rule: Document = {
        "ID": "to-dr",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": to_arn, "Metrics": {"Status": "Enabled"}},
    }
    configuration = {"Role": role, "Rules": [rule]}
    client("s3", region).put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)
    return rule


def make_queue_for_s3(name: str, region: str) -> str:
    """An SQS queue that every bucket may send to; gives its ARN."""
    arn = f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
    policy = document(allow(["sqs:SendMessage"], arn, service="s3.amazonaws.com"))
    client("sqs", region).create_queue(QueueName=name, Attributes={"Policy": policy})
    return arn


def deny_replicas(bucket: str, region: str) -> None:
    """Deny everybody to replicate into a bucket, beside what its policy says already."""
    s3 = client("s3", region)
    policy = json.loads(said(s3.get_bucket_policy, "Policy", Bucket=bucket) or document())
    denied = {"Sid": DENY, "Effect": "Deny", "Principal": "*", "Action": "s3:ReplicateObject"}
    policy["Statement"].append({**denied, "Resource": f"arn:aws:s3:::{bucket}/*"})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def allow_replicas_again(bucket: str, region: str) -> None:
    """Take that denial back."""
    s3 = client("s3", region)
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [statement for statement in policy["Statement"] if statement.get("Sid") != DENY]
    if policy["Statement"]:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    else:
        # S3 takes no policy without a statement.
        s3.delete_bucket_policy(Bucket=bucket)


def said(call: Callable[..., Document], *members: str, **arguments: Any) -> Any:
    """A member of the answer to a call; None when AWS says that there is no such thing."""
    try:
        answer: Any = call(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code.startswith(("NoSuch", "404")) or code.endswith("NotFoundError") or code == "ResourceNotFoundException":
            return None
        raise
    for member in members:
        answer = answer.get(member)
    return answer


def wait_for_replication() -> None:
    """Wait until nothing is left to replicate and all events are sent; on AWS this takes seconds to minutes."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"{os.environ['LAB_CONTROL_URL']}/replication/idle"
    opener.open(urllib.request.Request(url, method="POST", data=b"{}"), timeout=60).close()


def versions(bucket: str, region: str) -> dict[tuple[str, str], str]:
    """All versions of a bucket: (key, version id) to ETag, or to "delete marker"."""
    found = {}
    for page in client("s3", region).get_paginator("list_object_versions").paginate(Bucket=bucket):
        found.update({(entry["Key"], entry["VersionId"]): entry["ETag"] for entry in page.get("Versions", [])})
        found.update({(entry["Key"], entry["VersionId"]): "delete marker" for entry in page.get("DeleteMarkers", [])})
    return found


def status(bucket: str, region: str, key: str, version_id: str) -> str | None:
    """The replication status of a version."""
    answer = client("s3", region).head_object(Bucket=bucket, Key=key, VersionId=version_id)
    found: str | None = answer.get("ReplicationStatus")
    return found


def inline_policies(role: str) -> dict[str, Document]:
    """The inline policies of an IAM role by their names."""
    iam = client("iam")
    names = [name for page in pages("iam", "list_role_policies", RoleName=role) for name in page["PolicyNames"]]
    return {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}


def service_trust(service: str) -> Document:
    """The trust policy that lets a service of AWS assume a role for this account only."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
            }
        ],
    }


def assert_private(bucket: str, region: str) -> None:
    """What this collection makes is closed, encrypted, owned by the account, and refuses requests without TLS."""
    s3 = client("s3", region)
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(block) == 4
    assert all(block.values()), block
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert [rule["ApplyServerSideEncryptionByDefault"] for rule in rules] == [{"SSEAlgorithm": "AES256"}]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert [statement.pop("Sid") for statement in policy["Statement"]] in (["TlsOnly"], ["AwsDrTlsOnly"])
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def bucket_tags(bucket: str, region: str) -> dict[str, str]:
    """The tags of a bucket."""
    tags = said(client("s3", region).get_bucket_tagging, "TagSet", Bucket=bucket) or []
    return {tag["Key"]: tag["Value"] for tag in tags}


def pages(service: str, operation: str, region: str = US, **arguments: Any) -> Iterator[Document]:
    """All pages of a list operation."""
    yield from client(service, region).get_paginator(operation).paginate(**arguments)


def queue(name: str, region: str) -> Document:
    """All attributes of an SQS queue, with its policies read and its URL as "Url"."""
    sqs = client("sqs", region)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    attributes: Document = dict(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])
    for document in ("Policy", "RedrivePolicy"):
        if document in attributes:
            attributes[document] = json.loads(attributes[document])
    return {**attributes, "Url": url}


def waiting(attributes: Document) -> int:
    """How many messages a queue holds, in flight or not."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    return sum(int(attributes[name]) for name in names)


def items(table: str, region: str) -> list[Document]:
    """All items of a DynamoDB table, with DynamoDB's types."""
    found = pages("dynamodb", "scan", region, TableName=table, ConsistentRead=True)
    return [item for page in found for item in page["Items"]]
