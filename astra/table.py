"""Tables, as functions over plain data. How one is changed in place stands in table_alteration.py."""

from collections.abc import Callable, Mapping
from typing import Any

from astra.conflict import refuse_another
from astra.data_api import command
from astra.errors import Conflict, Refused, Unavailable, Unreadable
from astra.http import Connection
from astra.table_normalisation import differences, with_choices


def listed(connection: Connection, endpoint: str, keyspace: str, age: float = 0.0) -> dict[str, dict[str, Any]]:
    """The tables of a keyspace by name, each with its definition as the service explains it.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: its name.
        age: how many seconds old the answer may be; see SharedReads.

    Raises:
        NotFound: the keyspace does not exist.
    """
    doing = f"list the tables of keyspace {keyspace}"
    body = {"options": {"explain": True}}

    def read() -> dict[str, dict[str, Any]]:
        found = command(connection, endpoint, f"/{keyspace}", "listTables", body, doing, repeatable=True)
        try:
            return {entry["name"]: dict(entry["definition"]) for entry in found["status"]["tables"]}
        except (KeyError, TypeError, ValueError):
            raise Unreadable(f"cannot {doing}: the answer has no list of tables.") from None

    return connection.reads.read(("tables", endpoint, keyspace), read, age)


def names(connection: Connection, endpoint: str, keyspace: str) -> list[str]:
    """Names of the tables of a keyspace: all that is needed to look into them.

    Raises:
        NotFound: the keyspace does not exist.
    """
    doing = f"list the tables of keyspace {keyspace}"
    found = command(connection, endpoint, f"/{keyspace}", "listTables", {}, doing, repeatable=True)
    try:
        return list(found["status"]["tables"])
    except (KeyError, TypeError):
        raise Unreadable(f"cannot {doing}: the answer has no list of tables.") from None


def create(
    connection: Connection, endpoint: str, keyspace: str, name: str, definition: Mapping[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Makes sure that the table stands with that definition.

    Lists first: one that is there with the same definition is taken over, one with another is an error that shows both, also
    where somebody makes it meanwhile.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        name: its name.
        definition: `{columns, primaryKey}` in the Data API's words; a type in its short or its long form.

    Returns:
        Its definition as the service explains it, and whether it was listed before anything was sent, and so taken over.

    Raises:
        Conflict: another definition, or a collection, has that name.
        AstraError: whatever else the service says.
    """
    doing = f"create table {keyspace}.{name}"
    there = stands = listed(connection, endpoint, keyspace).get(name)
    if stands is None:
        existing = _create(connection, endpoint, keyspace, {"name": name, "definition": dict(definition)}, doing)
        stands = listed(connection, endpoint, keyspace).get(name)
        if stands is None:
            raise existing or Unavailable(f"cannot {doing}: the service accepted it but does not list it. Run again.")
    refuse_another("a table", differences(with_choices(definition, stands), stands), doing)
    return stands, there is not None


def delete(connection: Connection, endpoint: str, keyspace: str, name: str, guard: Callable[[], None] = lambda: None) -> None:
    """Deletes a table with its indexes; fine where it is gone.

    Looks first whether the name is a table's: dropTable drops a collection of that name as readily.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        name: its name.
        guard: called where the table is there, right before it is deleted; raises to keep it.

    Raises:
        NotFound: the Data API does not know the keyspace; to the token of another database it knows none.
        AstraError: what `guard` raises, and whatever else the service says.
    """
    if name in listed(connection, endpoint, keyspace):
        guard()
        body = {"name": name, "options": {"ifExists": True}}
        command(connection, endpoint, f"/{keyspace}", "dropTable", body, f"delete table {keyspace}.{name}", repeatable=True)


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


def _create(connection: Connection, endpoint: str, keyspace: str, body: Mapping[str, Any], doing: str) -> Conflict | None:
    """Sends createTable; returns what is wrong should no table have that name, although the service says that one is there.

    Never with ifNotExists: that is answered by ok whatever stands there, a collection included. Without it a repetition after
    an open outcome does no harm, and where it is refused, the first one may have made the table.
    """
    try:
        command(connection, endpoint, f"/{keyspace}", "createTable", body, doing, repeatable=True)
    except Refused as error:
        if error.code != "CANNOT_ADD_EXISTING_TABLE":
            raise
        return Conflict(
            f"cannot {doing}: the Data API said {error.code}, and lists no table of that name. A collection may have it: choose "
            "another name, or delete it yourself.",
            code=error.code,
        )
    return None
