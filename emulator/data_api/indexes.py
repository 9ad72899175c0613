"""createIndex, createVectorIndex, createTextIndex, listIndexes, dropIndex."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.data_api import fields, index_definition, limits, table_definition
from emulator.data_api.errors import DataApiError, SchemaChangeFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.call import Call
    from emulator.data_api.index_definition import Definition, Options
    from emulator.data_api.tables import Drop

NAME = re.compile(r"[A-Za-z0-9_]{1,100}")
"""Longer than the name of anything else may be (recorded)."""


class Creation(NamedTuple):
    """A command that creates an index, as sent; `kind` is what the command makes, `stated` the type it names."""

    kind: str
    name: str
    definition: Definition
    stated: str
    if_not_exists: bool


def creation_parser(kind: str) -> Callable[[object], Creation]:
    """What reads the command that makes indexes of one kind."""

    def parse(body: object) -> Creation:
        command = fields.structure(body, "the command", ("name", "definition", "indexType", "options")) or {}
        return Creation(
            kind,
            name=fields.text(command.get("name", ""), "name"),
            definition=index_definition.parse(command.get("definition"), kind),
            stated=fields.text(command.get("indexType", kind), "indexType"),
            if_not_exists=fields.option(command, "ifNotExists"),
        )

    return parse


def create_index(call: Call, creation: Creation) -> dict[str, Any]:
    """Make an index on the table the call is on.

    With `ifNotExists` all is well where the name is taken, even by another definition or on another table (recorded).

    Raises:
        DataApiError: UNSUPPORTED_SCHEMA_NAME, UNKNOWN_INDEX_TYPE, UNSUPPORTED_INDEX_TYPE, what the definition's
            validation raises, CANNOT_ADD_EXISTING_INDEX, and the database's own refusals.

    """
    if not NAME.fullmatch(creation.name):
        raise DataApiError("UNSUPPORTED_SCHEMA_NAME", f"An index cannot have the name {creation.name!r}.")
    if creation.stated not in index_definition.KINDS:
        raise DataApiError("UNKNOWN_INDEX_TYPE", f"There is no indexType {creation.stated}.")
    if creation.stated != creation.kind:
        raise DataApiError("UNSUPPORTED_INDEX_TYPE", f"The indexType is {creation.kind} here, not {creation.stated}.")
    definition = index_definition.complete(creation.definition, creation.kind, call.options["columns"])
    taken = call.connection.execute(
        "SELECT 1 FROM indexes WHERE database = ? AND keyspace = ? AND name = ?", (call.database, call.keyspace, creation.name)
    )
    if taken.fetchone() is None:
        if not _is_there(call, creation, definition):
            call.connection.execute(
                "INSERT INTO indexes VALUES (?, ?, ?, ?, ?, ?)",
                (call.database, call.keyspace, creation.name, call.collection, creation.kind, json.dumps(definition)),
            )
    elif not creation.if_not_exists:
        raise SchemaChangeFailed("CANNOT_ADD_EXISTING_INDEX", f"There is an index {creation.name} in {call.keyspace}.")
    return {"status": {"ok": 1}}


def _is_there(call: Call, creation: Creation, definition: Options) -> bool:
    """Whether nothing is to do, since `ifNotExists` asks for what another name has (unverified).

    A second index on a column is refused (recorded), one on the only column of the primary key and one too many are too
    (unverified).
    """
    same_column = [item["definition"] for item in on_table(call) if item["definition"]["column"] == definition["column"]]
    if creation.if_not_exists and definition in same_column:
        return True
    column = index_definition.column_name(definition)
    if same_column:
        raise SchemaChangeFailed("INVALID_DATABASE_QUERY", f"The column {column} has an index already.")
    if table_definition.key_columns(call.options) == [column]:
        raise SchemaChangeFailed("INVALID_DATABASE_QUERY", f"The column {column} is the whole primary key.")
    limits.check_index(call, creation.name)
    return False


def on_table(call: Call) -> list[dict[str, Any]]:
    """The indexes of the table the call is on, as listIndexes explains them, by their columns' names (recorded once)."""
    found = call.connection.execute(
        "SELECT name, type, definition FROM indexes WHERE database = ? AND keyspace = ? AND collection = ?",
        (call.database, call.keyspace, call.collection),
    )
    indexes = [{"name": row["name"], "definition": json.loads(row["definition"]), "indexType": row["type"]} for row in found]
    return sorted(indexes, key=lambda index: (index_definition.column_name(index["definition"]), index["name"]))


def metrics(call: Call) -> dict[str, str]:
    """By vector column of the table the call is on that has an index: its metric."""
    definitions = [index["definition"] for index in on_table(call) if index["indexType"] == "vector"]
    return {index_definition.column_name(definition): definition["options"]["metric"] for definition in definitions}


def parse_list_indexes(body: object) -> bool:
    """Whether to explain."""
    return fields.option(fields.structure(body, "listIndexes", ("options",)) or {}, "explain")


def list_indexes(call: Call, explain: bool) -> dict[str, Any]:  # noqa: FBT001 -- what the parser returned
    """Names, or names, definitions and types."""
    indexes = on_table(call)
    return {"status": {"indexes": indexes if explain else [index["name"] for index in indexes]}}


def drop_index(call: Call, drop: Drop) -> dict[str, Any]:
    """Drop an index of the keyspace, whichever table it is on.

    Raises:
        SchemaChangeFailed: CANNOT_DROP_UNKNOWN_INDEX.

    """
    dropped = call.connection.execute(
        "DELETE FROM indexes WHERE database = ? AND keyspace = ? AND name = ?", (call.database, call.keyspace, drop.name)
    )
    if not dropped.rowcount and not drop.if_exists:
        raise SchemaChangeFailed("CANNOT_DROP_UNKNOWN_INDEX", f"There is no index {drop.name} in {call.keyspace}.")
    return {"status": {"ok": 1}}
