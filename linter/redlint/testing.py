"""Fixtures for rules: Python files whose comments say what a rule must report, and what it must not.

A fixture is a file named like its rule (``set_without_ttl.py``), or a folder of files that make up a project
(``set_without_ttl__other_module/``). Every row that must report says so; all other rows must not::

    client.keys("user:*")  # error: [keys-command]
    client.keys("a"); client.keys("b")  # error: [RED101, RED101] error
    settings.keys()  # ok: a dict

``error`` names rules by name or code, several for several findings, with their severity after the bracket
where it matters. ``ok`` protects a near miss. ``todo-error`` is a finding that is still missed and
``todo-ok`` one that is still wrong: both fail as soon as the rule gets it right.

Comments at the top of a file set the scene: ``# config: topology = "cluster"`` is a line of the settings,
``# replay: asyncio`` adds a replay and ``# no-replay: valkey`` leaves one out.

    def test_my_rules() -> None:
        rules = load_rules(["my_rules"])
        fixture = Fixture.load(Path("fixtures/my_rule.py"))
        assert check_fixture(fixture, rules) == []
        for name, replay in replays(fixture, rules):
            assert check_replay(fixture, replay, rules) == [], name
"""

from __future__ import annotations

import ast
import codecs
import enum
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from redlint.config import Config, configured_rules, load_config
from redlint.diagnostic import Diagnostic, Severity
from redlint.engine_rules import ALWAYS_ON, ENGINE_RULES, UNLESS_IGNORED, UnknownSuppression, UnusedSuppression
from redlint.errors import RedlintError
from redlint.fix import FixOutcome, fix_files
from redlint.lint import ProjectResult, lint_project
from redlint.model.events import RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.kinds import BlockKind, Role, ScopeKind
from redlint.rule import Rule, rule_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "Covered",
    "Expectation",
    "Fixture",
    "FixtureError",
    "Kind",
    "check_fixture",
    "check_replay",
    "covered",
    "fixed",
    "parse_expectations",
    "replays",
]

_MARKER = re.compile(r"#\s*(error|todo-error|todo-ok|ok)\s*:")
_RULES = re.compile(r"\s*\[([^\]]*)\]\s*(error|warning|info)?(?=\s|$)")
_REPORTING = re.compile(r"#\s*(?:error|todo-ok)\s*:\s*\[([^\]]*)\](?:\s*(?:error|warning|info)\b)?")
_HEADER = re.compile(r"#\s*(config|replay|no-replay)\s*:\s*(.*)")
_IMPORTS_REDIS: Final = re.compile(rb"^\s*(?:import|from) +redis\b", re.MULTILINE)
_REDIS_NAME = re.compile(r"\bredis\b(?!:)")
_REDIS_CLASS = re.compile(r"\b(Strict)?Redis(Cluster)?\b")
_ALWAYS_WATCHED: Final = ALWAYS_ON | UNLESS_IGNORED
_EMOJI: Final = "\N{GRINNING FACE}"
_CODING: Final = "# -*- coding: latin-1 -*-\n# \N{LATIN SMALL LETTER E WITH ACUTE}\n"


class FixtureError(RedlintError):
    """A fixture is not written as it must be. The message names the file and the row."""


class Kind(enum.Enum):
    """What a marker says about a finding on its row."""

    ERROR = "error"
    TODO_ERROR = "todo-error"
    TODO_OK = "todo-ok"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One finding that a marker speaks of. ``rule`` is the name or code written in it."""

    row: int
    kind: Kind
    rule: str
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Covered:
    """A finding by the text it covers, with line feeds for newlines, and the row it begins on."""

    path: str
    row: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Fixture:
    """The files of a fixture and what they are linted with.

    ``rule`` is the name of the rule under test, ``settings`` what the headers say, ``replays`` and
    ``no_replays`` the replays they add and leave out. ``watched`` are further rules whose findings count.
    ``inserted_rows`` is how many rows a replay has put on top of each file, ``keeps_text`` says that its
    findings must cover the same text as before.
    """

    rule: str
    files: Mapping[str, bytes]
    settings: Mapping[str, object] = field(default_factory=dict)
    replays: frozenset[str] = frozenset()
    no_replays: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    inserted_rows: int = 0
    keeps_text: bool = False

    @staticmethod
    def load(path: Path) -> Fixture:
        """Read a fixture from a file or a folder. Raises :class:`FixtureError`."""
        if path.is_dir():
            files = {one.relative_to(path).as_posix(): one.read_bytes() for one in sorted(path.rglob("*.py"))}
        else:
            files = {path.name: path.read_bytes()}
        stem = path.name.removesuffix(".py").partition("__")[0]
        return Fixture.of(stem.replace("_", "-"), files)

    @staticmethod
    def of(rule: str, files: Mapping[str, bytes]) -> Fixture:
        """A fixture of these files for the rule of this name. Raises :class:`FixtureError`."""
        headers = [line for content in files.values() for line in _headers(content)]
        text = "\n".join(value for kind, value in headers if kind == "config")
        try:
            settings = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise FixtureError(f"the config lines of the fixture for {rule} are not TOML: {error}") from error
        return Fixture(
            rule=rule,
            files=files,
            settings=settings,
            replays=frozenset(value.strip() for kind, value in headers if kind == "replay"),
            no_replays=frozenset(value.strip() for kind, value in headers if kind == "no-replay"),
        )

    def expectations(self) -> dict[str, tuple[Expectation, ...]]:
        """What the markers of each file say. Raises :class:`FixtureError`."""
        return {path: parse_expectations(_decoded(content)) for path, content in self.files.items()}


def parse_expectations(source: str) -> tuple[Expectation, ...]:
    """The findings that the markers of a text speak of. Raises :class:`FixtureError` for malformed markers."""
    found: list[Expectation] = []
    for row, line in enumerate(re.split(r"\r\n|\r|\n", source), start=1):
        for marker in _MARKER.finditer(line):
            if marker[1] != "ok":
                found.extend(_expectations(row, Kind(marker[1]), line[marker.end() :]))
    return tuple(found)


def _expectations(row: int, kind: Kind, rest: str) -> Iterator[Expectation]:
    match = _RULES.match(rest)
    words = [word.strip() for word in match[1].split(",")] if match is not None else []
    if match is None or not all(words):
        raise FixtureError(f"row {row}: write the rules in brackets: # {kind.value}: [rule-name]")
    severity = Severity(match[2]) if match[2] else None
    for word in words:
        yield Expectation(row, kind, word, severity)


def _headers(content: bytes) -> Iterator[tuple[str, str]]:
    """The header lines of a file: the comments above its first code."""
    for line in _decoded(content).splitlines():
        if line.strip() and not line.startswith("#"):
            return
        match = _HEADER.match(line)
        if match is not None:
            yield match[1], match[2]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


# --- running ----------------------------------------------------------------------------------------------


def check_fixture(fixture: Fixture, rules: Sequence[type[Rule]]) -> list[str]:
    """The differences between what the markers say and what the rules report, in words; empty if there are none.

    Raises :class:`FixtureError` for malformed markers and rules that do not exist.
    """
    codes = _codes_by_word(rules)
    found: dict[tuple[str, int], list[Diagnostic]] = {}
    result = _lint(fixture, rules)
    for one in result.diagnostics:
        row = result.source(one.path).location(one.span.start).row
        found.setdefault((one.path, row), []).append(one)
    expected: dict[tuple[str, int], list[Expectation]] = {}
    for path, expectations in fixture.expectations().items():
        for one_expected in expectations:
            expected.setdefault((path, one_expected.row), []).append(one_expected)
    differences: list[str] = []
    for place in sorted({*found, *expected}):
        problems = _compare(expected.get(place, []), found.get(place, []), codes)
        differences.extend(f"{place[0]}:{place[1]}: {problem}" for problem in problems)
    return differences


def covered(fixture: Fixture, rules: Sequence[type[Rule]]) -> tuple[Covered, ...]:
    """What the findings of a fixture cover; rows are counted without those that a replay has inserted."""
    result = _lint(fixture, rules)
    found: list[Covered] = []
    for one in result.diagnostics:
        source = result.source(one.path)
        row = source.location(one.span.start).row - fixture.inserted_rows
        found.append(Covered(one.path, row, one.code, source.slice(one.span).replace("\r\n", "\n")))
    return tuple(found)


def check_replay(fixture: Fixture, replay: Fixture, rules: Sequence[type[Rule]]) -> list[str]:
    """The differences of a replay from its markers, and from what the findings of the fixture itself cover."""
    differences = check_fixture(replay, rules)
    if replay.keeps_text:
        after = Counter(covered(replay, rules))
        differences += [
            f"{one.path}:{one.row}: {one.code} no longer covers {one.text!r}"
            for one in Counter(covered(fixture, rules)) - after
        ]
    return differences


def fixed(fixture: Fixture, rules: Sequence[type[Rule]], *, unsafe: bool) -> dict[str, bytes]:
    """The files after the safe fixes of the rule under test, with ``unsafe`` after those as well.

    Raises :class:`FixtureError` where fixing does not come to an end or a fix is refused.
    """
    outcome = _fix(fixture, rules, unsafe=unsafe)
    if not outcome.settled:
        raise FixtureError(f"fixing {fixture.rule} does not come to an end")
    if outcome.refused:
        reasons = "; ".join(f"{one.path}: {one.reason}" for one in outcome.refused)
        raise FixtureError(f"fixes of {fixture.rule} are refused: {reasons}")
    return {**fixture.files, **outcome.changed}


def _lint(fixture: Fixture, rules: Sequence[type[Rule]]) -> ProjectResult:
    config = _config(fixture, rules)
    return lint_project(_files(fixture), config, configured_rules(config, rules))


def _fix(fixture: Fixture, rules: Sequence[type[Rule]], *, unsafe: bool) -> FixOutcome:
    config = _config(fixture, rules)
    return fix_files(_files(fixture), config, configured_rules(config, rules), unsafe=unsafe)


def _files(fixture: Fixture) -> ProjectFiles:
    return ProjectFiles(lint=tuple(sorted(fixture.files)), overlay=fixture.files)


def _config(fixture: Fixture, rules: Sequence[type[Rule]]) -> Config:
    """The settings of the headers, with those rules on whose findings count."""
    settings = {"select": sorted(_watched(fixture, rules)), "preview": True, **fixture.settings}
    return replace(load_config((), isolated=True, overrides=settings), root=str(Path.cwd()))


def _watched(fixture: Fixture, rules: Sequence[type[Rule]]) -> set[str]:
    """The codes of the rules whose findings count: the one under test and those that markers name."""
    codes = _codes_by_word(rules)
    words = {expectation.rule for group in fixture.expectations().values() for expectation in group}
    words |= {fixture.rule} | fixture.watched
    unknown = sorted(word for word in words if word not in codes)
    if unknown:
        raise FixtureError(f"the fixture for {fixture.rule} names rules that do not exist: {', '.join(unknown)}")
    return {codes[word] for word in words} | _ALWAYS_WATCHED


def _codes_by_word(rules: Sequence[type[Rule]]) -> dict[str, str]:
    everything = (*ENGINE_RULES, *rules)
    by_name = {rule_name(rule.__name__): rule.code for rule in everything}
    return by_name | {rule.code: rule.code for rule in everything}


def _compare(expected: Sequence[Expectation], found: Sequence[Diagnostic], codes: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the findings on one row."""
    must = Counter(codes[one.rule] for one in expected if one.kind is Kind.ERROR)
    wrong = Counter(codes[one.rule] for one in expected if one.kind is Kind.TODO_OK)
    missed = Counter(codes[one.rule] for one in expected if one.kind is Kind.TODO_ERROR)
    actual = Counter(one.code for one in found)
    for code in sorted({*must, *wrong, *missed, *actual}):
        excess = actual[code] - must[code] - wrong[code]
        if excess < 0:
            still = -excess <= wrong[code]
            yield f"{code} is no longer reported: make `todo-ok` an `ok`" if still else f"{code} is not reported"
        elif excess > 0 and missed[code]:
            yield f"{code} is reported now: make `todo-error` an `error`"
        elif excess > 0:
            messages = " / ".join(one.message for one in found if one.code == code)
            yield f"{code} is reported, and no marker says so: {messages}"
    severities = Counter((one.code, one.severity) for one in found)
    wanted = Counter(
        (codes[one.rule], one.severity) for one in expected if one.severity and one.kind is not Kind.TODO_ERROR
    )
    for (code, severity), count in sorted(wanted.items(), key=str):
        if severity is not None and severities[code, severity] < count <= actual[code]:
            yield f"{code} is not reported as {severity.value}"


# --- replays ----------------------------------------------------------------------------------------------


def replays(fixture: Fixture, rules: Sequence[type[Rule]]) -> Iterator[tuple[str, Fixture]]:
    """The same fixture in other clothes, each with a name; a rule must find the same in all of them.

    ``noqa``: a comment on each reporting row hides the finding, and none is left unused. ``crlf``, ``bom``,
    ``latin1``, ``emoji``: newlines, byte order mark, encoding and wide characters shift no place.
    ``valkey``: valkey-py instead of redis-py. ``asyncio``, where the header asks for it: the asyncio client.
    """
    for name, replay in _all_replays(fixture, rules):
        if name not in fixture.no_replays:
            yield name, replay


def _all_replays(fixture: Fixture, rules: Sequence[type[Rule]]) -> Iterator[tuple[str, Fixture]]:
    yield "noqa", _with_noqa(fixture, rules)
    files = fixture.files
    unshifted = replace(fixture, keeps_text=True)
    yield "crlf", replace(unshifted, files={path: one.replace(b"\n", b"\r\n") for path, one in files.items()})
    yield "bom", replace(unshifted, files={path: codecs.BOM_UTF8 + one for path, one in files.items()})
    latin = {path: _as_latin(one) for path, one in files.items()}
    encodable = {path: one for path, one in latin.items() if one is not None}
    if len(encodable) == len(latin):
        yield "latin1", replace(unshifted, files=encodable, inserted_rows=2)
    widened = {path: _with_emoji(one) for path, one in files.items()}
    yield "emoji", replace(unshifted, files=widened, inserted_rows=1)
    if any(_IMPORTS_REDIS.search(one) for one in files.values()):
        renamed = {_to_valkey(path): _to_valkey(_decoded(one)).encode() for path, one in files.items()}
        yield "valkey", replace(fixture, files=renamed)
    if "asyncio" in fixture.replays:
        yield "asyncio", _with_asyncio(fixture, rules)


def _with_noqa(fixture: Fixture, rules: Sequence[type[Rule]]) -> Fixture:
    codes = _codes_by_word(rules)

    def comment(marker: re.Match[str]) -> str:
        words = dict.fromkeys(codes[word.strip()] for word in marker[1].split(","))
        return f"# noqa: {','.join(words)}"

    files = {path: _REPORTING.sub(comment, _decoded(one)).encode() for path, one in fixture.files.items()}
    named = {expectation.rule for group in fixture.expectations().values() for expectation in group}
    suppression = {UnusedSuppression.code, UnknownSuppression.code}
    return replace(fixture, files=files, watched=frozenset({*named, *suppression}))


def _as_latin(content: bytes) -> bytes | None:
    try:
        return (_CODING + _decoded(content)).encode("latin-1")
    except UnicodeEncodeError:
        return None


def _with_emoji(content: bytes) -> bytes:
    """Wide characters above the code, and in front of every reporting statement that is a simple one."""
    text = _decoded(content)
    lines = text.split("\n")
    reporting = {one.row for one in parse_expectations(text) if one.kind is not Kind.TODO_ERROR}
    for row in reporting & _simple_rows(text):
        line = lines[row - 1]
        indentation = line[: len(line) - len(line.lstrip())]
        lines[row - 1] = f'{indentation}"{_EMOJI}"; {line.lstrip()}'
    return "\n".join([f"# {_EMOJI}", *lines]).encode()


def _simple_rows(text: str) -> set[int]:
    """The rows that begin with a simple statement."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    lines = text.split("\n")
    return {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return | ast.Delete)
        and not lines[node.lineno - 1][: node.col_offset].strip()
    }


def _to_valkey(text: str) -> str:
    """valkey-py's names for redis-py's. Every name ``redis`` is changed, so that they still fit together."""
    return _REDIS_CLASS.sub(r"\1Valkey\2", _REDIS_NAME.sub("valkey", text))


def _with_asyncio(fixture: Fixture, rules: Sequence[type[Rule]]) -> Fixture:
    """The asyncio client in coroutines; a call is awaited where that can be written."""
    model = _lint(fixture, rules).model
    files: dict[str, bytes] = {}
    for path, content in fixture.files.items():
        module = model.modules.get(path)
        text = _decoded(content)
        calls = [call for call in module.calls if _is_awaitable(call)] if module is not None else []
        places = [(call.span.start, "(await ") for call in calls] + [(call.span.end, ")") for call in calls]
        for offset, inserted in sorted(places, reverse=True):
            text = text[:offset] + inserted + text[offset:]
        text = re.sub(r"^( *)def ", r"\1async def ", text, flags=re.MULTILINE)
        text = re.sub(r"^import redis$", "import redis.asyncio as redis", text, flags=re.MULTILINE)
        text = re.sub(r"^from redis((?:\.\w+)*) import", r"from redis.asyncio\1 import", text, flags=re.MULTILINE)
        files[path] = text.encode()
    return replace(fixture, files=files)


def _is_awaitable(call: RedisCall) -> bool:
    if call.scope.kind is not ScopeKind.FUNCTION or call.client.queues or call.client.is_async:
        return False
    if any(block.kind is BlockKind.LAMBDA for block in call.blocks) or not call.commands:
        return False
    return call.client.role in (Role.CLIENT, Role.CLUSTER) and not call.method.endswith("_iter")
