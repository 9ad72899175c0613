"""Names that something has already which no resource stands for: an update takes it over, or cannot make its own.

The same judgement as when a database, a collection, a table or an index is made, and nothing is made here.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import absence, adoption, collection, index, table
from astra.conflict import both
from astra.declared_database import DeclaredDatabase
from astra.definition import chosen, differences
from astra.errors import AstraError, Conflict, NotFound
from astra.http import Connection
from astra.index_normalisation import differences as index_differences
from astra.promotion_changes import WorkloadChange
from astra.sharing import SNAPSHOT
from astra.table_normalisation import differences as table_differences
from astra.table_normalisation import with_choices

Listing = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One name that is taken.

    Attributes:
        address: of what would have it.
        by: what has it, with its article: "a collection".
        another: how it differs from what would be made; "" where it is the same, and is taken over.
        unknown: why that could not be told; "" where it could.
    """

    address: str
    by: str = ""
    another: str = ""
    unknown: str = ""


def taken(
    connection: Connection, declared: Mapping[str, Any], made: Collection[str], changes: Iterable[WorkloadChange]
) -> Iterator[Taken]:
    """What stands under the name of something that would be made.

    Args:
        connection: to the target.
        declared: what the environment would declare, as `declaration.Environment.workload` gives it.
        made: logical names of the databases that the stack has made.
        changes: of that environment, as `promotion_changes.changes` tells them.
    """
    places = {name: DeclaredDatabase(connection, name, settings) for name, settings in declared["databases"].items()}
    free = set()
    for name, place in places.items():
        if place.managed and name not in made:
            # Of one that is only now taken over, or made, nothing can be in the way.
            free.add(name)
            yield from _database(connection, name, place.settings)
    for one in changes:
        if one.kind in ("AddCollection", "AddTable", "AddIndex") and (database := one.address.partition(".")[0]) not in free:
            try:
                yield from _thing(places[database], one.address, declared["workload"][database])
            except NotFound:
                # Neither the database nor the keyspace stands yet.
                continue
            except AstraError as error:
                yield Taken(one.address, unknown=str(error))


def _database(connection: Connection, name: str, settings: Mapping[str, Any]) -> Iterator[Taken]:
    try:
        there = adoption.adoptable(connection, settings["name"], settings["cloudProvider"], settings["region"])
    except Conflict as error:
        yield Taken(name, "a database", str(error))
    except AstraError as error:
        yield Taken(name, unknown=str(error))
    else:
        if there is not None:
            yield Taken(name, "a database")


def _thing(place: DeclaredDatabase, address: str, workload: Mapping[str, Any]) -> Iterator[Taken]:
    _, keyspace, name, *rest = address.split(".")
    content = workload[keyspace]
    endpoint, connection = place.endpoint, place.connection

    def asked(listing: Callable[[], Listing]) -> Listing:
        try:
            return listing()
        except AstraError as error:
            raise absence.meant(connection, error, endpoint, keyspace, "") from None

    if rest:
        wanted = content["tables"][name]["indexes"][rest[0]]
        live = asked(lambda: index.listed(connection, endpoint, keyspace, name, SNAPSHOT)).get(rest[0])
        if live is not None:
            yield Taken(address, "an index", both(index_differences({"table": name, **_formed(wanted)}, live)))
        return
    collections = asked(lambda: collection.listed(connection, endpoint, keyspace, SNAPSHOT))
    tables = asked(lambda: table.listed(connection, endpoint, keyspace, SNAPSHOT))
    collection_s, table_s = (content.get("collections") or {}).get(name), (content.get("tables") or {}).get(name)
    if name in collections and table_s is None:
        live, meant = collections[name], collection_s or {}
        vector = {"vector": chosen(meant["vector"], live.get("vector"))} if "vector" in meant else {}
        yield Taken(address, "a collection", both(differences({**meant, **vector}, live)))
    elif name in tables and table_s is not None:
        live, definition = tables[name], table_s["definition"]
        yield Taken(address, "a table", both(table_differences(with_choices(definition, live), live)))
    elif name in collections or name in tables:
        by, meant_by = ("a table", "a collection") if name in tables else ("a collection", "a table")
        yield Taken(address, by, f"declared is {meant_by}")


def _formed(stated: Mapping[str, Any]) -> dict[str, Any]:
    """An index of a declaration as the service tells it: metric and source model are options."""
    beside = {key: stated[key] for key in ("metric", "sourceModel") if key in stated}
    return {"indexType": stated["indexType"], "column": stated["column"], "options": {**stated.get("options", {}), **beside}}
