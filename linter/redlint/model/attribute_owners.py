"""Whether a class of the files that did not pass the gate has an attribute of some name.

An attribute that is set from outside may be that of an object without Redis, if some class has one of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from redlint.model.class_attributes import ClassAttributes, class_attributes
from redlint.model.collected import decoded
from redlint.model.index import ModuleIndex


class WaitingFiles(Protocol):
    """The files of a project while it is linked."""

    def waiting(self) -> Iterable[str]:
        """The files that did not pass the gate so far."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, if it can be had."""

    def load(self, path: str) -> ModuleIndex | None:
        """A file, collected."""

    def is_loaded(self, path: str) -> bool:
        """Whether a file is collected already."""


class AttributeOwners:
    """Finds the files whose classes have attributes, name by name."""

    def __init__(self, files: WaitingFiles) -> None:
        self._files = files
        self._owners: dict[str, str | None] = {}
        self._attributes: dict[str, ClassAttributes | None] = {}

    @property
    def found(self) -> frozenset[str]:
        """The files that were found to have an attribute that was asked for."""
        return frozenset(owner for owner in self._owners.values() if owner is not None)

    @property
    def missing(self) -> frozenset[str]:
        """The names that were asked for and that no class has."""
        return frozenset(name for name, owner in self._owners.items() if owner is None)

    def has_owner(self, name: str) -> bool:
        """Whether a class of a file that did not pass the gate has an attribute of this name."""
        if name not in self._owners:
            self._owners[name] = self._find(name)
        return self._owners[name] is not None

    def _find(self, name: str) -> str | None:
        pattern = re.compile(rf"\.\s*{re.escape(name)}\b|^[ \t]+(?:\w+[ \t]+)*{re.escape(name)}\b", re.MULTILINE)
        encoded = name.encode()
        for path in self._files.waiting():
            content = self._files.read(path)
            if content is None or encoded not in content or b"class" not in content:
                continue
            if pattern.search(content.decode("utf-8", "replace")) is not None and self._has(path, content, name):
                return path
        return None

    def _has(self, path: str, content: bytes, name: str) -> bool:
        """Whether a class of a file has an attribute of this name; the file is collected only to be sure."""
        if not self._files.is_loaded(path) and name.isascii():  # Python takes some other characters for ASCII ones
            if path not in self._attributes:
                text = decoded(path, content)
                self._attributes[path] = None if text is None else class_attributes(text)
            attributes = self._attributes[path]
            if attributes is not None and (name in attributes.certain or name not in attributes.possible):
                return name in attributes.certain
        module = self._files.load(path)
        return module is not None and name in module.class_attribute_names
