# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A boto3 S3 client for one bucket whose sub-resources lie in a dict; requests are checked against botocore's model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_lists, s3_bucket_settings_table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_lists import ListSetting
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_settings_table import Setting

SETTINGS = [value for value in vars(s3_bucket_settings_table).values() if isinstance(value, Setting)]
LISTS = [value for value in vars(s3_bucket_lists).values() if isinstance(value, ListSetting)]
_MODEL = boto3.client("s3", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x").meta


class FakeBucket:
    """``values`` by boto3's operation (``bucket_policy``), as answers have them; lists by id.

    ``refusals``: error codes by method, each used once and in order; ``None`` lets one call through.
    """

    def __init__(self, owner: str = "111122223333") -> None:
        self.owner = owner
        self.values: dict[str, dict[str, Any]] = {}
        self.lists: dict[str, dict[str, dict[str, Any]]] = {one.operation: {} for one in LISTS}
        self.refusals: dict[str, list[str | None]] = {}
        self.calls: list[str] = []

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if name.startswith(("put_", "delete_"))]

    def __getattr__(self, method: str) -> Callable[..., dict[str, Any]]:
        if method.startswith("_"):
            raise AttributeError(method)

        def call(**request: Any) -> dict[str, Any]:
            shape = _MODEL.service_model.operation_model(_MODEL.method_to_api_mapping[method]).input_shape
            report = ParamValidator().validate(request, shape)
            assert not report.has_errors(), report.generate_report()
            self.calls.append(method)
            if request.get("ExpectedBucketOwner") not in (None, self.owner):
                raise refusal(method, "AccessDenied")
            code = (self.refusals.get(method) or [None]).pop(0)
            if code:
                raise refusal(method, code)
            return self._answer(method, request)

        return call

    def _answer(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        for setting in SETTINGS:
            if method == f"get_{setting.operation}":
                if setting.operation not in self.values and setting.absent:
                    raise refusal(method, setting.absent)
                return dict(self.values.get(setting.operation, {}))
            if method == f"put_{setting.operation}":
                self._put(setting, request)
                return {}
            if method == setting.remove:
                self.values.pop(setting.operation, None)
                return {}
        return self._list(method, request)

    def _put(self, setting: Setting, request: dict[str, Any]) -> None:
        value = request[setting.argument]
        value = value.get(setting.inner) if setting.inner else value
        if setting.field:
            self.values[setting.operation] = {} if value is None else {setting.field: value}
        else:
            self.values[setting.operation] = dict(value)

    def _list(self, method: str, request: dict[str, Any]) -> dict[str, Any]:
        for setting in LISTS:
            there = self.lists[setting.operation]
            if method == f"list_bucket_{setting.operation}s":
                # One a page, so that pages are followed.
                names = sorted(there)
                place = int(request.get("ContinuationToken", "0"))
                more = place + 1 < len(names)
                return {
                    "IsTruncated": more,
                    **({"NextContinuationToken": str(place + 1)} if more else {}),
                    f"{setting.kind}List": [there[name] for name in names[place : place + 1]],
                }
            if method == f"put_bucket_{setting.operation}":
                there[request["Id"]] = request[setting.kind]
                return {}
            if method == f"delete_bucket_{setting.operation}":
                if request["Id"] not in there:
                    raise refusal(method, "NoSuchConfiguration")
                del there[request["Id"]]
                return {}
        raise AssertionError(f"nobody answers {method}")


def refusal(method: str, code: str) -> ClientError:
    """What boto3 raises."""
    status = {"AccessDenied": 403, "OperationAborted": 409, "MethodNotAllowed": 405}.get(code, 404)
    said = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(said, method)  # type: ignore[arg-type]
