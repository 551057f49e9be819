# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in which a job's report may be missing or broken, and what a person is told of each."""

from __future__ import annotations

import json
from collections.abc import Callable

from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import (
    ROLE,
    World,
    as_csv,
)

JOB = "job-0001"
Damage = Callable[[World], None]


def lose_manifest(world: World) -> None:
    del world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]


def cut_manifest(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    stored.body = stored.body[:-20]


def lose_file(world: World) -> None:
    del world.s3.objects["jobs", f"reports/job-{JOB}/results/failed.csv"]


def cut_file(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/results/succeeded.csv"]
    stored.body = stored.body[:-11]


def cut_file_between_rows(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/results/succeeded.csv"]
    stored.body = stored.body[: stored.body.index(b"\r\n") + 2]


def empty_file(world: World) -> None:
    world.s3.objects["jobs", f"reports/job-{JOB}/results/succeeded.csv"].body = b""


def change_file(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/results/failed.csv"]
    stored.body = stored.body.replace(b"DstPutObjectNotPermitted", b"SrcKeyNotFound")


def unfinished_quote(world: World) -> None:
    world.s3.objects["jobs", f"reports/job-{JOB}/results/succeeded.csv"].body = b'src,"a,v1'


def point_elsewhere(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    document = json.loads(stored.body)
    document["Results"][0]["Bucket"] = "src"
    stored.body = json.dumps(document).encode()


def no_report(world: World) -> None:
    world.batch.jobs[JOB]["Report"] = {"Enabled": False}


def list_no_results(world: World) -> None:
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    stored.body = json.dumps({**json.loads(stored.body), "Results": []}).encode()


def list_an_empty_file(world: World) -> None:
    md5 = world.s3.put("jobs", f"reports/job-{JOB}/results/succeeded.csv", b"")
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    document = json.loads(stored.body)
    document["Results"] = [{**document["Results"][0], "MD5Checksum": md5}]
    stored.body = json.dumps(document).encode()


AT = f"s3://jobs/reports/job-{JOB}/manifest.json"
UNUSABLE = f"The report of job {JOB} at {AT} can't be used: "
FILES = f"its file s3://jobs/reports/job-{JOB}/results"
AGAIN = (
    "run again what made the job (the role aws_dr.s3.remediation, or the same batch_replication_job task): it makes a "
    "new job of the same failure records, because this one proves nothing"
)
TODO = (
    "Nothing was concluded from it. If versioning of bucket jobs has kept the file as it was, restore it and try "
    f"again. Otherwise {AGAIN}"
)
MAY_WRITE = (
    f"see to it that role {ROLE} may do s3:PutObject in bucket jobs, that no policy of the bucket denies it, and that "
    "the bucket has no Object Lock default retention"
)
MISSING = f"The report of job {JOB} is missing at {AT} (job Complete, 3 of 3 done, 1 failed, 0.3/s). "
DAMAGES = {
    lose_manifest: MISSING + "It was removed, a lifecycle rule expired it, or S3 could not write it. Let lifecycle "
    f"rules keep reports until the ledger is pruned, and {MAY_WRITE}. {TODO}",
    cut_manifest: f"{UNUSABLE}its manifest.json is not whole JSON: the report is half written. {TODO}",
    list_no_results: f"{UNUSABLE}its manifest.json lists no results where AWS counts 3 tasks. {TODO}",
    list_an_empty_file: f"{UNUSABLE}its files have no row where AWS counts 3 tasks. {TODO}",
    lose_file: f"{UNUSABLE}{FILES}/failed.csv is missing. {TODO}",
    cut_file: f"{UNUSABLE}{FILES}/succeeded.csv is half written or was changed: row 2 has 5 of 7 columns. {TODO}",
    cut_file_between_rows: f"{UNUSABLE}{FILES}/succeeded.csv is half written or was changed: it has the MD5 <MD5>, "
    f"its manifest.json says <MD5>. {TODO}",
    empty_file: f"{UNUSABLE}{FILES}/succeeded.csv is half written or was changed: it has the MD5 <MD5>, its "
    f"manifest.json says <MD5>. {TODO}",
    change_file: f"{UNUSABLE}{FILES}/failed.csv is half written or was changed: it has the MD5 <MD5>, its "
    f"manifest.json says <MD5>. {TODO}",
    unfinished_quote: f"{UNUSABLE}{FILES}/succeeded.csv is half written or was changed: it is not whole CSV "
    f"(unexpected end of data). {TODO}",
    point_elsewhere: f"{UNUSABLE}its manifest.json points to another bucket: src. {TODO}",
    no_report: f"Job {JOB} was made without a report: what it did to each object is not known. Nothing was concluded "
    f"from it. If versioning has kept the file as it was, restore it and try again. Otherwise {AGAIN}",
}


def name_no_version(world: World) -> None:
    put_rows(world, *(["src", key, "", "succeeded", "200", "", "success"] for key in ("a", "b", "denied")))


def name_others(world: World) -> None:
    put_rows(world, *(["src", key, "v9", "succeeded", "200", "", "success"] for key in ("a", "b", "denied")))


def put_rows(world: World, *rows: list[str]) -> None:
    md5 = world.s3.put("jobs", f"reports/job-{JOB}/results/succeeded.csv", as_csv(rows))
    stored = world.s3.objects["jobs", f"reports/job-{JOB}/manifest.json"]
    document = json.loads(stored.body)
    document["Results"] = [{**document["Results"][0], "MD5Checksum": md5}]
    stored.body = json.dumps(document).encode()


NAMES_NONE = f"The report of job {JOB} names none of the object versions that the job was made for"
