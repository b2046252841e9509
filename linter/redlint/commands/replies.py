"""Where text stands in what a client's methods return: the text that is bytes unless the client decodes replies.

Written down from what redis-py 8.1 and valkey-py 6.1 return on Redis 6.2 and Valkey 9, with either protocol;
``tests/commands/test_replies.py`` calls every method listed here and compares. Methods whose reply has another form
with RESP3 (XREAD, ZPOPMIN), or is decoded in any case (INFO, CONFIG GET), are not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """A reply, or a part of one.

    Attributes:
        is_text: Whether it is one text.
        may_be_none: Whether ``None`` may stand in its place.
        is_map: Whether it is a dict; its keys and values have one form.
        parts: The form of any item, or of a row those of its items one by one; empty for numbers and the like.
        is_row: Whether the items are told apart by their place.
    """

    is_text: bool = False
    may_be_none: bool = False
    is_map: bool = False
    parts: tuple[ReplyForm, ...] = ()
    is_row: bool = False

    def part(self, place: int | None) -> ReplyForm:
        """The form of the item at a place, or of any item where that is ``None``."""
        if not self.is_row:
            return self.parts[0] if self.parts else OTHER
        if place is not None and -len(self.parts) <= place < len(self.parts):
            return self.parts[place]
        return self.parts[0] if len(set(self.parts)) == 1 else OTHER

    @property
    def holds_text(self) -> bool:
        """Whether it is a collection of texts, or a dict with texts as keys."""
        return bool(self.parts) and not self.is_row and self.parts[0].is_text


OTHER: Final = ReplyForm()
TEXT: Final = ReplyForm(is_text=True)
TEXT_OR_NONE: Final = ReplyForm(is_text=True, may_be_none=True)
TEXTS: Final = ReplyForm(parts=(TEXT,))
TEXTS_OR_NONE: Final = ReplyForm(parts=(TEXT_OR_NONE,))
MAP: Final = ReplyForm(is_map=True, parts=(TEXT,))


def _row(*parts: ReplyForm) -> ReplyForm:
    return ReplyForm(parts=parts, is_row=True)


_PAIR: Final = _row(TEXT, TEXT)
_SCORED: Final = ReplyForm(parts=(_row(TEXT, OTHER),))
_ENTRIES: Final = ReplyForm(parts=(_row(TEXT, MAP),))

_FORMS: Final[Mapping[str, ReplyForm]] = {
    **dict.fromkeys(("echo", "getrange", "substr", "type", "xadd"), TEXT),
    **dict.fromkeys(("get", "getdel", "getex", "getset", "hget", "lindex", "randomkey"), TEXT_OR_NONE),
    **dict.fromkeys(("lmove", "rpoplpush", "blmove", "brpoplpush"), TEXT_OR_NONE),
    **dict.fromkeys(("lpop", "rpop", "spop", "srandmember", "hrandfield", "zrandmember"), TEXT_OR_NONE),
    **dict.fromkeys(("keys", "lrange", "smembers", "sinter", "sunion", "sdiff", "hkeys", "hvals"), TEXTS),
    **dict.fromkeys(("zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore"), TEXTS),
    **dict.fromkeys(("zrangebylex", "zrevrangebylex", "zdiff", "zinter", "zunion"), TEXTS),
    **dict.fromkeys(("scan_iter", "sscan_iter"), TEXTS),
    **dict.fromkeys(("mget", "hmget", "sort"), TEXTS_OR_NONE),
    **dict.fromkeys(("xrange", "xrevrange"), _ENTRIES),
    **dict.fromkeys(("scan", "sscan"), _row(OTHER, TEXTS)),
    **dict.fromkeys(("blpop", "brpop"), _PAIR),
    "hgetall": MAP,
    "hscan": _row(OTHER, MAP),
    "zscan": _row(OTHER, _SCORED),
    "hscan_iter": ReplyForm(parts=(_PAIR,)),
    "zscan_iter": _SCORED,
    "bzpopmin": _row(TEXT, TEXT, OTHER),
    "bzpopmax": _row(TEXT, TEXT, OTHER),
}
"""By method; what ``None`` stands for in place of a whole row (BLPOP after its timeout) does not matter here."""

_WITH: Final[Mapping[tuple[str, str], ReplyForm]] = {
    ("set", "get"): TEXT_OR_NONE,
    **{(name, "count"): TEXTS for name in ("lpop", "rpop", "spop")},
    ("srandmember", "number"): TEXTS,
    ("hrandfield", "count"): TEXTS,
    ("zrandmember", "count"): TEXTS,
    ("hrandfield", "withvalues"): OTHER,
    **{
        (name, "withscores"): _SCORED
        for name in ("zrange", "zrevrange", "zrangebyscore", "zrevrangebyscore", "zinter", "zunion")
    },
    ("zdiff", "withscores"): OTHER,
    ("zrandmember", "withscores"): OTHER,
    ("sort", "groups"): OTHER,
    ("sort", "store"): OTHER,
    ("hscan", "no_values"): OTHER,
    ("hscan_iter", "no_values"): TEXTS,
}
"""By method and by the parameter that changes the form when something true is passed for it."""


def reply_form(method: str, given: Mapping[str, bool | None]) -> ReplyForm:
    """The form of a reply; ``given`` says of the parameters given whether the value is true, ``None`` if unknown.

    :data:`OTHER` also where it is not known.
    """
    form = _FORMS.get(method, OTHER)
    for parameter, value in given.items():
        changed = _WITH.get((method, parameter))
        if changed is None or value is False:
            continue
        if value is None or changed is OTHER:
            return OTHER
        form = changed
    return form


def listed_methods() -> frozenset[str]:
    """The methods whose replies are known to hold text."""
    return frozenset({*_FORMS, *(method for method, _ in _WITH)})
