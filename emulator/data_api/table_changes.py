"""alterTable: add, drop, addVectorize, dropVectorize; one operation a command.

The checks of `add` and `drop` come in the order of the open-source service's source.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import (
    fields,
    index_definition,
    indexes,
    rows,
    services,
    table_columns,
    table_definition,
    vector_service,
)
from emulator.data_api.errors import DataApiError, SchemaChangeFailed
from emulator.data_api.table_columns import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.data_api.call import Call
    from emulator.data_api.table_columns import Columns


class Change(NamedTuple):
    """An alterTable as sent: the operation, and its columns with their types or services, or their names alone."""

    operation: str
    columns: Any


def parse_alter_table(body: object) -> Change:
    """Read the command.

    Raises:
        DataApiError: REQUEST_STRUCTURE_MISMATCH unless there is exactly one operation, COMMAND_UNKNOWN for an unknown one.

    """
    command = fields.structure(body, "alterTable", ("operation",)) or {}
    if "operation" not in command:
        return Change("", None)
    operations = fields.any_object(command["operation"], "operation")
    if len(operations) != 1:
        fields.mismatch("operation", "an object with one operation")
    ((operation, sent),) = operations.items()
    if operation not in OPERATIONS:
        raise DataApiError("COMMAND_UNKNOWN", f"alterTable has no operation {operation}, but {listed(OPERATIONS)}.")
    columns = (fields.structure(sent, f"operation.{operation}", ("columns",)) or {}).get("columns")
    return Change(operation, None if columns is None else OPERATIONS[operation][0](columns, f"operation.{operation}.columns"))


def _services(value: object, path: str) -> dict[str, dict[str, Any]]:
    return {name: vector_service.parse(item, f"{path}.{name}") or {} for name, item in fields.any_object(value, path).items()}


def alter_table(call: Call, change: Change) -> dict[str, Any]:
    """Change the table the call is on.

    Raises:
        DataApiError: MISSING_ALTER_TABLE_OPERATIONS, and what the operation raises; UNEXPECTED_SERVER_ERROR where there
            is none (recorded).

    """
    if not change.operation:
        raise DataApiError("UNEXPECTED_SERVER_ERROR", "operation is null.")
    if not change.columns:
        raise DataApiError("MISSING_ALTER_TABLE_OPERATIONS", f"The operation {change.operation} has no columns.")
    columns = OPERATIONS[change.operation][1](call, change.columns)
    key = table_definition.key_columns(call.options)
    definition = {**call.options, "columns": table_definition.in_order(columns, key)}
    call.connection.execute(
        "UPDATE collections SET options = ? WHERE database = ? AND keyspace = ? AND name = ?",
        (json.dumps(definition), call.database, call.keyspace, call.collection),
    )
    return {"status": {"ok": 1}}


def _add(call: Call, sent: Columns) -> Columns:
    added = table_columns.complete(sent, services.completion(call.connection, call.database))
    if impossible := table_columns.unsupported(added):
        raise DataApiError("CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS", f"No column has the types of {listed(impossible)}.")
    if existing := [name for name in added if name in call.options["columns"]]:
        raise DataApiError("CANNOT_ADD_EXISTING_COLUMNS", f"The table {call.collection} has {listed(existing)} already.")
    table_columns.refuse_user_defined(added)
    dropped = call.connection.execute(
        "SELECT name, type FROM dropped_columns WHERE database = ? AND keyspace = ? AND collection = ?",
        (call.database, call.keyspace, call.collection),
    )
    for row in dropped:
        if row["name"] in added and table_columns.type_of(added[row["name"]]) != json.loads(row["type"]):
            raise SchemaChangeFailed(
                "UNEXPECTED_DRIVER_ERROR", f"The column {row['name']} was dropped and had the type {row['type']}."
            )
    return {**call.options["columns"], **added}


def _drop(call: Call, names: list[str]) -> Columns:
    columns: Columns = call.options["columns"]
    _refuse("CANNOT_DROP_PRIMARY_KEY_COLUMNS", [name for name in names if name in table_definition.key_columns(call.options)])
    _refuse("CANNOT_DROP_UNKNOWN_COLUMNS", [name for name in names if name not in columns])
    indexed = {index_definition.column_name(index["definition"]) for index in indexes.on_table(call)}
    _refuse("CANNOT_DROP_INDEXED_COLUMNS", [name for name in names if name in indexed])
    call.connection.executemany(
        "INSERT OR REPLACE INTO dropped_columns VALUES (?, ?, ?, ?, ?)",
        (
            (call.database, call.keyspace, call.collection, name, json.dumps(table_columns.type_of(columns[name])))
            for name in names
        ),
    )
    rows.forget_columns(call, names)
    return {name: column for name, column in columns.items() if name not in names}


def _add_vectorize(call: Call, sent: dict[str, dict[str, Any]]) -> Columns:
    columns: Columns = call.options["columns"]
    _refuse("CANNOT_VECTORIZE_UNKNOWN_COLUMNS", [name for name in sent if name not in columns])
    _refuse("CANNOT_VECTORIZE_NON_VECTOR_COLUMNS", _no_vectors(columns, sent))
    check = services.completion(call.connection, call.database)
    changed = {}
    for name, service in sent.items():
        completed, _ = check(service, columns[name]["dimension"])
        changed[name] = {
            "type": "vector",
            "dimension": columns[name]["dimension"],
            "service": completed,
            "apiSupport": columns[name]["apiSupport"],
        }
    return {**columns, **changed}


def _drop_vectorize(call: Call, names: list[str]) -> Columns:
    columns: Columns = call.options["columns"]
    _refuse("CANNOT_DROP_VECTORIZE_FROM_UNKNOWN_COLUMNS", [name for name in names if name not in columns])
    _refuse("CANNOT_DROP_VECTORIZE_FROM_NON_VECTOR_COLUMNS", _no_vectors(columns, names))
    bare = {name: {field: item for field, item in columns[name].items() if field != "service"} for name in names}
    return {**columns, **bare}


def _no_vectors(columns: Columns, names: Iterable[str]) -> list[str]:
    return [name for name in names if columns[name]["type"] != "vector"]


def _refuse(code: str, names: list[str]) -> None:
    if names:
        raise DataApiError(code, f"This cannot be done to {listed(names)}.")


OPERATIONS: Final[dict[str, tuple[Callable[[object, str], Any], Callable[[Call, Any], Columns]]]] = {
    "add": (table_columns.parse, _add),
    "addVectorize": (_services, _add_vectorize),
    "drop": (fields.texts, _drop),
    "dropVectorize": (fields.texts, _drop_vectorize),
}
"""Operation: how its columns are read, and the table's columns after it."""
