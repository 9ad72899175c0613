"""What stands in the keyspaces of a database, declared or not, and whether it holds anything.

Asked before anything is adopted or deleted. An error means that it could not be decided.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from astra import collection, table
from astra.http import Connection

Names: TypeAlias = Callable[[Connection, str, str], Iterable[str]]
Holds: TypeAlias = Callable[[Connection, str, str, str], bool]


class Kind(NamedTuple):
    """How one kind of thing is asked for.

    Attributes:
        names: the names of all of them in a keyspace.
        holds: whether the one of that name holds a document or row.
    """

    names: Names
    holds: Holds


# By what the Data API and an environment call them.
KINDS: Mapping[str, Kind] = {
    "collections": Kind(collection.listed, collection.holds_documents),
    "tables": Kind(table.names, table.holds_rows),
}


def named(connection: Connection, endpoint: str, keyspaces: Iterable[str]) -> list[tuple[str, str]]:
    """Keyspace and name of every collection and table, in alphabetical order."""
    return sorted(
        (keyspace, name)
        for keyspace in keyspaces
        for kind in KINDS.values()
        for name in kind.names(connection, endpoint, keyspace)
    )


def filled(connection: Connection, endpoint: str, keyspaces: Iterable[str]) -> list[str]:
    """`keyspace.name` of every collection and table that holds at least one document or row."""
    return sorted(
        f"{keyspace}.{name}"
        for keyspace in keyspaces
        for kind in KINDS.values()
        for name in kind.names(connection, endpoint, keyspace)
        if kind.holds(connection, endpoint, keyspace, name)
    )
