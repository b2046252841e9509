"""What there is to say about a rule, taken from its class: for ``redlint rule`` and the documentation."""

from __future__ import annotations

import dataclasses
import inspect
import re
from dataclasses import dataclass
from typing import Final

from redlint.rule import Rule, rule_name

DOCUMENTATION_URL: Final = "https://redlint.readthedocs.io/"
"""Where the documentation is."""

RULES_URL: Final = f"{DOCUMENTATION_URL}rules/"
"""Where the pages of all rules are."""

_FENCE = "```"
_HEADING = re.compile(r"## (?P<title>.+)")
_FIX_SECTION = re.compile(r"^## Fix safety\n+(?P<first>\w+)", re.MULTILINE)
_OPTIONS_HEADING = "## Options"


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """One option of a rule as users write it; ``default`` is TOML-like text."""

    name: str
    type: str
    default: str


def rule_url(name: str) -> str:
    """The address of the page of a rule."""
    return f"{RULES_URL}{name}/"


def rule_title(rule: type[Rule]) -> str:
    """``keys-command (RED101)``."""
    return f"{rule_name(rule.__name__)} ({rule.code})"


def rule_summary(rule: type[Rule]) -> str:
    """The first sentence of a rule's page."""
    return " ".join(_documentation(rule).partition("\n\n")[0].split())


def fix_availability(rule: type[Rule]) -> str:
    """``safe``, ``unsafe``, ``display`` or ``none``, from the section on fix safety."""
    found = _FIX_SECTION.search(_documentation(rule))
    if found is None or found["first"].lower() in ("no", "none"):
        return "none"
    word = found["first"].lower()
    return word if word in ("safe", "unsafe") else "display"


def rule_options_table(rule: type[Rule]) -> tuple[OptionEntry, ...]:
    """The options of a rule, in the order of its ``Options`` class."""
    return tuple(
        OptionEntry(one.name.replace("_", "-"), _type_text(one.type), _default_text(one))
        for one in dataclasses.fields(rule.Options)
    )


def rule_page(rule: type[Rule]) -> str:
    """The page of a rule in markdown."""
    documentation = _with_options(_documentation(rule), rule_options_table(rule))
    return f"# {rule_title(rule)}\n\n{_facts(rule)}\n\n{documentation}\n"


def rule_text(rule: type[Rule]) -> str:
    """The page of a rule for reading in a terminal."""
    lines = [rule_title(rule), "=" * len(rule_title(rule)), "", _facts(rule).replace("**", ""), ""]
    in_code = False
    for line in _with_options(_documentation(rule), rule_options_table(rule)).splitlines():
        if line.startswith(_FENCE):
            in_code = not in_code
            continue
        heading = None if in_code else _HEADING.fullmatch(line)
        if heading is not None:
            lines += [heading["title"], "-" * len(heading["title"])]
        else:
            lines.append(f"    {line}".rstrip() if in_code else line)
    return "\n".join(lines) + "\n"


def rule_record(rule: type[Rule]) -> dict[str, object]:
    """All there is to say about a rule, as JSON has it."""
    name = rule_name(rule.__name__)
    return {
        "code": rule.code,
        "name": name,
        "summary": rule_summary(rule),
        "severity": rule.severity.value,
        "since": rule.since,
        "preview": rule.preview,
        "fix": fix_availability(rule),
        "message": rule.message,
        "help": rule.help,
        "url": rule_url(name),
        "options": [dataclasses.asdict(one) for one in rule_options_table(rule)],
        "page": rule_page(rule),
    }


def _documentation(rule: type[Rule]) -> str:
    return inspect.cleandoc(rule.__doc__ or "")


def _facts(rule: type[Rule]) -> str:
    status = "in preview" if rule.preview else "on by default"
    facts = [
        f"Severity: **{rule.severity.value}**",
        f"Since: **{rule.since}**",
        f"Fix: **{fix_availability(rule)}**",
        f"Status: **{status}**",
    ]
    return " · ".join(facts)


def _with_options(documentation: str, options: tuple[OptionEntry, ...]) -> str:
    """The documentation with the table of options at the end of their section."""
    if not options:
        return documentation
    rows = [f"| `{one.name}` | `{_cell(one.type)}` | `{_cell(one.default)}` |" for one in options]
    table = "\n".join(["| Option | Type | Default |", "|---|---|---|", *rows])
    before, heading, after = documentation.partition(f"{_OPTIONS_HEADING}\n")
    if not heading:
        return f"{documentation}\n\n{_OPTIONS_HEADING}\n{table}"
    section, following, rest = after.partition("\n## ")
    return f"{before}{heading}{section.rstrip()}\n\n{table}\n{following}{rest}".rstrip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _type_text(annotation: object) -> str:
    """A type as it is written in the class."""
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _default_text(option: dataclasses.Field[object]) -> str:
    value: object = option.default
    if option.default_factory is not dataclasses.MISSING:
        value = option.default_factory()
    if value is dataclasses.MISSING or value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return "[" + ", ".join(_quoted(item) for item in items) + "]"
    return _quoted(value)


def _quoted(value: object) -> str:
    return '"' + value + '"' if isinstance(value, str) else str(value)
