"""Every fixture reports what its comments say, in all replays, and its fixes give its twins."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from redlint.registry import load_rules
from redlint.testing import Fixture, FixtureError, check_fixture, check_replay, fixed, parse_expectations, replays

ROOT: Final = Path(__file__).parents[2] / "fixtures"
RULES: Final = load_rules(["redlint_rules"])
_TWINS: Final = (".fixed", ".unsafe")


def fixture_paths() -> list[Path]:
    """All fixtures, without the twins that show them after fixing."""
    found = [path for path in ROOT.glob("*/*") if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))]
    return sorted(path for path in found if not path.name.removesuffix(".py").endswith(_TWINS))


def twin_of(path: Path, kind: str) -> Path:
    return path.with_name(f"{path.name.removesuffix('.py')}.{kind}{path.suffix}")


PATHS: Final = fixture_paths()
FIXTURES: Final = [pytest.param(path, id=f"{path.parent.name}/{path.name.removesuffix('.py')}") for path in PATHS]
REPLAYS: Final = [
    pytest.param(path, name, id=f"{path.parent.name}/{path.name.removesuffix('.py')}-{name}")
    for path in PATHS
    for name, _ in replays(Fixture.load(path), RULES)
]


@pytest.mark.parametrize("path", FIXTURES)
def test_compiles(path: Path) -> None:
    for name, content in Fixture.load(path).files.items():
        compile(content, name, "exec", dont_inherit=True)


@pytest.mark.parametrize("path", FIXTURES)
def test_reports_what_its_comments_say(path: Path) -> None:
    assert check_fixture(Fixture.load(path), RULES) == []


@pytest.mark.parametrize(("path", "name"), REPLAYS)
def test_replay_finds_the_same(path: Path, name: str) -> None:
    fixture = Fixture.load(path)
    replay = dict(replays(fixture, RULES))[name]
    for file, content in replay.files.items():
        compile(content, file, "exec", dont_inherit=True)
    assert check_replay(fixture, replay, RULES) == []


@pytest.mark.parametrize("path", FIXTURES)
def test_fixes_give_the_twins(path: Path) -> None:
    fixture = Fixture.load(path)
    before = dict(fixture.files)
    for kind, unsafe in (("fixed", False), ("unsafe", True)):
        after = fixed(fixture, RULES, unsafe=unsafe)
        twin = twin_of(path, kind)
        if after == before:
            assert not twin.exists(), f"{twin.name} shows fixes that are not made"
            continue
        expected = Fixture.load(twin).files
        changed = {name: content for name, content in after.items() if content != fixture.files[name]}
        if path.suffix == ".py":
            assert list(changed.values()) == list(expected.values())
        else:
            assert changed == dict(expected)
        before = after


@pytest.mark.parametrize("path", FIXTURES)
def test_fixed_code_is_a_fixed_point(path: Path) -> None:
    fixture = Fixture.load(path)
    for unsafe in (False, True):
        after = fixed(fixture, RULES, unsafe=unsafe)
        for name, content in after.items():
            compile(content, name, "exec", dont_inherit=True)
        again = Fixture(fixture.rule, after, fixture.settings)
        assert fixed(again, RULES, unsafe=unsafe) == after


@pytest.mark.parametrize("path", [one for one in PATHS if one.suffix == ".py"], ids=lambda one: one.name)
@pytest.mark.parametrize("newline", [b"\r\n", b"\r"], ids=["crlf", "cr"])
def test_fixes_keep_newlines_and_byte_order_mark(path: Path, newline: bytes) -> None:
    fixture = Fixture.load(path)
    dressed = {name: b"\xef\xbb\xbf" + one.replace(b"\n", newline) for name, one in fixture.files.items()}
    plain = fixed(fixture, RULES, unsafe=True)
    after = fixed(Fixture(fixture.rule, dressed, fixture.settings), RULES, unsafe=True)
    assert after == {name: b"\xef\xbb\xbf" + one.replace(b"\n", newline) for name, one in plain.items()}


def test_every_twin_has_its_fixture() -> None:
    twins = [path for kind in _TWINS for path in ROOT.glob(f"*/*{kind}*")]
    orphans = [
        path.name
        for path in twins
        if path.with_name(path.name.replace(".fixed", "").replace(".unsafe", "")) not in PATHS
    ]
    assert orphans == []


# --- the harness itself -----------------------------------------------------------------------------------


def keys_fixture(*rows: str) -> Fixture:
    source = "\n".join(["import redis", "client = redis.Redis()", *rows, ""])
    return Fixture.of("keys-command", {"keys_command.py": source.encode()})


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["client.keys()  # error: [keys-command]"], None),
        (["client.keys()  # error: [RED101] error"], None),
        (["client.keys(); client.keys()  # error: [RED101, RED101]"], None),
        (["client.keys()  # todo-ok: [RED101]"], None),
        (["client.get('x')  # todo-error: [RED101]"], None),
        (["client.get('x')  # ok: a single key"], None),
        (["client.keys()"], "no marker says so"),
        (["client.keys()  # ok: really"], "no marker says so"),
        (["client.keys(); client.keys()  # error: [RED101]"], "no marker says so"),
        (["client.get('x')  # error: [RED101]"], "is not reported"),
        (["client.keys()  # error: [RED101, RED101]"], "is not reported"),
        (["client.keys()  # error: [RED101] warning"], "is not reported as warning"),
        (["client.keys()  # todo-error: [RED101]"], "make `todo-error` an `error`"),
        (["client.get('x')  # todo-ok: [RED101]"], "make `todo-ok` an `ok`"),
        (["def broken(:"], "RED001"),
    ],
)
def test_markers_are_strict(rows: list[str], problem: str | None) -> None:
    differences = check_fixture(keys_fixture(*rows), RULES)
    if problem is None:
        assert differences == []
    else:
        assert len(differences) == 1
        assert problem in differences[0]


@pytest.mark.parametrize("marker", ["# error:", "# error: []", "# error: keys-command", "# todo-ok: [a,]"])
def test_malformed_markers_are_refused(marker: str) -> None:
    with pytest.raises(FixtureError, match="row 1"):
        parse_expectations(marker)


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(FixtureError, match="no-such-rule"):
        check_fixture(keys_fixture("client.keys()  # error: [no-such-rule]"), RULES)


def test_header_settings_are_heeded() -> None:
    fixture = keys_fixture("client.keys()  # ok: not production code")
    files = {"keys_command.py": b'# config: non-production = ["*"]\n' + fixture.files["keys_command.py"]}
    assert check_fixture(Fixture.of("keys-command", files), RULES) == []


def test_header_that_is_not_toml_is_refused() -> None:
    with pytest.raises(FixtureError, match="TOML"):
        Fixture.of("keys-command", {"keys_command.py": b"# config: topology =\n"})


def test_replay_notices_a_shifted_span() -> None:
    fixture = keys_fixture("client.keys('a')  # error: [RED101]")
    other = keys_fixture("client.keys('b')  # error: [RED101]")
    shifted = Fixture("keys-command", other.files, keeps_text=True)
    assert any("no longer covers" in problem for problem in check_replay(fixture, shifted, RULES))
