"""One JSON object, for programs."""

from __future__ import annotations

import json

from redlint.report.keyspace.record import CodePlace, KeyspaceRecord, PatternRecord, access_of


def keyspace_json(record: KeyspaceRecord) -> str:
    """The patterns, and of how many calls the key is known."""
    document = {
        "patterns": [_pattern(one) for one in record.patterns],
        "calls": {"resolved": record.resolved, "unknown": record.unknown},
    }
    return json.dumps(document, indent=2) + "\n"


def _pattern(record: PatternRecord) -> dict[str, object]:
    return {
        "pattern": record.pattern,
        "text": record.text,
        "types": list(record.types),
        "written_as": list(record.written_as),
        "read_as": list(record.read_as),
        "ttl": record.ttl.value,
        "ttl_seconds": list(record.seconds),
        "growth": record.growth.value,
        "hash_tag": record.hash_tag,
        "commands": list(record.commands),
        **{kind: list(map(_place, places)) for kind, places in access_of(record)},
        "uses": record.uses,
    }


def _place(place: CodePlace) -> dict[str, object]:
    return {"filename": place.path, "row": place.row}
