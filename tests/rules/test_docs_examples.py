"""The docstring of a rule is its documentation: its examples are linted, its form is checked."""

from __future__ import annotations

import inspect
import re
from typing import Final

import pytest

from redlint.config import Config, load_config
from redlint.engine_rules import ENGINE_RULES, InternalError, UnreadableFile
from redlint.lint import lint_source
from redlint.registry import load_rules
from redlint.rule import Rule, rule_name

RULES: Final = load_rules(["redlint_rules"])
CONFIG: Final = Config(root="/nowhere", preview=True)
SECTIONS: Final = (
    "What it does",
    "Why is this bad?",
    "Example",
    "Use instead",
    "Fix safety",
    "Options",
    "Known problems",
    "References",
)
_NOT_SHOWABLE: Final = (InternalError, UnreadableFile)
_SETTING = re.compile(r'# (?P<key>[\w-]+) = "(?P<value>[^"]*)"\n')
"""The first row of an example that takes a setting."""
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def named(rules: tuple[type[Rule], ...]) -> list[object]:
    return [pytest.param(rule, id=rule_name(rule.__name__)) for rule in rules]


SHOWN: Final = tuple(rule for rule in RULES if rule not in _NOT_SHOWABLE)
CHECKING: Final = tuple(rule for rule in RULES if rule not in ENGINE_RULES)


def sections(rule: type[Rule]) -> dict[str, str]:
    """The text below each heading of a rule's docstring."""
    text = inspect.cleandoc(rule.__doc__ or "")
    _, *rest = _HEADING.split(text)
    return {title: body.strip() for title, body in zip(rest[::2], rest[1::2], strict=True)}


def examples(rule: type[Rule], section: str) -> list[str]:
    return _CODE.findall(sections(rule)[section])


def found_in(code: str) -> list[str]:
    setting = _SETTING.match(code)
    overrides = {setting["key"]: setting["value"]} if setting is not None else {}
    config = load_config((), isolated=True, overrides={"preview": True, **overrides}) if overrides else CONFIG
    result = lint_source("/nowhere/example.py", code.encode(), config, [rule() for rule in RULES])
    return [diagnostic.code for diagnostic in result.diagnostics]


@pytest.mark.parametrize("rule", named(SHOWN))
def test_example_raises_exactly_this_rule(rule: type[Rule]) -> None:
    codes = examples(rule, "Example")
    assert codes
    for code in codes:
        assert set(found_in(code)) == {rule.code}


@pytest.mark.parametrize("rule", named(SHOWN))
def test_use_instead_raises_nothing(rule: type[Rule]) -> None:
    codes = examples(rule, "Use instead")
    assert codes
    for code in codes:
        assert found_in(code) == []
        compile(code, rule.code, "exec", dont_inherit=True)


@pytest.mark.parametrize("rule", named(RULES))
def test_sections_are_there_and_in_order(rule: type[Rule]) -> None:
    titles = list(sections(rule))
    assert titles == [title for title in SECTIONS if title in titles]
    required = ["What it does", "Why is this bad?", "Known problems"]
    required += ["Example", "Use instead"] if rule in SHOWN else []
    required += ["Fix safety", "References"] if rule in CHECKING else []
    assert set(required) <= set(titles)
    assert all(sections(rule).values())
    assert bool(rule.Options.__dataclass_fields__) == ("Options" in titles)


@pytest.mark.parametrize("rule", named(RULES))
def test_options_are_documented(rule: type[Rule]) -> None:
    for name in rule.Options.__dataclass_fields__:
        assert f"`{name.replace('_', '-')}`" in sections(rule)["Options"]


@pytest.mark.parametrize("rule", named(RULES))
def test_summary_is_one_sentence(rule: type[Rule]) -> None:
    summary = inspect.cleandoc(rule.__doc__ or "").split("\n\n")[0]
    assert "\n" not in summary
    assert summary.endswith(".")
    assert summary.count(". ") == 0


@pytest.mark.parametrize("rule", named(RULES))
def test_message_and_help_are_well_formed(rule: type[Rule]) -> None:
    for text in (rule.message, rule.help):
        assert text == text.strip()
        assert not text.endswith((".", "!"))
        assert "\n" not in text
        assert ". " not in text
    assert rule.help[0].isupper()


@pytest.mark.parametrize("rule", named(SHOWN))
def test_reported_messages_and_fixes_are_well_formed(rule: type[Rule]) -> None:
    for code in examples(rule, "Example"):
        result = lint_source("/nowhere/example.py", code.encode(), CONFIG, [one() for one in RULES])
        for diagnostic in result.diagnostics:
            assert not diagnostic.message.endswith(".")
            assert "\n" not in diagnostic.message
            assert diagnostic.name == rule_name(rule.__name__)
            if diagnostic.fix is not None:
                assert not diagnostic.fix.title.endswith(".")
                assert diagnostic.fix.title[0].isupper()


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule_name(rule.__name__) for rule in RULES}) == len(RULES)


AUTHORITIES: Final = (
    *("https://redis.io/", "https://valkey.io/", "https://redis.readthedocs.io/", "https://docs.python.org/"),
    *("https://github.com/redis/", "https://github.com/advisories/"),
)
_LINK = re.compile(r"- \[(?P<title>[^\]]+)\]\((?P<address>https://[^\s()]+(?:\([^\s()]*\))?)\)")


@pytest.mark.parametrize("rule", named(CHECKING))
def test_references_are_links_with_an_authority_among_them(rule: type[Rule]) -> None:
    entries = " ".join(sections(rule)["References"].split()).replace(" - [", "\n- [").splitlines()
    links = [_LINK.fullmatch(entry) for entry in entries]
    assert all(links), entries
    plain = [link for link in links if link is not None and not link["title"].startswith(("Incident: ", "Report: "))]
    assert any(link["address"].startswith(AUTHORITIES) for link in plain)
