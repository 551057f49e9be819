# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the lab: `python -m aws_lab --state-dir DIR` writes DIR/ca.pem, DIR/env (shell exports) and then DIR/ready."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import shlex
import signal
from pathlib import Path

LOG = logging.getLogger("aws_lab")


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(prog="aws_lab")
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--log-level", default=os.environ.get("LAB_LOG_LEVEL", "WARNING"))
    options = parser.parse_args()
    logging.basicConfig(level=options.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _prepare_environment(options.state_dir, options.log_level)
    asyncio.run(_run(options.state_dir))


def _prepare_environment(state_dir: Path, log_level: str) -> None:
    """MiniStack reads its configuration from the environment when it is imported."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "MINISTACK_", "S3_", "LOCALSTACK_"))]:
        del os.environ[name]
    temporary = state_dir / "tmp"  # what MiniStack and Lambda handlers leave behind goes with the lab
    temporary.mkdir(exist_ok=True)
    os.environ |= {
        "TMPDIR": str(temporary),
        "AUTH": "true",
        "MINISTACK_ACCOUNT_ID": "111122223333",
        "MINISTACK_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIALABROOTOFNOBODY0",  # root for MiniStack; never handed out
        "AWS_SECRET_ACCESS_KEY": os.urandom(24).hex(),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "0",
        "LOG_LEVEL": log_level,
        "STATE_DIR": str(state_dir / "ministack"),
        "S3_DATA_DIR": str(state_dir / "s3"),
    }


def _prepare_lambda_environment(port: int, authority: Path) -> None:
    """Lambda handlers inherit our environment: they get to AWS as everybody does, with unmodified endpoints.

    MiniStack would give them AWS_ENDPOINT_URL and switch host prefixes off, which hides Regions and accounts.
    """
    os.environ |= {
        "HTTPS_PROXY": f"http://127.0.0.1:{port}",
        "AWS_CA_BUNDLE": str(authority),
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "false",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for ours in ("PYTHONPATH", "PYTHONPYCACHEPREFIX"):
        os.environ.pop(ours, None)


async def _run(state_dir: Path) -> None:
    from aws_lab import (
        accounts,
        app,
        arc,
        automation,
        batch,
        buckets,
        cloudtrail,
        dns_changes,
        eventbridge,
        expected_owner,
        extensions,
        fis,
        identity,
        lambda_sources,
        mrap,
        patches,
        replication,
    )
    from aws_lab.proxy import Proxy

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    proxy = Proxy()
    server = await proxy.listen()
    port = server.sockets[0].getsockname()[1]
    os.environ["GATEWAY_PORT"] = str(port)  # before anything imports MiniStack
    proxy.certificates.write_authority(state_dir / "ca.pem")
    _prepare_lambda_environment(port, state_dir / "ca.pem")
    patches.apply()
    app.install_routes()
    mrap.install()  # before all that looks at requests to buckets: the global address is none
    expected_owner.install()
    buckets.install()
    identity.install()
    replication.install()
    batch.install()
    eventbridge.install()
    cloudtrail.install()
    lambda_sources.install()
    fis.install()
    arc.install()
    automation.install()
    dns_changes.install()
    async with app.ministack_running():
        await accounts.bootstrap()
        tasks = [asyncio.create_task(hook()) for hook in extensions.start_hooks()]
        for task in tasks:
            task.add_done_callback(_tell_failure)
        (state_dir / "env").write_text(_exports(port, state_dir / "ca.pem"))
        (state_dir / "ready").touch()
        LOG.info("ready on port %s", port)
        await stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        LOG.error("a background task of the lab died", exc_info=task.exception())


def _exports(port: int, authority: Path) -> str:
    from aws_lab import accounts

    values = {
        "HTTPS_PROXY": f"http://127.0.0.1:{port}",
        "AWS_CA_BUNDLE": str(authority),
        "AWS_ACCESS_KEY_ID": accounts.ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": accounts.SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "LAB_ACCOUNT_ID": accounts.ACCOUNT_ID,
        "LAB_SECOND_ACCOUNT_ID": accounts.SECOND_ACCOUNT_ID,
        "LAB_CONTROL_URL": f"http://127.0.0.1:{port}",
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())


if __name__ == "__main__":
    main()
