"""Linting and fixing any program ends, breaks nothing, and leaves programs that Python can read."""

from __future__ import annotations

import ast
import textwrap
import warnings

import hypothesmith
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redlint.commands.methods import client_methods, lock_methods, pipeline_methods, pubsub_methods
from redlint.config import Config
from redlint.fix import fix_files
from redlint.lint import ProjectResult
from redlint.model.files import ProjectFiles
from redlint.registry import load_rules

RULES = tuple(rule() for rule in load_rules())
CONFIG = Config(root="/", preview=True, non_production=())
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)

HEAD = """\
import asyncio
import random
import redis
import redis.asyncio as aioredis
from redis.exceptions import RedisError
client = redis.Redis(decode_responses=True)
pool = redis.ConnectionPool()
cluster = redis.RedisCluster(host="h")
PREFIX = "app"
"""

METHODS = sorted({*client_methods(), *pipeline_methods(), *pubsub_methods(), *lock_methods()})

names = st.sampled_from(["key", "value", "client", "pipe", "item", "PREFIX", "self", "rows", "lock"])
keys = st.sampled_from(
    [
        *(
            "'a'",
            "b'a'",
            "'user:*'",
            "f'user:{key}'",
            "'{a}:1'",
            "'x:' + key",
            "'x:%s' % key",
            "':'.join([key, value])",
        ),
        *("PREFIX + key", "str(key)", "'{}:x'.format(key)", "self.key", "self.make(key)", "None", "''", "u'\\u00e9'"),
    ]
)
numbers = st.sampled_from(["0", "1", "-1", "60", "10 ** 9", "1.5", "random.random()", "True", "int(value)", "'1'"])
arguments = st.recursive(
    st.one_of(keys, numbers, names),
    lambda inner: st.one_of(
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{{}: {}}}".format, keys, inner),
        st.builds("client.get({})".format, inner),
        st.builds("lambda: {}".format, inner),
        st.builds("[{} for item in {}]".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("(yet := {})".format, inner),
    ),
    max_leaves=4,
)
passed = st.one_of(
    arguments,
    st.builds("*{}".format, names),
    st.builds("**{}".format, names),
    st.builds(
        "{}={}".format, st.sampled_from(["ex", "nx", "count", "match", "name", "timeout", "withscores"]), arguments
    ),
)
receivers = st.sampled_from(
    [
        *("client", "cluster", "self.client", "redis.Redis()", "aioredis.Redis()", "pipe", "client.pipeline()"),
        *(
            "redis.Redis(connection_pool=pool)",
            "self.pubsub",
            "client.lock('l')",
            "lock",
            "redis.from_url('redis://h')",
        ),
    ]
)


def _called(receiver: str, method: str, given: list[str]) -> str:
    """A call, with its arguments in an order that Python allows, and no keyword twice."""
    ranks = {argument: 2 if argument.startswith("**") else int("=" in argument.partition("(")[0]) for argument in given}
    keywords: dict[str, str] = {}
    for argument in sorted(given, key=lambda one: ranks[one]):
        name = (
            argument.partition("=")[0]
            if ranks[argument] == 1 and argument.partition("=")[0].isidentifier()
            else argument
        )
        keywords.setdefault(name, argument)
    return f"{receiver}.{method}({', '.join(keywords.values())})"


calls = st.builds(_called, receivers, st.sampled_from(METHODS), st.lists(passed, max_size=3))
simple = st.one_of(
    calls,
    st.builds("key = {}".format, calls),
    st.builds("self.client, key = {}, 1".format, calls),
    st.builds("pipe = {}".format, receivers),
    st.builds("lock = client.lock({}, timeout={})".format, keys, numbers),
    st.builds("return {}".format, calls),
    st.builds("await {}".format, calls),
    st.builds("key = {}; {}".format, calls, calls),
    st.builds("rows = json.loads({})".format, calls),
    st.builds("if {}: {}".format, calls, calls),
    st.builds("yield {}".format, calls),
    st.builds("del {}, key".format, names),
    st.builds("asyncio.gather(*[{} for item in rows])".format, calls),
)


def _block(head: str, body: list[str]) -> str:
    return f"{head}\n" + textwrap.indent("\n".join(body), "    ")


heads = st.sampled_from(
    [
        *(
            "for item in rows:",
            "while True:",
            "if not client.exists(key):",
            "with client.pipeline() as pipe:",
            "with lock:",
        ),
        *("async with client.pipeline(transaction=True) as pipe:", "async for item in client.scan_iter():"),
        *("for item in client.keys('a*'):", "with client.lock(key) as lock:", "while client.get(key) is None:"),
    ]
)
statements = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.builds(_block, heads, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda body, after: (
                f"{_block('try:', body)}\n{_block('except RedisError:', after)}\nfinally:\n    pipe.reset()"
            ),
            st.lists(inner, min_size=1, max_size=2),
            st.lists(inner, min_size=1, max_size=2),
        ),
    ),
    max_leaves=5,
)
bodies = st.lists(statements, min_size=1, max_size=4)
programs = st.builds(
    lambda first, second, kind: "\n".join(
        [
            HEAD,
            _block(f"{kind} work(key, value, rows, pipe=None, lock=None):", first),
            _block("class Store:", [_block("def __init__(self, client):", ["self.client = client or redis.Redis()"])]),
            textwrap.indent(_block("async def method(self, key, *rows, **value):", second), "    "),
            "work(client, 1, [])\nStore(client)\n",
        ]
    ),
    *(bodies, bodies, st.sampled_from(["def", "async def"])),
)


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "m.py", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _assert_survives(text: str) -> None:
    for unsafe in (False, True):
        files = ProjectFiles(("m.py",), explicit=frozenset({"m.py"}), overlay={"m.py": text.encode()})
        broken: list[str] = []

        def noted(result: ProjectResult, broken: list[str] = broken) -> ProjectResult:
            broken += [failure.traceback for failure in result.failures]
            for one in result.diagnostics:
                assert 0 <= one.span.start <= one.span.end <= len(result.source("m.py").text)
            return result

        outcome = fix_files(files, CONFIG, RULES, unsafe=unsafe, gate=False, narrow=noted)
        assert not broken, broken[0]
        assert outcome.settled
        assert not outcome.refused
        for content in outcome.changed.values():
            assert not _parses(text) or _parses(content.decode()), content.decode()


@given(text=programs)
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_programs_that_use_redis(text: str) -> None:
    _assert_survives(text)


@given(text=hypothesmith.from_grammar())
@settings(max_examples=50, deadline=None, suppress_health_check=SLOW)
def test_any_program(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    _assert_survives(f"{HEAD}{text}")


def test_the_programs_are_programs() -> None:
    readable: list[bool] = []

    @given(text=programs)
    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=SLOW)
    def look(text: str) -> None:
        try:
            ast.parse(text)
        except SyntaxError:
            readable.append(False)
        else:
            readable.append(True)

    look()
    assert sum(readable) > len(readable) / 2
