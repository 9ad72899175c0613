"""What a promotion changes: two workloads compared, each difference as what an update would do about it. Pure.

An update is judged by the code that the resources use themselves. What stands is not known here: everything counts as full, and
what the service fills in by itself as unknown; reembedding.py looks.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from astra import changes as diff
from astra import definition, index_normalisation, table_normalisation
from astra.changes import ABSENT, Change
from astra.table_change import alteration, obstacles, other_vectors
from astra.wording import listed, named, shown

# Restate: it is declared in other words, such as with a default of the service spelled out. ChangeVectorize: the service of a
# column is set, replaced or taken out in place.
Kind = Literal[
    "AddKeyspace",
    "DropKeyspace",
    "AddCollection",
    "ReplaceCollection",
    "RestateCollection",
    "DropCollection",
    "AddTable",
    "ReplaceTable",
    "RestateTable",
    "DropTable",
    "AddColumn",
    "DropColumn",
    "ChangeVectorize",
    "AddIndex",
    "ReplaceIndex",
    "RestateIndex",
    "DropIndex",
]
# What becomes of the documents and rows that stand:
#   none      nothing is done at all
#   metadata  something is changed, and none is lost
#   additive  something new is made
#   re-embed  they are lost or spoilt, and another model makes their vectors once they are written again
#   destroy   they are lost
Category = Literal["none", "metadata", "additive", "re-embed", "destroy"]
# Mildest first.
CATEGORIES: tuple[Category, ...] = ("none", "metadata", "additive", "re-embed", "destroy")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Property:
    """One property that differs.

    Attributes:
        path: dotted, in the words of the thing at the address, such as `vector.dimension`, of a column `service.modelName`.
        old: as it is now: plain data; None where it is not set.
        new: as it will be; None where it is not set.
    """

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Effort:
    """What it takes to embed anew what a collection holds.

    Attributes:
        documents: how many there are; None where nobody can tell.
        exact: whether they were counted; otherwise the service estimated them, or there are more.
        requests: to the embedding provider, at least; None where that cannot be told.
        dollars: an estimate of what it costs, in US dollars; None where no price is given or there is nothing to estimate by.
    """

    documents: int | None = None
    exact: bool = False
    requests: int | None = None
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class WorkloadChange:
    """One change.

    Attributes:
        kind: what is done, and to what; see Kind.
        address: `database.keyspace`, `database.keyspace.collection`, `database.keyspace.table.column` or
            `database.keyspace.table.index`.
        category: see Category.
        sentence: what is done and why, without the address and without a full stop; plain text, no line breaks, no secret.
        properties: what differs, sorted by path; empty for what is added or dropped as a whole.
        effort: of what is embedded anew; None as long as nobody looked, and for every other category.
    """

    kind: Kind
    address: str
    category: Category
    sentence: str
    properties: tuple[Property, ...] = ()
    effort: Effort | None = None

    @property
    def permission(self) -> str:
        """What `allowDataLoss` has to name for it: of a column its table, as the engine asks for that alone."""
        return ".".join(self.address.split(".", 3)[:3])


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[WorkloadChange]:
    """What turns one workload into another, sorted by address; empty where they say the same.

    Of a table that is new or dropped, its columns and indexes are not told one by one; nor are the indexes that are rebuilt with
    a replaced one. Databases are no part of a workload: what differs in `databases` is not told.

    Args:
        old: what an environment declares now, as `declaration.Environment.workload` gives it.
        new: what it would declare, likewise.
    """
    found = (
        change
        for database, before, after in _pairs(old["workload"], new["workload"])
        for change in _keyspaces(
            database, before or {}, after or {}, old["databases"].get(database) or new["databases"][database]
        )
    )
    return sorted(found, key=lambda one: (one.address, one.kind))


def spelled(properties: Iterable[Property]) -> str:
    """Properties in a row, old and new, without secrets: `vector.dimension: 512 becomes 1024; indexing: nothing becomes {}`."""
    return "; ".join(f"{named(one.path)}: {_said(one.old)} becomes {_said(one.new)}" for one in properties)


def _said(value: Any) -> str:
    return "nothing" if value is None else shown(value)


def _pairs(old: Mapping[str, Value], new: Mapping[str, Value]) -> Iterator[tuple[str, Value | None, Value | None]]:
    """By name, what is on each side; None where it is not."""
    for name in {**old, **new}:
        yield name, old.get(name), new.get(name)


def _properties(found: Iterable[Change], skipped: int = 0) -> tuple[Property, ...]:
    """Differences as properties, without the first steps of their paths."""
    return tuple(Property(".".join(one.path[skipped:]), _plain(one.old), _plain(one.new)) for one in found)


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value


def _turned(found: Iterable[Change]) -> tuple[Change, ...]:
    """Differences of what is meant from what stands, as what turns the one that stands into the other."""
    return tuple(Change(one.path, one.new, one.old) for one in found)


def _keyspaces(
    database: str, before: Mapping[str, Any], after: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[WorkloadChange]:
    for name, old, new in _pairs(before, after):
        address = f"{database}.{name}"
        if old is None:
            yield WorkloadChange("AddKeyspace", address, "additive", "the keyspace is new")
        elif new is None:
            yield _dropped_keyspace(address, settings)
        for kind, compared in (("collections", _collection), ("tables", _table)):
            for one, was, becomes in _pairs((old or {}).get(kind) or {}, (new or {}).get(kind) or {}):
                yield from compared(f"{address}.{one}", was, becomes)


def _dropped_keyspace(address: str, settings: Mapping[str, Any]) -> WorkloadChange:
    if "name" in settings:
        sentence = "the keyspace is no longer declared: it is dropped with everything in it, declared or not"
        return WorkloadChange("DropKeyspace", address, "destroy", sentence)
    sentence = "the keyspace is no longer declared: it stays, because no keyspace of an existing database is ever dropped"
    return WorkloadChange("DropKeyspace", address, "none", sentence)


def _collection(address: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[WorkloadChange]:
    if new is None:
        sentence = "the collection is no longer declared: it is deleted with its documents"
        yield WorkloadChange("DropCollection", address, "destroy", sentence)
    elif old is None:
        sentence = f"the collection is new, with {_vectors(definition.normalised(new).get('vector'))}"
        yield WorkloadChange("AddCollection", address, "additive", sentence)
    else:
        yield from _changed_collection(address, old, new)


def _changed_collection(address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WorkloadChange]:
    stood = definition.normalised(old)
    if found := _turned(definition.differences(new, stood)):
        properties = _properties(found)
        sentence = f"replaced, because the Data API cannot alter a collection ({spelled(properties)}): its documents are lost"
        of_vectors = all(one.path[0] == "vector" for one in found)
        if of_vectors and _remodelled(stood.get("vector") or {}, definition.normalised(new).get("vector") or {}):
            again = f"{sentence}, and embedded anew as they are written again"
            yield WorkloadChange("ReplaceCollection", address, "re-embed", again, properties)
        else:
            yield WorkloadChange("ReplaceCollection", address, "destroy", sentence, properties)
    else:
        yield from _restated("RestateCollection", address, definition.options(old), definition.options(new))


def _restated(kind: Kind, address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WorkloadChange]:
    if properties := _properties(diff.changes(old, new)):
        sentence = f"declared in other words ({spelled(properties)}): nothing is done to it"
        yield WorkloadChange(kind, address, "none", sentence, properties)


def _remodelled(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether of two vector definitions each names a service, and these make other vectors."""
    services = old.get("service") or {}, new.get("service") or {}
    if not all(services):
        return False
    return old.get("dimension") != new.get("dimension") or other_vectors(*services)


def _vectors(vector: Mapping[str, Any] | None) -> str:
    """What vectors a collection or a column has, in words; the definition is normalised."""
    if vector is None:
        return "no vectors"
    service = vector.get("service")
    made = "vectors of one's own" if service is None else f"vectors of {_model(service)}"
    return f"{made} with {vector['dimension']} dimensions" if "dimension" in vector else made


def _model(service: Mapping[str, Any]) -> str:
    return named("/".join(str(service[key]) for key in ("provider", "modelName") if key in service))


def _table(address: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[WorkloadChange]:
    if new is None:
        sentence = "the table is no longer declared: it is deleted with its rows and indexes"
        yield WorkloadChange("DropTable", address, "destroy", sentence)
    elif old is None:
        yield WorkloadChange("AddTable", address, "additive", _new_table(new))
    else:
        yield from _changed_table(address, old, new)


def _changed_table(address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WorkloadChange]:
    stood = table_normalisation.normalised(old["definition"])
    wanted = new["definition"]
    found = _turned(table_normalisation.differences(wanted, stood))
    if obstacles(wanted, stood):
        yield _replaced_table(address, stood, wanted, found)
    elif found:
        yield from _altered_table(address, stood, wanted, found)
    else:
        yield from _restated("RestateTable", address, *map(table_normalisation.formed, (old["definition"], wanted)))
    for name, was, becomes in _pairs(old.get("indexes") or {}, new.get("indexes") or {}):
        yield from _index(f"{address}.{name}", was, becomes)


def _new_table(stated: Mapping[str, Any]) -> str:
    columns = table_normalisation.normalised(stated["definition"])["columns"]
    vectors = [f"{_vectors(column)} in column {named(name)}" for name, column in columns.items() if column["type"] == "vector"]
    said = f", with {' and '.join(vectors)}" if vectors else ""
    indexes = listed(stated.get("indexes") or {})
    return f"the table is new{said}{'; indexes: ' if indexes else ''}{indexes}"


def _replaced_table(
    address: str, stood: Mapping[str, Any], wanted: Mapping[str, Any], found: tuple[Change, ...]
) -> WorkloadChange:
    properties, forced = _properties(found), _turned(obstacles(wanted, stood))
    sentence = f"replaced, because that of a table cannot be altered ({spelled(_properties(forced))}): its rows are lost"
    meant = table_normalisation.normalised(wanted)["columns"]
    forcing = [one.path for one in forced]
    whole = all(name in meant for name in stood["columns"]) and all(path[0] == "columns" for path in forcing)
    if whole and all(_remodelled(stood["columns"][path[1]], meant[path[1]]) for path in forcing):
        again = f"{sentence}, and embedded anew as they are written again"
        return WorkloadChange("ReplaceTable", address, "re-embed", again, properties)
    return WorkloadChange("ReplaceTable", address, "destroy", sentence, properties)


def _altered_table(
    address: str, stood: Mapping[str, Any], wanted: Mapping[str, Any], found: tuple[Change, ...]
) -> Iterator[WorkloadChange]:
    planned = alteration(wanted, stood)
    for name in planned.drop:
        sentence = "the column is no longer declared: it is taken out with what its rows hold in it"
        yield WorkloadChange("DropColumn", f"{address}.{name}", "destroy", sentence)
    for name in planned.add:
        column = table_normalisation.normalised(wanted)["columns"][name]
        said = _vectors(column) if column["type"] == "vector" else f"values of type {named(column['type'])}"
        yield WorkloadChange("AddColumn", f"{address}.{name}", "additive", f"the column is new, with {said}")
    for name in planned.drop_vectorize:
        sentence = f"texts are no longer embedded by {_model(stood['columns'][name]['service'])}: the vectors that stand stay"
        yield WorkloadChange("ChangeVectorize", f"{address}.{name}", "metadata", sentence, _of_column(name, found))
    for name, service in planned.add_vectorize.items():
        properties = _of_column(name, found)
        said = f" ({spelled(properties)})" if "service" in stood["columns"][name] else ""
        category: Category = "metadata"
        sentence = f"the service is set anew{said}: the vectors that stand stay right"
        if name in planned.remodelled:
            category = "re-embed"
            again = "those that stand do not fit until each row is written again"
            sentence = f"vectors are of {_model(service)} from now on{said}: {again}"
        yield WorkloadChange("ChangeVectorize", f"{address}.{name}", category, sentence, properties)


def _of_column(name: str, found: Iterable[Change]) -> tuple[Property, ...]:
    return _properties((one for one in found if one.path[1] == name), skipped=2)


def _index(address: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[WorkloadChange]:
    if new is None:
        sentence = "the index is no longer declared: it is deleted, and no row is lost"
        yield WorkloadChange("DropIndex", address, "metadata", sentence)
    elif old is None:
        sentence = f"the {new['indexType']} index is new, on {shown(new['column'])}"
        yield WorkloadChange("AddIndex", address, "additive", sentence)
    else:
        yield from _changed_index(address, old, new)


def _changed_index(address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[WorkloadChange]:
    stood, wanted = _formed(old), _formed(new)
    if found := _turned(index_normalisation.differences(wanted, stood)):
        properties = _properties(found)
        why = f"replaced, because nothing of an index can be altered ({spelled(properties)})"
        sentence = f"{why}: no row is lost, and what needs the index fails meanwhile"
        yield WorkloadChange("ReplaceIndex", address, "metadata", sentence, properties)
    else:
        yield from _restated("RestateIndex", address, stood, wanted)


def _formed(index: Mapping[str, Any]) -> dict[str, Any]:
    """An index of a declaration as `{indexType, column, options}`, in which a vector index has its metric and source model."""
    beside = {key: index[key] for key in ("metric", "sourceModel") if key in index}
    return {"indexType": index["indexType"], "column": index["column"], "options": {**index.get("options", {}), **beside}}
