# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where routing controls are; mirrors ``cluster_spec`` in module_utils/arc_options.py."""

    DOCUMENTATION = r"""
options:
  cluster_endpoints:
    description:
      - The endpoints of the cluster. Give all five, and keep them where they can be read in a disaster.
        RV(cluster_endpoints) tells them.
      - They work when us-west-2, where the control plane of ARC is, can not be reached. ARC keeps at least three of
        the five available.
      - Exactly one of O(cluster_endpoints) and O(cluster) is given.
    type: list
    elements: dict
    suboptions:
      endpoint:
        description: The URL of the endpoint.
        type: str
        required: true
      region:
        description: The Region of the endpoint.
        type: str
        required: true
  cluster:
    description:
      - ARN of the cluster. The control plane of ARC is asked for its endpoints.
    type: str
  wait_timeout:
    description:
      - How many seconds to try until an endpoint has answered and, where states are set, until they read as they were
        set. Each endpoint is tried at least once.
    type: int
    default: 60
  wait_delay:
    description:
      - How many seconds to pause when all endpoints were tried, and between two looks.
    type: int
    default: 1
"""
