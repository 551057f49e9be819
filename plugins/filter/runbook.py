# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The failover runbook and its role. Each filter's documentation stands in the file of its name beside this one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failover_runbook as runbook
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import failover_runbook_role as role
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError


def wrap_var(value: Any) -> Any:
    """Give what is never taken for a template: since ansible-core 2.19 everything that a filter builds."""
    return value


with contextlib.suppress(ImportError):  # before 2.19 a fact that holds the runbook would be templated again
    from ansible.utils.unsafe_proxy import wrap_var  # type: ignore[no-redef]

Document = dict[str, Any]
_SCRIPTS = Path(__file__).resolve().parents[1] / "module_utils" / "runbook"


def failover_runbook(settings: Any) -> Document:
    """The runbook."""
    scripts = {name: (_SCRIPTS / f"{name}.py").read_text(encoding="utf-8") for name in runbook.SCRIPTS}
    document: Document = wrap_var(_told(lambda: runbook.document(_mapping(settings), scripts)))
    return document


def failover_runbook_policy(settings: Any, partition: str, account_id: str) -> Document:
    """What the role of the runbook may do."""
    return _told(lambda: role.permissions_policy(_mapping(settings), partition, account_id))


def failover_runbook_trust_policy(account_id: str, partition: str) -> Document:
    """Who may assume the role of the runbook."""
    return _told(lambda: role.trust_policy(account_id, partition))


def _mapping(settings: Any) -> Mapping[str, Any]:
    if not isinstance(settings, Mapping):
        raise ValueError(f"settings are {type(settings).__name__}; give a dictionary")
    return settings


def _told(build: Callable[[], Document]) -> Document:
    try:
        return build()
    except (ToldError, ValueError) as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filters that build the failover runbook and its role."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Give the filters by name."""
        return {
            "failover_runbook": failover_runbook,
            "failover_runbook_policy": failover_runbook_policy,
            "failover_runbook_trust_policy": failover_runbook_trust_policy,
        }
