# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One source bucket brought to the standard, or taken out, by its tags: ``bucket_pairs`` on that bucket alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.account_options import account_roles
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings, sqs
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.bucket_changes import source_of
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pair_discovery import Discovery
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pauses import seconds_left
from ansible_collections.aws_dr.s3.plugins.module_utils.pair_options import task_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_pairs_look import Sides, sides_of
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.paused_buckets import running_pauses
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.progress import Progress
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience


@dataclass(frozen=True)
class OneBucket(Discovery):
    """A discovery that looks at one bucket only, ``only``, and at that in the same way."""

    only: str = ""

    def excluded(self, bucket: str) -> bool:
        """Leave all other buckets alone."""
        return bucket != self.only or super().excluded(bucket)


class Enroller:
    """What the Lambda function does with AWS. ``settings`` are those of filter ``enrolment_settings``."""

    def __init__(self, clients: Clients, settings: Mapping[str, Any]) -> None:
        options = dict(settings["options"])
        self._clients, self._region = clients, str(settings["region"])
        self._task: Task = task_of(options)
        self._discovery = _discovery(self._task)
        self._respect_pauses = bool(settings["respect_pauses"])
        self._queue = str(settings["queue"])
        self._queue_url = ""
        self._patience = Patience(options["wait_timeout"], options["wait_delay"])
        self._sides: Sides = sides_of(clients, *account_roles(options), self._region)

    def enrol(self, bucket: str, check_mode: bool) -> Outcome:
        """Bring one source bucket to the standard or take it out; a bucket that is no more needs nothing.

        Raises :class:`ToldError`.
        """
        values = {field.name: getattr(self._discovery, field.name) for field in fields(Discovery)}
        task = replace(self._task, discovery=OneBucket(**values, only=bucket))
        return ensure(self._sides, task, check_mode, self._patience, Progress())

    def sources_of(self, bucket: str, region: str) -> list[str]:
        """Name the source buckets that a change of ``bucket`` is about: itself, or the one that replicates to it.

        Raises :class:`AwsError`.
        """
        found = []
        destination = self._discovery.template["destination"]
        if region == destination["region"]:
            account = destination.get("account_id") or self._sides.destination.caller.account
            source = source_of(str(destination["bucket"]), bucket, account, region)
            if source and self._tags(source) is not None:
                found.append(source)
        # In one Region a destination may have its source's tags: it is no source for that.
        if region == self._region and not any(self._is_meant(source) for source in found):
            found.append(bucket)
        return [name for name in found if not self._discovery.excluded(name)]

    def pause_left(self, bucket: str) -> int | None:
        """Give the seconds that an experiment still pauses the bucket's replication; ``None``: none does.

        Raises :class:`AwsError`.
        """
        if not self._respect_pauses:
            return None
        now = datetime.now(UTC)
        pauses = running_pauses(self._clients.get("fis", self._region), now)
        return seconds_left(pauses, bucket, self._tags(bucket) or {}, now) if pauses else None

    def hide(self, receipt_handle: str, seconds: int) -> None:
        """Let a message of the function's queue come back later. Raises :class:`AwsError`."""
        client = self._clients.get("sqs", self._region)
        self._queue_url = self._queue_url or sqs.resolve_queue(client, self._queue)
        sqs.hide(client, self._queue_url, receipt_handle, seconds)

    def _is_meant(self, bucket: str) -> bool:
        tags = self._tags(bucket)
        return tags is not None and self._discovery.matches(tags)

    def _tags(self, bucket: str) -> dict[str, str] | None:
        """The tags of a source bucket; ``None`` when there is no such bucket, or it is none of ours."""
        side = self._sides.source
        try:
            tags = s3_bucket_settings.get_tags(side.s3(self._region), bucket, side.caller.account)
        except MissingError:
            return None
        except AwsError as error:
            # What bears a name that could be a source's may be in another Region, or somebody else's.
            if error.status in (301, 400, 403):
                return None
            raise
        return {tag["Key"]: tag["Value"] for tag in tags or []}


def _discovery(task: Task) -> Discovery:
    if task.discovery is None:
        raise ValueError("the settings have no options.discover")
    return task.discovery
