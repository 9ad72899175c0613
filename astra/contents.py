"""What stands in the keyspaces of a database, declared or not, and whether it holds anything.

Asked before anything is adopted or deleted. An error means that it could not be decided.
"""

from collections.abc import Iterable

from astra import collection, table
from astra.http import Connection


def named(connection: Connection, endpoint: str, keyspaces: Iterable[str]) -> list[tuple[str, str]]:
    """Keyspace and name of every collection and table, in alphabetical order."""
    return sorted(
        (keyspace, name)
        for keyspace in keyspaces
        for name in (*collection.listed(connection, endpoint, keyspace), *table.names(connection, endpoint, keyspace))
    )


def filled(connection: Connection, endpoint: str, keyspaces: Iterable[str]) -> list[str]:
    """`keyspace.name` of every collection and table that holds at least one document or row."""
    kinds = ((collection.listed, collection.holds_documents), (table.names, table.holds_rows))
    return sorted(
        f"{keyspace}.{name}"
        for keyspace in keyspaces
        for names, holds in kinds
        for name in names(connection, endpoint, keyspace)
        if holds(connection, endpoint, keyspace, name)
    )
