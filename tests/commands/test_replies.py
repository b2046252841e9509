"""The forms of replies against real servers and the installed clients, with both protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import redis
import valkey

from redlint.commands.replies import ReplyForm, listed_methods, reply_form
from servers import Server

CALLS: Final[Mapping[str, tuple[tuple[object, ...], Mapping[str, object]]]] = {
    "echo": (("hello",), {}),
    "get": (("text",), {}),
    "getdel": (("text",), {}),
    "getex": (("text",), {}),
    "getrange": (("text", 0, -1), {}),
    "substr": (("text", 0, -1), {}),
    "getset": (("text", "new"), {}),
    "set": (("text", "new"), {"get": True}),
    "type": (("text",), {}),
    "randomkey": ((), {}),
    "keys": ((), {}),
    "mget": (("text", "missing"), {}),
    "scan": ((), {}),
    "scan_iter": ((), {}),
    "hget": (("hash", "a"), {}),
    "hgetall": (("hash",), {}),
    "hkeys": (("hash",), {}),
    "hvals": (("hash",), {}),
    "hmget": (("hash", ["a", "missing"]), {}),
    "hrandfield": (("hash",), {}),
    "hrandfield 2": (("hash",), {"count": 2}),
    "hscan": (("hash",), {}),
    "hscan_iter": (("hash",), {}),
    "lindex": (("list", 0), {}),
    "lrange": (("list", 0, -1), {}),
    "lpop": (("list",), {}),
    "lpop 2": (("list",), {"count": 2}),
    "rpop": (("list",), {}),
    "rpop 2": (("list",), {"count": 2}),
    "lmove": (("list", "other"), {}),
    "blmove": (("list", "other", 1), {}),
    "rpoplpush": (("list", "other"), {}),
    "brpoplpush": (("list", "other", 1), {}),
    "blpop": (("list", 1), {}),
    "brpop": (("list", 1), {}),
    "sort": (("list",), {"alpha": True}),
    "smembers": (("set",), {}),
    "sinter": (("set", "set"), {}),
    "sunion": (("set", "set"), {}),
    "sdiff": (("set", "missing"), {}),
    "spop": (("set",), {}),
    "spop 2": (("set",), {"count": 2}),
    "srandmember": (("set",), {}),
    "srandmember 2": (("set",), {"number": 2}),
    "sscan": (("set",), {}),
    "sscan_iter": (("set",), {}),
    "zrange": (("zset", 0, -1), {}),
    "zrange scores": (("zset", 0, -1), {"withscores": True}),
    "zrevrange": (("zset", 0, -1), {}),
    "zrevrange scores": (("zset", 0, -1), {"withscores": True}),
    "zrangebyscore": (("zset", 0, 9), {}),
    "zrangebyscore scores": (("zset", 0, 9), {"withscores": True}),
    "zrevrangebyscore": (("zset", 9, 0), {}),
    "zrevrangebyscore scores": (("zset", 9, 0), {"withscores": True}),
    "zrangebylex": (("zset", "-", "+"), {}),
    "zrevrangebylex": (("zset", "+", "-"), {}),
    "zdiff": ((["zset", "missing"],), {}),
    "zinter": ((["zset", "zset"],), {}),
    "zinter scores": ((["zset", "zset"],), {"withscores": True}),
    "zunion": ((["zset"],), {}),
    "zunion scores": ((["zset"],), {"withscores": True}),
    "zrandmember": (("zset",), {}),
    "zrandmember 2": (("zset",), {"count": 2}),
    "zscan": (("zset",), {}),
    "zscan_iter": (("zset",), {}),
    "bzpopmin": (("zset", 1), {}),
    "bzpopmax": (("zset", 1), {}),
    "xadd": (("stream", {"a": "b"}), {}),
    "xrange": (("stream",), {}),
    "xrevrange": (("stream",), {}),
}
"""A call for each method and option; its first word is the method."""


@pytest.fixture(scope="module", params=["valkey_process", "redis62_process"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    found: Server = request.getfixturevalue(request.param)
    yield found


def fill(client: Any) -> None:
    client.flushall()
    client.set("text", "hello")
    client.hset("hash", mapping={"a": "b", "c": "d"})
    client.rpush("list", "a", "b", "c")
    client.sadd("set", "a", "b", "c")
    client.zadd("zset", {"a": 1, "b": 1})
    client.xadd("stream", {"a": "b"})


def check(value: Any, form: ReplyForm, text: type) -> None:
    """Whether all text in a reply is of the type, and stands where the form says."""
    if form.is_text:
        assert type(value) is text or (form.may_be_none and value is None)
    elif form.is_map:
        assert value and isinstance(value, dict)
        for one in (*value, *value.values()):
            check(one, form.part(None), text)
    elif form.is_row:
        assert len(value) == len(form.parts)
        for place, one in enumerate(value):
            check(one, form.part(place), text)
    elif form.parts:
        items = list(value)
        assert items
        for one in items:
            check(one, form.part(None), text)
    else:
        assert not isinstance(value, str | bytes)


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("decodes", [False, True], ids=["bytes", "str"])
@pytest.mark.parametrize("library", [redis.Redis, valkey.Valkey], ids=["redis", "valkey"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_replies(server: Server, library: Any, decodes: bool, protocol: int) -> None:
    with library(port=server.port, decode_responses=decodes, protocol=protocol) as client:
        for call, (arguments, options) in CALLS.items():
            fill(client)
            method = call.partition(" ")[0]
            form = reply_form(method, {name: bool(value) for name, value in options.items()})
            reply = getattr(client, method)(*arguments, **options)
            check(list(reply) if method.endswith("_iter") else reply, form, str if decodes else bytes)


def test_every_listed_method_is_called() -> None:
    assert listed_methods() == {call.partition(" ")[0] for call in CALLS}


def test_an_option_whose_value_is_unknown_tells_nothing() -> None:
    assert reply_form("lpop", {"count": None}) == ReplyForm()
    assert reply_form("zrange", {"withscores": None}) == ReplyForm()
    assert reply_form("zrange", {"withscores": False}).holds_text
    assert reply_form("incr", {}) == ReplyForm()


@pytest.mark.parametrize("value", ["True", "False", "0"])
def test_any_value_in_a_url_turns_decoding_on(server: Server, value: str) -> None:
    url = f"redis://127.0.0.1:{server.port}/0?decode_responses={value}"
    with redis.Redis.from_url(url) as client:
        assert client.echo("hello") == "hello"
