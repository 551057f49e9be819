# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""FIS, bucket tags and the search by tags in memory; requests of FIS are checked against botocore's model.

``script`` are the states that an experiment goes through, one a GetExperiment. ``refusals``: errors by method, each
raised once and in order; ``None`` lets a call through. A ``plug`` may kill it (see ``fake_aws``).
"""

# ruff: noqa: N803 (arguments are named as boto3 names them)
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.validate import ParamValidator

from .fake_aws import Plug, client_error, raise_if

_MODEL = boto3.client("fis", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x").meta
_BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


class FakeFis:
    """One account in one Region."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, plug: Plug | None = None) -> None:
        self.templates: dict[str, dict[str, Any]] = {}
        self.experiments: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.script = ["running", "completed"]
        self.reason = ""
        self.refusals: dict[str, list[Exception | None]] = {}
        self.calls: list[str] = []
        self.plug = plug or Plug()
        self.forgets_members = False
        self._scripts: dict[str, list[str]] = {}

    @property
    def writes(self) -> list[str]:
        """Calls that change something."""
        return [name for name in self.calls if not name.startswith(("get_", "list_"))]

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method.startswith("_"):
            raise AttributeError(method)

        def call(**request: Any) -> dict[str, Any]:
            shape = _MODEL.service_model.operation_model(_MODEL.method_to_api_mapping[method]).input_shape
            report = ParamValidator().validate(request, shape)
            assert not report.has_errors(), report.generate_report()
            with self.plug:
                self.calls.append(method)
                error = (self.refusals.get(method) or [None]).pop(0)
                if error is not None:
                    raise error
                answer: dict[str, Any] = getattr(self, f"_{method}")(**request)
            return answer

        return call

    def get_paginator(self, method: str) -> Any:
        """One page."""
        return SimpleNamespace(paginate=lambda **request: [getattr(self, method)(**request)])

    def _list_experiment_templates(self) -> dict[str, Any]:
        shown = ("id", "arn", "tags")
        return {"experimentTemplates": [{name: one[name] for name in shown} for one in self.templates.values()]}

    def _get_experiment_template(self, id: str) -> dict[str, Any]:
        return {"experimentTemplate": self._found(self.templates, id, "GetExperimentTemplate")}

    def _create_experiment_template(self, clientToken: str, **given: Any) -> dict[str, Any]:
        made = self.tokens.get(clientToken)
        if made is None:
            made = f"EXT{len(self.tokens)}"
            self.tokens[clientToken] = made
            arn = f"arn:aws:fis:us-east-1:111122223333:experiment-template/{made}"
            self.templates[made] = {**given, "id": made, "arn": arn}
        return {"experimentTemplate": {"id": made}}

    def _update_experiment_template(self, id: str, **given: Any) -> dict[str, Any]:
        known = self._found(self.templates, id, "UpdateExperimentTemplate")
        if not self.forgets_members:
            known.update(given)
        return {"experimentTemplate": known}

    def _delete_experiment_template(self, id: str) -> dict[str, Any]:
        self._found(self.templates, id, "DeleteExperimentTemplate")
        return {"experimentTemplate": self.templates.pop(id)}

    def _tag_resource(self, resourceArn: str, tags: dict[str, str]) -> dict[str, Any]:
        self.templates[resourceArn.rpartition("/")[2]]["tags"].update(tags)
        return {}

    def _untag_resource(self, resourceArn: str, tagKeys: list[str]) -> dict[str, Any]:
        for key in tagKeys:
            self.templates[resourceArn.rpartition("/")[2]]["tags"].pop(key)
        return {}

    def _list_experiments(self, experimentTemplateId: str) -> dict[str, Any]:
        mine = [one for one in self.experiments.values() if one["experimentTemplateId"] == experimentTemplateId]
        return {"experiments": mine}

    def _start_experiment(self, clientToken: str, **given: Any) -> dict[str, Any]:
        made = self.tokens.get(clientToken)
        if made is None:
            made = f"EXP{len(self.tokens)}"
            self.tokens[clientToken] = made
            began = _BEGAN + timedelta(minutes=len(self.experiments))
            state = {"status": "initiating", "reason": ""}
            self.experiments[made] = {**given, "id": made, "state": state, "creationTime": began}
            self._scripts[made] = list(self.script)
        return {"experiment": self.experiments[made]}

    def _get_experiment(self, id: str) -> dict[str, Any]:
        known = self._found(self.experiments, id, "GetExperiment")
        if self._scripts[id]:
            known["state"] = {"status": self._scripts[id].pop(0), "reason": self.reason}
        return {"experiment": known}

    def _stop_experiment(self, id: str) -> dict[str, Any]:
        known = self._found(self.experiments, id, "StopExperiment")
        known["state"], self._scripts[id] = {"status": "stopping"}, ["stopped"]
        return {"experiment": known}

    def _list_experiment_resolved_targets(self, experimentId: str) -> dict[str, Any]:
        del experimentId
        return {"resolvedTargets": [{"targetName": "buckets", "targetInformation": {"arn": "arn:aws:s3:::invoices"}}]}

    def _found(self, where: dict[str, dict[str, Any]], name: str, operation: str) -> dict[str, Any]:
        if name not in where:
            raise client_error("ResourceNotFoundException", operation, status=404)
        return where[name]


class FakeTags:
    """Tags of buckets, and the search by tags, which learns of a tag after ``late`` searches."""

    meta = SimpleNamespace(region_name="us-east-1")

    def __init__(self, plug: Plug | None = None, **buckets: dict[str, str]) -> None:
        self.buckets = buckets
        self.late = 0
        self.refuse: Exception | None = None
        self.plug = plug or Plug()
        self.written: list[dict[str, str]] = []

    def get_bucket_tagging(self, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:
        """As S3."""
        assert ExpectedBucketOwner == "111122223333"
        with self.plug:
            if not self.buckets[Bucket]:
                raise client_error("NoSuchTagSet", "GetBucketTagging", status=404)
            return {"TagSet": [{"Key": key, "Value": value} for key, value in self.buckets[Bucket].items()]}

    def put_bucket_tagging(self, Bucket: str, Tagging: dict[str, Any], ExpectedBucketOwner: str) -> None:
        """As S3."""
        del ExpectedBucketOwner
        with self.plug:
            raise_if(self.refuse if Bucket == "photos" else None)
            self.buckets[Bucket] = {tag["Key"]: tag["Value"] for tag in Tagging["TagSet"]}
            self.written.append(self.buckets[Bucket])

    def delete_bucket_tagging(self, Bucket: str, ExpectedBucketOwner: str) -> None:
        """As S3."""
        del ExpectedBucketOwner
        with self.plug:
            self.buckets[Bucket] = {}

    def get_paginator(self, _method: str) -> Any:
        """GetResources in one page."""

        def paginate(TagFilters: list[dict[str, Any]], ResourceTypeFilters: list[str]) -> list[dict[str, Any]]:
            assert ResourceTypeFilters == ["s3:bucket"]
            self.late -= 1
            wanted = {one["Key"]: one["Values"][0] for one in TagFilters}
            found = [name for name, tags in self.buckets.items() if wanted.items() <= tags.items()]
            told = [{"ResourceARN": f"arn:aws:s3:::{name}"} for name in (found if self.late < 0 else [])]
            return [{"ResourceTagMappingList": told}]

        return SimpleNamespace(paginate=paginate)
