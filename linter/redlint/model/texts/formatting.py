"""Texts made of other texts: ``%``, ``format`` and the methods of strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from redlint.model.pattern import Hole
from redlint.model.texts.parts import Parts, Texts, products

_FIELD = re.compile(r"\{([^{}!:]*)(?:![rsa])?(?::[^{}]*)?\}|\{\{|\}\}")
_CONVERSION = re.compile(r"%(?:\((\w+)\))?[#0\- +]*(?:\d+|\*)?(?:\.\d+)?[hlL]?([diouxXeEfFgGcrsa%])")

_STRIPS: Mapping[str, Callable[[str, str | None], str]] = {
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
}
_CASES: Mapping[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper}
_BRACES = frozenset({("{", "{{"), ("}", "}}")})
SAME_TEXT = frozenset({"encode", "decode"})
CHANGES = frozenset({*_STRIPS, *_CASES, "removeprefix", "removesuffix", "replace"})


def percent(template: Parts, positional: Sequence[Texts], named: Mapping[str, Texts]) -> Texts:
    """``template % values``; empty where the template is not known well enough."""
    if not any(isinstance(part, str) for part in template):
        return ()
    used = 0
    pieces: list[Texts] = []
    for part in template:
        if isinstance(part, Hole):
            pieces.append(((part,),))
            continue
        end = 0
        for match in _CONVERSION.finditer(part):
            pieces.append(((part[end : match.start()],),))
            end = match.end()
            if match.group(2) == "%":
                pieces.append((("%",),))
            elif match.group(1):
                pieces.append(named.get(match.group(1)) or ((Hole(match.group(1)),),))
            elif used < len(positional):
                pieces.append(positional[used])
                used += 1
            else:
                return ()
        pieces.append(((part[end:],),))
    return products(pieces)


def format_method(template: Parts, positional: Sequence[Texts], named: Mapping[str, Texts]) -> Texts:
    """``template.format(...)``; empty where the template is not known well enough."""
    if not any(isinstance(part, str) for part in template):
        return ()
    automatic = 0
    pieces: list[Texts] = []
    for part in template:
        if isinstance(part, Hole):
            pieces.append(((part,),))
            continue
        end = 0
        for match in _FIELD.finditer(part):
            pieces.append(((part[end : match.start()],),))
            end = match.end()
            field = match.group(1)
            if field is None:
                pieces.append(((match.group()[0],),))
                continue
            if field == "":
                field = str(automatic)
                automatic += 1
            is_place = field.isdigit() and int(field) < len(positional)
            known = positional[int(field)] if is_place else named.get(field)
            pieces.append(known or ((Hole(field),),))
        pieces.append(((part[end:],),))
    return products(pieces)


def changed(name: str, parts: Parts, arguments: Sequence[str]) -> Parts | None:
    """The text after a method that changes it, where that can be told."""
    if name in _CASES and not arguments:
        return tuple(_CASES[name](part) if isinstance(part, str) else part for part in parts)
    if name in _STRIPS and len(arguments) <= 1:
        characters = arguments[0] if arguments else None
        left = _stripped(parts, characters, at_end=False) if name != "rstrip" else parts
        return _stripped(left, characters, at_end=True) if name != "lstrip" else left
    if name == "replace" and tuple(arguments) in _BRACES:
        # A prefix that is made safe for ``format`` is the prefix again afterwards.
        return tuple(part.replace(arguments[0], arguments[1]) if isinstance(part, str) else part for part in parts)
    if name in ("removeprefix", "removesuffix", "replace") and all(isinstance(part, str) for part in parts):
        text = "".join(str(part) for part in parts)
        if name == "replace":
            return (text.replace(arguments[0], arguments[1]),) if len(arguments) == 2 else None
        if len(arguments) != 1:
            return None
        return (text.removeprefix(arguments[0]) if name == "removeprefix" else text.removesuffix(arguments[0]),)
    return None


def _stripped(parts: Parts, characters: str | None, *, at_end: bool) -> Parts:
    """The text without certain characters at one end; what a hole there holds stays in the hole."""
    rest = list(parts)
    while rest:
        place = -1 if at_end else 0
        edge = rest[place]
        if isinstance(edge, Hole):
            break
        kept = _STRIPS["rstrip" if at_end else "lstrip"](edge, characters)
        if kept:
            rest[place] = kept
            break
        rest.pop(place)
    return tuple(rest)
