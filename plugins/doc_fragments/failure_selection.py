# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which failure records are meant; mirrors ``selection_spec`` in module_utils/failure_options.py."""

    DOCUMENTATION = r"""
options:
  rule_id:
    description:
      - Only failure records of these replication rules.
      - Unset or empty, those of all rules.
    type: list
    elements: str
    default: []
    aliases: [rule_ids]
  destination:
    description:
      - Only failure records towards these destination buckets, by name or ARN.
    type: list
    elements: str
    default: []
    aliases: [destinations]
  reason:
    description:
      - Only failure records whose newest failure has one of these reasons, such as V(DstPutObjectNotPermitted).
      - Where AWS spells a reason in two ways, either spelling selects both.
    type: list
    elements: str
    default: []
    aliases: [reasons]
  status:
    description:
      - Only failure records that remediation has left in one of these states.
      - V(pending) - no job has had to do with it. V(taken) - a job has taken it, and the ledger has not been pruned by
        that job's report yet. V(failed) - the last job could not replicate it either. V(failed_again) - the last job
        was done with it, and it has failed again since that job was made.
      - Records of what is replicated, or gone at the source, are removed by M(aws_dr.s3.replication_failure_prune).
    type: list
    elements: str
    choices: [pending, taken, failed, failed_again]
    default: []
    aliases: [statuses]
  key_prefix:
    description:
      - Only failure records of keys that begin with this. Any characters that S3 allows in a key may be used.
    type: str
    default: ""
  failed_after:
    description:
      - Only failure records whose newest failure happened at this time or later.
      - A date or a time in ISO 8601, such as V(2026-03-01) or V(2026-03-01T08:00:00+01:00). UTC unless it says so.
    type: str
  failed_before:
    description:
      - Only failure records whose newest failure happened before this time.
      - A date or a time in ISO 8601, as for O(failed_after).
    type: str
"""
