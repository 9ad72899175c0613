"""Tables: what is wrong with a definition and its indexes beyond the form that the schemas give them.

Facts about the types of columns stand in schemas/resources/table.schema.json, under x-columns.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from astra import table_columns, table_indexes
from astra.errors import Problem
from astra.table_columns import Merged, ServiceProblems, type_of, unknown
from astra.validation import mapping
from astra.wording import shown


def problems(table: Mapping[str, Any], service_problems: ServiceProblems, merged: Merged = dict) -> tuple[Problem, ...]:
    """Every problem and every warning of `{definition: {columns, primaryKey}, indexes}`; paths begin at its own keys.

    The form is the schema's business: what has the wrong type here is passed over, and so is what is not known yet.

    Args:
        table: a table as an environment declares it.
        service_problems: says what is wrong with a column's `{dimension, service}`, paths beginning at these two keys.
        merged: turns a column's `{dimension, service}` into what the Data API will see; left out, it is that already.
    """
    return tuple(_problems(table, service_problems, merged))


def keyspace_problems(content: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong among the tables and collections of one keyspace; paths begin at `tables`."""
    collections = mapping(content.get("collections"))
    named: dict[str, str] = {}
    for name, table in mapping(content.get("tables")).items():
        if name in collections:
            yield Problem(("tables", name), "a collection of this keyspace has this name, too", "name")
        for index in mapping(mapping(table).get("indexes")):
            other = named.setdefault(index, name)
            if other != name:
                sentence = f"an index of table {shown(other)} has this name, too: it is unique in the keyspace"
                yield Problem(("tables", name, "indexes", index), sentence, "name")


def _problems(table: Mapping[str, Any], service_problems: ServiceProblems, merged: Merged) -> Iterator[Problem]:
    definition, indexes = mapping(table.get("definition")), mapping(table.get("indexes"))
    columns = definition.get("columns")
    if not isinstance(columns, Mapping):
        return
    for problem in table_columns.problems(columns, service_problems, merged):
        yield problem.below("definition", "columns")
    key = definition.get("primaryKey")
    for problem in _key_problems(key, columns):
        yield problem.below("definition", "primaryKey")
    for problem in table_indexes.problems(indexes, columns, _partition(key)):
        yield problem.below("indexes")
    for problem in _vector_problems(columns, _key_names(key), indexes):
        yield problem.below("definition", "columns")


def _partition(key: Any) -> tuple[str, ...]:
    """Names of the columns of the partition key."""
    if isinstance(key, str):
        return (key,)
    stated = mapping(key).get("partitionBy")
    return tuple(name for name in stated if isinstance(name, str)) if isinstance(stated, list | tuple) else ()


def _key_names(key: Any) -> tuple[str, ...]:
    return (*_partition(key), *mapping(mapping(key).get("partitionSort")))


def _key_problems(key: Any, columns: Mapping[str, Any]) -> Iterator[Problem]:
    if isinstance(key, str):
        yield from _part_problems(key, columns)
        return
    stated = mapping(key).get("partitionBy")
    stated = stated if isinstance(stated, list | tuple) else ()
    for place, name in enumerate(stated):
        if isinstance(name, str):
            repeated = name in stated[:place]
            twice = (Problem((), f"column {shown(name)} stands in partitionBy twice", "table"),)
            yield from (one.below("partitionBy", place) for one in (twice if repeated else _part_problems(name, columns)))
    for name in mapping(mapping(key).get("partitionSort")):
        both = (Problem((), f"column {shown(name)} is part of partitionBy already", "table"),)
        yield from (one.below("partitionSort", name) for one in (both if name in stated else _part_problems(name, columns)))


def _part_problems(name: str, columns: Mapping[str, Any]) -> Iterator[Problem]:
    kind = type_of(columns.get(name))
    if name not in columns:
        yield Problem((), unknown(name, columns), "reference")
    elif kind in table_columns.facts()["notInPrimaryKey"]:
        yield Problem((), f"column {shown(name)} is of type {kind}, which cannot be part of a primary key", "table")


def _vector_problems(columns: Mapping[str, Any], key: tuple[str, ...], indexes: Mapping[str, Any]) -> Iterator[Problem]:
    """Warnings at vector columns that the server takes, and that are of little use as they stand."""
    stated = [index for index in indexes.values() if isinstance(index, Mapping)]
    indexed = {table_indexes.target_of(index)[0] for index in stated}
    for name, column in columns.items():
        if not isinstance(column, Mapping) or type_of(column) != "vector":
            continue
        if name in key:
            sentence = "is part of the primary key: a row is then found by exactly this vector, and not by similar ones"
            yield Problem((name,), sentence, "table", "warning")
        elif name not in indexed and None not in indexed:
            sentence = "has no vector index: a search by vectors is refused until there is one"
            yield Problem((name,), sentence, "table", "warning")
