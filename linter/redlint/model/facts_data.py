"""Facts as bytes, for other processes and other runs."""

from __future__ import annotations

from functools import cache
from typing import Final, get_args, get_type_hints

import msgspec

from redlint.model import facts as facts_module
from redlint.model.facts import Expression, ModuleFacts

_EXPRESSION: Final = get_args(Expression)
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(ModuleFacts)


def encode_facts(facts: ModuleFacts) -> bytes:
    """The facts as msgpack bytes. Raises ``OverflowError`` and ``UnicodeEncodeError`` for what these cannot hold."""
    return _ENCODER.encode(facts)


def decode_facts(data: bytes) -> ModuleFacts:
    """The facts again. Raises ``msgspec.DecodeError`` for bytes that :func:`encode_facts` did not make."""
    found = _DECODER.decode(data)
    _Sharing().restore(found)
    return found


class _Sharing:
    """Makes the expressions of decoded facts one object for each place, as collecting them does.

    A call is one object as a call site, as an argument of another call and in what a variable is bound to: linking
    knows it again by its identity.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[type, int, int], msgspec.Struct] = {}

    def restore(self, facts: ModuleFacts) -> None:
        """Replace equal expressions of one place by the first of them, in place."""
        self._enter(facts)

    def _enter(self, struct: msgspec.Struct) -> None:
        for name in _inner_fields(type(struct)):
            value = getattr(struct, name)
            if value is None or value == ():
                continue
            only = self._one(value)
            if only is not value:
                msgspec.structs.force_setattr(struct, name, only)

    def _one(self, value: object) -> object:
        if isinstance(value, tuple):
            items = tuple([self._one(item) for item in value])
            return items if any(one is not other for one, other in zip(items, value, strict=True)) else value
        if not isinstance(value, msgspec.Struct):
            return value
        if isinstance(value, _EXPRESSION):
            known = self._known.setdefault((type(value), value.start, value.end), value)
            if known is not value and known == value:
                return known
        self._enter(value)
        return value


@cache
def _inner_fields(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a record that hold other records."""
    hints = get_type_hints(struct, vars(facts_module))
    return tuple(name for name in struct.__struct_fields__ if _holds_records(hints[name]))


def _holds_records(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return True
    return any(_holds_records(one) for one in get_args(hint))
