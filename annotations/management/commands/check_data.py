"""Check what must always hold of the data; ends with status 1 where something does not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from annotations.checking import INVARIANTS, find_breaks


class Command(BaseCommand):
    help = "Check the invariants of the data and hint at the repair of what is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(find_breaks())
        for finding in findings:
            self.stdout.write(self.style.ERROR(f"BROKEN: {finding.invariant.rule}"))
            self.stdout.write(f"  {finding.count} rows, among them {', '.join(finding.examples)}")
            self.stdout.write(f"  {finding.invariant.hint}")
        held = len(INVARIANTS) - len(findings)
        self.stdout.write(f"{held} of {len(INVARIANTS)} invariants hold.")
        if findings:
            sys.exit(1)
