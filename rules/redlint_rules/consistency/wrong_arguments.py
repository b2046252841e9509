"""RED905."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from redlint.commands.methods import KeyShape, MethodSpec, ParameterKind, client_methods
from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity, Span
from redlint.model.events import CallArgument
from redlint.model.kinds import BlockKind
from redlint.rule import ModuleModel, ProjectModel, RedisCall, Rule

_TEXT = re.compile(r"[fF][rR]?[\"']|[rR][fF][\"']")
"""How a text with values in it begins."""


class WrongArguments(Rule):
    """The method does not take these arguments.

    ## What it does
    Reports calls that leave out an argument the method needs, or pass a keyword it does not have, lists that are passed
    where keys are taken one by one (`delete(keys)`), texts that are passed where a list of keys is taken, and methods
    that clients do not have, where the project says which redis-py it runs with (6.0 or later).

    ## Why is this bad?
    The call raises `TypeError`, `AttributeError` or `DataError` when the line is reached. A text in place of a list
    does not: every letter of it is taken for a key, and nothing is found.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def forget(user):
        client.unlink([f"name:{user}", f"mail:{user}"])
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def forget(user):
        client.unlink(f"name:{user}", f"mail:{user}")
    ```

    ## Fix safety
    Unsafe: a star in front of the list passes its items, none where it is empty; brackets make a list of one key.

    ## Known problems
    Methods are reported only for clients whose construction is seen, and not in `try` blocks; lists and texts only
    where it is certain that they are.

    ## References
    - [redis-py: commands](https://redis.readthedocs.io/en/stable/commands.html)
    """

    code = "RED905"
    since = "0.2"
    severity = Severity.ERROR
    message = "The method does not take these arguments"
    help = "Pass what the method takes"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report methods that no version has which the project may use."""
        versions = project.target
        if versions.client_at_least(redis="6.0") is not True or versions.client_at_least(redis="9") is True:
            return
        for one in module.missing_methods:
            if any(block.kind is BlockKind.TRY or "hasattr" in block.header for block in one.blocks):
                continue
            similar = get_close_matches(one.method, client_methods(), n=1, cutoff=0.8)
            hint = f"; did you mean `{similar[0]}`?" if similar else ""
            yield self.diagnostic(
                one.path,
                one.method_span,
                confidence=one.client.confidence,
                message=f"`{one.method}` is no method of a Redis client{hint}: AttributeError",
                help="Call a method that the client has",
            )

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report lists among keys, texts for lists, missing arguments and unknown keywords."""
        spec, client = call.spec, call.client
        if (
            spec is None
            or not client.is_redis_py
            or client.is_guessed
            or call.through
            or call.alternatives
            or call.method == "__call__"
        ):
            return
        for argument in call.arguments:
            shape, span = spec.keys.get(argument.parameter or ""), argument.span
            if shape is None or argument.splat:
                continue
            if shape is KeyShape.VARARGS and argument.is_container:
                message = f"`{call.method}` takes keys one by one: a list raises DataError"
                fix = Fix(Applicability.UNSAFE, "Put a star in front of it", (_put(span.start, "*"),))
            elif shape.splits_text and _is_text(argument):
                message = f"`{call.method}` takes a list of keys: of a text every letter is a key"
                fix = Fix(Applicability.UNSAFE, "Put brackets around it", (_put(span.start, "["), _put(span.end, "]")))
            else:
                continue
            yield self.diagnostic(call.path, span, confidence=client.confidence, message=message, fix=fix)
        problem = _problem(call, spec)
        if problem:
            yield self.diagnostic(
                call.path, call.span, confidence=client.confidence, message=f"`{call.method}` {problem}: TypeError"
            )


def _put(place: int, text: str) -> Edit:
    return Edit(Span(place, place), text)


def _is_text(argument: CallArgument) -> bool:
    """Whether an argument surely is a text of several letters."""
    if isinstance(argument.constant, str):
        return len(argument.constant) > 1
    return not argument.is_known and _TEXT.match(argument.text) is not None


def _problem(call: RedisCall, spec: MethodSpec) -> str:
    """What is missing or too much, in words; empty where nothing is, or that cannot be seen."""
    if call.has_unknown_arguments or any(argument.splat for argument in call.arguments) or call.client.is_cluster:
        return ""
    known = {parameter.name: parameter for parameter in spec.parameters}
    takes_any = any(parameter.kind is ParameterKind.VAR_KEYWORD for parameter in spec.parameters)
    unknown = [argument.keyword for argument in call.arguments if argument.keyword and argument.keyword not in known]
    if unknown and not takes_any:
        return f"has no argument `{unknown[0]}`"
    given = {argument.parameter for argument in call.arguments}
    if None in given:
        return ""
    for parameter in spec.parameters:
        is_plain = parameter.kind in (ParameterKind.POSITIONAL_OR_KEYWORD, ParameterKind.KEYWORD_ONLY)
        if is_plain and parameter.default is None and not parameter.since and parameter.name not in given:
            return f"needs `{parameter.name}`"
    return ""
