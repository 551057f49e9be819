# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How names of the source side read on the destination side: buckets, accounts, Regions, KMS keys, and other ARNs.

A name is either rewritten, left alone because it means the same there, or has no meaning there: then it is refused with
:class:`NoNameError`, and whatever contains it is not carried. Nothing is guessed: a queue of the same name in the other
Region need not be there, and a multi-Region key need not have a replica.

Sources: AWS General Reference, "Amazon Resource Names (ARNs)"; KMS Developer Guide, "Key identifiers (KeyId)" and
"Multi-Region keys"; IAM User Guide, "AWS global condition context keys".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.arn import Arn, is_bucket_name, parse_arn
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.iam_policy import is_account_id

# ARNs in policies have wildcards in every part, so they are taken apart without judging them.
_PARTS = re.compile(r"arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)", re.DOTALL)
_KEY_ID = re.compile(r"(mrk-)?[0-9a-f-]{32,36}")
_MANAGED = "alias/aws/"


class NoNameError(Exception):
    """A name of the source that says nothing on the destination side; its text says why."""


@dataclass(frozen=True)
class Side:
    """One bucket with its Region and the account that owns it."""

    bucket: str
    region: str
    account: str


@dataclass(frozen=True)
class Names:
    """What the names of one source bucket become at one destination.

    ``buckets``, ``accounts``, ``keys`` (KMS, by ARN, id or alias) and ``others`` (ARNs, VPC endpoints, anything else)
    are what a person says: source name to destination name. ``multi_region_keys``: every multi-Region key of the source
    has a replica in the destination's Region, in the same account.
    """

    source: Side
    destination: Side
    buckets: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    multi_region_keys: bool = False

    def bucket(self, name: str) -> str:
        """Give the bucket that takes the place of ``name``. Raises :class:`NoNameError`."""
        known = {self.source.bucket: self.destination.bucket, **self.buckets}
        if name in known:
            return known[name]
        if name == self.destination.bucket:
            return name
        raise NoNameError(f"it names bucket {name}; say which bucket takes its place (mapping.buckets)")

    def bucket_arn(self, arn: str) -> str:
        """The same for a bucket's ARN, as inventory and analytics have it."""
        parts = _PARTS.fullmatch(arn)
        return f"arn:{parts[1]}:s3:::{self.bucket(parts[5])}" if parts else self.bucket(arn)

    def account(self, account: str) -> str:
        """Give the account that takes the place of ``account``; one that nothing is said of stays."""
        return {self.source.account: self.destination.account, **self.accounts}.get(account, account)

    def key(self, key: str) -> str:
        """Give the KMS key that takes the place of ``key`` (ARN, id, or alias). Raises :class:`NoNameError`."""
        arn = parse_arn(key)
        name = arn.resource.removeprefix("key/") if arn else key
        for known, mapped in self.keys.items():
            # A key may be named by its id in one place and by its ARN in the other.
            if known == key or (known.rsplit("key/", 1)[-1] == name and _KEY_ID.fullmatch(name)):
                return self._usable(mapped)
        if name.startswith(_MANAGED) and not (arn and self.account(arn.account) != self.destination.account):
            # The key of AWS's own has this name in every Region and account.
            place = {"region": self.destination.region, "account": self.destination.account}
            return str(Arn(arn.partition, arn.service, resource=arn.resource, **place)) if arn else key
        if arn and arn.region == self.destination.region and arn.account == self.destination.account:
            return key
        if self.multi_region_keys and name.startswith("mrk-"):
            return str(Arn(arn.partition, "kms", self.destination.region, arn.account, arn.resource)) if arn else key
        raise NoNameError(
            f"KMS key {key} is of {self.source.region}; keys work in one Region, so say which key takes its place in "
            f"{self.destination.region} (mapping.kms_keys)"
        )

    def _usable(self, key: str) -> str:
        arn = parse_arn(key)
        if arn and arn.region != self.destination.region:
            raise NoNameError(f"the key said to take its place, {key}, is not in {self.destination.region}")
        return key

    def arn(self, text: str) -> str:
        """Give the ARN or pattern of ARNs that takes the place of ``text``. Raises :class:`NoNameError`."""
        if text in self.others:
            return self.others[text]
        parts = _PARTS.fullmatch(text)
        if parts is None:
            return text
        partition, service, region, account, resource = parts.groups()
        if service == "s3" and not region and not account:
            return self._object_arn(partition, resource)
        if service == "kms" and not re.search(r"[*?$]", text):
            return self.key(text)
        return self._other_arn(text, partition, service, region, account, resource)

    def _object_arn(self, partition: str, resource: str) -> str:
        """A bucket with all that may follow its name: a key, or a wildcard."""
        name = re.match(r"[a-z0-9.-]*", resource)
        bucket = name[0] if name else ""
        rest = resource[len(bucket) :]
        if not bucket and rest[:1] in ("*", "?", "$"):
            return f"arn:{partition}:s3:::{resource}"
        if rest[:1] in ("", "/") or bucket == self.source.bucket:
            return f"arn:{partition}:s3:::{self.bucket(bucket)}{rest}"
        raise NoNameError(
            f"it names buckets by the pattern {resource}; say what takes its place (mapping.others, the whole ARN)"
        )

    def _other_arn(self, text: str, partition: str, service: str, region: str, account: str, resource: str) -> str:
        mapped = self.account(account)
        if not region and (service in ("iam", "sts") or mapped == account):
            return f"arn:{partition}:{service}::{mapped}:{resource}"
        bound = region == self.source.region != self.destination.region
        if not bound and mapped == account:
            return text
        if re.fullmatch(r"([A-Za-z-]+[/:])?\*", resource):
            # All of a kind in the bucket's own Region and account is as good there as here.
            return f"arn:{partition}:{service}:{self.destination.region if bound else region}:{mapped}:{resource}"
        where = f"Region {region}" if bound else f"account {account}"
        raise NoNameError(f"{text} is bound to {where}; say what takes its place there (mapping.others)")

    def text(self, text: str) -> str:
        """Any value: an ARN, or one that a person has named; all else stays. Raises :class:`NoNameError`."""
        if text in self.others:
            return self.others[text]
        return self.arn(text) if text.startswith("arn:") else text

    def region(self, region: str) -> str:
        """The Region that takes the place of ``region``: the source's own becomes the destination's."""
        return self.destination.region if region == self.source.region else region


def mapping_problems(
    buckets: Mapping[str, str], accounts: Mapping[str, str], keys: Mapping[str, str], regions: Iterable[str]
) -> list[str]:
    """Say what can't be right in a mapping; ``regions`` are those of the destinations that it is for."""
    problems = [
        f"mapping.buckets: {name!r} is not a bucket's name"
        for name in [*buckets, *buckets.values()]
        if not is_bucket_name(str(name))
    ]
    problems += [
        f"mapping.accounts: {name!r} is not an account id; expected twelve digits, quoted"
        for name in [*accounts, *accounts.values()]
        if not is_account_id(name)
    ]
    there = sorted(set(regions))
    for source, key in keys.items():
        arn = parse_arn(str(key))
        if arn is None or arn.service != "kms":
            problems.append(f"mapping.kms_keys: {key!r}, for {source}, is not the ARN of a KMS key")
        elif arn.region not in there:
            problems.append(f"mapping.kms_keys: {key} is in {arn.region}; the destination is in {', '.join(there)}")
    return problems
