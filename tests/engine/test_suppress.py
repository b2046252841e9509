"""Suppression comments."""

from __future__ import annotations

import re

import pytest

from redlint.diagnostic import Confidence, Diagnostic, Severity, Span
from redlint.engine_rules import ENGINE_RULES
from redlint.rule import Rule
from redlint.selection import RuleIndex
from redlint.source import SourceText
from redlint.suppress import apply_suppressions, noqa_row


class KeysCommand(Rule):
    code = "RED101"


class SlowCommand(Rule):
    code = "RED102"


INDEX = RuleIndex.of([*ENGINE_RULES, KeysCommand, SlowCommand])
ACTIVE = frozenset({"RED003", "RED004", "RED101", "RED102"})


def finding(text: str, code: str = "RED101", marked: str = "c.keys()") -> Diagnostic:
    start = text.index(marked)
    span = Span(start, start + len(marked))
    return Diagnostic(code, "n", "m", "h", Severity.ERROR, Confidence.PROVEN, "a.py", span)


def left(text: str, *findings: Diagnostic, strings: tuple[Span, ...] = ()) -> tuple[Diagnostic, ...]:
    comments = [(one.start(), one.group()) for one in re.finditer(r"#[^\r\n]*", text)]
    return apply_suppressions(
        SourceText("a.py", text),
        comments=comments,
        multiline_strings=strings,
        diagnostics=findings,
        index=INDEX,
        active=ACTIVE,
    )


def fixed(text: str, diagnostic: Diagnostic) -> str:
    assert diagnostic.fix is not None
    for edit in reversed(diagnostic.fix.edits):
        text = text[: edit.span.start] + edit.content + text[edit.span.end :]
    return text


@pytest.mark.parametrize(
    "text",
    [
        "c.keys()  # noqa: RED101\n",
        "c.keys()  # noqa: keys-command -- it is small\n",
        "c.keys()  # noqa: RED1\n",
        "c.keys()  # noqa: E501, RED101\n",
        "c.keys()  # noqa\n",
        "c.keys()  # type: ignore # noqa: RED101\n",
        "# redlint: ignore-file\nc.keys()\n",
        "# redlint: ignore-file[RED101]\nc.keys()\n",
        "# redlint: disable=RED101\nc.keys()\n# redlint: enable=RED101\n",
    ],
)
def test_suppressed_and_nothing_unused(text: str) -> None:
    assert left(text, finding(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "# redlint: disable=RED101\n# redlint: enable=RED101\nc.keys()\n",
        "x = 1  # noqa: RED101\nc.keys()\n",
        "c.keys()  # noqa: RED102\n",
    ],
)
def test_not_suppressed_and_unused(text: str) -> None:
    assert [one.code for one in left(text, finding(text))] == ["RED101", "RED003"]


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: E501", "# noqa: E501, W291", "# a note"])
def test_what_belongs_to_other_tools_is_never_unused(comment: str) -> None:
    assert left(f"x = 1  {comment}\n") == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: RED101\n", "x = 1\n"),
        ("x = 1  # noqa: E501, RED101\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # type: ignore # noqa: RED101\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: RED101 # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: RED101 -- small\r\n", "x = 1\r\n"),
    ],
)
def test_the_fix_removes_only_what_is_unused(before: str, after: str) -> None:
    (unused,) = left(before)
    assert unused.code == "RED003"
    assert fixed(before, unused) == after


@pytest.mark.parametrize("text", ["x = 1  # noqa: RED1011\n", "# redlint: disable=RED1011\n"])
def test_unknown_codes_are_reported_with_a_suggestion(text: str) -> None:
    (unknown,) = left(text)
    assert unknown.code == "RED004"
    assert "RED101" in unknown.message


@pytest.mark.parametrize("row", [1, 2, 3])
def test_noqa_counts_on_every_row_of_the_finding(row: int) -> None:
    rows = ["f(", "  1,", ")"]
    rows[row - 1] += "  # noqa: RED101"
    text = "\n".join(rows) + "\n"
    whole = Diagnostic(
        "RED101", "n", "m", "h", Severity.ERROR, Confidence.PROVEN, "a.py", Span(0, text.rindex(")") + 1)
    )
    assert left(text, whole) == ()


def test_noqa_row_is_where_a_multiline_string_ends() -> None:
    text = 'c.eval("""a\nb\n""", 0)\nx = 1\n'
    string = Span(text.index('"""'), text.rindex('"""') + 3)
    source = SourceText("a.py", text)
    assert noqa_row(source, Span(0, text.index(")") + 1), (string,)) == 3
    assert noqa_row(source, Span(text.index("x"), text.index("x") + 1), (string,)) == 4
