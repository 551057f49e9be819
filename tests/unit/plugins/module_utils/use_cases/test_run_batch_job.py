# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import MissingError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3control import AnotherContentError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.manifest import ManifestFile
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.selection import Selection
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.job_plan import (
    FromFailures,
    FromGenerator,
    FromManifest,
    Origin,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.prune_failures import prune_failures
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.run_batch_job import run_batch_job
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.until import Patience
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.wait_for_job import JobEndError
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.failure_events import NASTY_KEYS
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_aws import Killed, client_error
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_batch import (
    FAILURES,
    OPTIONS,
    ROLE,
    World,
    fail,
    remaining,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def run(world: World, origin: Origin = FAILURES, wait: float | None = None, **changes: Any) -> Outcome:
    check_mode = changes.pop("check_mode", False)
    concurrency = changes.pop("concurrency", 1)
    patience = None if wait is None else Patience(wait, 30, world.clock.now, world.clock.sleep)
    return run_batch_job(world.access(check_mode, concurrency), origin, replace(OPTIONS, **changes), patience)


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_job_for_all_failure_records_of_a_bucket(world: World, concurrency: int) -> None:
    fail(world.table, *NASTY_KEYS)
    fail(world.table, "other", bucket="elsewhere")
    outcome = run(world, concurrency=concurrency)
    assert outcome.changed and outcome.results["created"]
    assert (outcome.results["objects"], outcome.results["records"]) == (len(NASTY_KEYS), len(NASTY_KEYS))
    assert outcome.results["job_id"] == "job-0001"
    assert outcome.results["region"] == "us-east-1"
    assert sorted(world.batch.rows("job-0001")) == sorted(("src", key, "v1") for key in NASTY_KEYS)
    assert {note for key, note in remaining(world.table).items() if key != "other"} == {("job-0001", "taken")}
    [(bucket, key)] = world.s3.objects
    assert (bucket, key.startswith("manifests/src/")) == ("jobs", True)
    assert outcome.results["manifest"]["key"] == key


def test_the_manifest_is_encrypted_as_batch_operations_can_read_it(world: World) -> None:
    fail(world.table, "a")
    run(world)
    [request] = world.s3.puts
    assert request["ServerSideEncryption"] == "AES256"
    assert request["ExpectedBucketOwner"] == "111122223333"


def test_a_version_that_failed_under_several_rules_is_one_row(world: World) -> None:
    fail(world.table, "a", "b")
    fail(world.table, "a", rule_id="other")
    fail(world.table, "a", destination="dst2")
    fail(world.table, "a", version_id="v2")
    fail(world.table, "a", failed_at="2024-09-05T21:30:00.000Z")
    outcome = run(world)
    assert sorted(world.batch.rows("job-0001")) == [("src", "a", "v1"), ("src", "a", "v2"), ("src", "b", "v1")]
    assert (outcome.results["objects"], outcome.results["records"]) == (3, 5)


def test_only_what_is_selected_goes_into_the_job(world: World) -> None:
    fail(world.table, "in/a", "out/b")
    fail(world.table, "in/c", rule_id="other")
    selection = Selection(bucket="src", rule_ids=("to-dr",), key_prefix="in/")
    run(world, FromFailures("ledger", selection))
    assert world.batch.rows("job-0001") == [("src", "in/a", "v1")]
    assert remaining(world.table) == {"in/a": ("job-0001", "taken"), "out/b": None, "in/c": None}


def test_only_what_no_job_has_failed_at_goes_into_the_job(world: World) -> None:
    fail(world.table, "hopeless")
    run(world)
    world.batch.end("job-0001", {"hopeless": "DstKmsKeyNotFound"})
    prune_failures(world.access(), "ledger", ["job-0001"], "src")
    fail(world.table, "new", "newer")
    pending = FromFailures("ledger", Selection(bucket="src", statuses=("pending",)))
    assert run(world, pending).results["objects"] == 2
    assert sorted(world.batch.rows("job-0002")) == [("src", "new", "v1"), ("src", "newer", "v1")]
    assert remaining(world.table)["hopeless"] == ("job-0001", "failed")
    # As a run leaves it that was killed while it noted what the job took.
    (note,) = [key for key, item in world.table.items.items() if "newer" in key[1] and "job_id" in item]
    del world.table.items[note]
    again = run(world, pending)
    assert (again.results["job_id"], again.changed, again.warnings) == ("job-0002", True, [])
    world.batch.end("job-0002")
    assert run(world, pending).results["job_id"] == "job-0002"
    assert len(world.batch.jobs) == 2


@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_to_do_is_no_job(world: World, check_mode: bool) -> None:
    outcome = run(world, check_mode=check_mode, wait=60)
    assert not outcome.changed
    assert outcome.results["job_id"] is None and outcome.results["job"] is None
    assert "nothing to do" in outcome.results["msg"]
    assert not world.batch.jobs and not world.s3.objects


def test_check_mode_predicts_and_writes_nothing(world: World) -> None:
    fail(world.table, "a", "b")
    before = dict(world.table.items)
    predicted = run(world, check_mode=True, wait=60)
    assert predicted.changed and predicted.results["created"]
    assert predicted.results["objects"] == 2
    assert predicted.results["job_id"] is None
    assert world.table.items == before and not world.batch.jobs and not world.s3.objects
    done = run(world)
    assert (done.changed, done.after) == (predicted.changed, predicted.after)


@pytest.mark.parametrize("status", ["New", "Preparing", "Ready", "Active", "Paused", "Completing", "Cancelling"])
def test_a_job_at_work_is_taken_over(world: World, status: str) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.jobs["job-0001"]["Status"] = status
    again = run(world)
    assert not again.changed
    assert (again.results["job_id"], again.results["adopted"], again.warnings) == ("job-0001", True, [])
    assert len(world.batch.jobs) == 1


def test_a_job_at_work_is_taken_over_even_if_more_failed_since(world: World) -> None:
    fail(world.table, "a")
    run(world)
    fail(world.table, "b")
    again = run(world)
    assert not again.changed and again.results["job_id"] == "job-0001"
    assert "remain for the next run" in again.warnings[0]
    assert remaining(world.table)["b"] is None


def test_jobs_of_others_and_other_buckets_are_let_be(world: World) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.jobs["job-0001"]["Description"] = "somebody's"
    run(world, run_id="2")
    world.batch.jobs["job-0002"]["Description"] = world.batch.jobs["job-0002"]["Description"].replace(" src ", " s ")
    assert run(world, run_id="3").results["job_id"] == "job-0003"


def test_a_job_that_is_not_listed_yet_is_found_by_the_ledger(world: World) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.unlisted.add("job-0001")
    fail(world.table, "b")
    assert run(world).results["job_id"] == "job-0001"
    assert len(world.batch.jobs) == 1


def test_without_list_and_note_aws_itself_gives_the_same_job(world: World) -> None:
    fail(world.table, "a")
    before = dict(world.table.items)
    run(world)
    world.table.items = before
    world.batch.unlisted.add("job-0001")
    assert run(world).results["job_id"] == "job-0001"
    assert len(world.batch.jobs) == 1 and len(world.s3.puts) == 1


def test_what_was_done_before_is_not_done_again_unless_asked(world: World) -> None:
    fail(world.table, "a", "b")
    run(world)
    world.batch.end("job-0001", {"a": "DstKmsKeyNotFound"})
    again = run(world, wait=60)
    assert not again.changed
    assert (again.results["job_id"], again.results["adopted"]) == ("job-0001", False)
    assert again.results["job"]["failed_tasks"] == 1
    assert "replication_failure_prune" in again.results["msg"] and "run_id" in again.results["msg"]
    assert run(world, run_id="second").results["job_id"] == "job-0002"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_job_that_took_what_an_earlier_one_failed_at_is_known_again(world: World, check_mode: bool) -> None:
    fail(world.table, "a", "b")
    run(world)
    world.batch.end("job-0001", {"a": "DstKmsKeyNotFound", "b": "DstKmsKeyNotFound"})
    prune_failures(world.access(), "ledger", ["job-0001"], "src")
    assert run(world).results["job_id"] == "job-0002"
    at_work = run(world, check_mode=check_mode)
    assert (at_work.results["job_id"], at_work.changed, at_work.warnings) == ("job-0002", False, [])
    world.batch.end("job-0002")
    done = run(world, check_mode=check_mode)
    assert (done.results["job_id"], done.changed) == ("job-0002", False)


@pytest.mark.parametrize("status", ["Failed", "Cancelled"])
def test_what_did_not_succeed_is_tried_again(world: World, status: str) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.end("job-0001", status=status, ran=0)
    assert run(world).results["job_id"] == "job-0002"
    assert run(world).results["job_id"] == "job-0002"
    world.batch.end("job-0002", status=status, ran=0)
    assert run(world).results["job_id"] == "job-0003"
    assert len(world.batch.by_token) == 3


def test_a_part_that_was_done_and_not_pruned_is_told(world: World) -> None:
    fail(world.table, "a", "b", "c")
    run(world)
    world.batch.end("job-0001", status="Cancelled", ran=2)
    again = run(world)
    assert again.results["job_id"] == "job-0002"
    assert "Job job-0001 ended as Cancelled" in again.warnings[0] and "2 of 3 done" in again.warnings[0]
    assert run(world).warnings == []


def test_a_new_failure_of_the_same_object_is_a_new_job(world: World) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.end("job-0001")
    fail(world.table, "a", failed_at="2024-09-06T21:00:00.000Z")
    assert run(world).results["job_id"] == "job-0002"


def test_an_expired_record_makes_notes_that_expire_too(world: World) -> None:
    fail(world.table, "a")
    for item in world.table.items.values():
        if "object_key" in item:
            item["expires_at"] = {"N": "1757106000"}
    run(world)
    notes = [item for item in world.table.items.values() if "job_id" in item]
    assert [note["expires_at"] for note in notes] == [{"N": "1757106000"}]


def test_priority_and_confirmation_are_brought_to_a_job_at_work(world: World) -> None:
    fail(world.table, "a")
    run(world, confirmation_required=True)
    world.batch.jobs["job-0001"]["Status"] = "Suspended"
    assert not run(world).changed
    assert run(world, check_mode=True, priority=50).changed
    assert world.batch.jobs["job-0001"]["Priority"] == 10
    changed = run(world, priority=50, confirmation_required=False)
    assert changed.changed
    assert changed.before["job"] == {"job_id": "job-0001", "status": "Suspended", "priority": 10}
    assert changed.after["job"] == {"job_id": "job-0001", "status": "Ready", "priority": 50}
    assert world.batch.jobs["job-0001"]["Priority"] == 50
    assert world.batch.jobs["job-0001"]["Status"] == "Ready"
    assert not run(world, priority=50, confirmation_required=False).changed


def test_a_large_manifest_goes_up_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects

    monkeypatch.setattr(s3_objects, "PART_BYTES", 100)
    keys = [f"folder/{number:04d}" for number in range(60)]
    fail(world.table, *keys)
    world.table.page = 1000
    run(world)
    assert sorted(key for _bucket, key, _version in world.batch.rows("job-0001")) == keys
    [stored] = world.s3.objects.values()
    assert stored.etag.endswith("-12") and stored.encryption == "AES256"
    assert not world.s3.uploads


def test_an_upload_that_fails_leaves_no_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects

    monkeypatch.setattr(s3_objects, "PART_BYTES", 100)
    fail(world.table, *(f"folder/{number:04d}" for number in range(60)))

    def no(**request: Any) -> dict[str, Any]:
        raise client_error("InternalError", "UploadPart", status=500)

    world.s3.upload_part = no  # type: ignore[method-assign]
    with pytest.raises(Exception, match="InternalError"):
        run(world)
    assert not world.s3.uploads and not world.batch.jobs


def test_the_same_token_with_another_content_says_what_to_do(world: World) -> None:
    fail(world.table, "a")
    run(world)
    world.batch.jobs["job-0001"]["Description"] = ""
    with pytest.raises(AnotherContentError, match="run_id"):
        run(world, description="another text")


# ---- refusals


def test_all_refusals_come_together_and_in_check_mode_too(world: World) -> None:
    fail(world.table, "a")
    world.s3.locked.add("jobs")
    world.iam.trouble = client_error("NoSuchEntity", "GetRole", status=404)
    for check_mode in (True, False):
        with pytest.raises(RefusedError) as refused:
            run(
                world,
                FromFailures("ledger", Selection(bucket="gone")),
                wait=60,
                check_mode=check_mode,
                manifest_bucket="nowhere",
                priority=-1,
                confirmation_required=True,
            )
        told = refused.value.message
        assert len(refused.value.problems) == 6
        for part in (
            "from_failures.bucket gone does not exist",
            "manifest_bucket nowhere does not exist",
            "Object Lock default retention",
            "role/batch does not exist",
            "priority is -1",
            "wait does not go with confirmation_required",
        ):
            assert part in told
    assert not world.batch.jobs and not world.s3.puts


@pytest.mark.parametrize("role", ["batch", "arn:aws:iam::111122223333:user/x", "arn:aws:s3:::x"])
def test_a_malformed_role_is_refused_without_asking_for_it(world: World, role: str) -> None:
    world.iam.trouble = client_error("NoSuchEntity", "GetRole", status=404)
    with pytest.raises(RefusedError) as refused:
        run(world, role=role)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        client_error("AccessDenied", "GetRole", status=403),
        EndpointConnectionError(endpoint_url="https://iam.amazonaws.com"),
    ],
)
def test_a_role_that_cannot_be_looked_at_is_taken_as_it_is(world: World, trouble: Exception) -> None:
    fail(world.table, "a")
    world.iam.trouble = trouble
    assert run(world).changed


def test_a_bucket_of_somebody_else_names_the_permission(world: World) -> None:
    world.s3.denied.add("src")
    with pytest.raises(RefusedError, match="s3:ListBucket"):
        run(world)


def test_what_is_not_known_of_object_lock_is_a_warning(world: World) -> None:
    fail(world.table, "a")

    def denied(**request: Any) -> dict[str, Any]:
        raise client_error("AccessDenied", "GetObjectLockConfiguration", status=403)

    world.s3.get_object_lock_configuration = denied  # type: ignore[method-assign]
    assert "s3:GetBucketObjectLockConfiguration" in run(world).warnings[0]


def test_a_missing_ledger_is_no_empty_one(world: World) -> None:
    with pytest.raises(MissingError, match="not an empty one"):
        run(world, FromFailures("another", Selection(bucket="src")))


def test_the_job_is_made_where_the_bucket_is(world: World) -> None:
    world.s3.buckets["src"] = "eu-west-1"
    world.batch.meta.region_name = "eu-west-1"
    fail(world.table, "a")
    assert run(world).results["region"] == "eu-west-1"
    assert {region for service, region in world.regions if service == "s3control"} == {"eu-west-1"}
    assert {region for service, region in world.regions if service == "dynamodb"} == {None}


# ---- from a manifest


def manifest(world: World, text: str = "src,a%20b,v1\nsrc,c,v2\n", **changes: Any) -> FromManifest:
    encryption = changes.pop("encryption", "AES256")
    etag = world.s3.put("jobs", "mine.csv", text.encode(), encryption)
    return FromManifest(ManifestFile(**{"bucket": "jobs", "key": "mine.csv", "etag": etag, **changes}))


def test_a_job_from_a_manifest(world: World) -> None:
    outcome = run(world, manifest(world, etag=""))
    assert outcome.changed and outcome.results["bucket"] == "src"
    assert world.batch.rows("job-0001") == [("src", "a b", "v1"), ("src", "c", "v2")]
    assert outcome.results["objects"] is None
    again = run(world, manifest(world))
    assert (again.changed, again.results["adopted"]) == (False, True)
    world.batch.end("job-0001")
    assert not run(world, manifest(world)).changed
    assert run(world, manifest(world, "src,other,v1\n")).results["job_id"] == "job-0002"


def test_jobs_from_manifests_do_not_stand_in_the_way_of_failures(world: World) -> None:
    fail(world.table, "a")
    run(world, manifest(world))
    assert run(world).results["job_id"] == "job-0002"
    assert run(world, manifest(world)).results["job_id"] == "job-0001"


@pytest.mark.parametrize(
    ("text", "changes", "told"),
    [
        ("", {}, "is empty"),
        ("Bucket,Key,VersionId\n", {}, "no header row"),
        ("src,a\n", {}, "has 2 columns"),
        ("src,a,v\n", {"fields": ("Bucket", "Name", "VersionId")}, "fields has Name"),
        (
            "src,a,v\n",
            {"key": "other.csv"},
            "from_manifest: there is no s3://jobs/other.csv. Correct bucket, key or version_id, or write the manifest "
            "there first",
        ),
        (
            "src,a,v\n",
            {"key": "other.csv", "version_id": "v9"},
            "there is no s3://jobs/other.csv with the version v9. Correct",
        ),
        ("src,a,v\n", {"etag": "0123"}, "it was replaced"),
        ("src,a,v\n", {"encryption": "aws:kms"}, "only with SSE-S3"),
        ("src,a,v\n", {"bucket": "nowhere"}, "from_manifest.bucket nowhere does not exist"),
        ("gone,a,v\n", {}, "the manifest's source bucket gone does not exist"),
        ("src,a,v\n", {"kind": "inventory"}, "not JSON"),
        ("\xff\xfe", {}, "from_manifest"),
    ],
)
def test_manifests_that_are_refused(world: World, text: str, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedError) as refused:
        run(world, manifest(world, text, **changes), check_mode=True)
    assert len(refused.value.problems) == 1
    assert told in refused.value.message


def test_a_job_from_an_inventory(world: World) -> None:
    world.s3.put("jobs", "inv/manifest.json", b'{"sourceBucket": "src", "fileFormat": "CSV"}', "aws:kms")
    origin = FromManifest(ManifestFile("jobs", "inv/manifest.json", "", kind="inventory"))
    assert run(world, origin).results["bucket"] == "src"
    assert world.batch.jobs["job-0001"]["Manifest"]["Spec"] == {"Format": "S3InventoryReport_CSV_20161130"}


# ---- from a generator


def test_a_job_from_a_generator(world: World) -> None:
    asked = {"replication_statuses": ["FAILED"], "created_before": "2024-01-01"}
    outcome = run(world, FromGenerator("src", asked))
    assert outcome.changed
    [(_job_id, request)] = world.batch.by_token.values()
    generator = request["ManifestGenerator"]["S3JobManifestGenerator"]
    assert generator["Filter"] == {
        "ObjectReplicationStatuses": ["FAILED"],
        "CreatedBefore": "2024-01-01T00:00:00.000Z",
    }
    assert generator["ManifestOutputLocation"]["Bucket"] == "arn:aws:s3:::jobs"
    assert not run(world, FromGenerator("src", dict(reversed(asked.items())))).changed


def test_generated_manifests_stay_in_the_region_and_filters_must_make_sense(world: World) -> None:
    world.s3.buckets["jobs"] = "eu-west-1"
    with pytest.raises(RefusedError) as refused:
        run(world, FromGenerator("src", {"size_less_than": -1}))
    assert "manifest_bucket jobs is in eu-west-1" in refused.value.message
    assert "from_generator: size_less_than" in refused.value.message


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_generator_that_found_nothing_is_nothing_to_do(world: World, check_mode: bool) -> None:
    origin = FromGenerator("src", {"key_prefix": "none/"})
    run(world, origin)
    job = world.batch.jobs["job-0001"]
    job["Status"] = "Failed"
    job["FailureReasons"] = [
        {"FailureCode": "X", "FailureReason": "Manifest generation found no keys matching the filter criteria."}
    ]
    again = run(world, origin, wait=60, check_mode=check_mode)
    assert (again.changed, again.results["job"]["found_nothing"]) == (False, True)


# ---- waiting


def moved(world: World, *statuses: str) -> None:
    """Let the job be in these states, one a look; the first look is right after its creation."""

    def step(status: str) -> None:
        job = world.batch.jobs["job-0001"]
        if status == "Complete":
            world.batch.end("job-0001", {"a": "DstKmsKeyNotFound"})
        job["Status"] = status

    world.batch.on_describe = [lambda status=status: step(status) for status in statuses]  # type: ignore[misc]


def test_waits_through_all_states_to_the_end(world: World) -> None:
    fail(world.table, "a", "b")
    moved(world, "New", "Preparing", "Ready", "Active", "Paused", "SomethingNew", "Completing", "Complete")
    outcome = run(world, wait=3600)
    assert outcome.changed
    assert outcome.results["job"]["status"] == "Complete"
    assert outcome.results["job"]["failed_tasks"] == 1
    assert world.clock.slept == [30] * 6
    assert world.told[-1] == "Job job-0001 is Complete: 2 of 2 done, 1 failed, 0.2/s"


def test_a_wait_that_runs_out_says_where_it_stood(world: World) -> None:
    fail(world.table, "a")
    progress = {
        "TotalNumberOfTasks": 1000,
        "NumberOfTasksSucceeded": 240,
        "NumberOfTasksFailed": 10,
        "Timers": {"ElapsedTimeInActiveSeconds": 100},
    }
    run(world)
    world.batch.jobs["job-0001"].update(Status="Active", ProgressSummary=progress)
    with pytest.raises(DeadlineError) as error:
        run(world, wait=100)
    assert "250 of 1000 done, 10 failed, 2.5/s, about 5 min left" in error.value.message
    assert error.value.details["job"]["seconds_left"] == 300
    assert error.value.details["changed"] is False
    assert sum(world.clock.slept) == 100
    with pytest.raises(DeadlineError, match="job_id job-0001"):
        run(world, wait=0)


def test_a_wait_that_runs_out_after_making_the_job_says_that_too(world: World) -> None:
    fail(world.table, "a")
    with pytest.raises(DeadlineError) as error:
        run(world, wait=60)
    assert (error.value.details["changed"], error.value.details["job_id"]) == (True, "job-0001")


def test_a_paused_job_says_what_it_waits_for(world: World) -> None:
    fail(world.table, "a")
    moved(world, "New", *["Paused"] * 10)
    with pytest.raises(DeadlineError, match="raise its priority"):
        run(world, wait=90)


PART = {
    "TotalNumberOfTasks": 20,
    "NumberOfTasksSucceeded": 6,
    "NumberOfTasksFailed": 2,
    "Timers": {"ElapsedTimeInActiveSeconds": 4},
}
LOST = "The job report could not be written to your report bucket. Please check your permissions."


@pytest.mark.parametrize(
    ("status", "more", "told"),
    [
        (
            "Suspended",
            {"SuspendedCause": "AWAITING_CONFIRMATION"},
            "is suspended until somebody confirms it (AWAITING_CONFIRMATION). Confirm it with job_id: job-0001 and "
            "confirmation_required: false, or cancel it with state: cancelled. AWS fails it after 30 days",
        ),
        (
            "Cancelled",
            {"StatusUpdateReason": "too dear", "ProgressSummary": PART},
            "was cancelled by somebody else (too dear): 8 of 20 done, 2 failed, 2/s. What it did is in its report: "
            "prune the ledger with replication_failure_prune, then run again for the rest",
        ),
        (
            "Cancelled",
            {},
            "was cancelled by somebody else: 0 of ? done, 0 failed. No task ran, so there is no report. Run again",
        ),
        (
            "Failed",
            {"FailureReasons": [{"FailureCode": "C", "FailureReason": "why"}]},
            "failed (C: why): 0 of ? done, 0 failed. No task ran, so there is no report. Remedy the reason, then run "
            "again",
        ),
        (
            "Failed",
            {"ProgressSummary": PART},
            "failed (AWS names no reason): 8 of 20 done, 2 failed, 2/s. What it did is in its report: prune the ledger "
            "with replication_failure_prune, remedy what the report names, then run again for the rest",
        ),
        (
            "Failed",
            {"ProgressSummary": PART, "FailureReasons": [{"FailureCode": "403", "FailureReason": LOST}]},
            f"failed (403: {LOST}): 8 of 20 done, 2 failed, 2/s. What it did is not known, because there is no report: "
            f"see to it that role {ROLE} may do s3:PutObject in bucket jobs, that no policy of the bucket denies it, "
            "and that the bucket has no Object Lock default retention. Then run again: a new job takes all of it, and "
            "what is replicated already is told so",
        ),
    ],
)
def test_other_ends_are_told_apart(world: World, status: str, more: dict[str, Any], told: str) -> None:
    fail(world.table, "a")
    moved(world, "New", "Active", status)
    world.batch.on_describe.insert(1, lambda: world.batch.jobs["job-0001"].update(more))
    with pytest.raises(JobEndError) as error:
        run(world, wait=10**9)
    assert error.value.message == f"Job job-0001 {told}"
    assert error.value.message.startswith(f"{error.value.details['end']}. ")
    assert error.value.details["job"]["status"] == status
    assert error.value.details["changed"] is True


def test_throttling_and_a_region_out_of_reach_only_slow_the_wait_down(world: World) -> None:
    fail(world.table, "a")
    run(world)
    slow = client_error("SlowDown", "DescribeJob", status=503)
    world.batch.end("job-0001")
    world.batch.jobs["job-0001"]["Status"] = "Active"
    world.batch.on_describe = [lambda: None, lambda: None, lambda: world.batch.end("job-0001")]
    access_describes = world.batch.describe_job
    calls = iter([None, None, slow, slow, EndpointConnectionError(endpoint_url="https://x"), None, None])

    def describe(**request: Any) -> Any:
        trouble = next(calls, None)
        if trouble is not None:
            raise trouble
        return access_describes(**request)

    world.batch.describe_job = describe  # type: ignore[method-assign]
    assert run(world, wait=3600).results["job"]["status"] == "Complete"
    assert world.clock.slept == [30, 60, 120, 240]


def test_a_region_that_stays_out_of_reach_ends_the_wait_at_its_deadline(world: World) -> None:
    fail(world.table, "a")
    run(world)

    described = world.batch.describe_job
    calls = iter([True])

    def describe(**request: Any) -> Any:
        if not next(calls, False):
            raise EndpointConnectionError(endpoint_url="https://x")
        return described(**request)

    world.batch.describe_job = describe  # type: ignore[method-assign]
    with pytest.raises(DeadlineError, match="nothing could be learnt"):
        run(world, wait=600)


def test_a_job_may_be_unknown_for_a_moment_but_not_for_long(world: World) -> None:
    fail(world.table, "a", "b")
    world.batch.unknown_for["job-0001"] = 5
    assert run(world).changed
    assert world.clock.slept == [1] * 5
    fail(world.table, "c")
    world.batch.jobs["job-0001"]["Description"] = ""
    world.batch.unknown_for["job-0001"] = 0
    world.batch.unknown_for["job-0002"] = 1000
    with pytest.raises(MissingError, match="90 days"):
        run(world)


def test_an_unreachable_region_is_told_before_anything_is_made(world: World) -> None:
    def down(**request: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://src.s3.amazonaws.com")

    world.s3.head_bucket = down  # type: ignore[method-assign]
    with pytest.raises(UnreachableError):
        run(world)


# ---- killed anywhere


@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_at_any_call_ends_in_one_job_when_run_again(
    tmp_path: Path, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_objects

    monkeypatch.setattr(s3_objects, "PART_BYTES", 600)

    def fresh() -> World:
        world = World(tmp_path)
        world.table.page = 1000
        fail(world.table, *(f"key {number}" for number in range(60)))
        fail(world.table, "key 7", rule_id="other")
        return world

    whole = fresh()
    run(whole)
    calls = whole.plug.calls
    assert calls > 30
    for number in range(calls):
        world = fresh()
        world.plug.at, world.plug.after = number, after
        with pytest.raises(Killed):
            run(world)
        world.plug.at = None
        again = run(world)
        assert again.results["job_id"] == "job-0001", number
        assert list(world.batch.jobs) == ["job-0001"], number
        assert world.batch.jobs == whole.batch.jobs, number
        assert world.table.items == whole.table.items, number
        assert world.s3.objects == whole.s3.objects, number
        assert not run(world).changed, number


def test_the_rows_are_in_the_order_of_the_ledger_and_plain_ascii(world: World) -> None:
    fail(world.table, *NASTY_KEYS)
    run(world)
    [stored] = world.s3.objects.values()
    text = stored.body.decode("ascii")
    assert all(len(row) == 3 for row in csv.reader(io.StringIO(text, newline="")))
    assert text.count("\n") == len(NASTY_KEYS)
