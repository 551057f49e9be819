# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many calls at once with a bound, in one process. boto3 clients are safe to share between threads; sessions are not,
so clients are made before the threads start (boto3 guide, "Multithreading or multiprocessing with clients")."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(work: Callable[[T], R], items: Iterable[T], concurrency: int) -> Iterator[R]:
    """Yield ``work(item)`` for each item, in the order of ``items``, with at most ``concurrency`` under way.

    ``items`` is read lazily, at most ``concurrency`` ahead, so that memory does not grow with their number. The first
    exception is raised to the caller after the calls under way have ended; nothing new is started then.
    """
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        under_way: deque[Future[R]] = deque()
        for item in items:
            if len(under_way) >= concurrency:
                yield under_way.popleft().result()
            under_way.append(pool.submit(work, item))
        while under_way:
            yield under_way.popleft().result()
