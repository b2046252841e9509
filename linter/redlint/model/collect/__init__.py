"""One pass over the LibCST tree of a file; the only code that imports ``libcst``.

It is imported when the first text has to be parsed: that takes as long as parsing a thousand lines.
"""

from redlint.model.collect.danger import is_dangerous
from redlint.model.facts import ModuleFacts

__all__ = ["collect", "is_dangerous"]


def collect(text: str) -> ModuleFacts:
    """The facts of a module's source text (decoded, without BOM).

    Raises :class:`redlint.errors.SourceSyntaxError` where it does not parse.
    """
    from redlint.model.collect.statements import StatementCollector, parse

    return StatementCollector(text, parse(text)).facts()
