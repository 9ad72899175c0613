"""Where what stands in databases is not what an environment file says. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import definition, index_normalisation, table_normalisation
from astra.changes import ABSENT, Change, changes
from astra.declaration import Database, Environment, Index, Table
from astra.drift import Resource
from astra.import_draft import IDENTITY, Live
from astra.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Difference:
    """What the file says, and what stands.

    Attributes:
        kind: of the thing.
        address: its dotted logical name.
        path: of the property, dotted; "" for the whole thing.
        declared: what the file says; None where it says nothing.
        live: what stands; None where nothing does.
        reason: why the file, as it is, cannot say what stands; "" where it says something else.
    """

    kind: Resource
    address: str
    path: str
    declared: Any
    live: Any
    reason: str = ""


def differences(declared: Environment, names: Mapping[str, str], lives: Iterable[Live], inventory: Inventory) -> list[Difference]:
    """Where what stands in databases is not what an environment declares of them.

    Args:
        declared: the environment.
        names: logical names of the databases, by their ids.
        lives: the databases.
        inventory: what stands in them.
    """
    settings = {names[one.identity]: one.settings for one in lives if one.identity in names}
    stands = {(one.kind, ".".join((names[one.database], *one.steps))): one.definition for one in inventory.found}
    silent = {".".join((names[one.database], *one.steps)) for one in inventory.unlisted}
    return [
        one for database in declared.databases if database.address in settings for one in _of(database, settings, stands, silent)
    ]


def _of(
    database: Database, settings: Mapping[str, Any], stands: Mapping[tuple[Resource, str], Any], silent: set[str]
) -> Iterator[Difference]:
    """The differences of one database."""
    live = settings[database.address]
    if "name" in database.settings and "name" in live:
        mine, its = ({key: one.get(key) for key in IDENTITY} for one in (database.settings, live))
        yield from _told("database", database.address, changes(mine, its))
    for region in database.additional_regions:
        yield from _gone("region", f"{database.address}.{region}", stands)
    for keyspace in database.keyspaces:
        yield from _gone("keyspace", keyspace.address, stands)
        if ("keyspace", keyspace.address) not in stands:
            continue
        for collection in keyspace.collections:
            there = stands.get(("collection", collection.address))
            yield from _gone("collection", collection.address, stands)
            if there is not None:
                yield from _told("collection", collection.address, _of_collection(collection.definition, there))
        for table in keyspace.tables:
            yield from _of_table(table, stands, silent)


def _of_collection(stated: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[Change, ...]:
    vector = {"vector": definition.chosen(stated["vector"], there.get("vector"))} if stated.get("vector") else {}
    return definition.differences({**stated, **vector}, there)


def _of_table(table: Table, stands: Mapping[tuple[Resource, str], Any], silent: set[str]) -> Iterator[Difference]:
    there = stands.get(("table", table.address))
    yield from _gone("table", table.address, stands)
    if there is None:
        return
    stated = table_normalisation.with_choices(table.definition, there)
    yield from _told("table", table.address, table_normalisation.differences(stated, there))
    for index in table.indexes if table.address not in silent else ():
        yield from _gone("index", index.address, stands)
        if (its := stands.get(("index", index.address))) is not None:
            found = index_normalisation.differences(_index(index, table.name), its)
            yield from _told("index", index.address, found)


def _index(index: Index, table: str) -> dict[str, Any]:
    settings = dict(index.settings)
    beside = {key: settings[key] for key in ("metric", "sourceModel") if key in settings}
    options = {**settings.get("options", {}), **beside}
    return {"table": table, "indexType": index.kind, "column": settings["column"], "options": options}


def _gone(kind: Resource, address: str, stands: Mapping[tuple[Resource, str], Any]) -> Iterator[Difference]:
    if (kind, address) not in stands:
        yield Difference(kind, address, "", "declared", None)


def _told(kind: Resource, address: str, found: Iterable[Change]) -> Iterator[Difference]:
    for one in found:
        old, new = (None if side is ABSENT else side for side in (one.old, one.new))
        yield Difference(kind, address, ".".join(one.path), old, new)
