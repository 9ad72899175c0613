"""Tables, as functions over plain data; only as far as collections have to know of them."""

from astra.data_api import command
from astra.errors import Unreadable
from astra.http import Connection


def names(connection: Connection, endpoint: str, keyspace: str) -> list[str]:
    """Names of the tables of a keyspace.

    Raises:
        NotFound: the keyspace does not exist.
    """
    doing = f"list the tables of keyspace {keyspace}"
    found = command(connection, endpoint, f"/{keyspace}", "listTables", {}, doing, repeatable=True)
    try:
        return list(found["status"]["tables"])
    except (KeyError, TypeError):
        raise Unreadable(f"cannot {doing}: the answer has no list of tables.") from None


def holds_rows(connection: Connection, endpoint: str, keyspace: str, name: str) -> bool:
    """Whether a table holds at least one row; without a projection, as its columns are not known here.

    Raises:
        AstraError: it could not be decided; then assume that it does.
    """
    doing = f"look into table {keyspace}.{name}"
    found = command(connection, endpoint, f"/{keyspace}/{name}", "findOne", {}, doing, repeatable=True)
    try:
        return found["data"]["document"] is not None
    except (KeyError, TypeError):
        raise Unreadable(f"cannot {doing}: the answer has no document field.") from None
