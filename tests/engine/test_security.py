"""The code that is linted is data: nothing of it runs, nothing of it reaches a terminal or the network as it is."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import pytest

LINTER = Path(__file__).parents[2] / "linter" / "redlint"
HEAD = "import redis\n\nclient = redis.Redis()\n\n\n"
KEYS = HEAD + "def sessions():\n    return client.keys('session:*')\n"

NAMES = (
    *("app.py", "conftest.py", "setup.py", "sitecustomize.py", "usercustomize.py", "redlint.py", "redlint_rules.py"),
    *("redis.py", "libcst.py", "click.py", "msgspec.py", "pathspec.py", "tomllib.py", "tomli.py", "sqlite3.py"),
    *("multiprocessing.py", "concurrent.py", "socket.py", "signal.py", "typing_extensions.py", "pygls.py", "flake8.py"),
)
"""Modules that redlint or Python itself might import, if it looked for them among the files to be linted."""

CONSOLE = (str(Path(sys.executable).with_name("redlint")),)
"""The installed command."""

MODULE = (sys.executable, "-m", "redlint")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Files each of which leaves a mark when it is imported or run."""
    trap = f"open({str(tmp_path / 'ran')!r}, 'a').write(__name__ + '\\n')\n"
    directory = tmp_path / "project"
    (directory / "package").mkdir(parents=True)
    for name in NAMES:
        (directory / name).write_text(trap + KEYS)
    (directory / "package" / "__init__.py").write_text(trap + KEYS)
    (directory / "pyproject.toml").write_text("[tool.redlint]\npreview = true\n")
    return directory


def run(arguments: Sequence[str], directory: Path, start: Sequence[str] = CONSOLE) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = (*start, *arguments)
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "."),
        ("check", "--no-cache", "--no-gate", "-j", "2", "app.py"),
        ("check", "--diff", "."),
        ("keyspace",),
    ],
)
def test_nothing_that_is_linted_runs(project: Path, arguments: tuple[str, ...]) -> None:
    found = run(arguments, project)
    assert found.returncode in (0, 1), found.stderr
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text()


def test_flake8_runs_nothing(project: Path) -> None:
    found = run(("--isolated", "--select", "RED", "."), project, (str(Path(sys.executable).with_name("flake8")),))
    assert "RED101" in found.stdout, found.stderr
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text()


def test_the_language_server_runs_nothing(project: Path) -> None:
    uri = project.as_uri()
    document = {"uri": f"{uri}/app.py", "languageId": "python", "version": 1, "text": KEYS}
    asked: list[Mapping[str, object]] = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": uri, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
    ]
    command = (*CONSOLE, "server")
    with subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        patience = threading.Timer(60, server.kill)
        patience.start()
        try:
            for one in asked:
                _send(server.stdin, one)
            while "RED101" not in json.dumps(_received(server.stdout)):
                pass
        finally:
            patience.cancel()
            server.kill()
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text()


def _send(stream: IO[bytes], message: Mapping[str, object]) -> None:
    content = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
    stream.flush()


def _received(stream: IO[bytes]) -> object:
    """The next message of a server. Fails where there is none any more."""
    length = 0
    while (row := stream.readline()) not in (b"\r\n", b""):
        name, _, value = row.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    assert length, "the server has ended"
    return json.loads(stream.read(length))


def test_processes_run_nothing_either(project: Path) -> None:
    script = project.parent / "script.py"
    script.write_text(
        "from redlint.collecting import collect_in_processes\n"
        "if __name__ == '__main__':\n"
        "    found = collect_in_processes(['a = 1\\n', 'b = 2\\n'], 2)\n"
        "    print(len(found), [type(one) for one in found.values()])\n"
    )
    found = run((str(script),), project, (sys.executable,))
    assert found.stdout.startswith("2 [<class 'bytes'>"), found.stderr
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text()


def test_python_m_looks_for_no_module_beside_the_files(project: Path) -> None:
    """Once it runs, that is: which package ``python -m redlint`` starts with is Python's choice."""
    for name in NAMES:
        if name not in ("app.py", "libcst.py", "click.py", "msgspec.py", "pathspec.py", "redlint_rules.py", "tomli.py"):
            (project / name).unlink()
    found = run(("check", "app.py"), project, MODULE)
    assert found.returncode == 1, found.stderr
    assert not (project.parent / "ran").exists(), (project.parent / "ran").read_text()


def test_settings_cannot_run_code(project: Path) -> None:
    (project / "pyproject.toml").write_text(
        "[tool.redlint]\nclients = {'app:client' = 'redis.Redis'}\nwrappers = ['package.Client']\n"
        "cache-keys = ['{__import__(\"os\")}', '$(touch ran)']\n"
    )
    found = run(("check", "."), project)
    assert found.returncode == 1, found.stderr
    assert not (project.parent / "ran").exists()


def test_only_plugins_that_the_settings_name_are_imported(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.redlint]\nplugins = ['package']\n")
    found = run(("check", "app.py"), project)
    assert "package cannot be imported" in found.stderr  # it is not installed, and the project is no place to look
    assert not (project.parent / "ran").exists()


def test_no_network(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(KEYS)
    script = tmp_path / "blocked.py"
    script.write_text(
        "import socket\n"
        "def refused(*_): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused\n"
        "from redlint.__main__ import main\n"
        "main()\n"
    )
    found = run((str(script), "check", "--output-format", "sarif", "app.py"), tmp_path, (sys.executable,))
    assert found.returncode == 1, found.stderr


def test_nothing_is_unpickled() -> None:
    """Caches, baselines and facts are data."""
    loading = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    running = {"eval", "exec", "__import__", "compile"}
    for path in LINTER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "")}
                assert names.isdisjoint(loading), path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in running, f"{path}:{node.lineno}"


HOSTILE = "evil\x1b]0;title\x07\x1b[31m\u202egnp.py"


@pytest.mark.parametrize("output_format", ["full", "concise", "github"])
def test_nothing_of_the_files_steers_the_terminal(tmp_path: Path, output_format: str) -> None:
    source = HEAD + "def a():\n    return client.keys('\x1b[2J\u202e\x9b31m*')  # \x1b]8;;http://x\x07\n"
    (tmp_path / HOSTILE).write_text(source)
    found = run(("check", "--color", "never", "--output-format", output_format, "."), tmp_path)
    assert found.returncode == 1, found.stderr
    for text in (found.stdout, found.stderr):
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(text)
    assert "RED101" in found.stdout


def test_names_of_files_cannot_add_annotations(tmp_path: Path) -> None:
    (tmp_path / "a\n::error::b%0A,c.py").write_text(KEYS)
    found = run(("check", "--output-format", "github", "."), tmp_path)
    assert [row.split(" ", 1)[0] for row in found.stdout.splitlines()] == ["::error"]
