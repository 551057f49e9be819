# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CreateJob and its relatives refuse before there is a job.

The constraints on single values are the model's (codec.check); here is what has to fit together: S3 API Reference,
CreateJob, and S3 User Guide, "Creating an S3 Batch Operations job" and "Specifying a manifest".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aws_lab import iam
from aws_lab.batch import authorize, codec, files
from aws_lab.wire import ServiceError

MOST_TAGS = 50
_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"
_CSV = "S3BatchOperations_CSV_20180820"

Wanted = Mapping[str, Any]


class RefusedError(Exception):
    """The request is answered with this error."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(error.message)
        self.error = error


def read(body: bytes, shape_name: str) -> dict[str, Any]:
    """The parameters in a request's body, each within the model's constraints; raises RefusedError."""
    try:
        value = codec.decode(body, shape_name)
    except codec.MalformedError as error:
        raise RefusedError(ServiceError(400, "MalformedXML", _MALFORMED)) from error
    check(value, shape_name, located=False)
    return value


def check(value: Wanted, shape_name: str, *, located: bool = True, without: tuple[str, ...] = ()) -> None:
    """Hold parameters against the model's constraints, except those `without`; raises RefusedError."""
    try:
        codec.check(dict(value), shape_name, located, without)
    except codec.ConstraintError as error:
        raise RefusedError(ServiceError(400, "BadRequestException", str(error))) from error


def invalid(message: str) -> RefusedError:
    """InvalidRequest, with what is wrong."""
    return RefusedError(ServiceError(400, "InvalidRequest", message))


def check_job(wanted: Wanted) -> None:
    """Whether the parameters of CreateJob fit together; raises RefusedError."""
    for problems in (_operation, _manifest, _generator, _report, _tags):
        found = next(problems(wanted), None)
        if found:
            raise invalid(found)
    if wanted["Operation"].keys() != {"S3ReplicateObject"}:
        message = f"The lab runs S3ReplicateObject jobs only, not {next(iter(wanted['Operation']))}."
        raise RefusedError(ServiceError(501, "NotImplemented", message))


def check_role(account: str, role_arn: str) -> None:
    """Whether S3 Batch Operations can take the role; raises RefusedError."""
    if not iam.role_exists(role_arn):
        raise invalid("The role specified in the request does not exist.")
    if not authorize.role_is_assumable(account, role_arn):
        raise invalid(f"The role specified in the request cannot be assumed by {authorize.SERVICE}.")


def check_tags(tags: list[dict[str, str]]) -> None:
    """Whether a job can have these tags; raises RefusedError."""
    if len(tags) > MOST_TAGS:
        message = f"A job can have up to {MOST_TAGS} tags."
        raise RefusedError(ServiceError(400, "TooManyTagsException", message))
    found = next(_tags({"Tags": tags}), None)
    if found:
        raise invalid(found)


def _operation(wanted: Wanted) -> Iterator[str]:
    if len(wanted["Operation"]) != 1:
        yield "Exactly one operation must be specified."


def _manifest(wanted: Wanted) -> Iterator[str]:
    if ("Manifest" in wanted) == ("ManifestGenerator" in wanted):
        yield "Exactly one of Manifest and ManifestGenerator must be specified."
    if "Manifest" not in wanted:
        return
    spec, location = wanted["Manifest"]["Spec"], wanted["Manifest"]["Location"]
    yield from _fields(spec)
    if not files.split_arn(location["ObjectArn"])[1]:
        yield "The ObjectArn of the manifest must be the ARN of an object."


def _fields(spec: Wanted) -> Iterator[str]:
    fields = spec.get("Fields")
    if spec["Format"] != _CSV:
        if fields:
            yield "Fields must not be specified for manifests of S3 Inventory."
        return
    missing = [name for name in ("Bucket", "Key") if name not in (fields or [])]
    if missing:
        yield f"Required fields are missing in the schema: {', '.join(missing)}"
    named = [name for name in fields or [] if name != "Ignore"]
    if len(named) != len(set(named)):
        yield "Each field of the manifest must be specified only once."


def _generator(wanted: Wanted) -> Iterator[str]:
    generator = wanted.get("ManifestGenerator", {}).get("S3JobManifestGenerator")
    if generator is None:
        return
    yield from _bucket(generator["SourceBucket"], "SourceBucket")
    output = generator.get("ManifestOutputLocation")
    if generator["EnableManifestOutput"] and output is None:
        yield "ManifestOutputLocation must be specified when EnableManifestOutput is true."
    if output is not None:
        yield from _bucket(output["Bucket"], "ManifestOutputLocation.Bucket")
        if len(output.get("ManifestEncryption", {})) > 1:
            yield "ManifestEncryption must be either SSE-S3 or SSE-KMS."
    names = generator.get("Filter", {}).get("KeyNameConstraint", {})
    if any(len(strings) != 1 for strings in names.values()):
        yield "Each KeyNameConstraint must hold exactly one string."


def _report(wanted: Wanted) -> Iterator[str]:
    report = wanted["Report"]
    if not report["Enabled"]:
        return
    missing = [name for name in ("Bucket", "Format", "ReportScope") if not report.get(name)]
    if missing:
        yield f"{', '.join(missing)} must be specified when the report is enabled."
        return
    yield from _bucket(report["Bucket"], "Report.Bucket")


def _bucket(arn: str, where: str) -> Iterator[str]:
    if arn.count(":") != 5 or files.split_arn(arn)[1] or not files.split_arn(arn)[0]:
        yield f"{where} must be the ARN of a bucket."


def _tags(wanted: Wanted) -> Iterator[str]:
    keys = [tag["Key"] for tag in wanted.get("Tags") or []]
    if len(keys) > MOST_TAGS:
        yield f"A job can have up to {MOST_TAGS} tags."
    if len(keys) != len(set(keys)):
        yield "Cannot provide multiple Tags with the same key."
