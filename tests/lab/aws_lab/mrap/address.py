# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The global address of access points: <alias>.accesspoint.s3-global.amazonaws.com.

S3 User Guide, "Making requests through a Multi-Region Access Point" (host names, signatures), "Using Multi-Region
Access Points with supported API operations", "Multi-Region Access Point request routing" (the nearest bucket whose
Region is active; it does not look whether the object is there). MiniStack checks the SigV4A signature and both
permissions, on the access point and on the bucket.
"""

from __future__ import annotations

from aws_lab import app, caller, faults, store
from aws_lab.mrap import points, routes
from aws_lab.request import Request, Response
from aws_lab.wire import ServiceError, error_response

_HOST = ".accesspoint"
_SIGV4A = "AWS4-ECDSA-P256-SHA256"
# "Using Multi-Region Access Points with supported API operations"
_OFFERED = frozenset(
    {
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject",
        "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectLegalHold", "GetObjectRetention",
        "GetObjectTagging", "HeadObject", "ListMultipartUploads", "ListObjectsV2", "ListParts", "PutObject",
        "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "RestoreObject", "UploadPart",
    }
)  # fmt: skip


def matches(request: Request) -> bool:
    """Whether the request goes to a global address."""
    return request.service == "s3" and request.region == "global"


async def handle(request: Request) -> Response:
    """Let the bucket answer that gets the traffic now; whoever comes while its Region is down gets no answer."""
    if not request.access_key:
        return error_response(request, ServiceError(403, "AccessDenied", "Access Denied"))
    caller.pin(request)
    alias = (request.bucket or "").removesuffix(_HOST)
    record = points.by_alias(alias)
    if record is None or points.status(record) == "CREATING":
        return error_response(request, points.NONE_SUCH)
    algorithm = request.headers.get("authorization") or request.query.get("X-Amz-Algorithm", [""])[0]
    if not algorithm.startswith(_SIGV4A):
        message = "Requests to a Multi-Region Access Point have to be signed with Signature Version 4A."
        return error_response(request, ServiceError(400, "InvalidRequest", message))
    if request.operation not in _OFFERED:
        message = "The specified method is not allowed against this resource."
        return error_response(request, ServiceError(405, "MethodNotAllowed", message))
    bucket = routes.bucket_of(record)
    if faults.region_down(store.region(bucket) or ""):
        raise app.ConnectionCutError
    return await app.ministack(request)
