"""createCollection, findCollections, deleteCollection."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator import settings
from emulator.data_api import collection_fields, collection_options, fields, limits, services
from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    import sqlite3

    from emulator.data_api.call import Call
    from emulator.data_api.collection_fields import Options

NAME = re.compile(r"[A-Za-z0-9_]{1,48}")
"""Recorded for collections; the same rule holds for createKeyspace (unverified)."""

FIELD_INDEXES: Final = 8
"""Indexes over a document's fields, which `indexing: {deny: ["*"]}` saves; a vector and lexical search take one more
each (unverified: how the ten split up)."""


class Creation(NamedTuple):
    """A createCollection as sent."""

    name: str
    options: Options


def parse_create_collection(body: object) -> Creation:
    """Read the command; a name that is missing is refused later, as an impossible one."""
    command = fields.structure(body, "createCollection", ("name", "options")) or {}
    return Creation(name=fields.text(command.get("name", ""), "name"), options=collection_fields.parse(command.get("options")))


def create_collection(call: Call, creation: Creation) -> dict[str, Any]:
    """Make a collection. The same definition again is fine, and is validated again before it is compared.

    Raises:
        DataApiError: UNSUPPORTED_SCHEMA_NAME; what the options' validation raises; EXISTING_...; TOO_MANY_...

    """
    if not NAME.fullmatch(creation.name):
        raise DataApiError("UNSUPPORTED_SCHEMA_NAME", f"A collection cannot have the name {creation.name!r}.")
    connection = call.connection
    existing = find(connection, call.database, call.keyspace, creation.name)
    options = collection_options.complete(
        creation.options,
        existing=None if existing is None else json.loads(existing["options"]),
        offer={name: settings.read(connection, name) for name in ("lexical", "rerank")},
        check=services.completion(connection, call.database),
    )
    if existing is None:
        limits.check_collection(call, creation.name)
        connection.execute(
            "INSERT INTO collections VALUES (?, ?, ?, 'collection', ?, ?)",
            (call.database, call.keyspace, creation.name, json.dumps(options), _indexes(options)),
        )
    elif existing["kind"] == "table":
        raise DataApiError("EXISTING_TABLE_NOT_DATA_API_COLLECTION", f"There is a table {creation.name}.")
    elif json.loads(existing["options"]) != options:
        raise DataApiError("EXISTING_COLLECTION_DIFFERENT_SETTINGS", f"There is a collection {creation.name} with other options.")
    else:
        _mend(call, creation.name, options)
    return {"status": {"ok": 1}}


def find(connection: sqlite3.Connection, database: str, keyspace: str, name: str) -> sqlite3.Row | None:
    """The row of a collection or table."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT kind, options, indexes FROM collections WHERE database = ? AND keyspace = ? AND name = ?",
        (database, keyspace, name),
    ).fetchone()
    return row


def _mend(call: Call, name: str, options: Options) -> None:
    """The indexes that a creation which was cut off did not make are made now."""
    call.connection.execute(
        "UPDATE collections SET indexes = ? WHERE database = ? AND keyspace = ? AND name = ?",
        (_indexes(options), call.database, call.keyspace, name),
    )


def is_half_made(call: Call) -> bool:
    """Whether the collection the call is on lacks indexes, since its creation was cut off; nothing lists that (recorded)."""
    row = find(call.connection, call.database, call.keyspace, call.collection)
    return row is not None and row["indexes"] < _indexes(json.loads(row["options"]))


def _indexes(options: Options) -> int:
    over_fields = 0 if options.get("indexing") == {"deny": ["*"]} else FIELD_INDEXES
    return over_fields + int("vector" in options) + int(options["lexical"]["enabled"])


def parse_find_collections(body: object) -> bool:
    """Whether to explain."""
    command = fields.structure(body, "findCollections", ("options",)) or {}
    options = fields.structure(command.get("options"), "options", ("explain",)) or {}
    return fields.flag(options.get("explain", False), "options.explain")


def find_collections(call: Call, explain: bool) -> dict[str, Any]:  # noqa: FBT001 -- what the command's parser returned
    """Names, or names and options, in alphabetical order; tables are left out.

    Raises:
        DataApiError: one collection can make the whole answer fail, as recorded: INTERNAL_SERVER_ERROR for a
            `defaultId` without a type (which createCollection accepts), RERANKING_FEATURE_NOT_ENABLED for one made when
            the region still reranked.

    """
    rows = call.connection.execute(
        "SELECT name, options FROM collections WHERE database = ? AND keyspace = ? AND kind = 'collection' ORDER BY name",
        (call.database, call.keyspace),
    )
    collections = [{"name": row["name"], "options": json.loads(row["options"])} for row in rows]
    reranks = settings.read(call.connection, "rerank")
    for collection in collections:
        options = collection["options"]
        if options.get("defaultId") == {}:
            raise DataApiError("INTERNAL_SERVER_ERROR", f"The collection {collection['name']} has a defaultId without a type.")
        if options["rerank"]["enabled"] and not reranks:
            raise DataApiError(
                "RERANKING_FEATURE_NOT_ENABLED", f"The collection {collection['name']} reranks, this database does not."
            )
    return {"status": {"collections": collections if explain else [collection["name"] for collection in collections]}}


def parse_delete_collection(body: object) -> str:
    """The name, which may be any but an empty one."""
    command = fields.structure(body, "deleteCollection", ("name",)) or {}
    name = fields.text(command.get("name", ""), "name")
    if not name:
        fields.invalid("name", command.get("name"), "not empty")
    return name


def delete_collection(call: Call, name: str) -> dict[str, Any]:
    """Always ok: an absent name is fine, documents are no obstacle, and a table of that name is dropped too."""
    call.connection.execute(
        "DELETE FROM collections WHERE database = ? AND keyspace = ? AND name = ?", (call.database, call.keyspace, name)
    )
    return {"status": {"ok": 1}}
