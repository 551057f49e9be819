# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS's errors, told apart by type, with the permission that was missing.

Every function in ``aws/`` makes one call inside :func:`call`. What comes out is either the answer or one of the
types below; no caller looks at error codes again. Retries are botocore's own (``standard`` mode), so a
:class:`ThrottledError` means that those were used up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        NoCredentialsError,
    )
    from botocore.exceptions import (
        ConnectionError as BotoConnectionError,
    )
except ImportError:
    # AnsibleAWSModule reports the missing library before anything here is called; ansible-doc and the import
    # test still have to read this file without it.
    pass

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.errors import ToldError

_DENIED = frozenset(
    [
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "UnauthorizedOperation",
        "KMS.AccessDeniedException",
        "403",
    ]
)
_MISSING = frozenset(
    [
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchVersion",
        "NoSuchEntity",
        "NoSuchJob",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "ResourceNotFoundException",
        "ReplicationConfigurationNotFoundError",
        "404",
    ]
)
_THROTTLED = frozenset(
    [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "TransactionInProgressException",
    ]
)
_CONFLICT = frozenset(
    [
        "OperationAborted",
        "ConflictException",
        "ConditionalCheckFailedException",
        "ResourceInUseException",
        "TransactionConflictException",
    ]
)
_NAMED_PERMISSION = re.compile(
    r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9*]+)(?: on resource: \"?([^\"\s]+)\"?)?"
)


class AwsError(ToldError):
    """A call that AWS refused or that never got an answer.

    ``code`` and ``status`` are AWS's (``""`` and ``0`` where there was no answer), ``doing`` is what was tried and
    ``todo`` what may help.
    """

    def __init__(self, doing: str, code: str, status: int, said: str, todo: str = "") -> None:
        reason = f"{code}: {said}" if code else said
        super().__init__(f"Could not {doing}: {reason}{'. ' + todo if todo else ''}", code=code)
        self.doing, self.code, self.status, self.said, self.todo = doing, code, status, said, todo


class AccessDeniedError(AwsError):
    """The caller lacks ``permission`` (an IAM action such as ``s3:GetReplicationConfiguration``)."""

    permission: str = ""


class MissingError(AwsError):
    """The thing named does not exist. Never to be read as "not configured" by itself: look at ``code``."""


class ThrottledError(AwsError):
    """AWS still asked to slow down after botocore's retries."""


class ConflictError(AwsError):
    """Somebody else is changing the same thing, or a condition did not hold."""


class UnreachableError(AwsError):
    """No answer: the endpoint, the proxy or the whole Region can't be reached, or the answer was cut off."""


class CredentialsError(AwsError):
    """There are no credentials, or they could not be fetched."""


@contextmanager
def call(doing: str, permission: str = "") -> Iterator[None]:
    """Turn whatever botocore raises inside the block into one of the types above.

    ``doing`` completes "Could not …" and names the bucket, table or queue. ``permission`` is the IAM action that the
    call needs, told when AWS denies it without naming one.
    """
    try:
        yield
    except ClientError as error:
        raise _from_answer(doing, permission, error) from error
    except NoCredentialsError as error:
        raise CredentialsError(doing, "", 0, str(error), "Give credentials as amazon.aws modules take them") from error
    except (BotoConnectionError, HTTPClientError) as error:
        raise UnreachableError(doing, "", 0, str(error), "Check the network and whether the Region is up") from error
    except BotoCoreError as error:
        raise AwsError(doing, "", 0, str(error)) from error


def _from_answer(doing: str, permission: str, error: ClientError) -> AwsError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    said = str(error.response.get("Error", {}).get("Message", "")).strip().rstrip(".")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _DENIED:
        return _denied(doing, permission, code, status, said)
    for codes, kind in ((_MISSING, MissingError), (_THROTTLED, ThrottledError), (_CONFLICT, ConflictError)):
        if code in codes:
            return kind(doing, code, status, said)
    return AwsError(doing, code, status, said)


def _denied(doing: str, permission: str, code: str, status: int, said: str) -> AccessDeniedError:
    named = _NAMED_PERMISSION.search(said)
    missing = named.group(1) if named else permission
    where = f" on {named.group(2)}" if named and named.group(2) else ""
    todo = f"Allow {missing}{where} for the caller, and look for an explicit deny" if missing else ""
    denied = AccessDeniedError(doing, code, status, said, todo)
    denied.permission = missing
    denied.details["permission"] = missing
    return denied
