"""The client library that a project depends on, out of the files of other tools."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from redlint.cli import cli
from redlint.config import COMMAND_LINE, DEFAULT, load_config
from redlint.dependencies import client_dependency, poetry_versions

_LOCK = '[[package]]\nname = "celery"\nversion = "5.4"\n[[package]]\nname = "redis"\nversion = "7.1.0"\n'


@pytest.fixture(autouse=True)
def _in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def _write(files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())


def _found(files: Mapping[str, str | bytes]) -> tuple[str, str] | None:
    _write(files)
    found = client_dependency(str(Path.cwd()))
    return None if found is None else (str(found.target), Path(found.file).name)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("uv.lock", _LOCK, "redis==7.1.0"),
        ("poetry.lock", _LOCK, "redis==7.1.0"),
        ("pdm.lock", _LOCK, "redis==7.1.0"),
        ("pdm.lock", _LOCK + '[[package]]\nname = "redis"\nversion = "5.0.1"\n', "redis<=7.1.0,>=5.0.1"),
        ("Pipfile.lock", '{"default": {"redis": {"version": "==5.0.1"}}}', "redis==5.0.1"),
        ("Pipfile.lock", '{"develop": {"Valkey": {"version": "==6.1.1"}}}', "valkey==6.1.1"),
        ("pyproject.toml", "[project]\ndependencies = [\"Redis[hiredis]>=5,<8; python_version > '3'\"]", "redis<8,>=5"),
        ("pyproject.toml", '[project]\ndependencies = ["redis @ https://example.org/redis.whl"]', "redis"),
        ("pyproject.toml", '[project]\noptional-dependencies = { kv = ["valkey>=6"] }', "valkey>=6"),
        ("pyproject.toml", '[dependency-groups]\ndev = [{ include-group = "a" }, "redis==6.4"]', "redis==6.4"),
        (
            "pyproject.toml",
            '[project]\ndependencies = ["redis>=5"]\n[dependency-groups]\ndev = ["redis>=8", "valkey"]',
            "redis>=5",
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\"redis<5; python_version<'3.8'\", \"redis>=5; python_version>='3.8'\"]",
            "redis",
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.10"\nredis = "^5.0.1"', "redis<6,>=5.0.1"),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nredis = { version = "~6.2", extras = ["hiredis"] }',
            "redis<6.3,>=6.2",
        ),
        ("pyproject.toml", '[tool.poetry.group.dev.dependencies]\nredis = { git = "x" }', "redis"),
        ("requirements.txt", "# redis<3\ncelery[redis]\nredis==5.0.1 \\\n    --hash=sha256:00\n", "redis==5.0.1"),
        ("requirements-dev.txt", "-r requirements.txt\nredis>=6 # because\n", "redis>=6"),
        ("setup.cfg", "[options]\ninstall_requires =\n    redis>=4.6\n    click\n", "redis>=4.6"),
        ("setup.cfg", "[options.extras_require]\nkv =\n    valkey\n", "valkey"),
    ],
)
def test_reads(name: str, text: str, expected: str) -> None:
    found = _found({name: text})
    assert found is not None
    library = expected.rstrip("<>=,.0123456789")
    assert (set(found[0].removeprefix(library).split(",")), found[1]) == (
        set(expected.removeprefix(library).split(",")),
        name,
    )
    assert found[0].startswith(library)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", "redis ["),
        ("uv.lock", 'package = "redis"'),
        ("uv.lock", "package = [1, { name = 'redis' }, { name = 'redis', version = 'x' }]"),
        ("Pipfile.lock", '["redis"]'),
        ("Pipfile.lock", '{"default": "redis"'),
        ("Pipfile.lock", "[" * 100_000 + "redis"),
        ("pyproject.toml", b"redis = \xff"),
        ("pyproject.toml", 'project = "redis"'),
        ("pyproject.toml", '[project]\ndependencies = "redis"'),
        ("pyproject.toml", '[project]\ndependencies = ["redis and more", "django-redis", "redis-om"]'),
        ("pyproject.toml", '[tool.poetry]\ngroup = ["redis"]\ndependencies = 1'),
        ("pyproject.toml", '[project]\ndependencies = ["redis", "valkey"]'),
        ("requirements.txt", "-e git+https://example.org/redis.git#egg=redis\n./redis\n"),
        ("setup.cfg", "redis\n[options"),
        ("setup.cfg", "[metadata]\nname = redis\n"),
    ],
)
def test_passes_over_what_it_does_not_understand(name: str, text: str | bytes) -> None:
    assert _found({name: text}) is None


def test_a_directory_is_no_lock_file() -> None:
    Path("uv.lock").mkdir()
    assert _found({"requirements.txt": "redis\n"}) == ("redis", "requirements.txt")


def test_pins_go_before_requirements_and_these_before_those_for_development() -> None:
    files = {"requirements-test.txt": "redis==4.6.0\n", "requirements.txt": "redis==5.2.1\n"}
    assert _found(files) == ("redis==5.2.1", "requirements.txt")
    assert _found({"pyproject.toml": '[project]\ndependencies = ["redis>=5"]'}) == ("redis>=5", "pyproject.toml")
    assert _found({"uv.lock": _LOCK}) == ("redis==7.1.0", "uv.lock")


def test_a_lock_file_with_both_libraries_does_not_decide() -> None:
    both = _LOCK + '[[package]]\nname = "valkey"\nversion = "6.1.1"\n'
    assert _found({"uv.lock": both}) is None
    assert _found({"pyproject.toml": '[project]\ndependencies = ["valkey"]'}) == ("valkey==6.1.1", "uv.lock")
    assert _found({"pyproject.toml": '[project]\ndependencies = ["valkey", "redis"]'}) is None


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("^5", ">=5,<6"),
        ("^0.3.1", ">=0.3.1,<0.4"),
        ("^0", ">=0,<1"),
        ("~6", ">=6,<7"),
        ("~6.2.1", ">=6.2.1,<6.3"),
        ("~=6.2", "~=6.2"),
        ("5.*", "==5.*"),
        ("5.0.1", "==5.0.1"),
        ("*", ""),
        (">=5, <7", ">=5,<7"),
        ("^5 || ^6", ""),
        ("newest", ""),
        ("^5-x-y", ""),
    ],
)
def test_constraints_of_poetry(constraint: str, expected: str) -> None:
    assert set(str(poetry_versions(constraint)).split(",")) == set(expected.split(","))


def test_the_setting_goes_first_and_isolated_reads_nothing() -> None:
    _write({"requirements.txt": "redis==5.2.1\n"})
    read = load_config([])
    assert (str(read.target.client), read.origins["target-client"]) == (
        "redis==5.2.1",
        str(Path.cwd() / "requirements.txt"),
    )
    isolated = load_config([], isolated=True)
    assert (isolated.target.client, isolated.origins["target-client"]) == (None, DEFAULT)
    given = load_config([], overrides={"target-client": "valkey"})
    assert (str(given.target.client), given.origins["target-client"]) == ("valkey", COMMAND_LINE)
    _write({"redlint.toml": 'target-client = "redis>=6"\n'})
    assert str(load_config([]).target.client) == "redis>=6"


def test_the_project_of_the_linted_path_counts() -> None:
    Path("service").mkdir()
    _write({"requirements.txt": "redis==5.2.1\n", "service/setup.cfg": "[options]\ninstall_requires = valkey\n"})
    assert str(load_config(["service"]).target.client) == "valkey"
    _write({"redlint.toml": "preview = true\n"})
    assert str(load_config(["service"]).target.client) == "redis==5.2.1"


def test_config_tells_the_file() -> None:
    _write({"uv.lock": _LOCK})
    shown = CliRunner().invoke(cli, ["config", "--output-format", "json"])
    settings = json.loads(shown.output)["settings"]
    assert settings["target-client"] == {"value": "redis==7.1.0", "origin": str(Path.cwd() / "uv.lock")}
