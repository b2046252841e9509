"""Which rules there are: the engine's own, and those of every rule package.

A rule package is named by an entry point of the group ``redlint.rules``; all its modules are imported and
every :class:`redlint.rule.Rule` subclass defined in one of them is a rule. A class whose name begins with an
underscore is a base class, not a rule.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from types import ModuleType
from typing import Final

from redlint.engine_rules import ENGINE_RULES
from redlint.errors import RedlintError
from redlint.rule import Rule, rule_name

ENTRY_POINT_GROUP: Final = "redlint.rules"

_CODE = re.compile(r"[A-Z]{2,10}\d{3,4}")
_METADATA = ("code", "since", "message", "help")


def load_rules(packages: Sequence[str] | None = None, *, plugins: Sequence[str] = ()) -> tuple[type[Rule], ...]:
    """All rules, by code.

    ``packages`` are the rule packages to walk, those of the installed entry points if ``None``; ``plugins``
    are walked as well. Raises :class:`RedlintError` for a package that cannot be imported, a rule without
    its metadata, a rule loaded under two module names, and codes or names used twice.
    """
    chosen = entry_point_packages() if packages is None else packages
    if packages is None and not chosen:
        raise RedlintError("no rule package is installed; install redlint with pip, or name one in `plugins`")
    found = list(ENGINE_RULES)
    for package in dict.fromkeys((*chosen, *plugins)):
        found.extend(package_rules(package))
    _refuse_duplicates(found)
    return tuple(sorted(found, key=lambda rule: rule.code))


def entry_point_packages() -> tuple[str, ...]:
    """The rule packages that installed distributions offer, in alphabetical order."""
    return tuple(sorted({point.value for point in metadata.entry_points(group=ENTRY_POINT_GROUP)}))


def package_rules(package: str) -> tuple[type[Rule], ...]:
    """The rules that the modules of one package define. Raises :class:`RedlintError`."""
    rules = [rule for module in _modules(package) for rule in _rules_of(module, package)]
    for rule in rules:
        _check(rule, package)
    return tuple(rules)


def _modules(package: str) -> Iterator[ModuleType]:
    root = _import(package, package)
    yield root
    for found in pkgutil.walk_packages(getattr(root, "__path__", ()), f"{root.__name__}.", onerror=_reraise):
        yield _import(found.name, package)


def _reraise(name: str) -> None:
    raise RedlintError(f"rule module {name} cannot be imported")


def _import(name: str, package: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except RedlintError:
        raise
    except Exception as error:
        where = f"rule package {package}" if name == package else f"rule module {name}"
        raise RedlintError(f"{where} cannot be imported: {type(error).__name__}: {error}") from error


def _rules_of(module: ModuleType, package: str) -> Iterator[type[Rule]]:
    for value in list(vars(module).values()):
        if not isinstance(value, type) or not issubclass(value, Rule) or value is Rule:
            continue
        if f".{package}." in f".{value.__module__}" and not f"{value.__module__}.".startswith(f"{package}."):
            raise RedlintError(
                f"rule {value.__name__} was loaded as {value.__module__}, which is not under its package "
                f"{package}: a parent directory of the package is on sys.path"
            )
        if value.__module__ == module.__name__ and not value.__name__.startswith("_"):
            yield value


def _check(rule: type[Rule], package: str) -> None:
    place = f"rule {rule.__module__}.{rule.__name__} of package {package}"
    missing = [name for name in _METADATA if not isinstance(getattr(rule, name, None), str)]
    if missing:
        raise RedlintError(f"{place} lacks {', '.join(missing)}")
    if not (rule.__dict__.get("__doc__") or "").strip():
        raise RedlintError(f"{place} lacks a docstring, which is its documentation")
    if not _CODE.fullmatch(rule.code):
        raise RedlintError(f"{place} has the code {rule.code!r}: write capitals and three or four digits")


def _refuse_duplicates(rules: Iterable[type[Rule]]) -> None:
    owners: dict[str, type[Rule]] = {}
    for rule in rules:
        for word in (rule.code, rule_name(rule.__name__)):
            owner = owners.setdefault(word, rule)
            if owner is not rule:
                raise RedlintError(
                    f"{word} is used twice: by {owner.__module__}.{owner.__name__} "
                    f"and by {rule.__module__}.{rule.__name__}"
                )
