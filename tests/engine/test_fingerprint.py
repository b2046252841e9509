"""What a finding is known by does not depend on where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redlint.config import Config
from redlint.fingerprint import Identities, Identity, fingerprints
from redlint.lint import ProjectResult, lint_source
from redlint.registry import load_rules

HEAD = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
RULES = tuple(rule() for rule in load_rules(["redlint_rules"]) if rule.code in ("RED101", "RED102"))

STATEMENTS = ("client.keys('*')", "client.keys('a')", "client.flushall()", "x = client.keys('*')", "x = 1")
MODULES = st.lists(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4), min_size=1, max_size=4)
HARMLESS = st.lists(
    st.sampled_from(["", "# a remark", "import os", "LIMIT = 3", "def other(n):\n    return n\n", "'''one\n\ntwo'''"]),
    max_size=20,
)


def module(functions: list[list[str]], above: list[str] | None = None) -> str:
    """Functions of these statements, with other code above each of them."""
    gap = "".join(f"{line}\n" for line in above or [])
    texts = [
        f"{gap}def function{number}():\n" + "".join(f"    {statement}\n" for statement in body)
        for number, body in enumerate(functions)
    ]
    return HEAD + "\n\n".join(texts)


def linted(code: str) -> ProjectResult:
    return lint_source("app.py", code.encode(), Config(root="/"), RULES)


def marks(code: str) -> list[tuple[str, str]]:
    result = linted(code)
    return [
        (one.code, mark) for one, mark in zip(result.diagnostics, fingerprints(result, result.diagnostics), strict=True)
    ]


@settings(max_examples=60, deadline=None)
@given(MODULES, HARMLESS)
def test_lines_above_change_nothing(functions: list[list[str]], above: list[str]) -> None:
    before, after = marks(module(functions)), marks(module(functions, above))
    assert before == after


@settings(max_examples=60, deadline=None)
@given(MODULES)
def test_equal_findings_stay_distinct(functions: list[list[str]]) -> None:
    found = marks(module(functions))
    expected = sum(statement != "x = 1" for body in functions for statement in body)
    assert len(found) >= expected - sum(body.count("client.flushall()") for body in functions)
    assert len(set(found)) == len(found)


@settings(max_examples=40, deadline=None)
@given(MODULES, MODULES)
def test_functions_added_below_or_above_change_nothing(functions: list[list[str]], added: list[list[str]]) -> None:
    extra = module(added).removeprefix(HEAD).replace("def function", "def added")
    text = module(functions)
    found = marks(text)
    assert [mark for mark in marks(f"{text}\n\n{extra}") if mark in found] == found
    above = HEAD + extra + "\n\n" + text.removeprefix(HEAD)
    assert [mark for mark in marks(above) if mark in found] == found


@pytest.mark.parametrize(
    "other",
    [
        "client.keys(\n        'user:*',\n    )",
        'client.keys("user:*")',
        "client . keys( 'user:*' )",
        "client.keys(  \\\n 'user:*')",
    ],
)
def test_formatting_does_not_count(other: str) -> None:
    assert marks(module([["client.keys('user:*')"]])) == marks(module([[other]]))


@pytest.mark.parametrize("other", ["client.keys('users:*')", "client.flushall()"])
def test_code_and_rule_count(other: str) -> None:
    assert not set(marks(module([["client.keys('user:*')"]]))) & set(marks(module([[other]])))


def test_the_scope_is_the_innermost_function() -> None:
    code = HEAD + "class Store:\n    def names(self):\n        return client.keys('*')\n\n\nclient.keys('*')\n"
    result = linted(code)
    identities = Identities(result)
    first, second = map(identities.of, result.diagnostics)
    assert (first.scope, first.digest) == ("Store.names", second.digest)
    assert isinstance(second, Identity)
    assert "names" not in second.scope
