"""insertOne, insertMany and findOne on a table: as much as it takes to see whether it holds a row.

The answers' form is that of the open-source service's published examples (unverified, like what is checked of a row).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import services
from emulator.data_api.errors import DataApiError
from emulator.data_api.table_columns import listed, type_of
from emulator.data_api.table_definition import key_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.data_api.call import Call
    from emulator.data_api.inserts import Insertion
    from emulator.data_api.queries import Search
    from emulator.data_api.table_columns import Column

Row = dict[str, Any]

JSON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    **dict.fromkeys(("ascii", "date", "duration", "inet", "text", "time", "timestamp", "uuid"), (str,)),
    **dict.fromkeys(("bigint", "int", "smallint", "tinyint", "varint"), (int,)),
    **dict.fromkeys(("decimal", "double", "float"), (int, float, str)),
    "blob": (dict,),
    "boolean": (bool,),
    "list": (list,),
    "set": (list,),
    "map": (dict, list),
}
"""How a value of each type is written; what is inside lists, sets and maps is not looked at."""


def insert(call: Call, insertion: Insertion) -> dict[str, Any]:
    """Insert what can be inserted; a row with the same primary key is written over, as it is by the database.

    Raises:
        DataApiError: a text could not be embedded, so that nothing was inserted.

    """
    key = key_columns(call.options)
    inserted: list[list[Any]] = []
    errors: list[dict[str, Any]] = []
    for row in [_embedded(call, document) for document in insertion.documents]:
        try:
            _check(call, row, key)
        except DataApiError as error:
            errors.append(error.entry())
            if insertion.ordered:
                break
        else:
            inserted.append([row[name] for name in key])
            _write(call, row, inserted[-1])
    schema = {name: type_of(call.options["columns"][name]) for name in key}
    return {"status": {"primaryKeySchema": schema, "insertedIds": inserted} if inserted else {}} | (
        {"errors": errors} if errors else {}
    )


def _embedded(call: Call, row: Row) -> Row:
    """Texts in vector columns become vectors."""
    texts = {
        name: call.options["columns"][name]
        for name, value in row.items()
        if isinstance(value, str) and call.options["columns"].get(name, {}).get("type") == "vector"
    }
    if bare := [name for name, column in texts.items() if "service" not in column]:
        raise DataApiError(
            "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION", f"There is no service for the texts of {listed(bare)}."
        )
    return row | {
        name: services.vector(call, column["service"], column["dimension"], row[name]) for name, column in texts.items()
    }


def _check(call: Call, row: Row, key: list[str]) -> None:
    columns = call.options["columns"]
    if missing := [name for name in key if row.get(name) is None]:
        raise DataApiError("MISSING_PRIMARY_KEY_COLUMNS", f"The row has no value for {listed(missing)}.")
    if unknown := [name for name in row if name not in columns]:
        raise DataApiError("UNKNOWN_TABLE_COLUMNS", f"The table {call.collection} has no columns {listed(unknown)}.")
    if wrong := [name for name, value in row.items() if value is not None and not _fits(columns[name], value)]:
        raise DataApiError("INVALID_COLUMN_VALUES", f"The values of {listed(wrong)} are not of the columns' types.")


def _fits(column: Column, value: object) -> bool:
    if column["type"] == "vector":
        return isinstance(value, list) and len(value) == column["dimension"]
    return isinstance(value, JSON_TYPES[column["type"]]) and isinstance(value, bool) == (column["type"] == "boolean")


def _write(call: Call, row: Row, key: list[Any]) -> None:
    call.connection.execute(
        "INSERT OR REPLACE INTO documents (database, keyspace, collection, id, document) VALUES (?, ?, ?, ?, ?)",
        (call.database, call.keyspace, call.collection, json.dumps(key), json.dumps(row)),
    )


def find_one(call: Call, search: Search) -> dict[str, Any]:
    """The first match in order of insertion, or null; with no filter there is a warning, as every row is looked at.

    Raises:
        DataApiError: UNKNOWN_TABLE_COLUMNS; NOT_IMPLEMENTED for sorting.

    """
    if search.sort is not None:
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement findOne with sort on a table.")
    columns = call.options["columns"]
    for scope, names in (("FILTER", search.equal), ("PROJECTION", search.projection)):
        if unknown := [name for name in names if name not in columns and name != "*"]:
            raise DataApiError(
                "UNKNOWN_TABLE_COLUMNS", f"The table {call.collection} has no columns {listed(unknown)}.", scope=scope
            )
    chosen = [name for name in columns if _is_chosen(name, search.projection)]
    match = next((row for row in _rows(call) if all(row.get(name) == value for name, value in search.equal.items())), None)
    row = None if match is None else {name: match[name] for name in chosen if match.get(name) is not None}
    warning = DataApiError("ZERO_FILTER_OPERATIONS", "The filter is empty: all rows were looked at.")
    return {
        "data": {"document": row},
        "status": {"projectionSchema": {name: type_of(columns[name]) for name in chosen}}
        | ({} if search.equal else {"warnings": [warning.entry()]}),
    }


def _is_chosen(name: str, projection: dict[str, bool]) -> bool:
    """Naming a column leaves the others out, excluding one leaves the others in."""
    return projection.get(name, "*" in projection or not any(projection.values()))


def _rows(call: Call) -> Iterable[Row]:
    found = call.connection.execute(
        "SELECT document FROM documents WHERE database = ? AND keyspace = ? AND collection = ? ORDER BY sequence",
        (call.database, call.keyspace, call.collection),
    )
    return (json.loads(row["document"]) for row in found)


def forget_columns(call: Call, names: Iterable[str]) -> None:
    """The values of columns that are dropped go, so that none is there should a column of that name come back."""
    call.connection.executemany(
        "UPDATE documents SET document = json_remove(document, ?) WHERE database = ? AND keyspace = ? AND collection = ?",
        ((f'$."{name}"', call.database, call.keyspace, call.collection) for name in names),
    )
