# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy: which hosts it plays, and that HTTP through it is whole."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from labclient import Clients, Lab, raw_get

PROXY = urlsplit(os.environ.get("HTTPS_PROXY", "http://127.0.0.1:1"))


def _tunnel(host: str, asked: str | None = None) -> ssl.SSLSocket:
    """A TLS connection through the proxy, checked as strictly as clients do."""
    plain = socket.create_connection((PROXY.hostname, PROXY.port), timeout=10)
    plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    assert b" 200 " in plain.recv(1000)
    context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    return context.wrap_socket(plain, server_hostname=asked or host)


@pytest.mark.parametrize(
    "host",
    [
        "s3.amazonaws.com",
        "bucket.s3.us-west-2.amazonaws.com",
        "my.dotted.bucket.s3.us-west-2.amazonaws.com",
        "111122223333.s3-control.us-west-2.amazonaws.com",
        "iam.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
        "a" * 63 + ".s3.us-west-2.amazonaws.com",
        "lambda.us-east-1.api.aws",
    ],
)
def test_a_certificate_for_every_aws_name(host: str) -> None:
    _tunnel(host).close()


def test_the_certificate_is_for_the_name_that_tls_asks_for() -> None:
    _tunnel("s3.amazonaws.com", asked="sqs.us-west-2.amazonaws.com").close()


@pytest.mark.parametrize("host", ["example.com:443", "s3.amazonaws.com.example.org:443", "169.254.169.254:80"])
def test_other_hosts_are_refused(host: str) -> None:
    connection = http.client.HTTPConnection(str(PROXY.hostname), PROXY.port, timeout=10)
    connection.request("CONNECT", host)
    answer = connection.getresponse()
    assert answer.status == 403


def test_plain_proxy_requests_are_refused() -> None:
    connection = http.client.HTTPConnection(str(PROXY.hostname), PROXY.port, timeout=10)
    connection.request("GET", "http://s3.amazonaws.com/")
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"refuses http://s3.amazonaws.com/" in answer.read()


def test_a_connection_is_kept_alive() -> None:
    secured = _tunnel("s3.amazonaws.com")
    for _unused in range(3):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: s3.amazonaws.com\r\n\r\n")
        answer = http.client.HTTPResponse(secured)
        answer.begin()
        assert answer.status == 403  # unsigned
        assert b"AccessDenied" in answer.read()


def test_pipelined_requests_are_answered_in_order() -> None:
    secured = _tunnel("s3.amazonaws.com")
    host = b" HTTP/1.1\r\nHost: s3.amazonaws.com\r\n\r\n"
    secured.sendall(b"HEAD /one" + host + b"GET /" + host)
    text = b""
    while b"</Error>" not in text:
        more = secured.recv(10_000)
        assert more, text
        text += more
    assert text.count(b"HTTP/1.1 ") == 2


def test_expect_100_continue_is_answered_before_the_body_comes() -> None:
    secured = _tunnel("x.s3.amazonaws.com")
    secured.sendall(b"PUT /k HTTP/1.1\r\nHost: x.s3.amazonaws.com\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert secured.recv(1000).startswith(b"HTTP/1.1 100 ")
    secured.sendall(b"hi")
    assert secured.recv(1000).startswith(b"HTTP/1.1 40")


def test_malformed_requests_get_400() -> None:
    secured = _tunnel("s3.amazonaws.com")
    secured.sendall(b"NONSENSE\r\n\r\n")
    assert secured.recv(1000).startswith(b"HTTP/1.1 400")


def test_multipart_upload_of_a_big_body(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("big-bucket", "us-west-2"), client("s3", "us-west-2")
    part = os.urandom(1 << 20) * 24
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=body)["ETag"],
        }
        for number, body in ((1, part), (2, part), (3, b"end"))
    ]
    s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    head = s3.head_object(Bucket=bucket, Key="big")
    assert head["ContentLength"] == 2 * len(part) + 3
    body = s3.get_object(Bucket=bucket, Key="big")["Body"].read()
    assert hashlib.sha256(body).digest() == hashlib.sha256(part + part + b"end").digest()
    assert s3.get_object(Bucket=bucket, Key="big", Range="bytes=-3")["Body"].read() == b"end"


@pytest.mark.parametrize(
    "key", ["plain", "a b+c&d=e", "ünï/çødé/日本", "#%25?", "new\nline", "a//b/../c", "é" * 512, ".", "~'()*!;:@$,[]"]
)
def test_keys_arrive_unharmed(client: Clients, lab: Lab, make_bucket: Callable[..., str], key: str) -> None:
    bucket, s3 = make_bucket("key-bucket"), client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x"
    assert [entry["key"] for entry in lab.journal(operation="PutObject")] == [key]


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_both_styles_of_naming_a_bucket(client: Clients, lab: Lab, make_bucket: Callable[..., str], style: str) -> None:
    bucket = make_bucket("style-bucket", "us-west-2")
    s3 = client("s3", "us-west-2", s3={"addressing_style": style})
    s3.put_object(Bucket=bucket, Key="a/k", Body=b"x")
    assert s3.get_object(Bucket=bucket, Key="a/k")["Body"].read() == b"x"
    assert [(entry["bucket"], entry["key"]) for entry in lab.journal(operation="GetObject")] == [(bucket, "a/k")]


def test_a_bucket_with_dots_by_virtual_host(client: Clients, lab: Lab, make_bucket: Callable[..., str]) -> None:
    """boto3 avoids this, because AWS's certificate does not cover the name; other clients do not."""
    bucket = make_bucket("my.dotted.bucket", "us-west-2")
    client("s3", "us-west-2").put_object(Bucket=bucket, Key="k", Body=b"dotted")
    answer = raw_get(f"{bucket}.s3.us-west-2.amazonaws.com", "/k", "us-west-2")
    assert (answer[0], answer[2]) == (200, "dotted")
    assert {entry["bucket"] for entry in lab.journal(service="s3")} == {bucket}


def test_presigned_urls(client: Clients, make_bucket: Callable[..., str]) -> None:
    bucket, s3 = make_bucket("presigned-bucket"), client("s3")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"secret")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    trusted = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    with urllib.request.urlopen(url, context=trusted) as answer:
        assert answer.read() == b"secret"
    with pytest.raises(urllib.error.HTTPError) as forged:
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"), context=trusted)
    assert forged.value.code == 403
    assert b"SignatureDoesNotMatch" in forged.value.read()


def test_the_aws_command_line(lab: Lab, make_bucket: Callable[..., str]) -> None:
    bucket = make_bucket("cli-bucket", "eu-west-1")
    put = ["aws", "s3", "cp", "-", f"s3://{bucket}/k", "--region", "eu-west-1"]
    subprocess.run(put, input=b"from a pipe", check=True, capture_output=True)
    got = subprocess.run(["aws", "s3", "cp", f"s3://{bucket}/k", "-"], check=True, capture_output=True)
    assert got.stdout == b"from a pipe"
    assert lab.counts()["s3/eu-west-1/PutObject"] == 1
