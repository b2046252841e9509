"""The commands that the documentation shows have the options it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from redlint.cli import cli

DOCS: Final = Path(__file__).parents[2] / "docs"
BLOCK: Final = re.compile(r"^```(?:sh|console|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE: Final = re.compile(r"`(redlint [a-z]+ [^`]*)`")
COMMAND: Final = re.compile(r"^(?:\$ | *- (?:run: )?)?(redlint [a-z].*)$", re.MULTILINE)
VARIABLE: Final = re.compile(r"\$\{\{ matrix\.\w+ \}\}")
"""What GitHub fills in: here the numbers of jobs."""


def commands(page: Path) -> Iterator[str]:
    """Each command of redlint on a page, up to a pipe or comment."""
    text = re.sub(r"\\\n\s*", "", page.read_text(encoding="utf-8"))
    found = [command for block in BLOCK.findall(text) for command in COMMAND.findall(block)]
    for command in (*found, *INLINE.findall(text)):
        yield VARIABLE.sub("1", re.split(r" [|#] ", command)[0])


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_commands_can_be_read(page: Path) -> None:
    for text in commands(page):
        _, name, *arguments = shlex.split(text)
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, text
        command.make_context(name, [one for one in arguments if one != "…"])


def test_there_are_commands_on_the_pages() -> None:
    found = {page.stem: list(commands(page)) for page in DOCS.glob("*.md")}
    assert 'redlint check --add-noqa --reason "before the move to Valkey" src/legacy' in found["adopting"]
    assert "redlint baseline --prune" in found["adopting"]
    assert len(found["ci"]) >= 4
