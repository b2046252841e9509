"""The edit builders: what they edit, and when they would rather not."""

from __future__ import annotations

import pytest

from redlint.diagnostic import Edit
from redlint.fix import apply_edits
from redlint.fixes import add_keyword, ensure_import, rename_method, replace_argument, replace_awaited, replace_call
from redlint.model.events import RedisCall
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings
from redlint.source import SourceText

HEAD = "import redis\nimport redis.asyncio\nc = redis.Redis()\na = redis.asyncio.Redis()\n"


def only_call(code: str) -> RedisCall:
    files = ProjectFiles(lint=("m.py",), overlay={"m.py": (HEAD + code).encode()})
    (call,) = analyse(files, ModelSettings()).calls()
    return call


def edited(call: RedisCall, edits: tuple[Edit, ...] | None) -> str | None:
    return None if edits is None else apply_edits(call.source.text, edits).removeprefix(HEAD)


def test_rename_method() -> None:
    call = only_call("c.delete('k')  # gone\n")
    assert edited(call, rename_method(call, "unlink")) == "c.unlink('k')  # gone\n"


def test_a_method_that_is_not_written_out_is_not_renamed() -> None:
    call = only_call("forget = c.delete\nforget('k')\n")
    assert rename_method(call, "unlink") is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("c.set('k', 1)", "c.set('k', 1, ex=9)"),
        ("c.set('k', 1,)", "c.set('k', 1, ex=9,)"),
        ("c.set('k', (1))", "c.set('k', (1), ex=9)"),
        ("c.set('k', ((1)), )", "c.set('k', ((1)), ex=9, )"),
        ("c.set('k', value=(1))", "c.set('k', value=(1), ex=9)"),
        ("c.set('k', f('#, )'))", "c.set('k', f('#, )'), ex=9)"),
        ("c.set(\n    'k',\n    1,\n)", "c.set(\n    'k',\n    1,\n    ex=9,\n)"),
        ("c.set(\n    'k',\n    value=(1)\n)", "c.set(\n    'k',\n    value=(1),\n    ex=9\n)"),
        ("c.set(\n    'k', 1\n)", "c.set(\n    'k', 1, ex=9\n)"),
        ("c.set('k', x if y else z)", "c.set('k', x if y else z, ex=9)"),
        ("c.set('k', b'''\n''')", "c.set('k', b'''\n''', ex=9)"),
        ("c.set('k', await_me())", "c.set('k', await_me(), ex=9)"),
    ],
)
def test_add_keyword(code: str, expected: str) -> None:
    call = only_call(f"{code}\n")
    assert edited(call, add_keyword(call, "ex", "9")) == f"{expected}\n"


@pytest.mark.parametrize(
    ("code", "expected"), [("c.info()", "c.info(section='x')"), ("c.info( )", "c.info(section='x' )")]
)
def test_add_the_first_argument(code: str, expected: str) -> None:
    call = only_call(f"{code}\n")
    assert edited(call, add_keyword(call, "section", "'x'")) == f"{expected}\n"


@pytest.mark.parametrize(
    "code",
    [
        "c.set('k', 1, ex=2)",
        "c.set('k', 1, 2)",
        "c.set('k', 1, **options)",
        "c.set('k', *values)",
        "c.set('k', 1  # why\n)",
        "c.set(  # why\n    'k', 1)",
        "c.set('k', [\n    # why\n    1])",
        "write = c.set\nwrite('k', 1)",
    ],
)
def test_add_keyword_when_unsure(code: str) -> None:
    call = only_call(f"{code}\n")
    assert add_keyword(call, "ex", "9") is None


def test_add_keyword_after_a_bare_generator() -> None:
    call = only_call("c.delete(k for k in ks)\n")
    assert add_keyword(call, "x", "1") is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("c.expire('k', 5)", "c.expire('k', 60)"),
        ("c.expire('k', time=5)", "c.expire('k', time=60)"),
        ("c.expire('k', time=(5))", "c.expire('k', time=(60))"),
    ],
)
def test_replace_argument(code: str, expected: str) -> None:
    call = only_call(f"{code}\n")
    assert edited(call, replace_argument(call, "time", "60")) == f"{expected}\n"


@pytest.mark.parametrize("code", ["c.expire('k')", "c.expire('k', *t)", "c.expire('k', (1 +  # why\n 2))"])
def test_replace_argument_when_unsure(code: str) -> None:
    call = only_call(f"{code}\n")
    assert replace_argument(call, "time", "60") is None


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("x = c.keys('*')", "list(f())", "x = list(f())"),
        ("x = c.keys('*')[0]", "a + b", "x = (a + b)[0]"),
        ("x = c.keys('*')", "not valid valid", None),
        ("x = c.keys(  # why\n'*')", "f()", None),
        ("x = c.keys('#')", "f()", "x = f()"),
    ],
)
def test_replace_call(code: str, text: str, expected: str | None) -> None:
    call = only_call(f"{code}\n")
    assert edited(call, replace_call(call, text)) == (None if expected is None else f"{expected}\n")


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        ("return await a.keys()", "[k async for k in f()]", "return [k async for k in f()]"),
        ("return(await a.keys())", "f()", "return f()"),
        ("return (await a.keys())[0]", "[f]", "return [f][0]"),
        ("return a.keys()", "f()", None),
    ],
)
def test_replace_awaited(body: str, text: str, expected: str | None) -> None:
    call = only_call(f"async def g():\n    {body}\n")
    found = edited(call, replace_awaited(call, text))
    assert found == (None if expected is None else f"async def g():\n    {expected}\n")


@pytest.mark.parametrize(
    ("code", "statement", "expected"),
    [
        ("", "import time", "import time\n"),
        ("x = 1\n", "import time", "import time\nx = 1\n"),
        ("# licence\n\n@d\ndef f(): ...\n", "import time", "# licence\n\nimport time\n@d\ndef f(): ...\n"),
        ('"""Doc."""\n', "import time", '"""Doc."""\nimport time\n'),
        ('"""Doc."""', "import time", '"""Doc."""\nimport time\n'),
        (
            "from __future__ import annotations\n\nimport os\n\nx = 1\n",
            "import time",
            "from __future__ import annotations\n\nimport os\nimport time\n\nx = 1\n",
        ),
        ("from redis import (\n    Redis,\n)\n", "import time", "from redis import (\n    Redis,\n)\nimport time\n"),
        ("import time\nx = 1\n", "import time", "import time\nx = 1\n"),
        ("from a import b as c\n", "from a import b as c", "from a import b as c\n"),
        ("import os.path\n", "import os", "import os.path\nimport os\n"),
        ("time = 1\n", "import time", None),
        ("def f(time): ...\n", "import time", None),
        ("from when import time\n", "import time", None),
        ("import os; x = (\n1)\n", "import time", None),
        ("def (\n", "import time", None),
    ],
)
def test_ensure_import(code: str, statement: str, expected: str | None) -> None:
    edits = ensure_import(SourceText("m.py", code), statement)
    assert (None if edits is None else apply_edits(code, edits)) == expected


def test_a_present_import_needs_no_edit() -> None:
    assert ensure_import(SourceText("m.py", "import time\n"), "import time") == ()


@pytest.mark.parametrize(
    "code",
    [
        "import asyncio\nasync def f():\n    await asyncio.to_thread(c.keys, 'k')\n",
        "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().submit(c.keys, 'k')\n",
        "from asgiref.sync import sync_to_async\nasync def f():\n    await sync_to_async(c.keys)('k')\n",
    ],
)
def test_a_method_that_something_else_calls_is_left_alone(code: str) -> None:
    call = only_call(code)
    assert call.through
    assert rename_method(call, "unlink") is None
    assert replace_call(call, "list(c.scan_iter())") is None


def test_a_wrapper_need_not_have_the_other_method() -> None:
    code = """\
class Wrapper:
    def __init__(self): self.client = redis.Redis()
    def delete(self, *names): return self.client.delete(*names)
Wrapper().delete("k")
"""
    files = ProjectFiles(lint=("m.py",), overlay={"m.py": (HEAD + code).encode()})
    inside, outside = analyse(files, ModelSettings()).calls()
    assert (inside.through, outside.through) == ("", "Wrapper.delete")
    assert rename_method(inside, "unlink") is not None
    assert rename_method(outside, "unlink") is None
    assert replace_call(outside, "c.unlink('k')") is None


def test_a_proxy_has_every_method() -> None:
    code = """\
class Proxy:
    def __init__(self): self.client = redis.Redis()
    def __getattr__(self, name): return getattr(self.client, name)
Proxy().delete("k")
"""
    call = only_call(code)
    assert edited(call, rename_method(call, "unlink")) == code.replace(".delete(", ".unlink(")
