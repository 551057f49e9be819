# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import zipfile

import pytest

from ansible_collections.aws_dr.s3.plugins.module_utils.domain.code_package import code_sha256, needed_files, zipped

TREE = {
    "a/b/entry.py": "import os\nfrom a.b.one import thing\nfrom a.b import two\nimport a.b.three\nfrom c.d import e\n",
    "a/b/one.py": "def f():\n    from a.b.deep.inner import x\n",
    "a/b/two.py": "from a.b.one import thing\n",
    "a/b/three.py": "",
    "a/b/deep/inner.py": "from a.b.pack import y\n",
    "a/b/pack/__init__.py": "",
    "a/b/unused.py": "",
}


def test_everything_that_is_imported_at_any_depth_and_nothing_else() -> None:
    assert set(needed_files("a.b.entry", "a.b", TREE.get)) == set(TREE) - {"a/b/unused.py"}


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(LookupError, match=r"a\.b\.gone"):
        needed_files("a.b.entry", "a.b", {"a/b/entry.py": "import a.b.gone.thing"}.get)


def test_the_same_content_is_the_same_bytes_in_any_order() -> None:
    first, again = zipped(TREE), zipped(dict(reversed(TREE.items())))
    assert first == again
    # Known for ever: whoever changes how packages are made updates every function once.
    assert code_sha256(zipped({"a.py": "x = 1\n"})) == "YfH6mjM7aoXyyoFBXuhxLe9rI7aVtrp7Iel9oX9/YHk="


def test_lambda_can_read_what_is_inside() -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped({"a/ü.py": "x = 'ü'\n"})))
    (entry,) = archive.infolist()
    assert (entry.filename, entry.external_attr >> 16 & 0o777) == ("a/ü.py", 0o644)
    assert archive.read(entry).decode() == "x = 'ü'\n"
