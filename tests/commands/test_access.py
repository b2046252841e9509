"""What commands do with each key, against a live server's own answer."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from redlint.commands.access import AccessMode, key_access, parameter_access
from redlint.commands.methods import client_methods
from redlint.commands.table import command, command_of, key_positions

EXAMPLES = Path(__file__).parents[1] / "tools" / "command_table" / "examples.txt"


def example_words() -> Iterator[list[str]]:
    """The example calls of the command table, as words."""
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text:
            yield shlex.split(text)


def test_access_equals_the_servers_answer(valkey: Redis) -> None:
    """COMMAND GETKEYSANDFLAGS resolves options such as SET's GET; those keys are marked ``by_option``."""
    compared = 0
    for words in example_words():
        spec = command_of(words)
        if spec is None or spec.module or not spec.key_specifications or "<" in " ".join(words):
            continue
        try:
            answer = valkey.execute_command("COMMAND GETKEYSANDFLAGS", *words)
        except ResponseError:
            continue
        given = [int(word) if word.isdigit() else word for word in words]
        positions = key_positions(spec, given)
        told = {words[index]: key_access(spec, given, index) for index in positions}
        for key, flags in ((key.decode(), {flag.decode() for flag in flags}) for key, flags in answer):
            access = told.get(key)
            if access is None or access.by_option:
                continue
            assert access.mode.value in flags, (words, key, flags)
            assert access.reads == ("access" in flags), (words, key, flags)
            assert access.deletes == ("delete" in flags), (words, key, flags)
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("method", "parameter", "mode", "reads", "deletes"),
    [
        ("smove", "src", AccessMode.MODIFY, True, True),
        ("smove", "dst", AccessMode.MODIFY, False, False),
        ("zunionstore", "dest", AccessMode.OVERWRITE, False, False),
        ("zunionstore", "keys", AccessMode.READ, True, False),
        ("rename", "src", AccessMode.MODIFY, True, True),
        ("rename", "dst", AccessMode.OVERWRITE, False, False),
        ("bitop", "dest", AccessMode.OVERWRITE, False, False),
        ("bitop", "keys", AccessMode.READ, True, False),
        ("delete", "names", AccessMode.REMOVE, False, True),
        ("sort", "name", AccessMode.READ, True, False),
        ("sort", "store", AccessMode.OVERWRITE, False, False),
        ("xreadgroup", "streams", AccessMode.READ, True, False),
        ("mset", "mapping", AccessMode.OVERWRITE, False, False),
        ("georadius", "name", AccessMode.READ, True, False),
        ("georadius", "store", AccessMode.OVERWRITE, False, False),
    ],
)
def test_access_of_parameters(method: str, parameter: str, mode: AccessMode, reads: bool, deletes: bool) -> None:
    """Parameters of methods map to the words that the recorded calls sent."""
    spec = client_methods()[method]
    sent = command(spec.commands[0])
    assert sent is not None
    access = parameter_access(spec, parameter, sent)
    assert (access.mode, access.reads, access.deletes) == (mode, reads, deletes)


def test_commands_that_only_read_change_no_key() -> None:
    """No place of a reading command's keys is mistaken for that of a destination (PFCOUNT updates its cache)."""
    for name, spec in client_methods().items():
        for sent in (found for one in spec.commands if (found := command(one)) is not None and found.readonly):
            if sent.name == "PFCOUNT":
                continue
            assert not any(parameter_access(spec, parameter, sent).changes for parameter in spec.keys), name
