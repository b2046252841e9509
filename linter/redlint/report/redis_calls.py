"""What ``redlint calls`` prints: every recognised Redis call, or those that were not."""

from __future__ import annotations

from redlint.model.events import RedisCall
from redlint.model.project import ProjectModel
from redlint.model.unresolved import UnresolvedCall
from redlint.report.terminal import visible


def call_record(call: RedisCall, model: ProjectModel, *, verbose: bool = False) -> dict[str, object]:
    """A call as JSON has it; ``verbose`` adds how its client was recognised."""
    start, end = call.source.location(call.span.start), call.source.location(call.span.end)
    method = call.source.location(call.method_span.start)
    record: dict[str, object] = {
        "filename": call.path,
        "row": start.row,
        "column": start.column,
        "end_row": end.row,
        "end_column": end.column,
        "method": call.method,
        "method_row": method.row,
        "method_column": method.column,
        "command": call.command_name or None,
        "library": call.client.library,
        "role": call.client.role.value,
        "async": call.client.is_async,
        "confidence": call.client.confidence.name.lower(),
        "origin": _origin(call, model),
        "key": _key(call),
    }
    if verbose:
        record["chain"] = list(model.chain(call))
    return record


def call_text(call: RedisCall, model: ProjectModel, *, verbose: bool) -> str:
    """A call in one line; ``verbose`` adds how its client was recognised."""
    start = call.source.location(call.span.start)
    client = call.client
    kind = (
        f"{'async ' if client.is_async else ''}{client.library} {client.role.value}, {client.confidence.name.lower()}"
    )
    key = _key(call)
    command = call.command_name or call.method
    line = f"{call.path}:{start.row}:{start.column}: {command}{f' {key}' if key is not None else ''} ({kind})"
    if not verbose:
        return visible(line)
    details = [
        f"method: {' '.join(call.receiver.split())}.{call.method}",
        f"origin: {_origin(call, model) or 'unknown'}",
        *(f"<- {step}" for step in model.chain(call)),
    ]
    return "\n".join([visible(line), *(f"    {visible(detail)}" for detail in details)])


def unresolved_record(call: UnresolvedCall) -> dict[str, object]:
    """A call on something unknown as JSON has it."""
    start = call.source.location(call.span.start)
    return {
        "filename": call.path,
        "row": start.row,
        "column": start.column,
        "method": call.method,
        "receiver": call.receiver,
        "reason": call.reason,
    }


def unresolved_text(call: UnresolvedCall) -> str:
    """A call on something unknown in one line."""
    start = call.source.location(call.span.start)
    return visible(f"{call.path}:{start.row}:{start.column}: {call.method} `{call.receiver}`: {call.reason}")


def _origin(call: RedisCall, model: ProjectModel) -> str | None:
    """Where the client comes from: ``path:row`` where that is known, else what made it."""
    origin = call.client.origin
    source = model.sources.get(origin.path) if origin is not None else None
    if origin is None or source is None:
        return call.client.factory or None
    return f"{origin.path}:{source.location(origin.span.start).row}"


def _key(call: RedisCall) -> str | None:
    if len(call.keys) != 1 or len(call.keys[0].patterns) != 1:
        return None
    return call.keys[0].patterns[0].display
