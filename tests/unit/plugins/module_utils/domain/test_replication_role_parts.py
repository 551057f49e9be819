# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import RefusedError
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role import permissions_policy, trust_policy
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.replication_role_parts import policy_size, role_policies

ACCOUNT = "111122223333"


def key(number: int, region: str = "us-east-1") -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/{number:08d}-1111-2222-3333-444444444444"


def pair(name: str, destination: str = "", **source: Any) -> dict[str, Any]:
    return {
        "source": {"bucket": name, "region": "us-east-1", **source},
        "destination": {"bucket": destination or f"{name}-dr", "region": "eu-west-1"},
    }


def rich(name: str, number: int) -> dict[str, Any]:
    full = pair(name, kms_key_arns=[key(number)], object_lock=True)
    full["destination"].update(replica_kms_key_id=key(number, "eu-west-1"), owner_override=True)
    return full


def grants(*documents: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """What is allowed: action, resource, service and encryption context."""
    found = set()
    for document in documents:
        for said in document["Statement"]:
            like = said.get("Condition", {}).get("StringLike", {})
            contexts = like.get("kms:EncryptionContext:aws:s3:arn", [""])
            service = [like.get("kms:ViaService", "")]
            found |= set(itertools.product(said["Action"], said["Resource"], service, contexts))
    return found


def test_the_size_is_what_iam_counts() -> None:
    assert policy_size({"Version": "2012-10-17", "Statement": []}) == len('{"Version":"2012-10-17","Statement":[]}')
    assert policy_size({"a": "b c\td"}) == len('{"a":"bc\\td"}')


def test_few_pairs_need_one_policy_that_says_whom_it_covers() -> None:
    pairs = [pair("photos"), pair("invoices"), pair("invoices", "invoices-archive")]
    (part,) = role_policies(pairs, "aws", "dr")
    assert part == {
        "name": "dr-1",
        "document": permissions_policy(pairs, "aws"),
        "size": policy_size(permissions_policy(pairs, "aws")),
        "covers": ["invoices -> invoices-archive", "invoices -> invoices-dr", "photos -> photos-dr"],
    }


def test_many_pairs_are_split_and_nothing_is_lost_or_added() -> None:
    pairs = [rich(f"bucket-{number:02d}", number) for number in range(40)]
    parts = role_policies(pairs, "aws", "dr")
    assert len(parts) > 3
    assert [part["name"] for part in parts] == [f"dr-{number}" for number in range(1, len(parts) + 1)]
    for part in parts:
        assert part["size"] == policy_size(part["document"]) <= 6_144
        sids = [said["Sid"] for said in part["document"]["Statement"]]
        assert len(set(sids)) == len(sids)
    assert grants(*(part["document"] for part in parts)) == grants(permissions_policy(pairs, "aws"))
    covered = [told for part in parts for told in part["covers"]]
    assert covered == [f"bucket-{number:02d} -> bucket-{number:02d}-dr" for number in range(40)]


def test_the_order_and_doubles_of_the_pairs_do_not_count() -> None:
    pairs = [rich(f"bucket-{number:02d}", number) for number in range(12)]
    assert role_policies([*reversed(pairs), *pairs], "aws", "dr") == role_policies(pairs, "aws", "dr")


def test_options_that_a_role_does_not_depend_on_do_not_count() -> None:
    odd = {**pair("invoices"), "tags": {1: "a", "b": None}, "prefix": "a/", "rule_id": "r"}
    assert role_policies([odd, pair("invoices")], "aws", "dr") == role_policies([pair("invoices")], "aws", "dr")


def test_a_set_that_grows_keeps_the_names() -> None:
    pairs = [pair(f"bucket-{number:03d}") for number in range(60)]
    fewer, more = (role_policies(pairs[:count], "aws", "dr") for count in (30, 60))
    assert [part["name"] for part in more[: len(fewer)]] == [part["name"] for part in fewer]
    assert more[: len(fewer) - 1] == fewer[:-1], "what is full stays as it is when buckets come behind it"


def test_very_many_keys_of_one_bucket_are_shared_out() -> None:
    many = pair("invoices", kms_key_arns=[key(number) for number in range(100)])
    parts = role_policies([many], "aws", "dr")
    assert len(parts) == 2
    assert grants(*(part["document"] for part in parts)) == grants(permissions_policy([many], "aws"))
    assert parts[0]["covers"][0] == "invoices -> invoices-dr (source keys 1 to 20 of 100)"
    assert parts[1]["covers"][-1] == "invoices -> invoices-dr (source keys 81 to 100 of 100)"


def test_inline_policies_share_one_size() -> None:
    pairs = [pair(f"bucket-{number:03d}") for number in range(80)]
    (part,) = role_policies(pairs, "aws", "dr", "inline")
    assert 6_144 < part["size"] <= 10_240
    with pytest.raises(RefusedError, match=r"a role has 1 policy of 10,240 characters; split them by source bucket"):
        role_policies([pair(f"bucket-{number:03d}") for number in range(150)], "aws", "dr", "inline")


def test_what_does_not_fit_one_role_is_split_by_source_bucket() -> None:
    pairs = [rich(f"bucket-{number:03d}", number) for number in range(200)]
    with pytest.raises(RefusedError, match="10 policies of 6,144 characters") as refused:
        role_policies(pairs, "aws", "dr")
    spans = re.findall(r"the (\d+) source buckets from (bucket-\d+) to (bucket-\d+)", str(refused.value))
    assert sum(int(count) for count, _unused, _unused2 in spans) == 200
    for _unused, first, last in spans:
        mine = [one for one in pairs if first <= one["source"]["bucket"] <= last]
        assert len(role_policies(mine, "aws", "dr")) <= 10
    assert f"role {len(spans)} for " in str(refused.value)
    assert len(role_policies(pairs, "aws", "dr", policies_per_role=50)) > 10


def test_a_source_bucket_that_is_too_much_alone_is_named() -> None:
    pairs = [pair("invoices", f"{'d' * 50}-{number:04d}") for number in range(900)]
    with pytest.raises(RefusedError, match="source bucket invoices alone need") as refused:
        role_policies([*pairs, pair("photos")], "aws", "dr")
    assert len(refused.value.problems) == 1 and "fewer destinations" in refused.value.problems[0]


@pytest.mark.parametrize(("options", "told"), [({"kind": "both"}, "kind"), ({"policies_per_role": 0}, "per_role")])
def test_options_that_can_not_be_right_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        role_policies([pair("invoices")], "aws", "dr", **options)


def test_problems_of_the_pairs_come_before_their_size() -> None:
    with pytest.raises(RefusedError) as refused:
        role_policies([pair("UPPER"), pair("invoices", kms_key_arns=["alias/x"]), pair("UPPER")], "aws", "dr")
    assert len(refused.value.problems) == 3  # the destination of UPPER is no bucket's name either


def test_the_trust_policy_fits_iams_quota() -> None:
    assert policy_size(trust_policy(ACCOUNT)) < 2_048


names = st.one_of(st.sampled_from(["one", "two"]), st.from_regex(r"[a-z0-9][a-z0-9-]{1,60}[a-z0-9]", fullmatch=True))
bools = st.sampled_from([None, True, False])
pairs_of_any_kind = st.builds(
    lambda source, destination, keys, replica, default, lock, owner, marks, own, other: {
        "source": {
            "bucket": source,
            "region": "us-east-1",
            "kms_key_arns": [key(number) for number in keys],
            "object_lock": lock,
            "bucket_key": own,
        },
        "destination": {
            "bucket": destination,
            "region": "eu-west-1",
            "replica_kms_key_id": key(replica, "eu-west-1") if replica else None,
            "default_kms_key_arn": key(default, "eu-west-1") if default else None,
            "owner_override": owner,
            "bucket_key": other,
        },
        "delete_marker_replication": marks,
    },
    names, names, st.lists(st.integers(1, 3), max_size=30), st.integers(0, 3), st.integers(0, 3), bools, bools, bools,
    bools, bools,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(pairs_of_any_kind, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_any_set_keeps_its_permissions_and_fits(pairs: list[dict[str, Any]], random: Any) -> None:
    parts = role_policies(pairs, "aws", "dr")
    shuffled = random.sample(pairs, len(pairs))
    assert role_policies(shuffled, "aws", "dr") == parts
    assert all(len(json.dumps(part["document"], separators=(",", ":"))) <= 6_144 for part in parts)
    whole = grants(*(part["document"] for part in parts))
    alone = grants(*(permissions_policy([one], "aws") for one in pairs))
    assert whole == alone, "together they may do what each pair alone needs, and nothing else"
