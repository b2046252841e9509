"""The flake8 plugin, in the real flake8."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
CLIENT = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
USER = """from shop.cache import client


def names():
    return client.keys("user:*")


def hidden():
    return client.keys("order:*")  # noqa: RED101
"""
KEYS = "RED101 KEYS visits every key in the database; all other clients wait until it returns"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in which one file uses the client of another."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "cache.py").write_text(CLIENT)
    (tmp_path / "shop" / "users.py").write_text(USER)
    return tmp_path


def _run(directory: Path, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=directory, input=stdin, capture_output=True, text=True, check=False
    )


def _flake8(directory: Path, *arguments: str, stdin: str = "") -> list[str]:
    done = _run(directory, "flake8", *arguments, stdin=stdin)
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("arguments", [("shop",), (), ("shop/cache.py", "shop/users.py"), ("shop", "--jobs=2")])
def test_a_client_of_another_file_is_known(project: Path, arguments: Sequence[str]) -> None:
    assert [row.removeprefix("./") for row in _flake8(project, *arguments)] == [f"shop/users.py:5:12: {KEYS}"]


def test_the_exit_code_is_that_of_flake8(project: Path) -> None:
    assert _run(project, "flake8", "shop/users.py").returncode == 1
    assert _run(project, "flake8", "shop/cache.py").returncode == 0


def test_disable_noqa_shows_what_comments_hide(project: Path) -> None:
    assert _flake8(project, "--disable-noqa", "shop") == [
        f"shop/users.py:5:12: {KEYS}",
        f"shop/users.py:9:12: {KEYS}",
    ]


@pytest.mark.parametrize("arguments", [("--extend-ignore=RED1",), ("--per-file-ignores=users.py:RED101",)])
def test_flake8_ignores(project: Path, arguments: Sequence[str]) -> None:
    assert _flake8(project, *arguments, "shop") == []


def test_findings_of_the_baseline_are_not_reported(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nbaseline = 'known.json'\n")
    assert "known.json: no such baseline file" in _run(project, "flake8", "shop").stdout
    assert _run(project, "redlint", "baseline").returncode == 0
    assert _flake8(project, "shop") == []
    (project / "shop" / "users.py").write_text(USER.replace("user:*", "new:*"))
    assert _flake8(project, "shop") == [f"shop/users.py:5:12: {KEYS}"]


def test_where_flake8_selects_others_nothing_is_linted(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nslect = []\n")
    assert _flake8(project, "--select=E", "shop") == []


def test_standard_input_is_linted_with_the_project(project: Path) -> None:
    unsaved = USER.replace("user:*", "*").replace("names", "näher")
    found = _flake8(project, "--stdin-display-name=shop/users.py", "-", stdin=unsaved)
    assert found == [f"shop/users.py:5:12: {KEYS}"]


def test_a_wrong_setting_is_one_message(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nslect = []\n")
    done = _run(project, "flake8", "shop")
    assert done.returncode == 1
    assert "pyproject.toml: slect: unknown setting (did you mean 'select'?)" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_settings_of_another_file(project: Path) -> None:
    (project / "other.toml").write_text('ignore = ["RED101"]\n')
    assert _flake8(project, "--redlint-config=other.toml", "shop") == []


def test_files_that_the_settings_leave_out_stay_out(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.redlint]\nexclude = ["users.py"]\n')
    assert _flake8(project, "shop") == []


def test_the_python_interface_of_flake8(project: Path) -> None:
    program = (
        "from flake8.api.legacy import get_style_guide\n"
        "guide = get_style_guide(select=['RED'])\n"
        "guide.check_files(['shop/users.py'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout == f"shop/users.py:5:12: {KEYS}\n"


@pytest.mark.parametrize("family", ["locks", "expiry"])
def test_finds_what_the_command_line_finds(tmp_path: Path, family: str) -> None:
    shutil.copytree(FIXTURES / family, tmp_path / "shop")
    (tmp_path / "pyproject.toml").write_text("")
    found = json.loads(_run(tmp_path, "redlint", "check", "--output-format=json", "shop").stdout)
    expected = sorted(
        f"{one['filename']}:{one['location']['row']}:{one['location']['column']}: {one['code']} {one['message']}"
        for one in found
    )
    assert len(expected) > 50
    assert sorted(_flake8(tmp_path, "--select=RED", "shop")) == expected
