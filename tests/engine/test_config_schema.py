"""The JSON schema of the settings says what redlint itself takes and refuses."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from redlint.config import configured_rules, load_config
from redlint.config_schema import DIALECT, config_schema
from redlint.errors import ConfigError
from redlint.registry import load_rules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = config_schema(load_rules(["redlint_rules"]))
VALIDATOR = Draft202012Validator(SCHEMA)
BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)

TAKEN = [
    "",
    'target-server = "redis>=7.2"\ntopology = "cluster"\npreview = true',
    'select = ["RED1"]\nper-file-ignores = { "a.py" = ["ALL"] }\nseverity = { RED101 = "info" }',
    'fail-on = "error"\nbaseline = "known.json"',
    "[rules.set-without-ttl]\ndefault-ttl = 60",
    '[rules.key-never-written]\npublic-keys = ["a:*"]',
    "[rules.keys-command]",
]
REFUSED = [
    "slect = []",
    'root = "/"',
    "target-server = 7",
    'topology = "clusters"',
    'select = "RED1"',
    "select = [1]",
    'preview = "yes"',
    'severity = { RED101 = "fatal" }',
    'fail-on = "fatal"',
    "baseline = []",
    'per-file-ignores = { "a.py" = "RED101" }',
    "rules = []",
    '[rules.set-without-ttl]\ndefault-ttl = "60"',
    "[rules.set-without-ttl]\nttl = 60",
    "[rules.keys-command]\ndefault-ttl = 60",
]


def _own_verdict(text: str, directory: Path) -> bool:
    """Whether redlint takes the settings."""
    file = directory / "redlint.toml"
    file.write_text(text)
    try:
        configured_rules(load_config([], file=str(file)), load_rules(["redlint_rules"]))
    except ConfigError:
        return False
    return True


def test_is_a_schema() -> None:
    assert SCHEMA["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("text", TAKEN)
def test_takes_what_redlint_takes(text: str, tmp_path: Path) -> None:
    assert _own_verdict(text, tmp_path)
    assert VALIDATOR.is_valid(tomllib.loads(text))


@pytest.mark.parametrize("text", REFUSED)
def test_refuses_what_redlint_refuses(text: str, tmp_path: Path) -> None:
    assert not _own_verdict(text, tmp_path)
    assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_takes_the_defaults() -> None:
    properties = json.loads(json.dumps(SCHEMA["properties"]))
    defaults = {key: schema["default"] for key, schema in properties.items() if "default" in schema}
    assert VALIDATOR.is_valid(defaults)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_takes_the_examples_of_the_documentation(page: Path) -> None:
    for text in BLOCK.findall(page.read_text(encoding="utf-8")):
        document = tomllib.loads(text)
        if "tool" in document:
            document = document["tool"].get("redlint", {})
        elif "project" in document:
            continue
        assert not list(VALIDATOR.iter_errors(document)), text


def test_rules_of_other_packages_may_have_options() -> None:
    assert VALIDATOR.is_valid({"rules": {"house-rule": {"limit": 1}}})
