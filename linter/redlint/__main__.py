"""The ``redlint`` command, also as ``python -m redlint``."""

from __future__ import annotations


def main() -> None:
    """Run the command line; it is imported here, so that importing this module costs nothing."""
    from redlint.cli import main as run

    run()


if __name__ == "__main__":
    main()
