# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """The file that tells how far a module is; mirrors ``progress_spec`` in module_utils/progress_file.py."""

    DOCUMENTATION = r"""
options:
  progress_file:
    description:
      - A file to which lines of JSON are added while the module works, with C(doing), C(done), C(failed), C(total),
        C(rate) (a second) and C(seconds_left). What is not known yet is null.
      - On the controller's own machine progress is shown without it.
    type: path
"""
