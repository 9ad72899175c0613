"""Room: how many collections, tables and indexes a database will have, beside how many one usually holds.

The usual limits are the documentation's and the defaults of the Data API's source (schemas/environment.schema.json); a database
of Astra tells nobody its own, which may have been raised, and none was seen to be enforced there: unconfirmed. An open-source
Data API was seen to count what stands before each create, and not what is being made at the same time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
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
            collections need and those that are or were declared: which others there are would take a request for each table.
        to_make: how many are to be made, by kind.
        dropped: how many of those that stand are no longer declared, by kind: they go, but only after the new ones were made.
        collections: addresses of the collections that are to be made.
    """

    standing: Mapping[str, int]
    to_make: Mapping[str, int]
    dropped: Mapping[str, int]
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
                    f"refuse the last ones, or let them pass where they are made at the same time.{_way_out(self.dropped[kind])}"
                )


def _way_out(dropped: int) -> str:
    """What helps where the same update drops some of what stands; empty where it drops none."""
    if not dropped:
        return ""
    return (
        f" {dropped} of those that stand {'is' if dropped == 1 else 'are'} dropped by this update, but only after the new ones "
        "are made: drop in one update, and add in the next."
    )


def usual(kind: str) -> int:
    """How many of that kind a database usually holds."""
    return int(catalog.schema("environment")["$defs"]["limits"]["properties"][kind]["maximum"])


def overrun(database: str, collections: int, dropped: int) -> str:
    """What to know where more collections will stand than a database usually holds; empty where no more will.

    Args:
        database: its logical name.
        collections: how many stand in it.
        dropped: how many of them this update is still to drop.
    """
    left = collections - dropped
    beyond = left - usual("collections")
    if beyond <= 0:
        return ""
    once = f" once {dropped} {'is' if dropped == 1 else 'are'} dropped" if dropped else ""
    return (
        f"{database}: {left} collections stand{once}, {beyond} more than the usual limit of {usual('collections')}: those "
        "made at the same time are not counted against each other. Unless the limit was raised for this database, the next one "
        "is refused: delete a collection, use another database, or ask Astra's support for more."
    )


def looked_into(
    connection: Connection,
    endpoint: str,
    keyspaces: Iterable[str],
    database: str,
    declared: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Room | None:
    """The room of a database that stands; None where nothing is to be made, and then no more is listed than what is declared.

    Args:
        connection: to the target.
        endpoint: address of the database's Data API.
        keyspaces: names of all its keyspaces.
        database: its logical name.
        declared: what is declared in it: by keyspace `collections` and `tables`, by name.
        before: what was declared in it until now, in the same form: what is missing in the new one is dropped.

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
    known = {kind: wanted[kind] or set(_entries(database, before, kind)) for kind in _LISTINGS}
    # Collections in any case: the indexes of a table share the room with theirs.
    stands = {kind: standing(kind, keyspaces) if known[kind] or kind == "collections" else set() for kind in _LISTINGS}
    return _room(database, declared, before, stands)


def untouched(database: str, declared: Mapping[str, Any]) -> Room:
    """The room of a database that does not exist yet. Arguments as of `looked_into`."""
    return _room(database, declared, {}, {kind: set() for kind in _LISTINGS})


def _room(database: str, declared: Mapping[str, Any], before: Mapping[str, Any], stands: Mapping[str, set[str]]) -> Room:
    entries = {kind: _entries(database, declared, kind) for kind in _LISTINGS}
    known = {kind: _entries(database, before, kind) for kind in _LISTINGS}
    to_make = {kind: entries[kind].keys() - stands[kind] for kind in _LISTINGS}
    dropped = {kind: (known[kind].keys() - entries[kind].keys()) & stands[kind] for kind in _LISTINGS}
    indexes, indexed = _indexes(entries["tables"]), _indexes(known["tables"])
    new = {one for one in indexes if one[0] in to_make["tables"]}
    old = {one for one in indexed - indexes if one[0] in stands["tables"]}
    # Of collections alone their number says enough.
    each = INDEXES_A_COLLECTION if indexes or old else 0

    def counted(addresses: Mapping[str, Collection[str]], of_tables: int) -> dict[str, int]:
        numbers = {kind: len(addresses[kind]) for kind in _LISTINGS}
        return {**numbers, "indexes": each * numbers["collections"] + of_tables}

    return Room(
        standing=counted(stands, len(indexes) - len(new) + len(old)),
        to_make=counted(to_make, len(new)),
        dropped=counted(dropped, len(old)),
        collections=frozenset(to_make["collections"]),
    )


def _indexes(tables: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every index by the address of its table and its name."""
    return {(address, index) for address, stated in tables.items() for index in (stated or {}).get("indexes") or {}}


def _entries(database: str, declared: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Everything declared of one kind, by its address."""
    return {
        f"{database}.{keyspace}.{name}": stated
        for keyspace, content in declared.items()
        for name, stated in ((content or {}).get(kind) or {}).items()
    }
