"""Databases and their life cycle, as functions over plain data.

Statuses are an open set: clients know some that the published list lacks, so one never seen before means
"not yet".
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from astra.answers import ADDRESS_ADVICE
from astra.data_api import command
from astra.devops import organisation_id, request, request_list, request_object, wait
from astra.errors import AstraError, Conflict, Invalid, NotFound, Refused, Unauthorized, Unreadable
from astra.http import Connection
from astra.sharing import SNAPSHOT
from astra.wording import listed as in_a_row
from astra.wording import nearest

ACTIVE = "ACTIVE"
# On its way out or gone: neither ever comes back.
TERMINATING = "TERMINATING"
ENDED = (TERMINATING, "TERMINATED")
FAILED = ("ERROR",)
HIBERNATED = "HIBERNATED"
PAGE = 100
# How long a list of regions is good for, in seconds: they change once in months.
REGIONS_LAST = 3600.0
# Whoever changes keyspaces or datacenters of a database holds its lock: the service answers 409 to a second change.
turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
# What to do about one that somebody else manages and that is gone.
FORGET_IT = "What is gone never comes back: take it out of the environment file, or name another."
# What this module and its callers take for granted in the description of a database.
FIELDS = ("id", "status", "info")


def listed(connection: Connection) -> list[dict[str, Any]]:
    """All databases of the organisation that are not terminated, as the DevOps API describes them."""
    found: list[dict[str, Any]] = []
    page: list[dict[str, Any]] = []
    while not found or len(page) == PAGE:
        after = f"&starting_after={page[-1]['id']}" if page else ""
        path = f"/databases?include=nonterminated&limit={PAGE}{after}"
        page = request_list(connection, path, "list databases", *FIELDS)
        found += page
        if not page:
            break
    return found


def described(connection: Connection, database_id: str, organisation: str = "", age: float = 0.0) -> dict[str, Any]:
    """One database.

    Args:
        connection: to the target.
        database_id: its UUID.
        organisation: id of the organisation it is known to belong to; a 404 counts as its absence only for a
            token of that organisation.
        age: how many seconds old the answer may be; see SharedReads.

    Raises:
        NotFound: the service said that it does not exist, or it is terminated or terminating.
        Unauthorized: the token belongs to another organisation.
    """
    doing = f"read database {database_id}"

    def read() -> dict[str, Any]:
        return request_object(connection, f"/databases/{database_id}", doing, *FIELDS)

    try:
        found = connection.reads.read(("database", database_id), read, age)
    except NotFound:
        if organisation and (other := organisation_id(connection)) != organisation:
            raise Unauthorized(
                f"cannot {doing}: it belongs to organisation {organisation}, the token to {other}. Use a token of the former."
            ) from None
        raise
    if found["status"] in ENDED:
        raise NotFound(f"database {database_id} is {found['status']}.", code=found["status"])
    return found


class Standing(NamedTuple):
    """A database that is there: the address of its Data API, and its description."""

    endpoint: str
    described: dict[str, Any]


def _wake(connection: Connection, described_one: dict[str, Any]) -> None:
    """Sends what wakes a hibernated database: any request to its Data API, which is answered with 503."""
    endpoint = connection.target.api_endpoint(described_one["id"], described_one["info"]["region"])
    with suppress(AstraError):
        command(connection, endpoint, "", "findEmbeddingProviders", {}, "wake the database", repeatable=False)


def matching(connection: Connection, settings: Mapping[str, Any], age: float = 0.0) -> list[dict[str, Any]]:
    """The databases of the name, cloud and region that `settings` state; names are not unique to the service.

    Args:
        connection: to the target.
        settings: name, cloudProvider and region.
        age: how many seconds old the answer may be; see SharedReads.
    """
    found = connection.reads.read("databases", lambda: listed(connection), age)
    triple = ("name", "cloudProvider", "region")
    return [
        entry
        for entry in found
        if entry["status"] not in ENDED and all(entry["info"].get(key) == settings[key] for key in triple)
    ]


def standing(connection: Connection, settings: Mapping[str, Any]) -> Standing:
    """The database that `settings` declare: by its id, by its address, or by its name, cloud and region.

    Raises:
        NotFound: it is proven that there is none.
        Conflict: there are several of that name, cloud and region.
        Invalid: its address is none of this target's.
    """
    target = connection.target
    if "name" in settings:
        found = matching(connection, settings, SNAPSHOT)
        if not found:
            raise NotFound("it does not exist yet")
        if len(found) > 1:
            raise Conflict(f"there are several of the name {settings['name']}")
        return Standing(target.api_endpoint(found[0]["id"], settings["region"]), found[0])
    if "id" in settings:
        described_one = described(connection, settings["id"], age=SNAPSHOT)
        return Standing(target.api_endpoint(settings["id"], described_one["info"]["region"]), described_one)
    place = target.place(settings["apiEndpoint"])
    if place is None:
        raise Invalid(f"{settings['apiEndpoint']} is not an address of this target")
    return Standing(settings["apiEndpoint"], described(connection, place.database_id, age=SNAPSHOT))


def create(connection: Connection, name: str, cloud_provider: str, region: str) -> str:
    """Begins the creation of a serverless (vector) database and returns its id; it is not ACTIVE yet.

    Repeated only where the service turned it away as one request too many: names are not unique, so any other repetition could
    make a second database.
    """
    body = {
        "name": name,
        "cloudProvider": cloud_provider,
        "region": region,
        "tier": "serverless",
        "capacityUnits": 1,
        "dbType": "vector",
    }
    doing = f"create database {name}"
    response = request(connection, "POST", "/databases", doing, body=body)
    database_id = response.headers.get("Location", "").rstrip("/").rpartition("/")[2]
    if not database_id:
        raise Unreadable(f"cannot {doing}: the DevOps API answered HTTP {response.status_code} without the new id.")
    return str(database_id)


def terminate(connection: Connection, database_id: str, organisation: str = "") -> None:
    """Terminates a database and waits until it is gone; fine where it already is.

    Args:
        connection: to the target.
        database_id: its UUID.
        organisation: as for `described`.
    """
    doing = f"terminate database {database_id}"

    def begun() -> bool:
        try:
            removed(
                lambda: request(connection, "POST", f"/databases/{database_id}/terminate", doing),
                lambda: bool(described(connection, database_id, organisation)),
            )
        except Conflict:
            return False
        return True

    last = ""

    def gone() -> bool:
        nonlocal last
        try:
            last = described(connection, database_id, organisation)["status"]
        except NotFound as error:
            last = error.code
            return last != TERMINATING
        return False

    try:
        described(connection, database_id, organisation)
        wait(connection, begun, doing, "it is being changed")
    except NotFound as error:
        if error.code != TERMINATING:
            return
    wait(connection, gone, doing, lambda: f"it is still {last}")


def removed(send: Callable[[], Any], stands: Callable[[], bool]) -> None:
    """Sends the removal of something that stood a moment ago; "not found" counts only where it stands no longer.

    Args:
        send: the request.
        stands: asks once more whether it stands, elsewhere than where it is removed; may raise NotFound itself.

    Raises:
        Unreadable: it is said not to exist, and stands.
        AstraError: whatever else either of them raises.
    """
    try:
        send()
    except NotFound as error:
        if stands():
            raise Unreadable(f"{error.said} Yet it stands, so nothing was removed. {ADDRESS_ADVICE}") from None


def wait_until_active(connection: Connection, database_id: str, organisation: str = "") -> dict[str, Any]:
    """The database once it is ACTIVE; one that is HIBERNATED is woken. Arguments as of `described`.

    Raises:
        NotFound: it is terminated.
        Refused: it is in a status that never becomes ACTIVE.
        TimedOut: it took longer than the connection's patience.
    """
    doing = f"wait for database {database_id}"
    last: dict[str, Any] = {}

    def active() -> bool:
        last.update(described(connection, database_id, organisation))
        if last["status"] in FAILED:
            raise Refused(f"cannot {doing}: it is {last['status']}. Terminate it, or ask Astra's support.")
        if last["status"] == HIBERNATED:
            _wake(connection, last)
        return bool(last["status"] == ACTIVE)

    wait(connection, active, doing, lambda: f"it is still {last.get('status', 'not readable')}")
    return last


def change(connection: Connection, database_id: str, method: str, path: str, doing: str, body: Any = None) -> None:
    """Sends a change of a database's keyspaces or datacenters, again and again while another one is under way (409).

    Args:
        connection: to the target.
        database_id: its UUID.
        method: POST or DELETE.
        path: what stands behind the database's own path: `/keyspaces/research`.
        doing: operation and thing for messages.
        body: sent as JSON where it is not None.
    """

    def accepted() -> bool:
        try:
            request(connection, method, f"/databases/{database_id}{path}", doing, body)
        except Conflict:
            wait_until_active(connection, database_id)
            return False
        return True

    wait(connection, accepted, doing, "the database is being changed by somebody else")


def unusable_region(connection: Connection, cloud_provider: str, region: str) -> str:
    """Why the organisation cannot have a serverless (vector) database in that region; empty where it can."""
    path = "/regions/serverless?region-type=vector&filter-by-org=enabled"

    def read() -> list[dict[str, Any]]:
        return request_list(connection, path, "list regions", "name", "cloudProvider")

    found = connection.reads.read("regions", read, REGIONS_LAST)
    of_cloud = sorted(entry["name"] for entry in found if entry["cloudProvider"].upper() == cloud_provider)
    if region in of_cloud:
        return ""
    near = nearest(region, of_cloud) or f"; its regions: {in_a_row(of_cloud) or 'none'}"
    return f"this organisation has no region {region} of {cloud_provider}{near}"
