"""Which rules are on, and which rules there are."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from redlint.engine_rules import ENGINE_RULES
from redlint.errors import RedlintError
from redlint.registry import load_rules
from redlint.selection import RuleIndex, most_exact, selected_codes

INDEX = RuleIndex(
    names={
        "RED000": "internal-error",
        "RED001": "syntax-error",
        "RED101": "keys-command",
        "RED102": "blocking-delete",
        "RED110": "block-exceeds",
        "RED201": "set-without-ttl",
    },
    preview=frozenset({"RED110"}),
)
ALWAYS = {"RED000", "RED001"}


@pytest.mark.parametrize(
    ("select", "ignore", "preview", "expected"),
    [
        pytest.param(["ALL"], [], False, {"RED101", "RED102", "RED201"}, id="default leaves preview rules out"),
        pytest.param(["ALL"], [], True, {"RED101", "RED102", "RED110", "RED201"}, id="preview"),
        pytest.param(["RED1"], [], False, {"RED101", "RED102"}, id="prefix leaves preview rules out"),
        pytest.param(["RED110"], [], False, {"RED110"}, id="exact code brings a preview rule"),
        pytest.param(["block-exceeds"], [], False, {"RED110"}, id="exact name brings a preview rule"),
        pytest.param(["ALL"], ["RED1"], False, {"RED201"}, id="longer ignore wins"),
        pytest.param(["ALL", "RED101"], ["RED1"], False, {"RED101", "RED201"}, id="longer select wins"),
        pytest.param(["RED101"], ["RED101"], False, set(), id="ignore wins a tie"),
        pytest.param(["keys-command"], ["RED101"], False, set(), id="name and code weigh the same"),
        pytest.param(["RED1"], ["keys-command"], False, {"RED102"}, id="ignore by name"),
        pytest.param(["red1"], [], False, {"RED101", "RED102"}, id="case does not matter"),
        pytest.param([], [], False, set(), id="nothing"),
    ],
)
def test_the_most_exact_selector_decides(
    select: list[str], ignore: list[str], preview: bool, expected: set[str]
) -> None:
    assert selected_codes(INDEX, select=select, ignore=ignore, preview=preview) == expected | ALWAYS


def test_internal_errors_cannot_be_ignored_but_syntax_errors_can() -> None:
    codes = selected_codes(INDEX, select=["ALL"], ignore=["RED000", "RED001"])
    assert "RED000" in codes
    assert "RED001" not in codes


@pytest.mark.parametrize(
    ("selector", "suggestion"),
    [("keys-comand", "keys-command"), ("RED119", "RED110"), ("set-without-tll", "set-without-ttl")],
)
def test_unknown_selectors_get_a_suggestion(selector: str, suggestion: str) -> None:
    assert INDEX.unknown(selector) == f"{selector!r} is not the code or name of a rule (did you mean {suggestion!r}?)"


@pytest.mark.parametrize("selector", ["RED1", "RED101", "keys-command", "ALL", "RED"])
def test_known_selectors(selector: str) -> None:
    assert INDEX.unknown(selector) is None


@pytest.mark.parametrize("selector", ["", "R", "E501", "RED9", "keys"])
def test_other_words_match_nothing(selector: str) -> None:
    assert INDEX.codes(selector) == frozenset()


def test_most_exact() -> None:
    assert most_exact(INDEX, ["ALL", "RED1", "keys-command"], "RED101") == "keys-command"
    assert most_exact(INDEX, ["ALL", "RED1", "keys-command"], "RED102") == "RED1"
    assert most_exact(INDEX, ["RED1"], "RED201") is None


# --- registry ---------------------------------------------------------------------------------------------

RULE = """
    from redlint.rule import Rule

    class {name}(Rule):
        "What it is about."
        code = "{code}"
        since = "1.0"
        message = "m"
        help = "h"
"""


def _package(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, modules: dict[str, str]) -> str:
    directory = root / name
    directory.mkdir()
    (directory / "__init__.py").write_text("")
    for module, text in modules.items():
        target = directory / f"{module}.py"
        target.parent.mkdir(exist_ok=True)
        (target.parent / "__init__.py").touch()
        target.write_text(dedent(text))
    monkeypatch.syspath_prepend(root)
    for loaded in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        monkeypatch.delitem(sys.modules, loaded)
    return name


def test_the_rules_that_come_with_redlint() -> None:
    rules = load_rules(["redlint_rules"])
    assert set(ENGINE_RULES) < set(rules)
    assert [rule.code for rule in rules] == sorted(rule.code for rule in rules)


def test_packages_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {
        "first": RULE.format(name="FirstThing", code="ACME001") + "\n    class _Base(Rule):\n        pass\n",
        "deep/second": RULE.format(name="SecondThing", code="ACME002"),
        "third": "from acme_walked.first import FirstThing\n",
    }
    package = _package(tmp_path, monkeypatch, "acme_walked", modules)
    index = RuleIndex.of(load_rules([], plugins=[package]))
    assert {code: name for code, name in index.names.items() if code.startswith("ACME")} == {
        "ACME001": "first-thing",
        "ACME002": "second-thing",
    }


@pytest.mark.parametrize(
    ("modules", "problem"),
    [
        pytest.param(
            {"a": RULE.format(name="One", code="ACME001"), "b": RULE.format(name="Two", code="ACME001")},
            "ACME001 is used twice: by acme_bad.a.One and by acme_bad.b.Two",
            id="code twice",
        ),
        pytest.param(
            {"a": RULE.format(name="One", code="ACME001"), "b": RULE.format(name="One", code="ACME002")},
            "one is used twice",
            id="name twice",
        ),
        pytest.param({"a": RULE.format(name="One", code="RED101x")}, "has the code 'RED101x'", id="no code"),
        pytest.param(
            {"a": "from redlint.rule import Rule\nclass One(Rule):\n    'Doc.'\n    code = 'ACME001'\n"},
            "lacks since, message, help",
            id="metadata",
        ),
        pytest.param(
            {"a": RULE.format(name="One", code="ACME001").replace('"What it is about."', "")},
            "lacks a docstring",
            id="documentation",
        ),
        pytest.param({"a": "import no_such_module_anywhere"}, "acme_bad.a cannot be imported", id="import"),
        pytest.param({"a": "1 / 0"}, "ZeroDivisionError: division by zero", id="raises"),
    ],
)
def test_bad_packages_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modules: dict[str, str], problem: str
) -> None:
    package = _package(tmp_path, monkeypatch, "acme_bad", modules)
    with pytest.raises(RedlintError) as caught:
        load_rules([package])
    assert problem in str(caught.value)


def test_a_rule_loaded_under_two_names_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = _package(tmp_path, monkeypatch, "acme_twice", {"a": RULE.format(name="One", code="ACME001")})
    (tmp_path / "acme_twice" / "b.py").write_text("from outer.acme_twice.a import One\n")
    (tmp_path / "outer").symlink_to(tmp_path)
    with pytest.raises(RedlintError, match="not under its package acme_twice"):
        load_rules([package])


def test_a_missing_package_is_named() -> None:
    with pytest.raises(RedlintError, match="rule package no_such_rules cannot be imported"):
        load_rules(["no_such_rules"])
