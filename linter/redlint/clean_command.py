"""``redlint clean``: no cache is left."""

from __future__ import annotations

from pathlib import Path

import click

from redlint.errors import RedlintError


@click.command()
@click.argument("path", default=".")
@click.option("--cache-dir", metavar="DIR", help="The directory that was given to redlint check.")
def clean(path: str, cache_dir: str | None) -> None:
    """Remove the cache of the project that a path belongs to."""
    from redlint.cache_database import remove
    from redlint.config import load_config
    from redlint.job import CACHE_DIRECTORY

    if not Path(path).exists():
        raise RedlintError(f"{path}: no such file or directory")
    directory = Path(cache_dir) if cache_dir else Path(load_config((path,)).root) / CACHE_DIRECTORY
    try:
        removed = remove(directory)
    except OSError as error:
        raise RedlintError(f"{directory}: cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {directory}" if removed else f"There is no cache in {directory}", err=True)
