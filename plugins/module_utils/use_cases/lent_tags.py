# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lend buckets the tags by which an experiment finds them, and take them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings, tagging
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import lent_tags as domain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience, until

# How long new tags may take until AWS's own search knows them.
_SEARCH_TIMEOUT, _SEARCH_DELAY = 300.0, 5.0


@dataclass(frozen=True)
class Loan:
    """Which ``tags`` go to which ``buckets`` of ``account``, for the experiments of the template ``borrower``.

    ``others`` are the ids of all templates that there are. ``s3`` is an S3 client of the buckets' Region.
    """

    s3: Any
    account: str
    buckets: Sequence[str]
    tags: Mapping[str, str]
    borrower: str
    others: frozenset[str]

    def lending(self) -> dict[str, domain.Change]:
        """Plan lending, by bucket. Raises :class:`RefusedError` with all that is in the way, :class:`AwsError`."""
        plans = {
            bucket: domain.lend(self._present(bucket), self.tags, self.borrower, self.others) for bucket in self.buckets
        }
        problems = [f"bucket {bucket}: {problem}" for bucket, plan in plans.items() for problem in plan.problems]
        if problems:
            raise RefusedError("No tag was lent", problems)
        return plans

    def taking_back(self) -> dict[str, domain.Change]:
        """Plan taking back, by bucket."""
        return {
            bucket: domain.take_back(self._present(bucket), self.tags, self.borrower, self.others)
            for bucket in self.buckets
        }

    def write(self, plans: Mapping[str, domain.Change]) -> None:
        """Write what differs; S3 replaces all tags of a bucket in one go."""
        for bucket, plan in plans.items():
            if not plan.changed:
                continue
            if plan.after:
                tags = [{"Key": key, "Value": value} for key, value in plan.after.items() if not _system(key)]
                s3_bucket_settings.put_tags(self.s3, bucket, tags, self.account)
            else:
                s3_bucket_settings.delete_tags(self.s3, bucket, self.account)

    def give_back(self) -> str | None:
        """Take back whatever is lent, bucket by bucket; say what is left where that fails."""
        left = []
        for bucket in self.buckets:
            try:
                change = domain.take_back(self._present(bucket), self.tags, self.borrower, self.others)
                self.write({bucket: change})
            except ToldError as error:
                left.append(f"{bucket} ({error.message})")
        return f"The lent tags {', '.join(self.tags)} are still on: {'; '.join(left)}" if left else None

    def until_found(self, client: Any, wait: Callable[[float, float], Patience]) -> str | None:
        """Wait until AWS's search by tags finds the buckets; give a warning where it does not, or may not be asked.

        ``client`` is a Resource Groups Tagging client: what FIS resolves targets with (its action asks for
        ``tag:GetResources``), and what learns of new tags late.
        """
        wanted = set(self.buckets)
        try:
            found, complete = until(
                wait(_SEARCH_TIMEOUT, _SEARCH_DELAY),
                lambda: tagging.buckets_with(client, self.tags) & wanted,
                lambda found: found == wanted,
            )
        except AccessDeniedError as error:
            return f"Whether AWS's search already knows the lent tags is not known. {error.todo}"
        if complete:
            return None
        missing = ", ".join(sorted(wanted - found))
        return f"AWS's search by tags does not know the lent tags of {missing}; the experiment may leave them out"

    def _present(self, bucket: str) -> dict[str, str]:
        tags = s3_bucket_settings.get_tags(self.s3, bucket, self.account) or []
        return {tag["Key"]: tag["Value"] for tag in tags}


def _system(key: str) -> bool:
    """PutBucketTagging keeps AWS's own tags by itself and refuses to be given them."""
    return key.startswith("aws:")


def shown(plans: Mapping[str, domain.Change]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give both sides of a diff."""
    differing = {bucket: plan for bucket, plan in plans.items() if plan.changed}
    return (
        {bucket: dict(plan.before) for bucket, plan in differing.items()},
        {bucket: dict(plan.after) for bucket, plan in differing.items()},
    )
