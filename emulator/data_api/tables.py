"""createTable, listTables, dropTable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from emulator.data_api import fields, services, table_definition
from emulator.data_api.collections import NAME, find
from emulator.data_api.errors import DataApiError, SchemaChangeFailed
from emulator.data_api.table_definition import Definition

if TYPE_CHECKING:
    from emulator.data_api.call import Call


class Creation(NamedTuple):
    """A createTable as sent."""

    name: str
    definition: Definition
    if_not_exists: bool


def parse_create_table(body: object) -> Creation:
    """Read the command; a name that is missing is refused later, as an impossible one."""
    command = fields.structure(body, "createTable", ("name", "definition", "options")) or {}
    return Creation(
        name=fields.text(command.get("name", ""), "name"),
        definition=table_definition.parse(command.get("definition")),
        if_not_exists=fields.option(command, "ifNotExists"),
    )


def create_table(call: Call, creation: Creation) -> dict[str, Any]:
    """Make a table.

    With `ifNotExists` all is well where the name is taken, even by another definition or by a collection; but the
    definition is validated all the same (recorded).

    Raises:
        DataApiError: UNSUPPORTED_SCHEMA_NAME; what the definition's validation raises; CANNOT_ADD_EXISTING_TABLE.

    """
    if not NAME.fullmatch(creation.name):
        raise DataApiError("UNSUPPORTED_SCHEMA_NAME", f"A table cannot have the name {creation.name!r}.")
    definition = table_definition.complete(creation.definition, services.completion(call.connection, call.database))
    if find(call.connection, call.database, call.keyspace, creation.name) is None:
        call.connection.execute(
            "INSERT INTO collections VALUES (?, ?, ?, 'table', ?, 0)",
            (call.database, call.keyspace, creation.name, json.dumps(definition)),
        )
    elif not creation.if_not_exists:
        raise SchemaChangeFailed("CANNOT_ADD_EXISTING_TABLE", f"There is a table or collection {creation.name}.")
    return {"status": {"ok": 1}}


def parse_list_tables(body: object) -> bool:
    """Whether to explain."""
    return fields.option(fields.structure(body, "listTables", ("options",)) or {}, "explain")


def list_tables(call: Call, explain: bool) -> dict[str, Any]:  # noqa: FBT001 -- what the parser returned
    """Names, or names and definitions, in alphabetical order; collections are left out."""
    rows = call.connection.execute(
        "SELECT name, options FROM collections WHERE database = ? AND keyspace = ? AND kind = 'table' ORDER BY name",
        (call.database, call.keyspace),
    )
    tables = [{"name": row["name"], "definition": json.loads(row["options"])} for row in rows]
    return {"status": {"tables": tables if explain else [table["name"] for table in tables]}}


class Drop(NamedTuple):
    """A dropTable or dropIndex as sent."""

    name: str
    if_exists: bool


def parse_drop(body: object) -> Drop:
    """The name, which may be any but an empty one, and whether it need not be there."""
    command = fields.structure(body, "the command", ("name", "options")) or {}
    name = fields.text(command.get("name", ""), "name")
    if not name:
        fields.invalid("name", command.get("name"), "not empty")
    return Drop(name, fields.option(command, "ifExists"))


def drop_table(call: Call, drop: Drop) -> dict[str, Any]:
    """Rows are no obstacle, its indexes go with it, and a collection of that name is dropped too (recorded).

    Raises:
        SchemaChangeFailed: CANNOT_DROP_UNKNOWN_TABLE.

    """
    dropped = call.connection.execute(
        "DELETE FROM collections WHERE database = ? AND keyspace = ? AND name = ?", (call.database, call.keyspace, drop.name)
    )
    if not dropped.rowcount and not drop.if_exists:
        raise SchemaChangeFailed("CANNOT_DROP_UNKNOWN_TABLE", f"There is no table {drop.name} in {call.keyspace}.")
    return {"status": {"ok": 1}}
