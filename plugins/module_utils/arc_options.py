# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say where routing controls are; mirrored by the doc fragment ``arc_cluster``."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.arc import CONTROL_PLANE, DATA_PLANE, SHORT
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arc import CONTROL_PLANE_REGION, Endpoint
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.module import AwsDrModule, Spec, wait_spec
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.arc_cluster import Place, Surroundings
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience

WAYS = ("cluster_endpoints", "cluster")


def cluster_spec() -> Spec:
    """``cluster_endpoints`` and ``cluster``, of which exactly one is given, and how long to try."""
    return {
        "cluster_endpoints": {
            "type": "list",
            "elements": "dict",
            "options": {
                "endpoint": {"type": "str", "required": True},
                "region": {"type": "str", "required": True},
            },
        },
        "cluster": {"type": "str"},
        **wait_spec(timeout=60, delay=1),
    }


def place_from(params: dict[str, Any]) -> Place:
    """Give where the routing controls are asked for."""
    return Place(params["cluster_endpoints"], params["cluster"])


def surroundings_of(module: AwsDrModule) -> Surroundings:
    """Give what the use cases need of the module. Raises :class:`RefusedError`."""
    params = module.params
    problems = (
        [f"wait_timeout is {params['wait_timeout']}; it must not be negative"] if params["wait_timeout"] < 0 else []
    )
    problems += [f"wait_delay is {params['wait_delay']}; it must be at least 1"] if params["wait_delay"] < 1 else []
    if problems:
        raise RefusedError("The wait can't be right", problems)

    def connect(endpoint: Endpoint) -> Any:
        with call(f"connect to {endpoint.url}"):
            return module.clients.varied(SHORT, endpoint.url).get(DATA_PLANE, endpoint.region)

    def control_plane() -> Any:
        with call("connect to the control plane of ARC"):
            return module.clients.varied(SHORT).get(CONTROL_PLANE, CONTROL_PLANE_REGION)

    seed = random.SystemRandom().randrange(2**32)
    patience = Patience(params["wait_timeout"], params["wait_delay"])
    return Surroundings(connect, control_plane, patience, seed, module.check_mode)
