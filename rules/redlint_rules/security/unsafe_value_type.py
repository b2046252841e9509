"""RED810."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.kinds import Codec
from redlint.rule import PatternUses, ProjectModel, RedisCall, Rule

_VALUES = frozenset({"value", "values"})
_SERIALISED = frozenset({Codec.JSON, Codec.PICKLE, Codec.MSGPACK})


class UnsafeValueType(Rule):
    """A value is stored that the client refuses, or that its reader cannot read.

    ## What it does
    Reports `None`, `True` and `False` as values of commands, and key patterns that are written in one form (JSON,
    pickle, MessagePack) and read in another.

    ## Why is this bad?
    redis-py takes text, bytes and numbers only: anything else raises `DataError` when the line is reached. A value
    of another form raises in the reader, or worse, gives something else.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def switch_on(name):
        client.set(f"flag:{name}", True, ex=60)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def switch_on(name):
        client.set(f"flag:{name}", 1, ex=60)
    ```

    ## Fix safety
    There is no fix: which text stands for the value is a decision.

    ## Known problems
    Only constants are seen, and forms that the code of the project encodes and decodes itself.

    ## References
    - [redis-py: encoder](https://github.com/redis/redis-py/blob/master/redis/_parsers/encoders.py)
    """

    code = "RED810"
    since = "0.2"
    severity = Severity.ERROR
    message = "The client refuses the value"
    help = "Store text, bytes or a number"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report constants that no client of redis-py or valkey-py encodes."""
        if not call.client.is_redis_py or not call.commands or call.client.module:
            return
        for argument in call.arguments:
            value = argument.constant
            if argument.parameter in _VALUES and not argument.splat and (value is None or isinstance(value, bool)):
                yield self.diagnostic(
                    call.path,
                    argument.span,
                    confidence=call.client.confidence,
                    message=f"{call.shown_command} with {value} raises DataError: it takes text, bytes and numbers",
                )

    def check_pattern(self, uses: PatternUses, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report patterns whose writers and readers use different forms."""
        written, read = uses.codecs_written, uses.codecs_read & _SERIALISED
        if not read or not written or not written <= _SERIALISED or written & read:
            return
        reader = next(use.call for use in uses.uses if use.call.reply_codec in read)
        writer = next(use.call for use in uses.uses if any(one.codecs for one in use.call.arguments))
        if not reader.production:
            return
        forms = [" and ".join(sorted(one.value for one in group)) for group in (written, read)]
        yield self.diagnostic(
            reader.path,
            reader.span,
            confidence=reader.client.confidence,
            message=f"{uses.pattern.display} is written as {forms[0]} and read as {forms[1]}",
            help="Read the value in the form in which it is written",
            related=(Related(writer.path, writer.span, "it is written here"),),
        )
