# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do about a completion report that proves nothing.

S3 User Guide, "Tracking job status and completion reports": a report is there as soon as its job is Complete.
"Troubleshooting S3 Batch Operations": S3 can't write reports into a bucket with an Object Lock default retention, and
the job's role needs ``s3:PutObject`` there.
"""

from __future__ import annotations

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.batch_job import Job
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.job_request import purpose


def why_missing(job: Job) -> str:
    """Say why there is no report where it should be, as far as that is known, and how the next one gets there."""
    if job.report_lost:
        return f"S3 could not write it ({job.reasons}): {report_remedy(job)}"
    return (
        "It was removed, a lifecycle rule expired it, or S3 could not write it. Let lifecycle rules keep reports until "
        f"the ledger is pruned, and {report_remedy(job)}"
    )


def report_remedy(job: Job) -> str:
    """Say what lets S3 write the next report."""
    role = f"role {job.role}" if job.role else "its role"
    bucket = job.report.get("bucket")
    where = f"bucket {bucket}" if bucket else "its report_bucket"
    return (
        f"see to it that {role} may do s3:PutObject in {where}, that no policy of the bucket denies it, and that the "
        "bucket has no Object Lock default retention"
    )


def after_useless_report(job: Job) -> str:
    """Say how to come to a report that proves something: by the old one put right, or by a new job."""
    kept = f"versioning of bucket {job.report['bucket']}" if job.report.get("bucket") else "versioning"
    return (
        f"Nothing was concluded from it. If {kept} has kept the file as it was, restore it and try again. Otherwise "
        f"{_new_job(job)}"
    )


def _new_job(job: Job) -> str:
    ours = purpose(job)
    if ours is not None and ours.kind == "failures":
        return (
            "run again what made the job (the role aws_dr.s3.remediation, or the same batch_replication_job task): "
            "it makes a new job of the same failure records, because this one proves nothing"
        )
    return "make a new job of the same objects with batch_replication_job and another run_id"
