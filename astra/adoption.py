"""Whether a database that is there already is the one a killed run began.

Names are not unique to the service, so a database is taken over by name only when nothing else can be
meant and nothing can be lost: exactly one of that name, cloud and region, and nothing in it.
"""

from astra import contents, database, keyspace
from astra.errors import AstraError, Conflict, Unavailable
from astra.http import Connection
from astra.wording import listed

# Between the POST and ACTIVE nothing can be in it yet. Of the DevOps API's statuses and those that clients know.
_BEING_MADE = ("PENDING", "INITIALIZING", "ASSOCIATING", "PLACING", "PREPARING", "PREPARED")


def adoptable(connection: Connection, name: str, cloud_provider: str, region: str) -> str | None:
    """Id of the database to take over; None where there is none of that name, cloud and region.

    Raises:
        Conflict: there are several, or one that is not known to be empty.
        Unavailable: there is one that could not be looked into for the moment.
    """
    found = database.matching(connection, {"name": name, "cloudProvider": cloud_provider, "region": region})
    if not found:
        return None
    ids = [str(entry["id"]) for entry in found]
    what = f"cannot create database {name}: there is one of that name in {cloud_provider} {region} already"
    advice = "Give the new one another name, or terminate the old one yourself."
    if len(found) > 1:
        raise Conflict(f"{what}, more than one even ({listed(ids)}). {advice}")
    (entry,) = found
    if entry["status"] in _BEING_MADE:
        return ids[0]
    endpoint = connection.target.api_endpoint(ids[0], region)
    try:
        inside = contents.named(connection, endpoint, keyspace.names(entry))
    except Unavailable as error:
        raise Unavailable(f"{what} ({ids[0]}), and it could not be looked into: {error} Run again, which finds out.") from None
    except AstraError as error:
        raise Conflict(f"{what} ({ids[0]}), and it could not be looked into: {error} {advice}") from None
    if inside:
        raise Conflict(f"{what} ({ids[0]}), and it is not empty: {listed('.'.join(one) for one in inside)}. {advice}")
    return ids[0]
