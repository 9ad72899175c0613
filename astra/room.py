"""Room: how many collections, tables and indexes a database will have, beside how many one usually holds.

The usual limits are the documentation's and the defaults of the Data API's source (schemas/environment.schema.json); a database
of Astra tells nobody its own, which may have been raised, and none was seen to be enforced there: unconfirmed. An open-source
Data API was seen to count what stands before each create, and not what is being made at the same time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import catalog, collection, table
from astra.environment_rules import INDEXES_A_COLLECTION
from astra.http import Connection
from astra.sharing import SNAPSHOT

_LISTINGS = {"collections": collection.listed, "tables": table.listed}


@dataclass(frozen=True, slots=True)
class Room:
    """What stands in a database, and what is to be made in it.

    Attributes:
        standing: how many stand, managed or not, in all its keyspaces: by kind, as the limits name it. Of indexes those that
            collections need and those that are declared: which others there are would take a request for each table.
        to_make: how many are to be made, by kind.
        collections: addresses of the collections that are to be made.
    """

    standing: Mapping[str, int]
    to_make: Mapping[str, int]
    collections: frozenset[str]

    def warnings(self, database: str) -> Iterator[str]:
        """A sentence for each kind of which more would stand than a database usually holds.

        Args:
            database: its logical name.
        """
        for kind, made in self.to_make.items():
            stands, limit = self.standing[kind], usual(kind)
            if made and stands + made > limit:
                each = f", {INDEXES_A_COLLECTION} of them for each collection" if kind == "indexes" else ""
                yield (
                    f"{database}: {stands + made} {kind}, {stands + made - limit} more than the usual limit of {limit}: {stands} "
                    f"stand and {made} are to be made{each}. Unless the limit was raised for this database, the service may "
                    "refuse the last ones, or let them pass where they are made at the same time."
                )


def usual(kind: str) -> int:
    """How many of that kind a database usually holds."""
    return int(catalog.schema("environment")["$defs"]["limits"]["properties"][kind]["maximum"])


def overrun(database: str, collections: int) -> str:
    """What to know where more collections stand than a database usually holds; empty where no more do.

    Args:
        database: its logical name.
        collections: how many stand in it.
    """
    beyond = collections - usual("collections")
    if beyond <= 0:
        return ""
    return (
        f"{database}: {collections} collections stand, {beyond} more than the usual limit of {usual('collections')}: those "
        "made at the same time are not counted against each other. Unless the limit was raised for this database, the next one "
        "is refused: delete a collection, use another database, or ask Astra's support for more."
    )


def looked_into(
    connection: Connection, endpoint: str, keyspaces: Iterable[str], database: str, declared: Mapping[str, Any]
) -> Room | None:
    """The room of a database that stands; None where nothing is to be made, and then no more is listed than what is declared.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspaces: names of all its keyspaces.
        database: its logical name.
        declared: what is declared in it: by keyspace `collections` and `tables`, by name.

    Raises:
        AstraError: a keyspace could not be listed.
    """

    def standing(kind: str, where: Iterable[str]) -> set[str]:
        return {
            f"{database}.{keyspace}.{name}"
            for keyspace in where
            for name in _LISTINGS[kind](connection, endpoint, keyspace, SNAPSHOT)
        }

    wanted = {kind: set(_entries(database, declared, kind)) for kind in _LISTINGS}
    keyspaces = list(keyspaces)
    there = {
        kind: standing(kind, [one for one in keyspaces if (declared.get(one) or {}).get(kind)]) if wanted[kind] else set()
        for kind in _LISTINGS
    }
    if not any(wanted[kind] - there[kind] for kind in _LISTINGS):
        return None
    # Collections in any case: the indexes of a table share the room with theirs.
    return _room(
        database,
        declared,
        {kind: standing(kind, keyspaces) if wanted[kind] or kind == "collections" else set() for kind in _LISTINGS},
    )


def untouched(database: str, declared: Mapping[str, Any]) -> Room:
    """The room of a database that does not exist yet. Arguments as of `looked_into`."""
    return _room(database, declared, {kind: set() for kind in _LISTINGS})


def _room(database: str, declared: Mapping[str, Any], stands: Mapping[str, set[str]]) -> Room:
    entries = {kind: _entries(database, declared, kind) for kind in _LISTINGS}
    to_make = {kind: entries[kind].keys() - stands[kind] for kind in _LISTINGS}
    indexes = {address: len((stated or {}).get("indexes") or {}) for address, stated in entries["tables"].items()}
    new = sum(indexes[address] for address in to_make["tables"])
    # Of collections alone their number says enough.
    each = INDEXES_A_COLLECTION if any(indexes.values()) else 0
    return Room(
        standing={
            **{kind: len(stands[kind]) for kind in _LISTINGS},
            "indexes": each * len(stands["collections"]) + sum(indexes.values()) - new,
        },
        to_make={**{kind: len(to_make[kind]) for kind in _LISTINGS}, "indexes": each * len(to_make["collections"]) + new},
        collections=frozenset(to_make["collections"]),
    )


def _entries(database: str, declared: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Everything declared of one kind, by its address."""
    return {
        f"{database}.{keyspace}.{name}": stated
        for keyspace, content in declared.items()
        for name, stated in ((content or {}).get(kind) or {}).items()
    }
