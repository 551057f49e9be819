# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs that the tags of buckets make, and the role replication_setup."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.tests.integration.pairing import (
    ACCOUNT,
    EU,
    OTHER,
    OTHER_ROLE,
    US,
    make,
    pair,
    queue,
    rules,
    said,
    snapshot,
    tag,
    task,
    theirs,
)


def test_tags_make_pairs_and_unmake_them(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    s3 = aws("s3")
    queue(aws, US)
    for bucket, tags in (
        ("invoices", {"DR": "Yes", "team": "money"}),
        ("photos", {"dr": "yes"}),
        ("drafts", {"dr": "yes"}),
        ("drafts-dr", {"dr": "yes"}),
        ("scratch-1", {"dr": "yes"}),
        ("plain", {"team": "money"}),
        ("bare", {}),
    ):
        make(aws, bucket)
        if tags:
            tag(aws, bucket, **tags)
    make(aws, "elsewhere", EU)
    tag(aws, "elsewhere", EU, dr="yes")
    found = {
        "region": US,
        "tags": {"dr": "yes"},
        "exclude": ["scratch-*"],
        "destination": {"bucket": "{name}-dr", "region": US},
        "delete_marker_replication": True,
        "unmatched": "remove",
    }
    loose = {**found, "ignore_case": True}
    asked = {"failure_queue": "failures", "standard": {"tls_only": False}}
    # The account's own namespace, where this boto3 knows of it.
    create = s3.meta.service_model.operation_model("CreateBucket").input_shape
    own = f"{ACCOUNT}-{EU}-an" if "BucketNamespace" in create.members else f"{ACCOUNT}-{EU}"
    own_name = {
        **found,
        "tags": {"team": None},
        "destination": {"bucket": "{name}-" + own.replace(ACCOUNT, "{account}").replace(EU, "{region}"), "region": EU},
    }
    run = playbook(
        tasks=[
            task(called="Strict", discover=found, **asked),
            task(called="Loose", discover=loose, **asked),
            task(called="Loose again", discover=loose, **asked),
            task(called="Own names", discover=own_name),
        ]
    )
    assert run.of("Strict")["discovered"] == ["drafts", "photos"]
    assert any("drafts-dr has the tags, but is the destination" in told for told in run.of("Strict")["warnings"])
    assert run.of("Loose")["discovered"] == ["drafts", "invoices", "photos"]
    assert run.of("Loose")["summary"]["unchanged"] == 2
    assert not run.of("Loose again")["changed"]
    assert run.of("Own names")["discovered"] == ["invoices", "plain"]
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert {f"plain-{own}", "invoices-dr", "photos-dr"} <= names
    assert not names & {"scratch-1-dr", "elsewhere-dr", "bare-dr", "drafts-dr-dr"}
    assert said(s3.get_bucket_policy, Bucket="photos-dr") is None
    assert set(rules(aws, "invoices")) == {"to-invoices-dr", f"to-invoices-{own}"}

    # Tags go. Rules of ours go with them, data and what others made stay.
    s3.put_object(Bucket="photos", Key="kept", Body=b"x")
    s3.delete_bucket_tagging(Bucket="drafts")
    tag(aws, "photos", dr="no")
    tag(aws, "invoices", team="money")
    configuration = s3.get_bucket_replication(Bucket="photos")["ReplicationConfiguration"]
    others = {**configuration["Rules"][0], "ID": "others", "Priority": 7}
    configuration["Rules"].append(others)
    s3.put_bucket_replication(Bucket="photos", ReplicationConfiguration=configuration)
    buckets = [(name, US) for name in ("invoices", "photos", "drafts", "photos-dr", "drafts-dr")]
    before = snapshot(aws, *buckets)
    loose["unmatched_destination"] = "delete_if_empty"
    told = playbook(tasks=[task(discover=loose, **asked)], check=True).last
    assert snapshot(aws, *buckets) == before
    run = playbook(tasks=[task(called="Gone", discover=loose, **asked), task(called="Again", discover=loose, **asked)])
    gone = run.of("Gone")
    assert (told["pairs"], told["diff"]) == (gone["pairs"], gone["diff"])
    assert not run.of("Again")["changed"] and run.of("Again")["pairs"] == []
    assert set(rules(aws, "photos")) == {"others"}
    assert rules(aws, "drafts") == {}
    assert set(rules(aws, "invoices")) == {f"to-invoices-{own}"}
    left = {bucket: s3.get_bucket_notification_configuration(Bucket=bucket) for bucket, _region in buckets[:3]}
    assert [bucket for bucket, has in left.items() if has.get("QueueConfigurations")] == ["invoices"]
    assert s3.get_object(Bucket="photos", Key="kept")["Body"].read() == b"x"
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert {"photos", "photos-dr"} <= names and not names & {"drafts-dr", "invoices-dr"}
    assert aws("iam").get_role(RoleName="s3-replication-photos")


def test_the_role_hands_everything_on(playbook: Callable[..., Any], aws: Callable[..., Any]) -> None:
    make(aws, "invoices")
    make(aws, "photos")
    tag(aws, "photos", dr="whatever", team="money")
    queue(aws, US)
    variables = {
        "replication_setup_pairs": [pair("invoices")],
        "replication_setup_discover": {
            "region": US,
            "tags": {"dr": None},
            "destination": {"bucket": "{name}-{account}", "region": EU},
        },
        "replication_setup_destination_account_role": {"role_arn": OTHER_ROLE},
        "replication_setup_standard": {"public_access_block": False},
        "replication_setup_tls_only": False,
        "replication_setup_failure_queue": "failures",
        "replication_setup_mirror": {"properties": ["tags"]},
        "replication_setup_role_wait": 0,
        "replication_setup_keep_going": True,
        "replication_setup_concurrency": 4,
    }
    role = {"ansible.builtin.include_role": {"name": "aws_dr.s3.replication_setup"}, "vars": variables}
    run = playbook(tasks=[{"name": "Set up", **role}, {"name": "Set up", **role}])
    result = run.of("Keep the result as a fact")["ansible_facts"]["replication_setup_result"]
    assert result["discovered"] == ["photos"] and not result["changed"]
    assert any("invoices -> invoices-dr: create bucket" in line for line in run.output.splitlines())
    other = theirs(aws)
    tags = {one["Key"]: one["Value"] for one in other.get_bucket_tagging(Bucket=f"photos-{OTHER}")["TagSet"]}
    assert tags == {"dr": "whatever", "team": "money"}
    assert rules(aws, "invoices")["to-invoices-dr"]["Destination"]["Account"] == OTHER
    (entry,) = aws("s3").get_bucket_notification_configuration(Bucket="photos")["QueueConfigurations"]
    assert entry["QueueArn"].endswith(":failures")
    nothing = playbook(tasks=[{"name": "Set up", **role, "vars": {}}], expect=2)
    assert "name at least one pair" in nothing.output
