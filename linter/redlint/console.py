"""What all commands share on the console: exit codes, warnings, colours, output that cannot be encoded."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

import click

EXIT_CLEAN: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_FAILED: Final = 2
EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141
EXIT_TERMINATED: Final = 143

VERBOSE: Final = "redlint.verbose"
"""The key of click's context that says whether to print more."""


def never_fail_to_encode(*streams: TextIO) -> None:
    """Have the streams write what their encoding lacks as escapes."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def complain(message: str) -> None:
    """Print a message on standard error."""
    from redlint.report.terminal import visible

    rows = "\n".join(visible(row) for row in message.split("\n"))
    click.echo(f"redlint: {rows}", err=True)


def write_bytes(content: bytes) -> None:
    """Write to standard output, which takes only a part at a time where Python does not buffer it."""
    sys.stdout.flush()
    rest = memoryview(content)
    while rest:
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def is_colored(choice: str, *, terminal: bool) -> bool:
    """Whether to write colours: ``always``, ``never``, or for ``auto`` as the environment and the terminal say."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
