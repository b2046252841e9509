"""From paths to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from redlint.config import Config
from redlint.discover import Discovered, discover
from redlint.errors import RedlintError


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(root: Path, *paths: str, respect_gitignore: bool = True, exclude: tuple[str, ...] = ()) -> Discovered:
    return discover(paths, Config(str(root), respect_gitignore=respect_gitignore, exclude=exclude))


def test_only_python_files_sorted_and_once(tree: Path) -> None:
    write(tree, "b.py", "a/z.pyw", "a/y.txt", "a/x.pyc")
    assert found(tree, ".", "a", str(tree)).paths == ("a/z.pyw", "b.py")


def test_named_files_are_always_taken(tree: Path) -> None:
    write(tree, "script", "build/a.py")
    result = found(tree, "script", "build/a.py", ".")
    assert result.paths == ("build/a.py", "script")
    assert result.explicit == {"build/a.py", "script"}


def test_excluded_directories_are_not_walked(tree: Path) -> None:
    write(tree, "a.py", ".venv/b.py", "generated/c.py")
    assert found(tree, ".", exclude=("generated/",)).paths == ("a.py",)


def test_nested_gitignores_and_those_above(tree: Path) -> None:
    (tree / ".git").mkdir()
    write(tree, ".gitignore", text="ignored_*.py\n")
    write(tree, "app/.gitignore", text="local.py\n!ignored_not.py\n")
    write(tree, "local.py", "app/local.py", "app/ignored_a.py", "app/ignored_not.py")
    assert found(tree, ".").paths == ("app/ignored_not.py", "local.py")
    assert found(tree, "app").paths == ("app/ignored_not.py",)
    assert "app/local.py" in found(tree, ".", respect_gitignore=False).paths


def test_links_in_a_circle_end(tree: Path) -> None:
    write(tree, "app/a.py")
    (tree / "app" / "again").symlink_to(tree / "app", target_is_directory=True)
    assert found(tree, ".").paths == ("app/a.py",)


def test_linked_directories_are_followed(tree: Path) -> None:
    write(tree, "elsewhere/lib/a.py")
    (tree / "project").mkdir()
    (tree / "project" / "lib").symlink_to(tree / "elsewhere" / "lib", target_is_directory=True)
    assert found(tree, "project").paths == ("project/lib/a.py",)


def test_a_missing_path_is_an_error(tree: Path) -> None:
    with pytest.raises(RedlintError, match="no such file or directory"):
        found(tree, "missing.py")
