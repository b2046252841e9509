"""Writing the key patterns of a project, in the formats of ``redlint keyspace``. Each is a module of its own."""

from __future__ import annotations

from typing import Final

KEYSPACE_FORMATS: Final = ("text", "json", "markdown", "html", "mermaid")
"""The names of all formats, the default first."""
