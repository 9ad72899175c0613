"""The WSGI application: the DevOps API, each database's Data API, and the self-hosted Data API, at fixed paths.

Werkzeug, and nothing above it: routing, request and response are all that is needed, it is small and well kept, and
WSGI serves both faces of the emulator (in process, and over HTTP) with the same code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from emulator.data_api import requests
from emulator.devops import models, routes
from emulator.world import SELF_HOSTED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from emulator.world import World

DEVOPS = re.compile(r"/v[23](/.*)?")
"""The DevOps API: a few of its operations have version 3."""

PLACE = r"(?:/(?P<keyspace>[^/]+))?(?:/(?P<collection>[^/]+))?/?"

DATABASE = re.compile(r"/databases/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<region>[^/]+)/api/json/v1" + PLACE)
"""One database's Data API; at the service, id and region stand in the host's name."""

SELF_HOSTED_FACE = re.compile("/v1" + PLACE)


def application(world: World) -> WSGIApplication:
    """The emulator over one world, as a WSGI callable; safe to call from many threads."""

    @Request.application
    def respond(request: Request) -> Response:
        if DEVOPS.fullmatch(request.path):
            return routes.respond(world, request)
        if request.method != "POST":
            return Response(status=404)
        if match := SELF_HOSTED_FACE.fullmatch(request.path):
            return requests.respond(world, request, SELF_HOSTED, _place(match))
        if match := DATABASE.fullmatch(request.path):
            refused = _unreachable(world, match["id"], match["region"])
            return refused or requests.respond(world, request, match["id"], _place(match))
        return Response(status=404)

    return respond


def _place(match: re.Match[str]) -> list[str]:
    return [part for part in (match["keyspace"], match["collection"]) if part]


def _unreachable(world: World, database_id: str, region: str) -> Response | None:
    """Plain text where no Data API answers; None where one does, MAINTENANCE included.

    404 for a database that is unknown, terminated, or without an active datacenter in the region; 503 for one that is not
    up yet, or that hibernates and is woken up by this very request. (Observed for HIBERNATED; the others are unverified.)
    """
    now = world.now()
    with world.reading() as connection:
        database = models.find(connection, database_id)
        regions = [place.region for place in models.datacenters(connection, database_id) if place.status(now) == "ACTIVE"]
    status = "TERMINATED" if database is None or region not in regions else database.status(now)
    if status in ("ACTIVE", "MAINTENANCE"):
        return None
    if status in ("TERMINATED", "TERMINATING"):
        return Response("There is no such database here.\n", 404)
    if status == "HIBERNATED":
        with world.writing() as connection:
            models.resume(connection, database_id, now)
    return Response(f"The database is {status}.\n", 503)
