"""Collections that get larger for as long as the program runs: new elements, and nothing that takes any away."""

from __future__ import annotations

from typing import Final

from redlint.model.key_words import names_one_of_many
from redlint.model.keyspace import PatternUse
from redlint.model.pattern import KeyPattern
from redlint.model.project import ProjectModel

_TRIMS: Final = frozenset({"LTRIM", "XTRIM", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE"})
_LOGS: Final = frozenset({"list", "stream"})


def trims(use: PatternUse) -> bool:
    """Whether a call keeps the collection below a length or an age."""
    return use.caps or any(command.name in _TRIMS for command in use.commands)


def adds_one_of_many(use: PatternUse) -> bool:
    """Whether the element is of a kind there are ever more of; what lists and streams take is new each time."""
    if use.value_types <= _LOGS:
        return True
    return any(names_one_of_many(element.text.partition(":")[0]) for element in use.elements)


def endless_growth(pattern: KeyPattern, project: ProjectModel) -> PatternUse | None:
    """Where a collection gets its elements, if there are ever more of them and nothing ever bounds it.

    ``None`` where any key that may be the same is trimmed, rewritten, deleted, given a TTL or handed to a script.
    """
    uses = project.uses_of(pattern)
    if uses is None or not uses.is_collection or uses.is_rewritten:
        return None
    touching = [use for other in project.overlapping(pattern) for use in other.uses]
    if any(use.is_script or use.deletes or use.may_expire or use.takes_away or use.overwrites for use in touching):
        return None
    if any(trims(use) for use in touching):
        return None
    sure = (use for use in uses.uses if use.call.production and len(use.key.patterns) == 1 and not use.key.many)
    return next((use for use in sure if use.adds_element and adds_one_of_many(use)), None)
