"""Builds what is made from code: the pages of rules, their index, the reference and schema of settings, the evidence.

``python docs/build.py`` writes them; ``--check`` writes nothing, lists the pages that differ from what would
be written, and exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from redlint.config import Config
from redlint.config_schema import config_schema
from redlint.engine_rules import ENGINE_RULES
from redlint.explain import fix_availability, rule_options_table, rule_page, rule_summary
from redlint.registry import load_rules
from redlint.rule import Rule, rule_name

DOCS: Final = Path(__file__).resolve().parent
PACKAGE: Final = "redlint_rules"
ENGINE_FAMILY: Final = "engine"

_NOT_SETTINGS = frozenset({"root", "file", "origins"})
_TYPES: Final = {
    "bool": "true or false",
    "str": "string",
    "str | None": "string",
    "Topology": "string",
    "Severity": "string",
    "VersionRange | None": "string",
    "ServerTarget | None": "string",
    "ClientTarget | None": "string",
    "tuple[str, ...]": "list of strings",
    "Mapping[str, str]": "table of strings",
    "Mapping[str, Severity]": "table of strings",
    "Mapping[str, tuple[str, ...]]": "table of lists of strings",
    "Mapping[str, Mapping[str, object]]": "table of tables",
}


def pages() -> dict[Path, str]:
    """Every generated page: its path below ``docs`` and its text."""
    rules = load_rules([PACKAGE])
    found = {Path("rules") / f"{rule_name(rule.__name__)}.md": rule_page(rule) for rule in rules}
    found[Path("rules/index.md")] = "\n".join(_index(rules)) + "\n"
    found[Path("configuration-reference.md")] = "\n".join(_reference(rules)) + "\n"
    found[Path("redlint.schema.json")] = json.dumps(config_schema(rules), indent=2, ensure_ascii=False) + "\n"
    found[Path("evidence.md")] = "\n".join(_evidence()) + "\n"
    return found


def family(rule: type[Rule]) -> str:
    """The package that a rule stands in; the engine's own rules are a family of their own."""
    return ENGINE_FAMILY if rule in ENGINE_RULES else rule.__module__.split(".")[1]


def _index(rules: Iterable[type[Rule]]) -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield "All rules that come with redlint, by family. The words under *Fix* are explained in"
    yield "[Getting started](../getting-started.md#fixing)."
    by_family: dict[str, list[type[Rule]]] = {}
    for rule in rules:
        by_family.setdefault(family(rule), []).append(rule)
    for name, members in by_family.items():
        yield ""
        yield f"## {name.capitalize()}"
        yield ""
        yield from _table(
            ("Code", "Name", "What it reports", "Severity", "Fix", "Status"),
            [
                (
                    rule.code,
                    f"[{rule_name(rule.__name__)}]({rule_name(rule.__name__)}.md)",
                    rule_summary(rule),
                    rule.severity.value,
                    fix_availability(rule),
                    "preview" if rule.preview else "default",
                )
                for rule in members
            ],
        )


def _evidence() -> Iterator[str]:
    sys.path.insert(0, str(DOCS.parent / "tests"))
    from evidence.harness import proofs

    names = {rule.code: rule_name(rule.__name__) for rule in load_rules([PACKAGE])}
    yield "# Evidence"
    yield ""
    yield "What rules say of servers and clients, seen on real ones. Each row is a test of `tests/evidence/proofs`: the"
    yield "bad code is reported and does the harm, the good code is not reported and does not."
    yield ""
    yield from _table(
        ("Rule", "Harm shown", "Bad code", "Good code", "Servers"),
        [
            (
                f"[{proof.rule}](rules/{names[proof.rule]}.md)",
                proof.harm,
                proof.bad_figure,
                proof.good_figure,
                ", ".join(place.value for place in proof.places),
            )
            for proof in proofs()
        ],
    )


def _reference(rules: Iterable[type[Rule]]) -> Iterator[str]:
    yield "# Configuration reference"
    yield ""
    yield "Every key of `[tool.redlint]` in `pyproject.toml`, or of `redlint.toml`. What they do, with examples,"
    yield "is in [Configuration](configuration.md)."
    yield ""
    yield from _table(("Key", "Type", "Default"), list(_settings()))
    yield ""
    yield "## Options of rules"
    yield ""
    yield "Each goes into a table of its rule: `[tool.redlint.rules.<name>]`."
    yield ""
    options = [(rule_name(rule.__name__), option) for rule in rules for option in rule_options_table(rule)]
    yield from _table(
        ("Rule", "Option", "Type", "Default"),
        [
            (f"[{name}](rules/{name}.md)", f"`{option.name}`", f"`{option.type}`", f"`{option.default}`")
            for name, option in options
        ],
    )


def _settings() -> Iterator[tuple[str, str, str]]:
    plain = Config(root="")
    for setting in dataclasses.fields(Config):
        if setting.name not in _NOT_SETTINGS:
            value: object = getattr(plain, setting.name)
            yield f"`{setting.name.replace('_', '-')}`", _TYPES[str(setting.type)], f"`{_toml(value)}`"


def _toml(value: object) -> str:
    """A default as it would be written in the file."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, Mapping):
        return "{}"
    return f'"{getattr(value, "value", value)}"'


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (header, ("---",) * len(header), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def drifted(wanted: Mapping[Path, str]) -> list[Path]:
    """The pages that are missing, differ, or belong to no rule any more."""
    present = {path.relative_to(DOCS) for path in (DOCS / "rules").glob("*.md")}
    changed = {path for path, text in wanted.items() if _read(DOCS / path) != text}
    return sorted(changed | (present - wanted.keys()))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def write(wanted: Mapping[Path, str]) -> list[Path]:
    """Bring the pages up to date; the paths that were written or removed."""
    changed = drifted(wanted)
    for path in changed:
        target = DOCS / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            target.unlink()
    return changed


def main() -> int:
    """Run the build of this process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, list what differs")
    only_check: bool = parser.parse_args().check
    wanted = pages()
    changed = drifted(wanted) if only_check else write(wanted)
    for path in changed:
        print(f"docs/{path.as_posix()}")
    if only_check and changed:
        print("These pages differ from the code: run `python docs/build.py`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
