"""The Data API over HTTP: from a request to a command, and from its result or error to an answer.

The order of the checks is the service's as far as recorded: path and method, token, content type, JSON, the command's
name, its fields, the keyspace, the collection or table; then the command itself.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, Final, NoReturn

from werkzeug.wrappers import Request, Response

from emulator import tokens
from emulator.data_api import collections, services
from emulator.data_api.call import Call
from emulator.data_api.commands import COLLECTION, IMPLEMENTED, KEYSPACE, READING, ROOT, SELF_HOSTED_ROOT
from emulator.data_api.errors import DataApiError
from emulator.devops import models
from emulator.world import SELF_HOSTED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from emulator.world import World


MAX_DEPTH: Final = 100
"""Of objects and arrays in each other in a request. It keeps what looks into them within Python's stack; the service has
another limit, and how it answers what is beyond it is unverified."""

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""What may be half of a character; alone it is none, and no text that could be stored."""


def respond(world: World, request: Request, database: str, path: list[str]) -> Response:
    """Answer one request.

    Args:
        world: where it happens.
        request: the request.
        database: the database's id, or `SELF_HOSTED`.
        path: keyspace and collection, as far as the path names them.

    """
    try:
        refused = _refused_token(world, request)
        return refused or _answer(_run(world, request, database, path), 200)
    except DataApiError as error:
        return _answer(error.body(), error.status)


def _answer(body: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(body, allow_nan=False), status, content_type="application/json")


def _refused_token(world: World, request: Request) -> Response | None:
    """Refuse a request without a good token.

    Recorded oddities: an empty token gives 200 and an internal error, a malformed `Cassandra:` one 401 without a body.
    """
    token = request.headers.get("Token", request.headers.get("X-Cassandra-Token"))
    if token is None:
        raise DataApiError("MISSING_AUTHENTICATION_TOKEN", "The header Token is missing.")
    if not token:
        raise DataApiError("INTERNAL_SERVER_ERROR", "The token is empty.")
    if token.startswith("Cassandra:") and not tokens.CASSANDRA_TOKEN.fullmatch(token):
        return Response(status=401)
    with world.reading() as connection:
        if tokens.permissions(connection, token) is None:
            raise DataApiError("UNAUTHENTICATED_REQUEST", "The token is not known.")
    return None


def _run(world: World, request: Request, database: str, path: list[str]) -> dict[str, Any]:
    if request.mimetype != "application/json":
        raise DataApiError("UNSUPPORTED_CONTENT_TYPE", "The header Content-Type must be application/json.")
    name, body = _command(request.get_data())
    root = SELF_HOSTED_ROOT if database == SELF_HOSTED else ROOT
    known = (root, KEYSPACE, COLLECTION)[len(path)]
    if name not in known:
        raise DataApiError("COMMAND_UNKNOWN", f"There is no command {name} on this path, which has {', '.join(known)}.")
    command = IMPLEMENTED.get(name)
    parsed = None if command is None else command.parse(body)
    keyspace, collection = (*path, "", "")[:2]
    now = world.now()
    with world.reading() if name in READING else world.writing() as connection:
        if keyspace and keyspace not in models.keyspaces(connection, database, now):
            raise DataApiError("UNKNOWN_KEYSPACE", f"There is no keyspace {keyspace}.")
        kind, options = _target(connection, database, keyspace, collection) if collection else ("", {})
        if command is None:
            raise DataApiError("NOT_IMPLEMENTED", f"The emulator does not implement {name}.")
        run = command.run_on_table if kind == "table" else command.run
        if run is None:
            raise DataApiError(f"UNSUPPORTED_{kind.upper()}_COMMAND", f"A {kind} has no command {name}.")
        return run(Call(connection, now, database, keyspace, collection, options, request.headers), parsed)


def _command(data: bytes) -> tuple[str, object]:
    if not data.strip():
        raise DataApiError("COMMAND_FIELD_VALUE_INVALID", "The body is empty.")
    try:
        body = json.loads(data, parse_constant=_refuse_constant, parse_float=_finite)
        _refuse_deeper(body, data)
        if SURROGATE.search(data):
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise DataApiError("REQUEST_NOT_JSON", "The body is not JSON.") from None
    if not isinstance(body, dict) or len(body) != 1:
        raise DataApiError("REQUEST_STRUCTURE_MISMATCH", "The body must be an object with one command.")
    ((name, command),) = body.items()
    return name, command


def _refuse_constant(name: str) -> NoReturn:
    """Python would read NaN and Infinity."""
    raise ValueError(name)


def _finite(text: str) -> float:
    """Python would read `1e400` as infinity, which JSON cannot say; what the service makes of it is unverified."""
    number = float(text)
    if math.isinf(number):
        raise DataApiError("REQUEST_NOT_JSON", "The body has a number that is greater than any double.")
    return number


def _refuse_deeper(body: object, data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    level = [body]
    for _ in range(MAX_DEPTH):
        level = [inside for one in level for inside in _inside(one) if isinstance(inside, (dict, list))]
        if not level:
            return
    raise DataApiError("REQUEST_NOT_JSON", f"The body has more than {MAX_DEPTH} objects and arrays in each other.")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _target(connection: sqlite3.Connection, database: str, keyspace: str, name: str) -> tuple[str, dict[str, Any]]:
    """Whether it is a collection or a table, and its options or its definition.

    Its service is looked at first, whatever is asked of it (recorded); of a table's columns with one it is the first (as
    the open-source service's source has it).
    """
    row = collections.find(connection, database, keyspace, name)
    if row is None:
        raise DataApiError("UNKNOWN_COLLECTION_OR_TABLE", f"There is no collection or table {name} in {keyspace}.")
    options: dict[str, Any] = json.loads(row["options"])
    vectors = [options.get("vector", {})] if row["kind"] == "collection" else options["columns"].values()
    if service := next((vector["service"] for vector in vectors if "service" in vector), None):
        services.refuse_unavailable(connection, database, service)
    return row["kind"], options
