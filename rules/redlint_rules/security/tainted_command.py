"""RED805."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Diagnostic, Related, Severity
from redlint.model.events import CallArgument, RequestInput
from redlint.model.kinds import Role
from redlint.rule import CallSequence, ModuleModel, ProjectModel, RedisCall, Rule

_LISTS_KEYS = frozenset({"KEYS", "SCAN"})
_ANY_COMMAND = "the command itself is taken from {}: whoever sends the request runs any command, FLUSHALL too"


class TaintedCommand(Rule):
    """Whoever sends a request to the program chooses what the server is told to do.

    ## What it does
    Reports values that come out of a web request and that nothing has checked, where they are

    - the name of a command: the first argument of `execute_command`, the name in `getattr(client, name)`,
    - the text of a script,
    - (part of) the pattern of `KEYS` or `SCAN`, and of the methods of a Django cache that send these,
    - a whole key, without a prefix in front (as a warning).

    Requests are those of Flask, Django, the Django REST framework, FastAPI, Starlette and aiohttp. Values are followed
    through variables and through functions of the project. A value counts as checked when the code compares it with
    anything, converts it (`int`, `UUID`, an `Enum`, the annotation of a parameter), matches it, or hands it to any
    other function before. Functions that say in their names, decorators, parameters or conditions that they are for
    administrators are left out.

    ## Why is this bad?
    A client has one account on the server, and that may read and delete everything in the database. A visitor who
    chooses the command, or a script, has all of that; `*` in a pattern, or the name of a key that is not theirs, has
    the data of all others.

    ## Example
    ```python
    import redis
    from flask import Flask, request

    app = Flask(__name__)
    client = redis.Redis(decode_responses=True, socket_timeout=5)


    @app.get("/carts")
    def carts():
        return list(client.scan_iter(match=f"cart:{request.args['user']}:*", count=1000))
    ```

    ## Use instead
    ```python
    import uuid

    import redis
    from flask import Flask, request

    app = Flask(__name__)
    client = redis.Redis(decode_responses=True, socket_timeout=5)


    @app.get("/carts")
    def carts():
        user = uuid.UUID(request.args["user"])
        return list(client.scan_iter(match=f"cart:{user}:*", count=1000))
    ```

    ## Fix safety
    There is no fix: which values are good is the program's to say.

    ## Known problems
    Whether a check is a good one is not looked at. That a page is for administrators is told by words such as `admin`,
    `staff` and `permission` only. Values are not followed through attributes, `**options` and more than
    one file that does not hold a client.

    ## References
    - [Redis security](https://redis.io/docs/latest/operate/oss_and_stack/management/security/)
    - [KEYS](https://redis.io/docs/latest/commands/keys/)
    """

    code = "RED805"
    since = "0.2"
    severity = Severity.ERROR
    message = "What the server is told to do is taken from a request"
    help = "Check the value against those that are allowed first"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report commands, scripts and patterns that a visitor chooses."""
        for argument in call.arguments:
            told = _told(call, argument) if argument.requested is not None else ""
            if argument.requested is not None and told:
                yield self._found(call, argument.requested, told.format(argument.requested.text), self.severity)
                return

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report keys that a visitor chooses, each at the first command of a function."""
        seen: set[tuple[str, str]] = set()
        for call in sequence.calls:
            for key in call.keys if call.production and call.client.role is not Role.CACHE else ():
                chosen = key.requested
                if chosen is None or not chosen.is_whole or (chosen.place.path, chosen.text) in seen:
                    continue
                seen.add((chosen.place.path, chosen.text))
                told = f"takes its whole key from {chosen.text}: a visitor names any key of the database"
                yield self._found(call, chosen, f"{call.shown_command} {told}", Severity.WARNING)

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report methods that are looked up by a name which a visitor chooses."""
        for chosen in module.chosen_methods:
            if chosen.production:
                yield self.diagnostic(
                    chosen.path,
                    chosen.span,
                    confidence=chosen.client.confidence,
                    message=_ANY_COMMAND.format(chosen.requested.text).capitalize(),
                )

    def _found(self, call: RedisCall, chosen: RequestInput, message: str, severity: Severity) -> Diagnostic:
        is_elsewhere = chosen.place.path != call.path or not call.span.start <= chosen.place.span.start < call.span.end
        read = Related(chosen.place.path, chosen.place.span, "read from the request here")
        return self.diagnostic(
            call.path,
            call.span,
            confidence=call.client.confidence,
            message=message[0].upper() + message[1:],
            severity=severity,
            help="Put a prefix in front that is only for such keys" if severity is Severity.WARNING else None,
            related=(read,) if is_elsewhere else (),
        )


def _told(call: RedisCall, argument: CallArgument) -> str:
    """What a visitor decides by an argument, with a place for where it is read; empty for mere values and keys."""
    position = call.arguments.index(argument)
    if call.is_raw:
        before = call.arguments[position - 1].constant if position else None
        if position == 0:
            return _ANY_COMMAND
        is_glob = call.command_name == "KEYS" or (call.command_name == "SCAN" and str(before).upper() == "MATCH")
        is_script = call.command_name == "EVAL" and position == 1
    else:
        is_glob = any(command.name in _LISTS_KEYS for command in call.sent)
        is_script = argument.parameter in ("script", "code")
    if is_script:
        return f"{call.shown_command} runs code that is taken from {{}}: whoever sends the request may read all keys"
    if not is_glob or argument.splat:
        return ""
    names = " and ".join(command.name for command in call.sent)
    return f"{names} matches what is taken from {{}}: with a * in it the keys of all others are meant as well"
