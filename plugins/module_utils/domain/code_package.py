# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The zip file of a Lambda function that runs this collection's code: which files it needs, and its bytes.

The same content gives the same bytes, on every machine and with every version of Python: files are sorted, have one
time and one mode, and are stored as they are, because compressed bytes depend on the zlib at hand. Lambda compares what
it has by the SHA-256 of these bytes.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can tell
_MODE = (
    0o100644  # Lambda's user has to be able to read them (Lambda Developer Guide, "Working with .zip file archives")
)


def needed_files(entry: str, package: str, read: Callable[[str], str | None]) -> dict[str, str]:
    """Give path and text of the module ``entry`` and of all modules of ``package`` that it imports, at any depth.

    ``read`` gives the text of the file of a path (``a/b/c.py``), ``None`` where there is none. Raises ``LookupError``
    when a module that is imported isn't there.
    """
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        path, text = _file(module, read)
        if path in found:
            continue
        found[path] = text
        for imported in sorted(_imports(text, package)):
            name = imported if _exists(imported, read) else imported.rpartition(".")[0]
            waiting.append(name)
    return found


def zipped(files: Mapping[str, str]) -> bytes:
    """Pack the files, path to text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.external_attr = _MODE << 16
            entry.create_system = 3  # Unix, whatever machine this is
            archive.writestr(entry, files[path].encode())
    return packed.getvalue()


def code_sha256(package: bytes) -> str:
    """Give the digest as Lambda tells it: ``CodeSha256`` of GetFunctionConfiguration."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()


def _imports(text: str, package: str) -> set[str]:
    """Names that the text imports from the package: a module, or something in a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name for name in names if name.startswith(package + ".")}


def _exists(module: str, read: Callable[[str], str | None]) -> bool:
    return any(read(path) is not None for path in _paths(module))


def _file(module: str, read: Callable[[str], str | None]) -> tuple[str, str]:
    for path in _paths(module):
        text = read(path)
        if text is not None:
            return path, text
    raise LookupError(f"there is no module {module}")


def _paths(module: str) -> tuple[str, str]:
    base = module.replace(".", "/")
    return f"{base}.py", f"{base}/__init__.py"
