"""The emulator inside this process, as a transport for httpx: no port, no server, no token needed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import httpx

from emulator.application import application
from emulator.misbehaviour import PATIENCE, HangUp, OutOfPatience
from emulator.surface import SELF_HOSTED_FACE
from emulator.tokens import DEFAULT_TOKEN, SELF_HOSTED_TOKEN
from emulator.world import World

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TOKEN_HEADERS = ("Authorization", "Token", "X-Cassandra-Token")


class EmulatorTransport(httpx.BaseTransport):
    """Hands every request to a world's application, whatever its host.

    One without any token gets the emulator's own: the application token, or a self-hosted Data API's on its face.
    """

    def __init__(self, world: World) -> None:
        """Over one world, which is closed with the transport; `remote_addr` is the address that the requests come from."""
        self.remote_addr = "127.0.0.1"
        self._application = application(world)
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request in the calling thread.

        Raises:
            httpx.RemoteProtocolError: a fault cuts the connection, as httpx sees it over the network.
            httpx.ReadTimeout: a fault takes longer than the client waits.

        """
        if not any(name in request.headers for name in TOKEN_HEADERS):
            _give_token(request)
        PATIENCE.set(request.extensions.get("timeout", {}).get("read"))
        try:
            return _called(self._application, request, self.remote_addr)
        except OutOfPatience:
            raise httpx.ReadTimeout("The read operation timed out", request=request) from None
        except HangUp:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request) from None

    def close(self) -> None:
        """Close the connections to the store."""
        self._world.close()


def _called(application: WSGIApplication, request: httpx.Request, remote_addr: str) -> httpx.Response:
    """What the application answers. Headers that httpx cannot hand over are left to `_as_served`."""
    transport = httpx.WSGITransport(partial(_as_served, application, request), remote_addr=remote_addr)
    headers = [(name, value) for name, value in request.headers.raw if value.isascii()]
    if len(headers) == len(request.headers.raw):
        return transport.handle_request(request)
    return transport.handle_request(httpx.Request(request.method, request.url, headers=headers, stream=request.stream))


def _as_served(
    application: WSGIApplication, request: httpx.Request, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Path and headers as a server has them: each byte a character (PEP 3333), where httpx has text or none."""
    path = unquote_to_bytes(request.url.raw_path.partition(b"?")[0])
    headers = {_variable(name): value.decode("latin-1") for name, value in request.headers.raw if not value.isascii()}
    return application({**environ, **headers, "PATH_INFO": path.decode("latin-1")}, start_response)


def _variable(header: bytes) -> str:
    name = header.decode("ascii").upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


def _give_token(request: httpx.Request) -> None:
    if SELF_HOSTED_FACE.fullmatch(request.url.path):
        request.headers["Token"] = SELF_HOSTED_TOKEN
    else:
        request.headers["Authorization"] = f"Bearer {DEFAULT_TOKEN}"
        request.headers["Token"] = DEFAULT_TOKEN


def open_store(store: str | os.PathLike[str]) -> httpx.BaseTransport:
    """An httpx transport over the world in a file, which is created when missing, with the folders above it.

    Raises:
        emulator.storage.StoreError: the file cannot be used.

    """
    return EmulatorTransport(World(store))
