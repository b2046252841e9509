"""A table of GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from redlint.report.keyspace.record import (
    CodePlace,
    KeyspaceRecord,
    PatternRecord,
    access_of,
    shown_summary,
    shown_ttl,
    shown_types,
)
from redlint.report.terminal import visible

_HEADS = ("Pattern", "Type", "TTL", "Growth", "Hash tag", "Commands", "Writers", "Readers", "Deleters", "Scripts")


def keyspace_markdown(record: KeyspaceRecord) -> str:
    """A table with a row for each pattern."""
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_row, record.patterns)]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"# Redis keyspace\n\n{shown_summary(record)}\n" + (f"\n{table}" if record.patterns else "")


def _row(record: PatternRecord) -> Sequence[str]:
    return (
        _code(record.pattern),
        shown_types(record),
        shown_ttl(record),
        record.growth.value,
        "" if record.hash_tag is None else _code(record.hash_tag),
        ", ".join(record.commands),
        *("<br>".join(map(_place, places)) for _, places in access_of(record)),
    )


def _place(place: CodePlace) -> str:
    return _code(f"{place.path}:{place.row}")


def _code(text: str) -> str:
    """A code span inside a table: the fence is longer than any run of backticks, a bar is escaped."""
    shown = visible(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
