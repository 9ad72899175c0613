"""A database that sleeps: a request to its Data API wakes it, and is answered with 503 until it is awake.

Sources: the documentation's page on the statuses of databases, and the Astra CLI, which does the same.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from astra import database
from astra.errors import AstraError, Invalid, Unavailable
from astra.http import Connection
from astra.target import Target

Result = TypeVar("Result")


def awake(connection: Connection, endpoint: str, action: Callable[[], Result]) -> Result:
    """The result of what asks a database's Data API; where that fails because the database is not ACTIVE, once more when it is.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        action: asks it.

    Raises:
        Invalid: the address is none of the target's, which may have its token.
        AstraError: what `action` raises, or the waiting: the database is gone, in ERROR, or took too long.
    """
    refuse_elsewhere(connection.target, endpoint)
    try:
        return action()
    except Unavailable as error:
        identity = connection.target.database_id(endpoint)
        if not identity or not _sleeps(connection, identity):
            raise error from None
        database.wait_until_active(connection, identity)
        return action()


def refuse_elsewhere(target: Target, endpoint: str) -> None:
    """Makes sure that an address is one of the target's, before its token goes there.

    Raises:
        Invalid: it is not, such as one that somebody wrote into a state, or of another target's environment.
    """
    if not target.serves(endpoint):
        raise Invalid(
            f"{urlsplit(endpoint).hostname} is not a host of this target and would get its token. Its databases are at "
            f"{target.data_api_url}; others need vectorize:dataApiUrl in the stack's config."
        )


def _sleeps(connection: Connection, database_id: str) -> bool:
    try:
        return bool(database.described(connection, database_id)["status"] != database.ACTIVE)
    except AstraError:
        return False
