"""What stands in the databases of a stack, managed or not, and what of it could not be read.

At most one findCollections and one listTables a keyspace, one listIndexes a table whose indexes are wanted, and of a database
that is looked at as a whole its description and its regions. Nothing is changed; a database that sleeps is woken, as by any
request.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from astra import absence, collection, database, datacenter, index, keyspace, table, waking
from astra.applied import Key
from astra.drift import Resource
from astra.errors import AstraError, NotFound, Refused
from astra.http import Connection
from astra.sharing import SNAPSHOT

Listing = dict[str, dict[str, Any]]
# A database in MAINTENANCE answers as ever. Source: the documentation's page on statuses.
_ANSWERING = (database.ACTIVE, "MAINTENANCE")
# How the names of keyspaces begin that Cassandra, DSE, HCD and their Data API keep for themselves. Source: their documentation;
# the last as the clients' documentation shows it, not confirmed.
_OF_THE_DATABASE = ("system", "dse_", "solr_admin", "data_endpoint_auth")
# How many keyspaces are looked into at the same time.
WIDTH = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A database, and how far it is looked into.

    Attributes:
        database: its id; the address of a Data API whose database has none that is known.
        endpoint: address of its Data API.
        organisation: id of the organisation it is known to belong to, or "".
        keyspaces: names of those that are managed, each with the names of its managed tables.
        whole: whether all keyspaces and the regions are looked at: the database is the stack's own. Otherwise what else is in it
            belongs to others.
        indexes: whether those of all tables are looked at, and not of the managed ones alone.
    """

    database: str
    endpoint: str
    organisation: str = ""
    keyspaces: Mapping[str, frozenset[str]] = field(default_factory=dict)
    whole: bool = False
    indexes: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """Something that stands.

    Attributes:
        kind: region, keyspace, collection, table or index.
        database: as in its Place.
        steps: what leads to it there: a region; or keyspace, name of collection or table, name of index.
        definition: as the service explains it; empty for regions and keyspaces.
    """

    kind: Resource
    database: str
    steps: tuple[str, ...]
    definition: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """As `Applied.key`."""
        return (self.kind, self.database, *self.steps)


@dataclass(frozen=True, slots=True)
class Unread:
    """What could not be read: the kind and the place of what was asked for, and why."""

    kind: Resource
    database: str
    steps: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """What stands, in the order of databases and names, and what could not be read.

    Attributes:
        found: what stands.
        unread: what could not be read.
        unlisted: tables whose indexes nobody can list any more, since their provider is gone; they are found all the same.
    """

    found: tuple[Found, ...] = ()
    unread: tuple[Unread, ...] = ()
    unlisted: tuple[Found, ...] = ()


def inventory(connection: Connection, places: Iterable[Place]) -> Inventory:
    """Looks into databases.

    What is proven to be gone is simply not found. Whatever else fails is unread, and the rest is looked at all the same.
    """
    said: list[Found | Unread] = []
    unlisted: list[Found] = []
    with ThreadPoolExecutor(WIDTH) as pool:
        for place in places:
            keyspaces, there = _database(connection, place)
            said += there
            for content, silent in pool.map(partial(_keyspace, connection, place), keyspaces):
                said += content
                unlisted += silent
    return Inventory(
        tuple(one for one in said if isinstance(one, Found)),
        tuple(one for one in said if isinstance(one, Unread)),
        tuple(unlisted),
    )


def _database(connection: Connection, place: Place) -> tuple[list[str], list[Found | Unread]]:
    """The keyspaces to look into, and the regions."""
    try:
        if not place.whole:
            return _standing(connection, place, sorted(place.keyspaces)), []
        if connection.target.self_hosted:
            return [one for one in keyspace.self_hosted_names(connection, place.endpoint, SNAPSHOT) if not _its_own(one)], []
        described = database.described(connection, place.database, place.organisation, SNAPSHOT)
        names = keyspace.names(described)
        if described["status"] not in _ANSWERING and names:
            # Once for all of them, since each would wait for it.
            waking.awake(connection, place.endpoint, partial(collection.listed, connection, place.endpoint, names[0], SNAPSHOT))
    except NotFound:
        return [], []
    except AstraError as error:
        return [], [Unread("database", place.database, (), str(error))]
    return names, _regions(connection, place, described["info"].get("region"))


def _its_own(name: str) -> bool:
    """Whether a keyspace is the database's own: a self-hosted Data API lists those, too."""
    return name.startswith(_OF_THE_DATABASE)


def _regions(connection: Connection, place: Place, own: str) -> list[Found | Unread]:
    """All but the one that the database was made in."""
    try:
        regions = datacenter.listed(connection, place.database, SNAPSHOT)
    except NotFound:
        return []
    except AstraError as error:
        return [Unread("database", place.database, (), str(error))]
    return [Found("region", place.database, (one,)) for one in sorted(regions) if one != own]


def _standing(connection: Connection, place: Place, managed: list[str]) -> list[str]:
    """Those of the managed keyspaces that stand, where a listing says so."""
    if not managed:
        return []
    if connection.target.self_hosted:
        listed = keyspace.self_hosted_names(connection, place.endpoint, SNAPSHOT)
    else:
        listed = keyspace.names(database.described(connection, place.database, place.organisation, SNAPSHOT))
    return [one for one in managed if one in listed]


def _keyspace(connection: Connection, place: Place, name: str) -> tuple[list[Found | Unread], list[Found]]:
    def asked(kind: Resource, steps: tuple[str, ...], action: Callable[[], Listing]) -> Listing:
        try:
            return waking.awake(connection, place.endpoint, action)
        except AstraError as error:
            if isinstance(error, Refused) and error.code == index.UNLISTABLE:
                raise _Unlistable from None
            meant = absence.meant(connection, error, place.endpoint, name, place.organisation)
            if not isinstance(meant, NotFound):
                said.append(Unread(kind, place.database, steps, str(meant)))
            return {}

    said: list[Found | Unread] = [Found("keyspace", place.database, (name,))]
    of_keyspace = (connection, place.endpoint, name)
    collections = asked("keyspace", (name,), partial(collection.listed, *of_keyspace, SNAPSHOT))
    tables = asked("keyspace", (name,), partial(table.listed, *of_keyspace, SNAPSHOT))
    said += [Found("collection", place.database, (name, one), options) for one, options in sorted(collections.items())]
    said += [Found("table", place.database, (name, one), definition) for one, definition in sorted(tables.items())]
    unlisted = []
    for one in sorted(tables if place.indexes else tables.keys() & place.keyspaces.get(name, frozenset())):
        try:
            indexes = asked("table", (name, one), partial(index.listed, *of_keyspace, one, SNAPSHOT))
        except _Unlistable:
            unlisted.append(Found("table", place.database, (name, one), tables[one]))
            continue
        said += [Found("index", place.database, (name, one, its), stated) for its, stated in sorted(indexes.items())]
    return said, unlisted


class _Unlistable(Exception):
    """The provider of a table is gone, which is said of the provider."""


def services(found: Iterable[Found]) -> Iterator[tuple[Found, str, Mapping[str, Any]]]:
    """What embeds by itself: the collection or the table, the name of the table's column or "", and `{dimension, service}`."""
    for one in found:
        if one.kind == "collection":
            yield from ((one, "", vector) for vector in [one.definition.get("vector") or {}] if vector.get("service"))
        elif one.kind == "table":
            columns = one.definition.get("columns") or {}
            yield from ((one, name, column) for name, column in sorted(columns.items()) if column.get("service"))
