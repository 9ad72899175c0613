"""The control functions over HTTP, below `/emulator`: JSON in, JSON out.

The fields of a function are taken from the path, the query and the JSON body. The token is needed here as everywhere: that
it is public keeps nobody out who can reach the port. A page in a browser cannot send it: a browser asks first, which nothing
here answers, and `emulator.hosts` turns away the page whose own name leads to loopback.
"""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator import control, tokens
from emulator.refusal import Refusal
from emulator.sayings import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.world import World

ROUTES: Final[dict[str, Callable[..., Any]]] = {
    "GET /emulator/status": control.status,
    "POST /emulator/reset": control.reset,
    "GET /emulator/databases": control.databases,
    "PUT /emulator/databases/<database>": control.set_database_status,
    "GET /emulator/credentials": control.credentials,
    "PUT /emulator/credentials/<provider>/<name>": control.add_credential,
    "DELETE /emulator/credentials/<provider>/<name>": control.remove_credential,
    "GET /emulator/faults": control.list_faults,
    "POST /emulator/faults": control.add_fault,
    "DELETE /emulator/faults": control.clear_faults,
    "DELETE /emulator/faults/<int:number>": control.remove_fault,
    "GET /emulator/models": control.list_models,
    "PUT /emulator/models/<provider>/<path:model>": control.set_model_status,
    "DELETE /emulator/providers/<provider>": control.remove_provider,
    "PUT /emulator/providers/<provider>": control.restore_provider,
    "GET /emulator/settings": control.list_settings,
    "PUT /emulator/settings/<name>": control.set_setting,
    "DELETE /emulator/settings/<name>": control.restore_setting,
    "POST /emulator/tokens": control.add_token,
}


@cache
def _map() -> Map:
    split = ((route, *route.split(" ")) for route in ROUTES)
    return Map([Rule(path, methods=[method], endpoint=route) for route, method, path in split], strict_slashes=False)


def respond(world: World, request: Request) -> Response:
    """Answer one request: 200 with what the function returned, or `{"error": "<sentence>"}`."""
    try:
        _authorize(world, request)
        route, values = _map().bind_to_environ(request.environ).match()
        function = ROUTES[route]
        return _answer(function(world, **_arguments(function, values, request)))
    except Refusal as refusal:
        return _answer({"error": str(refusal)}, 400)
    except _Unauthorized as error:
        return _answer({"error": str(error)}, 401)
    except HTTPException:
        known = ", ".join(route.replace("int:", "").replace("path:", "") for route in ROUTES)
        return _answer({"error": f"The emulator has no {request.method} {request.path}. It has: {known}."}, 404)


class _Unauthorized(Exception):
    pass


def _authorize(world: World, request: Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with world.reading() as connection:
        known = scheme == "Bearer" and tokens.permissions(connection, token) is not None
    if not known:
        raise _Unauthorized("The header Authorization must be: Bearer, and a token that this world knows.")


def _arguments(function: Callable[..., Any], values: Mapping[str, Any], request: Request) -> dict[str, Any]:
    stated = {**request.args.to_dict(), **_body(request), **values}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return stated
    known = {parameter.name: parameter for parameter in parameters}
    for name, value in stated.items():
        if name not in known:
            raise unknown(f"There is no field {name} here", name, known)
        if value is not None or known[name].default is not None:
            _check(name, value)
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in stated:
            raise Refusal(f"The field {name} is missing.")
    return stated


def _check(name: str, value: object) -> None:
    """Every field is a text, but for these."""
    if name in ("value", "number"):
        return
    if name in ("databases", "permissions"):
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
            raise Refusal(f"The field {name} must be an array of texts, or null.")
    elif not isinstance(value, str):
        raise Refusal(f"The field {name} must be a text.")


def _body(request: Request) -> dict[str, Any]:
    data = request.get_data()
    if not data.strip():
        return {}
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise Refusal("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal("The body must be a JSON object.")
    return body


def _answer(body: object, status: int = 200) -> Response:
    return Response(json.dumps({} if body is None else body), status, content_type="application/json")
