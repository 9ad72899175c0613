"""Keyspaces, as functions over plain data: through the DevOps API on Astra, by commands of a self-hosted Data API."""

from collections.abc import Mapping
from typing import Any

from astra import collection
from astra.data_api import command
from astra.database import change, removed, turns, wait_until_active
from astra.devops import wait
from astra.errors import NotFound, Unavailable, Unreadable
from astra.http import Connection

# Unit: seconds. A guess: the clients do not wait at all, and fail now and then.
SERVED_WITHIN = 300.0


def names(described: Mapping[str, Any]) -> list[str]:
    """Names of the keyspaces in a database's description, in alphabetical order."""
    return sorted(described["info"].get("keyspaces") or [])


def create(connection: Connection, database_id: str, name: str) -> dict[str, Any]:
    """Creates a keyspace, waits until it is listed, and returns its database; fine where it already is."""
    doing = f"create keyspace {name} of database {database_id}"
    with turns[database_id]:
        if name not in names(wait_until_active(connection, database_id)):
            change(connection, database_id, "POST", f"/keyspaces/{name}", doing)
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
    with turns[database_id]:

        def stands() -> bool:
            return name in names(wait_until_active(connection, database_id))

        if stands():
            removed(lambda: change(connection, database_id, "DELETE", f"/keyspaces/{name}", doing), stands)
            wait(connection, lambda: not stands(), doing, "it is still listed")


def self_hosted_names(connection: Connection, endpoint: str, age: float = 0.0) -> list[str]:
    """Names of the keyspaces that a self-hosted Data API serves, in its order.

    Args:
        connection: to the target.
        endpoint: address of the Data API, without a path.
        age: how many seconds old the answer may be; see SharedReads.
    """
    doing = f"list the keyspaces of {endpoint}"

    def read() -> list[str]:
        found = command(connection, endpoint, "", "findKeyspaces", {}, doing, repeatable=True)
        status = found.get("status")
        listed = status.get("keyspaces") if isinstance(status, dict) else None
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise Unreadable(f"cannot {doing}: the answer has no list of keyspaces.")
        return listed

    return connection.reads.read(("keyspaces", endpoint), read, age)


def self_hosted_create(connection: Connection, endpoint: str, name: str) -> None:
    """Creates a keyspace with the service's own replication, one copy; one that is there already stays as it is.

    Source: recorded; a repetition is fine, and changes no replication.
    """
    if name not in self_hosted_names(connection, endpoint):
        command(connection, endpoint, "", "createKeyspace", {"name": name}, f"create keyspace {name}", repeatable=True)


def self_hosted_drop(connection: Connection, endpoint: str, name: str) -> None:
    """Drops a keyspace with everything in it; fine where it is gone."""
    command(connection, endpoint, "", "dropKeyspace", {"name": name}, f"drop keyspace {name}", repeatable=True)
