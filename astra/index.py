"""Indexes of tables, as functions over plain data: `{table, indexType, column, options}`, the type regular, text or vector.

Nothing of an index can be altered. `ifNotExists` is never sent: it is answered by ok whatever has the name, an index of another
table included.
"""

from collections.abc import Callable, Mapping
from typing import Any

from astra import table as tables
from astra.conflict import refuse_another
from astra.data_api import command
from astra.errors import Conflict, Refused, Unavailable, Unreadable
from astra.http import Connection
from astra.index_normalisation import differences
from astra.wording import listed as in_a_row

# What the service says of the indexes of a table with a provider that it no longer offers (recorded).
UNLISTABLE = "EMBEDDING_PROVIDER_UNAVAILABLE"
_COMMANDS = {"regular": "createIndex", "text": "createTextIndex", "vector": "createVectorIndex"}


def listed(connection: Connection, endpoint: str, keyspace: str, table: str, age: float = 0.0) -> dict[str, dict[str, Any]]:
    """The indexes of a table by name, each as `{table, indexType, column, options}`; none where no such table is listed.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        table: its name.
        age: how many seconds old the answer may be; see SharedReads.

    Raises:
        NotFound: the keyspace does not exist.
    """
    found = tables.listed(connection, endpoint, keyspace, age).get(table)
    if found is None:
        return {}
    columns: Mapping[str, Any] = found["columns"]
    doing = f"list the indexes of table {keyspace}.{table}"
    body = {"options": {"explain": True}}

    def read() -> dict[str, dict[str, Any]]:
        answer = command(connection, endpoint, f"/{keyspace}/{table}", "listIndexes", body, doing, repeatable=True)
        try:
            return {entry["name"]: _index(table, entry, columns) for entry in answer["status"]["indexes"]}
        except (KeyError, TypeError, AttributeError):
            raise Unreadable(f"cannot {doing}: the answer has no list of indexes.") from None

    return connection.reads.read(("indexes", endpoint, keyspace, table), read, age)


def create(
    connection: Connection,
    endpoint: str,
    keyspace: str,
    table: str,
    name: str,
    definition: Mapping[str, Any],
) -> tuple[dict[str, Any], bool]:
    """Makes sure that the index stands with that definition.

    Lists first: one that is there with the same definition is taken over, one with another is an error that shows both, also
    where somebody makes it meanwhile.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        table: name of its table.
        name: its name, unique among the indexes of the keyspace.
        definition: `{indexType, column, options}`; an option that is left out means its default.

    Returns:
        The index as `listed` does, and whether it was listed before anything was sent, and so taken over.

    Raises:
        Conflict: an index with another definition or of another table has that name, or its column has an index already.
        AstraError: whatever else the service says.
    """
    doing = f"create index {keyspace}.{name}"
    there = stands = listed(connection, endpoint, keyspace, table).get(name)
    if stands is None:
        existing = _create(connection, endpoint, keyspace, table, name, definition, doing)
        stands = listed(connection, endpoint, keyspace, table).get(name)
        if stands is None and existing and (holder := _table_with(connection, endpoint, keyspace, name)):
            raise _taken(doing, holder, existing.code)
        if stands is None:
            raise existing or Unavailable(f"cannot {doing}: the service accepted it but does not list it. Run again.")
    refuse_another("an index", differences({"table": table, **definition}, stands), doing)
    return stands, there is not None


def _taken(doing: str, holder: str, code: str) -> Conflict:
    return Conflict(
        f"cannot {doing}: table {holder} has an index of that name, which is unique in a keyspace. Where that index or its table "
        "is to go, update without this one first, and then with it; otherwise choose another name, or delete that one yourself.",
        code=code,
    )


def delete(
    connection: Connection, endpoint: str, keyspace: str, table: str, name: str, guard: Callable[[], None] = lambda: None
) -> None:
    """Deletes an index of that table; fine where it is gone, with or without its table.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspace: name of its keyspace.
        table: name of its table.
        name: its name.
        guard: called where the index is there, right before it is deleted; raises to keep it.

    Raises:
        NotFound: the Data API does not know the keyspace; to the token of another database it knows none.
        AstraError: what `guard` raises, and whatever else the service says.
    """
    try:
        # By its name alone the index of another table would be deleted, which may have it by now.
        there = name in listed(connection, endpoint, keyspace, table)
    except Refused as error:
        if error.code != UNLISTABLE:
            raise
        there = True
    if there:
        guard()
        body = {"name": name, "options": {"ifExists": True}}
        command(connection, endpoint, f"/{keyspace}", "dropIndex", body, f"delete index {keyspace}.{name}", repeatable=True)


def _index(table: str, entry: Mapping[str, Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    definition = entry["definition"]
    column = definition["column"]
    if isinstance(column, Mapping):
        (name,) = column
        # That of a list or a set is told like that on the values of a map; nobody can declare it so.
        column = column if columns.get(name, {}).get("type") == "map" else name
    return {"table": table, "indexType": entry["indexType"], "column": column, "options": definition.get("options", {})}


def _create(
    connection: Connection, endpoint: str, keyspace: str, table: str, name: str, definition: Mapping[str, Any], doing: str
) -> Conflict | None:
    """Sends the command; returns what is wrong should no table have such an index, although the service says that one does.

    A repetition after an open outcome does no harm, and where it is refused, the first one may have made the index.
    """
    stated = {key: definition[key] for key in ("column", "options") if definition.get(key)}
    body = {"name": name, "definition": stated}
    try:
        command(connection, endpoint, f"/{keyspace}/{table}", _COMMANDS[definition["indexType"]], body, doing, repeatable=True)
    except Refused as error:
        if error.code != "CANNOT_ADD_EXISTING_INDEX":
            raise
        return Conflict(
            f"cannot {doing}: the Data API said {error.code}, and lists no index of that name for any table. A collection may "
            "have it: choose another name.",
            code=error.code,
        )
    except Unavailable as error:
        if error.code != "INVALID_DATABASE_QUERY":
            raise
        # How the database refuses a second index on a column comes like a failure of its own.
        indexes = listed(connection, endpoint, keyspace, table)
        others = [other for other, index in indexes.items() if index["column"] == definition["column"]]
        if name in others or not others:
            raise
        raise Conflict(
            f"cannot {doing}: its column has an index already ({in_a_row(others)}), and takes no other. Declare that one, or "
            "delete it yourself.",
            code=error.code,
        ) from None
    return None


def _table_with(connection: Connection, endpoint: str, keyspace: str, name: str) -> str | None:
    """The table of the keyspace that has an index of that name: no command lists the indexes of a keyspace."""
    return next(
        (
            table
            for table in tables.listed(connection, endpoint, keyspace)
            if name in listed(connection, endpoint, keyspace, table)
        ),
        None,
    )
