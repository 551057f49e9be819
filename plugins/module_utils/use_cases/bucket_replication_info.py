# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the replication of one, several or all buckets: configured, not configured, or could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import as_result
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome

CONFIGURED, NOT_CONFIGURED, UNREADABLE = "configured", "not_configured", "unreadable"

# So many buckets of a Region that can't be reached, and none that can, are taken for a Region that is down.
_DOWN = 3
_TOLD = 5

Answer = dict[str, Any]


def read(
    client_of: Callable[[str | None], Any], names: list[str] | None, bucket_region: str | None, concurrency: int
) -> Outcome:
    """Give an answer for each bucket; ``names`` unset asks for all buckets of the account, or of ``bucket_region``.

    ``client_of`` gives the S3 client of a Region, or the task's. Raises :class:`ToldError`, with all answers in its
    details, when a bucket that was named can't be read, or when none can. Of single buckets that nobody named it is
    told in a warning.
    """
    if names is None:
        wanted = s3_bucket.regions_of_buckets(client_of(bucket_region), bucket_region)
    else:
        wanted = dict.fromkeys(names, "")
    reader = _Reader({region: client_of(region or None) for region in sorted(set(wanted.values()))})
    answers = list(in_order(lambda bucket: reader.answer(*bucket), wanted.items(), concurrency))
    unread = [answer for answer in answers if answer["answer"] == UNREADABLE]
    if unread and (names is not None or len(unread) == len(answers)):
        raise ToldError(_told(unread, len(answers)) if names is None else _all(unread), buckets=answers)
    results: dict[str, Any] = {"buckets": answers}
    if names is not None and len(answers) == 1:
        results["replication"] = answers[0]["replication"]
    return Outcome(changed=False, results=results, warnings=[_told(unread, len(answers))] if unread else [])


class _Reader:
    """Reads buckets, each with the client of its Region; safe to share between threads."""

    def __init__(self, clients: dict[str, Any]) -> None:
        self._clients = clients
        self._lost: Counter[str] = Counter()
        self._reached: set[str] = set()

    def answer(self, bucket: str, region: str) -> Answer:
        """Tell what there is. Where a whole Region is down its other buckets are not waited for."""
        answer: Answer = {
            "bucket": bucket,
            "region": region or None,
            "answer": UNREADABLE,
            "readable": False,
            "replication": None,
            "error": None,
            "permission": None,
        }
        if region and self._lost[region] >= _DOWN and region not in self._reached:
            told = f"Could not read the replication of bucket {bucket}: Region {region} could not be reached"
            return {**answer, "error": f"{told}. Try again when it is up"}
        try:
            found = s3_replication.get_replication(self._clients[region], bucket)
        except AwsError as error:
            self._note(region, not isinstance(error, UnreachableError))
            missing = error.permission if isinstance(error, AccessDeniedError) else None
            return {**answer, "error": error.message, "permission": missing}
        self._note(region, True)
        kind = CONFIGURED if found else NOT_CONFIGURED
        return {**answer, "answer": kind, "readable": True, "replication": as_result(found)}

    def _note(self, region: str, reached: bool) -> None:
        if reached:
            self._reached.add(region)
        else:
            self._lost[region] += 1


def _all(unread: list[Answer]) -> str:
    return "; ".join(answer["error"] for answer in unread)


def _told(unread: list[Answer], total: int) -> str:
    """One sentence for however many buckets; every one of them is in the result."""
    more = f"; and {len(unread) - _TOLD} more, see buckets" if len(unread) > _TOLD else ""
    return f"{len(unread)} of {total} buckets could not be read: {_all(unread[:_TOLD])}{more}"
