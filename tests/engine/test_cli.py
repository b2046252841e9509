"""The command line, in this process and as users run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redlint import __version__
from redlint.cli import cli
from redlint.lint import ProjectResult
from redlint.registry import load_rules
from redlint.rule import rule_name

HEAD = "import redis\n\nclient = redis.Redis()\n\n\n"
KEYS = HEAD + "def sessions():\n    return client.keys('session:*')\n"
CLEAN = HEAD + "def session(name):\n    return client.get(name)\n"
LARGE = HEAD + (
    "def track(page, visitor):\n    client.sadd(f'visitors:{page}', visitor)\n\n\n"
    "def forget(page):\n    client.delete(f'visitors:{page}')\n"
)
NOTE = HEAD + "def store(thing):\n    client.set(f'thing:{thing}', 1)\n"


INTERRUPTIBLE = """
import signal
from redlint.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""The program, also where the tests run in the background: there the shell has interrupts ignored."""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the current directory."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.redlint]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: bytes | str | None = None, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, env=env, prog_name="redlint")


def process(*arguments: str, stdin: bytes = b"", python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, *python, "-m", "redlint", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)


# --- exit codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "arguments", "expected"),
    [
        (CLEAN, (), 0),
        (KEYS, (), 1),
        (KEYS, ("--exit-zero",), 0),
        (KEYS, ("--ignore", "RED101"), 0),
        (NOTE, ("--select", "RED201"), 0),
        (KEYS, ("nowhere.py",), 2),
        (KEYS, ("--select", "RED999"), 2),
        (KEYS, ("--no-such-option",), 2),
        (KEYS, ("--output-format", "xml"), 2),
        (KEYS, ("--config", "nowhere.toml"), 2),
        (KEYS, ("-", "app.py"), 2),
        (KEYS, ("--stdin-filename", "app.py"), 2),
        (KEYS, ("--output-file", "nowhere/report"), 2),
        (KEYS, ("--per-file-ignores", "app.py"), 2),
        ("import redis\ndef (\n", (), 1),
    ],
)
def test_exit_codes(project: Path, code: str, arguments: tuple[str, ...], expected: int) -> None:
    (project / "app.py").write_text(code)
    result = run("check", *arguments)
    assert result.exit_code == expected, result.output
    assert "Traceback" not in result.output


def test_exit_codes_of_a_process(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "clean.py").write_text(CLEAN)
    assert process("check", "clean.py").returncode == 0
    assert process("check").returncode == 1
    failed = process("check", "nowhere.py")
    assert failed.returncode == 2
    assert failed.stdout == b""
    assert failed.stderr == b"redlint: error: nowhere.py: no such file or directory\n"


def test_a_bad_config_is_one_line(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nselekt = []\n")
    result = run("check")
    assert result.exit_code == 2
    assert result.stderr.startswith("redlint: error: ")
    assert "did you mean 'select'?" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_unknown_selectors_get_a_suggestion() -> None:
    result = run("check", "--select", "keys-comand")
    assert "redlint: error: command line: select: 'keys-comand' is not" in result.stderr
    assert "did you mean 'keys-command'?" in result.stderr


@pytest.mark.parametrize("key", ["select", "ignore", "extend-select"])
def test_unknown_selectors_in_the_config(project: Path, key: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.redlint]\n{key} = ['RED999']\n")
    result = run("check")
    assert result.exit_code == 2
    assert f"pyproject.toml: {key}: 'RED999'" in result.stderr


@pytest.mark.parametrize(("verbose", "shown"), [((), False), (("-v",), True)])
def test_an_internal_error_is_one_line(monkeypatch: pytest.MonkeyPatch, verbose: tuple[str, ...], shown: bool) -> None:
    def fail(*_: object, **__: object) -> ProjectResult:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("redlint.lint.lint_project", fail)
    result = run("check", *verbose)
    assert result.exit_code == 2
    assert "redlint: error: redlint itself failed, please report it: ZeroDivisionError: oh\n" in result.stderr
    assert ("Traceback" in result.stderr) == shown


def test_a_broken_rule_exits_with_2(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from redlint_rules.blocking.keys_command import KeysCommand

    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(KeysCommand, "check_call", fail)
    (project / "app.py").write_text(KEYS)
    result = run("check", "--exit-zero")
    assert result.exit_code == 2
    assert "RED000" in result.stdout
    assert "Traceback" not in result.output


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> ProjectResult:
        raise KeyboardInterrupt

    monkeypatch.setattr("redlint.lint.lint_project", interrupt)
    result = run("check")
    assert result.exit_code == 130
    assert result.stderr == "redlint: interrupted\n"


@pytest.mark.skipif(os.name == "nt", reason="pipes of Unix")
def test_a_broken_pipe_is_quiet(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.keys('*')\n" * 3_000)
    command = [sys.executable, "-m", "redlint", "check", "--output-format", "json", "-q"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=buffered) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) in (0, 141, -signal.SIGPIPE)


@pytest.mark.skipif(os.name == "nt", reason="descriptors of Unix")
@pytest.mark.parametrize("closed", [1, 2])
def test_streams_that_are_closed_are_no_matter(project: Path, closed: int) -> None:
    (project / "app.py").write_text(KEYS)
    script = f"exec {sys.executable} -m redlint check --output-file found.txt {closed}>&-"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "RED101" in (project / "found.txt").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_a_failure(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        command = [sys.executable, "-m", "redlint", "check"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("level", "expected"),
    [("error", [1, 0, 0]), ("warning", [1, 1, 0]), ("info", [1, 1, 1]), (None, [1, 1, 0])],
)
@pytest.mark.parametrize("where", ["option", "setting"])
def test_fail_on(project: Path, level: str | None, expected: list[int], where: str) -> None:
    (project / "app.py").write_text(KEYS)
    codes = []
    for severity in ("error", "warning", "info"):
        setting = f"fail-on = '{level}'\n" if level and where == "setting" else ""
        text = f"[tool.redlint]\n{setting}[tool.redlint.severity]\nRED101 = '{severity}'\n"
        (project / "pyproject.toml").write_text(text)
        options = ("--fail-on", level) if level and where == "option" else ()
        result = run("check", *options)
        assert "RED101" in result.stdout
        codes.append(result.exit_code)
    assert codes == expected


def test_the_option_fail_on_goes_before_the_setting(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "pyproject.toml").write_text("[tool.redlint]\nfail-on = 'error'\nseverity = { RED101 = 'warning' }\n")
    assert run("check").exit_code == 0
    assert run("check", "--fail-on", "warning").exit_code == 1
    (project / "pyproject.toml").write_text("[tool.redlint]\nfail-on = 'fatal'\n")
    assert "fail-on: must be error, warning or info, not 'fatal'" in run("check").stderr


@pytest.mark.parametrize("command", ["check", "calls", "keyspace", "config", "upgrade", "baseline"])
def test_isolated_and_config_refuse_each_other(project: Path, command: str) -> None:
    result = run(command, "--isolated", "--config", "pyproject.toml")
    assert result.exit_code == 2
    expected = "--isolated: reads no config file, so --config pyproject.toml cannot be used with it"
    assert result.stderr == f"redlint: error: {expected}\n"


def test_ignores_for_files_that_do_not_exist_are_warned_of(project: Path) -> None:
    (project / "app.py").write_text(CLEAN)
    (project / "scripts").mkdir()
    (project / "scripts" / "once.py").write_text(CLEAN)
    table = '[tool.redlint.per-file-ignores]\n"scripts/" = ["RED1"]\n"script/*.py" = ["RED1"]\n'
    (project / "pyproject.toml").write_text(table)
    warning = (
        f"redlint: warning: {project / 'pyproject.toml'}: per-file-ignores: "
        "'script/*.py' matches no file of the project\n"
    )
    for arguments in ((), ("app.py",), (".", "--diff")):
        result = run("check", *arguments)
        assert (result.exit_code, result.stderr.count("per-file-ignores")) == (0, 1)
        assert warning in result.stderr
    assert "per-file-ignores" not in run("check", "--quiet").stderr
    given = run("check", "--per-file-ignores", "nowhere/*:RED1", "--isolated")
    assert "command line: per-file-ignores: 'nowhere/*' matches no file" in given.stderr


def test_ignores_are_not_judged_by_a_part_of_the_project(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    (project / "inner").mkdir()
    (project / "inner" / "app.py").write_text(CLEAN)
    (project / "inner" / "other.py").write_text(CLEAN)
    result = run("check", "inner/app.py", "--per-file-ignores", "other.py:RED1", "--isolated")
    assert "per-file-ignores" not in result.stderr


# --- what is loaded ---------------------------------------------------------------------------------------


def test_version_imports_little() -> None:
    result = process("--version", python=("-X", "importtime"))
    assert result.stdout.decode().strip() == f"redlint {__version__}"
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in result.stderr.decode().splitlines()}
    assert "click" in imported
    assert imported.isdisjoint({"libcst", "pygls", "msgspec", "pathspec", "packaging", "redlint_rules"})


# --- output -----------------------------------------------------------------------------------------------


def test_full_is_the_default(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    result = run("check")
    assert "7 |     return client.keys('session:*')\n  |            ^^^^^^^^^^^^^^^^^^^^^^^^" in result.stdout
    assert result.stderr == "Found 1 finding (1 error; 1 fixable with --fix --unsafe-fixes) in 1 file\n"


def test_json_shape(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (record,) = json.loads(run("check", "--output-format", "json").stdout)
    assert list(record) == [
        *("code", "name", "message", "help", "severity", "confidence", "filename", "location", "end_location"),
        *("noqa_row", "url", "fix", "related"),
    ]
    assert record["filename"] == "app.py"
    assert record["location"] == {"row": 7, "column": 12}
    assert record["end_location"] == {"row": 7, "column": 36}
    assert record["noqa_row"] == 7
    assert record["url"] == "https://redlint.readthedocs.io/rules/keys-command/"


def test_quiet_prints_findings_only(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    result = run("check", "-q", "--output-format", "concise")
    assert result.stderr == ""
    assert result.stdout.startswith("app.py:7:12: RED101 ")


@pytest.mark.parametrize(
    ("arguments", "env", "colored"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "0"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(project: Path, arguments: tuple[str, ...], env: Mapping[str, str], colored: bool) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "report").write_text("")
    command = [sys.executable, "-m", "redlint", "check", *arguments]
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, check=False, timeout=60)
    assert (b"\033[" in done.stdout) == colored


def test_output_file(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    result = run("check", "--output-format", "json", "--output-file", "report.json", "--color", "always")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [one["code"] for one in json.loads((project / "report.json").read_text())] == ["RED101"]


def test_an_output_file_is_written_at_once_or_not_at_all(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "report.json").write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    with monkeypatch.context() as patched:
        patched.setattr("redlint.report.json_array.diagnostic_record", fail)
        assert run("check", "--no-cache", "--output-format", "json", "--output-file", "report.json").exit_code == 2
    assert (project / "report.json").read_text() == "old"
    assert sorted(path.name for path in project.iterdir()) == ["app.py", "pyproject.toml", "report.json"]


@pytest.mark.parametrize("output_format", ["sarif", "gitlab", "junit", "rdjson", "github"])
def test_statistics_have_no_format_of_findings(output_format: str) -> None:
    result = run("check", "--statistics", "--output-format", output_format)
    assert result.exit_code == 2
    assert f"--statistics has no format {output_format}" in result.stderr


def test_statistics_are_sorted(project: Path) -> None:
    (project / "app.py").write_text(KEYS + "\n\ndef more():\n    client.flushall()\n    return client.keys('*')\n")
    rows = [line.split() for line in run("check", "--statistics").stdout.splitlines()]
    assert rows == sorted(rows, key=lambda row: (-int(row[0]), row[1]))
    assert rows[0] == ["2", "RED101", "keys-command"]
    lines = run("check", "--statistics", "--output-format", "json-lines").stdout.splitlines()
    assert [[str(one["count"]), one["code"], one["name"]] for one in map(json.loads, lines)] == rows


def test_statistics(project: Path) -> None:
    (project / "app.py").write_text(KEYS + "\n\ndef more():\n    return client.keys('*')\n")
    assert run("check", "--statistics").stdout == "2 RED101 keys-command\n"
    text = run("check", "--statistics", "--output-format", "json").stdout
    assert json.loads(text) == [{"code": "RED101", "name": "keys-command", "count": 2}]


def test_many_findings_are_summed_up_by_rule(project: Path) -> None:
    (project / "app.py").write_text(KEYS + "\n\ndef more():\n    client.keys('*')\n" * 10)
    row = "11 RED101 keys-command  https://redlint.readthedocs.io/rules/keys-command/\n"
    assert row in run("check").stderr
    assert row not in run("check", "--quiet").stderr
    assert row not in run("check", "--output-format", "concise").stderr


def test_watch_lints_again_after_a_change_and_ends_with_an_interrupt(project: Path) -> None:
    (project / "app.py").write_text(CLEAN)
    command = [sys.executable, "-c", INTERRUPTIBLE, "check", "--watch", "--output-format", "concise"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None and running.stderr is not None
        assert running.stderr.readline() == "Found no problems in 1 file\n"
        assert running.stderr.readline() == "Waiting for changes; Ctrl-C ends.\n"
        (project / "app.py").write_text(KEYS)
        assert running.stdout.readline().startswith("app.py:7:12: RED101 ")
        assert running.stderr.readline().startswith("Found 1 finding ")
        assert running.stderr.readline() == "Waiting for changes; Ctrl-C ends.\n"
        (project / "pyproject.toml").write_text("[tool.redlint]\nslect = []\n")
        assert "unknown setting" in running.stderr.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0
    finally:
        running.kill()
        running.communicate()


# --- --profile --------------------------------------------------------------------------------------------


def test_a_profile_tells_of_all_phases_rules_and_files(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "second.py").write_text(KEYS)
    (project / "plain.py").write_text("x = 1\n")
    rows = run("check", "--profile", "--quiet").stderr.splitlines()
    parts = [[row.split("  ")[0] for row in part] for part in _parts(rows)]
    phases = {"discover", "import", "load rules", "read and gate", "collect", "follow clients"}
    phases |= {"collect in processes", "resolve calls", "build the model", "run rules", "report", "other", "total"}
    assert {*parts[0]} == {"phase", *phases}
    on = {f"{rule.code} {rule_name(rule.__name__)}" for rule in load_rules() if not rule.preview}
    assert {*parts[1]} == {"rule", *on}
    assert {*parts[2]} == {"slowest files to collect", "app.py", "second.py"}
    assert next(row for row in rows if row.startswith("RED101 ")).endswith(" 2")


def test_fixes_are_profiled_as_well(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    done = run("check", "--profile", "--diff", "--unsafe-fixes")
    assert "run rules" in done.stderr
    assert "run rules" not in done.stdout


def test_no_profile_unless_asked_for(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    assert "run rules" not in run("check").stderr


def _parts(rows: list[str]) -> list[list[str]]:
    """The tables, which empty rows part."""
    parts: list[list[str]] = [[]]
    for row in rows:
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    return parts


def test_facts_are_kept_for_the_next_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(KEYS)
    first = run("check", "--output-format", "json")
    assert (project / ".redlint_cache" / "facts.db").exists()
    monkeypatch.setattr("redlint.collecting.collect", lambda text: pytest.fail("collected again"))
    second = run("check", "--output-format", "json-lines")
    assert second.exit_code == first.exit_code
    assert [json.loads(row) for row in second.stdout.splitlines()] == json.loads(first.stdout)


@pytest.mark.parametrize("arguments", [("--no-cache",), ("--cache-dir", "elsewhere")])
def test_the_cache_may_be_elsewhere_or_nowhere(project: Path, arguments: tuple[str, ...]) -> None:
    (project / "app.py").write_text(KEYS)
    assert run("check", *arguments).exit_code == 1
    assert not (project / ".redlint_cache").exists()
    assert (project / "elsewhere").exists() == (arguments[0] == "--cache-dir")


def test_a_cache_that_cannot_be_used_is_told_of_with_verbose(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (project / ".redlint_cache").write_text("mine")
    assert "cache not used" in run("check", "--verbose").stderr
    assert "cache" not in run("check").stderr
    assert run("check").exit_code == 1


def test_clean(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    run("check")
    assert "Removed" in run("clean").stderr
    assert not (project / ".redlint_cache").exists()
    result = run("clean")
    assert result.exit_code == 0
    assert "There is no cache" in result.stderr
    assert run("clean", "nowhere").exit_code == 2


def test_standard_input_cannot_be_watched() -> None:
    assert run("check", "--watch", "-", stdin="").exit_code == 2


def test_show_files(project: Path) -> None:
    (project / "sub").mkdir()
    for name in ("b.py", "a.py", "sub/c.py", "no.txt"):
        (project / name).write_text("")
    assert run("check", "--show-files").stdout == "a.py\nb.py\nsub/c.py\n"


def test_selectors_may_be_lists_and_repeated(project: Path) -> None:
    (project / "app.py").write_text(LARGE + KEYS)
    result = run("check", "--select", "RED101, RED4", "--select", "RED102", "--statistics")
    assert result.stdout == "1 RED101 keys-command\n1 RED102 blocking-delete-of-large-key\n"
    assert run("check", "--ignore", "RED102,keys-command", "--ignore", "RED2").exit_code == 0


def test_per_file_ignores(project: Path) -> None:
    (project / "a.py").write_text(KEYS)
    (project / "b.py").write_text(KEYS)
    result = run("check", "--per-file-ignores", "a.py:RED2,RED101,c.py:ALL", "--output-format", "concise")
    assert {line.partition(":")[0] for line in result.stdout.splitlines()} == {"b.py"}


def test_isolated_reads_no_config(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nignore = ['RED101']\n")
    (project / "app.py").write_text(KEYS)
    assert run("check").exit_code == 0
    assert run("check", "--isolated").exit_code == 1


def test_findings_do_not_depend_on_the_paths_given(project: Path) -> None:
    (project / "cache.py").write_text(HEAD)
    (project / "views.py").write_text("from cache import client\n\n\ndef f():\n    return client.keys('*')\n")
    whole = run("check", "--output-format", "concise", "-q")
    part = run("check", "--output-format", "concise", "-q", "views.py")
    assert "views.py:5:12: RED101" in part.stdout
    assert part.stdout == whole.stdout


def test_no_gate_gives_the_same(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    (project / "other.py").write_text("x = 1\n")
    assert run("check", "--no-gate").output == run("check").output


def test_output_survives_a_narrow_encoding(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.keys('日本')\n", encoding="utf-8")
    command = [sys.executable, "-m", "redlint", "check"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert b"\\u65e5" in done.stdout


# --- fixing -----------------------------------------------------------------------------------------------


def test_fix_writes_safe_fixes(project: Path) -> None:
    file = project / "app.py"
    file.write_text(LARGE + KEYS)
    result = run("check", "--fix")
    assert result.exit_code == 1
    assert file.read_text() == (LARGE + KEYS).replace("delete", "unlink")
    assert "RED102" not in result.stdout
    assert "RED101" in result.stdout
    assert "Fixed 1 finding in 1 file\n" in result.stderr


def test_fix_with_unsafe_fixes(project: Path) -> None:
    file = project / "app.py"
    file.write_text(KEYS)
    result = run("check", "--fix", "--unsafe-fixes")
    assert result.exit_code == 0
    assert "list(client.scan_iter(match='session:*', count=1000))" in file.read_text()


def test_a_file_that_cannot_be_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "app.py").write_text(LARGE)

    def fail(*_: object, **__: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", fail)
    result = run("check", "--fix")
    assert result.exit_code == 2
    assert "redlint: error: app.py: cannot be written: Permission denied\n" in result.stderr


def test_diff_changes_nothing(project: Path) -> None:
    file = project / "app.py"
    file.write_text(LARGE)
    result = run("check", "--diff")
    assert result.exit_code == 1
    assert file.read_text() == LARGE
    assert result.stdout.startswith("--- app.py\n+++ app.py\n@@ ")
    assert "-    client.delete(f'visitors:{page}')\n+    client.unlink(f'visitors:{page}')\n" in result.stdout
    assert result.stderr == "Would fix 1 finding in 1 file\n"


def test_an_empty_diff_is_clean(project: Path) -> None:
    (project / "app.py").write_text(KEYS)
    result = run("check", "--diff")
    assert (result.exit_code, result.stdout) == (0, "")


# --- standard input ---------------------------------------------------------------------------------------


def test_stdin(project: Path) -> None:
    result = run("check", "-", "--stdin-filename", "sub/app.py", "--output-format", "concise", stdin=KEYS)
    assert result.exit_code == 1
    assert result.stdout.startswith("sub/app.py:7:12: RED101 ")


def test_stdin_without_a_name() -> None:
    result = run("check", "-", "--output-format", "concise", stdin=KEYS)
    assert result.stdout.startswith("<stdin>:7:12: RED101 ")


def test_stdin_goes_before_the_file(project: Path) -> None:
    (project / "cache.py").write_text(HEAD)
    (project / "views.py").write_text(KEYS)
    code = "from cache import client\nclient.keys('*')\n"
    result = run("check", "-", "--stdin-filename", "views.py", "--output-format", "concise", stdin=code)
    assert result.stdout.startswith("views.py:2:1: RED101 ")


def test_stdin_is_fixed_to_stdout(project: Path) -> None:
    content = "\ufeff# é\r\n".encode() + LARGE.encode()
    result = process("check", "-", "--fix", "--stdin-filename", "app.py", stdin=content)
    assert result.returncode == 0
    assert result.stdout == content.replace(b"delete", b"unlink")
    assert not (project / "app.py").exists()


def test_stdin_with_nothing_to_fix_comes_back(project: Path) -> None:
    result = process("check", "-", "--fix", "-q", stdin=KEYS.encode())
    assert result.returncode == 1
    assert result.stdout == KEYS.encode()
    assert b"RED101" in result.stderr


def test_stdin_diff() -> None:
    result = run("check", "-", "--diff", stdin=LARGE)
    assert result.exit_code == 1
    assert result.stdout.startswith("--- <stdin>\n+++ <stdin>\n")


# --- the other commands -----------------------------------------------------------------------------------


def test_calls(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "def f(uid):\n    return client.get(f'user:{uid}')\n")
    assert run("calls").stdout == "app.py:7:12: GET user:{uid} (redis client, proven)\n"
    assert "    origin: app.py:3\n" in run("calls", "-v").stdout
    assert json.loads(run("calls", "--output-format", "json").stdout) == [
        {
            "filename": "app.py",
            "row": 7,
            "column": 12,
            "end_row": 7,
            "end_column": 37,
            "method": "get",
            "method_row": 7,
            "method_column": 19,
            "command": "GET",
            "library": "redis",
            "role": "client",
            "async": False,
            "confidence": "proven",
            "origin": "app.py:3",
            "key": "user:{uid}",
        }
    ]


def test_calls_verbose(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "def f(uid):\n    with client.pipeline() as p:\n        p.get(uid)\n")
    assert run("calls", "-v").stdout.splitlines()[-5:] == [
        "app.py:8:9: GET (redis pipeline, proven)",
        "    method: p.get",
        "    origin: app.py:7",
        "    <- `client.pipeline()` in app.py:7",
        "    <- `redis.Redis()` in app.py:3",
    ]
    records = json.loads(run("calls", "-v", "--output-format", "json").stdout)
    assert records[-1]["chain"] == ["`client.pipeline()` in app.py:7", "`redis.Redis()` in app.py:3"]
    assert "chain" not in json.loads(run("calls", "--output-format", "json").stdout)[0]


def test_calls_verbose_hides_control_characters(project: Path) -> None:
    (project / "app.py").write_text("import redis\n\nr = redis.Redis(host='\x1b[31m')\nr.get('x')\n")
    assert "    <- `redis.Redis(host='\u241b[31m')` in app.py:3\n" in run("calls", "-v").stdout


UNRESOLVED = "import redis\nimport acme\n\nacme.cache.hset('h', 'f', 1)\n"


def test_unresolved_calls(project: Path) -> None:
    (project / "app.py").write_text(UNRESOLVED)
    result = run("calls", "--unresolved")
    reason = "`acme.cache` is from outside the project (`acme.cache`)"
    assert result.exit_code == 0
    assert result.stdout == f"app.py:4:1: hset `acme.cache`: {reason}\n"
    assert result.stderr.startswith("1 call of Redis methods on something unknown. ")
    assert '"myapp.cache:get_redis" = "redis.Redis"' in result.stderr
    json_result = run("calls", "--unresolved", "--output-format", "json")
    assert json_result.stderr == ""
    assert json.loads(json_result.stdout) == [
        {"filename": "app.py", "row": 4, "column": 1, "method": "hset", "receiver": "acme.cache", "reason": reason}
    ]


def test_no_unresolved_calls(project: Path) -> None:
    (project / "app.py").write_text(CLEAN)
    result = run("calls", "--unresolved")
    assert (result.exit_code, result.output) == (0, "")


def test_the_config_resolves_calls(project: Path) -> None:
    (project / "cache.py").write_text("from acme import cache\ncache.prefix()\n")
    (project / "app.py").write_text("import redis\nfrom cache import cache\ncache.hset('h', 'f', 1)\ncache.prefix()\n")
    assert run("calls", "--unresolved").stdout.startswith("app.py:3:1: hset `cache`: ")
    (project / "pyproject.toml").write_text('[tool.redlint.clients]\n"cache:cache" = "redis.Redis"\n')
    assert run("calls", "--unresolved").output == ""
    assert run("calls", "-v").stdout.splitlines()[-1] == (
        "    <- `cache:cache` is configured as `redis.Redis` (`clients` in the config)"
    )


def test_calls_tells_of_files_it_cannot_read(project: Path) -> None:
    (project / "app.py").write_text("import redis\ndef (\n")
    result = run("calls")
    assert result.exit_code == 0
    assert result.stderr.startswith("redlint: warning: app.py: ")


@pytest.mark.parametrize("word", ["RED101", "red101", "keys-command"])
def test_rule(word: str) -> None:
    result = run("rule", word)
    assert result.exit_code == 0
    assert result.stdout.startswith("keys-command (RED101)\n====")
    assert "```" not in result.stdout


def test_rule_markdown() -> None:
    text = run("rule", "set-without-ttl", "--output-format", "markdown").stdout
    assert text.startswith("# set-without-ttl (RED201)\n\nSeverity: **warning** · Since: **0.1** · Fix: **unsafe**")
    assert "| `default-ttl` | `int \\| None` | `not set` |\n\n## Known problems" in text


def test_rule_json() -> None:
    record = json.loads(run("rule", "RED201", "--output-format", "json").stdout)
    assert (record["code"], record["name"], record["fix"]) == ("RED201", "set-without-ttl", "unsafe")
    assert record["options"] == [{"name": "default-ttl", "type": "int | None", "default": "not set"}]


def test_all_rules() -> None:
    lines = run("rule", "--all").stdout.splitlines()
    records = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    assert [line.partition(" ")[0] for line in lines] == [record["code"] for record in records]
    assert len(lines) >= 12


def test_an_unknown_rule() -> None:
    result = run("rule", "key-command")
    assert result.exit_code == 2
    assert "did you mean 'keys-command'?" in result.stderr
    assert run("rule").exit_code == 2


def test_config(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        "[tool.redlint]\ntarget-server = 'redis>=7.2'\nseverity = {RED1 = 'info'}\n"
    )
    text = run("config").stdout
    assert f'target-server = "redis>=7.2"  # {project}/pyproject.toml\n' in text
    assert 'topology = "auto"  # default\n' in text
    record = json.loads(run("config", "--output-format", "json").stdout)
    assert record["root"] == str(project)
    assert record["settings"]["severity"] == {"value": {"RED1": "info"}, "origin": f"{project}/pyproject.toml"}
    assert run("config", "nowhere").exit_code == 2
