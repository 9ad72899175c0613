"""The DevOps API over HTTP: which request leads to which operation, and what is answered.

`operations.json` lists every operation of the published document; those without a handler here are answered 501, and
what is not listed at all is unknown (404), as it is to the service.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator import tokens
from emulator.devops.errors import DevOpsError, PermissionMissing
from emulator.devops.operations import OPERATIONS, json_response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.world import World


@cache
def _implemented() -> Map:
    return _map(OPERATIONS)


@cache
def _published() -> Map:
    """Apart from the others, because a hundred routes take longer to compile than a request takes to answer."""
    return _map(json.loads((Path(__file__).parent / "operations.json").read_text(encoding="utf-8"))["operations"])


def _map(operations: Iterable[str]) -> Map:
    return Map(
        [
            Rule(route.replace("{", "<").replace("}", ">"), methods=[method], endpoint=f"{method} {route}")
            for method, route in (operation.split(" ") for operation in operations)
        ],
        strict_slashes=False,
    )


def _match(path: str, method: str) -> tuple[str, Mapping[str, str]] | None:
    """The operation and the values in the path; None when the published document has no such operation."""
    for routes in (_implemented, _published):
        with suppress(NotFound, MethodNotAllowed):
            return routes().bind("emulator").match(path, method=method)
    return None


def respond(world: World, request: Request) -> Response:
    """Answer one request to the DevOps API."""
    matched = _match(request.path, request.method)
    if matched is None:
        return Response(status=404)
    operation, values = matched
    scope, handler = OPERATIONS.get(operation, ("", None))
    try:
        _authorize(world, request.headers.get("Authorization", ""), scope)
        if handler is None:
            method, route = operation.split(" ")
            return _refusal(DevOpsError("not_implemented", method=method, route=route))
        return handler(world, request, values)
    except PermissionMissing:
        return json_response(None, 401)
    except DevOpsError as error:
        return _refusal(error)


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
