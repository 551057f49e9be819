# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.sts import Caller
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import DeadlineError, RefusedError, ToldError
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.bucket_replication import Task, ensure
from ansible_collections.aws_dr.s3.plugins.module_utils.use_cases.outcome import Outcome
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.replication_documents import (
    KEY,
    ON,
    ROLE,
    documents,
    option_lists,
    v1,
    v2,
)
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.use_cases.fake_s3_replication import (
    Clock,
    FakeBucket,
    FakeS3,
    Raw,
    client_error,
    unreachable,
)

SOURCE = "invoices"
CONFLICT = client_error("OperationAborted", "A conflicting conditional operation is currently in progress", 409)
NOT_VERSIONED = client_error(
    "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
)
TARGET_NOT_VERSIONED = client_error("InvalidRequest", "Destination bucket must have versioning enabled.")


def world(*rules: Raw) -> FakeS3:
    """A source with these rules and three destinations."""
    replication = {"Role": ROLE, "Rules": list(rules)} if rules else None
    names = ("invoices-dr", "archive-dr", "far-away")
    away = {name: FakeBucket(region="eu-west-1") for name in names}
    return FakeS3({SOURCE: FakeBucket(replication=replication), **away})


def rule(rule_id: str = "to-dr", bucket: str | None = "invoices-dr", **more: Any) -> Raw:
    return {"id": rule_id, "destination": {"bucket": bucket, **more.pop("dest", {})}, **more}


def run(s3: FakeS3, *rules: Raw, check: bool = False, clock: Clock | None = None, **task: Any) -> Outcome:
    asked = {"role": ROLE, "rules": list(rules) or None, **task}
    patience = (clock or Clock()).patience()
    return ensure(s3, lambda: Caller("111122223333", "aws"), Task(SOURCE, **asked), check, patience)


def refused(s3: FakeS3, *rules: Raw, **task: Any) -> list[str]:
    """The problems told; nothing may have been written, and check mode has to tell the same."""
    before = copy.deepcopy(s3.buckets)
    with pytest.raises(RefusedError) as caught:
        run(s3, *rules, **task)
    with pytest.raises(RefusedError) as predicted:
        run(s3, *rules, check=True, **task)
    assert predicted.value.problems == caught.value.problems
    assert s3.buckets == before
    assert s3.calls["put"] == s3.calls["delete"] == 0
    assert caught.value.message.startswith(f"S3 would refuse the replication of bucket {SOURCE}: ")
    return caught.value.problems


# ---- what is done ----------------------------------------------------------------------------------------------------


def test_a_rule_is_written_once_and_read_back() -> None:
    s3 = world()
    outcome = run(s3, rule())
    assert outcome.changed and outcome.warnings == []
    assert outcome.before == {"configured": False}
    assert s3.buckets[SOURCE].replication == {"Role": ROLE, "Rules": [v2(priority=0, dest={"Metrics": ON})]}
    assert outcome.results["replication"]["rules"][0]["id"] == "to-dr"
    again = run(s3, rule())
    assert not again.changed
    assert again.results == outcome.results
    assert (s3.calls["put"], s3.calls["get"]) == (1, 3)


def test_a_run_that_changes_nothing_asks_one_question() -> None:
    s3 = world(v2())
    assert not run(s3, rule()).changed
    assert {name: times for name, times in s3.calls.items() if times} == {"get": 1}


def test_check_mode_predicts_and_writes_nothing() -> None:
    for rules, task in (([rule(prefix="p")], {}), ([], {"present": False}), ([rule("new")], {"purge": True})):
        s3 = world(v2(), v2("theirs", 7))
        predicted = run(s3, *rules, check=True, **task)
        assert s3.calls["put"] == s3.calls["delete"] == 0
        done = run(s3, *rules, **task)
        assert predicted == done and done.changed


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(documents(), option_lists)
def test_check_mode_predicts_any_change(document: Raw, rules: list[Raw]) -> None:
    s3 = world()
    s3.buckets[SOURCE].replication = copy.deepcopy(document)
    for bucket in s3.buckets.values():
        bucket.owner = "444455556666"
    try:
        predicted = run(s3, *rules, check=True)
    except RefusedError:
        assert s3.buckets[SOURCE].replication == document
        return
    done = run(s3, *rules)
    assert predicted == done
    again = run(s3, *rules)
    assert not again.changed
    assert again.results == done.results


def test_absent_removes_rules_and_the_last_one_the_configuration() -> None:
    s3 = world(v2(), v2("theirs", 7))
    assert run(s3, {"id": "to-dr"}, present=False).changed
    assert s3.buckets[SOURCE].replication == {"Role": ROLE, "Rules": [v2("theirs", 7)]}
    assert run(s3, {"id": "theirs"}, present=False).changed
    assert s3.buckets[SOURCE].replication is None
    assert not run(s3, present=False).changed
    assert (s3.calls["put"], s3.calls["delete"]) == (1, 1)


def test_absent_with_an_empty_list_removes_nothing() -> None:
    s3 = world(v2())
    assert not run(s3, rules=[], present=False).changed


def test_removing_all_asks_nothing_about_versioning() -> None:
    s3 = world(v2())
    s3.buckets[SOURCE].versioning = ""
    assert run(s3, present=False).changed


def test_a_move_from_v1_is_told() -> None:
    s3 = world(v1("old"))
    outcome = run(s3, rule())
    assert "moves from schema V1 to V2" in outcome.warnings[0]
    assert outcome.before["schema"].startswith("V1")
    assert [each["ID"] for each in s3.buckets[SOURCE].replication["Rules"]] == ["old", "to-dr"]


def test_only_the_role_can_be_changed() -> None:
    s3 = world(v2())
    other = "arn:aws:iam::111122223333:role/other"
    assert run(s3, role=other).changed
    assert s3.buckets[SOURCE].replication == {"Role": other, "Rules": [v2()]}


def test_the_partition_is_the_roles() -> None:
    s3 = world()
    run(s3, rule(), role="arn:aws-cn:iam::111122223333:role/r")
    assert s3.buckets[SOURCE].replication["Rules"][0]["Destination"]["Bucket"] == "arn:aws-cn:s3:::invoices-dr"


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules, task, said",
    [
        ([rule()], {"role": None}, "role: it is missing"),
        ([rule()], {"role": "r"}, "role: 'r' is not an ARN"),
        ([rule()], {"role": "arn:aws:iam::444455556666:role/r"}, "role: "),
        ([], {}, "rules: none is given"),
        ([], {"rules": [], "purge": True}, "rules: an empty list with purge_rules"),
        ([{"id": "a"}], {}, "rule 'a': destination.bucket: it is missing"),
        ([rule("a"), rule("a")], {}, "rule 'a': id is given 2 times"),
        ([rule("a", priority=1), rule("b", priority=1)], {}, "rule 'a': priority: 1 is also the priority of 'b'"),
        ([rule(bucket="nowhere")], {}, "rule 'to-dr': destination.bucket: there is no bucket nowhere"),
    ],
)
def test_it_refuses(rules: list[Raw], task: Raw, said: str) -> None:
    problems = refused(world(), *rules, **task)
    assert len(problems) == 1 and problems[0].startswith(said)


def test_all_problems_are_told_together() -> None:
    s3 = world()
    s3.buckets[SOURCE].versioning = "Suspended"
    s3.buckets["archive-dr"].versioning = ""
    problems = refused(
        s3,
        rule("a", priority=-1),
        rule("b", "archive-dr", dest={"storage_class": "SNOW"}),
        rule("c", dest={"replica_kms_key_id": KEY.replace("eu-west-1", "us-west-2")}),
        role="no role",
    )
    expected = ["role", "rule 'a': priority", "rule 'b': destination.storage_class", "versioning of the source"]
    expected += ["rule 'c': destination.replica_kms_key_id", "rule 'b': destination.bucket"]
    assert [next((e for e in expected if p.startswith(e)), p) for p in problems] == expected


def test_a_bucket_that_is_no_bucket_name_is_refused_before_anything_is_asked() -> None:
    s3 = world()
    with pytest.raises(RefusedError, match="'arn:aws:s3:::invoices' is not a bucket's name"):
        ensure(s3, lambda: Caller("", ""), Task("arn:aws:s3:::invoices"), False, Clock().patience())
    assert not s3.calls


def test_a_priority_of_a_rule_that_nobody_named_is_taken() -> None:
    problems = refused(world(v2("theirs", 3)), rule(priority=3))
    assert "'theirs', which this task does not name" in problems[0]


def test_a_destination_of_a_rule_of_others_that_is_gone_is_told() -> None:
    problems = refused(world(v2("theirs", 3, bucket="gone")), rule())
    assert problems == ["rule 'theirs': destination.bucket: there is no bucket gone; create it first"]


@pytest.mark.parametrize("malformed", ["arn:aws:s3:eu-west-1::bucket", "arn:aws:s3:::a/b", "arn:aws:sqs:::bucket"])
def test_a_malformed_destination_is_told_once_and_not_looked_for(malformed: str) -> None:
    (problem,) = refused(world(), rule(bucket=malformed))
    assert problem == (
        f"rule 'to-dr': destination.bucket: {malformed!r} is neither a bucket's name nor arn:<partition>:s3:::<bucket>"
    )


def test_an_account_that_does_not_own_the_destination_is_refused() -> None:
    problems = refused(world(), rule(dest={"account_id": "444455556666"}))
    assert problems == ["rule 'to-dr': destination.account_id: invoices-dr does not belong to account 444455556666"]


@pytest.mark.parametrize("present", [True, False])
def test_a_missing_bucket_is_an_error_and_never_means_not_configured(present: bool) -> None:
    s3 = world()
    del s3.buckets[SOURCE]
    with pytest.raises(ToldError, match=f"There is no bucket {SOURCE}"):
        run(s3, rule(), present=present)


def test_a_permission_that_is_missing_is_named() -> None:
    s3 = world()
    s3.errors["get"] = [client_error("AccessDenied", "Access Denied", 403)]
    with pytest.raises(AccessDeniedError, match="Allow s3:GetReplicationConfiguration for the caller"):
        run(s3, rule())
    s3.errors["put"] = [client_error("AccessDenied", "Access Denied", 403)]
    with pytest.raises(AccessDeniedError, match=f"s3:PutReplicationConfiguration and iam:PassRole of {ROLE}"):
        run(s3, rule())


@pytest.mark.parametrize("operation", ["versioning", "head invoices-dr", "versioning invoices-dr"])
def test_what_may_not_be_looked_at_is_told_and_left_to_s3(operation: str) -> None:
    s3 = world()
    s3.errors[operation] = [client_error("AccessDenied", "Access Denied", 403)]
    outcome = run(s3, rule())
    assert outcome.changed and s3.calls["put"] == 1
    assert len(outcome.warnings) == 1 and "for the caller" in outcome.warnings[0]


def test_a_destination_whose_region_is_down_does_not_stop_the_write() -> None:
    s3 = world()
    s3.errors["head"] = [unreachable()]
    outcome = run(s3, rule())
    assert outcome.changed
    assert "invoices-dr was not checked" in outcome.warnings[0]


# ---- what passes, and what does not ----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [CONFLICT, NOT_VERSIONED, TARGET_NOT_VERSIONED])
def test_a_refusal_that_passes_is_tried_again(error: Exception) -> None:
    s3, clock = world(), Clock()
    s3.errors["put"] = [error, error]
    assert run(s3, rule(), clock=clock).changed
    assert s3.calls["put"] == 3 and clock.time == 4


def test_a_removal_is_tried_again_too() -> None:
    s3 = world(v2())
    s3.errors["delete"] = [CONFLICT]
    assert run(s3, present=False).changed
    assert s3.buckets[SOURCE].replication is None


def test_trying_again_ends_at_the_deadline() -> None:
    s3, clock = world(), Clock()
    s3.errors["put"] = [CONFLICT] * 99
    with pytest.raises(DeadlineError, match=r"OperationAborted.*Tried for 20 s; nothing was changed"):
        run(s3, rule(), clock=clock)
    assert clock.time == 20


def test_any_other_refusal_is_not_tried_again() -> None:
    s3 = world()
    s3.errors["put"] = [client_error("InvalidRequest", "Something else")]
    with pytest.raises(AwsError, match="Something else"):
        run(s3, rule())
    assert s3.calls["put"] == 1


def test_a_rule_added_meanwhile_by_another_writer_is_not_lost() -> None:
    s3, clock = world(v2("theirs", 5)), Clock()
    s3.errors["put"] = [CONFLICT]
    theirs = {"Role": ROLE, "Rules": [v2("theirs", 5), v2("also-theirs", 0)]}

    def another_writes() -> None:
        s3.buckets[SOURCE].replication = theirs

    clock.planned.append((1, another_writes))
    outcome = run(s3, rule(), clock=clock)
    written = s3.buckets[SOURCE].replication
    assert written is not None
    assert [(each["ID"], each["Priority"]) for each in written["Rules"]] == [
        ("theirs", 5),
        ("also-theirs", 0),
        ("to-dr", 1),
    ]
    assert [each["id"] for each in outcome.results["replication"]["rules"]] == ["theirs", "also-theirs", "to-dr"]


def test_versioning_that_was_enabled_a_moment_ago_is_waited_for() -> None:
    s3, clock = world(), Clock()
    s3.buckets[SOURCE].versioning = ""
    clock.planned.append((4, lambda: setattr(s3.buckets[SOURCE], "versioning", "Enabled")))
    assert run(s3, rule(), clock=clock).changed
    assert clock.time == 4


def test_a_source_without_versioning_is_not_waited_for_long() -> None:
    s3, clock = world(), Clock()
    s3.buckets[SOURCE].versioning = ""
    with pytest.raises(RefusedError, match="versioning of the source bucket is off"):
        run(s3, rule(), clock=clock)
    assert clock.time == 10
    with pytest.raises(RefusedError, match="versioning of the source bucket is off"):
        run(s3, rule(priority=-1), clock=clock)
    assert clock.time == 10, "what is refused anyway is refused at once"


def test_a_stale_answer_after_the_write_is_waited_out() -> None:
    old = {"Role": ROLE, "Rules": [v2(Status="Disabled")]}
    s3, clock = world(v2(Status="Disabled")), Clock()
    s3.stale = [old, old, old, None]
    assert run(s3, rule(status="enabled"), clock=clock).changed
    assert clock.time == 6


def test_a_write_that_does_not_show_in_time_fails_and_says_what_shows() -> None:
    s3, clock = world(v2()), Clock()
    s3.stale = [{"Role": ROLE, "Rules": [v2()]}] * 99
    with pytest.raises(DeadlineError, match="S3 shows another one") as caught:
        run(s3, rule(prefix="p"), clock=clock)
    assert clock.time == 20
    assert caught.value.details["expected"]["rules"][0]["prefix"] == "p"
    assert caught.value.details["found"]["rules"][0]["prefix"] == ""


def test_rules_may_come_back_in_another_order_and_other_words() -> None:
    s3 = world(v2("a", 1), v2("b", 2))
    shown = {"Role": ROLE, "Rules": [v2("b", 2), v2("a", 1, Filter={"Prefix": ""}, Status="Disabled")]}
    s3.stale = [{"Role": ROLE, "Rules": [v2("a", 1), v2("b", 2)]}, shown]
    assert run(s3, rule("a", status="disabled")).changed
    assert s3.calls["get"] == 2
