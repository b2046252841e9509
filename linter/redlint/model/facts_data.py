"""Facts as bytes, for other processes and other runs.

A call is one object as a call site, as an argument of another call and in what a variable is bound to: linking knows it
again by its identity. Bytes know no identity: so each call is written once, where it is part of something bigger, and
its call site only says where it stands.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final, get_args, get_type_hints

import msgspec

from redlint.model import facts as facts_module
from redlint.model.facts import Call, CallSite, Expression, ModuleFacts, Opaque

_EXPRESSIONS: Final[frozenset[object]] = frozenset(get_args(Expression))
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(ModuleFacts)
_ELSEWHERE: Final = -1
"""What stands for the place of a call's parenthesis where the call is written elsewhere."""


def encode_facts(facts: ModuleFacts) -> bytes:
    """The facts as msgpack bytes. Raises ``OverflowError`` and ``UnicodeEncodeError`` for what these cannot hold."""
    return _ENCODER.encode(msgspec.structs.replace(facts, calls=_sites_to_write(facts)))


def decode_facts(data: bytes) -> ModuleFacts:
    """The facts again. Raises ``msgspec.DecodeError`` for bytes that :func:`encode_facts` did not make."""
    found = _DECODER.decode(data)
    _Sharing().restore(found)
    return found


# --- writing ----------------------------------------------------------------------------------------------


def _sites_to_write(facts: ModuleFacts) -> tuple[CallSite, ...]:
    """The call sites, without the calls that are part of something else that is written."""
    places = Counter((site.call.start, site.call.end) for site in facts.calls)
    written = {id(call) for name in _fields_but_calls() for call in _calls_in(getattr(facts, name))}
    sites: list[CallSite] = []
    for site in reversed(facts.calls):  # what a call is an argument of comes after it
        call = site.call
        if id(call) in written and places[(call.start, call.end)] == 1:
            stand_in = Call(call.start, call.end, Opaque(call.start, call.start), (), _ELSEWHERE)
            sites.append(msgspec.structs.replace(site, call=stand_in))
        else:
            written.update(map(id, _calls_in(call)))
            sites.append(site)
    return tuple(reversed(sites))


def _calls_in(value: object) -> Iterator[Call]:
    """The calls in facts, at any depth."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, msgspec.Struct):
            if isinstance(current, Call):
                yield current
            pending += [getattr(current, name) for name in _inner_fields(type(current))]


# --- reading ----------------------------------------------------------------------------------------------


class _Sharing:
    """Makes the expressions of decoded facts one object for each place, as collecting them does."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, int, int], object] = {}

    def restore(self, facts: ModuleFacts) -> None:
        """Replace equal expressions of one place by the first of them, in place.

        Raises :class:`msgspec.ValidationError` where a call is written nowhere.
        """
        for name in _fields_but_calls():
            self._enter_field(facts, name)
        elsewhere: list[CallSite] = []
        for site in reversed(facts.calls):
            if site.call.open == _ELSEWHERE:
                elsewhere.append(site)
            else:
                self._enter_field(site, "call")
        for site in elsewhere:
            found = self._known.get((Call, site.call.start, site.call.end))
            if found is None:
                raise msgspec.ValidationError("a call is missing")
            msgspec.structs.force_setattr(site, "call", found)

    def _enter_field(self, struct: msgspec.Struct, name: str) -> None:
        value = getattr(struct, name)
        if value is None or value == ():
            return
        only = self._items(value) if type(value) is tuple else self._one(value)
        if only is not value:
            msgspec.structs.force_setattr(struct, name, only)

    def _items(self, values: tuple[object, ...]) -> tuple[object, ...]:
        items = tuple([self._items(one) if type(one) is tuple else self._one(one) for one in values])
        return items if any(map(operator.is_not, items, values)) else values

    def _one(self, value: object) -> object:
        if not isinstance(value, msgspec.Struct):
            return value
        kind: object = type(value)
        if kind in _EXPRESSIONS:
            known = self._known.setdefault((kind, value.start, value.end), value)  # type: ignore[attr-defined]
            if known is not value and known == value:
                return known
        for name in _inner_fields(type(value)):
            self._enter_field(value, name)
        return value


# --- fields -----------------------------------------------------------------------------------------------


@cache
def _fields_but_calls() -> tuple[str, ...]:
    return tuple(name for name in _inner_fields(ModuleFacts) if name != "calls")


@cache
def _inner_fields(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a record that hold other records."""
    hints = get_type_hints(struct, vars(facts_module))
    return tuple(name for name in struct.__struct_fields__ if _holds_records(hints[name]))


def _holds_records(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return True
    return any(_holds_records(one) for one in get_args(hint))
