# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ParamValidationError

from ansible_collections.aws_dr.s3.plugins.module_utils.aws import errors
from ansible_collections.aws_dr.s3.plugins.module_utils.aws.errors import AwsError, call


def answer(code: str, message: str = "No.", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Operation"
    )


def raised(error: Exception, permission: str = "s3:GetBucketVersioning") -> AwsError:
    with pytest.raises(AwsError) as caught, call("read the versioning of bucket invoices", permission):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDenied", errors.AccessDeniedError),
        ("AccessDeniedException", errors.AccessDeniedError),
        ("403", errors.AccessDeniedError),
        ("NoSuchBucket", errors.MissingError),
        ("404", errors.MissingError),
        ("ReplicationConfigurationNotFoundError", errors.MissingError),
        ("AWS.SimpleQueueService.NonExistentQueue", errors.MissingError),
        ("ResourceNotFoundException", errors.MissingError),
        ("SlowDown", errors.ThrottledError),
        ("ProvisionedThroughputExceededException", errors.ThrottledError),
        ("OperationAborted", errors.ConflictError),
        ("SomethingNew", errors.AwsError),
    ],
)
def test_each_code_becomes_exactly_one_type(code: str, kind: type[AwsError]) -> None:
    error = raised(answer(code))
    assert error.__class__ is kind
    assert error.code == code
    assert "read the versioning of bucket invoices" in error.message
    assert code in error.message


def test_the_permission_that_the_call_needs_is_named() -> None:
    error = raised(answer("AccessDenied", "Access Denied", 403))
    assert isinstance(error, errors.AccessDeniedError)
    assert error.permission == "s3:GetBucketVersioning"
    assert "Allow s3:GetBucketVersioning for the caller" in error.message
    assert error.details["permission"] == "s3:GetBucketVersioning"


def test_the_permission_that_aws_names_wins() -> None:
    said = (
        "User: arn:aws:iam::111122223333:user/ops is not authorized to perform: kms:Decrypt on resource: "
        '"arn:aws:kms:eu-west-1:111122223333:key/k" because no identity-based policy allows it'
    )
    error = raised(answer("AccessDenied", said, 403))
    assert isinstance(error, errors.AccessDeniedError)
    assert error.permission == "kms:Decrypt"
    assert "Allow kms:Decrypt on arn:aws:kms:eu-west-1:111122223333:key/k" in error.message


def test_no_answer_is_not_an_answer() -> None:
    error = raised(EndpointConnectionError(endpoint_url="https://s3.eu-west-1.amazonaws.com"))
    assert error.__class__ is errors.UnreachableError
    assert error.code == ""
    assert "Region" in error.message


def test_missing_credentials_are_told_apart() -> None:
    assert raised(NoCredentialsError()).__class__ is errors.CredentialsError


def test_what_botocore_refuses_keeps_its_words() -> None:
    error = raised(ParamValidationError(report="Bucket: too short"))
    assert error.__class__ is AwsError
    assert "Bucket: too short" in error.message


def test_other_exceptions_pass() -> None:
    with pytest.raises(ZeroDivisionError), call("divide"):
        raise ZeroDivisionError
