"""The values of Python literals, from their source text."""

from __future__ import annotations

import ast

from redlint.model.facts import Constant, Expression, Opaque

_INT64 = 1 << 63


def number(start: int, end: int, text: str) -> Expression:
    """The constant of an integer or float literal; opaque where it does not fit 64 bits or is imaginary."""
    digits = text.replace("_", "")
    try:
        value = int(digits) if digits.isdigit() else _other_number(digits)
    except (ValueError, OverflowError):  # more digits than Python reads
        return Opaque(start, end)
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return Constant(start, end, value)
    if isinstance(value, float):
        return Constant(start, end, value)
    return Opaque(start, end)


def _other_number(digits: str) -> int | float:
    """The value of a number that is not plainly decimal. Raises :class:`ValueError` where it is imaginary."""
    return int(digits, 0) if digits[:2].lower() in ("0x", "0o", "0b") else float(digits)


def string(text: str) -> str | bytes | None:
    """The value of a string literal with its quotes and prefix; ``None`` where it has none that can be kept."""
    quote = text[0]
    if quote in "\"'" and "\\" not in text and "\r" not in text:
        width = 3 if text[:3] in ('"""', "'''") and len(text) >= 6 else 1
        return text[width:-width]
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return None
    if isinstance(value, bytes):
        return value
    return _encodable(value) if isinstance(value, str) else None


def template_text(raw: str, prefix: str) -> str:
    """The text of a literal part of an f-string, with doubled braces and escapes undone."""
    text = raw.replace("{{", "{").replace("}}", "}")
    if "\\" not in text or "r" in prefix.lower():
        return text
    quote = '"""' if "'''" in text else "'''"
    try:
        value = ast.literal_eval(quote + text.replace(quote[0], "\\" + quote[0]) + quote)
    except (ValueError, SyntaxError):
        return text
    return (_encodable(value) or text) if isinstance(value, str) else text


def _encodable(value: str) -> str | None:
    """Lone surrogates cannot be serialised; such a string is as good as unknown."""
    return None if any("\ud800" <= character <= "\udfff" for character in value) else value
