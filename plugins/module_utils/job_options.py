# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that work with jobs, from a task's parameters to what use cases take."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.generator_filter import (
    ENCRYPTIONS,
    REPLICATION_STATUSES,
    STORAGE_CLASSES,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import SCOPES, JobOptions
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import (
    FORMATS,
    OUR_FIELDS,
    ManifestFile,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.failure_options import selection_from, selection_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, Spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.access import Access
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.adjust_job import Wish
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import (
    FromFailures,
    FromGenerator,
    FromManifest,
    Origin,
)

ORIGINS = ("from_failures", "from_manifest", "from_generator")


def _options(**spec: Spec) -> Spec:
    return {"type": "dict", "options": spec}


def _text(**more: Any) -> Spec:
    return {"type": "str", **more}


def job_spec() -> Spec:
    """All options of ``batch_replication_job`` but those of waiting and concurrency."""
    return {
        "state": _text(choices=["present", "cancelled"], default="present"),
        "job_id": _text(),
        "from_failures": _options(bucket=_text(required=True), **selection_spec()),
        "from_manifest": _manifest_spec(),
        "from_generator": _generator_spec(),
        "ledger_table": _text(),
        "role": _text(),
        "manifest_bucket": _text(),
        "manifest_prefix": _text(default=""),
        "report_bucket": _text(),
        "report_prefix": _text(default=""),
        "report_scope": _text(choices=list(SCOPES), default="all_tasks"),
        "priority": {"type": "int"},
        "description": _text(),
        "tags": {"type": "dict"},
        "confirmation_required": {"type": "bool"},
        "run_id": _text(),
        "wait": {"type": "bool", "default": False},
    }


def _manifest_spec() -> Spec:
    return _options(
        bucket=_text(required=True),
        key=_text(required=True, no_log=False),
        etag=_text(),
        version_id=_text(),
        format=_text(choices=list(FORMATS), default="csv"),
        fields={"type": "list", "elements": "str", "default": list(OUR_FIELDS)},
    )


def _generator_spec() -> Spec:
    return _options(
        bucket=_text(required=True),
        eligible_for_replication={"type": "bool"},
        created_after=_text(),
        created_before=_text(),
        replication_statuses={"type": "list", "elements": "str", "choices": list(REPLICATION_STATUSES)},
        key_prefix=_text(no_log=False),
        key_suffix=_text(no_log=False),
        key_substring=_text(no_log=False),
        size_greater_than={"type": "int"},
        size_less_than={"type": "int"},
        storage_classes={"type": "list", "elements": "str", "choices": list(STORAGE_CLASSES)},
        encryption=_text(choices=sorted(ENCRYPTIONS)),
        kms_key_arn=_text(no_log=False),
        bucket_key_enabled={"type": "bool", "no_log": False},
    )


def job_constraints() -> dict[str, Any]:
    """Which options go together; arguments of the module's constructor."""
    made = ("role", "report_bucket")
    return {
        "mutually_exclusive": [("job_id", *ORIGINS)],
        "required_one_of": [("job_id", *ORIGINS)],
        "required_if": [("state", "cancelled", ["job_id"])],
        "required_by": {
            "from_failures": (*made, "manifest_bucket", "ledger_table"),
            "from_manifest": made,
            "from_generator": made,
        },
    }


def origin_from(params: dict[str, Any]) -> Origin:
    """Give what the job takes its objects from. Raises :class:`RefusedError`."""
    if params["from_failures"]:
        asked = params["from_failures"]
        return FromFailures(params["ledger_table"], selection_from(asked, asked["bucket"]))
    if params["from_manifest"]:
        asked = params["from_manifest"]
        place = {name: asked[name] for name in ("bucket", "key", "version_id")}
        fields = tuple(asked["fields"])
        return FromManifest(ManifestFile(**place, etag=asked["etag"] or "", kind=asked["format"], fields=fields))
    asked = params["from_generator"]
    return FromGenerator(asked["bucket"], asked)


def options_from(params: dict[str, Any]) -> JobOptions:
    """Give what all new jobs have in common."""
    return JobOptions(
        role=params["role"],
        report_bucket=params["report_bucket"],
        report_prefix=params["report_prefix"],
        report_scope=params["report_scope"],
        manifest_bucket=params["manifest_bucket"],
        manifest_prefix=params["manifest_prefix"],
        priority=params["priority"],
        description=params["description"],
        tags={str(key): str(value) for key, value in (params["tags"] or {}).items()},
        confirmation_required=params["confirmation_required"],
        run_id=params["run_id"],
    )


def wish_from(params: dict[str, Any]) -> Wish:
    """Give what is wanted of a job that is there."""
    return Wish(params["priority"], params["confirmation_required"], params["state"] == "cancelled")


def access_of(module: AwsDrModule) -> Access:
    """Give what the use cases need of the module. Asks STS whose credentials these are; raises :class:`AwsError`."""
    return Access(
        clients=module.client,
        account=module.caller.account,
        folder=module.folder,
        check_mode=module.check_mode,
        concurrency=module.params.get("concurrency") or 16,
        tell=module.debug,
    )
