# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3's bucket operations where MiniStack leaves something out: lists, creation, every configuration of a bucket."""

from __future__ import annotations

from typing import Any


def install() -> None:
    """Hang everything in: called once, before MiniStack starts."""
    from ministack.services import s3

    from aws_lab import control, key_use, opt_in, store, tagged
    from aws_lab.buckets import (
        account_block,
        bulk_delete,
        copying,
        creation,
        listing,
        parts,
        version_list,
        version_parts,
    )
    from aws_lab.buckets.answers import answering, refusing

    listed = refusing(lambda _unused, *request: listing.list_buckets(*request))
    s3._list_buckets = lambda *request: listed("", *request)
    s3._create_bucket = refusing(creation.create)
    s3._bucket_owner_account = store.owner  # MiniStack looks through all buckets at every request
    s3._list_object_versions = answering(version_list.list_versions)
    parts.install()
    account_block.install()
    version_parts.install()
    bulk_delete.install()
    copying.install()
    key_use.install()
    opt_in.install()
    tagged.install()
    control.route(
        "PUT",
        "/buckets/{bucket}/system-tags",
        lambda wanted: _system_tags(wanted["bucket"], wanted["tags"]),
        "give a bucket tags of AWS's own: {tags: {name: value}}",
    )


def _system_tags(bucket: str, tags: dict[str, str]) -> dict[str, Any]:
    """Give a bucket tags as AWS's own services do: their keys begin with aws: (aws:cloudformation:stack-name ...)."""
    from ministack.services import s3

    from aws_lab import store

    account = store.owner(bucket)
    if account is None or not all(key.startswith("aws:") for key in tags):
        raise ValueError("an existing bucket and keys that begin with aws: are needed")
    held = dict(s3._bucket_tags.get_scoped(account, None, bucket) or {})
    s3._bucket_tags.set_scoped(account, None, bucket, held | tags)
    return {"tags": held | tags}
