#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: lambda_package
short_description: Packs one of this collection's Lambda functions into a zip file
version_added: 0.2.0
author:
  - aws_dr.s3 contributors (@aws-dr)
description:
  - Packs the code of a Lambda function of this collection, with all that it imports of the collection and with its
    settings, into a zip file on the target, for M(amazon.aws.lambda).
  - The same code and the same settings give the same bytes, on every machine, so that the function is only updated when
    something has changed.
  - The code is read on the controller, where the collection is. Nothing of AWS is asked.
  - The SDK is not packed. Functions use the boto3 of Lambda's runtime, or that of a layer.
options:
  handler:
    description: The function's name.
    type: str
    required: true
    choices: [auto_enroll]
  settings:
    description:
      - What the function is to know. It goes into the package, as the limit of 4 KB for environment variables does not
        hold there. Don't put secrets here.
    type: dict
    default: {}
  dest:
    description:
      - Where the zip file is written on the target; also in check mode, because M(amazon.aws.lambda) has to read it to
        predict. Choose a place in a temporary directory.
    type: path
    required: true
  content:
    description: The package, base64. Made by the action plugin; leave it out.
    type: str
extends_documentation_fragment:
  - aws_dr.s3.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: A zip file says nothing to a reader.
  idempotent:
    support: full
seealso:
  - module: amazon.aws.lambda
"""

EXAMPLES = r"""
- name: Pack the function
  aws_dr.s3.lambda_package:
    handler: auto_enroll
    settings: "{{ settings }}"
    dest: "{{ folder.path }}/auto_enroll.zip"
  register: package

- name: Make the function
  amazon.aws.lambda:
    name: s3-auto-enroll
    runtime: python3.13
    handler: "{{ package.entry_point }}"
    zip_file: "{{ package.dest }}"
    role: "{{ role }}"
"""

RETURN = r"""
dest:
  description: The zip file.
  returned: success
  type: str
  sample: /tmp/ansible.x1y2z3/auto_enroll.zip
size:
  description: Its size in bytes.
  returned: success
  type: int
  sample: 181234
code_sha256:
  description: Its digest as Lambda tells it.
  returned: success
  type: str
  sample: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
entry_point:
  description: The handler to give to Lambda.
  returned: success
  type: str
  sample: ansible_collections.aws_dr.s3.plugins.module_utils.lambda_handlers.auto_enroll.handler
"""

import base64
import pathlib

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Write the file that the action plugin has packed."""
    module = AnsibleModule(
        argument_spec={
            "handler": {"type": "str", "required": True, "choices": ["auto_enroll"]},
            "settings": {"type": "dict", "default": {}},
            "dest": {"type": "path", "required": True},
            "content": {"type": "str", "no_log": False},
        },
        supports_check_mode=True,
    )
    package = base64.b64decode(module.params["content"] or "")
    file = pathlib.Path(module.params["dest"])
    try:
        changed = not file.exists() or file.read_bytes() != package
        if changed:
            file.write_bytes(package)
    except OSError as error:
        module.fail_json(msg=f"Could not write {file}: {error}. Choose a dest in a directory that exists")
    module.exit_json(changed=changed, dest=str(file), size=len(package))


if __name__ == "__main__":
    main()
