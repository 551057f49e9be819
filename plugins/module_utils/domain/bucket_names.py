# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a bucket of this name can be made, and by whom.

Sources: S3 User Guide, "General purpose bucket naming rules" (form, reserved beginnings and ends) and "Namespaces for
general purpose buckets" (names that end in ``-<account>-<Region>-an`` belong to that account in that Region).
"""

from __future__ import annotations

import re

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import is_bucket_name

_LONGEST = 63
_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_REGIONAL = re.compile(r"(?P<head>.+)-(?P<account>\d{12})-(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)-an")


def is_account_regional(name: str) -> bool:
    """Tell whether the name lies in the namespace of one account and Region, which CreateBucket has to be told."""
    return bool(_REGIONAL.fullmatch(name))


def form_problem(name: str) -> str | None:
    """Say why no bucket can have this name, or ``None``."""
    if len(name) > _LONGEST:
        return f"{name!r} has {len(name)} characters; a bucket's name has {_LONGEST} at most"
    if not is_bucket_name(name):
        return (
            f"{name!r} is not a bucket's name (3 to 63 lower-case letters, digits, dots, dashes; begins and ends with "
            f"a letter or digit; no two dots side by side, no IP address)"
        )
    return None


def new_name_problem(name: str, account: str, region: str) -> str | None:
    """Say why ``account`` can't make a bucket of this name in ``region``, or ``None``."""
    if problem := form_problem(name):
        return problem
    if beginning := next((one for one in _BEGINNINGS if name.startswith(one)), None):
        return f"the bucket name {name} begins with {beginning}, which S3 reserves; choose another name"
    if end := next((one for one in _ENDS if name.endswith(one)), None):
        return f"the bucket name {name} ends with {end}, which S3 reserves; choose another name"
    regional = _REGIONAL.fullmatch(name)
    if regional and (regional["account"], regional["region"]) != (account, region):
        return (
            f"the bucket name {name} lies in the namespace of account {regional['account']} in {regional['region']}; "
            f"the bucket is to be made by account {account} in {region}, so end it with -{account}-{region}-an"
        )
    if name.endswith("-an") and not regional:
        return (
            f"the bucket name {name} ends with -an, which S3 reserves for names that end with "
            f"-{account}-{region}-an; choose another name"
        )
    return None
