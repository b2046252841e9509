"""The hooks for pre-commit, tried with the real one: it builds an environment of this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PARTS = ("linter", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
CLIENT = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
COMMITTED = 'from cache import client\n\n\ndef all_names():\n    return client.keys("name:*")\n'
STAGED = 'from cache import client\n\n\ndef count(user):\n    return len(client.smembers(f"user:{user}"))\n'
FIXED = 'from cache import client\n\n\ndef count(user):\n    return client.scard(f"user:{user}")\n'


class Repositories:
    """A repository of redlint, and one that pre-commit runs in."""

    def __init__(self, directory: Path) -> None:
        self.hooks = directory / "redlint"
        self.project = directory / "project"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment["PRE_COMMIT_HOME"] = str(directory / "pre-commit")
        self.hooks.mkdir()
        self.project.mkdir()
        for name in PARTS:
            source = CHECKOUT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, self.hooks / name)
        self._commit_all(self.hooks)

    def commit(self, **texts: str) -> None:
        """Write modules of the project and commit them."""
        self.write(**texts)
        self._commit_all(self.project)

    def write(self, **texts: str) -> None:
        """Write modules of the project."""
        for name, text in texts.items():
            (self.project / f"{name}.py").write_text(text)

    def git(self, *arguments: str, directory: Path | None = None) -> None:
        """Run git, by default in the project."""
        self._run(("git", *arguments), directory or self.project, check=True)

    def try_hook(self, hook: str) -> subprocess.CompletedProcess[str]:
        """Run a hook on what is staged."""
        program = str(Path(sys.executable).with_name("pre-commit"))
        command = (program, "try-repo", str(self.hooks), hook, "--color=never")
        return self._run(command, self.project, check=False)

    def _commit_all(self, directory: Path) -> None:
        if not (directory / ".git").exists():
            self.git("init", "--quiet", directory=directory)
        self.git("add", "--all", directory=directory)
        author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        self.git(*author, "commit", "--quiet", "--message=Commit", directory=directory)

    def _run(self, command: Sequence[str], directory: Path, *, check: bool) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=directory, env=self._environment, capture_output=True, text=True, check=check
        )


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Repositories:
    """A project in which one module makes the client of the others, and one has a finding nobody has mended yet."""
    made = Repositories(tmp_path_factory.mktemp("pre_commit"))
    (made.project / "pyproject.toml").write_text("")
    made.commit(cache=CLIENT, names=COMMITTED)
    made.write(users=STAGED, unstaged=COMMITTED)
    made.git("add", "users.py")
    return made


def test_only_staged_files_are_reported_and_the_project_is_linked(repositories: Repositories) -> None:
    done = repositories.try_hook("redlint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "users.py:5:16: RED112 whole-read-for-one-answer" in done.stdout
    assert "RED101" not in done.stdout
    assert (repositories.project / "users.py").read_text() == STAGED


def test_the_fixing_hook_changes_the_file_and_fails_then_passes(repositories: Repositories) -> None:
    first = repositories.try_hook("redlint-fix")
    assert first.returncode == 1, first.stdout + first.stderr
    assert "files were modified by this hook" in first.stdout
    assert (repositories.project / "users.py").read_text() == FIXED
    repositories.git("add", "users.py")
    second = repositories.try_hook("redlint-fix")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Passed" in second.stdout


def test_the_hooks_run_nothing_of_the_project(repositories: Repositories, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__ + '\\n')\n"
    names = ("redis", "libcst", "click", "msgspec", "sqlite3", "sitecustomize", "conftest", "setup", "redlint")
    repositories.write(**dict.fromkeys(names, trap + STAGED))
    repositories.git("add", *(f"{name}.py" for name in names))
    for hook in ("redlint", "redlint-fix"):
        done = repositories.try_hook(hook)
        assert done.returncode == 1, done.stdout + done.stderr
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
