# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host name and a request line mean."""

from __future__ import annotations

import pytest

from aws_lab.hosts import Host, is_aws, parse_host
from aws_lab.operations import operation_of

HOSTS = [
    ("s3.amazonaws.com", Host("s3", "us-east-1")),
    ("s3.us-west-2.amazonaws.com", Host("s3", "us-west-2")),
    ("s3.dualstack.us-west-2.amazonaws.com", Host("s3", "us-west-2")),
    ("s3-eu-west-1.amazonaws.com", Host("s3", "eu-west-1")),
    ("bucket.s3.amazonaws.com", Host("s3", "us-east-1", "bucket")),
    ("bucket.s3.us-gov-west-1.amazonaws.com", Host("s3", "us-gov-west-1", "bucket")),
    ("bucket.s3-us-west-2.amazonaws.com", Host("s3", "us-west-2", "bucket")),
    ("my.dotted.bucket.s3.eu-central-1.amazonaws.com", Host("s3", "eu-central-1", "my.dotted.bucket")),
    ("us-west-2.s3.eu-central-1.amazonaws.com", Host("s3", "eu-central-1", "us-west-2")),
    ("logs.s3.s3.eu-central-1.amazonaws.com", Host("s3", "eu-central-1", "logs.s3")),
    ("bucket.s3.cn-north-1.amazonaws.com.cn", Host("s3", "cn-north-1", "bucket")),
    ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", Host("s3", "global", "mfzwi23gnjvgw.mrap.accesspoint")),
    ("s3-control.us-west-2.amazonaws.com", Host("s3-control", "us-west-2")),
    ("111122223333.s3-control.us-west-2.amazonaws.com", Host("s3-control", "us-west-2", None, "111122223333")),
    (
        "111122223333.s3-control.dualstack.us-west-2.amazonaws.com",
        Host("s3-control", "us-west-2", None, "111122223333"),
    ),
    ("111122223333.ddb.eu-west-1.amazonaws.com", Host("dynamodb", "eu-west-1", None, "111122223333")),
    ("dynamodb.eu-west-1.amazonaws.com", Host("dynamodb", "eu-west-1")),
    ("monitoring.eu-west-1.amazonaws.com", Host("cloudwatch", "eu-west-1")),
    ("us-west-2.queue.amazonaws.com", Host("sqs", "us-west-2")),
    ("iam.amazonaws.com", Host("iam", "us-east-1")),
    ("sts.amazonaws.com", Host("sts", "us-east-1")),
    ("sts.eu-west-1.amazonaws.com:443", Host("sts", "eu-west-1")),
    ("globalaccelerator.amazonaws.com", Host("globalaccelerator", "us-west-2")),
    ("route53-recovery-control-config.us-west-2.amazonaws.com", Host("route53-recovery-control-config", "us-west-2")),
    (
        "aabb1122.route53-recovery-cluster.ap-northeast-1.amazonaws.com",
        Host("route53-recovery-cluster", "ap-northeast-1"),
    ),
    ("lambda.us-east-1.api.aws", Host("lambda", "us-east-1")),
]


@pytest.mark.parametrize(("name", "meaning"), HOSTS)
def test_host_names(name: str, meaning: Host) -> None:
    assert parse_host(name) == meaning
    assert parse_host(name.upper()) == meaning


@pytest.mark.parametrize("name", [name for name, _unused in HOSTS if ":" not in name])
def test_hosts_of_aws(name: str) -> None:
    assert is_aws(name)


@pytest.mark.parametrize(
    "name",
    [
        "example.com",
        "amazonaws.com",
        "amazonaws.com.example.com",
        "s3.amazonaws.com.evil.org",
        "xamazonaws.com",
        "",
        "s3.eu-nowhere-9.amazonaws.com",
        "sqs.us-east-11.amazonaws.com",
    ],
)
def test_other_hosts(name: str) -> None:
    assert not is_aws(name)


def _s3(method: str, query: dict[str, list[str]], headers: dict[str, str] | None = None, *, level: str) -> str:
    return operation_of(
        service="s3",
        method=method,
        raw_path="/",
        query=query,
        headers=headers or {},
        body=b"",
        has_bucket=level != "service",
        has_key=level == "object",
    )


@pytest.mark.parametrize(
    ("level", "method", "query", "headers", "name"),
    [
        ("service", "GET", {}, {}, "ListBuckets"),
        ("bucket", "PUT", {}, {}, "CreateBucket"),
        ("bucket", "HEAD", {}, {}, "HeadBucket"),
        ("bucket", "DELETE", {}, {}, "DeleteBucket"),
        ("bucket", "GET", {}, {}, "ListObjects"),
        ("bucket", "GET", {"list-type": ["2"]}, {}, "ListObjectsV2"),
        ("bucket", "GET", {"versions": [""]}, {}, "ListObjectVersions"),
        ("bucket", "GET", {"uploads": [""]}, {}, "ListMultipartUploads"),
        ("bucket", "GET", {"location": [""]}, {}, "GetBucketLocation"),
        ("bucket", "GET", {"replication": [""]}, {}, "GetBucketReplication"),
        ("bucket", "PUT", {"replication": [""]}, {}, "PutBucketReplication"),
        ("bucket", "DELETE", {"replication": [""]}, {}, "DeleteBucketReplication"),
        ("bucket", "PUT", {"versioning": [""]}, {}, "PutBucketVersioning"),
        ("bucket", "PUT", {"notification": [""]}, {}, "PutBucketNotificationConfiguration"),
        ("bucket", "GET", {"lifecycle": [""]}, {}, "GetBucketLifecycleConfiguration"),
        ("bucket", "GET", {"object-lock": [""]}, {}, "GetObjectLockConfiguration"),
        ("bucket", "GET", {"publicAccessBlock": [""]}, {}, "GetPublicAccessBlock"),
        ("bucket", "GET", {"inventory": [""]}, {}, "ListBucketInventoryConfigurations"),
        ("bucket", "GET", {"inventory": [""], "id": ["a"]}, {}, "GetBucketInventoryConfiguration"),
        ("bucket", "POST", {"delete": [""]}, {}, "DeleteObjects"),
        ("bucket", "DELETE", {"lifecycle": [""]}, {}, "DeleteBucketLifecycle"),
        ("bucket", "PUT", {"lifecycle": [""]}, {}, "PutBucketLifecycleConfiguration"),
        ("object", "PUT", {}, {}, "PutObject"),
        ("object", "PUT", {}, {"x-amz-copy-source": "b/k"}, "CopyObject"),
        ("object", "GET", {"versionId": ["1"]}, {}, "GetObject"),
        ("object", "HEAD", {}, {}, "HeadObject"),
        ("object", "DELETE", {}, {}, "DeleteObject"),
        ("object", "PUT", {"tagging": [""]}, {}, "PutObjectTagging"),
        ("object", "PUT", {"retention": [""]}, {}, "PutObjectRetention"),
        ("object", "POST", {"uploads": [""]}, {}, "CreateMultipartUpload"),
        ("object", "PUT", {"uploadId": ["1"], "partNumber": ["1"]}, {}, "UploadPart"),
        ("object", "PUT", {"uploadId": ["1"], "partNumber": ["1"]}, {"x-amz-copy-source": "b/k"}, "UploadPartCopy"),
        ("object", "POST", {"uploadId": ["1"]}, {}, "CompleteMultipartUpload"),
        ("object", "DELETE", {"uploadId": ["1"]}, {}, "AbortMultipartUpload"),
        ("object", "POST", {"restore": [""]}, {}, "RestoreObject"),
    ],
)
def test_names_of_s3_operations(
    level: str, method: str, query: dict[str, list[str]], headers: dict[str, str], name: str
) -> None:
    assert _s3(method, query, headers, level=level) == name


@pytest.mark.parametrize(
    ("service", "method", "path", "name"),
    [
        ("s3-control", "POST", "/v20180820/jobs", "CreateJob"),
        ("s3-control", "GET", "/v20180820/jobs/1-2", "DescribeJob"),
        ("s3-control", "POST", "/v20180820/jobs/1-2/status", "UpdateJobStatus"),
        ("s3-control", "GET", "/v20180820/mrap/instances/arn%3Aaws/routes", "GetMultiRegionAccessPointRoutes"),
        ("s3-control", "GET", "/v20180820/async-requests/mrap/arn:aws:s3/x", "DescribeMultiRegionAccessPointOperation"),
        ("lambda", "POST", "/2015-03-31/functions/f/invocations", "Invoke"),
        ("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", "ChangeResourceRecordSets"),
        ("cloudwatch", "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", "PutMetricData"),
        ("fis", "POST", "/experiments", "StartExperiment"),
        ("account", "POST", "/getRegionOptStatus", "GetRegionOptStatus"),
    ],
)
def test_names_told_by_the_path(service: str, method: str, path: str, name: str) -> None:
    said = operation_of(
        service=service, method=method, raw_path=path, query={}, headers={}, body=b"", has_bucket=False, has_key=False
    )
    assert said == name
