# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 disaster recovery from set-up to proof, in the lab: tests/lab/with-lab python tests/demo/demo.py

Two Regions, two pairs of buckets, 1,000 objects. A part of them fails to replicate for a real reason; the demo shows
how that is captured, told, remedied and proven. It looks at results through plain boto3, and ends non-zero when one of
its checks does not hold.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import cloud
import objects
import yaml
from cloud import Pair
from show import HERE, DemoFailed, Show

QUEUE, LEDGER = "s3-replication-failures", "s3-replication-failures"
LEDGER_REGION = "eu-west-1"
PAIRS = (
    Pair("demo-invoices", "us-east-1", "demo-invoices-dr", "eu-west-1"),
    Pair("demo-photos", "eu-west-1", "demo-photos-dr", "us-east-1"),
)
OBJECTS_A_PAIR, LOCKED_A_PAIR, GONE = 500, 150, 3
LOCKED = "locked/"
VARIABLES = {
    "dr_pairs": [
        {
            "source": {"bucket": pair.source, "region": pair.source_region},
            "destination": {"bucket": pair.destination, "region": pair.destination_region},
            "rule_id": "to-dr",
            "delete_marker_replication": True,
        }
        for pair in PAIRS
    ],
    "dr_failure_queue": QUEUE,
    "dr_ledger_table": LEDGER,
    "dr_ledger_region": LEDGER_REGION,
    "dr_job_bucket_prefix": "demo-replication-jobs",
    # The local AWS knows a new role at once, and does not mind being asked often.
    "replication_setup_role_wait": 0,
    "remediation_setup_role_wait": 0,
    "remediation_wait_delay": 1,
}


class Demo:
    """The steps, in order."""

    def __init__(self, show: Show, folder: Path, lab: str) -> None:
        self.show = show
        self.lab = lab
        self.variables = folder / "dr.yml"
        self.variables.write_text(yaml.safe_dump(VARIABLES, sort_keys=False), encoding="utf-8")
        self.failed: dict[str, list[tuple[str, str]]] = {}

    def set_up(self) -> None:
        """Set everything up, twice."""
        for pair in PAIRS:
            cloud.make_bucket(pair.source, pair.source_region)
            self.show.say(f"{pair.source} ({pair.source_region})  ->  {pair.destination} ({pair.destination_region})")
        play = self.show.ansible("aws_dr.s3.setup", self.variables)
        made = sum(line.startswith("changed ") for line in play.output.splitlines())
        self.show.check(made > 0 and play.changed > 0, f"the {made} changes above made what was missing")

    def set_up_again(self) -> None:
        """Set everything up once more: nothing may change."""
        play = self.show.ansible("aws_dr.s3.setup", self.variables)
        self.show.check(play.changed == 0, "the second run changed nothing", f"{play.changed} changes")

    def break_something(self) -> None:
        """Let the destinations deny the replication roles for part of the objects."""
        account = os.environ["LAB_ACCOUNT_ID"]
        for pair in PAIRS:
            role = f"arn:aws:iam::{account}:role/s3-replication-{pair.source}"
            cloud.deny(pair, role, LOCKED)
            self.show.say(f"the policy of {pair.destination} now denies the replication role below {LOCKED}")

    def write(self) -> None:
        """Write 1,000 objects, and wait until S3 has tried to replicate each."""
        for pair in PAIRS:
            locked = objects.keys(LOCKED, LOCKED_A_PAIR)
            plain = objects.keys("", OBJECTS_A_PAIR - LOCKED_A_PAIR)
            ids = cloud.write(pair.source, pair.source_region, locked + plain)
            self.failed[pair.source] = list(zip(locked, ids[: len(locked)], strict=True))
            # A second version of some, and a delete marker: versions are replicated, not just objects.
            cloud.write(pair.source, pair.source_region, plain[:5])
            cloud.client("s3", pair.source_region).delete_object(Bucket=pair.source, Key=plain[5])
        nasty = 2 * 2 * (len(objects.NASTY) + 2)
        self.show.say(f"1000 objects written, {nasty} of them with nasty keys: {', '.join(objects.NASTY[:6])}, ...")
        cloud.control("POST", f"{self.lab}/replication/idle")
        for pair in PAIRS:
            found = cloud.statuses(pair.source, pair.source_region)
            self.show.say(
                f"{pair.source}: " + ", ".join(f"{count} {status}" for status, count in sorted(found.items()))
            )
            self.show.check(found["FAILED"] == LOCKED_A_PAIR, f"S3 failed to replicate {LOCKED_A_PAIR} of them", found)

    def arrive(self) -> None:
        """See the failures arrive, and ask by rule what is wrong."""
        for pair in PAIRS:
            waiting = cloud.queue_depth(QUEUE, pair.source_region)
            self.show.check(waiting >= LOCKED_A_PAIR, f"{waiting} messages wait in {QUEUE} ({pair.source_region})")
        play = self.show.ansible(str(HERE / "query.yml"), self.variables, "tests/demo/query.yml")
        told = (
            play.output.count(f"{LOCKED_A_PAIR} object versions") == play.output.count("DstPutObjectNotPermitted") == 2
        )
        self.show.check(told and play.output.count("remedy:") == 2, "each rule's reason, cause and remedy are told")
        items = cloud.ledger_items(LEDGER, LEDGER_REGION)
        self.show.check(items == 2 * LOCKED_A_PAIR, f"the ledger holds {items} failures", items)

    def fix(self) -> None:
        """Remove the cause, and let three objects vanish before they could be replicated."""
        for pair in PAIRS:
            cloud.allow_again(pair)
            self.show.say(f"the policy of {pair.destination} denies nothing any more")
        pair = PAIRS[0]
        for key, version in self.failed[pair.source][-GONE:]:
            cloud.client("s3", pair.source_region).delete_object(Bucket=pair.source, Key=key, VersionId=version)
            self.show.say(f"meanwhile somebody deletes {key} (version {version[:8]}...) from {pair.source} for good")

    def remediate(self) -> None:
        """Replicate again what failed."""
        cloud.control("PUT", f"{self.lab}/settings", {"batch_task_rate": 50.0})
        play = self.show.ansible("aws_dr.s3.remediate", self.variables)
        result = play.told["remediation_result"]
        lost = len(PAIRS) * LOCKED_A_PAIR - GONE
        self.show.check(result["removed"] == lost, f"{lost} objects are replicated, as the job reports prove", result)
        self.show.check(result["obsolete"] == GONE, f"{GONE} deleted objects are told, and held nobody up", result)

    def prove(self) -> None:
        """Compare everything, version by version, through plain boto3."""
        items = cloud.ledger_items(LEDGER, LEDGER_REGION)
        self.show.check(items == 0, "the ledger is empty", items)
        for pair in PAIRS:
            source = cloud.versions(pair.source, pair.source_region)
            destination = cloud.versions(pair.destination, pair.destination_region)
            different = len(source ^ destination)
            self.show.check(
                source == destination and len(source) >= OBJECTS_A_PAIR,
                f"{pair.source} and {pair.destination} hold the same {len(source)} versions",
                f"{different} that differ",
            )
            found = cloud.statuses(pair.source, pair.source_region)
            self.show.check(set(found) == {"COMPLETED"}, f"S3 calls all of {pair.source} COMPLETED", found)

    def remediate_again(self) -> None:
        """Once more: nothing is left to do."""
        play = self.show.ansible("aws_dr.s3.remediate", self.variables)
        self.show.check(play.changed == 0, "remediating again changed nothing", f"{play.changed} changes")

    def run(self) -> None:
        """All steps."""
        steps = (
            ("Set up replication, capture of failures, and remediation", self.set_up),
            ("Set up again", self.set_up_again),
            ("Something breaks: a policy denies the replication roles", self.break_something),
            ("1,000 objects are written", self.write),
            ("The failures arrive, and tell what is wrong", self.arrive),
            ("The cause is removed", self.fix),
            ("Remediate", self.remediate),
            ("Prove it", self.prove),
            ("Remediate again", self.remediate_again),
        )
        for title, step in steps:
            with self.show.step(title):
                step()


def main() -> int:
    """Run the demo; 0 when every check holds."""
    lab = os.environ.get("LAB_CONTROL_URL")
    if not lab:
        print("no lab: run tests/lab/with-lab python tests/demo/demo.py", file=sys.stderr)
        return 2
    print("S3 disaster recovery, from set-up to proof.")
    print("It all happens in a local AWS on this machine; no AWS account is touched.")
    show = Show()
    try:
        with tempfile.TemporaryDirectory() as folder:
            Demo(show, Path(folder), lab).run()
    except DemoFailed as failed:
        print(f"\nThe demo FAILED: {failed}")
        return 1
    print("\nDone. What each step took:")
    show.table()
    broken = len(PAIRS) * LOCKED_A_PAIR
    print(f"\nAll {show.checks} checks hold. Of 1,000 objects in two pairs of buckets, {broken} failed to replicate;")
    print(f"the cause was told; {broken - GONE} were repaired and proven, {GONE} were gone at the source;")
    print("and both sides hold the same versions.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
