# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The glue to Ansible: argument specs that compose, clients per Region, errors to ``fail_json``.

A module's ``main()`` names its options, builds an :class:`AwsDrModule`, and hands it a function that returns an
:class:`Outcome`. Nothing below this file knows Ansible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

try:
    import boto3
    from botocore.exceptions import BotoCoreError
except ImportError:
    pass  # AnsibleAWSModule reports it

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import SLOWING_DOWN, Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller, get_caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

Spec = dict[str, Any]

# The first release that knows every argument which is sent (ExpectedBucketOwner of a job's report was the last).
_OLDEST_BOTO3 = "1.40.30"


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

    def __init__(self, argument_spec: Spec, slow_down: bool = False, **settings: Any) -> None:
        """``slow_down``: the module makes so many calls that throttling has to slow it down (``Clients``)."""
        self._ansible = AnsibleAWSModule(argument_spec=argument_spec, **settings)
        self._ansible.require_boto3_at_least(_OLDEST_BOTO3)
        self._clients: Clients | None = None
        self._caller: Caller | None = None
        self._slow_down = slow_down
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
        """Give the boto3 client of ``service`` in ``region`` (unset: the task's), made once."""
        try:
            return self.clients.get(service, region)
        except (ValueError, BotoCoreError) as error:
            self._fail(ToldError(f"Could not connect to AWS: {error}"))

    @property
    def clients(self) -> Clients:
        """All clients of the task: credentials and connection options as every amazon.aws module takes them."""
        if self._clients is None:
            region, endpoint, connection = get_aws_connection_info(self._ansible)
            connection.pop("aws_config", None)  # taken as it was given, so that it can override ours
            try:
                session = boto3.session.Session(profile_name=connection.pop("profile_name", None))
            except BotoCoreError as error:
                self._fail(ToldError(f"Could not connect to AWS: {error}"))
            settings = {"endpoint_url": endpoint, **connection}
            config = {**(SLOWING_DOWN if self._slow_down else {}), **(self.params.get("aws_config") or {})}
            self._clients = Clients(session, region, self.params.get("concurrency") or 0, config, settings)
        return self._clients

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
