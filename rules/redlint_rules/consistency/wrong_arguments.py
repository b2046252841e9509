"""RED905."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.commands.methods import KeyShape, MethodSpec, ParameterKind
from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity, Span
from redlint.rule import ProjectModel, RedisCall, Rule

_LIBRARIES = ("redis", "valkey")


class WrongArguments(Rule):
    """The method does not take these arguments.

    ## What it does
    Reports calls that leave out an argument the method needs, or pass a keyword it does not have, and lists that are
    passed where keys are taken one by one (`delete([...])`).

    ## Why is this bad?
    The call raises `TypeError` or `DataError` when the line is reached.

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
    Unsafe: a star in front of the list passes its items, none where it is empty.

    ## Known problems
    Methods that clients do not have at all are not reported, and lists only where they are spelled out.

    ## References
    - [redis-py: commands](https://redis.readthedocs.io/en/stable/commands.html)
    """

    code = "RED905"
    since = "0.2"
    severity = Severity.ERROR
    message = "The method does not take these arguments"
    help = "Pass what the method takes"

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report lists among keys, missing arguments and unknown keywords."""
        spec, client = call.spec, call.client
        if (
            spec is None
            or client.library not in _LIBRARIES
            or call.through
            or call.alternatives
            or call.method == "__call__"
        ):
            return
        for argument in call.arguments:
            shape = spec.keys.get(argument.parameter or "")
            if (
                shape is KeyShape.VARARGS
                and not argument.splat
                and argument.text.startswith(("[", "("))
                and _is_list(argument.text)
            ):
                star = Edit(Span(argument.span.start, argument.span.start), "*")
                yield self.diagnostic(
                    call.path,
                    argument.span,
                    confidence=client.confidence,
                    message=f"`{call.method}` takes keys one by one: a list raises DataError",
                    fix=Fix(Applicability.UNSAFE, "Put a star in front of it", (star,)),
                )
        problem = _problem(call, spec)
        if problem:
            yield self.diagnostic(
                call.path, call.span, confidence=client.confidence, message=f"`{call.method}` {problem}: TypeError"
            )


def _is_list(text: str) -> bool:
    return text.endswith("]") if text.startswith("[") else False


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
