"""The DevOps API over HTTP: which request leads to which operation, and what is answered.

`operations.json` lists every operation of the published document. Those without a handler here are answered 501, and so is
what is not listed at all: the service may well have it.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator import surface, tokens
from emulator.devops.answers import json_response
from emulator.devops.errors import DevOpsError, PermissionMissing
from emulator.devops.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.world import World


@cache
def _implemented() -> Map:
    return _map(OPERATIONS)


@cache
def _published() -> Map:
    """Apart from the others, because a hundred routes take longer to compile than a request takes to answer."""
    return _map(surface.published())


def _map(operations: Iterable[str]) -> Map:
    return Map(
        [
            Rule(route.replace("{", "<").replace("}", ">"), methods=[method], endpoint=f"{method} {route}")
            for method, route in (operation.split(" ") for operation in operations)
        ],
        strict_slashes=False,
    )


def _match(path: str, method: str) -> tuple[str, Mapping[str, str]]:
    """The operation and the values in the path; what the published document does not have is an operation of its own."""
    for routes in (_implemented, _published):
        with suppress(NotFound, MethodNotAllowed):
            return routes().bind("emulator").match(path, method=method)
    return f"{method} {path}", {}


def respond(world: World, request: Request) -> Response:
    """Answer one request to the DevOps API."""
    if _is_of_a_data_api(request):
        return Response(status=404)
    operation, values = _match(request.path, request.method)
    scope, handler = OPERATIONS.get(operation, ("", None))
    try:
        _authorize(world, request.headers.get("Authorization", ""), scope)
        if handler is None:
            method, route = operation.split(" ", 1)
            return _refusal(DevOpsError("not_implemented", method=method, route=route))
        return handler(world, request, values)
    except PermissionMissing:
        return json_response(None, 401)
    except DevOpsError as error:
        return _refusal(error)


def _is_of_a_data_api(request: Request) -> bool:
    """A client with a Data API's token took this for one, which answers 404 to a path it does not have (recorded)."""
    return "Authorization" not in request.headers and "Token" in request.headers


def _refusal(error: DevOpsError) -> Response:
    return json_response(error.body(), error.kind.status)


def _authorize(world: World, header: str, scope: str) -> None:
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not tokens.APPLICATION_TOKEN.fullmatch(token):
        raise DevOpsError("token_format")
    with world.reading() as connection:
        permissions = tokens.permissions(connection, token)
    if permissions is None:
        raise DevOpsError("token_unknown")
    if scope and scope not in permissions:
        raise PermissionMissing
