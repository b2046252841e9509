"""What is shown under the mouse: the command that a call sends and its client, or all that is done with a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lsprotocol import types

from redlint.commands.table import CommandSpec, Family
from redlint.lsp.documents import Document
from redlint.lsp.places import call_at, key_at, uses_of
from redlint.lsp.positions import Positions
from redlint.lsp.projects import Snapshot
from redlint.model.defaults import effective_option
from redlint.model.events import UNKNOWN, ClientRef, KeyUse, RedisCall
from redlint.model.keyspace import PatternUse, PatternUses
from redlint.model.target import Target
from redlint.report.keyspace.record import pattern_record, shown_ttl, shown_types

_OPTIONS: Final = (
    *("db", "decode_responses", "protocol", "socket_timeout", "socket_connect_timeout", "max_connections"),
    *("retry_on_timeout", "health_check_interval", "ssl"),
)
"""Options of clients that change what a call does or how long it may take; never those that hold secrets."""

MOST_PLACES: Final = 12
"""So many writers (readers, deleters) of a key are listed."""


class HoverWriter:
    """Writes what is shown for one client."""

    def __init__(self, positions: Positions, uri_of: Callable[[str], str]) -> None:
        self._positions = positions
        self._uri_of = uri_of

    def at(self, snapshot: Snapshot, document: Document, position: types.Position) -> types.Hover | None:
        """What there is to say at a place."""
        offset = self._positions.offset(document.source, position)
        call = call_at(snapshot, document, offset)
        if call is None:
            return None
        key = key_at(call, offset)
        if key is not None:
            lines, span = list(self._key(snapshot, key)), key.span
        elif call.method_span.start <= offset <= call.method_span.end:
            lines, span = list(_call(snapshot, call)), call.method_span
        else:
            return None
        if not lines:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(dict.fromkeys(lines)))
        return types.Hover(content, self._positions.range(document.source, span))

    def _key(self, snapshot: Snapshot, key: KeyUse) -> Iterator[str]:
        if not key.patterns:
            yield f"Key `{_plain(key.text)}`: its pattern is not known"
        for uses in uses_of(snapshot, key):
            yield f"**Key** {_pattern(uses)}"
            yield _ledger(uses)
            for title, found in (("Writers", uses.writers), ("Readers", uses.readers), ("Deleters", uses.deleters)):
                if found:
                    yield f"{title}:\n\n{self._places(snapshot, found)}"

    def _places(self, snapshot: Snapshot, uses: tuple[PatternUse, ...]) -> str:
        rows = list(dict.fromkeys(self._place(snapshot, use.call) for use in uses))
        shown = rows[:MOST_PLACES]
        if len(rows) > MOST_PLACES:
            shown.append(f"- and {len(rows) - MOST_PLACES} more")
        return "\n".join(shown)

    def _place(self, snapshot: Snapshot, call: RedisCall) -> str:
        row = call.source.location(call.span.start).row
        name = snapshot.config.relative(call.path)
        return f"- `{call.shown_command}` [{name}:{row}]({self._uri_of(call.path)}#L{row})"


def _call(snapshot: Snapshot, call: RedisCall) -> Iterator[str]:
    target = snapshot.model.target
    if not call.sent:
        yield f"**{call.method}** of a {call.client.role.value}"
    for command in call.sent:
        yield from _command(command)
    for key in call.keys:
        for uses in uses_of(snapshot, key):
            yield f"Key {_pattern(uses)}: {_ledger(uses)}"
    yield _client(call.client, target)


def _command(command: CommandSpec) -> Iterator[str]:
    yield f"**{command.name}** · {command.complexity or 'complexity not known'}"
    facts = [f"{family.value} {since}" for family in Family if (since := command.since_in(family)) is not None]
    if facts:
        yield f"Since {', '.join(facts)}"
    for family in Family:
        deprecated = command.deprecated_in(family)
        if deprecated is not None and command.since_in(family) is not None:
            replacement = command.replacement_in(family)
            instead = (
                f"; use {' or '.join(replacement.commands)}" if replacement is not None and replacement.commands else ""
            )
            yield f"Deprecated since {family.value} {deprecated}{instead}"


def _client(client: ClientRef, target: Target) -> str:
    kind = f"{'async ' if client.is_async else ''}{client.library} {client.role.value}"
    options = [
        f"`{name}={value!r}`" for name in _OPTIONS if (value := effective_option(client, name, target)) is not UNKNOWN
    ]
    how = "declared as" if client.is_declared else "made by"
    made = f", {how} `{client.factory}`" if client.factory else ""
    known = f" ({client.confidence.name.lower()})"
    return f"Client: {kind}{known}{made}" + (f"; effective options: {', '.join(options)}" if options else "")


def _pattern(uses: PatternUses) -> str:
    return f"`{_plain(pattern_record(uses).pattern)}`"


def _ledger(uses: PatternUses) -> str:
    record = pattern_record(uses)
    return f"type {shown_types(record)} · TTL {shown_ttl(record)} · growth {record.growth.value}"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")
