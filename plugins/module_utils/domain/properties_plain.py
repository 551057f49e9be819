# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The properties that are one value or a few: ownership, public access block, encryption, Object Lock, tags, CORS,
logging, website, acceleration, request payment.

A value that S3 gives every bucket by itself counts as "not configured": it does not take away what the destination has.
Sources: S3 API reference, the pages of the Put operations; S3 User Guide, "Setting default server-side encryption
behavior", "Enabling Amazon S3 server access logging" (the target bucket is in the source bucket's Region and account),
"Requirements for using Amazon S3 Transfer Acceleration", "Tagging S3 buckets"; Tag Editor guide, "Tag naming limits"
(names that begin with ``aws:`` belong to AWS).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored, NotCarried
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_names import Names, NoNameError

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_SYSTEM = "aws:"


def mirror_ownership(source: Any, destination: Any, _names: Names, purge: bool) -> Mirrored:
    """Object ownership: ``{Rules: [{ObjectOwnership}]}``."""
    if source and _ownership(source) == _ownership(destination):
        return Mirrored(destination, destination)
    notes: tuple[str, ...] = ()
    if source and _ownership(destination) == "BucketOwnerEnforced":
        notes = (f"ACLs count again on the destination ({_ownership(source)}); they are not mirrored",)
    return _whole(source, destination, purge, notes)


def mirror_public_access_block(source: Any, destination: Any, _names: Names, purge: bool) -> Mirrored:
    """The four switches; one that is not said is off."""
    if source and destination and all(bool(source.get(one)) == bool(destination.get(one)) for one in _BLOCKS):
        return Mirrored(destination, destination)
    looser = [one for one in _BLOCKS if (destination or {}).get(one) and not (source or {}).get(one)]
    if source is None and not purge:
        looser = []
    notes = (f"the destination had {', '.join(looser)}, the source has not",) if looser else ()
    return replace(_whole(source, destination, purge), warnings=notes)


def mirror_encryption(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Default encryption, and which kinds of encryption are blocked: each is mirrored by itself.

    Plain SSE-S3 is what every bucket has, so it takes no KMS key from a destination.
    """
    wanted, there = _encryption(source), _encryption(destination)
    kept, left = [], []
    if wanted.plain and not there.plain and not purge:
        wanted, kept = replace(wanted, default=there.default, bucket_key=there.bucket_key), ["default encryption"]
    elif key := wanted.default.get("KMSMasterKeyID"):
        try:
            wanted = replace(wanted, default={**wanted.default, "KMSMasterKeyID": names.key(key)})
        except NoNameError as reason:
            left = [NotCarried("default encryption", str(reason), source)]
            wanted = replace(wanted, default=there.default, bucket_key=there.bucket_key)
    if there.blocked and not wanted.blocked and not purge:
        wanted, kept = replace(wanted, blocked=there.blocked), [*kept, "blocked encryption types"]
    if wanted == there:
        return Mirrored(destination, destination, tuple(left), tuple(kept))
    return Mirrored(destination, wanted.document(there), tuple(left), tuple(kept))


def is_usual_encryption(value: Any) -> bool:
    """Whether this is what S3 gives every bucket by itself."""
    return _encryption(value).plain and not _encryption(value).blocked


def mirror_object_lock(source: Any, destination: Any, _names: Names, purge: bool) -> Mirrored:
    """The default retention. Object Lock itself can't be taken back, so it is never switched on by the way."""
    if source and not destination:
        why = (
            "the destination has no Object Lock; it can't be taken back, so switch it on yourself "
            "(amazon.aws.s3_bucket with object_lock_enabled, or aws_dr.s3.bucket_pairs)"
        )
        return Mirrored(destination, destination, (NotCarried("Object Lock", why, source),))
    rule, there = (source or {}).get("Rule"), (destination or {}).get("Rule")
    if rule == there or (not rule and not purge):
        return Mirrored(destination, destination, kept=("default retention",) if there and not rule else ())
    return Mirrored(destination, {"ObjectLockEnabled": "Enabled", **({"Rule": rule} if rule else {})})


def mirror_tags(source: Any, destination: Any, _names: Names, purge: bool) -> Mirrored:
    """``[{Key, Value}]``. S3 wants tags of AWS's own on the destination back, and takes none of the source's."""
    wanted, there = _tags(source), _tags(destination)
    left = tuple(
        NotCarried(key, "it is a tag of AWS's own (aws:), which nobody else can write", value)
        for key, value in wanted.items()
        if key.startswith(_SYSTEM) and there.get(key) != value
    )
    carried = {key: value for key, value in wanted.items() if not key.startswith(_SYSTEM)}
    kept = {key: value for key, value in there.items() if key.startswith(_SYSTEM) or not purge}
    after = {**kept, **carried}
    told = tuple(key for key in kept if key not in carried and not key.startswith(_SYSTEM))
    if after == there:
        return Mirrored(destination, destination, left, told)
    if len(after) > 50:
        problem = f"the destination would have {len(after)} tags, S3 takes 50; remove some there, or use purge"
        return Mirrored(destination, destination, left, told, problem=problem)
    return Mirrored(destination, [{"Key": key, "Value": after[key]} for key in after] or None, left, told)


def mirror_cors(source: Any, destination: Any, _names: Names, purge: bool) -> Mirrored:
    """CORS rules, in order: the first that fits a request counts, so those of the source come first."""
    wanted, there = list(source or []), list(destination or [])
    ids = {rule["ID"] for rule in wanted if rule.get("ID")}
    meanings = [_cors(rule) for rule in wanted]
    only_there = [rule for rule in there if rule.get("ID") not in ids and _cors(rule) not in meanings]
    after = wanted + ([] if purge else only_there)
    kept = () if purge else tuple(_cors_label(rule) for rule in only_there)
    if [_cors(rule) for rule in after] == [_cors(rule) for rule in there]:
        return Mirrored(destination, destination, kept=kept)
    return Mirrored(destination, after or None, kept=kept)


def mirror_logging(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Server access logging: the bucket that takes the logs is another one on the destination side."""
    if source:
        try:
            source = {**source, "TargetBucket": names.bucket(source["TargetBucket"])}
        except NoNameError as reason:
            why = f"logs go to a bucket of the same Region and account, and {reason}"
            return Mirrored(destination, destination, (NotCarried("server access logging", why, source),))
    return _whole(source, destination, purge)


def mirror_website(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Website hosting, hosts of redirects as they are: they are the site's, not the bucket's."""
    own = f"{names.source.bucket}.s3-website"
    notes: tuple[str, ...] = ()
    if own in str(source):
        notes = (f"a redirect names the website endpoint of the source ({own}…) and still does on the destination",)
    return _whole(source, destination, purge, notes)


def mirror_accelerate(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Transfer acceleration: ``Enabled``, ``Suspended``, ``None`` when never set. The last two are the same."""
    if source == "Enabled" and "." in names.destination.bucket:
        why = "the destination's name has a dot, and Transfer Acceleration takes no such bucket"
        return Mirrored(destination, destination, (NotCarried("transfer acceleration", why),))
    return _switch(source, destination, "Enabled", purge, "transfer acceleration")


def mirror_request_payment(source: Any, destination: Any, names: Names, purge: bool) -> Mirrored:
    """Who pays: ``Requester`` or ``BucketOwner``."""
    if source == "Requester" and names.source.account != names.destination.account:
        why = (
            "S3 can't replicate to a Requester Pays bucket of another account "
            "(S3 User Guide, requirements for replication)"
        )
        return Mirrored(destination, destination, (NotCarried("request payment", why),))
    return _switch(source, destination, "Requester", purge, "request payment")


PlanOf = Callable[[Any, Any, Names, bool], Mirrored]


def _whole(source: Any, destination: Any, purge: bool, notes: tuple[str, ...] = ()) -> Mirrored:
    """One value, that is mirrored whole."""
    if source is None and destination is not None and not purge:
        return Mirrored(destination, destination, kept=("all of it",))
    if source == destination:
        return Mirrored(destination, destination, notes=notes)
    return Mirrored(destination, source, notes=notes)


def _switch(source: Any, destination: Any, on: str, purge: bool, words: str) -> Mirrored:
    """A value with two states, where any but ``on`` is what S3 gives by itself."""
    if (source == on) == (destination == on):
        return Mirrored(destination, destination)
    if source == on:
        return Mirrored(destination, source)
    return Mirrored(destination, None) if purge else Mirrored(destination, destination, kept=(words,))


def _ownership(value: Any) -> str:
    rules = (value or {}).get("Rules") or [{}]
    return str(rules[0].get("ObjectOwnership", ""))


@dataclass(frozen=True)
class _Encryption:
    """What default encryption comes to; ``bucket_key`` says something only with a KMS key."""

    default: dict[str, Any]
    bucket_key: bool
    blocked: tuple[str, ...]

    @property
    def plain(self) -> bool:
        return self.default == {"SSEAlgorithm": "AES256"}

    def document(self, there: _Encryption) -> dict[str, Any]:
        """Give boto3's value; kinds that are blocked ``there`` have to be let in again by name."""
        rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": self.default, "BucketKeyEnabled": self.bucket_key}
        if self.blocked or there.blocked:
            rule["BlockedEncryptionTypes"] = {"EncryptionType": list(self.blocked) or ["NONE"]}
        return {"Rules": [rule]}


def _encryption(value: Any) -> _Encryption:
    rule = ((value or {}).get("Rules") or [{}])[0]
    default = dict(rule.get("ApplyServerSideEncryptionByDefault") or {"SSEAlgorithm": "AES256"})
    types = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType") or []
    bucket_key = bool(rule.get("BucketKeyEnabled")) and default.get("SSEAlgorithm") != "AES256"
    return _Encryption(default, bucket_key, tuple(sorted(one for one in types if one != "NONE")))


def _tags(value: Any) -> dict[str, str]:
    return {str(tag["Key"]): str(tag["Value"]) for tag in value or []}


def _cors(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, list) else value for key, value in rule.items() if value}


def _cors_label(rule: Mapping[str, Any]) -> str:
    methods, origins = ", ".join(rule.get("AllowedMethods", [])), ", ".join(rule.get("AllowedOrigins", []))
    return str(rule.get("ID") or f"{methods} from {origins}")
