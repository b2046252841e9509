"""``redlint keyspace``: what a row tells, the formats, and the lock file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from redlint.cli import cli

HEAD = "import redis\n\nclient = redis.Redis()\n\n\n"
SESSION = HEAD + (
    "def save(uid, value):\n    client.set(f'session:{uid}', value, ex=3600)\n\n\n"
    "def load(uid):\n    return client.get(f'session:{uid}')\n\n\n"
    "def forget(uid):\n    client.delete(f'session:{uid}')\n"
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one pattern, which is the current directory."""
    (tmp_path / "pyproject.toml").write_text("[tool.redlint]\n")
    (tmp_path / "app.py").write_text(SESSION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ("keyspace", *arguments), prog_name="redlint")


def row(body: str) -> dict[str, Any]:
    """The row of the only pattern of a module whose functions do this."""
    Path("app.py").write_text(HEAD + body)
    (one,) = json.loads(run("--output-format", "json").stdout)["patterns"]
    assert isinstance(one, dict)
    return one


# --- rows -------------------------------------------------------------------------------------------------


def test_json() -> None:
    assert json.loads(run("--output-format", "json").stdout) == {
        "patterns": [
            {
                "pattern": "session:{uid}",
                "text": "session:{}",
                "types": ["string"],
                "written_as": [],
                "read_as": [],
                "ttl": "always",
                "ttl_seconds": [3600],
                "growth": "bounded",
                "hash_tag": None,
                "commands": ["DEL", "GET", "SET"],
                "writers": [{"filename": "app.py", "row": 7}],
                "readers": [{"filename": "app.py", "row": 11}],
                "deleters": [{"filename": "app.py", "row": 15}],
                "scripts": [],
                "uses": 3,
            }
        ],
        "calls": {"resolved": 3, "unknown": 0},
    }


@pytest.mark.parametrize(
    ("body", "policy"),
    [
        ("def f(n):\n    client.set(f'a:{n}', 1)\n", "never"),
        ("def f(n):\n    client.set(f'a:{n}', 1, px=500)\n", "always"),
        ("def f(n, **options):\n    client.set(f'a:{n}', 1, **options)\n", "unknown"),
        ("def f(n):\n    return client.get(f'a:{n}')\n", "unknown"),
        ("def f(n):\n    client.set(f'a:{n}', 1, ex=9)\n    client.set(f'a:{n}', 2)\n", "sometimes"),
        ("def f(n):\n    client.hset(f'a:{n}', 'x', 1)\n    client.expire(f'a:{n}', 60)\n", "always"),
        (
            "def f(n, t):\n    client.hset(f'a:{n}', 'x', 1)\n    if t:\n        client.expire(f'a:{n}', t)\n",
            "sometimes",
        ),
        ("def f(n):\n    client.hset(f'a:{n}', 'x', 1)\n\n\ndef g(n):\n    client.expire(f'a:{n}', 60)\n", "sometimes"),
        ("def f(n):\n    client.set(f'a:{n}', 1, ex=9)\n    client.persist(f'a:{n}')\n", "sometimes"),
        ("def f(n):\n    client.set(f'a:{n}', 1)\n    client.eval('...', 1, f'a:{n}')\n", "unknown"),
        ("def f(n):\n    client.set(f'a:{n}', 1, ex=9)\n    client.eval('...', 1, f'a:{n}')\n", "unknown"),
        ("def f(n):\n    return client.lock(f'a:{n}', timeout=10)\n", "always"),
        ("def f(n):\n    return client.lock(f'a:{n}')\n", "never"),
        ("def f(n, t):\n    return client.lock(f'a:{n}', timeout=t)\n", "unknown"),
    ],
)
def test_ttl_policy(body: str, policy: str) -> None:
    assert row(body)["ttl"] == policy


@pytest.mark.parametrize(
    ("body", "growth"),
    [
        ("def f(n, x):\n    client.rpush(f'a:{n}', x)\n", "grows per call"),
        ("def f(n, x):\n    client.rpush(f'a:{n}', x)\n    client.ltrim(f'a:{n}', 0, 9)\n", "bounded"),
        ("def f(n, x):\n    client.append(f'a:{n}', x)\n", "unknown"),
        ("def f(n, x):\n    client.hset(f'a:{n}', mapping=x)\n", "unknown"),
    ],
)
def test_growth(body: str, growth: str) -> None:
    assert row(body)["growth"] == growth


def test_hash_tag_and_long_holes() -> None:
    one = row("def f(u):\n    client.set(f'cart:{{{u}}}:{u.name.strip().lower().replace(chr(32), chr(95))}', 1)\n")
    assert one["hash_tag"] == "{u}"
    assert one["pattern"] == "cart:{{u}}:{u.name.strip…}"


def test_a_stored_union_reads_its_sources(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "def f(n):\n    client.zunionstore('top', [f'a:{n}'])\n")
    rows = {one["text"]: one for one in json.loads(run("--output-format", "json").stdout)["patterns"]}
    assert (len(rows["top"]["writers"]), len(rows["top"]["readers"])) == (1, 0)
    assert (len(rows["a:{}"]["writers"]), len(rows["a:{}"]["readers"])) == (0, 1)


def test_tests_are_left_out_unless_asked_for(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_app.py").write_text(HEAD + "def test_f():\n    client.set('only:test', 1)\n")
    assert "only:test" not in run().stdout
    assert "only:test" in run("--include-tests").stdout


# --- text and Markdown ------------------------------------------------------------------------------------


def test_text() -> None:
    assert run().stdout == (
        "PATTERN        TYPE    TTL          GROWTH   W  R  D  S\n"
        "session:{uid}  string  always (1h)  bounded  1  1  1  0\n"
        "\n"
        "1 key pattern; of 3 calls with a key, 3 resolved, 0 with an unknown key\n"
        "W, R, D, S: how many places write, read or delete such keys, or run a script on them (listed by -v)\n"
    )
    assert "    writer app.py:7\n    reader app.py:11\n" in run("-v").stdout


@pytest.mark.parametrize("width", [1, 10, 30, 60, 80, 200])
def test_text_fits(width: int) -> None:
    from redlint.model.keyspace import Growth
    from redlint.model.ttl import TtlPolicy
    from redlint.report.keyspace.record import CodePlace, KeyspaceRecord, PatternRecord
    from redlint.report.keyspace.text import keyspace_text

    place = (CodePlace("a/very/long/path/of/a/module.py", 12),)
    one = PatternRecord(
        *(
            "k" * 90 + "\u6f22" * 9,
            "k",
            ("hash", "string"),
            (),
            ("json",),
            TtlPolicy.ALWAYS,
            (60, 0.5),
            Growth.GROWS,
            "tag",
        ),
        *(("HSET", "SET"), place, place, place, place, 4),
    )
    text = keyspace_text(KeyspaceRecord((one,), 4, 1), width=width, verbose=True)
    from redlint.report.terminal import columns

    assert max(map(columns, text.split("\n"))) <= max(width, 6)


def test_hostile_keys(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.set('a|b`c\\n<script>\\x1b[31m', 1)\n")
    for output_format in ("text", "markdown"):
        shown = run("--output-format", output_format, "-v").stdout
        assert "\x1b" not in shown
        assert "\u241b" in shown
    assert "``a\\|b`c\u240a<script>\u241b[31m``" in run("--output-format", "markdown").stdout


def test_no_patterns(project: Path) -> None:
    (project / "app.py").write_text("")
    for output_format in ("text", "markdown", "json", "html", "mermaid"):
        assert run("--output-format", output_format).exit_code == 0
    assert run().stdout == "0 key patterns; of 0 calls with a key, 0 resolved, 0 with an unknown key\n"


def test_output_file(project: Path) -> None:
    (project / "report.md").write_text("old")
    (project / "report.md").chmod(0o640)
    assert run("--output-format", "markdown", "--output-file", "report.md").stdout == ""
    assert "`session:{uid}`" in (project / "report.md").read_text()
    assert (project / "report.md").stat().st_mode & 0o777 == 0o640
    left = sorted(path.name for path in project.iterdir() if path.is_file())
    assert left == ["app.py", "pyproject.toml", "report.md"]
    assert run("--output-file", "nowhere/report.md").exit_code == 2


# --- Mermaid and HTML -------------------------------------------------------------------------------------


def test_mermaid() -> None:
    assert run("--output-format", "mermaid").stdout == (
        "flowchart LR\n"
        '    f0["app.py"]\n'
        '    k0[("session:#123;uid#125;<br>string, TTL always (1h)")]\n'
        "    f0 --> k0\n"
        "    k0 --> f0\n"
        "    f0 -. deletes .-> k0\n"
    )


def test_mermaid_escapes(project: Path) -> None:
    (project / "app.py").write_text(HEAD + "client.set('a\"]; click <b>\\n%%', 1)\n")
    shown = run("--output-format", "mermaid").stdout
    assert "a#34;#93;#59; click #60;b#62;#9226;#37;#37;<br>string" in shown


def test_html_is_one_file_with_everything_escaped(project: Path) -> None:
    (project / "a'\"<b>.py").write_text(HEAD + "client.set('k\"\\'><script>alert(1)</script>&', 1)\n")
    page = run("--output-format", "html").stdout
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;" in page
    assert 'href="a%27%22%3Cb%3E.py"' in page
    assert "http:" not in page
    assert "https:" not in page


@pytest.mark.parametrize(
    ("template", "link"),
    [
        (None, "../app.py"),
        ("vscode://file/{path}:{row}", "vscode://file{root}/app.py:7"),
        ("https://host/blob/main/{relative}#L{row}", "https://host/blob/main/app.py#L7"),
    ],
)
def test_html_links(project: Path, template: str | None, link: str) -> None:
    (project / "out").mkdir()
    options = () if template is None else ("--link-template", template)
    result = run("--output-format", "html", "--output-file", "out/keys.html", *options)
    assert result.exit_code == 0
    expected = link.replace("{root}", Path.cwd().as_posix())
    assert f'href="{expected}"' in (project / "out" / "keys.html").read_text()


@pytest.mark.parametrize("template", ["x{column}", "javascript:alert({row})", " JavaScript:{path}", "http://["])
def test_link_templates_that_cannot_be(template: str) -> None:
    result = run("--output-format", "html", "--link-template", template)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("redlint: error: --link-template: ")


# --- lock file --------------------------------------------------------------------------------------------


def test_lock_file(project: Path) -> None:
    result = run("--lock", "keys.lock")
    assert (result.exit_code, result.stdout) == (0, "")
    assert (project / "keys.lock").read_text() == (
        '{\n  "version": 1,\n  "patterns": {\n    "session:{}": {"types": ["string"], "ttl": "always"}\n  }\n}\n'
    )
    (project / "app.py").write_text("# moved\n" + SESSION.replace("uid", "user"))
    assert run("--lock", "keys.lock", "--check").exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "f'session:{uid}', value, ex=3600",
            "f'session:{uid}', value",
            ["session:{} changed its TTL from always to never"],
        ),
        (
            "session:",
            "login:",
            ["login:{} is new: string, TTL always", "session:{} is gone: no code uses it any more"],
        ),
        (
            "client.set(f'session:{uid}', value, ex=3600)",
            "client.hset(f'session:{uid}', 'v', value); client.expire(f'session:{uid}', 9)",
            ["session:{} changed its type from string to hash and string"],
        ),
    ],
)
def test_lock_check_tells_changes(project: Path, old: str, new: str, words: list[str]) -> None:
    run("--lock", "keys.lock")
    (project / "app.py").write_text(SESSION.replace(old, new))
    result = run("--lock", "keys.lock", "--check")
    assert (result.exit_code, result.stdout.splitlines()) == (1, words)


NAMESAKES = """
import redis

client = redis.Redis()


class Queue:
    def __init__(self, prefix):
        self.prefix = prefix

    def push(self, item):
        client.lpush(f"{self.prefix}:items", item)
        client.expire(f"{self.prefix}:items", 60)


class Names:
    def __init__(self, prefix):
        self.prefix = prefix

    def add(self, name):
        client.sadd(f"{self.prefix}:items", name)
"""


def test_namesakes_share_an_entry_of_the_lock_file(project: Path) -> None:
    """Two classes with a prefix of their own: two rows, but the lock file knows no names."""
    (project / "app.py").write_text(NAMESAKES)
    rows = json.loads(run("--output-format", "json").stdout)["patterns"]
    assert [(row["types"], row["ttl"]) for row in rows] == [(["set"], "never"), (["list"], "always")]
    assert run("--lock", "keys.lock").exit_code == 0
    entries = json.loads((project / "keys.lock").read_text())["patterns"]
    assert entries == {"{}:items": {"types": ["list", "set"], "ttl": "sometimes"}}
    assert run("--lock", "keys.lock", "--check").exit_code == 0


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"version": 2, "patterns": {}}',
        b'{"version": 1, "patterns": {"a": {"types": [], "ttl": "perhaps"}}}',
        b'{"version": 1, "patterns": {"a": {"types": [], "ttl": "never"}, "a": {"types": [], "ttl": "never"}}}',
        b"<<<<<<< HEAD\n{}\n",
        b"[" * 100_000,
    ],
)
def test_lock_files_that_are_none(project: Path, content: bytes | None) -> None:
    if content is not None:
        (project / "keys.lock").write_bytes(content)
    result = run("--lock", "keys.lock", "--check")
    assert result.exit_code == 2
    assert result.stderr.startswith("redlint: error: keys.lock: ")


def test_no_lock_of_a_project_that_cannot_be_read(project: Path) -> None:
    (project / "broken.py").write_text("import redis\ndef (:\n")
    assert run("--lock", "keys.lock").exit_code == 2
    assert not (project / "keys.lock").exists()


@pytest.mark.parametrize("arguments", [("--check",), ("--lock", "x", "--output-format", "json")])
def test_options_that_do_not_fit(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
