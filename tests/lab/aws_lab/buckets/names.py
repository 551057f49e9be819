# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which names a bucket may have, and whose they are.

S3 User Guide, "General purpose bucket naming rules" and "Namespaces for general purpose buckets". Codes and texts of
the two errors about the namespace header are from public issues and emulators (amazon.aws #2935, moto #9871).
"""

from __future__ import annotations

import re

from aws_lab.buckets.answers import Refusal

ACCOUNT_REGIONAL, GLOBAL = "account-regional", "global"
_SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+\Z")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_REGIONAL = re.compile(r".+-\d{12}-[a-z]{2}(?:-[a-z]+)+-\d+-an\Z")
_RESERVED = "-an"


def check(name: str, account: str, region: str, namespace: str | None) -> None:
    """Refuse an illegal name, and one that belongs to another namespace than the header says (None: no header)."""
    if not _is_legal(name):
        raise Refusal("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=name)
    if namespace not in (None, ACCOUNT_REGIONAL, GLOBAL):
        raise Refusal("InvalidArgument", "Invalid value for x-amz-bucket-namespace", 400, ArgumentValue=str(namespace))
    ours = f"-{account}-{region}{_RESERVED}"
    if namespace == ACCOUNT_REGIONAL:
        if not name.endswith(ours):
            raise _invalid_header(
                "The requested bucket name did not include the account-regional namespace suffix, but the provided "
                f"x-amz-bucket-namespace header value is account-regional. Specify {ours} as the bucket name suffix to "
                "create a bucket in your account-regional namespace, or remove the header."
            )
    elif _REGIONAL.match(name) and namespace is None:
        raise Refusal(
            "MissingNamespaceHeader",
            "The requested bucket is an account-regional namespace bucket, but your request is missing the required "
            "x-amz-bucket-namespace header.",
            400,
            Header="x-amz-bucket-namespace",
        )
    elif _REGIONAL.match(name):
        raise _invalid_header(
            "The requested bucket is an account-regional namespace bucket, but the provided x-amz-bucket-namespace "
            "header value is global."
        )


def is_account_regional(name: str) -> bool:
    """Whether the bucket lives in an account's own namespace."""
    return bool(_REGIONAL.match(name))


def _is_legal(name: str) -> bool:
    return (
        bool(_SHAPE.match(name))
        and ".." not in name
        and not _ADDRESS.match(name)
        and not name.startswith(_PREFIXES)
        and not name.endswith(_SUFFIXES)
        and (not name.endswith(_RESERVED) or bool(_REGIONAL.match(name)))
    )


def _invalid_header(message: str) -> Refusal:
    return Refusal("InvalidNamespaceHeader", message, 400, Header="x-amz-bucket-namespace")
