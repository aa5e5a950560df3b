#!/usr/bin/env python
"""Django's command line for On Record."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # The time limit on statements protects web requests; migrations and exports may take longer.
    os.environ.setdefault("STATEMENT_TIMEOUT_MS", "0")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C asks to stop; there is nothing to explain


if __name__ == "__main__":
    main()
