"""The WSGI application: the DevOps API, every Data API, and the emulator's own, at fixed paths.

Werkzeug, and nothing above it: routing, request and response are all that is needed, it is small and well kept, and
WSGI serves both faces of the emulator (in process, and over HTTP) with the same code.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from emulator import surface
from emulator.data_api import requests
from emulator.devops import access_lists, models, routes
from emulator.misbehaviour import misbehaving
from emulator.storage import StoreError
from emulator.world import SELF_HOSTED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from emulator.world import World


def application(world: World) -> WSGIApplication:
    """The emulator over one world, as a WSGI callable; safe to call from many threads.

    Answers 503 with a sentence where the store cannot be used. Raises HangUp (a ConnectionError) where a fault has the
    connection cut.
    """
    answer = misbehaving(world, partial(_answer, world))

    @Request.application
    def respond(request: Request) -> Response:
        try:
            # What ends a fault must never meet one.
            if surface.CONTROL.fullmatch(request.path):
                return _control(world, request)
            return answer(request)
        except StoreError as error:
            return Response(f"{error}\n", 503)

    return respond


def _control(world: World, request: Request) -> Response:
    # Imported only when it is asked for: a transport that never is starts faster.
    answer: Response = importlib.import_module("emulator.control_api").respond(world, request)
    return answer


def _answer(world: World, request: Request) -> Response:
    if surface.DEVOPS.fullmatch(request.path):
        return routes.respond(world, request)
    place = surface.data_api_place(request.path)
    if place is None:
        return Response(status=404)
    refused = None if place.database == SELF_HOSTED else _unreachable(world, place, request.remote_addr)
    if refused:
        return refused
    return requests.respond(world, request, place.database, place.path) if request.method == "POST" else Response(status=404)


def _unreachable(world: World, place: surface.DataApiPlace, client: str | None) -> Response | None:
    """Plain text where no Data API answers; None where one does, MAINTENANCE included.

    404 for a database that is unknown, terminated, or without an active datacenter in the region; 503 for one that is not
    up yet, or that hibernates and is woken up by this very request; 403 for an address that the access list keeps out.
    (Observed for HIBERNATED; the others are unverified.)
    """
    now = world.now()
    with world.reading() as connection:
        database = models.find(connection, place.database)
        regions = [one.region for one in models.datacenters(connection, place.database) if one.status(now) == "ACTIVE"]
        let_in = access_lists.lets_in(connection, place.database, client)
    status = "TERMINATED" if database is None or place.region not in regions else database.status(now)
    if status in ("TERMINATED", "TERMINATING"):
        return Response("There is no such database here.\n", 404)
    if not let_in:
        return Response("The database's access list does not let this address in.\n", 403)
    if status in ("ACTIVE", "MAINTENANCE"):
        return None
    if status == "HIBERNATED":
        with world.writing() as connection:
            models.resume(connection, place.database, now)
    return Response(f"The database is {status}.\n", 503)
