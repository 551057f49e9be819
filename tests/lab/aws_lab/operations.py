# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of operations, derived from the wire.

JSON services say it in X-Amz-Target, query services in Action, CloudWatch's CBOR in the path. S3, S3 Control, Route 53,
Lambda and the like are told by method and path, as in their API references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs

Query = Mapping[str, list[str]]

# Sub-resources of a bucket: name in the query -> (name in the operation, verbs of PUT and DELETE)
_BUCKET_PARTS = {
    "replication": "BucketReplication",
    "policy": "BucketPolicy",
    "tagging": "BucketTagging",
    "lifecycle": "BucketLifecycleConfiguration",
    "cors": "BucketCors",
    "website": "BucketWebsite",
    "encryption": "BucketEncryption",
    "publicAccessBlock": "PublicAccessBlock",
    "ownershipControls": "BucketOwnershipControls",
    "versioning": "BucketVersioning",
    "acl": "BucketAcl",
    "logging": "BucketLogging",
    "notification": "BucketNotificationConfiguration",
    "accelerate": "BucketAccelerateConfiguration",
    "requestPayment": "BucketRequestPayment",
    "object-lock": "ObjectLockConfiguration",
    "inventory": "BucketInventoryConfiguration",
    "metrics": "BucketMetricsConfiguration",
    "analytics": "BucketAnalyticsConfiguration",
    "intelligent-tiering": "BucketIntelligentTieringConfiguration",
    "policyStatus": "BucketPolicyStatus",
    "location": "BucketLocation",
}
_ODD_NAMES = {"DeleteBucketLifecycleConfiguration": "DeleteBucketLifecycle"}
_LISTED_PARTS = {"inventory", "metrics", "analytics", "intelligent-tiering"}
_OBJECT_PARTS = {
    "tagging": "ObjectTagging",
    "acl": "ObjectAcl",
    "retention": "ObjectRetention",
    "legal-hold": "ObjectLegalHold",
    "torrent": "ObjectTorrent",
    "attributes": "ObjectAttributes",
}
_VERBS = {"GET": "Get", "PUT": "Put", "DELETE": "Delete", "HEAD": "Get", "POST": "Post"}

_REST_PATHS: dict[str, list[tuple[str, re.Pattern[str], str]]] = {}


def operation_of(
    *,
    service: str,
    method: str,
    raw_path: str,
    query: Query,
    headers: Mapping[str, str],
    body: bytes,
    has_bucket: bool,
    has_key: bool,
) -> str:
    """The operation's API name, or "" when the wire does not tell."""
    if service == "s3":
        return s3_operation(method, query, headers, has_bucket=has_bucket, has_key=has_key)
    target = headers.get("x-amz-target")
    if target:
        return target.rpartition(".")[2]
    for wanted, pattern, name in _REST_PATHS.get(service, ()):
        if wanted == method and pattern.match(raw_path):
            return name
    return _from_action(method, raw_path, query, headers, body)


def s3_operation(method: str, query: Query, headers: Mapping[str, str], *, has_bucket: bool, has_key: bool) -> str:
    """The name of an S3 operation."""
    if has_key:
        return _object_operation(method, query, headers)
    if has_bucket:
        return _bucket_operation(method, query)
    return "ListBuckets" if method == "GET" else ""


def _bucket_operation(method: str, query: Query) -> str:
    for part, name in _BUCKET_PARTS.items():
        if part in query:
            if part in _LISTED_PARTS and method == "GET" and "id" not in query:
                return f"List{name}s"
            found = _VERBS.get(method, "") + name
            return _ODD_NAMES.get(found, found)
    if method == "GET":
        return _listing(query)
    if method == "POST":
        return "DeleteObjects" if "delete" in query else "PostObject"
    return {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket"}.get(method, "")


def _listing(query: Query) -> str:
    if "versions" in query:
        return "ListObjectVersions"
    if "uploads" in query:
        return "ListMultipartUploads"
    if "session" in query:
        return "CreateSession"
    return "ListObjectsV2" if query.get("list-type") == ["2"] else "ListObjects"


def _object_operation(method: str, query: Query, headers: Mapping[str, str]) -> str:
    for part, name in _OBJECT_PARTS.items():
        if part in query:
            return _VERBS.get(method, "") + name
    copies = "x-amz-copy-source" in headers
    if "uploadId" in query:
        names = {"GET": "ListParts", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}
        return names.get(method) or ("UploadPartCopy" if copies else "UploadPart")
    if method == "POST":
        if "uploads" in query:
            return "CreateMultipartUpload"
        return "RestoreObject" if "restore" in query else "SelectObjectContent"
    if method == "PUT":
        return "CopyObject" if copies else "PutObject"
    return {"GET": "GetObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}.get(method, "")


def _from_action(method: str, raw_path: str, query: Query, headers: Mapping[str, str], body: bytes) -> str:
    if "Action" in query:
        return query["Action"][0]
    if method == "POST" and headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
    if "/operation/" in raw_path:  # Smithy RPC v2 CBOR, which CloudWatch speaks: /service/<id>/operation/<name>
        return raw_path.rpartition("/operation/")[2]
    return ""


def _paths(service: str, table: str) -> None:
    """Read `METHOD /path/{x} Name` lines: an `{x}` stands for one segment, `{x+}` for the rest."""
    for line in table.strip().splitlines():
        method, path, name = line.split()
        pattern = re.sub(r"\\\{\w+\\\+\\\}", ".+", re.escape(path))
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
        _REST_PATHS.setdefault(service, []).append((method, re.compile(pattern + r"/?\Z"), name))


_paths(
    "s3-control",
    """
    POST /v20180820/jobs CreateJob
    GET /v20180820/jobs ListJobs
    GET /v20180820/jobs/{id} DescribeJob
    POST /v20180820/jobs/{id}/status UpdateJobStatus
    POST /v20180820/jobs/{id}/priority UpdateJobPriority
    GET /v20180820/jobs/{id}/tagging GetJobTagging
    PUT /v20180820/jobs/{id}/tagging PutJobTagging
    DELETE /v20180820/jobs/{id}/tagging DeleteJobTagging
    POST /v20180820/async-requests/mrap/create CreateMultiRegionAccessPoint
    POST /v20180820/async-requests/mrap/delete DeleteMultiRegionAccessPoint
    POST /v20180820/async-requests/mrap/put-policy PutMultiRegionAccessPointPolicy
    GET /v20180820/async-requests/mrap/{token+} DescribeMultiRegionAccessPointOperation
    GET /v20180820/mrap/instances ListMultiRegionAccessPoints
    GET /v20180820/mrap/instances/{name}/policy GetMultiRegionAccessPointPolicy
    GET /v20180820/mrap/instances/{name}/policystatus GetMultiRegionAccessPointPolicyStatus
    GET /v20180820/mrap/instances/{arn+}/routes GetMultiRegionAccessPointRoutes
    PATCH /v20180820/mrap/instances/{arn+}/routes SubmitMultiRegionAccessPointRoutes
    GET /v20180820/mrap/instances/{name} GetMultiRegionAccessPoint
    GET /v20180820/configuration/publicAccessBlock GetPublicAccessBlock
    PUT /v20180820/configuration/publicAccessBlock PutPublicAccessBlock
    DELETE /v20180820/configuration/publicAccessBlock DeletePublicAccessBlock
    GET /v20180820/tags/{arn+} ListTagsForResource
    POST /v20180820/tags/{arn+} TagResource
    DELETE /v20180820/tags/{arn+} UntagResource
    GET /v20180820/accesspoint ListAccessPoints
    PUT /v20180820/accesspoint/{name} CreateAccessPoint
    GET /v20180820/accesspoint/{name} GetAccessPoint
    DELETE /v20180820/accesspoint/{name} DeleteAccessPoint
""",
)
_paths(
    "account",
    """
    POST /listRegions ListRegions
    POST /getRegionOptStatus GetRegionOptStatus
    POST /getAccountInformation GetAccountInformation
    POST /getContactInformation GetContactInformation
""",
)
_paths(
    "lambda",
    """
    POST /2015-03-31/functions CreateFunction
    GET /2015-03-31/functions ListFunctions
    GET /2015-03-31/functions/{name} GetFunction
    DELETE /2015-03-31/functions/{name} DeleteFunction
    GET /2015-03-31/functions/{name}/configuration GetFunctionConfiguration
    PUT /2015-03-31/functions/{name}/configuration UpdateFunctionConfiguration
    PUT /2015-03-31/functions/{name}/code UpdateFunctionCode
    POST /2015-03-31/functions/{name}/invocations Invoke
    POST /2015-03-31/functions/{name}/policy AddPermission
    GET /2015-03-31/functions/{name}/policy GetPolicy
    DELETE /2015-03-31/functions/{name}/policy/{sid} RemovePermission
    POST /2015-03-31/event-source-mappings CreateEventSourceMapping
    GET /2015-03-31/event-source-mappings ListEventSourceMappings
    GET /2015-03-31/event-source-mappings/{id} GetEventSourceMapping
    PUT /2015-03-31/event-source-mappings/{id} UpdateEventSourceMapping
    DELETE /2015-03-31/event-source-mappings/{id} DeleteEventSourceMapping
""",
)
_paths(
    "route53",
    """
    POST /2013-04-01/hostedzone CreateHostedZone
    GET /2013-04-01/hostedzone ListHostedZones
    GET /2013-04-01/hostedzonesbyname ListHostedZonesByName
    GET /2013-04-01/hostedzone/{id} GetHostedZone
    DELETE /2013-04-01/hostedzone/{id} DeleteHostedZone
    POST /2013-04-01/hostedzone/{id}/rrset ChangeResourceRecordSets
    GET /2013-04-01/hostedzone/{id}/rrset ListResourceRecordSets
    POST /2013-04-01/healthcheck CreateHealthCheck
    GET /2013-04-01/healthcheck ListHealthChecks
    GET /2013-04-01/healthcheck/{id} GetHealthCheck
    GET /2013-04-01/healthcheck/{id}/status GetHealthCheckStatus
    POST /2013-04-01/healthcheck/{id} UpdateHealthCheck
    DELETE /2013-04-01/healthcheck/{id} DeleteHealthCheck
    GET /2013-04-01/change/{id} GetChange
""",
)
_paths(
    "fis",
    """
    POST /experimentTemplates CreateExperimentTemplate
    GET /experimentTemplates ListExperimentTemplates
    GET /experimentTemplates/{id} GetExperimentTemplate
    PATCH /experimentTemplates/{id} UpdateExperimentTemplate
    DELETE /experimentTemplates/{id} DeleteExperimentTemplate
    POST /experiments StartExperiment
    GET /experiments ListExperiments
    GET /experiments/{id} GetExperiment
    DELETE /experiments/{id} StopExperiment
    GET /experiments/{id}/resolvedTargets ListExperimentResolvedTargets
""",
)
_paths(
    "route53-recovery-control-config",
    """
    POST /cluster CreateCluster
    GET /cluster ListClusters
    GET /cluster/{arn} DescribeCluster
    DELETE /cluster/{arn} DeleteCluster
    POST /controlpanel CreateControlPanel
    PUT /controlpanel UpdateControlPanel
    GET /controlpanels ListControlPanels
    GET /controlpanel/{arn} DescribeControlPanel
    DELETE /controlpanel/{arn} DeleteControlPanel
    GET /controlpanel/{arn}/routingcontrols ListRoutingControls
    POST /routingcontrol CreateRoutingControl
    PUT /routingcontrol UpdateRoutingControl
    GET /routingcontrol/{arn} DescribeRoutingControl
    DELETE /routingcontrol/{arn} DeleteRoutingControl
    POST /safetyrule CreateSafetyRule
    PUT /safetyrule UpdateSafetyRule
    GET /safetyrule/{arn} DescribeSafetyRule
    DELETE /safetyrule/{arn} DeleteSafetyRule
    GET /controlpanel/{arn}/safetyrules ListSafetyRules
    GET /routingcontrol/{arn}/associatedRoute53HealthChecks ListAssociatedRoute53HealthChecks
    GET /tags/{arn} ListTagsForResource
    POST /tags/{arn} TagResource
    DELETE /tags/{arn} UntagResource
""",
)
