"""Edits of Redis calls, for the fixes of rules.

Every builder returns the edits, or ``None`` where it is not sure that the result is what was meant: then a
rule offers no fix, or only a suggestion.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

from redlint.diagnostic import Edit, Span
from redlint.model.events import CallArgument, ClientCreation, RedisCall, Scope
from redlint.model.kinds import BlockKind, Role, Usage
from redlint.model.late_expiry import LateExpiry
from redlint.model.text_uses import TextUse, TextUseKind
from redlint.source import SourceText

_AFTER_LAST_ARGUMENT = re.compile(r"(?:[\s)\\])*(?:,[\s\\]*)?\)")
_NO_ARGUMENTS = re.compile(r"\s*\(\s*\)")
_SET_ARGUMENTS = frozenset({"name", "value", "nx", "xx"})
_NEWLINE = r"(?:\r\n|\r|\n)"
_DECODING = re.compile(r"[\s)]*(?P<decoding>\.\s*(?:de|en)code\(.*\))", re.DOTALL)
_PLAIN_LITERAL = re.compile(r"b?(?:'[ -&(-\[\]-~]*'|\"[ !#-\[\]-~]*\")")
_WORD_CHARACTER = re.compile(r"\w")
_ATOMS = (
    *(ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.JoinedStr),
    *(ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp),
)

ImportedName = tuple[str, str]
"""A name that an import binds, and what it is bound to."""


def rename_method(call: RedisCall, name: str) -> tuple[Edit, ...] | None:
    """Call another method with the same arguments."""
    return (Edit(call.method_span, name),) if _is_plain(call) else None


def add_keyword(call: RedisCall, name: str, text: str) -> tuple[Edit, ...] | None:
    """Pass ``name=text`` after all other arguments.

    ``None`` if the argument may be given already, and for calls with a comment between their parentheses.
    """
    if not _is_plain(call) or call.has_unknown_arguments or _has_comment(call.source, _parentheses(call)):
        return None
    if any(name in (argument.keyword, argument.parameter) for argument in call.arguments):
        return None
    edit = _first_argument(call, name, text) if not call.arguments else _next_argument(call, name, text)
    return (edit,) if edit is not None and _is_valid(call, edit) else None


def add_option(creation: ClientCreation, name: str, text: str) -> tuple[Edit, ...] | None:
    """Construct a client with one keyword more; ``None`` where that does not make a valid call."""
    source, span = creation.source, creation.span
    call = source.slice(span)
    inside = call[: call.rfind(")")].rstrip()
    if not call.endswith(")") or "#" in call:
        return None
    separator = "" if inside.endswith("(") else " " if inside.endswith(",") else ", "
    edited = f"{inside}{separator}{name}={text})"
    if _parsed_expression(edited) is None:
        return None
    return (Edit(Span(span.start + len(inside), span.end), f"{separator}{name}={text})"),)


def remove_option(creation: ClientCreation, name: str) -> tuple[Edit, ...] | None:
    """Construct a client without a keyword; ``None`` where the call does not give it, or has comments in it."""
    call = creation.source.slice(creation.span)
    tree = _parsed(call) if call.isascii() and "#" not in call else None
    statement = tree.body[0] if tree is not None and len(tree.body) == 1 else None
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    rows = [0]
    for line in call.splitlines(keepends=True):
        rows.append(rows[-1] + len(line))
    given: list[ast.expr | ast.keyword] = [*statement.value.args, *statement.value.keywords]
    starts = [rows[one.lineno - 1] + one.col_offset for one in given]
    found = next((n for n, one in enumerate(given) if isinstance(one, ast.keyword) and one.arg == name), None)
    if found is None or starts != sorted(starts):
        return None
    start, option = starts[found], given[found]
    end = rows[(option.end_lineno or 1) - 1] + (option.end_col_offset or 0)
    if found + 1 < len(given):
        end = starts[found + 1]
    elif found > 0:
        start = len(call[:start].rstrip().removesuffix(",").rstrip())
    if _parsed_expression(call[:start] + call[end:]) is None:
        return None
    return (Edit(Span(creation.span.start + start, creation.span.start + end), ""),)


def replace_argument(call: RedisCall, parameter: str, text: str) -> tuple[Edit, ...] | None:
    """Pass another value for a parameter that is given by itself; a keyword in front of it stays."""
    argument = call.argument(parameter)
    if argument is None or not _is_plain(call) or _has_comment(call.source, argument.span):
        return None
    edit = Edit(argument.span, text)
    return (edit,) if _is_valid(call, edit) else None


def replace_call(call: RedisCall, text: str) -> tuple[Edit, ...] | None:
    """Put another expression in place of the call; an ``await`` around it stays."""
    return _replace(call, call.span, text)


def replace_awaited(call: RedisCall, text: str) -> tuple[Edit, ...] | None:
    """Put another expression in place of the call, its ``await`` and the parentheses around them."""
    return _replace(call, call.outer_span, text) if call.awaited else None


def replace_around(call: RedisCall, function: str, text: str) -> tuple[Edit, ...] | None:
    """Put another expression in place of ``function(call)``; an ``await`` of the call is kept.

    ``None`` where something else stands between the parentheses.
    """
    if call.through or not _is_on_receiver(call):
        return None
    source, span = call.source.text, call.outer_span
    before = re.search(rf"(?<![\w.]){function}\(\s*$", source[: span.start])
    after = re.compile(r"\s*\)").match(source, span.end)
    if before is None or after is None or _has_comment(call.source, Span(before.start(), after.end())):
        return None
    wait = "await " if call.awaited else ""
    return (Edit(Span(before.start(), after.end()), f"{wait}{text}"),)


def match_text(use: TextUse) -> tuple[Edit, ...] | None:
    """Make a reply and what it is used with text of one type: ``decode()`` put in or taken out, or other literals.

    A reply that may be ``None`` is left as it is where that makes no error: there the literal becomes ``b"x"``.
    ``None`` where neither can be done.
    """
    source = use.source
    if use.kind is TextUseKind.DECODED:
        rest = _DECODING.fullmatch(source.slice(Span(use.reply.end, use.span.end)))
        return (Edit(Span(use.reply.end + rest.start("decoding"), use.span.end), ""),) if rest is not None else None
    keeps_none = use.may_be_none and use.kind not in (TextUseKind.ADDED, TextUseKind.METHOD)
    if not use.is_bytes or use.is_collection or keeps_none:
        return _other_literals(source, use)
    text = source.slice(use.reply)
    return (Edit(use.reply, f"{text}.decode()" if use.is_atom else f"({text}).decode()"),)


def _other_literals(source: SourceText, use: TextUse) -> tuple[Edit, ...] | None:
    """The literals with the prefix that makes them the type of the reply; only plain ones."""
    edits: list[Edit] = []
    for span in use.literals:
        text = source.slice(span)
        if not _PLAIN_LITERAL.fullmatch(text) or text.startswith("b") == use.is_bytes:
            return None
        edits.append(Edit(span, f"b{text}" if use.is_bytes else text.removeprefix("b")))
    return tuple(edits) or None


def remove_statement(call: RedisCall) -> tuple[Edit, ...] | None:
    """Remove the statement that the call alone is; ``pass`` takes its place where no other is in the block.

    ``None`` where the call is a part of something, or shares its rows with other code or a comment.
    """
    source, span = call.source, call.outer_span
    row, last = source.location(span.start).row, source.location(span.end).row
    begin = source.row_start(row)
    end = source.row_start(last + 1) if last < source.rows else len(source.text)
    if call.through or source.slice(Span(begin, span.start)).strip() or source.slice(Span(span.end, end)).strip():
        return None
    block = _block_with_row(source, row)
    if block is None or not isinstance(block[0], ast.Expr):
        return None
    return (Edit(span, "pass"),) if block[1] == 1 else (Edit(Span(begin, end), ""),)


def set_with_expiry(late: LateExpiry) -> tuple[Edit, ...] | None:
    """Give a ``set`` or ``setnx`` the TTL of the EXPIRE that comes later, and remove that statement.

    ``None`` for other writes, and where the expiry is a part of something.
    """
    write, expiry, option = late.write, late.expiry, late.set_option
    ttl = expiry.argument("time")
    if not option or ttl is None or write.client.queues or expiry.receiver != write.receiver:
        return None
    if expiry.usage is not Usage.DISCARDED or write.has_unknown_arguments:
        return None
    if any(argument.parameter not in _SET_ARGUMENTS for argument in write.arguments):
        return None  # with ifeq= the write may fail where EXPIRE does not
    written = add_keyword(write, option, ttl.text)
    if write.method == "setnx":
        written = _setnx_as_set(write, f"nx=True, {option}={ttl.text}")
    elif write.method != "set":
        return None
    removed = remove_statement(expiry)
    return (*written, *removed) if written is not None and removed is not None else None


def _setnx_as_set(write: RedisCall, options: str) -> tuple[Edit, ...] | None:
    if any(argument.keyword for argument in write.arguments):
        return None
    arguments = ", ".join(argument.text for argument in write.arguments)
    return replace_call(write, f"{write.receiver}.set({arguments}, {options})")


def insert_before(call: RedisCall, statement: str) -> tuple[Edit, ...] | None:
    """Put a statement into a row of its own in front of the one that is nothing but this call."""
    begin = call.source.row_start(call.source.location(call.outer_span.start).row)
    indent = call.source.slice(Span(begin, call.outer_span.start))
    if not _is_statement(call) or indent.strip():
        return None
    return (Edit(Span(begin, begin), f"{indent}{statement}\n"),)


def count_in_one_step(read: RedisCall, write: RedisCall) -> tuple[Edit, ...] | None:
    """Make ``n = int(client.get(key) or 0)`` and ``client.set(key, n + 1)`` in the next row one ``incrby``.

    ``None`` for any other shape, and where the function uses the number for anything else: other options of SET, such
    as a TTL, would be lost.
    """
    source = read.source
    row = source.location(read.outer_span.end).row
    if row != source.location(read.outer_span.start).row:
        return None
    begin, end = source.row_start(row), source.row_start(row + 1) if row < source.rows else len(source.text)
    before, after = source.slice(Span(begin, read.outer_span.start)), source.slice(Span(read.outer_span.end, end))
    opening = re.fullmatch(r"[ \t]*(?P<name>[^\W\d]\w*) = int\(", before)
    if opening is None or not re.fullmatch(r"(?: or 0)?\)\s*", after) or read.receiver != write.receiver:
        return None
    if source.location(write.outer_span.start).row != row + 1 or not _is_statement(write) or len(write.arguments) != 2:
        return None
    name, value = opening["name"], write.argument("value")
    step = re.fullmatch(rf"{name} (?P<sign>[+-]) (?P<step>\d+|[^\W\d]\w*)", value.text) if value is not None else None
    inside = source.slice(read.scope.span)
    if step is None or write.method != "set" or len(re.findall(rf"\b{name}\b", inside)) != 2:
        return None
    method = "incrby" if step["sign"] == "+" else "decrby"
    call = f"{write.receiver}.{method}({write.keys[0].text}, {step['step']})"
    changed = replace_call(write, call)
    return (Edit(Span(begin, end), ""), *changed) if changed is not None else None


def queue_together(first: RedisCall, second: RedisCall) -> tuple[Edit, ...] | None:
    """Queue two statements that follow each other on one transaction pipeline, and execute it.

    ``None`` where one of them is a part of something, for other things than a client of its own, with text over
    several rows, and where the name ``pipe`` stands in the function already.
    """
    source, scope = first.source, first.scope
    if first.receiver != second.receiver or {first.awaited, second.awaited} != {first.client.is_async}:
        return None
    if first.client.role is not Role.CLIENT or re.search(r"\bpipe\b", source.slice(scope.span)):
        return None
    begin = source.row_start(source.location(first.outer_span.start).row)
    indent = source.slice(Span(begin, first.outer_span.start))
    if indent.strip() or any(not _is_statement(call) for call in (first, second)):
        return None
    last = source.location(second.outer_span.end).row
    row_end = source.row_start(last + 1) if last < source.rows else len(source.text)
    end = begin + len(source.text[begin:row_end].rstrip())
    starts = [source.row_start(row) for row in range(source.location(begin).row + 1, last + 1)]
    wait = "await " if first.awaited else ""
    opening = f"{'async ' if wait else ''}with {first.receiver}.pipeline() as pipe:\n{indent}    "
    return (
        Edit(Span(first.outer_span.start, _end_of_receiver(first)), f"{opening}pipe"),
        *(Edit(Span(start, start), "    ") for start in starts if source.text[start] not in "\r\n"),
        Edit(Span(second.outer_span.start, _end_of_receiver(second)), "pipe"),
        Edit(Span(end, end), f"\n{indent}    {wait}pipe.execute()"),
    )


def queue_first_expiry(late: LateExpiry) -> tuple[Edit, ...] | None:
    """Queue ``count = incr(key)`` and the ``expire`` under ``if count == 1`` on one transaction pipeline.

    ``expire`` gets ``nx=True`` instead of the test (server 7.0 and later). ``None`` for any other form.
    """
    write, expiry = late.write, late.expiry
    source, scope = write.source, write.scope
    if write.receiver != expiry.receiver or {write.awaited, expiry.awaited} != {write.client.is_async}:
        return None
    if write.client.role is not Role.CLIENT or re.search(r"\bpipe\b", source.slice(scope.span)):
        return None
    if late.set_option == "" or expiry.usage is not Usage.DISCARDED or not all(map(_is_on_receiver, (write, expiry))):
        return None
    begin = source.row_start(source.location(write.outer_span.start).row)
    last = source.location(expiry.outer_span.end).row
    end = source.row_start(last + 1) if last < source.rows else len(source.text)
    name = re.escape(write.consumer)
    opening = re.fullmatch(rf"(?P<indent>[ \t]*){name} = ", source.slice(Span(begin, write.outer_span.start)))
    between = source.slice(Span(write.outer_span.end, expiry.outer_span.start))
    test = re.fullmatch(
        rf"[ \t]*(#[^\r\n]*)?{_NEWLINE}(?P<test>(?P<indent>[ \t]*)if {name} == 1:[ \t]*{_NEWLINE}[ \t]*)", between
    )
    rest, further = source.slice(Span(expiry.outer_span.end, end)), source.text[end:]
    limited = add_keyword(expiry, "nx", "True")
    if opening is None or test is None or limited is None or test["indent"] != opening["indent"]:
        return None
    indent = opening["indent"]
    if expiry.blocks[0].span.end > end or re.match(rf"\s*{indent}(else|elif)\b", further):
        return None
    is_in_one_row = all(not re.search(_NEWLINE, source.slice(call.span)) for call in (write, expiry))
    if not is_in_one_row or (rest.strip() and not rest.lstrip().startswith("#")):
        return None
    inner, wait = f"{indent}    ", "async " if write.awaited else ""
    replies = "(await pipe.execute())" if wait else "pipe.execute()"
    row_end = end - len(rest) + len(rest.rstrip())
    return (
        Edit(
            Span(begin + len(indent), _end_of_receiver(write)),
            f"{wait}with {write.receiver}.pipeline() as pipe:\n{inner}pipe",
        ),
        Edit(Span(write.outer_span.end + test.start("test"), _end_of_receiver(expiry)), f"{inner}pipe"),
        *limited,
        Edit(Span(row_end, row_end), f"\n{inner}{write.consumer} = {replies}[0]"),
    )


def append_to_with(call: RedisCall, text: str) -> tuple[Edit, ...] | None:
    """Add a statement about the receiver of a call to the end of the innermost ``with`` block around it.

    ``None`` where there is no such block, or where its end is no longer about the same receiver.
    """
    block = next((block for block in call.blocks if block.kind is BlockKind.WITH), None)
    if block is None or any(place <= block.span.end for place in call.receiver_rebound):
        return None
    source = call.source
    last = source.location(block.span.end).row
    end = source.row_start(last + 1) if last < source.rows else len(source.text)
    first = re.match(
        rf":[^\r\n]*{_NEWLINE}(?:[ \t]*(?:#[^\r\n]*)?{_NEWLINE})*(?P<indent>[ \t]+)", source.slice(block.span)
    )
    if first is None:
        return None
    place = end - len(source.text[:end]) + len(source.text[:end].rstrip("\r\n"))
    return (Edit(Span(place, place), f"\n{first['indent']}{text}"),)


def comprehension_of(call: RedisCall) -> str:
    """The variable of the list comprehension that is ``[client.get(key) for key in keys]`` and no more.

    Empty where the call is no such element, or the comprehension has conditions.
    """
    found = _comprehension(call)
    return found[0] if found is not None else ""


def replace_comprehension(call: RedisCall, text: str, over: str) -> tuple[Edit, ...] | None:
    """Make one call instead of the comprehension, none where there are no items; an ``await`` is kept."""
    found = _comprehension(call)
    if found is None or not _is_on_receiver(call):
        return None
    wait = "await " if call.awaited else ""
    return (Edit(found[1], f"({wait}{text} if {over} else [])"),)


def replace_loop(call: RedisCall, test: str, text: str) -> tuple[Edit, ...] | None:
    """Make one call under a test instead of a ``for`` loop that does nothing but make the call for each item.

    ``None`` where the loop does more, has an ``else``, or the call is made of more than its variable.
    """
    loop = call.loop
    if loop is None or loop.kind is not BlockKind.FOR or call.usage is not Usage.DISCARDED or not _is_on_receiver(call):
        return None
    source = call.source
    row = source.location(loop.span.start).row
    begin = source.row_start(row)
    heading = source.text[begin : loop.span.start]
    header = re.fullmatch(rf"(?P<indent>[ \t]*)for (?P<item>\w+) in {re.escape(loop.over)}", heading)
    body = source.text[loop.span.start : call.outer_span.start]
    if header is None or not re.fullmatch(rf":[ \t]*{_NEWLINE}[ \t]*", body) or loop.span.end > call.outer_span.end:
        return None
    if [argument.text for argument in call.arguments] != [header["item"]]:
        return None
    indent = header["indent"]
    after = re.compile(rf"(?P<rest>[^\r\n]*)(?:{_NEWLINE}\s*)?(?P<else>{indent}else\b)?").match(
        source.text, call.outer_span.end
    )
    if after is None or after["else"] or (after["rest"].strip() and not after["rest"].lstrip().startswith("#")):
        return None
    wait = "await " if call.awaited else ""
    return (Edit(Span(begin + len(indent), call.outer_span.end), f"{test}\n{indent}    {wait}{text}"),)


def queue_loop(calls: tuple[RedisCall, ...]) -> tuple[Edit, ...] | None:
    """Queue all the commands of a ``for`` loop on one pipeline without a transaction, and execute it after the loop.

    ``None`` where one of them is a part of something or stands in a ``try`` of the loop, for other things than one
    client of its own, where the loop does more with that client or has an ``else``, and where the name ``pipe`` stands
    in the function already.
    """
    first = calls[0]
    loop, source, receiver = first.loop, first.source, first.receiver
    if loop is None or loop.kind is not BlockKind.FOR or re.search(r"\bpipe\b", source.slice(first.scope.span)):
        return None
    if not all(call.receiver == receiver and _may_be_queued(call, loop.number) for call in calls):
        return None
    begin = source.row_start(source.location(loop.span.start).row)
    heading = re.match(r"(?P<indent>[ \t]*)(?:async[ ]+)?for\b", source.slice(Span(begin, loop.span.start)))
    last = source.location(loop.span.end).row
    row_end = source.row_start(last + 1) if last < source.rows else len(source.text)
    rest = source.slice(Span(loop.span.end, row_end))
    if heading is None or (rest.strip() and not rest.lstrip().startswith("#")):
        return None
    indent, root = heading["indent"], receiver.partition(".")[0]
    in_loop = source.slice(loop.span)
    is_bound = re.search(rf"(?<!\.)\b{root}\b(?!\.)|{re.escape(receiver)}(?!\.)\b", in_loop) is not None
    if is_bound or re.match(rf"(?:\s*#[^\r\n]*)*\s*{_NEWLINE}?{indent}else\b", source.text[row_end:]):
        return None
    wait = "await " if first.awaited else ""
    end = row_end - len(rest) + len(rest.rstrip())
    return (
        Edit(Span(begin, begin), f"{indent}pipe = {receiver}.pipeline(transaction=False)\n"),
        *(Edit(Span(call.outer_span.start, _end_of_receiver(call)), "pipe") for call in calls),
        Edit(Span(end, end), f"\n{indent}{wait}pipe.execute()"),
    )


def _may_be_queued(call: RedisCall, loop: int) -> bool:
    """Whether a call in a loop is a statement that a pipeline of its client can take, with a reply nobody looks at."""
    if call.client.role is not Role.CLIENT or not call.client.is_redis_py or call.alternatives or not call.commands:
        return False
    if call.spec is None or not call.spec.in_pipeline or call.client.is_guessed:
        return False
    if call.usage is not Usage.DISCARDED or call.awaited is not call.client.is_async or not _is_statement(call):
        return False
    if not re.fullmatch(r"\w+(?:\.\w+)*", call.receiver):
        return False
    numbers = [block.number for block in call.blocks]
    if loop not in numbers:
        return False
    inside = call.blocks[: numbers.index(loop)]
    is_handled = any(block.kind in (BlockKind.TRY, BlockKind.EXCEPT, BlockKind.FINALLY) for block in inside)
    before = call.source.slice(Span(call.outer_span.start, call.span.start))
    return not is_handled and "(" not in before


def enter_for_rest(call: Span, scope: Scope, source: SourceText) -> tuple[Edit, ...] | None:
    """Make ``name = call`` in an ``async def`` an ``async with`` around the statements after it in its block.

    ``None`` where the name is bound anywhere else in the function or used after that block, in generators, and where
    a text goes over several rows, which further indentation would change.
    """
    tree = _parsed(source.text)
    row = source.location(call.start).row
    function = _function_in_row(tree, source.location(scope.name_span.start).row) if tree is not None else None
    if function is None or scope.is_generator:
        return None
    found = next(
        (
            (block, number)
            for block in _blocks_of(function)
            for number, one in enumerate(block)
            if one.lineno <= row <= (one.end_lineno or one.lineno) and isinstance(one, ast.Assign)
        ),
        None,
    )
    if found is None or found[1] + 1 == len(found[0]):
        return None
    block, number = found
    begin = source.row_start(block[number].lineno)
    first, end_row = block[number].end_lineno or row, block[-1].end_lineno or row
    after = source.row_start(first + 1)
    end = source.row_start(end_row + 1) if end_row < source.rows else len(source.text)
    opening = re.fullmatch(
        r"(?P<indent>[ \t]*)(?P<name>[^\W\d]\w*) = (?:await )?", source.slice(Span(begin, call.start))
    )
    rest, body = source.slice(Span(call.end, after)), source.slice(Span(after, end))
    if opening is None or (rest.strip() and not rest.lstrip().startswith("#")):
        return None
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == opening["name"]]
    if sum(not isinstance(node.ctx, ast.Load) for node in names) != 1 or any(node.lineno > end_row for node in names):
        return None
    if '"""' in body or "'''" in body or "\\\n" in body:
        return None
    step = "\t" if "\t" in opening["indent"] else "    "
    rows = [source.row_start(one) for one in range(first + 1, end_row + 1)]
    return (
        Edit(Span(begin + len(opening["indent"]), call.start), "async with "),
        Edit(Span(call.end, call.end), f" as {opening['name']}:"),
        *(Edit(Span(start, start), step) for start in rows if source.text[start] not in "\r\n"),
    )


def _function_in_row(tree: ast.Module, row: int) -> ast.AsyncFunctionDef | None:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef))
    return next((one for one in functions if one.lineno == row), None)


def _blocks_of(function: ast.AsyncFunctionDef) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for _, block in ast.iter_fields(node):
            if isinstance(block, list) and all(isinstance(one, ast.stmt) for one in block):
                yield block


def _comprehension(call: RedisCall) -> tuple[str, Span] | None:
    loop = call.loop
    if loop is None or loop.kind is not BlockKind.COMPREHENSION:
        return None
    text = call.source.text
    element = re.escape(call.source.slice(call.outer_span))
    pattern = re.compile(rf"\[{element} for (?P<item>\w+) in {re.escape(loop.over)}\]")
    found = pattern.match(text, loop.span.start)
    return (found["item"], Span(*found.span())) if found is not None else None


def _is_on_receiver(call: RedisCall) -> bool:
    return call.source.slice(call.span).startswith(f"{call.receiver}.") and _is_plain(call)


def _is_statement(call: RedisCall) -> bool:
    """Whether the rows of a call hold nothing but it, and maybe a comment behind; and no text over several rows."""
    text = call.source.slice(call.outer_span)
    begin = call.source.row_start(call.source.location(call.outer_span.start).row)
    last = call.source.location(call.outer_span.end).row
    end = call.source.row_start(last + 1) if last < call.source.rows else len(call.source.text)
    before, after = call.source.slice(Span(begin, call.outer_span.start)), call.source.text[call.outer_span.end : end]
    is_alone = not before.strip() and (not after.strip() or after.lstrip().startswith("#"))
    is_one_row_text = '"""' not in text and "'''" not in text and "\\\n" not in text
    return is_alone and is_one_row_text and _is_on_receiver(call)


def _end_of_receiver(call: RedisCall) -> int:
    return call.span.start + len(call.receiver)


def ensure_import(source: SourceText, statement: str) -> tuple[Edit, ...] | None:
    """Have an import at the top of a file; no edits where it is there.

    ``None`` where the file already binds the imported name to something else.
    """
    wanted = _parsed(statement)
    tree = _parsed(source.text)
    if wanted is None or tree is None:
        return None
    missing = [name for one in wanted.body for name in _imported(one)]
    present = {name for one in tree.body for name in _imported(one)}
    if present.issuperset(missing):
        return ()
    if not {name for name, _ in missing}.isdisjoint(_bound_names(tree)):
        return None
    return _import_edit(source, tree, statement)


# --- calls ------------------------------------------------------------------------------------------------


def _is_plain(call: RedisCall) -> bool:
    """Whether the method is called right there: its name stands in the code, before the parentheses, on the client."""
    if call.through:
        return False
    if call.source.slice(call.method_span) != call.method:
        return False
    return call.source.slice(_parentheses(call)).lstrip(" \t\\\r\n").startswith("(")


def _parentheses(call: RedisCall) -> Span:
    return Span(call.method_span.end, max(call.method_span.end, call.span.end))


def _first_argument(call: RedisCall, name: str, text: str) -> Edit | None:
    between = call.source.slice(_parentheses(call))
    if not _NO_ARGUMENTS.fullmatch(between):
        return None
    place = call.method_span.end + between.index("(") + 1
    return Edit(Span(place, place), f"{name}={text}")


def _next_argument(call: RedisCall, name: str, text: str) -> Edit | None:
    last = max(call.arguments, key=lambda argument: argument.span)
    source = call.source.text
    end = _end_with_parentheses(call, last)
    if end is None:
        return None
    begin = source.rfind("\n", 0, last.span.start) + 1
    keyword = rf"{re.escape(last.keyword)}\s*=\s*" if last.keyword is not None and not last.splat else ""
    alone = re.fullmatch(rf"(?P<indent>[ \t]*){keyword}[ \t(*]*", source[begin : last.span.start])
    if alone is None or begin <= call.method_span.end:
        return Edit(Span(end, end), f", {name}={text}")
    return Edit(Span(end, end), f",\n{alone['indent']}{name}={text}")


def _end_with_parentheses(call: RedisCall, last: CallArgument) -> int | None:
    """Where the last argument ends, together with parentheses of its own."""
    rest = call.source.text[last.span.end : call.span.end]
    if not _AFTER_LAST_ARGUMENT.fullmatch(rest):
        return None
    own = rest.partition(",")[0] if "," in rest else rest[:-1]
    return last.span.end + own.rfind(")") + 1


def _replace(call: RedisCall, span: Span, text: str) -> tuple[Edit, ...] | None:
    expression = _parsed_expression(text)
    if expression is None or call.through or _has_comment(call.source, span):
        return None
    content = text if isinstance(expression, _ATOMS) else f"({text})"
    return (Edit(span, _spaced(call.source.text, span, content)),)


def _spaced(source: str, span: Span, content: str) -> str:
    """An expression that does not run into the words around it: ``return(x)`` becomes ``return y``."""
    before, after = source[max(0, span.start - 1) : span.start], source[span.end : span.end + 1]
    lead = " " if _WORD_CHARACTER.match(before) and _WORD_CHARACTER.match(content) else ""
    trail = " " if _WORD_CHARACTER.match(after) and _WORD_CHARACTER.match(content[-1]) else ""
    return f"{lead}{content}{trail}"


def _block_with_row(source: SourceText, row: int) -> tuple[ast.stmt, int] | None:
    """The statement that begins in a row (1-based), with the number of statements in its block."""
    tree = _parsed(source.text)
    for node in ast.walk(tree) if tree is not None else ():
        for _, block in ast.iter_fields(node):
            statements = [one for one in block if isinstance(one, ast.stmt)] if isinstance(block, list) else []
            for statement in statements:
                if statement.lineno == row:
                    return statement, len(statements)
    return None


def _is_valid(call: RedisCall, edit: Edit) -> bool:
    """Whether the edited call still is an expression."""
    text = call.source.text
    edited = text[call.span.start : edit.span.start] + edit.content + text[edit.span.end : call.span.end]
    return _parsed_expression(edited) is not None


def _parsed_expression(text: str) -> ast.expr | None:
    """An expression that may span rows, as if it stood in parentheses."""
    tree = _parsed(f"(\n{text}\n)")
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    return tree.body[0].value


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _has_comment(source: SourceText, span: Span) -> bool:
    """Whether a comment stands in a part of an expression; also where that cannot be told."""
    text = source.slice(span)
    if "#" not in text:
        return False
    try:
        rows = io.StringIO("(" + re.sub(r"\r\n?", "\n", text) + "\n)")
        return any(token.type == tokenize.COMMENT for token in tokenize.generate_tokens(rows.readline))
    except (tokenize.TokenError, SyntaxError):
        return True


# --- imports ----------------------------------------------------------------------------------------------


def _imported(statement: ast.stmt) -> Iterator[ImportedName]:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            if alias.asname is not None:
                yield alias.asname, alias.name
            else:
                yield alias.name.partition(".")[0], f"import {alias.name}"
    if isinstance(statement, ast.ImportFrom):
        for alias in statement.names:
            yield alias.asname or alias.name, f"{'.' * statement.level}{statement.module or ''}:{alias.name}"


def _bound_names(tree: ast.Module) -> set[str]:
    """Every name that the file binds anywhere, except by plain imports of modules."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            bound.update(name for name, _ in _imported(node))
        elif isinstance(node, ast.Import):
            bound.update(alias.asname for alias in node.names if alias.asname)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound


def _import_edit(source: SourceText, tree: ast.Module, statement: str) -> tuple[Edit, ...] | None:
    """Insert the statement after the first group of imports, else before the first statement."""
    after = _statements_before(tree)
    following = tree.body[after] if after < len(tree.body) else None
    if after == 0:
        row = _first_row(following) if following is not None else source.rows
        return (_insertion(source.row_start(row), f"{statement}\n"),)
    end_row = tree.body[after - 1].end_lineno or tree.body[after - 1].lineno
    if following is not None and _first_row(following) <= end_row:
        return None
    if end_row < source.rows:
        return (_insertion(source.row_start(end_row + 1), f"{statement}\n"),)
    return (_insertion(len(source.text), f"\n{statement}\n"),)


def _statements_before(tree: ast.Module) -> int:
    """How many statements the docstring and the first group of imports are."""
    number = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    while number < len(tree.body) and isinstance(tree.body[number], ast.Import | ast.ImportFrom):
        number += 1
    return number


def _first_row(statement: ast.stmt) -> int:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([statement.lineno, *(decorator.lineno for decorator in statement.decorator_list)])
    return statement.lineno


def _insertion(place: int, text: str) -> Edit:
    return Edit(Span(place, place), text)
