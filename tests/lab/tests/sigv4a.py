# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signature Version 4A for boto3, without botocore[crt].

Requests to a Multi-Region Access Point have to be signed with it, and botocore leaves that to awscrt. Installing awscrt
would put another signer under every client of the environment, which most users don't have; so tests sign with this.
Importing the module is enough; where awscrt is installed it changes nothing.

IAM User Guide, "Create a signed AWS API request" and "How AWS SigV4 and SigV4a work"; the derivation of the key is that
of aws-c-auth (NIST SP 800-108, counter mode). The rest of the signature is botocore's own.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from typing import Any

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM = "AWS4-ECDSA-P256-SHA256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


@functools.lru_cache(maxsize=32)
def signing_key(access_key: str, secret_key: str) -> ec.EllipticCurvePrivateKey:
    """The key that belongs to a pair of credentials."""
    for counter in range(1, 255):
        label = ALGORITHM.encode() + b"\x00" + access_key.encode() + bytes([counter])
        message = (1).to_bytes(4, "big") + label + (256).to_bytes(4, "big")
        candidate = int.from_bytes(hmac.digest(b"AWS4A" + secret_key.encode(), message, hashlib.sha256), "big")
        if candidate <= _ORDER - 2:
            return ec.derive_private_key(candidate + 1, ec.SECP256R1())
    raise ValueError("no key can be derived")


class SigV4aAuth(S3SigV4Auth):  # type: ignore[misc]
    """Signs for a set of Regions, which stands in a header, instead of one in the scope."""

    def _modify_request_before_signing(self, request: Any) -> None:
        super()._modify_request_before_signing(request)
        del request.headers["X-Amz-Region-Set"]
        request.headers["X-Amz-Region-Set"] = self._region_name

    def scope(self, request: Any) -> str:
        return f"{self.credentials.access_key}/{self.credential_scope(request)}"

    def credential_scope(self, request: Any) -> str:
        return f"{request.context['timestamp'][:8]}/{self._service_name}/aws4_request"

    def string_to_sign(self, request: Any, canonical_request: str) -> str:
        digest = hashlib.sha256(canonical_request.encode()).hexdigest()
        return "\n".join([ALGORITHM, request.context["timestamp"], self.credential_scope(request), digest])

    def signature(self, string_to_sign: str, request: Any) -> str:
        key = signing_key(self.credentials.access_key, self.credentials.secret_key)
        return key.sign(string_to_sign.encode(), ec.ECDSA(hashes.SHA256())).hex()

    def _inject_signature_to_request(self, request: Any, signature: str) -> Any:
        signed = self.signed_headers(self.headers_to_sign(request))
        parts = [f"Credential={self.scope(request)}", f"SignedHeaders={signed}", f"Signature={signature}"]
        request.headers["Authorization"] = f"{ALGORITHM} {', '.join(parts)}"
        return request


for name in ("v4a", "s3v4a"):
    AUTH_TYPE_MAPS.setdefault(name, SigV4aAuth)
