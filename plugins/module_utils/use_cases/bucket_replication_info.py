# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the replication of one, several or all buckets: configured, not configured, or could not be read."""

from __future__ import annotations

from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import as_result
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome


def read(client: Any, names: list[str] | None, concurrency: int) -> Outcome:
    """Give an answer for each bucket; ``names`` unset asks for all buckets of the account.

    Raises :class:`ToldError`, with all answers in its details, when a bucket that was named can't be read. Of buckets
    that nobody named it is told in a warning.
    """
    wanted = s3_bucket.list_buckets(client) if names is None else list(dict.fromkeys(names))
    answers = list(in_order(lambda name: _answer(client, name), wanted, concurrency))
    unread = [answer for answer in answers if not answer["readable"]]
    told = [answer["error"] for answer in unread]
    if unread and names is not None:
        raise ToldError("; ".join(told), buckets=answers)
    results: dict[str, Any] = {"buckets": answers}
    if names is not None and len(answers) == 1:
        results["replication"] = answers[0]["replication"]
    return Outcome(changed=False, results=results, warnings=told)


def _answer(client: Any, bucket: str) -> dict[str, Any]:
    answer = {"bucket": bucket, "readable": True, "replication": None, "error": None, "permission": None}
    try:
        return {**answer, "replication": as_result(s3_replication.get_replication(client, bucket))}
    except AwsError as error:
        missing = error.permission if isinstance(error, AccessDeniedError) else None
        return {**answer, "readable": False, "error": error.message, "permission": missing}
