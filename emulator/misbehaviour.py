"""Faults at work: between a request and the emulator's answer."""

from __future__ import annotations

import json
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request, Response

from emulator import stored_faults, surface
from emulator.texts import is_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from emulator.faults import Fault
    from emulator.world import World


class HangUp(ConnectionError):
    """The connection is cut instead of an answer; Werkzeug takes a ConnectionError for that, and says nothing more."""


class OutOfPatience(HangUp):
    """The client has stopped waiting for the answer."""


PATIENCE: Final[ContextVar[float | None]] = ContextVar("PATIENCE", default=None)
"""How long the client in this process waits for an answer, None for ever. Unit: seconds. Over HTTP it sees to that itself."""


def misbehaving(world: World, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """What answers as the world's faults have it, and as `answer` has it where none stands."""

    def respond(request: Request) -> Response:
        with world.reading() as connection:
            stands = stored_faults.any_stands(connection)
        return _misbehave(world, request, answer) if stands else answer(request)

    return respond


def _misbehave(world: World, request: Request, answer: Callable[[Request], Response]) -> Response:
    """Raises HangUp where there is no answer."""
    command = _command(request)
    with world.writing() as connection:
        delay, fault = stored_faults.meet(connection, request.method, request.path, command)
    patience = PATIENCE.get()
    gives_up = patience is not None and patience < delay
    if delay:
        world.sleep(patience if patience is not None and gives_up else delay)
    end = partial(_ended, world, request, answer, fault) if fault else partial(answer, request)
    if gives_up:
        with suppress(HangUp):
            end()
        raise OutOfPatience
    return end()


def _ended(world: World, request: Request, answer: Callable[[Request], Response], fault: Fault) -> Response:
    if fault.status is not None:
        return _stated(fault, fault.status)
    if fault.hang_up == "half":
        _leave_half_done(world, request, answer)
    elif fault.hang_up == "after":
        answer(request)
    raise HangUp


def _stated(fault: Fault, status: int) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    body = f"A fault of the emulator: {status}.\n" if fault.body is None else fault.body
    return Response(body, status, headers, content_type="application/json" if _is_json(body) else "text/plain; charset=utf-8")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _command(request: Request) -> str | None:
    """The Data API's command; None where it is a request to something else, or holds none."""
    if surface.data_api_place(request.path) is None:
        return None
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return None
    return str(next(iter(body))) if isinstance(body, dict) and body else None


def _leave_half_done(world: World, request: Request, answer: Callable[[Request], Response]) -> None:
    """Leave the collection of a createCollection as it was found to be after a cut: listed, with the indexes it had before."""
    place = surface.data_api_place(request.path)
    definition = request.get_json(force=True)["createCollection"]
    stated = definition.get("name") if isinstance(definition, dict) else None
    name = stated if is_text(stated) else json.dumps(stated)  # a number is as good as its digits; the rest names nothing
    if place is None:
        return
    with world.reading() as connection:
        before = _indexes(connection, place, name)
    answer(request)
    with world.writing() as connection:
        connection.execute(
            "UPDATE collections SET indexes = ? WHERE database = ? AND keyspace = ? AND name = ? AND kind = 'collection'",
            (before, place.database, place.keyspace, name),
        )


def _indexes(connection: sqlite3.Connection, place: surface.DataApiPlace, name: str) -> int:
    row = connection.execute(
        "SELECT indexes FROM collections WHERE database = ? AND keyspace = ? AND name = ?",
        (place.database, place.keyspace, name),
    ).fetchone()
    return 0 if row is None else int(row["indexes"])
