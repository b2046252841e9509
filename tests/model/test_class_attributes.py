"""What Python's parser says of the attributes of classes is what the facts say."""

from __future__ import annotations

import textwrap
from pathlib import Path

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings

from redlint.errors import SourceSyntaxError
from redlint.model.class_attributes import ClassAttributes, class_attributes
from redlint.model.collect import collect
from redlint.model.index import ModuleIndex
from redlint.source import SourceText

ROOT = Path(__file__).parents[2]


def _known(text: str) -> set[str]:
    """The attributes that the facts of a text know."""
    return set(ModuleIndex("m.py", SourceText("m.py", text), collect(text)).class_attribute_names)


def _assert_right(text: str, known: set[str]) -> None:
    attributes = class_attributes(text)
    if attributes is not None:
        ascii_only = {name for name in known if name.isascii()}
        assert ascii_only <= attributes.possible
        assert {name for name in attributes.certain if name.isascii()} <= ascii_only


@pytest.mark.parametrize("directory", ["fixtures", "linter", "rules", "tests"])
def test_right_in_real_files(directory: str) -> None:
    seen = 0
    for path in sorted((ROOT / directory).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        try:
            known = _known(text)
        except SourceSyntaxError:
            continue
        _assert_right(text, known)
        seen += len(known)
    assert seen > 100


@given(text=hypothesmith.from_grammar())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_right_in_any_program(text: str) -> None:
    try:
        known = _known(text)
    except SourceSyntaxError:
        return
    _assert_right(text, known)


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
    attributes = class_attributes(text)
    assert attributes is not None
    assert attributes.possible == {
        *("assigned", "first", "rest", "annotated", "imported", "renamed", "looped", "handle", "error"),
        *("matched", "others", "captured", "starred", "method", "stored", "shared", "typed", "deleted", "patched"),
    }
    certain = {"assigned", "annotated", "method", "stored"}
    assert attributes.certain == certain
    assert certain < _known(text) <= attributes.possible


def test_what_does_not_count() -> None:
    text = textwrap.dedent(
        """
        class A:
            values = [element for element in range(3)]
            key = lambda parameter: [inner for inner in parameter]

            @staticmethod
            def build(node):
                node.not_ours = 1

            def method(self, other):
                other.not_ours = 1
                def inner():
                    self.closed_over = 1
        """
    )
    attributes = class_attributes(text)
    assert attributes is not None
    assert attributes.certain == {"values", "key", "build", "method"}
    assert _known(text) == {"values", "key", "build", "method", "closed_over"}


@pytest.mark.parametrize("text", ["print 'old'\n", "a = '\0'\n", "x = " + "(" * 1000 + ")" * 1000, "not " * 5000 + "x"])
def test_what_python_cannot_parse(text: str) -> None:
    assert class_attributes(text) is None


def test_no_warning_about_the_text() -> None:
    text = "class A:\n    pattern = '\\d'\n    same = 1 is 1\n"
    assert class_attributes(text) == ClassAttributes(frozenset({"pattern", "same"}), frozenset({"pattern", "same"}))
