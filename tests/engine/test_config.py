"""Where settings come from, what they may be, and what is said when they are wrong."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from redlint.config import COMMAND_LINE, DEFAULT, Config, configured_rules, load_config, rule_options
from redlint.diagnostic import Severity
from redlint.errors import ConfigError
from redlint.model.target import Topology
from redlint.rule import Rule


class SetWithoutTtl(Rule):
    """A rule with options."""

    code = "RED201"
    since = "0.1"
    message = "message"
    help = "help"

    @dataclass(frozen=True)
    class Options:
        """Options of each kind."""

        default_ttl: int | None = None
        names: tuple[str, ...] = ("cache",)


@pytest.fixture(autouse=True)
def _in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def test_every_field_is_a_key_with_an_origin() -> None:
    config = load_config([])
    fields = {one.name.replace("_", "-") for one in dataclasses.fields(Config)}
    assert fields - {"root", "file", "origins"} == set(config.origins)
    assert set(config.origins.values()) == {DEFAULT}


def test_all_keys_are_read() -> None:
    _write(
        "redlint.toml",
        """
        target-server = "valkey>=8"
        target-client = "redis>=5,<8"
        topology = "cluster"
        production = ["src/"]
        non-production = ["src/dev/"]
        clients = { "app.cache:get" = "redis.asyncio.Redis" }
        client-names = ["kv"]
        wrappers = ["app.Wrapper"]
        persistent-keys = ["user:*"]
        cache-keys = ["cache:*"]
        select = ["RED1"]
        ignore = ["RED101"]
        extend-select = ["set-without-ttl"]
        per-file-ignores = { "scripts/" = ["RED104"] }
        severity = { RED102 = "info" }
        preview = true
        fail-on = "error"
        baseline = "redlint-baseline.json"
        exclude = ["generated/"]
        respect-gitignore = false
        plugins = ["acme_rules"]
        [rules.set-without-ttl]
        default-ttl = 60
        """,
    )
    config = load_config([])
    assert str(config.target.server) == "valkey>=8"
    assert config.target.client is not None
    assert config.target.client.library == "redis"
    assert config.target.topology is Topology.CLUSTER
    assert config.production == ("src/",)
    assert config.non_production == ("src/dev/",)
    assert config.clients == {"app.cache:get": "redis.asyncio.Redis"}
    assert (config.client_names, config.wrappers) == (("kv",), ("app.Wrapper",))
    assert (config.persistent_keys, config.cache_keys) == (("user:*",), ("cache:*",))
    assert (config.select, config.ignore) == (("RED1",), ("RED101",))
    assert config.extend_select == ("set-without-ttl",)
    assert config.per_file_ignores == {"scripts/": ("RED104",)}
    assert config.severity == {"RED102": Severity.INFO}
    assert config.preview
    assert config.fail_on is Severity.ERROR
    assert config.baseline == "redlint-baseline.json"
    assert config.exclude == ("generated/",)
    assert not config.respect_gitignore
    assert config.plugins == ("acme_rules",)
    assert config.rules == {"set-without-ttl": {"default-ttl": 60}}
    assert {key for key, origin in config.origins.items() if origin == DEFAULT} == {"extend"}


def test_the_nearest_file_counts_and_redlint_toml_goes_first() -> None:
    _write("pyproject.toml", "[tool.redlint]\nselect = ['RED1']\n")
    _write("pkg/pyproject.toml", "[tool.other]\nname = 'no redlint table here'\n")
    assert load_config(["pkg"]).select == ("RED1",)
    assert load_config(["pkg"]).root == str(Path.cwd())
    _write("redlint.toml", "select = ['RED2']\n")
    assert load_config(["pkg"]).select == ("RED2",)
    _write("pkg/redlint.toml", "select = ['RED3']\n")
    assert load_config(["pkg"]).select == ("RED3",)
    assert load_config(["pkg", "."]).select == ("RED2",)


def test_isolated_and_named_files() -> None:
    _write("redlint.toml", "select = ['RED2']\n")
    _write("other/strict.toml", "select = ['RED3']\n")
    assert load_config([], isolated=True).select == ("ALL",)
    named = load_config([], file="other/strict.toml")
    assert named.select == ("RED3",)
    assert named.root == str(Path.cwd())


def test_a_broken_pyproject_of_somebody_else_is_left_alone() -> None:
    _write("pyproject.toml", "this is not TOML")
    assert load_config([]).file is None


def test_extend_builds_on_another_file() -> None:
    _write("base/redlint.toml", "select = ['RED1']\npreview = true\n[severity]\nRED101 = 'info'\nRED102 = 'info'\n")
    _write("redlint.toml", "extend = 'base/redlint.toml'\nselect = ['RED2']\n[severity]\nRED102 = 'error'\n")
    config = load_config([])
    assert config.select == ("RED2",)
    assert config.preview
    assert config.severity == {"RED101": Severity.INFO, "RED102": Severity.ERROR}
    assert config.origins["preview"].endswith("base/redlint.toml")


def test_extend_may_not_go_round_in_circles() -> None:
    _write("redlint.toml", "extend = 'a.toml'\n")
    _write("a.toml", "extend = 'redlint.toml'\n")
    with pytest.raises(ConfigError, match="extends itself"):
        load_config([])


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        pytest.param("selekt = []", "selekt", "did you mean 'select'", id="unknown key"),
        pytest.param("preview = 1", "preview", "must be true or false, not the number 1", id="number for boolean"),
        pytest.param("select = 'RED1'", "select", "must be a list of strings, not the string", id="string for list"),
        pytest.param("ignore = [1]", "ignore", "must be a list of strings, not the number 1", id="numbers in list"),
        pytest.param("topology = 'clutser'", "topology", "did you mean 'cluster'", id="unknown choice"),
        pytest.param("severity = { RED1 = 'fatal' }", "severity.RED1", "must be error, warning or info", id="severity"),
        pytest.param("clients = ['a']", "clients", "must be a table, not a list", id="list for table"),
        pytest.param("rules = { x = 1 }", "rules.x", "must be a table, not the number 1", id="number for rule table"),
        pytest.param("target-server = 'mongo>=7'", "target-server", "mongo", id="unknown server"),
        pytest.param("target-server = 'redis>>7'", "target-server", ">>7", id="no range"),
        pytest.param("target-client = '>=5'", "target-client", "names no client", id="client without name"),
        pytest.param("extend = 'missing.toml'", "extend", "is not a file", id="missing base"),
        pytest.param("select = [", None, "is not TOML", id="broken"),
    ],
)
def test_wrong_settings_are_named(text: str, key: str | None, problem: str) -> None:
    _write("redlint.toml", text)
    with pytest.raises(ConfigError) as caught:
        load_config([])
    assert caught.value.key == key
    assert problem in caught.value.problem
    assert caught.value.file.endswith("redlint.toml")


def test_a_named_file_must_be_one_of_ours() -> None:
    _write("pyproject.toml", "[tool.ruff]\n")
    with pytest.raises(ConfigError, match=r"no \[tool.redlint\] table"):
        load_config([], file="pyproject.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config([], file="nowhere.toml")


def test_the_command_line_comes_last() -> None:
    _write("redlint.toml", "select = ['RED1']\nignore = ['RED101', 'RED102']\nextend-select = ['RED5']\n")
    chosen = load_config([], overrides={"select": ("RED101",)})
    assert (chosen.select, chosen.ignore, chosen.extend_select) == (("RED101",), (), ())
    assert chosen.origins["select"] == COMMAND_LINE
    added = load_config([], overrides={"ignore": ("RED103",), "extend-select": ("RED102",)})
    assert added.ignore == ("RED101", "RED103")
    assert added.extend_select == ("RED5", "RED102")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("app.py", True),
        ("src/latest/app.py", True),
        ("src/contests/app.py", True),
        ("tests/app.py", False),
        ("src/tests/deep/app.py", False),
        ("src/test_app.py", False),
        ("src/app_test.py", False),
        ("conftest.py", False),
        ("docs/conf.py", False),
        ("src/testing.py", True),
    ],
)
def test_tests_and_docs_are_not_production(path: str, expected: bool) -> None:
    assert load_config([]).is_production(path) is expected
    assert load_config([]).is_production(str(Path.cwd() / path)) is expected


def test_parents_of_the_root_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "tests" / "project"
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text("")
    monkeypatch.chdir(root)
    assert load_config([]).is_production("app.py")
    assert not load_config([]).is_production("tests/app.py")
    assert load_config([]).is_production("../elsewhere/app.py")


def test_production_limits_and_takes_back() -> None:
    _write("redlint.toml", "production = ['src/']\nnon-production = ['tests/', '!src/tests/load/']\n")
    config = load_config([])
    assert config.is_production("src/app.py")
    assert not config.is_production("tools/app.py")
    assert not config.is_production("src/tests/app.py")
    assert config.is_production("src/tests/load/app.py")


def test_exclusion() -> None:
    _write("redlint.toml", "exclude = ['generated/', '*_pb2.py', '!build']\n")
    config = load_config([])
    assert config.is_excluded(".venv", directory=True)
    assert config.is_excluded("a/redlint.egg-info", directory=True)
    assert config.is_excluded("a/generated", directory=True)
    assert config.is_excluded("a/x_pb2.py")
    assert not config.is_excluded("build", directory=True)
    assert not config.is_excluded("venv.py")
    assert not config.is_excluded("generated.py")


def test_per_file_ignores_of_all_matching_globs() -> None:
    _write("redlint.toml", "[per-file-ignores]\n'scripts/' = ['RED1']\n'*.py' = ['RED2', 'RED1']\n'a.py' = ['RED3']\n")
    assert load_config([]).ignores_of("scripts/b.py") == ("RED1", "RED2")
    assert load_config([]).ignores_of("a.py") == ("RED2", "RED1", "RED3")


def test_options_of_rules_are_typed() -> None:
    _write("redlint.toml", "[rules.set-without-ttl]\ndefault-ttl = 60\nnames = ['a', 'b']\n")
    (rule,) = configured_rules(load_config([]), [SetWithoutTtl])
    assert asdict(rule.options) == {"default_ttl": 60, "names": ("a", "b")}
    assert asdict(rule_options(load_config([], isolated=True), SetWithoutTtl)) == asdict(SetWithoutTtl.Options())


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("[rules.set-without-tll]", "rules.set-without-tll", "did you mean 'set-without-ttl'"),
        ("[rules.set-without-ttl]\ndefault_ttl = 1", "rules.set-without-ttl.default_ttl", "did you mean 'default-ttl'"),
        ("[rules.set-without-ttl]\ndefault-ttl = '1'", "rules.set-without-ttl.default-ttl", "`int | null`"),
        ("[rules.set-without-ttl]\nnames = [1]", "rules.set-without-ttl.names", "`str`"),
    ],
)
def test_wrong_options_are_named(text: str, key: str, problem: str) -> None:
    _write("redlint.toml", text)
    with pytest.raises(ConfigError) as caught:
        configured_rules(load_config([]), [SetWithoutTtl])
    assert caught.value.key is not None
    assert caught.value.key.startswith(key)
    assert problem in caught.value.problem
