"""The errors redlint raises for its callers; the command line turns each into one clear line."""

from __future__ import annotations


class RedlintError(Exception):
    """Something kept redlint from doing its work. The text is meant for the user."""


class ConfigError(RedlintError):
    """A setting is wrong.

    ``file`` is where it stands (or the command-line option), ``key`` the dotted key inside it, if any.
    """

    def __init__(self, file: str, key: str | None, problem: str) -> None:
        super().__init__(f"{file}: {key}: {problem}" if key else f"{file}: {problem}")
        self.file = file
        self.key = key
        self.problem = problem


class UnreadableSourceError(RedlintError):
    """A file's bytes cannot be had or decoded (permission, vanished, encoding, too large)."""


class SourceSyntaxError(RedlintError):
    """A file does not parse. ``offset`` is the character offset of the place the parser names."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
