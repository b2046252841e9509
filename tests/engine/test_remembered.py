"""A run whose files, settings and code are those of an earlier one prints what that one printed."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


# --- findings that still hold -----------------------------------------------------------------------------


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of files that each run has linted, or read with those."""
    runs: list[int] = []

    def noted(files, *arguments, **named):  # type: ignore[no-untyped-def]
        runs.append(len(files.lint) + len(files.context))
        return lint_project(files, *arguments, **named)

    monkeypatch.setattr("redlint.lint.lint_project", noted)
    return runs


def same_as_uncached(*arguments: str) -> Result:
    """A run that prints what it prints without cache."""
    result = run(*arguments)
    assert output(result) == output(run(*arguments, "--no-cache"))
    return result


@pytest.mark.parametrize("arguments", [("plain.py",), (), ("a.py", "plain.py"), ("--output-format", "json")])
def test_a_file_without_redis_is_linted_alone(project: Path, counts: list[int], arguments: tuple[str, ...]) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    (project / "plain.py").write_text("import os\n\nprint(os.sep)\n")
    same_as_uncached(*arguments)
    assert counts == [3, 1, 3]


@pytest.mark.parametrize("arguments", [("plain.py",), ()])
def test_a_file_that_does_not_parse_is_reported_alone(
    project: Path, counts: list[int], arguments: tuple[str, ...]
) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    (project / "plain.py").write_text("import os\n\nprint(\n")
    assert ("RED001" in same_as_uncached(*arguments).stdout) == bool(arguments)
    assert counts[1] == 1


@pytest.mark.parametrize(
    "arguments",
    [("a.py",), ("b.py",), (".", "--output-format", "json"), ("--output-format", "gitlab"), ("--statistics",), ("-q",)],
)
def test_a_part_of_a_project_that_was_linted_is_not_linted_again(
    project: Path, counts: list[int], arguments: tuple[str, ...]
) -> None:
    run()
    same_as_uncached(*arguments)
    assert counts[1] == 0


def test_what_was_found_when_a_part_was_linted_holds_for_the_rest(project: Path, counts: list[int]) -> None:
    run("b.py")
    assert "RED101" in same_as_uncached().stdout
    assert counts == [2, 0, 2]


def test_a_file_is_parsed_because_it_is_named(project: Path, counts: list[int]) -> None:
    (project / "plain.py").write_text("print(\n")
    assert "RED001" in run("plain.py").stdout
    assert "RED001" not in same_as_uncached().stdout
    assert "RED001" in same_as_uncached("plain.py").stdout


def test_a_comparison_with_a_baseline_needs_no_linking(project: Path, counts: list[int]) -> None:
    CliRunner().invoke(cli, ("baseline", "--baseline", "known.json"), prog_name="redlint")
    run("--baseline", "known.json", "-q")
    before = len(counts)
    assert same_as_uncached("--baseline", "known.json").exit_code == 0
    assert counts[before:] == [0, 2]


def test_a_place_in_another_file_is_shown(project: Path, counts: list[int]) -> None:
    (project / "locks.py").write_text(
        "from a import client\n\n\ndef take():\n    return client.set('lock:all', 'me', nx=True, ex=30)\n"
    )
    (project / "release.py").write_text("from a import client\n\n\ndef release():\n    client.delete('lock:all')\n")
    run()
    assert "acquired here" in same_as_uncached("release.py").stdout
    assert counts == [4, 0, 4]


def test_a_file_that_changes_while_it_is_linted_is_not_remembered(
    project: Path, counts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    linted = lint_project

    def changing(files, *arguments, **named):  # type: ignore[no-untyped-def]
        (project / "a.py").write_text(CLEAN)
        return linted(files, *arguments, **named)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("redlint.lint.lint_project", changing)
        assert "RED101" not in run().stdout
    (project / "a.py").write_text(KEYS)
    assert "RED101" in same_as_uncached().stdout


def _import_client(project: Path) -> None:
    (project / "plain.py").write_text("from a import client\n\nclient.keys('*')\n")


def _new_file(project: Path) -> None:
    (project / "new.py").write_text("import os\n")


def _edit_client(project: Path) -> None:
    (project / "a.py").write_text(CLEAN)


@pytest.mark.parametrize("arguments", [("plain.py",), ()])
@pytest.mark.parametrize("change", [_import_client, _new_file, _edit_client])
def test_otherwise_the_project_is_linked(
    project: Path, counts: list[int], change: Callable[[Path], None], arguments: tuple[str, ...]
) -> None:
    (project / "plain.py").write_text("import os\n")
    run()
    change(project)
    same_as_uncached(*arguments)
    assert counts[1] == counts[2] >= 3


EDITS = {
    "a.py": (KEYS, CLEAN, "print(\n", "client = None\n"),
    "b.py": (CLEAN, KEYS, "from a import client\n\n\ndef drop(name):\n    client.keys(name)\n"),
    "plain.py": ("", "import os\n", "def (\n", "from a import client\n", "# noqa: RED101\n", "client.keys('*')\n"),
    "shape.py": ("x = 1\n", "class Shape:\n    client = None\n", "from b import session\nsession('x')\n"),
    "state.py": ("import redis\n\n\ndef start(app):\n    app.state.client = redis.Redis()\n", "z = 1\n"),
    "user.py": ("import redis\n\n\ndef read(thing):\n    return thing.state.client.keys('*')\n", "y = 1\n"),
}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of([st.tuples(st.just(path), st.sampled_from(texts)) for path, texts in sorted(EDITS.items())]),
        min_size=2,
        max_size=6,
    ),
    st.sampled_from([(), ("plain.py",), ("b.py", "shape.py")]),
)
def test_any_edits_and_their_reversal(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str]], part: tuple[str, ...]
) -> None:
    project = tmp_path_factory.mktemp("edited")
    with contextlib.chdir(project):
        (project / "pyproject.toml").write_text("[tool.redlint]\n")
        for path, texts in EDITS.items():
            (project / path).write_text(texts[0])
        for path, text in edits:
            before = (project / path).read_text()
            for content in (text, before, text):
                (project / path).write_text(content)
                same_as_uncached()
                same_as_uncached(*part)
