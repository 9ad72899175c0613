"""What the operations' handlers have in common: a JSON answer, and the database in the path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from emulator.devops import models
from emulator.devops.errors import DevOpsError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from werkzeug.wrappers import Request

    from emulator.world import World

    Handler: TypeAlias = Callable[[World, Request, Mapping[str, str]], Response]


def json_body(request: Request) -> Any:
    """The request's body, whatever type it claims to have; None where it is no JSON, or nested too deep."""
    try:
        return request.get_json(force=True, silent=True)
    except RecursionError:
        return None


def json_response(body: object, status: int = 200) -> Response:
    """A JSON body."""
    return Response(json.dumps(body), status, content_type="application/json")


def find_database(connection: sqlite3.Connection, database_id: str) -> models.Database:
    """The database, a terminated one too.

    Raises:
        DevOpsError: 404.

    """
    database = models.find(connection, database_id)
    if database is None:
        raise DevOpsError("database_unknown", database=database_id)
    return database
