"""The command group `emulator`: the same world as in process, over HTTP, for any client."""

from __future__ import annotations

import ipaddress
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from emulator.application import application
from emulator.credentials_command import STORE, credentials
from emulator.storage import StoreError
from emulator.tokens import DEFAULT_TOKEN
from emulator.world import World

if TYPE_CHECKING:
    from types import FrameType


class QuietHandler(WSGIRequestHandler):
    """No access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@click.group()
def emulator() -> None:
    """The emulator of the Astra DevOps API and Data API."""


emulator.add_command(credentials)


@emulator.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="Port; 0 picks a free one.")
@STORE
@click.option("--verbose", is_flag=True, help="Log each request on stderr.")
def serve(host: str, port: int, store: str, *, verbose: bool) -> None:
    """Serve a world over HTTP until interrupted.

    Prints one line with the address and the token once it is ready. Exit code 1 when it cannot start.
    """
    try:
        world = World(store)
    except StoreError as error:
        raise click.ClickException(str(error)) from None
    if not _is_loopback(host):
        click.echo(f"Warning: {host} can be reached from other machines, and the token is public.", err=True)
    listening = _listen(host, port)
    server = make_server(
        host,
        port,
        application(world),
        threaded=True,
        request_handler=WSGIRequestHandler if verbose else QuietHandler,
        fd=listening.fileno(),
    )
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    address = f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
    click.echo(f"Emulator of the Astra DevOps API and Data API at {address} (store {store}), token {DEFAULT_TOKEN}")
    sys.stdout.flush()
    server.serve_forever()


def _listen(host: str, port: int) -> socket.socket:
    """Bind here and not in Werkzeug, which prints its own sentences and exits when it cannot."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # Python repeats the address in brackets
        raise click.ClickException(f"Cannot listen on {host}:{port}: {reason}.") from None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """Nothing has to be put away: every answered request is in the file already."""
    sys.exit(0)
