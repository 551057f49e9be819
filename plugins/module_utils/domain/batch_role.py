# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of the role that S3 Batch Operations assumes for Batch Replication.

Source: S3 User Guide, "Configuring an IAM role for S3 Batch Replication". This role only starts replication: what may
be read and written is up to the replication role of the bucket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import bucket_arn, bucket_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import (
    Document,
    Statement,
    allow,
    document,
    service_trust,
)

SERVICE = "batchoperations.s3.amazonaws.com"


@dataclass(frozen=True)
class Place:
    """A bucket and the prefix in it (``""``: the whole bucket) where files of jobs lie."""

    bucket: str
    prefix: str = ""

    def objects(self, partition: str) -> str:
        """Give the resource pattern of the files below the prefix."""
        prefix = self.prefix.strip("/")
        return f"{bucket_arn(self.bucket, partition)}/{prefix + '/' if prefix else ''}*"


def trust_policy(account_id: str) -> Document:
    """Let S3 Batch Operations assume the role for jobs of ``account_id``. Raises :class:`RefusedError`."""
    return service_trust(SERVICE, account_id)


def permissions_policy(
    sources: Iterable[str],
    partition: str,
    manifest: Place | None = None,
    report: Place | None = None,
    generated_manifests: bool = False,
) -> Document:
    """Build the permissions to start replication in ``sources`` with the job files at the two places.

    What is not given gets no statement, so that buckets and places can be put into policies of their own. With
    ``generated_manifests`` S3 may list the sources and write the manifest. Raises :class:`RefusedError`.
    """
    names = sorted(set(sources))
    _refuse_bad_names([*names, *(place.bucket for place in (manifest, report) if place)])
    statements: list[Statement] = []
    if names:
        objects = [f"{bucket_arn(name, partition)}/*" for name in names]
        statements.append(allow("StartReplication", ["s3:InitiateReplication"], objects))
    if names and generated_manifests:
        buckets = [bucket_arn(name, partition) for name in names]
        actions = ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"]
        statements.append(allow("GenerateManifests", actions, buckets))
    if manifest:
        actions = ["s3:GetObject", "s3:GetObjectVersion"] + (["s3:PutObject"] if generated_manifests else [])
        statements.append(allow("Manifests", actions, [manifest.objects(partition)]))
    if report:
        statements.append(allow("Reports", ["s3:PutObject"], [report.objects(partition)]))
    if not statements:
        raise RefusedError("Batch role", ["neither a source bucket nor a place for job files is given"])
    return document(statements)


def _refuse_bad_names(names: Iterable[str]) -> None:
    problems = [f"{name!r} is not a bucket's name" for name in names if bucket_of(name) != name]
    if problems:
        raise RefusedError("Batch role", problems)
