"""The command group `emulator`: the same world as in process, over HTTP, for any client."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from emulator.application import application
from emulator.credentials_command import credentials
from emulator.database_command import database
from emulator.examples import examples
from emulator.fault_command import fault
from emulator.hosts import for_loopback_alone, is_loopback, to_listen_on
from emulator.model_command import model, provider
from emulator.refusal import Refusal
from emulator.setting_command import setting
from emulator.status_command import reset, status
from emulator.storage import StoreError
from emulator.store_option import STORE
from emulator.token_command import token
from emulator.tokens import DEFAULT_TOKEN
from emulator.world import World

if TYPE_CHECKING:
    from types import FrameType

    from _typeshed.wsgi import WSGIEnvironment


class Handler(WSGIRequestHandler):
    """Says in each answer whose it is, and closes the connection that a fault cuts."""

    def version_string(self) -> str:
        """The header Server, by which a person tells the emulator from a Data API of their own."""
        return "astra-vectorize-emulator"

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        """The client is gone, or is to believe that the server is."""
        del error, environ
        self.close_connection = True


class QuietHandler(Handler):
    """No access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@click.group()
def emulator() -> None:
    """The emulator of the Astra DevOps API and Data API: serve it, look at it, make it misbehave."""


for command in (credentials, database, fault, model, provider, reset, setting, status, token):
    emulator.add_command(command)


@emulator.command(epilog=examples("serve", "serve --port 0 --store other.sqlite --verbose"))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8181, show_default=True, help="Port; 0 picks a free one.")
@STORE
@click.option("--verbose", is_flag=True, help="Log each request on stderr.")
def serve(host: str, port: int, store: str, *, verbose: bool) -> None:
    """Serve a world over HTTP until interrupted.

    Prints one line with the address and the token once it is ready. Exit code 1 when it cannot start.
    """
    try:
        address = to_listen_on(host)
        world = World(store)
    except (Refusal, StoreError) as error:
        raise click.ClickException(str(error)) from None
    private = is_loopback(address)
    if not private:
        click.echo(f"Warning: {address} can be reached from other machines, and the token is public.", err=True)
    listening = _listen(address, port)
    server = make_server(
        address,
        port,
        for_loopback_alone(application(world)) if private else application(world),
        threaded=True,
        request_handler=Handler if verbose else QuietHandler,
        fd=listening.fileno(),
    )
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    named = f"[{address}]" if ":" in address else address
    url = f"http://{named}:{server.port}"
    click.echo(f"Emulator of the Astra DevOps API and Data API at {url} (store {store}), token {DEFAULT_TOKEN}")
    sys.stdout.flush()
    server.serve_forever()


def _listen(host: str, port: int) -> socket.socket:
    """Bind here and not in Werkzeug, which prints its own sentences and exits when it cannot."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # Python repeats the address in brackets
        raise click.ClickException(f"Cannot listen on {host}:{port}: {reason}.") from None


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """Nothing has to be put away: every answered request is in the file already."""
    sys.exit(0)
