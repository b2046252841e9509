"""The settings of a run: found, read, checked, and where each came from.

Settings stand in ``[tool.redlint]`` of ``pyproject.toml`` or at the top of ``redlint.toml``. The nearest such
file above the linted paths counts; ``extend`` names one to build on; options of the command line come last.
``target-client`` is taken from the project's dependencies where it is not set.
Globs are written as in ``.gitignore`` and match paths relative to the project root.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from pathspec import GitIgnoreSpec

from redlint.dependencies import client_dependency
from redlint.diagnostic import Severity
from redlint.errors import ConfigError
from redlint.model.target import ClientTarget, ServerTarget, Target, Topology

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from redlint.model.settings import ModelSettings
    from redlint.rule import Rule

COMMAND_LINE: Final = "command line"
DEFAULT: Final = "default"

NON_PRODUCTION: Final = (
    *("tests/", "test/", "testing/", "*_tests/", "test_*.py", "*_test.py", "tests.py", "test.py", "conftest.py"),
    *("examples/", "example/", "samples/", "demo/", "demos/", "docs/", "doc/"),
    *("benchmarks/", "benchmark/", "bench/"),
)
"""The default of ``non-production``."""

EXCLUDED_DIRECTORIES: Final = frozenset(
    {
        *(".git", ".hg", ".svn", ".venv", "venv", ".env", "env", "node_modules", "__pycache__", "build", "dist"),
        *(".tox", ".nox", ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
        ".redlint_cache",
        *("site-packages", "__pypackages__", ".ipynb_checkpoints"),
    }
)
"""Names of directories that are never walked into, unless ``exclude`` takes them back (``"!build"``)."""

EXCLUDED_SUFFIX: Final = ".egg-info"

_CONFIG_FILES = ("redlint.toml", "pyproject.toml")
_ROOT_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git", ".hg")
_KEYS: Final = (
    *("target-server", "target-client", "topology", "production", "non-production"),
    *("clients", "client-names", "wrappers", "persistent-keys", "cache-keys"),
    *("select", "ignore", "extend-select", "per-file-ignores", "severity", "fail-on", "preview"),
    *("baseline", "exclude", "respect-gitignore", "plugins", "rules", "extend"),
)
_TABLES = frozenset({"clients", "per-file-ignores", "severity", "rules"})

Chosen = TypeVar("Chosen")
Member = TypeVar("Member", bound=enum.Enum)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of a run. Fields are the keys of the file, with underscores.

    ``root`` is the absolute directory that globs are relative to, ``file`` the config file, if any. ``rules``
    holds the option tables of rules as read, :func:`rule_options` types them. ``origins`` tells for each key
    of the file where its value came from.
    """

    root: str
    file: str | None = None
    target_server: ServerTarget | None = None
    target_client: ClientTarget | None = None
    topology: Topology = Topology.AUTO
    production: tuple[str, ...] = ()
    non_production: tuple[str, ...] = NON_PRODUCTION
    clients: Mapping[str, str] = field(default_factory=dict)
    client_names: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    persistent_keys: tuple[str, ...] = ()
    cache_keys: tuple[str, ...] = ()
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity: Mapping[str, Severity] = field(default_factory=dict)
    fail_on: Severity = Severity.WARNING
    preview: bool = False
    baseline: str | None = None
    exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    plugins: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    extend: str | None = None
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """The servers and clients the project is meant for."""
        return Target(self.target_server, self.target_client, self.topology)

    @property
    def baseline_path(self) -> str | None:
        """The baseline file; a relative one stands next to the config file that names it."""
        if self.baseline is None:
            return None
        origin = self.origins.get("baseline", DEFAULT)
        directory = Path() if origin in (COMMAND_LINE, DEFAULT) else Path(origin).parent
        return str(directory / Path(self.baseline).expanduser())

    def is_production(self, path: str) -> bool:
        """Whether code at this path runs in production.

        That is in ``production``, where that is set, and not in ``non-production``.
        """
        inside = self.relative(path)
        if self.production and not _matches(self.production, inside):
            return False
        return not _matches(self.non_production, inside)

    def is_excluded(self, path: str, *, directory: bool = False) -> bool:
        """Whether walking leaves this file or directory out."""
        inside = self.relative(path)
        name = inside.rpartition("/")[2]
        excluded = directory and (name in EXCLUDED_DIRECTORIES or name.endswith(EXCLUDED_SUFFIX))
        if not self.exclude:
            return excluded
        decided = _spec(self.exclude).check_file(f"{inside}/" if directory else inside).include
        return excluded if decided is None else decided

    def ignores_of(self, path: str) -> tuple[str, ...]:
        """The selectors that ``per-file-ignores`` has for this path."""
        inside = self.relative(path)
        found = [one for glob, ignored in self.per_file_ignores.items() if _matches((glob,), inside) for one in ignored]
        return tuple(dict.fromkeys(found))

    def relative(self, path: str) -> str:
        """A path as globs see it: below the root and with slashes; of paths elsewhere only the name."""
        absolute = absolute_path(path)
        below = absolute.removeprefix(self.root.rstrip(os.sep) + os.sep)
        inside = below if below != absolute else absolute.rpartition(os.sep)[2]
        return inside.replace(os.sep, "/")

    def unmatched_ignores(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The globs of ``per-file-ignores`` that match none of these paths."""
        if not self.per_file_ignores:
            return ()
        inside = [self.relative(path) for path in paths]
        return tuple(glob for glob in self.per_file_ignores if not any(_matches((glob,), path) for path in inside))

    def model_settings(self, *, gate: bool = True) -> ModelSettings:
        """What of this the model heeds."""
        from redlint.model.settings import ModelSettings

        return ModelSettings(
            target=self.target,
            is_production=cache(self.is_production),
            clients=self.clients,
            client_names=self.client_names,
            wrappers=self.wrappers,
            persistent_keys=self.persistent_keys,
            cache_keys=self.cache_keys,
            gate=gate,
        )


def absolute_path(path: str) -> str:
    """The absolute form of a path, without following links."""
    return os.path.abspath(path)  # noqa: PTH100 - a Path for each file of a big tree costs too much


# --- globs ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _spec(globs: tuple[str, ...]) -> GitIgnoreSpec:
    return GitIgnoreSpec.from_lines(globs)


@lru_cache(maxsize=65_536)
def _matches(globs: tuple[str, ...], path: str) -> bool:
    return _spec(globs).match_file(path)


# --- finding ----------------------------------------------------------------------------------------------


def load_config(
    paths: Sequence[str] = (),
    *,
    file: str | None = None,
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> Config:
    """The settings for linting ``paths`` (the current directory if there are none).

    ``file`` is used instead of searching; its globs are relative to the current directory. ``isolated`` reads
    no file. ``overrides`` are options of the command line, by key. Where nothing sets ``target-client``, it is
    what the files of the project depend on. Raises :class:`ConfigError`.
    """
    if isolated and file is not None:
        raise ConfigError("--isolated", None, f"reads no config file, so --config {file} cannot be used with it")
    start = _common_directory(paths)
    layers = _Layers()
    found = None if isolated else file
    root = str(Path.cwd())
    if file is None:
        found = None if isolated else find_config(start)
        root = str(Path(found).parent) if found else _project_root(start)
    if found is not None:
        layers.add_file(found)
    if overrides:
        layers.override(overrides)
    config = layers.config(root, found)
    return config if isolated else _with_dependency(config)


def _with_dependency(config: Config) -> Config:
    """The settings with the client library that the project depends on, where they do not name one."""
    if config.origins["target-client"] != DEFAULT:
        return config
    dependency = client_dependency(config.root)
    if dependency is None:
        return config
    origins = {**config.origins, "target-client": dependency.file}
    return dataclasses.replace(config, target_client=dependency.target, origins=origins)


def find_config(directory: str) -> str | None:
    """The nearest config file above a directory; ``redlint.toml`` goes before ``pyproject.toml``."""
    here = Path(directory)
    for parent in (here, *here.parents):
        for name in _CONFIG_FILES:
            candidate = parent / name
            if candidate.is_file() and (name == "redlint.toml" or _has_table(candidate)):
                return str(candidate)
    return None


def _has_table(pyproject: Path) -> bool:
    try:
        if b"redlint" not in pyproject.read_bytes():
            return False
    except OSError:
        return False
    return _redlint_table(str(pyproject), _read_toml(str(pyproject))) is not None


def _common_directory(paths: Sequence[str]) -> str:
    """The directory that holds all the paths."""
    absolute = [absolute_path(path) for path in paths] or [str(Path.cwd())]
    try:
        common = Path(os.path.commonpath(absolute))
    except ValueError:
        return str(Path.cwd())
    return str(common if common.is_dir() else common.parent)


def _project_root(start: str) -> str:
    """Without a config file: the nearest directory that looks like a project, else where we are."""
    here = Path(start)
    for parent in (here, *here.parents):
        if any((parent / marker).exists() for marker in _ROOT_MARKERS):
            return str(parent)
    current = Path.cwd()
    return str(current) if current in (here, *here.parents) else start


# --- reading ----------------------------------------------------------------------------------------------


def _read_toml(file: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(Path(file).read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError(file, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(file, None, "is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, None, f"is not TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(file, None, "is nested too deeply") from error


def _redlint_table(file: str, document: Mapping[str, object]) -> Mapping[str, object] | None:
    """The part of a file that is ours."""
    if Path(file).name != "pyproject.toml":
        return document
    tool = document.get("tool")
    table = tool.get("redlint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(file, "tool.redlint", f"must be a table, not {_kind(table)}")
    return table


@dataclass(frozen=True, slots=True)
class _Setting:
    """A value as read, and the file (or command line) it stands in."""

    value: object
    origin: str


class _Layers:
    """The settings of several files and the command line, later ones over earlier ones."""

    def __init__(self) -> None:
        self._settings: dict[str, _Setting] = {}

    def add_file(self, file: str, chain: tuple[str, ...] = ()) -> None:
        """Add a file, after the one it extends."""
        real = os.path.realpath(file)
        if real in chain:
            raise ConfigError(file, "extend", "extends itself: " + " -> ".join((*chain, real)))
        table = _redlint_table(file, _read_toml(file))
        if table is None:
            raise ConfigError(file, None, "has no [tool.redlint] table")
        base = table.get("extend")
        if isinstance(base, str):
            target = Path(file).parent / Path(base).expanduser()
            if not target.is_file():
                raise ConfigError(file, "extend", f"{base!r} is not a file")
            self.add_file(str(target), (*chain, real))
        for key, value in table.items():
            self._add(key, _Setting(value, file))

    def override(self, options: Mapping[str, object]) -> None:
        """Apply options of the command line.

        ``select`` starts afresh: what files select, extend and ignore does not count then. Otherwise
        ``ignore`` and ``extend-select`` add to what files say; ``extend-select`` takes back their ignores.
        """
        if "select" in options:
            for key in ("select", "extend-select", "ignore"):
                self._settings.pop(key, None)
        extended = set(_listed(options.get("extend-select")))
        if extended and "ignore" in self._settings:
            kept = [one for one in _listed(self._settings["ignore"].value) if one not in extended]
            self._settings["ignore"] = _Setting(kept, self._settings["ignore"].origin)
        for key, value in options.items():
            added = key in ("ignore", "extend-select") and key in self._settings
            whole = [*_listed(self._settings[key].value), *_listed(value)] if added else value
            self._add(key, _Setting(whole, COMMAND_LINE))

    def _add(self, key: str, setting: _Setting) -> None:
        if key not in _KEYS:
            raise ConfigError(setting.origin, key, f"unknown setting{did_you_mean(key, _KEYS)}")
        before = self._settings.get(key)
        if key in _TABLES and before is not None and isinstance(setting.value, dict):
            merged = _merged(before.value, setting.value)
            setting = _Setting(merged, f"{before.origin}, {setting.origin}")
        self._settings[key] = setting

    def config(self, root: str, file: str | None) -> Config:
        """The typed settings. Raises :class:`ConfigError` for values of wrong types."""
        plain = Config(root)
        read = _Reader(self._settings)
        return Config(
            root=root,
            file=file,
            target_server=read.parsed("target-server", ServerTarget.parse),
            target_client=read.parsed("target-client", ClientTarget.parse),
            topology=read.parsed("topology", _one_of(Topology)) or plain.topology,
            production=read.strings("production", plain.production),
            non_production=read.strings("non-production", plain.non_production),
            clients=read.string_table("clients"),
            client_names=read.strings("client-names", ()),
            wrappers=read.strings("wrappers", ()),
            persistent_keys=read.strings("persistent-keys", ()),
            cache_keys=read.strings("cache-keys", ()),
            select=read.strings("select", plain.select),
            ignore=read.strings("ignore", ()),
            extend_select=read.strings("extend-select", ()),
            per_file_ignores=read.strings_table("per-file-ignores"),
            severity=read.parsed_table("severity", _one_of(Severity)),
            fail_on=read.parsed("fail-on", _one_of(Severity)) or plain.fail_on,
            preview=read.boolean("preview", default=plain.preview),
            baseline=read.parsed("baseline", str),
            exclude=read.strings("exclude", ()),
            respect_gitignore=read.boolean("respect-gitignore", default=plain.respect_gitignore),
            plugins=read.strings("plugins", ()),
            rules=read.tables("rules"),
            extend=read.parsed("extend", str),
            origins={key: self._settings[key].origin if key in self._settings else DEFAULT for key in _KEYS},
        )


class _Reader:
    """Takes settings out with the type they must have."""

    def __init__(self, settings: Mapping[str, _Setting]) -> None:
        self._settings = settings

    def boolean(self, key: str, *, default: bool) -> bool:
        """A true or false."""
        setting = self._settings.get(key)
        if setting is None:
            return default
        if not isinstance(setting.value, bool):
            raise self._wrong(key, "true or false", setting.value)
        return setting.value

    def parsed(self, key: str, parse: Callable[[str], Chosen]) -> Chosen | None:
        """A text that ``parse`` understands."""
        setting = self._settings.get(key)
        if setting is None:
            return None
        if not isinstance(setting.value, str):
            raise self._wrong(key, "a string", setting.value)
        return self.one(key, "", setting.value, parse)

    def one(self, key: str, inner: str, text: str, parse: Callable[[str], Chosen]) -> Chosen:
        """A text at ``key.inner`` that ``parse`` understands."""
        try:
            return parse(text)
        except ValueError as error:
            dotted = f"{key}.{inner}" if inner else key
            raise ConfigError(self._settings[key].origin, dotted, str(error)) from error

    def strings(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of strings."""
        setting = self._settings.get(key)
        return default if setting is None else self._strings(key, setting.value)

    def string_table(self, key: str) -> dict[str, str]:
        """A table of strings."""
        found: dict[str, str] = {}
        for name, value in self._table(key).items():
            if not isinstance(value, str):
                raise self._wrong(key, "a string", value, name)
            found[name] = value
        return found

    def parsed_table(self, key: str, parse: Callable[[str], Chosen]) -> dict[str, Chosen]:
        """A table of texts that ``parse`` understands."""
        return {name: self.one(key, name, text, parse) for name, text in self.string_table(key).items()}

    def strings_table(self, key: str) -> dict[str, tuple[str, ...]]:
        """A table of lists of strings."""
        return {name: self._strings(key, value, name) for name, value in self._table(key).items()}

    def tables(self, key: str) -> dict[str, Mapping[str, object]]:
        """A table of tables."""
        found: dict[str, Mapping[str, object]] = {}
        for name, value in self._table(key).items():
            if not isinstance(value, dict):
                raise self._wrong(key, "a table", value, name)
            found[name] = value
        return found

    def _table(self, key: str) -> Mapping[str, object]:
        setting = self._settings.get(key)
        if setting is None:
            return {}
        if not isinstance(setting.value, dict):
            raise self._wrong(key, "a table", setting.value)
        return setting.value

    def _strings(self, key: str, value: object, inner: str = "") -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise self._wrong(key, "a list of strings", value, inner)
        for one in value:
            if not isinstance(one, str):
                raise self._wrong(key, "a list of strings", one, inner)
        return tuple(value)

    def _wrong(self, key: str, wanted: str, value: object, inner: str = "") -> ConfigError:
        dotted = f"{key}.{inner}" if inner else key
        return ConfigError(self._settings[key].origin, dotted, f"must be {wanted}, not {_kind(value)}")


def _merged(before: object, after: Mapping[str, object]) -> dict[str, object]:
    """Tables of two files, inner tables as well."""
    merged: dict[str, object] = dict(before) if isinstance(before, dict) else {}
    for key, value in after.items():
        merged[key] = _merged(merged.get(key), value) if isinstance(value, dict) else value
    return merged


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _one_of(choices: type[Member]) -> Callable[[str], Member]:
    """A reader for the values of an enumeration."""

    def read(text: str) -> Member:
        try:
            return choices(text)
        except ValueError:
            words = [str(member.value) for member in choices]
            listed = ", ".join(words[:-1]) + f" or {words[-1]}"
            raise ValueError(f"must be {listed}, not {text!r}{did_you_mean(text, words)}") from None

    return read


def _kind(value: object) -> str:
    """How a TOML value is called."""
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    names = {str: "string", int: "number", float: "number", list: "list", dict: "table"}
    name = names.get(type(value), type(value).__name__)
    return f"a {name}" if isinstance(value, list | dict) else f"the {name} {value!r}"


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`` (did you mean 'x'?)``, or nothing where no choice is close."""
    close = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f" (did you mean {close[0]!r}?)" if close else ""


# --- options of rules -------------------------------------------------------------------------------------


def configured_rules(config: Config, rules: Sequence[type[Rule]]) -> tuple[Rule, ...]:
    """The rules with their options. Raises :class:`ConfigError` for options of rules that do not exist."""
    from redlint.rule import rule_name

    names = [rule_name(rule.__name__) for rule in rules]
    for name in config.rules:
        if name not in names:
            problem = f"there is no rule of this name{did_you_mean(name, names)}"
            raise ConfigError(_origin(config), f"rules.{name}", problem)
    return tuple(rule(rule_options(config, rule)) for rule in rules)


def rule_options(config: Config, rule: type[Rule]) -> Rule.Options:
    """The options of one rule, typed as its ``Options`` class says.

    Raises :class:`ConfigError` for options that it does not have and values of wrong types.
    """
    from redlint.rule import rule_name

    name = rule_name(rule.__name__)
    table = config.rules.get(name)
    if not table:
        return rule.Options()
    import msgspec

    fields = {one.name.replace("_", "-"): one.name for one in dataclasses.fields(rule.Options)}
    for key in table:
        if key not in fields:
            hint = did_you_mean(key, fields) if fields else ": the rule has none"
            raise ConfigError(_origin(config), f"rules.{name}.{key}", f"unknown option{hint}")
    try:
        return msgspec.convert({fields[key]: value for key, value in table.items()}, rule.Options)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at ")
        key = place.strip("`$.").replace("_", "-")
        raise ConfigError(_origin(config), f"rules.{name}.{key}", problem) from error
    except ValueError as error:
        raise ConfigError(_origin(config), f"rules.{name}", str(error)) from error


def _origin(config: Config) -> str:
    return config.origins.get("rules", DEFAULT)
