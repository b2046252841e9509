"""One pass over the LibCST tree of a file; the only code that imports ``libcst``."""

from redlint.model.collect.editing import EditedTexts
from redlint.model.collect.statements import collect

__all__ = ["EditedTexts", "collect"]
