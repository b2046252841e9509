"""Who may import whom, and that rules, fixtures, pages and the changelog are about the same rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from redlint.engine_rules import ENGINE_RULES
from redlint.registry import load_rules
from redlint.rule import rule_name

ROOT: Final = Path(__file__).parents[2]
LINTER: Final = ROOT / "linter"
RULES: Final = ROOT / "rules"

LAYERS: Final = (
    ("redlint", "redlint.errors", "redlint.diagnostic", "redlint.source", "redlint.commands"),
    ("redlint.model", "redlint.engine_rules"),
    (
        *("redlint.rule", "redlint.fixes", "redlint.registry", "redlint.selection"),
        *("redlint.dependencies", "redlint.config", "redlint.suppress"),
    ),
    (
        "redlint.lint",
        "redlint.fix",
        "redlint.discover",
        "redlint.cache",
        "redlint.cache_database",
        "redlint.collecting",
        "redlint.cluster",
        "redlint.generation",
        "redlint.facts_files",
        "redlint.shards",
        "redlint.remembered",
        "redlint.known_findings",
        "redlint.runner",
        "redlint.job",
        "redlint.atomic_write",
        "redlint.keyspace_lock",
        "redlint.fingerprint",
        "redlint.baseline",
        "redlint.changed_lines",
        "redlint.add_noqa",
        "redlint.narrowing",
    ),
    (),
)
"""A module imports only from its own layer and those above; all other modules are in the last one."""

UPWARD: Final = frozenset(
    {
        ("redlint.engine_rules", "redlint.rule"),
    }
)
"""The engine's own rules are rules."""

RULE_API: Final = frozenset(
    {
        *("redlint.rule", "redlint.diagnostic", "redlint.fixes", "redlint.rewrites"),
        *(f"redlint.model.{name}" for name in ("events", "kinds", "pattern", "target", "settings")),
        *(
            f"redlint.model.{name}"
            for name in (
                "keyspace",
                "endless",
                "ttl",
                "key_words",
                "block_time",
                "cursors",
                "defaults",
                "guards",
                "watched",
                "presence",
                "pipelines",
                "runs",
                "polling",
                "sequences",
                "late_expiry",
                "life_cycles",
                "lost_ttl",
                "slots",
                "transactions",
                "servers",
                "text_uses",
                "handlers",
            )
        ),
    }
)
"""What rules may import, with everything in ``redlint.commands``."""


def module_name(path: Path) -> str:
    root = LINTER if path.is_relative_to(LINTER) else RULES
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports when it is loaded or run; not those for type checkers only."""
    tree = ast.parse(path.read_text())
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if is_module(f"{node.module}.{alias.name}")
            )


def is_module(name: str) -> bool:
    base = LINTER.joinpath(*name.split("."))
    return base.with_suffix(".py").is_file() or (base / "__init__.py").is_file()


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def layer_of(name: str) -> int:
    """The layer of a module: that of the longest name in the table it is within."""
    best = (0, len(LAYERS) - 1)
    for number, names in enumerate(LAYERS):
        for known in names:
            if name == known or (known != "redlint" and is_within(name, known)):
                best = max(best, (len(known), number))
    return best[1]


MODULES: Final = sorted([*LINTER.rglob("*.py"), *RULES.rglob("*.py")])


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports(path: Path) -> None:
    name = module_name(path)
    in_collect = is_within(name, "redlint.model.collect")
    for target in imported(path):
        if is_within(target, "libcst"):
            assert in_collect, f"{name} imports {target}: only redlint.model.collect may"
            assert not is_within(target, "libcst.matchers") and not is_within(target, "libcst.metadata")
        if is_within(name, "redlint"):
            assert not is_within(target, "redlint_rules"), f"{name} imports {target}"
        if is_within(name, "redlint") and is_within(target, "redlint") and (name, target) not in UPWARD:
            assert layer_of(target) <= layer_of(name), f"{name} imports {target} of a higher layer"
        if is_within(name, "redlint_rules") and is_within(target, "redlint"):
            is_api = target in RULE_API or is_within(target, "redlint.commands")
            is_package = target in ("redlint", "redlint.model")
            assert is_api or is_package, f"{name} imports {target}, which is not part of the rule API"


def test_there_are_no_drawers() -> None:
    names = {path.stem for path in MODULES}
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc", "shared"})
    assert not (LINTER / "__init__.py").exists()
    assert not (RULES / "__init__.py").exists()


def rule_modules() -> list[Path]:
    return sorted(path for path in (RULES / "redlint_rules").rglob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("path", rule_modules(), ids=lambda path: path.stem)
def test_one_rule_for_one_module_of_the_same_name(path: Path) -> None:
    classes = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
    public = [rule_name(node.name).replace("-", "_") for node in classes if not node.name.startswith("_")]
    assert public == [path.stem]
    assert len(path.relative_to(RULES / "redlint_rules").parts) == 2


def test_every_rule_has_a_fixture_in_its_family() -> None:
    fixtures = ROOT / "fixtures"
    rules = {f"{path.parent.name}/{path.stem}" for path in rule_modules()}
    shown = {"engine/unused_suppression", "engine/unknown_suppression"}
    files = {path.relative_to(fixtures).with_suffix("").as_posix() for path in fixtures.glob("*/*.py")}
    plain = {name for name in files if "__" not in name and not name.endswith((".fixed", ".unsafe"))}
    assert plain == rules | shown
    for path in fixtures.glob("*/*"):
        stem = path.name.partition(".")[0].partition("__")[0]
        assert f"{path.parent.name}/{stem}" in rules | shown


def test_every_rule_has_a_page() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "rules").glob("*.md")} - {"index"}
    assert pages == {rule_name(rule.__name__) for rule in load_rules(["redlint_rules"])}


def test_the_changelog_names_every_rule() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    engine = {rule.code for rule in ENGINE_RULES}
    codes = {rule.code for rule in load_rules(["redlint_rules"])}
    named = set(re.findall(r"\bRED\d{3}\b", text))
    assert named >= codes - engine
    assert named <= codes
