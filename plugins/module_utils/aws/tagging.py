# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS Resource Groups Tagging API: one function a call. Clients are of the Region that the resources are in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import call


def buckets_with(client: Any, tags: Mapping[str, str]) -> set[str]:
    """GetResources, all pages: the buckets of the Region that bear all the tags. It learns of new tags late."""
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    with call(f"look for buckets by their tags in {client.meta.region_name}", "tag:GetResources"):
        pages = client.get_paginator("get_resources").paginate(TagFilters=filters, ResourceTypeFilters=["s3:bucket"])
        found = [resource["ResourceARN"] for page in pages for resource in page.get("ResourceTagMappingList", [])]
    return {str(arn).rpartition(":")[2] for arn in found}
