"""What made the facts of a file besides its text: the code that collects them, and what that builds on.

Facts of one generation are worth nothing to another. They are kept, written to files and sent between machines with
the generation that made them.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
from pathlib import Path
from typing import Final

import msgspec

from redlint import __version__


class Generation(msgspec.Struct, frozen=True):
    """The versions that facts depend on; ``code`` tells one state of the collecting code from another."""

    redlint: str
    python: str
    libcst: str
    code: str

    def __str__(self) -> str:
        return f"redlint {self.redlint} ({self.code[:8]}) on Python {self.python} with libcst {self.libcst}"


@functools.cache
def this_generation() -> Generation:
    """The generation of this process."""
    return Generation(__version__, platform.python_version(), importlib.metadata.version("libcst"), _code())


def facts_key(text: str) -> bytes:
    """What the facts of a source text are kept under: another text or generation has another key."""
    digest = hashlib.blake2b(_prefix(), digest_size=_KEY_SIZE)
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


@functools.cache
def _prefix() -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(this_generation()), digest_size=_KEY_SIZE).digest()


def _code() -> str:
    model = Path(__file__).parent / "model"
    digest = hashlib.blake2b(digest_size=_KEY_SIZE)
    collecting = sorted((model / "collect").glob("*.py"))
    for path in (model / "facts.py", model / "facts_data.py", model / "kinds.py", *collecting):
        if path.is_file():  # there may be compiled files only
            digest.update(path.read_bytes())
    return digest.hexdigest()


_KEY_SIZE: Final = 16
