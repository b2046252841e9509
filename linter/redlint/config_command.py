"""``redlint config``: the settings that hold, and where each comes from."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redlint.errors import RedlintError

if TYPE_CHECKING:
    from redlint.config import Config


@click.command("config")
@click.argument("path", default=".")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--config", "config_file", metavar="FILE", help="Use this config file.")
@click.option("--isolated", is_flag=True, help="Use no config file.")
def show_config(path: str, output_format: str, config_file: str | None, isolated: bool) -> None:
    """Show the settings that hold for a path, and where each comes from."""
    from redlint.config import load_config

    if not Path(path).exists():
        raise RedlintError(f"{path}: no such file or directory")
    config = load_config((path,), file=config_file, isolated=isolated)
    settings = list(_settings(config))
    if output_format == "json":
        table = {key: {"value": value, "origin": origin} for key, value, origin in settings}
        record = {"root": config.root, "file": config.file, "settings": table}
        sys.stdout.write(json.dumps(record, indent=2) + "\n")
        return
    sys.stdout.write(f"root: {config.root}\nfile: {config.file or 'none'}\n")
    for key, value, origin in settings:
        sys.stdout.write(f"{key} = {json.dumps(value, ensure_ascii=False)}  # {origin}\n")


def _settings(config: Config) -> Iterator[tuple[str, object, str]]:
    for key, origin in config.origins.items():
        yield key, _plain(getattr(config, key.replace("-", "_"))), origin


def _plain(value: object) -> object:
    """A setting as JSON has it."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
