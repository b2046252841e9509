"""``redlint rule``: the pages of the rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from redlint.errors import RedlintError

if TYPE_CHECKING:
    from redlint.rule import Rule


@click.command()
@click.argument("rule", required=False)
@click.option("--all", "every", is_flag=True, help="All rules.")
@click.option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def rule(rule: str | None, every: bool, output_format: str) -> None:
    """Explain a rule, by its code or name."""
    from redlint.config import load_config
    from redlint.registry import load_rules

    if (rule is None) != every:
        raise click.UsageError("name a rule, or ask for --all")
    rules = load_rules(plugins=load_config().plugins)
    chosen = rules if rule is None else (_find_rule(rule, rules),)
    sys.stdout.write(_explained(chosen, output_format, every=every))


def _find_rule(word: str, rules: Sequence[type[Rule]]) -> type[Rule]:
    from redlint.selection import RuleIndex

    index = RuleIndex.of(rules)
    if index.is_exact(word):
        code = next(iter(index.codes(word)))
        return next(one for one in rules if one.code == code)
    suggestion = index.suggestion(word)
    hint = f" (did you mean {suggestion!r}?)" if suggestion else ""
    raise RedlintError(f"{word!r} is not the code or name of a rule{hint}")


def _explained(rules: Sequence[type[Rule]], output_format: str, *, every: bool) -> str:
    from redlint.explain import rule_page, rule_record, rule_summary, rule_text, rule_title

    if output_format == "json":
        records = [rule_record(one) for one in rules]
        return json.dumps(records if every else records[0], indent=2) + "\n"
    if output_format == "markdown":
        return "\n".join(rule_page(one) for one in rules)
    if every:
        return "".join(f"{one.code} {rule_title(one).partition(' ')[0]}: {rule_summary(one)}\n" for one in rules)
    return rule_text(rules[0])
