# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that answers nothing but S3's listings, as fast as the wire takes them: what lists is measured, not the lab.

Every bucket holds the same keys, one version each, with the elements that S3 sends for each (S3 API Reference,
ListObjectVersions, ListObjectsV2, ListObjects). Documents are rendered once; a page is a slice of them. Each answer
may come later, as over a network. Run as ``list_stub.py OBJECTS DELAY``; it prints its port.
"""

from __future__ import annotations

import asyncio
import bisect
import hashlib
import sys
from itertools import accumulate
from urllib.parse import parse_qs, quote, urlsplit

LARGEST_PAGE = 1000
_OWNER = b"<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>"
_BEGIN = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


def keys_of(objects: int) -> list[str]:
    """Keys as a batch system writes them: some folders deep, the number at the end."""
    return [f"invoices/2026/{number // 5000 % 12 + 1:02}/{number:09}.json" for number in range(objects)]


class Listing:
    """The elements of all keys as one run of bytes, and where each begins."""

    def __init__(self, keys: list[str], element: str) -> None:
        versions = element == "ListVersionsResult"
        parts = [_entry(key, versions) for key in keys]
        self.element, self.keys = element, keys
        self._bytes = b"".join(parts)
        self._starts = [0, *accumulate(map(len, parts))]

    def page(self, after: str, size: int) -> bytes:
        """The document of the keys after ``after``."""
        first = bisect.bisect_right(self.keys, after)
        last = min(first + size, len(self.keys))
        more = last < len(self.keys)
        told = {"Name": "bucket", "Prefix": "", "MaxKeys": str(size), "EncodingType": "url", "KeyCount": last - first}
        told["IsTruncated"] = "true" if more else "false"
        if more:
            name = quote(self.keys[last - 1], safe="/")
            told |= {"NextKeyMarker": name, "NextVersionIdMarker": _version_id(self.keys[last - 1])}
            told |= {"NextContinuationToken": name, "NextMarker": name}
        head = _BEGIN.format(self.element) + "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
        body = self._bytes[self._starts[first] : self._starts[last]]
        return head.encode() + body + f"</{self.element}>".encode()


def _digest(key: str) -> str:
    return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()


def _version_id(key: str) -> str:
    return _digest(key)


def _entry(key: str, versions: bool) -> bytes:
    size = 1000 + int(_digest(key)[:3], 16)
    identity = f"<VersionId>{_version_id(key)}</VersionId><IsLatest>true</IsLatest>" if versions else ""
    rest = (
        f"<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;{_digest(key)}&quot;</ETag>"
        f"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
        f"<Size>{size}</Size>"
    )
    kind = "Version" if versions else "Contents"
    owner = _OWNER if versions else b""
    text = f"<{kind}><Key>{quote(key, safe='/')}</Key>{identity}{rest}".encode()
    return text + owner + f"<StorageClass>STANDARD</StorageClass></{kind}>".encode()


class Server:
    """HTTP/1.1 with connections that stay open, and no more of it than clients of S3 need."""

    def __init__(self, objects: int, delay: float) -> None:
        keys = sorted(keys_of(objects))
        self._versions, self._objects = Listing(keys, "ListVersionsResult"), Listing(keys, "ListBucketResult")
        self._delay = delay

    async def serve(self) -> None:
        """Serve until the process is ended."""
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=256)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = self._answer(head.split(b" ", 2)[1].decode())
                if self._delay:
                    await asyncio.sleep(self._delay)
                kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
                writer.write(kind % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, target: str) -> bytes:
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query, keep_blank_values=True).items()}
        size = min(int(query.get("max-keys", LARGEST_PAGE)), LARGEST_PAGE)
        if "versions" in query:
            return self._versions.page(query.get("key-marker", ""), size)
        after = query.get("continuation-token") or query.get("start-after") or query.get("marker") or ""
        return self._objects.page(after, size)


if __name__ == "__main__":
    asyncio.run(Server(int(sys.argv[1]), float(sys.argv[2])).serve())
