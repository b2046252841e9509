"""``redlint baseline`` and ``check --baseline``: known findings are tolerated, new ones are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redlint.cli import cli

HEAD = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n\n\n"
OLD = "def sessions():\n    return client.keys('session:*')\n"
NEW = "\n\ndef users():\n    return client.keys('user:*')\n"
FILE = "redlint-baseline.json"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one old finding."""
    (tmp_path / "pyproject.toml").write_text("[tool.redlint]\n")
    (tmp_path / "app.py").write_text(HEAD + OLD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="redlint")


def check(*arguments: str) -> tuple[int, list[str]]:
    """The exit code, and the rows of the findings with their codes."""
    result = run("check", "--output-format", "json", *arguments)
    records = json.loads(result.stdout)
    return result.exit_code, [f"{one['filename']}:{one['location']['row']} {one['code']}" for one in records]


def entries(file: str = FILE) -> dict[str, list[dict[str, str]]]:
    found = json.loads(Path(file).read_text())["findings"]
    assert isinstance(found, dict)
    return found


def configure(project: Path, text: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.redlint]\n{text}\n")


def test_only_new_findings_are_reported(project: Path) -> None:
    assert check() == (1, ["app.py:7 RED101"])
    written = run("baseline")
    assert written.exit_code == 0
    assert written.stderr == f"{FILE}: 1 finding in 1 file\n"
    assert check("--baseline", FILE) == (0, [])
    (project / "app.py").write_text(HEAD + OLD + NEW)
    assert check("--baseline", FILE) == (1, ["app.py:11 RED101"])
    assert check() == (1, ["app.py:7 RED101", "app.py:11 RED101"])


def test_it_survives_twenty_lines_above_and_a_formatter(project: Path) -> None:
    run("baseline")
    (project / "app.py").write_text(
        "# one more line\n" * 20 + HEAD + OLD.replace("'session:*'", '\n        "session:*",\n    ')
    )
    assert check("--baseline", FILE) == (0, [])


def test_it_survives_a_renamed_function(project: Path) -> None:
    run("baseline")
    (project / "app.py").write_text(HEAD + OLD.replace("sessions", "all_sessions"))
    assert check("--baseline", FILE) == (0, [])


def test_one_entry_is_one_finding(project: Path) -> None:
    run("baseline")
    (project / "app.py").write_text(HEAD + OLD.replace("sessions", "more") + "\n\n" + OLD)
    assert check("--baseline", FILE) == (1, ["app.py:7 RED101"]), "the one in the new function"


def test_the_file_is_for_review(project: Path) -> None:
    run("baseline")
    (entry,) = entries()["app.py"]
    assert (entry["code"], entry["scope"]) == ("RED101", "sessions")
    assert entry["message"].startswith("KEYS ")
    assert len((project / FILE).read_text().splitlines()) == 8


def test_from_the_settings_next_to_their_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(project, "baseline = 'ci/known.json'")
    (project / "ci").mkdir()
    assert run("baseline").exit_code == 0
    assert list(entries("ci/known.json")) == ["../app.py"]
    assert check() == (0, [])
    (project / "inner").mkdir()
    monkeypatch.chdir(project / "inner")
    assert run("check", "..").exit_code == 0
    assert run("check", "..", "--isolated").exit_code == 1


def test_a_missing_file_is_an_error(project: Path) -> None:
    for arguments in (("check", "--baseline", "no.json"), ("baseline", "--prune", "--baseline", "no.json")):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "no.json: no such baseline file; `redlint baseline` writes one" in result.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a baseline file"),
        ("[]", "not a baseline file"),
        ('{"version": 1, "findings": {"a.py": [{"code": "RED101"}]}}', "not a baseline file"),
        ('{"version": 1, "findings": {}, "more": 1}', "not a baseline file"),
        ('{"version": 7, "findings": {}}', "version 7 of the baseline, this redlint reads version 1"),
        ("[" * 100_000, "not a baseline file"),
    ],
)
def test_a_broken_file_is_an_error(project: Path, text: str, problem: str) -> None:
    (project / FILE).write_text(text)
    for command in ("check", "baseline"):
        result = run(command, "--baseline", FILE)
        assert result.exit_code == 2
        assert problem in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert (project / FILE).read_text() == text


# --- stale entries ----------------------------------------------------------------------------------------


def test_stale_entries_are_reported_and_pruned(project: Path) -> None:
    (project / "app.py").write_text(HEAD + OLD + NEW)
    run("baseline")
    (project / "app.py").write_text(HEAD + NEW.replace("user:*", "new:*") + NEW)
    result = run("check", "--baseline", FILE)
    assert result.exit_code == 1
    assert f"{FILE}: 1 finding no longer there; `redlint baseline --prune` removes what is stale:\n" in result.stderr
    assert "  app.py: RED101 KEYS " in result.stderr
    assert "Not reported: 1 finding of" in result.stderr
    quiet = run("check", "--baseline", FILE, "--quiet")
    assert quiet.stderr == ""
    pruned = run("baseline", "--prune")
    assert pruned.exit_code == 0
    assert pruned.stderr.endswith(": 1 finding in 1 file (0 added, 1 removed)\n")
    assert [one["scope"] for one in entries()["app.py"]] == ["users"], "the new finding is not added"
    assert "no longer there" not in run("check", "--baseline", FILE).stderr


def test_entries_of_files_that_are_gone_are_stale(project: Path) -> None:
    (project / "gone.py").write_text(HEAD + OLD)
    run("baseline")
    (project / "gone.py").unlink()
    assert "1 finding no longer there" in run("check", "app.py", "--baseline", FILE).stderr
    run("baseline", "--prune", "app.py")
    assert list(entries()) == ["app.py"]


def test_what_was_not_looked_at_is_not_stale_and_stays(project: Path) -> None:
    (project / "other.py").write_text(HEAD + OLD)
    run("baseline")
    (project / "other.py").write_text(HEAD)
    (project / "app.py").write_text(HEAD)
    only_one = run("check", "app.py", "--baseline", FILE)
    assert "1 finding no longer there" in only_one.stderr
    assert "no longer there" not in run("check", "--select", "RED2", "--baseline", FILE).stderr
    run("baseline", "app.py")
    assert list(entries()) == ["other.py"]


def test_a_file_that_does_not_parse_keeps_its_entries(project: Path) -> None:
    run("baseline")
    (project / "app.py").write_text("import redis\ndef (\n")
    result = run("check", "--baseline", FILE)
    assert result.exit_code == 1, "a syntax error is never tolerated"
    assert "no longer there" not in result.stderr
    again = run("baseline")
    assert again.exit_code == 0
    assert "what the baseline says of this file stays as it is" in again.stderr
    assert [one["code"] for one in entries()["app.py"]] == ["RED101"]


def test_rules_that_are_off_keep_their_entries(project: Path) -> None:
    run("baseline")
    configure(project, "ignore = ['RED101']")
    run("baseline")
    assert [one["code"] for one in entries()["app.py"]] == ["RED101"]


def test_nothing_is_written_where_a_rule_failed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from redlint_rules.blocking.keys_command import KeysCommand

    def fail(*_: object) -> None:
        raise ZeroDivisionError("oh")

    run("baseline")
    before = (project / FILE).read_text()
    with monkeypatch.context() as patched:
        patched.setattr(KeysCommand, "check_call", fail)
        result = run("baseline")
        assert result.exit_code == 2
        assert "not written: a rule failed" in result.stderr
        checked = run("check", "--baseline", FILE)
        assert checked.exit_code == 2
        assert "no longer there" not in checked.stderr
    assert (project / FILE).read_text() == before


def test_writing_again_changes_nothing(project: Path) -> None:
    (project / "app.py").write_text(HEAD + OLD + NEW)
    run("baseline")
    before = (project / FILE).read_bytes()
    for arguments in ((), ("--prune",), (".",), ("app.py",)):
        assert run("baseline", *arguments).exit_code == 0
        assert (project / FILE).read_bytes() == before


def test_standard_input(project: Path) -> None:
    assert run("baseline", "-").exit_code == 2
    run("baseline")
    code = HEAD + OLD
    arguments = ("check", "-", "--stdin-filename", "app.py", "--baseline", FILE)
    assert CliRunner().invoke(cli, arguments, input=code).exit_code == 0
    assert CliRunner().invoke(cli, arguments, input=code + NEW).exit_code == 1


# --- together with fixes ----------------------------------------------------------------------------------


def test_tolerated_findings_are_not_fixed(project: Path) -> None:
    code = HEAD + "def count(user):\n    return len(client.smembers(f'user:{user}'))\n"
    more = "\n\ndef friends(user):\n    return len(client.smembers(f'friends:{user}'))\n"
    (project / "app.py").write_text(code)
    run("baseline")
    (project / "app.py").write_text(code + more)
    result = run("check", "--fix", "--select", "RED112", "--baseline", FILE)
    assert result.exit_code == 0, result.output
    fixed = more.replace("len(client.smembers(f'friends:{user}'))", "client.scard(f'friends:{user}')")
    assert (project / "app.py").read_text() == code + fixed
