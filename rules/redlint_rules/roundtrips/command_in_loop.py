"""RED601."""

from __future__ import annotations

from collections.abc import Iterator

from redlint.diagnostic import Applicability, Diagnostic, Fix, Related, Severity
from redlint.fixes import comprehension_of, queue_loop, replace_comprehension, replace_loop
from redlint.model.cursors import works_on_page
from redlint.model.keyspace import only_if_missing
from redlint.model.kinds import BlockKind, Role
from redlint.rule import CallSequence, ProjectModel, RedisCall, Rule

_FEW_ITEMS = 3
_LISTS_KEYS = frozenset({"KEYS", "SCAN"})
"""A pipeline with a command for every key there is grows without bound: how many make a batch is a decision."""

_SET_UP = frozenset({"XGROUP", "XINFO"})
"""Commands that are sent once for each stream of a program, not for each entry."""


class CommandInLoop(Rule):
    """One command is sent for each item of a collection.

    ## What it does
    Reports commands in `for` loops and comprehensions that work on the items of the loop, on a client that sends each
    at once. One finding for each loop, at its first command. Silent where an iteration may end the loop, waits on
    purpose, asks another server each time, sends a batch, or does something else with the item; below a condition that
    names a cluster, in `except` blocks and branches that are done with the item, in code that runs once per process,
    and for loops over at most three constants.

    ## Why is this bad?
    Each command waits for its reply before the next one is sent. In one data center that is about half a millisecond,
    for a command that takes the server a microsecond: a thousand items take half a second instead of some
    milliseconds. A pipeline sends all commands together, and many commands take several keys.

    ## Example
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def names(user_ids):
        return [client.get(f"name:{user_id}") for user_id in user_ids]
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis(socket_timeout=5)


    def names(user_ids):
        with client.pipeline(transaction=False) as pipe:
            for user_id in user_ids:
                pipe.get(f"name:{user_id}")
            return pipe.execute()
    ```

    ## Fix safety
    Unsafe: `[client.get(key) for key in keys]` becomes `mget`, which replies `None` for keys of other types instead of
    an error, fields of one hash become `hmget`, and a loop that only deletes becomes one `unlink`. Commands of a `for`
    loop whose replies nobody looks at are queued on a pipeline, which is executed after the loop: when one of them
    fails, the others are sent all the same, and when the loop raises, none is. All items are sent at once, so that a
    large collection makes a large command. On a cluster, for all keys there are, and for anything else, the fix is
    only displayed.

    ## Known problems
    A `while` loop counts only through the `for` loop inside it that works on the items of a page. Calls of functions
    that send the command are not looked at. The number of items cannot be seen: for very few of them the loop does no
    harm.

    ## References
    - [Pipelining](https://redis.io/docs/latest/develop/using-commands/pipelining/)
    """

    code = "RED601"
    since = "0.2"
    severity = Severity.WARNING
    message = "One command for each item: every one waits for a round trip"
    help = "Queue the commands on a pipeline, or use a command that takes several keys"

    def check_scope(self, sequence: CallSequence, project: ProjectModel) -> Iterator[Diagnostic]:
        """Report each loop once, at the first command that is sent for each of its items."""
        loops: dict[int, list[RedisCall]] = {}
        for call in sequence.calls:
            if call.loop is not None and _is_repeated(call):
                loops.setdefault(call.loop.number, []).append(call)
        for first, *others in loops.values():
            over = first.loop.over if first.loop is not None else ""
            yield self.diagnostic(
                first.path,
                first.span,
                confidence=first.client.confidence,
                message=f"{first.shown_command} is sent for each item of `{over}`, and each waits for its reply",
                related=tuple(Related(other.path, other.span, f"so is {other.shown_command}") for other in others),
                fix=_fix(first, tuple(call for call in sequence.calls if _is_in_loop(call, first))),
            )


def _is_repeated(call: RedisCall) -> bool:
    """Whether a call waits for a reply in each round, for no other reason than that nobody batched it."""
    loop = call.loop
    if loop is None or loop.is_endless or loop.leaves or loop.waits or loop.receiver_varies:
        return False
    origin = call.client.origin
    if origin is not None and origin.path == call.path and loop.span.start <= origin.span.start < loop.span.end:
        return False
    if not call.commands or call.client.role not in (Role.CLIENT, Role.CLUSTER, Role.MODULE):
        return False
    if any(client.queues or (client.parent and client.parent.queues) for client in (call.client, *call.alternatives)):
        return False
    if call.client.is_async and not call.awaited:
        return False  # handed to something that awaits all at once
    if any(command.blocking for command in call.commands) or only_if_missing(call):
        return False
    if any(key.many for key in call.keys) or any(argument.splat for argument in call.arguments):
        return False  # a batch for each round
    if call.asks_for_cluster or call.scope.runs_once or any(command.words[0] in _SET_UP for command in call.commands):
        return False
    if any(block.kind is BlockKind.EXCEPT or block.exits for block in call.blocks):
        return False  # a case that is rare, and done with
    if loop.works or (loop.works_before and not all(command.readonly for command in call.commands)):
        return False
    items = next((block.items for block in call.blocks if block.number == loop.number), None)
    return items is None or items > _FEW_ITEMS


def _is_in_loop(call: RedisCall, first: RedisCall) -> bool:
    return first.loop is not None and first.loop.span.start <= call.span.start < first.loop.span.end


def _fix(first: RedisCall, calls: tuple[RedisCall, ...]) -> Fix:
    """One command that takes several keys, else a pipeline for the ``calls`` of the loop."""
    one_command = _as_one_command(first) if len(calls) == 1 else None
    if one_command is not None:
        return one_command
    is_all_keys = first.loop is not None and first.loop.from_command in _LISTS_KEYS
    if (not is_all_keys or works_on_page(first)) and (edits := queue_loop(calls)) is not None:
        return Fix(Applicability.UNSAFE, "Queue the commands on a pipeline, and execute it after the loop", edits)
    return Fix(Applicability.DISPLAY, "Queue the commands on a pipeline, and execute it after the loop")


def _as_one_command(first: RedisCall) -> Fix | None:
    loop = first.loop
    if loop is None or first.client.role is not Role.CLIENT or not loop.over.isidentifier():
        return None
    over, receiver = loop.over, first.receiver
    item = comprehension_of(first)
    arguments = [argument.text for argument in first.arguments]
    if first.method == "delete":
        edits = replace_loop(first, f"if {over}:", f"{receiver}.unlink(*{over})")
        description = "Delete all keys with one `unlink`"
    elif item and first.method == "get" and arguments == [item]:
        edits = replace_comprehension(first, f"{receiver}.mget({over})", over)
        description = "Read all keys with one `mget`"
    elif item and first.method == "hget" and len(arguments) == 2 and arguments[1] == item and item not in arguments[0]:
        edits = replace_comprehension(first, f"{receiver}.hmget({arguments[0]}, {over})", over)
        description = "Read all fields with one `hmget`"
    else:
        return None
    return Fix(Applicability.UNSAFE, description, edits) if edits is not None else None
