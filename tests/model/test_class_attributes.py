"""Python's parser misses no attribute that the facts know."""

from __future__ import annotations

import textwrap
from pathlib import Path

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings

from redlint.errors import SourceSyntaxError
from redlint.model.class_attributes import possible_attributes
from redlint.model.collect import collect
from redlint.model.index import ModuleIndex
from redlint.model.kinds import ScopeKind
from redlint.source import SourceText

ROOT = Path(__file__).parents[2]


def _known(text: str) -> set[str]:
    """The attributes that the facts of a text know."""
    module = ModuleIndex("m.py", SourceText("m.py", text), collect(text))
    scopes = module.facts.scopes
    return {
        name
        for scope, names in module.attribute_names.items()
        if scopes[scope].kind is ScopeKind.CLASS
        for name in names
    }


@pytest.mark.parametrize("directory", ["fixtures", "linter", "rules", "tests"])
def test_none_is_missing_in_real_files(directory: str) -> None:
    seen = 0
    for path in sorted((ROOT / directory).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        try:
            known = _known(text)
        except SourceSyntaxError:
            continue
        possible = possible_attributes(text)
        assert possible is None or known <= possible, path
        seen += len(known)
    assert seen > 100


@given(text=hypothesmith.from_grammar())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_none_is_missing_in_any_program(text: str) -> None:
    try:
        known = _known(text)
    except SourceSyntaxError:
        return
    possible = possible_attributes(text)
    assert possible is None or {name for name in known if name.isascii()} <= possible


def test_what_counts() -> None:
    text = textwrap.dedent(
        """
        outside = mock.elsewhere = 1

        class A(Base):
            assigned = first, *rest = value
            annotated: int
            import imported.module, other as renamed
            if condition:
                for looped in (): pass
            with opened as handle: pass
            try: pass
            except Error as error: pass
            match value:
                case {"a": matched, **others}: pass
                case [captured, *starred]: pass

            def method(this, parameter):
                this.stored = local = parameter.ignored = 1
                this.__class__.shared = type(this).typed = 2
                del this.deleted
                return this.loaded

        A.patched = 3
        """
    )
    assert set(possible_attributes(text) or ()) == {
        *("assigned", "first", "rest", "annotated", "imported", "renamed", "looped", "handle", "error"),
        *("matched", "others", "captured", "starred", "method", "stored", "shared", "typed", "deleted", "patched"),
    }
    assert _known(text) <= (possible_attributes(text) or frozenset())


@pytest.mark.parametrize("text", ["print 'old'\n", "a = '\0'\n", "x = " + "(" * 1000 + ")" * 1000, "not " * 5000 + "x"])
def test_what_python_cannot_parse(text: str) -> None:
    assert possible_attributes(text) is None


def test_no_warning_about_the_text() -> None:
    text = "class A:\n    pattern = '\\d'\n    same = 1 is 1\n"
    assert set(possible_attributes(text) or ()) == {"pattern", "same"}
