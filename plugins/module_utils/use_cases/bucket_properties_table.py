# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each property of a bucket is read, planned and written: one row each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_lists as lists
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings as settings
from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_bucket_settings_table as table
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_lists import ListSetting
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_bucket_settings_table import Setting
from ansible_collections.aws_dr.s3.plugins.module_utils.domain import properties_lists, properties_plain
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties import Mirrored
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_lifecycle import mirror_lifecycle
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_notifications import mirror_notifications
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_plain import PlanOf
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.properties_policy import mirror_policy


def _says_nothing(value: Any) -> bool:
    return not value


@dataclass(frozen=True)
class Property:
    """``plan`` gives what the destination is to have, as far as that follows from both values.

    ``idle`` tells that a source's value is what every bucket has: then nothing of the destination changes without
    purge, and it need not be read. ``always``: the destination says something by itself.
    """

    setting: Setting | ListSetting
    plan: PlanOf
    idle: Callable[[Any], bool] = _says_nothing
    always: bool = False

    @property
    def words(self) -> str:
        """Name it to a person."""
        return self.setting.words

    def read(self, client: Any, bucket: str, owner: str | None) -> Any:
        """Read it; ``None`` where it is not configured. Raises :class:`AwsError`."""
        if isinstance(self.setting, ListSetting):
            return lists.get_list(self.setting, client, bucket, owner) or None
        return settings.get(self.setting, client, bucket, owner)

    def write(self, client: Any, bucket: str, owner: str | None, planned: Mirrored) -> None:
        """Make the bucket have ``planned.after``. Raises :class:`AwsError`."""
        if isinstance(self.setting, ListSetting):
            put, gone = properties_lists.changes(planned.before, planned.after)
            # First away with what is to go: a bucket takes only so many.
            for entry_id in gone:
                lists.delete_entry(self.setting, client, bucket, entry_id, owner)
            for entry in put:
                lists.put_entry(self.setting, client, bucket, entry, owner)
        elif planned.after is None:
            settings.delete(self.setting, client, bucket, owner)
        else:
            settings.put(self.setting, client, bucket, planned.after, owner)


TABLE = {
    "ownership_controls": Property(table.OWNERSHIP, properties_plain.mirror_ownership),
    "public_access_block": Property(table.PUBLIC_ACCESS_BLOCK, properties_plain.mirror_public_access_block),
    "policy": Property(table.POLICY, mirror_policy),
    "encryption": Property(table.ENCRYPTION, properties_plain.mirror_encryption, properties_plain.is_usual_encryption),
    "object_lock": Property(
        table.OBJECT_LOCK, properties_plain.mirror_object_lock, lambda value: not (value or {}).get("Rule")
    ),
    "tags": Property(table.TAGS, properties_plain.mirror_tags),
    "lifecycle": Property(
        table.LIFECYCLE,
        lambda source, destination, _names, purge: mirror_lifecycle(source, destination, purge),
        always=True,
    ),
    "cors": Property(table.CORS, properties_plain.mirror_cors),
    "logging": Property(table.LOGGING, properties_plain.mirror_logging),
    "website": Property(table.WEBSITE, properties_plain.mirror_website),
    "accelerate": Property(
        table.ACCELERATE, properties_plain.mirror_accelerate, lambda value: bool(value != "Enabled")
    ),
    "request_payment": Property(
        table.REQUEST_PAYMENT, properties_plain.mirror_request_payment, lambda value: bool(value != "Requester")
    ),
    "intelligent_tiering": Property(lists.INTELLIGENT_TIERING, properties_lists.mirror_intelligent_tiering),
    "metrics": Property(lists.METRICS, properties_lists.mirror_metrics),
    "analytics": Property(lists.ANALYTICS, properties_lists.mirror_analytics),
    "inventory": Property(lists.INVENTORY, properties_lists.mirror_inventory),
    "notifications": Property(table.NOTIFICATIONS, mirror_notifications),
}
