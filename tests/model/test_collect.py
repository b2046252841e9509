"""The one pass over a file: places, comments and blocks are where Python says they are."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import hypothesmith
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from redlint.errors import SourceSyntaxError
from redlint.model.collect import collect
from redlint.model.facts import ModuleFacts
from redlint.model.facts_data import decode_facts, encode_facts
from redlint.model.kinds import BlockKind, ScopeKind
from redlint.source import SourceText

ROOT: Final = Path(__file__).parents[2]


def sample() -> Iterator[Path]:
    """The project's own sources, and some of the packages it is tested with."""
    for folder in ("linter", "rules", "tests", "fixtures"):
        yield from sorted((ROOT / folder).rglob("*.py"))
    for name in ("libcst", "msgspec", "click", "redis"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        yield from sorted(Path(spec.origin).parent.rglob("*.py"))[::4]


SAMPLE: Final = list(sample())


def parsed(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def ast_calls(text: str) -> Counter[tuple[int, int]]:
    """Start and end offsets of all calls, without those inside of f-strings, whose places Python 3.11 invents."""
    tree = parsed(text)
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
    lines = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    hidden = {inner for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)}
    # Annotations inside strings and type comments are no expressions for either parser.

    def offset(row: int, column: int) -> int:
        return starts[row - 1] + len(lines[row - 1].encode()[:column].decode())

    return Counter(
        (offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node not in hidden
    )


def collected_calls(facts: ModuleFacts) -> Counter[tuple[int, int]]:
    return Counter((site.call.start, site.call.end) for site in facts.calls)


def template_ranges(text: str) -> list[tuple[int, int]]:
    """Where f-strings stand."""
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
    lines = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]

    def offset(row: int, column: int) -> int:
        return starts[row - 1] + len(lines[row - 1].encode()[:column].decode())

    return [
        (offset(node.lineno, node.col_offset), offset(node.end_lineno or 0, node.end_col_offset or 0))
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.JoinedStr)
    ]


def outside_templates(calls: Counter[tuple[int, int]], text: str) -> Counter[tuple[int, int]]:
    ranges = template_ranges(text)
    return Counter(
        {
            place: count
            for place, count in calls.items()
            if not any(start <= place[0] and place[1] <= end for start, end in ranges)
        }
    )


def comments_of(text: str) -> list[tuple[int, str]]:
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return [
        (starts[token.start[0] - 1] + token.start[1], token.string.rstrip("\r"))
        for token in tokens
        if token.type == tokenize.COMMENT
    ]


def shape(facts: ModuleFacts) -> list[object]:
    """The records of facts in order: the type of one that comes for the first time, the number of one met before."""
    numbers: dict[int, int] = {}
    found: list[object] = []
    pending: list[object] = [facts]
    while pending:
        current = pending.pop()
        if isinstance(current, tuple):
            pending += current
        elif isinstance(current, msgspec.Struct):
            if id(current) in numbers:
                found.append(numbers[id(current)])
                continue
            numbers[id(current)] = len(numbers)
            found.append(type(current))
            pending += [getattr(current, name) for name in current.__struct_fields__]
    return found


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: "/".join(path.parts[-3:]))
def test_what_was_one_object_is_one_after_reading(path: Path) -> None:
    facts = collect(SourceText.decode(str(path), path.read_bytes()).text)
    data = encode_facts(facts)
    assert shape(decode_facts(data)) == shape(facts)
    assert encode_facts(decode_facts(data)) == data


def test_a_call_that_is_written_nowhere_is_no_facts() -> None:
    facts = collect("f(g())\n")
    inner, outer = facts.calls
    elsewhere = msgspec.structs.replace(inner.call, open=-1)
    broken = msgspec.structs.replace(facts, calls=(msgspec.structs.replace(inner, call=elsewhere),))
    assert outer.call.arguments[0].value is inner.call
    with pytest.raises(msgspec.DecodeError):
        decode_facts(msgspec.msgpack.encode(broken))


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: "/".join(path.parts[-3:]))
def test_places_are_those_of_python(path: Path) -> None:
    text = SourceText.decode(str(path), path.read_bytes()).text
    facts = collect(text)
    assert outside_templates(collected_calls(facts), text) == ast_calls(text)
    assert sorted(facts.comments) == comments_of(text)
    assert decode_facts(encode_facts(facts)) == facts


@pytest.mark.parametrize("path", SAMPLE[::10], ids=lambda path: "/".join(path.parts[-3:]))
def test_places_with_other_newlines(path: Path) -> None:
    text = SourceText.decode(str(path), path.read_bytes()).text.replace("\n", "\r\n")
    facts = collect(text)
    assert outside_templates(collected_calls(facts), text) == ast_calls(text)
    assert all("\r" not in comment for _, comment in facts.comments)


# --- snippets ---------------------------------------------------------------------------------------------

SNIPPETS = {
    "chained": ("a.b(1).c(2)(3)[4](5)", ["a.b(1)", "a.b(1).c(2)", "a.b(1).c(2)(3)", "a.b(1).c(2)(3)[4](5)"]),
    "nested arguments": ("f(g(h()), k=i(*j(), **k()))", ["f(g(h()), k=i(*j(), **k()))", "g(h())", "h()"]),
    "f-string": ("f'{a()}{b(c())!r:>{d()}}'", ["a()", "b(c())", "c()", "d()"]),
    "f-string in an f-string": ("""f'{f"{a()}"}'""", ["a()"]),
    "neighbouring strings": ("x = 'a' f'{b()}' 'c'; d()", ["b()", "d()"]),
    "f-string over rows": ("f'''\n{a(\n)}\n'''\nb()", ["a(\n)", "b()"]),
    "f-string with escapes": (r"f'\x41{a()}\n{{b()}}'" + "\nc()", ["a()", "c()"]),
    "equals in an f-string": ("f'{a() = }'; b()", ["a()", "b()"]),
    "call of a string": ("'f()'.join(f())", ["'f()'.join(f())", "f()"]),
    "decorators": ("@a(1)\n@b.c(2)\n@d\nclass E(F(), metaclass=G()): pass", ["a(1)", "b.c(2)", "F()", "G()"]),
    "defaults and annotations": (
        "def f(a=b(), *c: d(), e: g() = h()) -> i(): j()",
        ["b()", "d()", "g()", "h()", "i()"],
    ),
    "walrus": ("if (n := f(x)) and g(n): pass", ["f(x)", "g(n)"]),
    "lambda": ("f(lambda x, y=g(): h(x))", ["f(lambda x, y=g(): h(x))", "g()", "h(x)"]),
    "comprehension": ("[f(x) for x in g() if h(x) for y in i(x)]", ["f(x)", "g()", "h(x)", "i(x)"]),
    "dict comprehension": ("{f(k): g(v) for k, v in h()}", ["f(k)", "g(v)", "h()"]),
    "generator argument": ("f(g(x) for x in h())", ["f(g(x) for x in h())", "g(x)", "h()"]),
    "parentheses": ("((f)(\n  (g)(1)\n))", ["(f)(\n  (g)(1)\n)", "(g)(1)"]),
    "parenthesised call": ("(f(1)).g((h()))", ["(f(1)).g((h()))", "f(1)", "h()"]),
    "comments inside": ("f(  # a (\n  g(),  # b )\n)", ["f(  # a (\n  g(),  # b )\n)", "g()"]),
    "blanks": ("f (1) . g ( 2 )", ["f (1)", "f (1) . g ( 2 )"]),
    "backslash": ("x = f \\\n (1)", ["f \\\n (1)"]),
    "await": ("async def f():\n    return await g(await h())", ["g(await h())", "h()"]),
    "async": ("async def f():\n async for x in g():\n  async with h() as i: pass", ["g()", "h()"]),
    "yield": ("def f():\n    x = yield g()\n    yield from h(x)", ["g()", "h(x)"]),
    "subscript": ("a[f():g():h()][i()]", ["f()", "g()", "h()", "i()"]),
    "star": ("print(*a(), *b(), **c())", ["print(*a(), *b(), **c())", "a()", "b()", "c()"]),
    "chained comparison": ("a() < b() <= c() not in d()", ["a()", "b()", "c()", "d()"]),
    "conditional": ("a() if b() else c()", ["a()", "b()", "c()"]),
    "del, assert, raise": ("del a().b\nassert c(), d()\nraise e() from f()", ["a()", "c()", "d()", "e()", "f()"]),
    "try": ("try: a()\nexcept b() as c: d()\nelse: e()\nfinally: f()", ["a()", "b()", "d()", "e()", "f()"]),
    "except group": ("try: a()\nexcept* b(): c()", ["a()", "b()", "c()"]),
    "match": (
        "match f():\n    case [1, A(x=2), *rest] if g(): h()\n    case {'k': v, **w} | B.C as z: i()\n    case _: j()",
        ["f()", "g()", "h()", "i()", "j()"],
    ),
    "with over rows": ("with (a() as b, c() as d):\n    e()", ["a()", "c()", "e()"]),
    "augmented": ("a[f()] += g()", ["f()", "g()"]),
    "annotated": ("a: f() = g()", ["f()", "g()"]),
    "semicolons": ("f(); g(); h()", ["f()", "g()", "h()"]),
    "same names": ("f.f(f(f.f))", ["f.f(f(f.f))", "f(f.f)"]),
    "numbers and names alike": ("e1(1e1, 0x1f, 1_0, 1j)", ["e1(1e1, 0x1f, 1_0, 1j)"]),
    "unicode": ("größe('\N{GRINNING FACE}'); f('é')", ["größe('\N{GRINNING FACE}')", "f('é')"]),
    "form feed": ("f()\n\x0cg()", ["f()", "g()"]),
    "no final newline": ("f()  # end", ["f()"]),
    "global and nonlocal": ("def f():\n    global a, b\n    a = g()\n    def h():\n        nonlocal c\n", ["g()"]),
    "keyword names": ("f(match=case(), type=_())", ["f(match=case(), type=_())", "case()", "_()"]),
    "slices and ellipsis": ("f(...)[..., ::2](None)", ["f(...)", "f(...)[..., ::2](None)"]),
    "bytes and raw": (r"f(b'\x00', r'\(', rb'(')", [r"f(b'\x00', r'\(', rb'(')"]),
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("source", "expected"), list(SNIPPETS.values()), ids=list(SNIPPETS))
def test_snippets(source: str, expected: list[str], newline: str) -> None:
    text = source.replace("\n", newline)
    found = [text[site.call.start : site.call.end].replace("\r\n", "\n") for site in collect(text).calls]
    assert set(expected) <= set(found)
    if "\\x" not in source and "except*" not in source:
        assert outside_templates(collected_calls(collect(text)), text) == ast_calls(text)
    assert len(found) == len({(site.call.start, site.call.end) for site in collect(text).calls})


def test_exceptions_without_parentheses() -> None:
    """Python 3.14, PEP 758."""
    text = "try:\n    f()\nexcept A, B:\n    g()\n"
    facts = collect(text)
    assert [text[site.call.start : site.call.end] for site in facts.calls] == ["f()", "g()"]


def test_comments() -> None:
    text = "# a\nx = '# no'  # b\ndef f():  # c\n    '''\n    # no\n    '''\n    # d\n\n# e"
    assert [comment for _, comment in sorted(collect(text).comments)] == ["# a", "# b", "# c", "# d", "# e"]
    assert all(text.startswith(comment, offset) for offset, comment in collect(text).comments)


def test_multiline_strings() -> None:
    text = "a = '''x\ny'''\nb = f'''{a}\n'''\nc = 'one row'\n"
    found = [text[start:end] for start, end in collect(text).multiline_strings]
    assert found == ["'''x\ny'''", "f'''{a}\n'''"]


def test_scopes() -> None:
    text = "class A:\n    async def f(self, x: int = 1) -> str:\n        def g(): yield 1\n\n\nh = lambda: 0\n"
    scopes = collect(text).scopes
    assert [(one.kind, one.qualname) for one in scopes] == [
        (ScopeKind.MODULE, ""),
        (ScopeKind.CLASS, "A"),
        (ScopeKind.FUNCTION, "A.f"),
        (ScopeKind.FUNCTION, scopes[3].qualname),
    ]
    assert scopes[3].name == "g"
    assert scopes[2].is_async
    assert scopes[3].is_generator and not scopes[2].is_generator
    assert [text[one.name_start :][: len(one.name)] for one in scopes[1:]] == ["A", "f", "g"]
    assert [parameter.name for parameter in scopes[2].parameters] == ["self", "x"]


def test_blocks() -> None:
    text = "while a():\n    for x in b():\n        with c():\n            try: d()\n            except E: f()\n"
    facts = collect(text)

    def kinds(name: str) -> list[BlockKind]:
        site = next(one for one in facts.calls if text[one.call.start :].startswith(name))
        found = []
        block = site.block
        while block > 0:
            found.append(facts.blocks[block].kind)
            block = facts.blocks[block].parent
        return found

    assert kinds("d()") == [BlockKind.TRY, BlockKind.WITH, BlockKind.FOR, BlockKind.WHILE]
    assert kinds("f()") == [BlockKind.EXCEPT, BlockKind.WITH, BlockKind.FOR, BlockKind.WHILE]
    assert kinds("b()") == [BlockKind.WHILE]


@pytest.mark.parametrize("text", ["def f(:", "x = = 1", "if True:\nx", "f(", "'''", "return return", "  x\n y"])
def test_syntax_errors_have_a_place(text: str) -> None:
    with pytest.raises(SourceSyntaxError) as caught:
        collect(text)
    assert 0 <= caught.value.offset <= len(text)
    assert caught.value.message


@pytest.mark.parametrize("text", ["", "\n", "# only\n", "\\\n", "\x0c", "pass", "'doc'", "\r\n\r\n", "   \n"])
def test_little_text(text: str) -> None:
    try:
        parsed(text)
    except SyntaxError:
        return
    facts = collect(text)
    assert facts.calls == ()
    assert len(facts.scopes) == 1


# --- generated code ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(hypothesmith.from_grammar())
def test_generated_code(text: str) -> None:
    try:
        parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    try:
        facts = collect(text)
    except SourceSyntaxError:
        return  # LibCST refuses some of what Python takes
    assert decode_facts(encode_facts(facts)) == facts
    assert outside_templates(collected_calls(facts), text) == ast_calls(text)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(hypothesmith.from_node())
def test_generated_trees(text: str) -> None:
    try:
        parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    facts = collect(text)
    assert decode_facts(encode_facts(facts)) == facts
    assert outside_templates(collected_calls(facts), text) == ast_calls(text)
