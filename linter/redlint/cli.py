"""The command line. Commands import what they need when they run, to start fast."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import signal
import sys
import traceback
from typing import NoReturn

import click

from redlint import __version__
from redlint.baseline_command import baseline
from redlint.calls_command import calls
from redlint.check_command import check
from redlint.clean_command import clean
from redlint.config_command import show_config
from redlint.console import (
    EXIT_BROKEN_PIPE,
    EXIT_CLEAN,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_TERMINATED,
    VERBOSE,
    complain,
    never_fail_to_encode,
)
from redlint.errors import RedlintError
from redlint.facts_command import facts
from redlint.keyspace_command import keyspace
from redlint.rule_command import rule
from redlint.server_command import server
from redlint.upgrade_command import upgrade


def main() -> None:
    """Run the command line of this process."""
    signal.signal(signal.SIGTERM, _terminated)
    _open_streams()
    # What linking makes is big and lives as long as the process: looking for garbage in it, and taking it apart at the
    # end, would be a tenth of the time.
    gc.disable()
    try:
        cli(prog_name="redlint")
    except SystemExit as end:
        if end.code in (EXIT_INTERRUPTED, EXIT_TERMINATED):
            raise  # other processes may still be starting: they notice an end that takes its time
        _leave(end.code)


def _open_streams() -> None:
    """Have streams that were closed when the process began take what is written to them, and lose it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - for good


def _leave(code: str | int | None) -> NoReturn:
    """End the process at once, after what others want done at its end; its memory is the system's."""
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stderr, sys.stdout):
            stream.flush()
    except (OSError, ValueError):
        os._exit(EXIT_BROKEN_PIPE)
    os._exit(code if isinstance(code, int) else EXIT_CLEAN if code is None else EXIT_FAILED)


def _terminated(_number: int, _frame: object) -> None:
    """End as Ctrl-C does: what is open is closed, and no process stays."""
    raise SystemExit(EXIT_TERMINATED)


class _Redlint(click.Group):
    """Turns errors into one line and an exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        never_fail_to_encode(sys.stdout, sys.stderr)
        try:
            return self._flushed(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except RedlintError as error:
            complain(f"error: {error}")
            ctx.exit(EXIT_FAILED)
        except BrokenPipeError:
            _stop_writing()
            ctx.exit(EXIT_BROKEN_PIPE)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(EXIT_INTERRUPTED)
        except Exception as error:  # whatever it is, users get one line and not a traceback
            if ctx.meta.get(VERBOSE):
                click.echo(traceback.format_exc(), err=True, nl=False)
            complain(f"error: redlint itself failed, please report it: {type(error).__name__}: {error}")
            ctx.exit(EXIT_FAILED)

    def _flushed(self, ctx: click.Context) -> object:
        """Run a command and write all of its output, where a broken pipe is still noticed."""
        try:
            return super().invoke(ctx)
        finally:
            sys.stdout.flush()


def _stop_writing() -> None:
    """Have what is still buffered go nowhere, so that Python does not complain when it exits."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Redlint, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="redlint", message="%(prog)s %(version)s")
def cli() -> None:
    """Find Redis anti-patterns in Python code."""


for command in (check, baseline, calls, clean, facts, keyspace, rule, show_config, server, upgrade):
    cli.add_command(command)
