"""RED207."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.table import TtlScope, TtlUnit
from redlint.diagnostic import Applicability, Diagnostic, Fix, Severity
from redlint.fixes import replace_argument
from redlint.model.events import CallArgument, Unknown
from redlint.rule import ProjectModel, RedisCall, Rule

_DELETING = frozenset({"EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"})
"""Commands that delete the key where the time is over; all others refuse a TTL below 1."""
_CONVERTING = frozenset({"aioredis"})
"""Libraries that make milliseconds of a float themselves."""
_UNITS = {
    TtlUnit.SECONDS: "seconds",
    TtlUnit.MILLISECONDS: "milliseconds",
    TtlUnit.UNIX_SECONDS: "seconds since 1970",
    TtlUnit.UNIX_MILLISECONDS: "milliseconds since 1970",
}
_YEAR = 365 * 24 * 60 * 60
_MINUTE_IN_MILLISECONDS = 60_000
_HOUR = 3600
_FIRST_TIMESTAMP = 1_000_000_000
_LAST_TIMESTAMP = 100_000_000_000


class InvalidTtl(Rule):
    """A TTL that the server refuses, that deletes the key at once, or that is given in the wrong unit.

    ## What it does
    Looks at the TTLs that are constants, and reports

    - those below 1: `SET`, `SETEX`, `PSETEX` and `GETEX` refuse them, `EXPIRE` and its like delete the key;
    - floats, booleans, and text that is no number, such as the value in `setex(name, value, time)`;
    - two TTLs for one key, such as `ex` and `px`;
    - milliseconds where seconds are expected (whole minutes that would last for more than ten years), whole
      hours in seconds where milliseconds are expected, and a duration where a point in time is expected.

    ## Why is this bad?
    A refused command stores nothing and raises `ResponseError` or `DataError` whenever it runs. A key whose time
    is over is gone at once: `EXPIRE` with -1 does not mean "never". In the wrong unit a key lives a thousand
    times too long or too short.

    ## Example
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, token):
        client.set(f"token:{user_id}", token, ex=-1)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()


    def remember(user_id, token):
        client.set(f"token:{user_id}", token, ex=3600)
    ```

    ## Fix safety
    Unsafe. Only swapped arguments of `setex` and `psetex` are put right: the call, which always failed before,
    then stores its value.

    ## Known problems
    Only constants are looked at: a `timedelta`, a setting or a computed TTL is not. Two TTLs are only reported
    where both are constants, since `None` is as good as not given. Whole years up to two hundred are taken to
    be meant. `RESTORE` and the TTLs of hash fields are left alone.

    ## References
    - [SET](https://redis.io/docs/latest/commands/set/)
    - [EXPIRE](https://redis.io/docs/latest/commands/expire/)
    """

    code = "RED207"
    since = "0.2"
    severity = Severity.ERROR
    message = "The server refuses this TTL"
    help = "Pass a whole number of at least 1, in the unit of the parameter"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the first TTL of the call that is wrong, or that there are two."""
        given = list(_constant_ttls(call))
        if len(given) > 1:
            names = " and ".join(argument.parameter or argument.text for argument, _ in given)
            message = f"{call.command_name} gets {names} for {_key(call)}: the client refuses to send it"
            yield self._found(call, message, None)
            return
        for argument, unit in given:
            problem = _problem(call, argument, unit)
            if problem:
                yield self._found(call, f"{call.command_name} {problem}", _swapped(call, argument))

    def _found(self, call: RedisCall, message: str, fix: Fix | None) -> Diagnostic:
        return self.diagnostic(call.path, call.span, confidence=call.client.confidence, message=message, fix=fix)


def _constant_ttls(call: RedisCall) -> Iterator[tuple[CallArgument, TtlUnit]]:
    """The arguments that give the key a TTL, or keep or remove one, as far as they are constants."""
    if call.spec is None or not call.command_name or call.command_name == "RESTORE":
        return
    for argument in call.arguments:
        parameter = call.spec.ttl.get(argument.parameter or "")
        if parameter is None or parameter.scope is not TtlScope.KEY or argument.splat or not argument.is_known:
            continue
        if argument.constant is not None and argument.constant is not False:
            yield argument, parameter.unit


def _problem(call: RedisCall, argument: CallArgument, unit: TtlUnit) -> str:
    """What is wrong with a TTL, in words that go on from the command; empty where nothing is."""
    value = argument.constant
    if unit not in _UNITS or isinstance(value, Unknown):
        return ""
    if isinstance(value, str | bytes):
        return "" if _is_number(value) else f"gets the text {argument.text} as the TTL of {_key(call)}, and fails"
    if isinstance(value, bool | float):
        if call.client.library in _CONVERTING:
            return ""
        return f"gets {argument.text} as the TTL of {_key(call)}, and fails: a TTL is a whole number"
    if value is None:
        return ""
    if value < 1:
        if call.command_name in _DELETING:
            return f"with {value} {_UNITS[unit]} deletes {_key(call)} at once"
        return f"with a TTL of {value} {_UNITS[unit]} is refused, and {_key(call)} is left as it was"
    return _wrong_unit(call, value, unit)


def _wrong_unit(call: RedisCall, value: int, unit: TtlUnit) -> str:
    if unit is TtlUnit.SECONDS and value > 10 * _YEAR and value % _MINUTE_IN_MILLISECONDS == 0:
        if value % _YEAR == 0 and value <= 200 * _YEAR:
            return ""
        return f"keeps {_key(call)} for {value // _YEAR} years: {value} looks like milliseconds, but counts as seconds"
    if unit is TtlUnit.MILLISECONDS and value % _HOUR == 0 and value % 1000:
        return f"keeps {_key(call)} for {value / 1000:g} s: {value} looks like seconds, but counts as milliseconds"
    if unit is TtlUnit.UNIX_SECONDS and value > _LAST_TIMESTAMP:
        return f"keeps {_key(call)} for thousands of years: {value} looks like milliseconds, but counts as seconds"
    first = _FIRST_TIMESTAMP if unit is TtlUnit.UNIX_SECONDS else _LAST_TIMESTAMP
    if unit in (TtlUnit.UNIX_SECONDS, TtlUnit.UNIX_MILLISECONDS) and value < first:
        return f"removes {_key(call)} at once: {value} {_UNITS[unit]} is long ago"
    return ""


def _is_number(value: str | bytes) -> bool:
    try:
        int(value)
    except ValueError:
        return False
    return True


def _key(call: RedisCall) -> str:
    key = call.keys[0] if call.keys else None
    if key is None:
        return "the key"
    return key.patterns[0].display if key.patterns else key.text


def _swapped(call: RedisCall, ttl: CallArgument) -> Fix | None:
    """Swap the value and the TTL of ``setex``, where the one is text and the other is a number of seconds."""
    value = call.argument("value")
    if value is None or not isinstance(ttl.constant, str | bytes) or value.splat or call.through:
        return None
    if isinstance(value.constant, bool) or not isinstance(value.constant, int) or value.constant < 1:
        return None
    first = replace_argument(call, ttl.parameter or "", value.text)
    second = replace_argument(call, "value", ttl.text)
    if first is None or second is None:
        return None
    return Fix(Applicability.UNSAFE, "Swap the value and the TTL", (*first, *second))
