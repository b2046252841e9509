"""``redlint server``: the language server."""

from __future__ import annotations

import gc
import ipaddress
import logging
import sys

import click

from redlint.errors import RedlintError


@click.command()
@click.option("--stdio", is_flag=True, help="Speak over standard input and output (the default).")
@click.option("--tcp", metavar="HOST:PORT", help="Listen on a port instead, of this machine only.")
@click.option("--allow-remote", is_flag=True, help="With --tcp: any address. Whoever connects can read your files.")
@click.option("-v", "--verbose", is_flag=True, help="Log more to standard error.")
def server(stdio: bool, tcp: str | None, allow_remote: bool, verbose: bool) -> None:
    """Run the language server for editors."""
    if stdio and tcp is not None:
        raise click.UsageError("choose one of --stdio and --tcp")
    address = None if tcp is None else _address(tcp, allow_remote=allow_remote)
    try:
        import pygls  # noqa: F401
    except ImportError as error:
        raise RedlintError("the language server needs pygls: pip install 'redlint[lsp]'") from error
    from redlint.lsp.server import create_server

    logging.basicConfig(stream=sys.stderr, level=logging.INFO if verbose else logging.WARNING)
    # What linking makes is large and long-lived: looking for garbage in it, at any time, would make editing halt.
    gc.disable()
    started = create_server()
    if address is not None:
        started.start_tcp(*address)
        return
    output = sys.stdout.buffer
    # Whatever a rule package prints must not get between the messages.
    sys.stdout = sys.stderr
    started.start_io(sys.stdin.buffer, output)


def _address(text: str, *, allow_remote: bool) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not colon or not port.isdigit() or int(port) > 65535:
        raise click.UsageError(f"--tcp {text}: write HOST:PORT")
    if not allow_remote and not _is_loopback(host):
        raise click.UsageError(f"--tcp {text}: not an address of this machine only; see --allow-remote")
    return host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
