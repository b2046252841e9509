"""RED807."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import match_text
from redlint.model.text_uses import TextUse, TextUseKind
from redlint.rule import ModuleModel, ProjectModel, Rule

_HARMS: Mapping[TextUseKind, str] = {
    TextUseKind.COMPARED: "which never equals {other}",
    TextUseKind.AMONG: "which is never among {other}",
    TextUseKind.CONTAINS: "among which {other} never is",
    TextUseKind.LOOKED_UP: "and the dict has no key {other}",
    TextUseKind.KEY: "which is never a key of {other}",
    TextUseKind.ADDED: "and adding it to {other} raises TypeError",
    TextUseKind.METHOD: "whose methods raise TypeError for {other}",
    TextUseKind.DECODED: "so {other}() raises AttributeError",
    TextUseKind.FORMATTED: "and the argument becomes text like b'42', prefix and quotes included",
}


class BytesStrMismatch(Rule):
    """A reply that is `bytes` is used as `str`, or the reverse.

    ## What it does
    Reports replies of a client without `decode_responses=True` that are compared with a `str`, looked for among strings
    or in a dict with strings as keys, asked for a `str`, added to one, or put into an argument of a command by an
    f-string. Also `decode()` and `bytes` literals where the client has `decode_responses=True`. Silent where the
    options of the client are not known, where the code asks for the type of the value or handles the error, and where
    it compares with both.

    ## Why is this bad?
    `b"on" == "on"` is false in Python, without an error: the branch is never taken, the lock never released, the field
    never found. A key that is built from a reply is another key, `user:b'42'`. `decode()` of a `str` raises
    AttributeError.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def is_on(name):
        return client.get(f"switch:{name}") == "on"
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5, decode_responses=True)


    def is_on(name):
        return client.get(f"switch:{name}") == "on"
    ```

    ## Fix safety
    Unsafe: `decode()` is added to the reply, or removed; code that never ran before runs then. Where the reply may be
    `None`, and for collections, the literal becomes `b"on"` instead. Only displayed where neither can be done.

    ## Known problems
    A client made by `from_url` with a URL that is read from somewhere counts as not decoding, though the query of the
    URL might say so. Replies of pipelines, of pub/sub, of XREAD and of the methods of modules are not followed, and
    neither are values that pass through functions outside the project.

    ## References
    - [redis-py: encoding and decoding](https://redis.readthedocs.io/en/stable/connections.html)
    """

    code = "RED807"
    since = "0.2"
    severity = Severity.WARNING
    message = "The reply is of another type than what it is used with"
    help = "Construct the client with `decode_responses=True`, or call `decode()` on what it returns"

    def check_module(self, module: ModuleModel, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report the uses of replies as the type that they are not."""
        for use in module.text_uses:
            edits = match_text(use)
            advice = _advice(use)
            yield self.diagnostic(
                use.path,
                use.span,
                confidence=use.confidence,
                message=_message(use),
                help=None if use.is_bytes else "Use the reply as it is: the client has decoded it",
                fix=Fix(Applicability.DISPLAY, advice) if edits is None else Fix(Applicability.UNSAFE, advice, edits),
                related=_related(use),
            )


def _message(use: TextUse) -> str:
    key = f" of {use.call.keys[0].shown}" if use.call.keys else ""
    kind = "bytes" if use.is_bytes else "str"
    why = "without" if use.is_bytes else "with"
    other = use.other.rpartition(".")[2] if use.kind is TextUseKind.DECODED else use.other
    harm = _HARMS[use.kind].format(other=other)
    if use.kind is TextUseKind.CONTAINS and not use.is_collection:
        harm = f"and looking for {other} in it raises TypeError"
    return f"{use.call.shown_command}{key} gives {kind} {why} decode_responses, {harm}"


def _advice(use: TextUse) -> str:
    if use.kind is TextUseKind.DECODED:
        return f"Remove `{use.other.rpartition('.')[2]}()`"
    if not use.is_bytes:
        return "Make the literal a `str`"
    if use.is_collection or (use.may_be_none and use.literals):
        return "Make the literal `bytes`"
    return "Call `decode()` on the reply"


def _related(use: TextUse) -> tuple[Related, ...]:
    inside = use.path == use.call.path and use.span.start <= use.call.span.start < use.span.end
    return () if inside else (Related(use.call.path, use.call.span, "the reply comes from here"),)
