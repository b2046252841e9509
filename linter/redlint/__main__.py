"""The ``redlint`` command, also as ``python -m redlint``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; it is imported here, so that importing this module costs nothing."""
    from redlint.cli import main as run

    run()


if __name__ == "__main__":
    # ``python -m`` looks for modules in the current directory first, which is that of the code to be linted.
    if not getattr(sys.flags, "safe_path", False):
        sys.path[:1] = []
    main()
