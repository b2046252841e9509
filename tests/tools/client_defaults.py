"""Records the defaults of the constructors of redis-py and valkey-py, from the sources of several versions.

``python tests/tools/client_defaults.py`` writes ``linter/redlint/model/data/client_defaults.json``. It downloads the
versions below with pip and reads the signatures of ``__init__`` without importing anything. Per library, class and
option the file has the default from one version on, until the next entry:

- ``since``: the first recorded version that has it;
- ``value``: the default, where that is a constant, or a name (or power of numbers) that stands for one;
- ``text``: the default as written, where it is something else; empty where the argument is required;
- neither, where the option (or the class) is missing.

A ``**kwargs`` is not recorded. ``recorded_from`` with a directory of wheels does the same without the network.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
TARGET: Final = ROOT / "linter/redlint/model/data/client_defaults.json"

VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "redis": ("3.5.3", "4.6.0", "5.2.1", "5.3.1", "6.4.0", "7.0.1", "7.4.1", "8.0.0", "8.1.0"),
    "valkey": ("6.1.1", "6.2.0"),
}
_CLIENT: Final = {"redis": "Redis", "valkey": "Valkey"}
_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "client": ("{client}",),
    "cluster": ("{client}Cluster",),
    "sentinel": ("Sentinel",),
    "connection": (
        *("AbstractConnection", "Connection", "SSLConnection", "UnixDomainSocketConnection"),
        *("ConnectionPool", "BlockingConnectionPool"),
    ),
}

Default = dict[str, Any]
"""One entry without its ``since``."""


def class_names(library: str) -> tuple[str, ...]:
    """The dotted names of the classes that are recorded."""
    return tuple(
        f"{library}{package}.{module}.{name.format(client=_CLIENT[library])}"
        for package in ("", ".asyncio")
        for module, names in _CLASSES.items()
        for name in names
    )


def recorded_from(wheels: Path) -> dict[str, Any]:
    """What the file holds, read from the wheels in a directory."""
    found: dict[str, Any] = {}
    for library, versions in VERSIONS.items():
        archives = [zipfile.ZipFile(next(wheels.glob(f"{library}-{version}-*.whl"))) for version in versions]
        sources = [_Sources(archive) for archive in archives]
        found[library] = {
            "versions": list(versions),
            "constructors": {
                name: _runs(versions, [source.signature(name) for source in sources]) for name in class_names(library)
            },
        }
    return found


def text(recorded: Mapping[str, Any]) -> str:
    """The contents of the file, one option per line."""
    lines: list[str] = []
    for library, table in recorded.items():
        classes = [
            f"   {json.dumps(name)}: {{\n"
            + ",\n".join(f"    {json.dumps(option)}: {json.dumps(runs)}" for option, runs in options.items())
            + "\n   }"
            for name, options in table["constructors"].items()
        ]
        lines.append(
            f' {json.dumps(library)}: {{\n  "versions": {json.dumps(table["versions"])},\n  "constructors": {{\n'
            + ",\n".join(classes)
            + "\n  }\n }"
        )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _runs(versions: tuple[str, ...], signatures: list[dict[str, Default]]) -> dict[str, list[Default]]:
    found: dict[str, list[Default]] = {}
    for option in dict.fromkeys(name for signature in reversed(signatures) for name in signature):
        runs: list[Default] = []
        before: str | None = None
        for version, signature in zip(versions, signatures, strict=True):
            default = signature.get(option, {})
            # As text, because 0 is not False here.
            if repr(default) != before:
                runs.append({"since": version, **default})
            before = repr(default)
        found[option] = runs
    return found


class _Sources:
    """The modules of one version."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = frozenset(archive.namelist())

    def signature(self, dotted: str) -> dict[str, Default]:
        """The defaults of a class's ``__init__``; empty where there is no such class."""
        module, _, name = dotted.rpartition(".")
        for node in self._tree(module).body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                for member in node.body:
                    if isinstance(member, ast.FunctionDef) and member.name == "__init__":
                        return self._defaults(module, member.args)
        return {}

    def _tree(self, module: str) -> ast.Module:
        path = module.replace(".", "/")
        for candidate in (f"{path}.py", f"{path}/__init__.py"):
            if candidate in self._names:
                return ast.parse(self._archive.read(candidate))
        return ast.Module(body=[], type_ignores=[])

    def _defaults(self, module: str, arguments: ast.arguments) -> dict[str, Default]:
        positional = [*arguments.posonlyargs, *arguments.args]
        missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        pairs = [
            *zip(positional, [*missing, *arguments.defaults], strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        return {
            argument.arg: {"text": ""} if default is None else self._default(module, default)
            for argument, default in pairs
            if argument.arg != "self"
        }

    def _default(self, module: str, expression: ast.expr) -> Default:
        try:
            value = self._constant(module, expression)
        except ValueError:
            return {"text": ast.unparse(expression)}
        return {"value": value}

    def _constant(self, module: str, expression: ast.expr) -> bool | int | float | str | None:
        if isinstance(expression, ast.Name):
            return self._named(module, expression.id)
        if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Pow):
            base, exponent = self._constant(module, expression.left), self._constant(module, expression.right)
            if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
                return int(base**exponent)
            raise ValueError("not a number")
        value = ast.literal_eval(expression)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise ValueError("not a constant")

    def _named(self, module: str, name: str) -> bool | int | float | str | None:
        """The constant that a name of a module stands for: assigned there, or imported from another module."""
        for node in self._tree(module).body:
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
                return self._constant(module, node.value)
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        package = module.split(".")[: -node.level] if node.level else []
                        return self._named(".".join([*package, node.module]), alias.name)
        raise ValueError("not a constant")


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as directory:
        wanted = [f"{library}=={version}" for library, versions in VERSIONS.items() for version in versions]
        for one in wanted:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*pip, "--dest", directory, one], check=True)
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text(recorded_from(Path(directory))), encoding="utf-8")


if __name__ == "__main__":
    main()
