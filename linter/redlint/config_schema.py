"""The settings as a JSON schema, for editors and validators."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Final

import msgspec

from redlint.config import Config
from redlint.model.target import ClientTarget, ServerTarget
from redlint.rule import Rule, rule_name

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""The dialect that msgspec writes."""

_NOT_SETTINGS = frozenset({"root", "file", "origins"})
_WRITTEN_AS_TEXT = (ServerTarget, ClientTarget)
_REFERENCE = "#/$defs/{name}"


def config_schema(rules: Iterable[type[Rule]]) -> dict[str, object]:
    """The JSON schema of ``redlint.toml`` and of the table ``[tool.redlint]``, with the options of the given rules.

    Rules of other packages may have tables as well.
    """
    hints = typing.get_type_hints(Config)
    settings = [one for one in dataclasses.fields(Config) if one.name not in _NOT_SETTINGS and one.name != "rules"]
    schemas, definitions = msgspec.json.schema_components(
        [_written(hints[one.name]) for one in settings], ref_template=_REFERENCE
    )
    plain = Config(root="")
    properties: dict[str, object] = {}
    for setting, schema in zip(settings, schemas, strict=True):
        default = msgspec.to_builtins(getattr(plain, setting.name))
        key = setting.name.replace("_", "-")
        properties[key] = dict(schema) if default is None else {**schema, "default": default}
    return {
        "$schema": DIALECT,
        "title": "redlint",
        "description": "Settings of redlint: redlint.toml, or the table [tool.redlint] of pyproject.toml.",
        **_table({**properties, "rules": {**_table(dict(_rules(rules))), "additionalProperties": {"type": "object"}}}),
        "$defs": definitions,
    }


def _table(properties: Mapping[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _rules(rules: Iterable[type[Rule]]) -> Iterable[tuple[str, dict[str, object]]]:
    """The table of options of each rule; the table of a rule without options can only be empty."""
    for rule in rules:
        properties: dict[str, object] = {}
        hints = typing.get_type_hints(rule.Options)
        for option in dataclasses.fields(rule.Options):
            default = msgspec.to_builtins(getattr(rule.Options(), option.name))
            schema = msgspec.json.schema(_written(hints[option.name]))
            properties[option.name.replace("_", "-")] = schema if default is None else {**schema, "default": default}
        yield rule_name(rule.__name__), _table(properties)


def _written(kind: object) -> object:
    """The type of a value as it stands in a TOML file, which knows no null: it is left out there."""
    if isinstance(kind, UnionType) or typing.get_origin(kind) is typing.Union:
        some = [one for one in typing.get_args(kind) if one is not type(None)]
        return _written(some[0]) if len(some) == 1 else kind
    return str if kind in _WRITTEN_AS_TEXT else kind
