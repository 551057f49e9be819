# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would make a job fail later, found before anything is changed. Problems are collected and told together."""

from __future__ import annotations

import csv
import io

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects, s3control
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.iam_role import role_exists
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket import head_bucket
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name, role_arn_problem
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.generator_filter import ENCRYPTION_FILTER
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import JobOptions, option_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import (
    ManifestError,
    ManifestFile,
    fields_problem,
    source_of_csv,
    source_of_inventory,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access

# A row holds a bucket, a key of up to 3,072 encoded bytes, a version id and perhaps ignored columns.
_HEAD_BYTES = 64 * 1024
_INVENTORY_BYTES = 16 * 1024 * 1024


class Checks:
    """Looks at what a job needs; ``problems`` and ``warnings`` grow as it does."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def options(self, options: JobOptions) -> None:
        """Look at role and report bucket, by form and in AWS."""
        self.problems += option_problems(options, self._access.account)
        if role_arn_problem(options.role) is None and role_exists(self._access.clients("iam"), options.role) is False:
            self.problems.append(f"role {options.role} does not exist; S3 could not assume it")
        region = self.bucket_region("report_bucket", options.report_bucket)
        if region:
            self._report_retention(options.report_bucket, region)

    def _report_retention(self, bucket: str, region: str) -> None:
        try:
            locks = s3_objects.has_default_retention(self._access.clients("s3", region), bucket, self._access.account)
        except AccessDeniedError as error:
            self.warnings.append(f"Whether report_bucket locks new objects is not known: {error.message}")
            return
        if locks:
            self.problems.append(
                f"report_bucket {bucket} has an Object Lock default retention; S3 can't write reports there. "
                "Choose another bucket, or remove the default retention"
            )

    def bucket_region(self, option: str, bucket: str) -> str | None:
        """Give the bucket's Region; ``None`` when it can't be used, which then is a problem."""
        if not is_bucket_name(bucket):
            problem = f"{option} {bucket!r} is not a bucket name"
            self.problems += [problem] if problem not in self.problems else []
            return None
        try:
            return head_bucket(self._access.clients("s3"), bucket, self._access.account)
        except MissingError:
            self.problems.append(f"{option} {bucket} does not exist; create it, or correct the name")
        except AccessDeniedError as error:
            self.problems.append(
                f"{option} {bucket} can't be looked at ({error.message}), or it is not of account "
                f"{self._access.account}"
            )
        return None

    def same_region(self, option: str, bucket: str, region: str | None, source: str, source_region: str | None) -> None:
        """Refuse a bucket that has to be in the source bucket's Region and is not."""
        if region and source_region and region != source_region:
            self.problems.append(
                f"{option} {bucket} is in {region}; it has to be in {source_region}, where the source bucket "
                f"{source} is"
            )

    def encryption_filter(self, region: str) -> None:
        """Refuse a filter on the encryption of objects where boto3 does not know it."""
        if not s3control.knows_filter(self._access.clients("s3control", region), ENCRYPTION_FILTER):
            self.problems.append(
                "from_generator.encryption: this boto3 does not know the filter; install a newer one, or leave it out"
            )

    def manifest(self, file: ManifestFile) -> tuple[ManifestFile, str | None]:
        """Look at a manifest that the user brought; give it with its ETag, and the source bucket that it names."""
        problem = fields_problem(file.fields) if file.kind == "csv" else None
        if problem:
            self.problems.append(f"from_manifest: {problem}")
            return file, None
        region = self.bucket_region("from_manifest.bucket", file.bucket)
        if region is None:
            return file, None
        try:
            return self._manifest_object(file, region)
        except MissingError:
            version = f" with the version {file.version_id}" if file.version_id else ""
            self.problems.append(
                f"from_manifest: there is no s3://{file.bucket}/{file.key}{version}. Correct bucket, key or "
                "version_id, or write the manifest there first"
            )
        except AccessDeniedError as error:
            self.problems.append(f"from_manifest: {error.message}")
        except (ManifestError, UnicodeDecodeError, csv.Error) as error:
            self.problems.append(f"from_manifest s3://{file.bucket}/{file.key}: {error}")
        return file, None

    def _manifest_object(self, file: ManifestFile, region: str) -> tuple[ManifestFile, str | None]:
        client, owner, place = (
            self._access.clients("s3", region),
            self._access.account,
            f"s3://{file.bucket}/{file.key}",
        )
        facts = s3_objects.head_object(client, file.bucket, file.key, owner, file.version_id)
        if file.etag and file.etag.strip('"') != facts.etag:
            self.problems.append(
                f"from_manifest {place} has the ETag {facts.etag}, not {file.etag}: it was replaced. Give the new "
                "ETag, or the version_id of the one that is meant"
            )
        if file.kind == "csv" and facts.encryption.startswith("aws:kms"):
            self.problems.append(
                f"from_manifest {place} is encrypted with {facts.encryption}; S3 Batch Operations reads CSV manifests "
                "only with SSE-S3. Write it again with ServerSideEncryption AES256"
            )
        most = _HEAD_BYTES if file.kind == "csv" else _INVENTORY_BYTES
        head = s3_objects.read_object(client, file.bucket, file.key, owner, most, file.version_id)
        found = ManifestFile(file.bucket, file.key, facts.etag, file.kind, file.fields, file.version_id)
        return found, _source_of(found, head)


def _source_of(file: ManifestFile, head: bytes) -> str:
    if file.kind == "inventory":
        return source_of_inventory(head)
    line, _end, _rest = head.partition(b"\n")
    first_row = next(csv.reader(io.StringIO(line.decode(), newline="")), [])
    return source_of_csv(first_row, file.fields)
