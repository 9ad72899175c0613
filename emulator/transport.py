"""The emulator inside this process, as a transport for httpx: no port, no server, no token needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from emulator.application import SELF_HOSTED_FACE, application
from emulator.tokens import DEFAULT_TOKEN, SELF_HOSTED_TOKEN
from emulator.world import World

if TYPE_CHECKING:
    import os

TOKEN_HEADERS = ("Authorization", "Token", "X-Cassandra-Token")


class EmulatorTransport(httpx.WSGITransport):
    """Hands every request to a world's application, whatever its host.

    One without any token gets the emulator's own: the application token, or a self-hosted Data API's on its face.
    """

    def __init__(self, world: World) -> None:
        """Over one world, which is closed with the transport."""
        super().__init__(application(world))
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request in the calling thread."""
        if any(name in request.headers for name in TOKEN_HEADERS):
            return super().handle_request(request)
        if SELF_HOSTED_FACE.fullmatch(request.url.path):
            request.headers["Token"] = SELF_HOSTED_TOKEN
        else:
            request.headers["Authorization"] = f"Bearer {DEFAULT_TOKEN}"
            request.headers["Token"] = DEFAULT_TOKEN
        return super().handle_request(request)

    def close(self) -> None:
        """Close the connections to the store."""
        self._world.close()


def open_store(store: str | os.PathLike[str]) -> httpx.BaseTransport:
    """An httpx transport over the world in a file, which is created when missing, with the folders above it.

    Raises:
        emulator.storage.StoreError: the file cannot be used.

    """
    return EmulatorTransport(World(store))
