"""How many collections and indexes a database may have, counted over all its keyspaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from emulator import settings
from emulator.data_api.errors import DataApiError, SchemaChangeFailed

if TYPE_CHECKING:
    from emulator.data_api.call import Call

INDEXES_NEEDED: Final = 10
"""How many indexes must be free for a collection, whatever it will really use."""

STANDING: Final = (
    " JOIN keyspaces ON (keyspaces.database, keyspaces.name) = (held.database, keyspace)"
    " WHERE held.database = ? AND (dropped IS NULL OR dropped > ?)"
)
"""What is in a keyspace that is not dropped yet."""


def _indexes(call: Call) -> int:
    place = (call.database, call.now)
    unnamed = call.connection.execute(f"SELECT total(indexes) FROM collections AS held {STANDING}", place).fetchone()[0]  # noqa: S608
    named = call.connection.execute(f"SELECT count(*) FROM indexes AS held {STANDING}", place).fetchone()[0]  # noqa: S608
    return int(unnamed) + int(named)


def check_collection(call: Call, name: str) -> None:
    """Whether one more collection has room.

    Raises:
        DataApiError: TOO_MANY_COLLECTIONS, TOO_MANY_INDEXES_FOR_COLLECTION.

    """
    count = call.connection.execute(
        f"SELECT count(*) FROM collections AS held {STANDING} AND kind = 'collection'",  # noqa: S608
        (call.database, call.now),
    ).fetchone()[0]
    most = settings.read(call.connection, "max_collections")
    if count >= most:
        raise DataApiError("TOO_MANY_COLLECTIONS", f"No room for {name}: the database has {count} collections of {most}.")
    most, used = settings.read(call.connection, "max_indexes"), _indexes(call)
    if used + INDEXES_NEEDED > most:
        raise DataApiError(
            "TOO_MANY_INDEXES_FOR_COLLECTION",
            f"No room for {name}: the database uses {used} indexes of {most}, a collection needs {INDEXES_NEEDED}.",
        )


def check_index(call: Call, name: str) -> None:
    """Whether one more index of a table has room; that the database refuses it so is unverified.

    Raises:
        SchemaChangeFailed: INVALID_DATABASE_QUERY.

    """
    most, used = settings.read(call.connection, "max_indexes"), _indexes(call)
    if used >= most:
        raise SchemaChangeFailed(
            "INVALID_DATABASE_QUERY", f"No room for the index {name}: the database uses {used} indexes of {most}."
        )
