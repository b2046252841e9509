"""``check --diff-base``: only findings on lines that changed since a git revision."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redlint.changed_lines import changed_lines
from redlint.cli import cli
from redlint.errors import RedlintError

HEAD = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
KEYS = "client.keys('{}')\n"
OLD = HEAD + "".join(KEYS.format(number) for number in range(4, 10))


class Repository:
    """A git repository, which is the current directory; its files have one finding in each row from 4 on."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *arguments: str) -> str:
        """Run git in it, free of what the user has set."""
        settings = (
            "-c",
            "user.name=Somebody",
            "-c",
            "user.email=somebody@example.org",
            "-c",
            "init.defaultBranch=main",
        )
        command = ("git", *settings, *arguments)
        done = subprocess.run(
            command, cwd=self.root, env=self._environment(), capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=Commit")

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one committed file."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    made = Repository(tmp_path)
    made.write("pyproject.toml", "[tool.redlint]\nselect = ['RED101']\n")
    made.write("app.py", OLD)
    made.git("init", "--quiet")
    made.commit()
    monkeypatch.chdir(tmp_path)
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, prog_name="redlint")


def rows(*arguments: str, base: str = "HEAD") -> list[str]:
    """The places of the findings."""
    result = run("check", "--diff-base", base, "--output-format", "json", *arguments)
    records = json.loads(result.stdout)
    assert result.exit_code == bool(records), result.output
    return [f"{one['filename']}:{one['location']['row']}" for one in records]


def test_nothing_changed(repository: Repository) -> None:
    assert rows() == []
    assert run("check").exit_code == 1


def test_changed_and_added_lines(repository: Repository) -> None:
    lines = OLD.splitlines(keepends=True)
    lines[4] = KEYS.format("changed")
    lines.insert(7, KEYS.format("added"))
    repository.write("app.py", "".join(lines))
    assert rows() == ["app.py:5", "app.py:8"]


def test_removed_lines_are_no_findings(repository: Repository) -> None:
    repository.write("app.py", OLD.replace(KEYS.format(5), ""))
    assert rows() == []


def test_a_finding_of_several_rows_needs_one_that_changed(repository: Repository) -> None:
    text = HEAD + "client.keys(\n    'a'\n)\nclient.keys(\n    'b'\n)\n"
    repository.write("app.py", text)
    repository.commit()
    repository.write("app.py", text.replace("'b'", "'c'"))
    assert rows() == ["app.py:7"]


def test_staged_changes_and_commits_count(repository: Repository) -> None:
    repository.write("app.py", OLD + KEYS.format("staged"))
    repository.git("add", "app.py")
    assert rows() == ["app.py:10"]
    repository.commit()
    assert rows() == []
    assert rows(base="HEAD~1") == ["app.py:10"]


def test_untracked_new_and_ignored_files_count_as_changed(repository: Repository) -> None:
    repository.write("untracked.py", HEAD + KEYS.format("a"))
    repository.write("added.py", HEAD + KEYS.format("a"))
    repository.git("add", "added.py")
    repository.write(".gitignore", "ignored.py\n")
    repository.write("ignored.py", HEAD + KEYS.format("a"))
    assert rows() == ["added.py:4", "untracked.py:4"]
    assert rows("ignored.py") == ["ignored.py:4"]


def test_of_a_renamed_file_only_changed_lines_count(repository: Repository) -> None:
    repository.git("mv", "app.py", "renamed.py")
    assert rows() == []
    repository.write("renamed.py", OLD + KEYS.format("new"))
    assert rows() == ["renamed.py:10"]


def test_what_others_did_on_the_branch_does_not_count(repository: Repository) -> None:
    repository.git("switch", "--quiet", "--create", "feature")
    repository.write("new.py", HEAD + KEYS.format("mine"))
    repository.commit()
    repository.git("switch", "--quiet", "-")
    repository.write("app.py", OLD.replace("keys('5')", "get('5')"))
    repository.commit()
    base = repository.git("rev-parse", "HEAD").strip()
    repository.git("switch", "--quiet", "feature")
    assert rows(base=base) == ["new.py:4"]


def test_from_a_directory_below(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("inner/deep.py", OLD)
    repository.commit()
    repository.write("inner/deep.py", OLD + KEYS.format("new"))
    monkeypatch.chdir(repository.root / "inner")
    assert rows() == ["deep.py:10"]
    assert rows("--isolated", "--select", "RED101", ".") == ["deep.py:10"]


@pytest.mark.parametrize(
    "name", ["a b.py", "ü.py", 'quote"d.py', "tab\there.py", "back\\slash.py", "new\nline.py", 'ü"d.py', "b/b.py"]
)
def test_unusual_names(repository: Repository, name: str) -> None:
    repository.write(name, OLD)
    repository.commit()
    repository.write(name, OLD + KEYS.format("new"))
    assert rows() == [f"{name}:10"]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_newlines(repository: Repository, newline: str) -> None:
    repository.write("app.py", OLD.replace("\n", newline))
    repository.commit()
    changed = OLD.replace("keys('7')", "keys('changed')").replace("\n", newline)
    repository.write("app.py", changed)
    expected = {"\r\n": ["app.py:7"], "\r": [f"app.py:{row}" for row in range(4, 10)]}
    assert rows() == expected[newline], "to git, a file of carriage returns is one line"


def test_rows_that_look_like_a_diff(repository: Repository) -> None:
    lines = OLD.splitlines(keepends=True)
    lines[4:5] = ["x = '''\n", "++ b/other.py\n", "-- a/other.py\n", "@@ -1 +1,9 @@\n", "'''\n"]
    lines[-1] = KEYS.format("changed")
    repository.write("app.py", "".join(lines))
    assert rows() == ["app.py:13"]
    repository.commit()
    repository.write("app.py", OLD)
    assert rows() == ["app.py:5", "app.py:9"]


@pytest.mark.parametrize(
    "setting",
    [
        *("diff.noprefix=true", "diff.mnemonicPrefix=true", "color.ui=always", "core.quotePath=false"),
        *("diff.external=false", "diff.interHunkContext=50", "diff.context=9", "diff.renames=false"),
    ],
)
def test_settings_of_git_do_not_matter(repository: Repository, setting: str) -> None:
    repository.git("config", *setting.split("="))
    repository.git("mv", "app.py", "ü.py")
    repository.write("ü.py", OLD.replace("keys('5')", "keys('a')").replace("keys('9')", "keys('b')"))
    assert rows() == ["ü.py:5", "ü.py:9"]


def test_attributes_do_not_matter(repository: Repository) -> None:
    repository.write(".gitattributes", "*.py -diff\n")
    repository.commit()
    repository.write("app.py", OLD + KEYS.format("new"))
    assert rows() == ["app.py:10"]


def test_a_directory_that_is_a_link(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    link = tmp_path_factory.mktemp("links") / "link"
    link.symlink_to(repository.root)
    repository.write("app.py", OLD + KEYS.format("new"))
    assert rows(str(link)) == [f"{link}/app.py:10"]


def test_comments_only_for_changed_lines(repository: Repository) -> None:
    repository.write("app.py", OLD + KEYS.format("new"))
    assert run("check", "--add-noqa", "--diff-base", "HEAD").exit_code == 0
    assert (repository.root / "app.py").read_text() == OLD + "client.keys('new')  # noqa: RED101\n"


# --- errors -----------------------------------------------------------------------------------------------


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "app.py").write_text(OLD)
    result = run("check", "--diff-base", "HEAD")
    assert result.exit_code == 2
    assert result.stderr == f"redlint: error: --diff-base: {tmp_path} is not in the work tree of a git repository\n"


@pytest.mark.parametrize("revision", ["no-such-branch", "", "--output=gone", "HEAD:app.py", "a..b"])
def test_no_revision(repository: Repository, revision: str) -> None:
    result = run("check", "--diff-base", revision)
    assert result.exit_code == 2
    assert f"--diff-base: git knows no revision {revision!r} here" in result.stderr
    assert not (repository.root / "gone").exists()


def test_no_git(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RedlintError, match="--diff-base needs git, which cannot be run"):
        changed_lines("HEAD", str(repository.root))


@pytest.mark.parametrize("arguments", [("--fix",), ("--diff",), ("-",)])
def test_what_does_not_fit(repository: Repository, arguments: tuple[str, ...]) -> None:
    assert run("check", "--diff-base", "HEAD", *arguments).exit_code == 2
