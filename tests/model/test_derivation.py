"""What a value is made from: the loops, calls and parameters behind it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from redlint.model.files import ProjectFiles
from redlint.model.index import ModuleIndex
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings


def varying(source: str) -> tuple[bool, bool]:
    """Whether the only construction is made with what varies in a loop, and with what varies per call."""
    overlay = {"a.py": ("import redis\n" + dedent(source)).encode()}
    model = analyse(ProjectFiles(lint=("a.py",), overlay=overlay), ModelSettings())
    (made,) = model.modules["a.py"].creations
    return made.varies_in_loop, made.varies_per_call


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    for host in ('a', 'b'):\n        redis.Redis(host)\n", (True, False)),
        ("def f():\n    for row in ROWS:\n        host = row[0]\n        redis.Redis(host)\n", (True, False)),
        ("def f(hosts):\n    for host in hosts:\n        redis.Redis(host)\n", (True, True)),
        ("def f(host):\n    redis.Redis(host.lower())\n", (False, True)),
        ("class A:\n    def f(self):\n        redis.Redis(self.host)\n", (False, False)),
        ("host = 'a'\ndef f():\n    redis.Redis(host)\n", (False, False)),
        ("def f(a):\n    b = a\n    c = b\n    d = c\n    e = d\n    redis.Redis(e)\n", (False, False)),
    ],
    ids=["loop", "variable", "parameter and loop", "parameter", "self", "constant", "too far"],
)
def test_constructions_tell_what_they_are_made_from(source: str, expected: tuple[bool, bool]) -> None:
    assert varying(source) == expected


def test_a_call_tells_its_innermost_loop_and_the_calls_its_values_come_from() -> None:
    source = """
    r = redis.Redis()
    def f(groups):
        for group in groups:
            for name in group:
                ttl = r.ttl(name)
                r.set(name, ttl)
    """
    overlay = {"a.py": ("import redis\n" + dedent(source)).encode()}
    model = analyse(ProjectFiles(lint=("a.py",), overlay=overlay), ModelSettings())
    ttl, set_ = model.modules["a.py"].calls
    assert set_.derived_from == {ttl.span.start}
    assert set_.loop is not None
    assert set_.loop.over == "group"


def reassigned(times: int) -> str:
    steps = "".join(f"    if wanted({step}):\n        key = key + 'x{step}'\n" for step in range(times))
    return (
        f"import redis\n\nclient = redis.Redis()\n\n\ndef load(wanted):\n    key = 'a:'\n{steps}    client.get(key)\n"
    )


def test_a_key_that_is_changed_again_and_again_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step may build on all those before: to follow them one by one takes twice as long with each."""
    asked: list[int] = []
    reaching = ModuleIndex.reaching

    def counted(self: ModuleIndex, name: str, position: int) -> object:
        asked[-1] += 1
        return reaching(self, name, position)

    monkeypatch.setattr(ModuleIndex, "reaching", counted)
    for times in (10, 20):
        asked.append(0)
        content = reassigned(times).encode()
        analyse(ProjectFiles(lint=("app.py",), overlay={"app.py": content}), ModelSettings())
    assert asked[1] < 5 * asked[0]
