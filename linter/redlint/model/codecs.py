"""How values are encoded on their way into Redis, and decoded on their way out."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from typing import Final, NamedTuple

from redlint.model.evaluation.evaluator import Evaluator
from redlint.model.facts import (
    Argument,
    Attribute,
    Await,
    Bytes,
    Call,
    CallSite,
    Conditional,
    Constant,
    Expression,
    Mapping,
    Name,
    Subscript,
    Template,
)
from redlint.model.index import ModuleIndex
from redlint.model.kinds import Codec, Usage
from redlint.model.values import External, KnownConstant, ProjectFunction

_HOPS: Final = 4


class _Format(NamedTuple):
    encoders: str
    decoders: str
    modules: tuple[str, ...]


_FORMATS: Final[Table[Codec, _Format]] = {
    Codec.JSON: _Format(
        "dumps encode", "loads decode", ("json", "orjson", "ujson", "simplejson", "rapidjson", "msgspec.json")
    ),
    Codec.PICKLE: _Format("dumps", "loads", ("pickle", "cPickle", "_pickle", "cloudpickle", "dill")),
    Codec.MSGPACK: _Format(
        "dumps packb encode", "loads unpackb decode", ("msgpack", "umsgpack", "ormsgpack", "msgspec.msgpack")
    ),
    Codec.COMPRESSED: _Format(
        "compress",
        "decompress",
        ("zlib", "gzip", "bz2", "lzma", "lz4.frame", "lz4.block", "snappy", "zstandard", "brotli", "blosc"),
    ),
    Codec.BASE64: _Format("b64encode urlsafe_b64encode", "b64decode urlsafe_b64decode", ("base64",)),
}
"""Functions of the standard library and of well-known packages: what they encode with, decode with, and where."""

_BUILTINS: Final = {"str": Codec.STRING, "int": Codec.INTEGER, "float": Codec.FLOAT, "bytes": Codec.BYTES}


_ENCODERS: Final = {
    f"{module}.{name}": codec
    for codec, row in _FORMATS.items()
    for module in row.modules
    for name in row.encoders.split()
}
_DECODERS: Final = {
    f"{module}.{name}": codec
    for codec, row in _FORMATS.items()
    for module in row.modules
    for name in row.decoders.split()
}


def encoder(name: str) -> Codec | None:
    """What a function, by its dotted name, encodes values with; ``None`` for functions that do not encode."""
    return _ENCODERS.get(name)


class Codecs:
    """Tells how the values of a module's calls are encoded; ``None`` is unknown."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def written(self, module: ModuleIndex, expression: Expression) -> frozenset[Codec]:
        """The codecs of a value that is stored; of all its values for a dict."""
        if isinstance(expression, Mapping):
            found = (self._encoded(module, value, _HOPS) for value in expression.values)
            return frozenset(codec for codec in found if codec is not None)
        codec = self._encoded(module, expression, _HOPS)
        return frozenset() if codec is None else frozenset({codec})

    def read(self, module: ModuleIndex, site: CallSite) -> Codec | None:
        """The codec that a call's reply is decoded with: where it stands, or through the variable it goes to."""
        outer = (site.outer_start, site.outer_end)
        if site.usage is Usage.ASSIGNED and site.consumer.isidentifier():
            return self._decoded_name(module, site.scope, site.consumer, outer[1], _HOPS)
        has_default = site.usage is Usage.OTHER and bool(site.consumer)  # int(client.get(key) or 0)
        if site.usage not in (Usage.ARGUMENT, Usage.RECEIVER) and not has_default:
            return None
        around = [
            other.call
            for other in module.calls_by_scope.get(site.scope, ())
            if other is not site and other.call.start <= outer[0] and outer[1] <= other.call.end
        ]
        around.sort(key=lambda call: call.end - call.start)
        found = [codec for call in around if (codec := self._decoding(module, call, outer, _HOPS)) is not None]
        # json.loads(reply.decode()): that bytes became text says nothing of what the text is.
        return next((codec for codec in found if codec is not Codec.STRING), Codec.STRING if found else None)

    # --- encoding -------------------------------------------------------------------------------------

    def _encoded(self, module: ModuleIndex, expression: Expression, hops: int) -> Codec | None:
        if isinstance(expression, Constant):
            return _of_constant(expression.value)
        if isinstance(expression, Bytes):
            return Codec.BYTES
        if isinstance(expression, Template):
            return Codec.STRING
        if isinstance(expression, Await):
            return self._encoded(module, expression.value, hops)
        if isinstance(expression, Conditional):
            return _agreed(self._encoded(module, one, hops) for one in (expression.body, expression.otherwise))
        if isinstance(expression, Call):
            return self._encoded_by_call(module, expression, hops)
        if isinstance(expression, Name) and hops:
            return self._encoded_name(module, expression, hops)
        return None

    def _encoded_by_call(self, module: ModuleIndex, call: Call, hops: int) -> Codec | None:
        function = call.function
        if isinstance(function, Attribute) and function.name in ("encode", "hex"):
            inner = self._encoded(module, function.value, hops)
            return Codec.STRING if inner is None else inner
        if isinstance(function, Attribute) and function.name == "decode" and isinstance(function.value, Call):
            return self._encoded(module, function.value, hops)  # json.dumps(x).decode() of packages that give bytes
        found: list[Codec | None] = []
        for value in self._evaluator.evaluate(module, function):
            if isinstance(value, External):
                found.append(_ENCODERS.get(value.name) or _BUILTINS.get(value.name.removeprefix("builtins.")))
            elif isinstance(value, ProjectFunction) and hops:
                found.append(self._returned(value, hops - 1))
            else:
                found.append(None)
        return _agreed(found)

    def _returned(self, value: ProjectFunction, hops: int) -> Codec | None:
        index = self._evaluator.load(value.function.path)
        results = index.results.get(value.function.scope, ()) if index is not None else ()
        if index is None:
            return None
        return _agreed(
            self._encoded(index, result.value, hops) if result.value is not None else None for result in results
        )

    def _encoded_name(self, module: ModuleIndex, name: Name, hops: int) -> Codec | None:
        reaching = module.reaching(name.name, name.start)
        if reaching is None:
            return None
        bindings = reaching[0]
        values = [one.value for one in bindings if one.kind == "assign" and not one.path and one.value is not None]
        if not values or len(values) != len(bindings):
            constants = [value for value in self._evaluator.evaluate(module, name) if isinstance(value, KnownConstant)]
            return _of_constant(constants[0].value) if len(constants) == 1 and not bindings else None
        return _agreed(self._encoded(module, value, hops - 1) for value in values)

    # --- decoding -------------------------------------------------------------------------------------

    def _decoding(self, module: ModuleIndex, call: Call, place: tuple[int, int], hops: int) -> Codec | None:
        """What a call decodes with, where the expression at ``place`` is what it decodes."""
        function = call.function
        given = [argument for argument in call.arguments if _covers(argument, place)]
        if isinstance(function, Attribute) and function.name == "decode" and not given:
            return Codec.STRING if function.value.start <= place[0] and place[1] <= function.value.end else None
        if not given:
            return None
        found: list[Codec | None] = []
        for value in self._evaluator.evaluate(module, function):
            if isinstance(value, External):
                found.append(_DECODERS.get(value.name) or _BUILTINS.get(value.name.removeprefix("builtins.")))
            elif isinstance(value, ProjectFunction) and hops:
                found.append(self._decoded_parameter(value, call, given[0], hops - 1))
            else:
                found.append(None)
        return _agreed(found)

    def _decoded_parameter(self, value: ProjectFunction, call: Call, given: Argument, hops: int) -> Codec | None:
        """The codec that a function of the project decodes its argument with."""
        index = self._evaluator.load(value.function.path)
        if index is None or given.stars:
            return None
        parameters = [one.name for one in index.facts.scopes[value.function.scope].parameters]
        if parameters[:1] in (["self"], ["cls"]):
            parameters = parameters[1:]
        position = call.arguments.index(given)
        name = given.keyword or (parameters[position] if position < len(parameters) else "")
        return self._decoded_name(index, value.function.scope, name, 0, hops) if name else None

    def _decoded_name(self, module: ModuleIndex, scope: int, name: str, after: int, hops: int) -> Codec | None:
        """The first decoding of a variable after a place; not where it is a part of something else."""
        for site in module.calls_by_scope.get(scope, ()):
            call = site.call
            if call.start < after:
                continue
            function = call.function
            told = [argument.value for argument in call.arguments]
            told += [function.value] if isinstance(function, Attribute) and function.name == "decode" else []
            for one in told:
                if isinstance(one, Subscript):
                    continue
                if isinstance(one, Name) and one.name == name:
                    codec = self._decoding(module, call, (one.start, one.end), hops)
                    if codec is not None:
                        return codec
        return None


def _covers(argument: Argument, place: tuple[int, int]) -> bool:
    return argument.value.start <= place[0] and place[1] <= argument.value.end and not argument.stars


def _of_constant(value: object) -> Codec | None:
    if isinstance(value, bool) or value is None:
        return None
    kinds: tuple[tuple[type, Codec], ...] = (
        (str, Codec.STRING),
        (bytes, Codec.BYTES),
        (int, Codec.INTEGER),
        (float, Codec.FLOAT),
    )
    return next((codec for kind, codec in kinds if isinstance(value, kind)), None)


def _agreed(found: Iterable[Codec | None]) -> Codec | None:
    """The one codec of all alternatives, if they agree."""
    kinds = set(found)
    return kinds.pop() if len(kinds) == 1 else None
