# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the replication configurations of many buckets at once, in seconds also when a whole Region is down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_replication
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.clients import Clients
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.concurrent import in_order
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.asked_pairs import AskedPair
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration


@dataclass(frozen=True)
class Found:
    """What one bucket says: a configuration, none, or why it could not be read."""

    configuration: Configuration | None = None
    error: str | None = None
    unreachable: bool = False


def read_rules(clients: Clients, pairs: Iterable[AskedPair], concurrency: int) -> dict[str, Found]:
    """Read the configuration of each source once.

    A Region that did not answer is not waited for again: calls under way end together, those to come are not made.
    """
    sources = {pair.source: pair.source_region for pair in pairs}
    lost: set[str] = set()

    def read(source: tuple[str, str]) -> Found:
        bucket, region = source
        if region in lost:
            told = f"Could not read the replication of bucket {bucket}: Region {region} does not answer"
            return Found(error=f"{told}. Try again when it is up", unreachable=True)
        try:
            return Found(s3_replication.get_replication(clients.get("s3", region), bucket))
        except UnreachableError as error:
            lost.add(region)
            return Found(error=error.message, unreachable=True)
        except AwsError as error:
            return Found(error=error.message)

    return dict(zip(sources, in_order(read, sources.items(), concurrency), strict=True))
