"""Facts in files: what one machine collects, and another one links.

A file holds data only, never code. What it says of a text is used only if the text and the generation of the
collecting code are the same, so that a file which is old or belongs to another commit costs time and nothing else.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from redlint.atomic_write import write_atomically
from redlint.errors import RedlintError
from redlint.generation import Generation, facts_key, this_generation
from redlint.model.collected import Collect
from redlint.model.facts import ModuleFacts
from redlint.model.facts_data import decode_facts, encode_facts

SUFFIX: Final = ".facts"
"""How the names of such files end where a directory is given for them."""

_MAGIC: Final = b"redlint facts\n"
_COMPRESSION: Final = 1
_MOST_BYTES: Final = 1 << 30
"""Bytes of the facts of one source text above which they are not believed."""


class _Content(msgspec.Struct, frozen=True):
    generation: Generation
    facts: dict[bytes, bytes]


_DECODER: Final = msgspec.msgpack.Decoder(_Content)


class GivenFacts:
    """Facts by the text of their file, out of files; what these lack is collected."""

    def __init__(self, contents: Mapping[bytes, bytes], collect: Collect) -> None:
        """``contents`` are those of :func:`read_facts`."""
        self._contents = contents
        self._collect = collect

    def facts(self, text: str) -> ModuleFacts:
        """The facts of a source text. Raises what collecting them raises."""
        content = self._contents.get(facts_key(text)) if self._contents else None
        found = _decoded(content) if content is not None else None
        return self._collect(text) if found is None else found

    def missing(self, texts: Iterable[str]) -> Iterator[str]:
        """The texts that the files say nothing of."""
        return (text for text in texts if not self._contents or facts_key(text) not in self._contents)


def write_facts(path: str, facts: Iterable[tuple[str, ModuleFacts]]) -> int:
    """Write the facts of texts to a file; how many there are in it. Raises :class:`RedlintError`."""
    encoded = ((facts_key(text), _encoded(one)) for text, one in facts)
    contents = {key: content for key, content in encoded if content is not None}
    ordered = dict(sorted(contents.items()))
    write_atomically(path, _MAGIC + msgspec.msgpack.encode(_Content(this_generation(), ordered)))
    return len(contents)


def read_facts(paths: Iterable[str], warn: Callable[[str], None]) -> Mapping[bytes, bytes]:
    """The contents of files, and of all ``*.facts`` files of directories.

    ``warn`` is told of files that another generation of redlint made: they are of no use. Raises
    :class:`RedlintError` for what cannot be read and for files of another kind.
    """
    found: dict[bytes, bytes] = {}
    here = this_generation()
    for path in _files(paths):
        content = _read(path)
        if content.generation != here:
            warn(f"{path}: made by {content.generation}, not used by {here}")
            continue
        found.update(content.facts)
    return found


def _files(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if not Path(path).is_dir():
            yield path
            continue
        inside = sorted(str(one) for one in Path(path).iterdir() if one.name.endswith(SUFFIX))
        if not inside:
            raise RedlintError(f"{path}: holds no file whose name ends in {SUFFIX}")
        yield from inside


def _read(path: str) -> _Content:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise RedlintError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not content.startswith(_MAGIC):
        raise RedlintError(f"{path}: not a file of `redlint facts`")
    try:
        return _DECODER.decode(memoryview(content)[len(_MAGIC) :])
    except msgspec.DecodeError as error:
        raise RedlintError(f"{path}: damaged, or cut off: {error}") from error


def _encoded(facts: ModuleFacts) -> bytes | None:
    try:
        return zlib.compress(encode_facts(facts), _COMPRESSION)
    except (OverflowError, UnicodeEncodeError, RecursionError):  # msgpack cannot hold them all
        return None


def _decoded(content: bytes) -> ModuleFacts | None:
    decompressor = zlib.decompressobj()
    try:
        facts = decompressor.decompress(content, _MOST_BYTES)
        return decode_facts(facts) if decompressor.eof else None
    except (zlib.error, msgspec.DecodeError, RecursionError):
        return None  # damaged: it is collected
