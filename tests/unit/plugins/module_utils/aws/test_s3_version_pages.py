# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import s3_version_pages as pages
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AccessDeniedError, AwsError, UnreachableError
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.s3_version_pages import Place
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_kinds import Entry
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.compare_verdicts import Look
from ansible_collections.aws_dr.s3.plugins.module_utils.domain.version_page import read_page
from ansible_collections.aws_dr.s3.tests.unit.plugins.module_utils.domain.compare_samples import (
    buckets,
    entry,
    in_order,
    marker,
)

Handler = Callable[..., Any]


class Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_more: Any) -> Any:
        """All at once."""
        yield self.read()


def client_with(answer: Callable[[Any], tuple[int, dict[str, str], bytes]], attempts: int = 1) -> Any:
    """A real client whose requests never leave the process."""
    client = boto3.client(
        "s3",
        "us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"mode": "standard", "total_max_attempts": attempts}),
    )

    def send(request: Any, **_more: Any) -> AWSResponse:
        status, headers, body = answer(request)
        return AWSResponse(request.url, status, headers, Raw(body))

    client.meta.events.register("before-send.s3", send)
    return client


def document(versions: Sequence[Entry], more: str = "", encoded: bool = True, extra: str = "") -> bytes:
    """ListObjectVersions' answer as S3 writes it; ``more`` is the next key."""

    def name(key: str) -> str:
        return quote(key, safe="/*-._").replace("%20", "+") if encoded else escape(key)

    told = f"<Name>invoices</Name><Prefix></Prefix><KeyMarker></KeyMarker><MaxKeys>1000</MaxKeys>{extra}"
    told += "<EncodingType>url</EncodingType>" if encoded else ""
    told += f"<NextKeyMarker>{name(more)}</NextKeyMarker>" if more else ""
    told += "<NextVersionIdMarker>v</NextVersionIdMarker>" if more else ""
    told += f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    )
    return (head + told + "".join(_shown(one, name) for one in versions) + "</ListVersionsResult>").encode()


def _shown(one: Entry, name: Callable[[str], str]) -> str:
    kind = "DeleteMarker" if one.marker else "Version"
    checksum = "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
    body = "" if one.marker else f"<ETag>&quot;{one.etag}&quot;</ETag>{checksum}<Size>{one.size}</Size>"
    owner = "<Owner><ID>75aa</ID></Owner>"
    rest = "" if one.marker else "<StorageClass>STANDARD</StorageClass>"
    return (
        f"<{kind}><Key>{name(one.key)}</Key><VersionId>{one.version_id}</VersionId>"
        f"<IsLatest>{str(one.latest).lower()}</IsLatest><LastModified>{one.modified}</LastModified>"
        f"{body}{owner}{rest}</{kind}>"
    )


def listed(body: bytes, fast: bool = True, after: Place | None = None) -> pages.VersionPage:
    """What the client makes of a document."""
    ANSWER[:] = [body]
    return pages.list_page(FAST if fast else SLOW, "invoices", None, "", after)


ANSWER: list[bytes] = []
SLOW = client_with(lambda request: (200, {}, ANSWER[0]))
FAST = pages.read_fast(client_with(lambda request: (200, {}, ANSWER[0])))


@given(buckets())
def test_fast_and_slow_reading_give_the_same_versions(versions: list[Entry]) -> None:
    body = document(versions)
    fast, slow = listed(body), listed(body, fast=False)
    assert sorted(fast.entries) == sorted(slow.entries) == sorted(versions)
    assert (read_page(body) is not None) is bool(versions)
    assert [one.key for one in fast.entries] == [one.key for one in versions]


@given(buckets().filter(bool), st.data())
def test_a_document_that_is_cut_anywhere_is_never_taken_for_a_whole_one(
    versions: list[Entry], data: st.DataObject
) -> None:
    body = document(versions)
    cut = data.draw(st.integers(0, len(body) - 1))
    assert read_page(body[:cut]) is None
    with pytest.raises(AwsError, match="Could not list the versions of bucket invoices"):
        listed(body[:cut])


@given(buckets(), buckets())
def test_a_page_that_may_be_alike_changes_nothing(versions: list[Entry], others: list[Entry]) -> None:
    """Whatever the last page was: the versions given are those of the document."""
    for last in (versions, others, versions[:-1]):
        like = read_page(document(last))
        page = read_page(document(versions), like)
        assert (page.entries if page else []) == versions


@pytest.mark.parametrize(
    ("was", "becomes", "alike"),
    [
        (b"STANDARD", b"GLACIER_IR", True),
        (b"<ID>75aa</ID>", b"<ID>75aa</ID><DisplayName>other</DisplayName>", True),
        (b"<Size>3<", b"<Size>4<", False),
        (b"<VersionId>v1<", b"<VersionId>v2<", False),
        (b"2026-01-02T", b"2026-01-03T", False),
        (b"e1", b"e2", False),
        (b"true</IsLatest>", b"false</IsLatest>", False),
    ],
)
def test_the_versions_of_a_replica_are_not_read_once_more(was: bytes, becomes: bytes, alike: bool) -> None:
    body = document([entry("a"), entry("b")])
    assert was in body
    like = read_page(body)
    page = read_page(body.replace(was, becomes), like)
    assert like and page and (page.entries is like.entries) == alike
    assert (page.entries == like.entries) == alike


@pytest.mark.parametrize(
    "body",
    [
        document([entry("a")], encoded=False),
        document([entry("a")]).replace(b"<VersionId>v1</VersionId>", b""),
        document([entry("a")]).replace(b"<Size>3</Size>", b""),
        document([entry("a")]).replace(b"e1", b"e1<!-- comment -->"),
        document([entry("a")]).replace(b"<IsLatest>true", b"<IsLatest>True"),
        document([entry("a")], extra="<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"),
        document([entry("a"), entry("b")]).replace(b"</Version><Version>", b"</Version><New/><Version>"),
        document([entry("a")]).replace(b"2026-01-02T03:04:05.000Z", b"2026-01-02T03:04:05Z"),
        b"<Error><Code>InternalError</Code></Error>",
        "<Version>ä</Version></ListVersionsResult>".encode(),
        b"",
    ],
)
def test_what_has_another_form_is_left_to_the_parser(body: bytes) -> None:
    assert read_page(body) is None


def test_other_forms_are_read_the_slow_way_all_the_same() -> None:
    body = document([entry("a"), marker("b")]).replace(b"</Version>", b"<New>x</New></Version>")
    assert listed(body).entries == [entry("a"), marker("b")]


def test_the_fast_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_entries", lambda answer: pytest.fail("botocore parsed the versions"))
    assert listed(document([entry("a b+c/ä%"), marker("z")])).entries == [entry("a b+c/ä%"), marker("z")]


def test_the_next_place_is_given_decoded_and_asked_for() -> None:
    asked: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        asked.append(request.url)
        return 200, {}, document([entry("a b")], more="a b")

    client = pages.read_fast(client_with(answer))
    page = pages.list_page(client, "invoices", "111122223333", "a", Place("a ", "w"), 7)
    assert page.next == Place("a b", "v")
    for part in ("prefix=a", "key-marker=a%20", "version-id-marker=w", "max-keys=7", "encoding-type=url"):
        assert part in asked[0]


@pytest.mark.parametrize(
    ("body", "after", "said"),
    [
        (document([entry("a")], more="a").replace(b"<NextKeyMarker>a</NextKeyMarker>", b""), None, "does not say"),
        (document([entry("a")]).replace(b"<IsTruncated>false</IsTruncated>", b""), None, "does not say"),
        (document([entry("a")], more="a").replace(b"<IsTruncated>true</IsTruncated>", b""), None, "does not say"),
        (document([entry("a")], more="a"), Place("b", "v"), "round in circles"),
        (document([entry("a")], more="a"), Place("a", "v"), "round in circles"),
        (document([entry("b"), entry("a")]), None, "are not in order"),
    ],
)
def test_a_page_that_does_not_fit_is_an_error(body: bytes, after: Place | None, said: str) -> None:
    with pytest.raises(AwsError, match=said):
        listed(body, after=after)


def test_an_answer_that_is_no_document_is_asked_for_again() -> None:
    answers = [b"<ListVersionsResult><IsTr", document([entry("a")])]
    client = pages.read_fast(client_with(lambda request: (200, {}, answers.pop(0)), attempts=2))
    assert pages.list_page(client, "invoices", None, "", None).entries == [entry("a")]


class Cutting(http.server.BaseHTTPRequestHandler):
    """Sends the document as S3 does, in chunks, and breaks off in the middle of the first answers."""

    protocol_version = "HTTP/1.1"
    cuts = 0

    def do_GET(self) -> None:
        """Answer, or half of it."""
        body = document([entry(f"{number:03}") for number in range(500)])
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if type(self).cuts:
            type(self).cuts -= 1
            self.wfile.write(b"%x\r\n" % len(body) + body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("cuts", "whole"), [(0, True), (1, True), (2, False)])
def test_a_connection_that_breaks_within_a_page_is_taken_up_or_told(cuts: int, whole: bool) -> None:
    Cutting.cuts = cuts
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cutting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = boto3.client(
            "s3",
            "us-east-1",
            endpoint_url=f"http://127.0.0.1:{server.server_port}",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
        )
        if whole:
            assert len(pages.list_page(pages.read_fast(client), "invoices", None, "", None).entries) == 500
        else:
            with pytest.raises(UnreachableError, match="Could not list the versions of bucket invoices"):
                pages.list_page(pages.read_fast(client), "invoices", None, "", None)
        server.shutdown()


def test_an_error_within_a_good_answer_is_an_error() -> None:
    body = b"<Error><Code>InternalError</Code><Message>We</Message></Error>"
    with pytest.raises(AwsError, match="InternalError"):
        listed(body)


def test_a_refusal_names_the_permission() -> None:
    body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    client = pages.read_fast(client_with(lambda request: (403, {}, body)))
    with pytest.raises(AccessDeniedError, match="s3:ListBucketVersions"):
        pages.list_page(client, "invoices", None, "", None)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"x-amz-replication-status": "COMPLETE"}, Look(status="COMPLETED", encryption="NONE")),
        (
            200,
            {"x-amz-replication-status": "FAILED", "x-amz-server-side-encryption": "aws:kms"},
            Look(status="FAILED", encryption="aws:kms"),
        ),
        (200, {"x-amz-server-side-encryption-customer-algorithm": "AES256"}, Look(status="NONE", encryption="SSE-C")),
        (404, {}, Look(there=False)),
        (405, {"x-amz-delete-marker": "true"}, Look()),
    ],
)
def test_a_look_at_a_version(status: int, headers: dict[str, str], expected: Look) -> None:
    client = client_with(lambda request: (status, headers, b""))
    assert pages.look_at(client, "invoices", "111122223333", "k", "v") == expected


def test_a_look_that_is_refused() -> None:
    with pytest.raises(AccessDeniedError, match="s3:GetObjectVersion"):
        pages.look_at(client_with(lambda request: (403, {}, b"")), "invoices", None, "k", "v")


def test_pages_are_in_the_order_of_s3() -> None:
    keys = ["a", "a/", "ä", "\uffff", "𝔘"]
    assert [one.key for one in in_order(map(entry, keys[::-1]))] == keys
