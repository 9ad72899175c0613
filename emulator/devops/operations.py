"""The operations on databases and what belongs to them, one function each, and the table of all that are implemented.

A change reads the database's status and writes in one transaction, so that of two changes at once one is a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Request, Response

from emulator import settings
from emulator.devops import access_lists, bodies, models, requests, roles
from emulator.devops.answers import find_database, json_body, json_response
from emulator.devops.errors import DevOpsError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from emulator.devops.answers import Handler
    from emulator.world import World

CHANGEABLE = ("ACTIVE",)
TERMINABLE = ("ACTIVE", "ERROR", "HIBERNATED", "PARKED")
"""Which statuses a termination is accepted in; MAINTENANCE is refused, as observed, the others are unverified."""


def _find_in(connection: sqlite3.Connection, database_id: str, needed: tuple[str, ...], now: float) -> models.Database:
    database = find_database(connection, database_id)
    status = database.status(now)
    if status not in needed:
        raise DevOpsError("wrong_state", database=database_id, status=status, needed=" or ".join(needed))
    return database


def _body(connection: sqlite3.Connection, database: models.Database, now: float) -> dict[str, Any]:
    return bodies.database(
        database,
        keyspaces=models.keyspaces(connection, database.id, now),
        places=models.datacenters(connection, database.id),
        organization=settings.read(connection, "organization"),
        now=now,
    )


def list_databases(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """Pages of databases in order of creation; an unknown `starting_after` gives an empty page (unverified)."""
    include = requests.status_filter(request.args.get("include"))
    provider = requests.provider_filter(request.args.get("provider"))
    limit = requests.page_limit(request.args.get("limit"))
    starting_after = request.args.get("starting_after")
    now = world.now()
    with world.reading() as connection:
        databases = models.every(connection)
        ids = [database.id for database in databases]
        if starting_after:
            databases = databases[ids.index(starting_after) + 1 :] if starting_after in ids else []
        matching = [
            database
            for database in databases
            if requests.included(include, database.status(now)) and provider in ("ALL", database.cloud_provider)
        ]
        return json_response([_body(connection, database, now) for database in matching[:limit]])


def create_database(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """201, no body, the id in `Location`. Names are not unique, and the same request twice makes two databases."""
    body = json_body(request)
    with world.writing() as connection:
        definition = requests.definition(body, settings.read(connection, "organization_regions"))
        database_id = models.create(connection, definition, world.now())
    return Response(status=201, headers={"Location": database_id})


def get_database(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """One database; a terminated one is still answered 200."""
    with world.reading() as connection:
        return json_response(_body(connection, find_database(connection, values["databaseID"]), world.now()))


def terminate_database(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """202, then TERMINATING and TERMINATED; 409 in a status it cannot be terminated from.

    With further datacenters it is 409, too: the Terraform provider terminates them first (that it has to is unverified).
    """
    if requests.flag("preparedStateOnly", request.args.get("preparedStateOnly")):
        raise DevOpsError("not_implemented_field", field="preparedStateOnly")
    now = world.now()
    with world.writing() as connection:
        database = _find_in(connection, values["databaseID"], TERMINABLE, now)
        standing = [place for place in models.datacenters(connection, database.id) if place.status(now) != "TERMINATED"]
        if left := [place.region for place in standing if place.number > 1]:
            raise DevOpsError("datacenters_left", database=database.id, left=", ".join(left))
        models.terminate(connection, database.id, now)
    return Response(status=202)


def list_datacenters(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """The datacenters that are there; with `all=true` the terminated ones, too."""
    shown = (*bodies.STANDING, "TERMINATED") if requests.flag("all", request.args.get("all")) else bodies.STANDING
    with world.reading() as connection:
        database = find_database(connection, values["databaseID"])
        places = models.datacenters(connection, database.id)
    return json_response(bodies.datacenters(database, places, world.now(), shown))


def add_datacenters(world: World, request: Request, values: Mapping[str, str]) -> Response:
    """201; the datacenters are listed, and the Data API answers in them, once the database is ACTIVE again."""
    body = json_body(request)
    now = world.now()
    with world.writing() as connection:
        database = _find_in(connection, values["databaseID"], CHANGEABLE, now)
        places = models.datacenters(connection, database.id)
        taken = [place.region for place in places if place.status(now) != "TERMINATED"]
        regions = requests.datacenter_regions(body, database, taken, settings.read(connection, "organization_regions"))
        active = models.maintain(connection, database.id, now, "datacenter_seconds")
        for region in regions:
            models.add_datacenter(connection, database.id, region, created=now, active=active)
    return Response(status=201)


def terminate_datacenter(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """202, then TERMINATING while the database is in MAINTENANCE, and TERMINATED.

    The one the database was made in cannot be terminated (unverified); 409 for one that is on its way or gone.
    """
    now = world.now()
    with world.writing() as connection:
        database = find_database(connection, values["databaseID"])
        places = {place.id: place for place in models.datacenters(connection, database.id)}
        place = places.get(values["datacenterID"])
        if place is None:
            raise DevOpsError("datacenter_unknown", database=database.id, datacenter=values["datacenterID"])
        if place.number == 1:
            raise DevOpsError("datacenter_primary", database=database.id, region=place.region)
        _find_in(connection, database.id, CHANGEABLE, now)
        if place.status(now) != "ACTIVE":
            raise DevOpsError("datacenter_state", datacenter=place.id, status=place.status(now))
        gone = models.maintain(connection, database.id, now, "datacenter_seconds")
        models.terminate_datacenter(connection, place, leaving=now, gone=gone)
    return Response(status=202)


def add_keyspace(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """201; the keyspace is listed once the database is ACTIVE again. One that exists changes nothing."""
    name = requests.keyspace_name(values["keyspaceName"])
    now = world.now()
    with world.writing() as connection:
        database = _find_in(connection, values["databaseID"], CHANGEABLE, now)
        if name not in models.keyspaces(connection, database.id, now):
            models.add_keyspace(connection, database.id, name, listed=models.maintain(connection, database.id, now))
    return Response(status=201)


def remove_keyspace(world: World, _: Request, values: Mapping[str, str]) -> Response:
    """202; the keyspace is listed until the database is ACTIVE again. 404 when there is none (unverified).

    The published document says 204; astrapy, which is used with the service, takes nothing but 202.
    """
    name, now = values["keyspaceName"], world.now()
    with world.writing() as connection:
        database = _find_in(connection, values["databaseID"], CHANGEABLE, now)
        if name not in models.keyspaces(connection, database.id, now):
            raise DevOpsError("keyspace_unknown", database=database.id, keyspace=name)
        models.drop_keyspace(connection, database.id, name, dropped=models.maintain(connection, database.id, now))
    return Response(status=202)


def list_regions(world: World, request: Request, _: Mapping[str, str]) -> Response:
    """The regions. `region-type` is serverless (default), vector or all; here every region has both.

    With `filter-by-org=enabled` they are those the organisation may use (the setting `organization_regions`); any other
    value changes nothing, as documented.
    """
    kind = "vector" if request.args.get("region-type") == "vector" else "serverless"
    allowed = world.get("organization_regions") if request.args.get("filter-by-org") == "enabled" else None
    regions = [item for item in bodies.regions() if requests.usable(item["cloudProvider"], item["name"], allowed)]
    return json_response([item | {"region_type": kind} for item in regions])


def current_organization(world: World, _: Request, __: Mapping[str, str]) -> Response:
    """The organisation of the token."""
    return json_response({"id": world.get("organization")})


OPERATIONS: Final[dict[str, tuple[str, Handler]]] = {
    "GET /v2/databases": ("org-db-view", list_databases),
    "POST /v2/databases": ("org-db-create", create_database),
    "GET /v2/databases/{databaseID}": ("org-db-view", get_database),
    "POST /v2/databases/{databaseID}/terminate": ("org-db-terminate", terminate_database),
    "GET /v2/databases/{databaseID}/datacenters": ("org-db-view", list_datacenters),
    "POST /v2/databases/{databaseID}/datacenters": ("org-db-expand", add_datacenters),
    "POST /v2/databases/{databaseID}/datacenters/{datacenterID}/terminate": ("org-db-expand", terminate_datacenter),
    "POST /v2/databases/{databaseID}/keyspaces/{keyspaceName}": ("db-keyspace-create", add_keyspace),
    "DELETE /v2/databases/{databaseID}/keyspaces/{keyspaceName}": ("db-keyspace-drop", remove_keyspace),
    "GET /v2/regions/serverless": ("org-db-create", list_regions),
    "GET /v2/currentOrg": ("", current_organization),
    **access_lists.OPERATIONS,
    **roles.OPERATIONS,
}
"""Operation: the scope it needs and what answers it."""
