"""One HTML file that needs nothing else: a table to sort and filter, which can be read without scripts too."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from redlint.config import absolute_path
from redlint.errors import RedlintError
from redlint.model.ttl import TtlPolicy
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

_FIELD: Final = re.compile(r"\{(\w*)\}")
_FIELDS: Final = frozenset({"path", "relative", "row"})
_RUNNING_SCHEMES: Final = frozenset({"javascript", "data", "vbscript"})
_MOST_OPEN_FILES: Final = 4
_HEADS: Final = ("Pattern", "Type", "TTL", "Growth", "Writers", "Readers", "Deleters", "Scripts", "Commands")
_NUMBERS: Final = frozenset({"Writers", "Readers", "Deleters", "Scripts", "Commands"})


@dataclass(frozen=True, slots=True)
class Links:
    """Where places link to: a template, or paths relative to the directory that the page is in."""

    template: str | None
    directory: str

    @staticmethod
    def of(template: str | None, output_file: str | None) -> Links:
        """The links of a page. Raises :class:`RedlintError` where the template has other fields or runs code."""
        if template is not None:
            unknown = sorted(set(_FIELD.findall(template)) - _FIELDS)
            if unknown:
                raise RedlintError(f"--link-template: {{{unknown[0]}}} is none of {{path}}, {{relative}} and {{row}}")
            try:
                scheme = urlsplit(template.strip()).scheme.lower()
            except ValueError as error:
                raise RedlintError(f"--link-template: {error}") from error
            if scheme in _RUNNING_SCHEMES:
                raise RedlintError(f"--link-template: {scheme}: is no place to link to")
        return Links(template, str(Path(output_file or "page").absolute().parent))

    def to(self, place: CodePlace) -> str:
        """The address of a place; ``{path}`` is absolute, without the slash in front."""
        absolute = Path(absolute_path(place.path)).as_posix()
        if self.template is None:
            try:
                relative = os.path.relpath(place.path, self.directory)
            except ValueError:  # another drive
                return quote(f"file:///{absolute.lstrip('/')}", safe="/:", errors="surrogateescape")
            return _quoted(Path(relative).as_posix())
        fields = {"path": _quoted(absolute.lstrip("/")), "relative": _quoted(place.path), "row": str(place.row)}
        return _FIELD.sub(lambda match: fields[match[1]], self.template)


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogateescape")


def keyspace_html(record: KeyspaceRecord, links: Links) -> str:
    """The page."""
    style, script = _part("page.css"), _part("page.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'"
    types = sorted({kind for one in record.patterns for kind in one.types} | {"unknown"})
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Redis keyspace</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Redis keyspace</h1>
<p>{_text(shown_summary(record))}</p>
<form hidden role="search">
<label>Search <input name="text" type="search" autocomplete="off" placeholder="key, file or command"></label>
<label>Type {_select("type", types)}</label>
<label>TTL {_select("ttl", [policy.value for policy in TtlPolicy])}</label>
<output aria-live="polite"></output>
</form>
<div class="scroll" role="region" aria-label="Key patterns" tabindex="0">
<table>
<caption>Key patterns</caption>
<thead><tr>{"".join(map(_head, _HEADS))}</tr></thead>
<tbody>
{"".join(_row(one, links) for one in record.patterns)}</tbody>
</table>
</div>
</main>
<script>{script}</script>
</body>
</html>
"""


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _text(text: str) -> str:
    return html.escape(visible(text))


def _select(name: str, values: list[str]) -> str:
    options = "".join(f"<option>{_text(value)}</option>" for value in values)
    return f'<select name="{name}"><option value="">all</option>{options}</select>'


def _head(name: str) -> str:
    kind = "number" if name in _NUMBERS else "text"
    sorted_by = ' aria-sort="ascending"' if name == _HEADS[0] else ""
    return f'<th scope="col" data-kind="{kind}"{sorted_by}><button type="button">{name}</button></th>'


def _row(record: PatternRecord, links: Links) -> str:
    kinds = " ".join(record.types) or "unknown"
    return (
        f'<tr data-types="{_text(kinds)}" data-ttl="{record.ttl.value}" data-search="{_text(_searched(record))}">'
        f"{''.join(_cells(record, kinds, links))}</tr>\n"
    )


def _searched(record: PatternRecord) -> str:
    """What the search field looks into: the whole paths as well, of which the table shows the end."""
    places = sorted({f"{place.path}:{place.row}" for _, found in access_of(record) for place in found})
    return " ".join((record.pattern, record.hash_tag or "", *record.commands, *places)).lower()


def _cells(record: PatternRecord, kinds: str, links: Links) -> Iterator[str]:
    tag = "" if record.hash_tag is None else f"<small>hash tag {_text(record.hash_tag)}</small>"
    growth = record.growth.value
    yield f'<th scope="row" data-sort="{_text(record.pattern)}">{_breakable(record.pattern)}{tag}</th>'
    yield f'<td data-sort="{_text(kinds)}">{_text(shown_types(record))}</td>'
    yield f'<td data-sort="{record.ttl.value}" class="ttl {record.ttl.value}">{_text(shown_ttl(record))}</td>'
    yield f'<td data-sort="{growth}" class="{growth.partition(" ")[0]}">{growth}</td>'
    for name, places in access_of(record):
        yield f'<td data-sort="{len(places)}">{_places(name, places, links)}</td>'
    yield f'<td data-sort="{len(record.commands)}"><code>{_text(" ".join(record.commands))}</code></td>'


def _breakable(pattern: str) -> str:
    return _text(pattern).replace(":", ":<wbr>")


def _places(name: str, places: tuple[CodePlace, ...], links: Links) -> str:
    if not places:
        return ""
    files = {path: tuple(found) for path, found in groupby(places, key=lambda place: place.path)}
    items = "".join(f"<li>{_file(path, found, links)}</li>" for path, found in files.items())
    if len(files) <= _MOST_OPEN_FILES:
        return f"<ul>{items}</ul>"
    return f"<details><summary>{len(places)} {name}</summary><ul>{items}</ul></details>"


def _file(path: str, places: tuple[CodePlace, ...], links: Links) -> str:
    """The end of a file's path, with the whole one for those who ask, and a link for each row."""
    end = "/".join(Path(path).parts[-2:])
    return f'<code title="{_text(path)}">{_text(end)}</code> {" ".join(_link(place, links) for place in places)}'


def _link(place: CodePlace, links: Links) -> str:
    whole = _text(f"{place.path}:{place.row}")
    return f'<a href="{html.escape(links.to(place))}" title="{whole}" aria-label="{whole}">{place.row}</a>'
