# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmark of ``bucket_pairs`` works with: source buckets, playbooks and how long they take, the result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config

US, EU = "us-east-1", "eu-west-1"
THREADS = 32
QUEUE = "failures"
CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 8}, max_pool_connections=THREADS)


def control(method: str, path: str) -> Any:
    """Ask the lab itself."""
    request = urllib.request.Request(os.environ["LAB_CONTROL_URL"] + path, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=300) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def pairs(number: int) -> list[dict[str, Any]]:
    """So many pairs, from one Region to another."""
    return [
        {
            "source": {"bucket": f"bench-{index:04d}", "region": US},
            "destination": {"bucket": f"bench-{index:04d}-dr", "region": EU},
        }
        for index in range(number)
    ]


def fresh(number: int) -> None:
    """An empty lab with so many source buckets and a failure queue."""
    control("POST", "/reset")
    s3 = boto3.client("s3", region_name=US, config=CONFIG)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda pair: s3.create_bucket(Bucket=pair["source"]["bucket"]), pairs(number)))
    sqs = boto3.client("sqs", region_name=US)
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": "*"}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    control("DELETE", "/journal")


def counts() -> dict[str, int]:
    """How many calls there were since the lab was made fresh, or they were forgotten, by service, Region, operation."""
    told: dict[str, int] = control("GET", "/journal/counts")["counts"]
    return told


def play(tasks: list[dict[str, Any]]) -> float:
    """Run tasks with real ansible-playbook; give the seconds from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "play.yml"
        head = {"name": "Bench", "hosts": "localhost", "connection": "local", "gather_facts": False}
        file.write_text(yaml.safe_dump([{**head, "tasks": tasks}], sort_keys=False), encoding="utf-8")
        settings = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
        command = ["ansible-playbook", "-i", "localhost,", str(file)]
        began = time.perf_counter()
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
        took = time.perf_counter() - began
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
    return took


def module_task(number: int) -> dict[str, Any]:
    """The task that is measured."""
    options = {"pairs": pairs(number), "region": US, "role_wait": 0, "failure_queue": QUEUE, "concurrency": THREADS}
    return {"name": "ours", "aws_dr.s3.bucket_pairs": options}


def loop_tasks(number: int, account: str) -> list[dict[str, Any]]:
    """The same standard by a loop of the best modules for each part."""
    block = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    tls = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::{{ item.destination.bucket }}", "arn:aws:s3:::{{ item.destination.bucket }}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    rule = {"id": "to-dr", "destination": {"bucket": "{{ item.destination.bucket }}"}}
    name = "s3-replication-{{ item.source.bucket }}"
    role = f"arn:aws:iam::{account}:role/{name}"
    source = {"region": "{{ item.source.region }}"}
    needs = "[{'source': item.source, 'destination': item.destination}]"
    destination = {
        "name": "{{ item.destination.bucket }}",
        "region": "{{ item.destination.region }}",
        "versioning": True,
        "encryption": "AES256",
        "object_ownership": "BucketOwnerEnforced",
        "public_access": dict.fromkeys(block, True),
        "policy": {"Version": "2012-10-17", "Statement": [tls]},
    }
    trust = {
        "name": name,
        "assume_role_policy_document": f"{{{{ '{account}' | aws_dr.s3.replication_role_trust_policy | to_json }}}}",
        "create_instance_profile": False,
        **source,
    }
    may = {
        "iam_type": "role",
        "iam_name": name,
        "policy_name": "replicate",
        "policy_json": f"{{{{ {needs} | aws_dr.s3.replication_role_policy('aws') | to_json }}}}",
        **source,
    }
    entry = {"bucket": "{{ item.source.bucket }}", "failure_queue": QUEUE, **source}
    replication = {"bucket": "{{ item.source.bucket }}", "role": role, "rules": [rule], **source}
    modules = {
        "amazon.aws.s3_bucket": [destination, {"name": "{{ item.source.bucket }}", "versioning": True, **source}],
        "amazon.aws.iam_role": [trust],
        "amazon.aws.iam_policy": [may],
        "aws_dr.s3.replication_failure_notification": [entry],
        "aws_dr.s3.bucket_replication": [replication],
    }
    return [
        {"name": "loop", module: options, "loop": pairs(number)}
        for module, several in modules.items()
        for options in several
    ]


# ---- what came of it -------------------------------------------------------------------------------------------------


def check(number: int) -> None:
    """End the benchmark unless all pairs are as both ways are to leave them."""
    clients = {region: boto3.client("s3", region_name=region, config=CONFIG) for region in (US, EU)}
    iam = boto3.client("iam", config=CONFIG)
    with ThreadPoolExecutor(8) as pool:
        wrong = [name for names in pool.map(lambda pair: _wrong(clients, iam, pair), pairs(number)) for name in names]
    if wrong:
        sys.exit(f"not as it should be: {wrong}")


def _wrong(clients: dict[str, Any], iam: Any, pair: dict[str, Any]) -> list[str]:
    source, destination = pair["source"]["bucket"], pair["destination"]["bucket"]
    here, there = clients[US], clients[EU]
    rules = here.get_bucket_replication(Bucket=source)["ReplicationConfiguration"]
    queues = here.get_bucket_notification_configuration(Bucket=source).get("QueueConfigurations", [])
    role = rules["Role"].rpartition("/")[2]
    encryption = there.get_bucket_encryption(Bucket=destination)["ServerSideEncryptionConfiguration"]["Rules"][0]
    ownership = there.get_bucket_ownership_controls(Bucket=destination)["OwnershipControls"]["Rules"]
    block = there.get_public_access_block(Bucket=destination)["PublicAccessBlockConfiguration"]
    policy = json.loads(there.get_bucket_policy(Bucket=destination)["Policy"])["Statement"]
    failed = "s3:Replication:OperationFailedReplication"
    right = {
        "versioning": here.get_bucket_versioning(Bucket=source).get("Status") == "Enabled",
        "its versioning": there.get_bucket_versioning(Bucket=destination).get("Status") == "Enabled",
        "encryption": encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256",
        "ownership": ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}],
        "public access": list(block.values()) == [True] * 4,
        "policy": [one["Condition"] for one in policy] == [{"Bool": {"aws:SecureTransport": "false"}}],
        "role": len(iam.list_role_policies(RoleName=role)["PolicyNames"]) == 1,
        "notification": [one["Events"] for one in queues] == [[failed]],
        "rules": [(one["Status"], one["Destination"]["Bucket"]) for one in rules["Rules"]]
        == [("Enabled", f"arn:aws:s3:::{destination}")],
    }
    return [f"{name} of {source}" for name, fine in right.items() if not fine]
