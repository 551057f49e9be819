# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain import replica_set
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.pairs import (
    bears_mark,
    legal_pairs,
    shared_destinations,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replica_set import Set, departures, pairs, rule_id
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_checks import MAX_ID, set_problems
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_plan import plan_absent, plan_present
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import permissions_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role_parts import (
    INLINE_POLICIES_SIZE,
    policy_size,
)
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_rules import Configuration, as_result
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.setup_plan import rule

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/s3-replication-x"
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1"]
ASKED = Set("invoices", "{name}-{region}", ACCOUNT)
Raw = dict[str, Any]


def regions(*names: str) -> list[Raw]:
    return [{"region": name} for name in names]


def member(bucket: str, region: str = "us-east-1", **more: Any) -> Raw:
    return {"bucket": bucket, "region": region, **more}


def refused(members: list[Raw], asked: Set = ASKED) -> list[str]:
    with pytest.raises(RefusedError) as error:
        pairs(members, asked)
    assert "Nothing was changed" in error.value.message
    return error.value.problems


# ---- pairs -----------------------------------------------------------------------------------------------------------


def test_each_member_replicates_to_all_others_and_is_legal_for_bucket_pairs() -> None:
    found = pairs(regions(*REGIONS), ASKED)
    ways = [(pair["source"]["bucket"], pair["destination"]["bucket"]) for pair in found]
    names = [f"invoices-{region}" for region in REGIONS]
    assert ways == list(itertools.permutations(names, 2))
    legal, problems = legal_pairs(found, ACCOUNT)
    assert (len(legal), problems, shared_destinations(legal, found)) == (12, [], [])


def test_a_pair_says_all_of_its_rule() -> None:
    first = member("one", storage_class="STANDARD_IA", kms_key_id="key-1")
    second = member("two", "eu-west-1", kms_key_id="key-2")
    assert pairs([first, second], Set("s", prefix="a/", delete_markers=False, time_control=True)) == [
        {
            "source": {"bucket": source["bucket"], "region": source["region"], "kms_key_arns": [source["kms_key_id"]]},
            "destination": {
                "bucket": destination["bucket"],
                "region": destination["region"],
                "storage_class": destination.get("storage_class", ""),
                "replica_kms_key_id": destination["kms_key_id"],
            },
            "rule_id": f"set-s-to-{destination['bucket']}",
            "status": "enabled",
            "prefix": "a/",
            "delete_marker_replication": False,
            "replica_modifications": True,
            "replication_time_control": True,
        }
        for source, destination in ((first, second), (second, first))
    ]


def test_names_are_given_or_made_and_two_buckets_may_share_a_region() -> None:
    found = pairs([member("by-hand"), *regions("us-east-1")], Set("s", "{name}-{account}-{region}-an", ACCOUNT))
    assert [pair["source"]["bucket"] for pair in found] == ["by-hand", f"s-{ACCOUNT}-us-east-1-an"]


def test_all_problems_of_a_list_are_told_together() -> None:
    wrong = [
        member("Invoices"),
        {"bucket": "x-1", "region": "here"},
        {"region": None},
        *regions("eu-west-1", "eu-west-1"),
        member("k-1", kms_key_id="key"),
    ]
    told = refused(wrong, Set("a-to-b", "t-{region}"))
    expected = (
        "name 'a-to-b'",
        "member 1: bucket 'Invoices' is not a bucket's name",
        "member 2: region 'here' is not a Region",
        "member 3: region None",
        "bucket t-eu-west-1 is 2 members at once (eu-west-1)",
        "t-eu-west-1, t-eu-west-1 has no kms_key_id",
    )
    assert [text in problem for text, problem in zip(expected, told, strict=True)] == [True] * 6, told


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{region", "can't be read"),
        ("{name}-dr", "lacks {region}"),
        ("{bucket}-{region}", "has {bucket}; known are {account}, {name}, {region}"),
        ("{}-{region}", "has {}; known"),
        ("{region!r}", "formats a placeholder"),
        ("{name:>9}-{region}", "formats a placeholder"),
        ("{name.x}-{region}", "has {name.x}"),
        ("x" * 60 + "{region}", "has 69 characters; a bucket's name has 63 at most"),
        ("Up-{region}", "is not a bucket's name"),
    ],
)
def test_a_template_is_checked(template: str, told: str) -> None:
    assert told in refused(regions("us-east-1", "eu-west-1"), Set("s", template))[0]


@pytest.mark.parametrize("name", ["", "a_b", "ä", "x" * 65, "a-to-b", "a-to", "a\n", "-to-"])
def test_names_that_ids_could_not_be_told_apart_by_are_refused(name: str) -> None:
    assert "can't stand in rule ids" in refused(regions(*REGIONS), Set(name, "x-{region}"))[0]


@pytest.mark.parametrize("count", [0, 1])
def test_less_than_two_members_are_no_set(count: int) -> None:
    assert refused(regions(*REGIONS[:count])) == [f"a replica set has two members at least; {count} given"]


def test_a_member_without_any_name_and_one_whose_name_is_no_text_are_told() -> None:
    told = refused([{"region": "us-east-1"}, {"region": "us-east-1", "bucket": 12}], Set("s"))
    assert "member 1 has no bucket" in told[0]
    assert "member 2: bucket 12 is not" in told[1]


NAMES = st.from_regex(r"[a-zto-]{1,8}", fullmatch=True).filter(
    lambda name: not replica_set._set_problems(Set(name)),
)
BUCKETS = st.from_regex(r"[a-zto-]{3,9}", fullmatch=True)


@given(NAMES, BUCKETS, NAMES, BUCKETS)
def test_an_id_says_which_set_and_which_destination(name: str, bucket: str, other: str, other_bucket: str) -> None:
    assert (rule_id(name, bucket) == rule_id(other, other_bucket)) == ((name, bucket) == (other, other_bucket))
    assert bears_mark(rule_id(name, bucket), bucket)


def test_the_longest_id_fits() -> None:
    assert len(rule_id("x" * 64, "b" * 63)) <= MAX_ID


@pytest.mark.parametrize(("count", "length", "encrypted"), [(7, 63, True), (13, 30, False)])
def test_so_many_members_fit_into_their_roles(count: int, length: int, encrypted: bool) -> None:
    listed = []
    for number in range(count):
        place = f"ap-southeast-{number}"
        key = {"kms_key_id": f"arn:aws:kms:{place}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
        listed.append(member(f"b-{place}".ljust(length, "x"), place, **(key if encrypted else {})))
    for source, mine in itertools.groupby(pairs(listed, ASKED), lambda pair: pair["source"]["bucket"]):
        assert sum(policy_size(permissions_policy([pair], "aws")) for pair in mine) <= INLINE_POLICIES_SIZE, source


# ---- growing and shrinking -------------------------------------------------------------------------------------------

SOMEBODYS = {
    "ID": "somebodys",
    "Priority": 1,
    "Status": "Enabled",
    "Filter": {"Prefix": "x"},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::elsewhere"},
}
Account = dict[str, Any]  # the configuration of each bucket, or None


def answer(bucket: str, there: Configuration | None) -> Raw:
    return {"bucket": bucket, "region": None, "readable": True, "replication": as_result(there), "error": None}


def set_up(account: Account, members: list[Raw]) -> Account:
    """What the role comes to: the pairs of today, then the rules of who left."""
    after = dict(account)
    wanted = pairs(members, Set("s"))
    for source, mine in itertools.groupby(wanted, lambda pair: pair["source"]["bucket"]):
        made = plan_present(after.get(source), ROLE, [rule(pair) for pair in mine], False, "aws")
        assert made.after is not None
        assert set_problems(made.after, made.named) == []
        after[source] = made.after
    names = [one["bucket"] for one in members]
    leavers = departures([answer(name, after[name]) for name in names], "s", members, [], "r-")["leavers"]
    found = departures([answer(name, after.get(name)) for name in [*names, *leavers]], "s", members, [], "r-")
    assert found["leavers"] == leavers
    for work in found["buckets"]:
        after[work["bucket"]] = plan_absent(after[work["bucket"]], [one["id"] for one in work["rules"]], "aws").after
    return after


def documents(configuration: Configuration | None) -> dict[str, Raw]:
    return {one["ID"]: dict(one) for one in configuration.rules} if configuration else {}


MEMBERS = [member(f"bucket-{letter}") for letter in "abcdef"]


@given(
    st.lists(
        st.lists(st.sampled_from(MEMBERS), min_size=2, unique_by=lambda one: str(one["bucket"])), min_size=1, max_size=5
    )
)
def test_members_come_and_go_without_touching_the_rules_between_others(history: list[list[Raw]]) -> None:
    account: Account = {one["bucket"]: Configuration(ROLE, (SOMEBODYS,)) for one in MEMBERS[::2]}
    previous: set[str] = set()
    for members in history:
        if previous and previous.isdisjoint(one["bucket"] for one in members):
            continue  # where nobody stayed nothing tells of the leavers; they have to be named
        before, account = account, set_up(account, members)
        names = {one["bucket"] for one in members}
        for bucket, configuration in account.items():
            rules = documents(configuration)
            priorities = [one["Priority"] for one in rules.values()]
            assert len(set(priorities)) == len(priorities)
            targets = {key.removeprefix("set-s-to-") for key in rules} - {"somebodys"}
            assert targets == (names - {bucket} if bucket in names else set())
            assert rules.get("somebodys") == documents(before.get(bucket)).get("somebodys")
            for other in (names & previous) - {bucket} if bucket in names & previous else ():
                assert rules[rule_id("s", other)] == documents(before[bucket])[rule_id("s", other)]
        assert set_up(account, members) == account
        assert set_up(account, members[::-1]) == account
        previous = names


# ---- what is left of leavers -----------------------------------------------------------------------------------------


def read(bucket: str, *rules: tuple[str, str]) -> Raw:
    listed = [{"id": key, "destination": {"bucket": to}, "status": "enabled"} for key, to in rules]
    return {"bucket": bucket, "readable": True, "replication": {"rules": listed}, "error": None}


def unread(bucket: str) -> Raw:
    return {"bucket": bucket, "readable": False, "replication": None, "error": "no answer"}


A, B = member("aaa"), member("bbb", "eu-west-1")
TO = {name: (f"set-s-to-{name}", name) for name in ("aaa", "bbb", "ccc")}
ELSEWHERE = ("to-ddd", "ddd")


def gone(*answers: Raw, leavers: tuple[str, ...] = ()) -> Raw:
    return departures(answers, "s", [A, B], leavers, "r-")


def test_nothing_is_done_when_nobody_left() -> None:
    found = gone(read("aaa", TO["bbb"], ELSEWHERE), read("bbb", TO["aaa"]))
    assert found == {"leavers": [], "buckets": [], "unreadable": []}


def test_rules_and_permissions_go_both_ways_and_nothing_else() -> None:
    found = gone(
        read("aaa", TO["bbb"], TO["ccc"], ELSEWHERE, ("set-other-to-ccc", "eee")),
        read("bbb", TO["aaa"]),
        read("ccc", TO["aaa"], TO["bbb"]),
    )
    assert found["leavers"] == ["ccc"]
    assert found["unreadable"] == []
    assert found["buckets"] == [
        {
            "bucket": "ccc",
            "region": "us-east-1",
            "rules": [{"id": "set-s-to-aaa"}, {"id": "set-s-to-bbb"}],
            "switch_off": [],
            "role_name": "r-ccc",
            "policies": ["replicate-to-aaa", "replicate-to-bbb"],
            "silent": True,
        },
        {
            "bucket": "aaa",
            "region": "us-east-1",
            "rules": [{"id": "set-s-to-ccc"}],
            "switch_off": [{"id": "set-s-to-ccc", "status": "disabled"}],
            "role_name": "r-aaa",
            "policies": ["replicate-to-ccc"],
            "silent": False,
        },
        {
            "bucket": "bbb",
            "region": "eu-west-1",
            "rules": [],
            "switch_off": [],
            "role_name": "r-bbb",
            "policies": ["replicate-to-ccc"],
            "silent": False,
        },
    ]


def test_what_another_rule_needs_stays() -> None:
    found = gone(read("aaa", TO["ccc"], ("set-other-to-ccc", "ccc")), read("ccc", TO["aaa"], ("to-bbb", "bbb")))
    leaver, one = found["buckets"]
    assert (leaver["rules"], one["rules"]) == ([{"id": "set-s-to-aaa"}], [{"id": "set-s-to-ccc"}])
    assert (leaver["policies"], leaver["silent"], one["policies"]) == (["replicate-to-aaa"], False, [])


def test_a_leaver_that_can_not_be_read_loses_its_permissions() -> None:
    """Its rules can't be seen, nor can S3 be asked to change a rule to it; so that one is removed at once."""
    found = gone(read("aaa", TO["ccc"]), unread("bbb"), unread("ccc"))
    assert found["unreadable"] == [{"bucket": "ccc", "error": "no answer"}]
    leaver, one = found["buckets"]
    assert (leaver["rules"], leaver["silent"]) == ([], False)
    assert leaver["policies"] == ["replicate-to-aaa", "replicate-to-bbb"]
    assert (one["bucket"], one["rules"], one["switch_off"]) == ("aaa", [{"id": "set-s-to-ccc"}], [])


def test_a_leaver_may_be_named_though_no_rule_tells_of_it() -> None:
    found = gone(read("aaa"), read("bbb"), read("ccc", TO["aaa"]), leavers=("ccc",))
    assert found["leavers"] == ["ccc"]
    assert found["buckets"][0]["rules"] == [{"id": "set-s-to-aaa"}]


def test_a_member_is_no_leaver() -> None:
    with pytest.raises(RefusedError, match="bucket aaa is a member of the set and said to leave it"):
        gone(read("aaa"), leavers=("aaa",))
