"""Decoding, and the way between offsets and rows and columns."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redlint.diagnostic import Span
from redlint.errors import UnreadableSourceError
from redlint.source import MAX_BYTES, Location, SourceText

# Includes what str.splitlines takes for a newline and Python does not.
TEXTS = st.lists(
    st.sampled_from(["a", "é", "\U0001f600", " ", "\r", "\n", "\r\n", "\f", "\x1c", "\u2028"]), max_size=30
).map("".join)


@given(TEXTS)
def test_offset_and_location_are_inverse(text: str) -> None:
    source = SourceText("a.py", text)
    for offset in range(len(text) + 1):
        place = source.location(offset)
        assert source.offset(place.row, place.column) == offset


@given(TEXTS)
def test_rows_end_at_newlines_of_python_only(text: str) -> None:
    source = SourceText("a.py", text)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [source.line(row) for row in range(1, source.rows + 1)] == expected


@given(TEXTS, st.booleans())
def test_bytes_survive_decoding_and_encoding(text: str, has_bom: bool) -> None:
    content = (codecs.BOM_UTF8 if has_bom else b"") + text.encode()
    source = SourceText.decode("a.py", content)
    assert source.text == text
    assert source.has_bom is has_bom
    assert source.encode(source.text) == content


@given(TEXTS)
def test_utf16_column_counts_code_units_from_the_start_of_the_row(text: str) -> None:
    source = SourceText("a.py", text)
    for offset in range(len(text) + 1):
        place = source.location(offset)
        before = text[source.row_start(place.row) : offset]
        assert source.utf16_column(offset) == len(before.encode("utf-16-le")) // 2


def test_latin_1_coding_line() -> None:
    content = "# coding: latin-1\nname = 'é'\n".encode("latin-1")
    source = SourceText.decode("a.py", content)
    assert source.line(2) == "name = 'é'"
    assert source.encode(source.text) == content


def test_coding_line_after_lone_carriage_return() -> None:
    source = SourceText.decode("a.py", "#!x\r# coding: latin-1\rx = 'é'\r".encode("latin-1"))
    assert source.line(3) == "x = 'é'"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"x = '\xff'\n", "utf-8", id="undecodable in the first lines"),
        pytest.param(b"\n\n\nx = '\xff'\n", "utf-8", id="undecodable further down"),
        pytest.param(b"# coding: nonsense\n", "unknown encoding", id="unknown encoding"),
        pytest.param(b"# coding: hex\n", "hex", id="a codec that is no text encoding"),
        pytest.param(b"x = 1\0\n", "NUL", id="NUL byte"),
        pytest.param(codecs.BOM_UTF8 + b"# coding: latin-1\n", "byte order mark", id="coding line against mark"),
        pytest.param(b"# coding: raw_unicode_escape\nx = '\\ud800'\n", "half a character", id="lone surrogate"),
        pytest.param(b"#" * (MAX_BYTES + 1), "too large", id="too large"),
    ],
)
def test_what_cannot_be_decoded_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableSourceError, match=message):
        SourceText.decode("a.py", content)


def test_text_that_the_encoding_lacks_is_refused() -> None:
    source = SourceText.decode("a.py", b"# coding: latin-1\n")
    with pytest.raises(UnreadableSourceError, match=r"latin|iso"):
        source.encode("\U0001f600")


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r"), ("a\r\nb\nc\n", "\n")],
)
def test_newline_is_the_one_most_rows_have(text: str, newline: str) -> None:
    assert SourceText("a.py", text).newline == newline


def test_places_outside_of_the_text_are_refused() -> None:
    source = SourceText("a.py", "ab\nc")
    for offset in (-1, 5):
        with pytest.raises(ValueError, match="outside"):
            source.location(offset)
    for row, column in ((0, 1), (3, 1), (1, 0), (2, 3)):
        with pytest.raises(ValueError, match="outside"):
            source.offset(row, column)


def test_slice_and_location() -> None:
    source = SourceText("a.py", "ab\r\ncd")
    assert source.slice(Span(4, 6)) == "cd"
    assert source.location(4) == Location(2, 1)
