# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The glue to Ansible: argument specs that compose, clients per Region, errors to ``fail_json``.

A module's ``main()`` names its options, builds an :class:`AwsDrModule`, and hands it a function that returns an
:class:`Outcome`. Nothing below this file knows Ansible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller, get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Spec = dict[str, Any]

# botocore's own: "standard" retries throttling and transient errors with jittered backoff (boto3 guide, "Retries").
_RETRIES = {"mode": "standard", "total_max_attempts": 8}


def wait_spec(timeout: int, delay: int) -> Spec:
    """``wait_timeout`` and ``wait_delay`` in seconds; mirrored by the doc fragment ``aws_dr.s3.wait``."""
    return {
        "wait_timeout": {"type": "int", "default": timeout},
        "wait_delay": {"type": "int", "default": delay},
    }


def concurrency_spec(default: int = 16) -> Spec:
    """``concurrency``: how many AWS calls are under way at once; mirrored by ``aws_dr.s3.concurrency``."""
    return {"concurrency": {"type": "int", "default": default}}


class AwsDrModule:
    """``AnsibleAWSModule`` with clients per Region and one way out."""

    def __init__(self, argument_spec: Spec, **settings: Any) -> None:
        self._ansible = AnsibleAWSModule(argument_spec=argument_spec, **settings)
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._caller: Caller | None = None
        concurrency = self.params.get("concurrency")
        if concurrency is not None and not 1 <= concurrency <= 256:
            self._ansible.fail_json(msg=f"concurrency is {concurrency}; it must be from 1 to 256")

    @property
    def params(self) -> dict[str, Any]:
        """The task's options, defaults filled in."""
        params: dict[str, Any] = self._ansible.params
        return params

    @property
    def check_mode(self) -> bool:
        """Whether the task must only predict."""
        return bool(self._ansible.check_mode)

    @property
    def region(self) -> str | None:
        """The Region of the task, from the option, the environment or the profile."""
        region: str | None = self._ansible.region
        return region

    @property
    def folder(self) -> str:
        """A directory on the target, for files that are too large for memory; Ansible removes it with the task."""
        return str(self._ansible._module.tmpdir)

    def client(self, service: str, region: str | None = None) -> Any:
        """Give the boto3 client of ``service`` in ``region`` (unset: the task's), made once.

        Call it before threads start: making a client is not safe beside another one being made.
        """
        key = (service, region or self.region)
        if key not in self._clients:
            where = {"region": region} if region else {}
            config = {"retries": _RETRIES, "max_pool_connections": max(10, self.params.get("concurrency") or 0)}
            if service == "dynamodb":
                # Items are made by domain/ledger.py. Checking every attribute of them once more takes botocore longer
                # than signing, sending and reading the answer together.
                config["parameter_validation"] = False
            config.update(self.params.get("aws_config") or {})
            self._clients[key] = self._ansible.client(service, aws_config=config, **where)
        return self._clients[key]

    @property
    def caller(self) -> Caller:
        """Account and partition of the credentials, asked once."""
        if self._caller is None:
            self._caller = get_caller(self.client("sts"))
        return self._caller

    def debug(self, message: str) -> None:
        """Write to the target's log, never to the result."""
        self._ansible.debug(message)

    def run(self, use_case: Callable[[], Outcome]) -> NoReturn:
        """Run the use case and leave: ``exit_json`` with its outcome, ``fail_json`` with what a person is told."""
        try:
            outcome = use_case()
        except ToldError as error:
            self._fail(error)
        for warning in outcome.warnings:
            self._ansible.warn(warning)
        result = {"changed": outcome.changed, **outcome.results}
        if outcome.before is not None or outcome.after is not None:
            result["diff"] = {"before": outcome.before or {}, "after": outcome.after or {}}
        leave: Callable[..., NoReturn] = self._ansible.exit_json
        leave(**result)

    def _fail(self, error: ToldError) -> NoReturn:
        leave: Callable[..., NoReturn] = self._ansible.fail_json
        leave(msg=error.message, **error.details)
