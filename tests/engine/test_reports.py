"""The report formats, on findings made by hand."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redlint.diagnostic import Applicability, Confidence, Diagnostic, Edit, Fix, Related, Severity, Span
from redlint.lint import ProjectResult
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings
from redlint.report import FORMATS, write_report
from redlint.report.progress_bar import ProgressBar
from redlint.report.summary import grouped, summary
from redlint.report.terminal import columns, visible

CODE = "import redis\n\nclient = redis.Redis()\n\n\ndef f():\n    x = 1\n    return client.keys('*')\n\n\ny = 2\n"


def finding(
    code: str,
    text: str,
    *,
    path: str = "app.py",
    message: str = "KEYS is slow",
    severity: Severity = Severity.ERROR,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
) -> Diagnostic:
    start = code.index(text)
    return Diagnostic(
        code="RED101",
        name="keys-command",
        message=message,
        help="Use `scan_iter`",
        severity=severity,
        confidence=Confidence.PROVEN,
        path=path,
        span=Span(start, start + len(text)),
        fix=fix,
        related=related,
    )


def result_of(code: str, *diagnostics: Diagnostic, path: str = "app.py") -> ProjectResult:
    files = ProjectFiles(lint=(path,), explicit=frozenset({path}), overlay={path: code.encode()})
    return ProjectResult(diagnostics, analyse(files, ModelSettings(gate=False)), (), 1)


def report(output_format: str, result: ProjectResult, *, color: bool = False, width: int = 80) -> str:
    stream = io.StringIO()
    write_report(output_format, result, stream, color=color, width=width)
    return stream.getvalue()


def test_full() -> None:
    fix = Fix(Applicability.UNSAFE, "Replace by `scan_iter`", (Edit(Span(0, 0), "x"),))
    related = (Related("app.py", Span(0, 6), "made here"),)
    result = result_of(CODE, finding(CODE, "client.keys('*')", fix=fix, related=related))
    assert report("full", result) == (
        "app.py:8:12: RED101 keys-command error: KEYS is slow\n"
        "  |\n"
        "6 | def f():\n"
        "7 |     x = 1\n"
        "8 |     return client.keys('*')\n"
        "  |            ^^^^^^^^^^^^^^^^\n"
        "  |\n"
        "help: Use `scan_iter`\n"
        "note: app.py:1:1: made here\n"
        "fix: Replace by `scan_iter` [unsafe]\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("\t\tclient.keys()", "client.keys()"),
        ("x = '日本'; client.keys()", "client.keys()"),
        ("x = 'e\u0301e\u0301'; client.keys()", "client.keys()"),
        ("x = '🙂'; client.keys('日本')", "client.keys('日本')"),
        ("client.keys()", "client.keys()"),
        ("x = 'a\tb'; client.keys('\t')", "client.keys('\t')"),
    ],
)
def test_carets_stand_right_under_the_text(row: str, text: str) -> None:
    row = f"if 1:\n{row}\n" if row.startswith("\t") else f"{row}\n"
    lines = report("full", result_of(row, finding(row, text))).splitlines()
    carets = next(number for number, line in enumerate(lines) if "^" in line)
    shown, underline = lines[carets - 1], lines[carets]
    expanded_text = text.replace("\t", "")
    start = shown.index(text.partition("\t")[0])
    assert columns(shown[:start]) == underline.index("^")
    assert underline.count("^") >= columns(expanded_text)
    assert columns(shown) == len(underline)


def test_a_span_of_several_rows_shows_the_first() -> None:
    code = "client.keys(\n    '*',\n)\n"
    text = report("full", result_of(code, finding(code, code.rstrip())))
    assert "1 | client.keys(\n  | ^^^^^^^^^^^^\n2 |     '*',\n" in text


def test_an_empty_span_has_a_caret() -> None:
    code = "x = (\n"
    diagnostic = Diagnostic(
        "RED001", "syntax-error", "no", "", Severity.ERROR, Confidence.PROVEN, "app.py", Span(len(code), len(code))
    )
    assert "^" in report("full", result_of(code, diagnostic))


def test_a_file_that_could_not_be_read_has_no_frame() -> None:
    diagnostic = finding(CODE, "client", path="gone.py")
    assert report("full", result_of(CODE, diagnostic)) == (
        "gone.py:1:1: RED101 keys-command error: KEYS is slow\nhelp: Use `scan_iter`\n\n"
    )


@pytest.mark.parametrize("before", [0, 30, 100_000])
def test_long_rows_are_cut_around_the_finding(before: int) -> None:
    code = "x = '" + "a" * before + "'; client.keys(); y = '" + "b" * 100_000 + "'\n"
    lines = report("full", result_of(code, finding(code, "client.keys()"))).splitlines()
    carets = next(number for number, line in enumerate(lines) if "^" in line)
    shown, underline = lines[carets - 1], lines[carets]
    assert columns(shown) <= 80
    assert shown[underline.index("^") : underline.rindex("^") + 1] == "client.keys()"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_codes_are_links_on_terminals_only() -> None:
    result = result_of(CODE, finding(CODE, "client.keys('*')"))
    address = "https://redlint.readthedocs.io/rules/keys-command/"
    terminal = Terminal()
    write_report("full", result, terminal, color=True, width=80)
    assert f"\033]8;;{address}\033\\\033[1;31mRED101\033[0m\033]8;;\033\\ keys-command" in terminal.getvalue()
    assert address not in report("full", result, color=True)
    plain = Terminal()
    write_report("full", result, plain, color=False, width=80)
    assert address not in plain.getvalue()


def test_grouped_by_rule_the_most_frequent_first() -> None:
    result = result_of(CODE, finding(CODE, "client.keys('*')"), finding(CODE, "x = 1"), finding(CODE, "y = 2"))
    assert list(grouped(result)) == ["3 RED101 keys-command  https://redlint.readthedocs.io/rules/keys-command/"]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_the_progress_bar_comes_late_and_goes() -> None:
    terminal, clock = Terminal(), Clock()
    with ProgressBar(terminal, width=40, is_quiet=False, now=clock) as bar:
        bar("reading files", 1, 4)
        assert terminal.getvalue() == ""
        clock.seconds += 1.5
        bar("reading files", 2, 4)
        bar("reading files", 3, 4)
        # one column stays free: some terminals wrap a row that fills the last one
        assert terminal.getvalue() == "\r\033[K[############............] reading file"
    assert terminal.getvalue().endswith("\r\033[K")


@pytest.mark.parametrize(("stream", "is_quiet"), [(io.StringIO(), False), (Terminal(), True)])
def test_no_progress_bar_where_nobody_looks(stream: io.StringIO, is_quiet: bool) -> None:
    clock = Clock()
    with ProgressBar(stream, width=40, is_quiet=is_quiet, now=clock) as bar:
        clock.seconds += 60
        bar("reading files", 2, 4)
    assert stream.getvalue() == ""


def test_colors_only_when_asked() -> None:
    result = result_of(CODE, finding(CODE, "client.keys('*')"))
    assert "\033[" not in report("full", result)
    colored = report("full", result, color=True)
    assert "\033[1;31m^^^^" in colored


def test_concise() -> None:
    assert report("concise", result_of(CODE, finding(CODE, "client.keys"))) == "app.py:8:12: RED101 KEYS is slow\n"


@pytest.mark.parametrize("output_format", ["full", "concise", "github"])
def test_control_characters_are_neutralised(output_format: str) -> None:
    path = "a\033[31m\r\nb\u202e.py"
    code = "x = '\033]0;title\a\x9b\u202e'; client.keys()\n"
    result = result_of(code, finding(code, "client.keys()", path=path, message="\033[2J"), path=path)
    text = report(output_format, result)
    assert all(character == "\n" or unicodedata.category(character) not in ("Cc", "Cs") for character in text)
    assert "\u202e" not in text
    assert "b\ufffd.py" in text


@given(st.text())
def test_visible_text_is_printable(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)


def test_json() -> None:
    fix = Fix(Applicability.SAFE, "Do it", (Edit(Span(6, 12), "x"),))
    related = (Related("other.py", Span(3, 4), "there"),)
    diagnostic = finding(CODE, "client.keys('*')", fix=fix, related=related)
    (record,) = json.loads(report("json", result_of(CODE, diagnostic)))
    assert record == {
        "code": "RED101",
        "name": "keys-command",
        "message": "KEYS is slow",
        "help": "Use `scan_iter`",
        "severity": "error",
        "confidence": "proven",
        "filename": "app.py",
        "location": {"row": 8, "column": 12},
        "end_location": {"row": 8, "column": 28},
        "noqa_row": 8,
        "url": "https://redlint.readthedocs.io/rules/keys-command/",
        "fix": {
            "applicability": "safe",
            "message": "Do it",
            "edits": [{"content": "x", "location": {"row": 1, "column": 7}, "end_location": {"row": 1, "column": 13}}],
        },
        "related": [
            {
                "filename": "other.py",
                "location": {"row": 1, "column": 1},
                "end_location": {"row": 1, "column": 1},
                "message": "there",
            }
        ],
    }


def test_json_lines_are_the_items_of_json() -> None:
    result = result_of(CODE, finding(CODE, "client.keys"), finding(CODE, "y = 2"))
    assert [json.loads(line) for line in report("json-lines", result).splitlines()] == json.loads(
        report("json", result)
    )


def test_json_is_ascii() -> None:
    assert report("json", result_of(CODE, finding(CODE, "y", message="日\udc80"))).isascii()


def test_nothing_found() -> None:
    expected = {"full": "", "concise": "", "json": "[]\n", "json-lines": "", "github": "", "gitlab": "[]\n"}
    texts = {name: report(name, result_of(CODE)) for name in FORMATS}
    assert {**texts, **expected} == texts


@pytest.mark.parametrize(
    ("severity", "command"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "notice")]
)
def test_github(severity: Severity, command: str) -> None:
    path = "a,b:c%.py"
    diagnostic = finding(CODE, "client.keys('*')", path=path, message="100% slow", severity=severity)
    assert report("github", result_of(CODE, diagnostic, path=path)) == (
        f"::{command} title=redlint (RED101 keys-command),file=a%2Cb%3Ac%25.py,line=8,endLine=8,col=12,endColumn=28"
        "::a,b:c%25.py:8:12: RED101 100%25 slow%0AUse `scan_iter`\n"
    )


def test_github_takes_no_columns_for_several_rows() -> None:
    code = "client.keys(\n)\n"
    assert "col" not in report("github", result_of(code, finding(code, code.rstrip()))).partition("::a")[0]


def test_summary() -> None:
    safe = Fix(Applicability.SAFE, "Do it", (Edit(Span(0, 0), "x"),))
    unsafe = Fix(Applicability.UNSAFE, "Do it", (Edit(Span(0, 0), "x"),))
    advice = Fix(Applicability.DISPLAY, "Think")
    found = (
        finding(CODE, "y", fix=safe),
        finding(CODE, "y", fix=unsafe, severity=Severity.WARNING),
        finding(CODE, "y", fix=advice, severity=Severity.WARNING),
    )
    assert summary(result_of(CODE, *found)) == (
        "Found 3 findings (1 error, 2 warnings; 1 fixable with --fix, 1 more with --unsafe-fixes) in 1 file"
    )
    assert summary(result_of(CODE, found[2])) == "Found 1 finding (1 warning) in 1 file"
    assert summary(result_of(CODE)) == "Found no problems in 1 file"
