"""Keyspaces, as functions over plain data. The DevOps API makes and drops them; it lists them with their database."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from astra import collection
from astra.database import wait_until_active
from astra.devops import request, wait
from astra.errors import Conflict, NotFound, Unavailable
from astra.http import Connection

# Unit: seconds. A guess: the clients do not wait at all, and fail now and then.
SERVED_WITHIN = 300.0
# One change of keyspaces at a time per database: the service answers 409 to a second one.
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def names(described: Mapping[str, Any]) -> list[str]:
    """Names of the keyspaces in a database's description, in alphabetical order."""
    return sorted(described["info"].get("keyspaces") or [])


def create(connection: Connection, database_id: str, name: str) -> dict[str, Any]:
    """Creates a keyspace, waits until it is listed, and returns its database; fine where it already is."""
    doing = f"create keyspace {name} of database {database_id}"
    with _turns[database_id]:
        if name not in names(wait_until_active(connection, database_id)):
            _changed(connection, "POST", database_id, name, doing)
            wait(connection, lambda: name in names(wait_until_active(connection, database_id)), doing, "it is not listed yet")
        return wait_until_active(connection, database_id)


def wait_until_served(connection: Connection, endpoint: str, name: str) -> None:
    """Waits until the Data API knows the keyspace: after ACTIVE its address and its view of the schema need a moment.

    Raises:
        TimedOut: it did not within five minutes.
        AstraError: it refused.
    """
    last = ""

    def served() -> bool:
        nonlocal last
        try:
            collection.listed(connection, endpoint, name)
        except (NotFound, Unavailable) as error:
            last = str(error)
            return False
        return True

    wait(connection, served, f"use keyspace {name}", lambda: f"the Data API does not serve it: {last}", limit=SERVED_WITHIN)


def drop(connection: Connection, database_id: str, name: str) -> None:
    """Drops a keyspace with everything in it and waits until it is no longer listed; fine where it is gone."""
    doing = f"drop keyspace {name} of database {database_id}"
    with _turns[database_id]:
        if name in names(wait_until_active(connection, database_id)):
            _changed(connection, "DELETE", database_id, name, doing)
            wait(connection, lambda: name not in names(wait_until_active(connection, database_id)), doing, "it is still listed")


def _changed(connection: Connection, method: str, database_id: str, name: str, doing: str) -> None:
    def accepted() -> bool:
        try:
            request(connection, method, f"/databases/{database_id}/keyspaces/{name}", doing)
        except Conflict:
            wait_until_active(connection, database_id)
            return False
        return True

    wait(connection, accepted, doing, "the database is being changed by somebody else")
