"""What is no client, though it has methods of the same names: nothing in ``tests/data/traps`` is a Redis call.

Every function there is one trap. They are looked at alone, in a file that has a real client as well, and in a project
where real clients are kept under all the names that the traps use for something else.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings

TRAPS: Final = Path(__file__).parents[1] / "data" / "traps"
FILES: Final = {path.name: path.read_text() for path in sorted(TRAPS.glob("*.py"))}

_REAL: Final = """

import redis as the_redis_library
the_real_client = the_redis_library.Redis()


def real_call():
    the_real_client.get("real")
    the_real_client.hgetall("real")
"""


def names_in(source: str) -> list[str]:
    """The names of variables, parameters and attributes that methods are called on."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name | ast.Attribute):
                found.add(owner.id if isinstance(owner, ast.Name) else owner.attr)
    return sorted(found)


def as_module_names(names: list[str]) -> str:
    """Clients in variables of these names, each with commands that only Redis has."""
    rows = [f"{name} = redis_library.Redis()\n{name}.hgetall('real')\n{name}.get('real')" for name in names]
    return "import redis as redis_library\n" + "\n".join(rows) + "\n"


def as_attributes(names: list[str]) -> str:
    """A class that has clients under these names."""
    stores = "".join(f"        self.{name} = redis.Redis()\n" for name in names)
    calls = "".join(f"        self.{name}.hgetall('real')\n" for name in names)
    return f"import redis\nclass Owner:\n    def __init__(self):\n{stores}    def read(self):\n{calls}"


def as_stored_from_outside(names: list[str]) -> str:
    """An object of unknown class that is given clients under these names."""
    attributes = "".join(f"    the_holder.{name} = redis.Redis()\n" for name in names)
    entries = "".join(f"    the_holder['{name}'] = redis.Redis()\n" for name in names)
    calls = "".join(f"    the_holder.{name}.get('real')\n" for name in names)
    return f"import redis\ndef setup(the_holder):\n{attributes}{entries}{calls}"


def as_arguments(names: list[str]) -> str:
    """Calls of functions that are given clients under these names."""
    parameters = ", ".join(f"{name}=None" for name in names)
    given = ", ".join(f"{name}=redis.Redis()" for name in names)
    calls = "".join(f"    {name}.hgetall('real')\n" for name in names)
    return f"import redis\ndef real_function({parameters}):\n{calls}\nreal_function({given})\n"


def projects(name: str) -> dict[str, dict[str, str]]:
    """What is in the project besides a file of traps, by a word for it."""
    source = FILES[name]
    names = names_in(source)
    beside = {
        "variables": as_module_names(names),
        "attributes": as_attributes(names),
        "outside": as_stored_from_outside(names),
        "arguments": as_arguments(names),
    }
    return {
        "alone": {name: source},
        "client": {name: source + _REAL},
        **{word: {name: source + _REAL, "real.py": text} for word, text in beside.items()},
        "all": {name: source + _REAL, **{f"real_{word}.py": text for word, text in beside.items()}},
    }


PROJECTS: Final = ("alone", "client", "variables", "attributes", "outside", "arguments", "all")


@cache
def calls_by_row(name: str, project: str, gate: bool) -> dict[int, str]:
    """The Redis calls that are found in a file of traps, and whether there are others."""
    overlay = {path: text.encode() for path, text in projects(name)[project].items()}
    model = analyse(ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay), ModelSettings(gate=gate))
    assert model.problems == ()
    others = [call for call in model.calls() if call.path != name]
    assert bool(others) == (project not in ("alone", "client"))
    found = [call for call in model.calls() if call.path == name]
    return {call.source.location(call.method_span.start).row: f"{call.receiver}.{call.method}" for call in found}


def traps() -> list[tuple[str, str, range]]:
    """The functions of the files of traps, and the rows they take."""
    return [
        (name, node.name, range(node.lineno, (node.end_lineno or node.lineno) + 1))
        for name, source in FILES.items()
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("gate", [True, False], ids=["gate", "no-gate"])
@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize(
    ("name", "rows"),
    [pytest.param(name, rows, id=f"{name.removesuffix('.py')}/{trap}") for name, trap, rows in traps()],
)
def test_traps(name: str, rows: range, project: str, gate: bool) -> None:
    found = calls_by_row(name, project, gate)
    assert {row: call for row, call in found.items() if row in rows} == {}


@pytest.mark.parametrize("gate", [True, False], ids=["gate", "no-gate"])
@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("name", list(FILES))
def test_nothing_but_the_real_calls(name: str, project: str, gate: bool) -> None:
    calls = ["the_real_client.get", "the_real_client.hgetall"] if project != "alone" else []
    assert sorted(calls_by_row(name, project, gate).values()) == calls


def test_there_are_many_traps() -> None:
    assert len(traps()) >= 150
