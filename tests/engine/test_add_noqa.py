"""``check --add-noqa``: comments that hide all findings, and nothing else changes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from redlint.add_noqa import with_noqa
from redlint.cli import cli
from redlint.config import Config
from redlint.fix import fix_files
from redlint.model.files import ProjectFiles
from redlint.registry import load_rules

HEAD = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
RULES = tuple(rule() for rule in load_rules(["redlint_rules"]))
REASON = "old code"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project."""
    (tmp_path / "pyproject.toml").write_text("[tool.redlint]\nselect = ['RED101', 'RED102', 'RED003']\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="redlint")


CASES = [
    ("client.keys('*')\n", "client.keys('*')  # noqa: RED101 -- old code\n"),
    ("client.keys('*')", "client.keys('*')  # noqa: RED101 -- old code"),
    ("client.keys('*')  \n", "client.keys('*')  # noqa: RED101 -- old code\n"),
    ("client.keys('*')  # all\n", "client.keys('*')  # all  # noqa: RED101 -- old code\n"),
    ("client.keys('*')  # type: ignore\n", "client.keys('*')  # type: ignore  # noqa: RED101 -- old code\n"),
    ("client.keys('*')  # noqa: E501\n", "client.keys('*')  # noqa: E501, RED101 -- old code\n"),
    ("client.keys('*')  # noqa: E501 -- wide\n", "client.keys('*')  # noqa: E501, RED101 -- wide\n"),
    ("client.keys('*'); client.keys('a')\n", "client.keys('*'); client.keys('a')  # noqa: RED101 -- old code\n"),
    ("client.keys(\n    '*'\n)\n", "client.keys(  # noqa: RED101 -- old code\n    '*'\n)\n"),
    ("client.keys('''\n*''')\n", "client.keys('''\n*''')  # noqa: RED101 -- old code\n"),
    ("client.keys(f'''\n{1}\n*''')\n", "client.keys(f'''\n{1}\n*''')  # noqa: RED101 -- old code\n"),
    ("x = 1 + \\\n    client.keys('*')\n", "x = 1 + \\\n    client.keys('*')  # noqa: RED101 -- old code\n"),
    ("x = client.keys('*') + \\\n    []\n", "x = client.keys('*') + \\\n    []  # noqa: RED101 -- old code\n"),
    (
        "x = client.keys('*') + '''\n''' + \\\n''\n",
        "x = client.keys('*') + '''\n''' + \\\n''  # noqa: RED101 -- old code\n",
    ),
    ("if client.keys('*'): pass\n", "if client.keys('*'): pass  # noqa: RED101 -- old code\n"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("code", "expected"), CASES)
def test_comments(project: Path, code: str, expected: str, newline: str) -> None:
    file = project / "app.py"
    file.write_bytes((HEAD + code).replace("\n", newline).encode())
    assert run("check").exit_code == 1
    result = run("check", "--add-noqa", "--reason", REASON)
    assert result.exit_code == 0, result.output
    assert file.read_bytes() == (HEAD + expected).replace("\n", newline).encode()
    again = run("check")
    assert again.exit_code == 0, again.output
    assert ast.dump(ast.parse(HEAD + code)) == ast.dump(ast.parse(file.read_bytes()))


def test_without_a_reason(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.keys('*')\n")
    result = run("check", "--add-noqa")
    assert "Silenced 1 finding in 1 file\n" in result.stderr
    assert (project / "app.py").read_text() == HEAD + "client.keys('*')  # noqa: RED101\n"


def test_diff_changes_nothing(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.keys('*')\n")
    result = run("check", "--add-noqa", "--diff", "--reason", REASON)
    assert result.exit_code == 1
    assert "+client.keys('*')  # noqa: RED101 -- old code" in result.stdout
    assert "Would silence 1 finding in 1 file\n" in result.stderr
    assert (project / "app.py").read_text() == HEAD + "client.keys('*')\n"


def test_what_redlint_says_of_comments_and_files_stays(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "x = 1  # noqa: RED101\n")
    (project / "broken.py").write_text("import redis\ndef (\n")
    result = run("check", "--add-noqa", "--output-format", "concise")
    assert result.exit_code == 1
    assert "RED003" in result.stdout
    assert "RED001" in result.stdout
    assert (project / "app.py").read_text() == HEAD + "x = 1  # noqa: RED101\n"


def test_a_reason_that_the_encoding_lacks(project: Path) -> None:
    content = (f"# -*- coding: latin-1 -*-\n{HEAD}client.keys('ä')\n").encode("latin-1")
    (project / "app.py").write_bytes(content)
    result = run("check", "--add-noqa", "--reason", "日本")
    assert result.exit_code == 1
    assert "app.py: not fixed: the fixed code cannot be encoded as iso-8859-1" in result.stderr
    assert "1 fixable with --fix --unsafe-fixes" in result.stderr, "the rule's own fix"
    assert (project / "app.py").read_bytes() == content
    assert run("check", "--add-noqa", "--reason", "für später").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--reason", "x"), "--reason is for --add-noqa"),
        (("--add-noqa", "--reason", "a\nb"), "one line"),
        (("--add-noqa", "--reason", "  "), "one line"),
        (("--add-noqa", "--reason", "see # noqa"), "without '#'"),
        (("--add-noqa", "--fix"), "one after the other"),
        (("--add-noqa", "-"), "not for standard input"),
    ],
)
def test_what_does_not_fit(arguments: tuple[str, ...], problem: str) -> None:
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert problem in result.stderr


PIECES = (
    "client.keys('*')",
    "x = client.keys('''\n*\n''')",
    "x = (client.keys('*'),\n     client.flushall())",
    "x = f'''{client.keys('*')}\n{client.keys(\n'a')}'''",
    "x = client.keys('*') + \\\n  client.keys('b')  # noqa: E501",
    "client.keys(  # a remark\n  '*')",
    "x = '''\n''', client.keys('*'), '''\n'''",
    "x = 1",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5))
def test_everything_is_silenced_and_the_program_is_the_same(pieces: list[str]) -> None:
    code = HEAD + "".join(f"{piece}\n" for piece in pieces)
    files = ProjectFiles(("app.py",), explicit=frozenset({"app.py"}), overlay={"app.py": code.encode()})
    config = Config(root="/", select=("RED101", "RED102", "RED003", "RED004"))
    outcome = fix_files(files, config, RULES, unsafe=False, narrow=lambda result: with_noqa(result, REASON))
    assert outcome.result.diagnostics == ()
    assert outcome.refused == ()
    new = outcome.changed.get("app.py", code.encode())
    assert ast.dump(ast.parse(new)) == ast.dump(ast.parse(code))
