"""Datacenters: the regions of a database beyond its first, as functions over plain data.

Source: the DevOps API's OpenAPI document (2.3.0). Adding one takes an array, the database is in MAINTENANCE meanwhile,
and a second change is answered 409. One at a time per database, as the Terraform provider does it.
"""

from typing import Any

from astra.answers import ADDRESS_ADVICE
from astra.database import change, removed, turns, wait_until_active
from astra.devops import request_list, wait
from astra.errors import NotFound, Unreadable
from astra.http import Connection

FIELDS = ("id", "region")
_ENDED = ("TERMINATING", "TERMINATED")


def listed(connection: Connection, database_id: str, age: float = 0.0) -> dict[str, dict[str, Any]]:
    """The datacenters of a database that was just described, by their region; its first among them, none that is terminated.

    Args:
        connection: to the target.
        database_id: the database's UUID.
        age: how many seconds old the answer may be; see SharedReads.

    Raises:
        Unreadable: the database is said not to exist, which its description alone can tell.
    """
    doing = f"list the regions of database {database_id}"

    def read() -> list[dict[str, Any]]:
        try:
            return request_list(connection, f"/databases/{database_id}/datacenters", doing, *FIELDS)
        except NotFound as error:
            raise Unreadable(f"{error.said} Yet the database was there a moment ago: run again. {ADDRESS_ADVICE}") from None

    found = connection.reads.read(("datacenters", database_id), read, age)
    return {entry["region"]: entry for entry in found if entry.get("status") not in _ENDED}


def create(connection: Connection, database_id: str, cloud_provider: str, region: str) -> str:
    """Adds a region to a database, waits until it stands, and returns the datacenter's id; fine where it already is.

    Raises:
        NotFound: the database is gone.
        AstraError: whatever else the service says.
    """
    doing = f"add region {region} to database {database_id}"
    with turns[database_id]:
        wait_until_active(connection, database_id)
        if region not in listed(connection, database_id):
            body = [{"tier": "serverless", "cloudProvider": cloud_provider, "region": region}]
            change(connection, database_id, "POST", "/datacenters", doing, body)
            wait(connection, lambda: _stands(connection, database_id, region), doing, "it is not listed yet")
        wait_until_active(connection, database_id)
        try:
            return str(listed(connection, database_id)[region]["id"])
        except KeyError:
            raise Unreadable(f"cannot {doing}: the service accepted it but does not list it. Run again.") from None


def terminate(connection: Connection, database_id: str, region: str) -> None:
    """Takes a region from a database with its replica of the data and waits until it is gone; fine where it already is."""
    doing = f"remove region {region} from database {database_id}"
    with turns[database_id]:
        wait_until_active(connection, database_id)
        found = listed(connection, database_id).get(region)
        if found:
            removed(
                lambda: change(connection, database_id, "POST", f"/datacenters/{found['id']}/terminate", doing),
                lambda: _stands(connection, database_id, region),
            )
            wait(connection, lambda: not _stands(connection, database_id, region), doing, "it is still listed")
            wait_until_active(connection, database_id)


def _stands(connection: Connection, database_id: str, region: str) -> bool:
    wait_until_active(connection, database_id)
    return region in listed(connection, database_id)
