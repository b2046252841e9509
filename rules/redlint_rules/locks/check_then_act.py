"""RED508."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import add_keyword
from redlint.model.guards import is_under_lock
from redlint.model.keyspace import only_if_missing
from redlint.model.presence import Presence, presence
from redlint.model.sequences import same_key, same_server
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_ASKS = {"SET": "EXISTS", "SETEX": "EXISTS", "SADD": "SISMEMBER", "HSET": "HEXISTS"}
"""Commands that write, and those that ask before whether it is there already."""
_INSTEAD = {
    "SET": "`set(..., nx=True)`, whose reply tells whether the key was set",
    "SETEX": "`set(..., nx=True, ex=...)`, whose reply tells whether the key was set",
    "SADD": "the reply of SADD: the number of members that were not there before",
    "HSET": "`hsetnx`, whose reply tells whether the field was set",
}


class CheckThenAct(Rule):
    """A key is only written if it is not there, and both are asked in two steps.

    ## What it does
    Reports `SET` after `EXISTS`, `SADD` after `SISMEMBER` and `HSET` after `HEXISTS` of the same key in one function,
    where the write is only made if the check found nothing. Silent inside a lock or a transaction, and with `nx=True`.

    ## Why is this bad?
    Two processes can both find nothing, and both go on: the job runs twice, the name is given away twice. The server
    can check and write in one step, and its reply tells who was first.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def register(name, user):
        if not client.exists(f"name:{name}"):
            client.set(f"name:{name}", user, ex=86400)
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def register(name, user):
        return client.set(f"name:{name}", user, nx=True, ex=86400)
    ```

    ## Fix safety
    Unsafe: `nx=True` is added to `set`, so that it does nothing where another process was first; what the code does
    afterwards still runs. Other fixes are only displayed.

    ## Known problems
    A cache that is filled after a GET found nothing is normal, and not reported.

    ## References
    - [SET](https://redis.io/docs/latest/commands/set/)
    """

    code = "RED508"
    since = "0.2"
    severity = Severity.WARNING
    message = "Between the check and the write, another process may be first"
    help = "Check and write in one step, and look at the reply"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each write that is only made where a check found nothing."""
        for write in sequence.calls:
            check = _check_before(sequence, write) if _is_plain_write(sequence, write) else None
            if check is None:
                continue
            instead = _INSTEAD[write.command_name]
            edits = add_keyword(write, "nx", "True") if write.method == "set" else None
            applicability = Applicability.DISPLAY if edits is None else Applicability.UNSAFE
            yield self.diagnostic(
                write.path,
                write.span,
                confidence=min(write.client.confidence, check.client.confidence),
                message=(
                    f"{write.shown_command} comes after {check.shown_command} has found nothing: "
                    "another process may have written in between"
                ),
                related=(Related(check.path, check.span, "the check is here"),),
                help=f"Use {instead}",
                fix=Fix(applicability, f"Use {instead}", edits or ()),
            )


def _is_plain_write(sequence: CallSequence, call: RedisCall) -> bool:
    is_guarded = call.client.queues or is_under_lock(sequence, call) or only_if_missing(call)
    return call.command_name in _ASKS and len(call.keys) == 1 and not is_guarded


def _check_before(sequence: CallSequence, write: RedisCall) -> RedisCall | None:
    for check in sequence.before(write):
        if check.command_name != _ASKS[write.command_name] or len(check.keys) != 1 or check.client.queues:
            continue
        if not same_key(check.keys[0], write.keys[0]) or not same_server(check, write) or not _same_part(check, write):
            continue
        return check if presence(check, write) is Presence.MISSING else None
    return None


def _same_part(check: RedisCall, write: RedisCall) -> bool:
    """Whether both mean the same member or field; strings have none."""
    if write.command_name in ("SET", "SETEX"):
        return True
    asked = check.arguments[1].text if len(check.arguments) == 2 else ""
    return bool(asked) and any(argument.text == asked for argument in write.arguments[1:])
