"""Small projects made at random, whose modules make Redis clients, hand them around and use them."""

from __future__ import annotations

from hypothesis import strategies as st

MODULES = (
    "app/__init__.py",
    "app/one.py",
    "app/two.py",
    "app/three.py",
    "main.py",
    "tests/conftest.py",
    "tests/test_it.py",
)


def dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Modules that make clients, hand them around and use them; names are used for whatever they are not, too."""
    defined: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for number, path in enumerate(draw(st.permutations(MODULES))):
        makes_client = number == 0 or draw(st.integers(0, 3)) == 0
        rows = ["import redis", f"c{number} = redis.Redis()"] if makes_client else []
        names = [f"c{number}"] * (2 * makes_client)
        for position in range(draw(st.integers(1, 6))):
            row, name = draw(statement(f"{number}{position}", names, defined))
            rows.append(row)
            names += [name] if name else []
        sources[path] = "\n".join(rows) + "\n"
        defined[path] = [name for name in names if name.isidentifier()]
    return sources


@st.composite
def statement(draw: st.DrawFn, suffix: str, names: list[str], defined: dict[str, list[str]]) -> tuple[str, str]:
    """A statement at the top level of a module, and the name it binds."""
    some = st.sampled_from(names) if names else st.just("None")
    kind = draw(st.sampled_from(STATEMENTS if names else ("import", "import", "class", "use")))
    if kind == "import":
        exporting = [path for path in sorted(defined) if defined[path]]
        if not exporting:
            return "", ""
        path = draw(st.sampled_from(exporting))
        name = draw(st.sampled_from(defined[path]))
        style = draw(st.sampled_from(("from", "from", "whole", "star")))
        if style == "whole":
            return f"import {dotted(path)} as m{suffix}", f"m{suffix}.{name}"
        return f"from {dotted(path)} import {name if style == 'from' else '*'}", name
    parent = draw(some) if kind == "subclass" else ""
    body = draw(st.sampled_from(("conn.get('x')", "conn.conn.get('x')", f"{draw(some)}(conn)", "return conn")))
    rows = {
        "assign": (f"v{suffix} = {draw(some)}", f"v{suffix}"),
        "make": (f"v{suffix} = {draw(some)}({draw(some)})", f"v{suffix}"),
        "factory": (f"def f{suffix}():\n    return {draw(some)}", f"f{suffix}"),
        "use": (f"def f{suffix}(conn):\n    {body}", f"f{suffix}"),
        "class": (
            f"class C{suffix}:\n    def __init__(self, conn):\n        self.conn = conn\n"
            "    def load(self):\n        return self.conn.get('x')",
            f"C{suffix}",
        ),
        "subclass": (f"class C{suffix}({parent}):\n    def more(self):\n        self.conn.get('y')", f"C{suffix}"),
        "hand": (f"{draw(some)}({draw(some)})", ""),
        "store": (f"{draw(some)}.conn = {draw(some)}", ""),
        "send": (f"{draw(some)}{draw(st.sampled_from(('', '()', '.conn', '.conn.conn')))}.get('z')", ""),
        "fixture": (f"import pytest\n@pytest.fixture\ndef x{draw(st.integers(0, 2))}():\n    yield {draw(some)}", ""),
        "test": (f"def test_{suffix}(x{draw(st.integers(0, 2))}):\n    {draw(some)}", ""),
        "test use": (f"def test_{suffix}(x0, x1):\n    x0.get('t')\n    x1.conn.get('t')", ""),
    }
    return rows[kind]


STATEMENTS = (
    *("import", "import", "import", "assign", "make", "make", "factory", "use", "use", "class", "subclass"),
    *("hand", "hand", "store", "send", "send", "fixture", "test", "test use"),
)
