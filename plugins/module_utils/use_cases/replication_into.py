# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who replicates into a bucket: all buckets of the account are asked for their rules, several at once.

Buckets of other accounts can't be asked; the destination's policy names their roles, if anything does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket, s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, MissingError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


@dataclass
class Sources:
    """``rules``: (source bucket, rule id) of enabled rules. ``unread``: why some buckets could not be asked."""

    rules: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def replicating_into(client: Any, bucket: str, concurrency: int) -> Sources:
    """Give the enabled rules of the account whose destination is ``bucket``. Raises :class:`AwsError`."""
    names = [name for name in s3_bucket.list_buckets(client) if name != bucket]

    def read(name: str) -> tuple[str, Configuration | AwsError | None]:
        try:
            return name, s3_replication.get_replication(client, name)
        except MissingError:
            return name, None  # removed since it was listed
        except AwsError as error:
            return name, error

    found = Sources()
    for name, answer in in_order(read, names, concurrency):
        if isinstance(answer, AwsError):
            found.unread.append(answer.message)
        else:
            found.rules += [(name, rule_id) for rule_id in enabled_rules(answer, bucket)]
    return found


def enabled_rules(configuration: Configuration | None, destination: str | None = None) -> list[str]:
    """Give the ids of the enabled rules, of those to ``destination`` if it is given."""
    rules = configuration.read() if configuration else []
    return [
        rule.id
        for rule in rules
        if rule.status == "enabled" and (destination is None or rule.destination.bucket == destination)
    ]
