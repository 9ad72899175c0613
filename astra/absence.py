"""Whether a failure of the Data API proves that something is gone: only where whoever else knows the database agrees.

A terminated database answers nothing of use, and to the token of another database every keyspace is unknown.
"""

from astra import database, keyspace
from astra.errors import AstraError, NotFound, Refused, Unauthorized, Unavailable
from astra.http import Connection


def meant(connection: Connection, error: AstraError, endpoint: str, keyspace_name: str, organisation: str) -> AstraError:
    """What a failure means once everybody was asked; NotFound only where that is proven.

    Args:
        connection: to the target.
        error: what the Data API raised.
        endpoint: address of the database's Data API.
        keyspace_name: the keyspace that was asked for.
        organisation: id of the organisation that the database is known to belong to, or "".
    """
    if connection.target.self_hosted:
        return _by_itself(connection, error, endpoint, keyspace_name)
    identity = connection.target.database_id(endpoint)
    if identity:
        return _by_the_devops_api(connection, error, identity, keyspace_name, organisation)
    if isinstance(error, NotFound):
        return Refused(f"{error} Whether it is gone cannot be told: {endpoint} is not an address of this target.")
    return error


def _by_the_devops_api(
    connection: Connection, error: AstraError, database_id: str, keyspace_name: str, organisation: str
) -> AstraError:
    try:
        described = database.described(connection, database_id, organisation)
    except NotFound as gone:
        return gone
    except AstraError as other:
        # What was asked for is what failed; where the DevOps API knows why, it says it better.
        return other if isinstance(other, Unauthorized) else error
    if isinstance(error, NotFound) and error.code == "UNKNOWN_KEYSPACE" and keyspace_name in keyspace.names(described):
        return Unauthorized(
            f"the Data API of database {database_id} does not know its keyspace {keyspace_name}, which the DevOps API "
            "lists. The token may belong to another database: use one of this organisation."
        )
    return error


def _by_itself(connection: Connection, error: AstraError, endpoint: str, keyspace_name: str) -> AstraError:
    """A self-hosted Data API has nobody beside it: its own list of keyspaces must agree."""
    if not isinstance(error, NotFound):
        return error
    try:
        listed = keyspace.self_hosted_names(connection, endpoint)
    except AstraError as other:
        return other
    return Unavailable(f"{error} Yet it lists the keyspace {keyspace_name}: run again.") if keyspace_name in listed else error
