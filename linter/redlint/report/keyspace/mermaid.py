"""A flowchart in Mermaid's language: which files write, read and delete which patterns."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.report.keyspace.record import KeyspaceRecord, PatternRecord, shown_ttl, shown_types
from redlint.report.terminal import visible

_PLAIN = frozenset(" .,:/_-()")


def keyspace_mermaid(record: KeyspaceRecord) -> str:
    """One node for each pattern and each file; an arrow shows which way the data goes."""
    paths = sorted({path for one in record.patterns for places in _paths(one) for path in places})
    files = {path: f"f{number}" for number, path in enumerate(paths)}
    rows = ["flowchart LR"]
    rows += (f'    {name}["{_label(path)}"]' for path, name in files.items())
    for number, one in enumerate(record.patterns):
        about = f"{shown_types(one)}, TTL {shown_ttl(one)}"
        rows.append(f'    k{number}[("{_label(one.pattern)}<br>{_label(about)}")]')
        rows += (f"    {arrow}" for arrow in _arrows(one, f"k{number}", files))
    return "\n".join(rows) + "\n"


def _paths(record: PatternRecord) -> tuple[set[str], set[str], set[str], set[str]]:
    writers, readers, deleters, scripts = (
        {place.path for place in places} for places in (record.writers, record.readers, record.deleters, record.scripts)
    )
    return writers, readers, deleters, scripts


def _arrows(record: PatternRecord, key: str, files: dict[str, str]) -> Iterator[str]:
    writers, readers, deleters, scripts = _paths(record)
    yield from (f"{files[path]} --> {key}" for path in sorted(writers))
    yield from (f"{key} --> {files[path]}" for path in sorted(readers))
    yield from (f"{files[path]} -. deletes .-> {key}" for path in sorted(deleters))
    yield from (f"{files[path]} -. script .-> {key}" for path in sorted(scripts))


def _label(text: str) -> str:
    """A text inside quotes: whatever could mean something to Mermaid or HTML is a character code."""
    return "".join(
        one if (one.isascii() and one.isalnum()) or one in _PLAIN else f"#{ord(one)};" for one in visible(text)
    )
