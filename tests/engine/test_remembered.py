"""A run whose files, settings and code are those of an earlier one prints what that one printed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redlint import remembered
from redlint.cache_database import CacheDatabase
from redlint.cli import cli
from redlint.lint import lint_project

HEAD = "import redis\n\nclient = redis.Redis()\n\n\n"
KEYS = HEAD + "def sessions():\n    return client.keys('session:*')\n"
CLEAN = HEAD + "def session(name):\n    return client.get(name)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.redlint]\n")
    (tmp_path / "a.py").write_text(KEYS)
    (tmp_path / "b.py").write_text(CLEAN)
    return tmp_path


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The files of each run that linted anything."""
    runs: list[tuple[str, ...]] = []

    def noted(files, *arguments, **named):  # type: ignore[no-untyped-def]
        runs.append(files.lint)
        return lint_project(files, *arguments, **named)

    monkeypatch.setattr("redlint.lint.lint_project", noted)
    return runs


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ("check", *arguments), prog_name="redlint")


def output(result: Result) -> tuple[str, str, int]:
    return result.stdout, result.stderr, result.exit_code


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--output-format", "json"),
        ("--output-format", "sarif"),
        ("--output-format", "concise", "--color", "always"),
        ("--statistics",),
        ("--exit-zero", "-q"),
        ("a.py",),
        ("b.py",),
    ],
)
def test_the_second_run_prints_the_same(
    project: Path, linted: list[tuple[str, ...]], arguments: tuple[str, ...]
) -> None:
    first, second = run(*arguments), run(*arguments)
    assert len(linted) == 1
    assert output(first) == output(second) == output(run(*arguments, "--no-cache"))
    assert ("RED101" in first.stdout) == (arguments != ("b.py",))


def test_an_output_file_is_written_again(project: Path, linted: list[tuple[str, ...]]) -> None:
    run("--output-file", "found.txt")
    first = (project / "found.txt").read_text()
    (project / "found.txt").unlink()
    run("--output-file", "found.txt")
    assert (project / "found.txt").read_text() == first
    assert len(linted) == 1


def _edit(project: Path) -> None:
    (project / "b.py").write_text(KEYS)


def _add(project: Path) -> None:
    (project / "c.py").write_text(KEYS)


def _remove(project: Path) -> None:
    (project / "b.py").unlink()


def _move(project: Path) -> None:
    (project / "a.py").rename(project / "z.py")


def _configure(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nignore = ['RED101']\n")


def _require(project: Path) -> None:
    (project / "requirements.txt").write_text("redis==4.0.0\n")


@pytest.mark.parametrize("change", [_edit, _add, _remove, _move, _configure, _require])
def test_what_has_changed_is_linted(
    project: Path, linted: list[tuple[str, ...]], change: Callable[[Path], None]
) -> None:
    run()
    change(project)
    changed = run()
    assert len(linted) == 2
    assert output(changed) == output(run("--no-cache"))


def test_what_is_reverted_is_known_again(project: Path, linted: list[tuple[str, ...]]) -> None:
    first = run()
    (project / "a.py").write_text(CLEAN)
    run()
    (project / "a.py").write_text(KEYS)
    assert output(run()) == output(first)
    assert len(linted) == 2


def test_a_baseline_is_read_each_time(project: Path, linted: list[tuple[str, ...]]) -> None:
    CliRunner().invoke(cli, ("baseline", "--baseline", "known.json"), prog_name="redlint")
    assert run("--baseline", "known.json").exit_code == 0
    before = len(linted)
    (project / "known.json").write_text('{"version": 1, "findings": {}}')
    again = run("--baseline", "known.json")
    assert len(linted) == before + 1
    assert output(again) == output(run("--baseline", "known.json", "--no-cache"))


@pytest.mark.parametrize("arguments", [("-v",), ("--no-cache",), ("--fix", "--diff")])
def test_some_runs_are_not_remembered(
    project: Path, linted: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(remembered.RunMemory, "recall", lambda self: pytest.fail("looked up"))
    run(*arguments)


def test_other_code_has_other_results(
    project: Path, linted: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(remembered, "_code", lambda: iter(["next"]))
    run()
    assert len(linted) == 2


def test_a_damaged_memory_costs_time_only(project: Path, linted: list[tuple[str, ...]]) -> None:
    first = run()
    with CacheDatabase(project / ".redlint_cache") as database:
        keys = [row[0] for row in database._database.execute("SELECT key FROM facts")]  # type: ignore[union-attr]
        for key in keys:
            database.put(key, b"\x00damaged")
    assert output(run()) == output(first)
    assert len(linted) == 2


def test_a_failed_rule_is_not_remembered(
    project: Path, linted: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from redlint_rules.blocking.keys_command import KeysCommand

    with monkeypatch.context() as broken:
        broken.setattr(KeysCommand, "check_call", lambda self, call, model: 1 / 0)
        assert run().exit_code == 2
    assert run().exit_code == 1
    assert len(linted) == 2


def test_a_remembered_run_imports_neither_rules_nor_parser(project: Path) -> None:
    script = (
        "import sys\nfrom redlint.cli import cli\n"
        "cli(['check', '-q'], standalone_mode=False)\n"
        "print(sorted({'libcst', 'redlint_rules', 'redlint.lint', 'redlint.model.link'} & set(sys.modules)))\n"
    )
    results = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(2)
    ]
    assert "'libcst'" in results[0].stdout
    assert results[1].stdout.splitlines()[-1] == "[]"
    assert results[0].stdout.splitlines()[:-1] == results[1].stdout.splitlines()[:-1]


# --- files that stand apart -------------------------------------------------------------------------------


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of files that each run has read with those it linted."""
    runs: list[int] = []

    def noted(files, *arguments, **named):  # type: ignore[no-untyped-def]
        runs.append(len(files.context))
        return lint_project(files, *arguments, **named)

    monkeypatch.setattr("redlint.lint.lint_project", noted)
    return runs


def test_a_file_without_redis_is_linted_alone(project: Path, contexts: list[int]) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    (project / "plain.py").write_text("import os\n\nprint(os.sep)\n")
    alone = run("plain.py")
    assert contexts == [0, 0]
    assert output(alone) == output(run("plain.py", "--no-cache"))
    assert contexts == [0, 0, 2]


def test_a_file_that_does_not_parse_is_reported_alone(project: Path, contexts: list[int]) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    (project / "plain.py").write_text("import os\n\nprint(\n")
    alone = run("plain.py")
    assert contexts[-1] == 0
    assert "RED001" in alone.stdout
    assert output(alone) == output(run("plain.py", "--no-cache"))


def _import_client(project: Path) -> None:
    (project / "plain.py").write_text("from a import client\n\nclient.keys('*')\n")


def _new_file(project: Path) -> None:
    (project / "new.py").write_text("import os\n")


def _edit_client(project: Path) -> None:
    (project / "a.py").write_text(CLEAN)


@pytest.mark.parametrize("change", [_import_client, _new_file, _edit_client])
def test_otherwise_the_project_is_linked(project: Path, contexts: list[int], change: Callable[[Path], None]) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    change(project)
    whole = run("plain.py")
    assert contexts[-1] > 0
    assert output(whole) == output(run("plain.py", "--no-cache"))
