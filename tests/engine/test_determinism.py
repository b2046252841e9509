"""The same files give the same bytes, however they are looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redlint.config import Config
from redlint.lint import lint_project
from redlint.model.files import ProjectFiles
from redlint.registry import load_rules

FIXTURES = Path(__file__).parents[2] / "fixtures"
PATHS = tuple(sorted(str(path) for folder in ("locks", "expiry") for path in (FIXTURES / folder).glob("*.py")))
OVERLAY = {path: Path(path).read_bytes() for path in PATHS}
RULES = tuple(rule() for rule in load_rules())


def found(lint: tuple[str, ...], context: tuple[str, ...] = ()) -> tuple[object, ...]:
    files = ProjectFiles(lint, context, overlay=OVERLAY)
    return lint_project(files, Config(root=str(FIXTURES), non_production=()), RULES).diagnostics


WHOLE = found(PATHS)


@settings(max_examples=4, deadline=None)
@given(st.permutations(PATHS))
def test_order_of_files(paths: list[str]) -> None:
    assert WHOLE
    assert found(tuple(paths)) == WHOLE


@settings(max_examples=4, deadline=None)
@given(st.sets(st.sampled_from(PATHS), min_size=1))
def test_what_else_is_linted(linted: set[str]) -> None:
    """Files whose findings are not wanted are linked all the same."""
    rest = tuple(path for path in PATHS if path not in linted)
    assert found(tuple(sorted(linted)), rest) == tuple(one for one in WHOLE if one.path in linted)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("project")
    for folder in ("locks", "blocking"):
        shutil.copytree(FIXTURES / folder, directory / folder)
    (directory / "pyproject.toml").write_text("[tool.redlint]\npreview = true\nnon-production = []\n")
    return directory


def output(directory: Path, *arguments: str, seed: str = "0", format: str = "json") -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    environment.pop("PYTHONPATH", None)
    command = [sys.executable, "-m", "redlint", "check", "-q", "--output-format", format, *arguments]
    run = subprocess.run(command, cwd=directory, env=environment, capture_output=True, check=False, timeout=200)
    assert run.returncode == 1, run.stderr
    return run.stdout


def test_hash_seeds_jobs_and_caches(project: Path) -> None:
    expected = output(project, "--no-cache", "-j", "1")
    assert b"RED5" in expected
    assert output(project, "--no-cache", "-j", "3", seed="1") == expected
    assert output(project, "-j", "2", seed="2") == expected  # writes the cache
    assert output(project, "-j", "1", seed="3") == expected  # prints what was printed
    shutil.copytree(project, project.parent / "moved")
    moved = project.parent / "moved"
    (moved / "more.py").write_text("")
    assert output(moved, seed="4") == expected  # links facts of the cache


def test_order_of_arguments(project: Path) -> None:
    assert output(project, "--no-cache", "locks", "blocking") == output(project, "--no-cache", "blocking", "locks")


def test_working_directory(project: Path) -> None:
    """Paths are shown as seen from where one is; everything else is the same."""
    above = output(project.parent, "--no-cache", f"{project.name}/locks", format="concise")
    here = output(project, "--no-cache", "locks", format="concise")
    assert above.replace(f"{project.name}/".encode(), b"") == here
