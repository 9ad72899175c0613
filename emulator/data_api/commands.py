"""Which commands there are on which path, and what answers them.

The names of a path are those the service lists when it refuses another (recorded for keyspaces and collections; those
of the root are unverified). A known command without a handler here is answered 501.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import (
    catalogue,
    collections,
    counts,
    deletions,
    indexes,
    inserts,
    keyspaces,
    queries,
    row_deletions,
    row_queries,
    rows,
    searches,
    table_changes,
    tables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.data_api.call import Call


class Command(NamedTuple):
    """How a command is read, and what it does: on a keyspace or a collection, and on a table.

    None is for what a collection or a table cannot be asked.
    """

    parse: Callable[[object], Any]
    run: Callable[[Call, Any], dict[str, Any]] | None
    run_on_table: Callable[[Call, Any], dict[str, Any]] | None = None


ROOT: Final = ("findEmbeddingProviders", "findRerankingProviders")

SELF_HOSTED_ROOT: Final = (
    *ROOT,
    *("createKeyspace", "createNamespace", "dropKeyspace", "dropNamespace", "findKeyspaces", "findNamespaces"),
)

KEYSPACE: Final = (
    *(
        "alterType",
        "createCollection",
        "createTable",
        "createType",
        "deleteCollection",
        "dropIndex",
        "dropTable",
        "dropType",
    ),
    *("findCollections", "listTables", "listTypes"),
)

COLLECTION: Final = (
    *("alterTable", "countDocuments", "createIndex", "createTextIndex", "createVectorIndex", "deleteMany", "deleteOne"),
    *(
        "estimatedDocumentCount",
        "find",
        "findAndRerank",
        "findOne",
        "findOneAndDelete",
        "findOneAndReplace",
        "findOneAndUpdate",
    ),
    *("insertMany", "insertOne", "listIndexes", "updateMany", "updateOne"),
)

READING: Final = frozenset(
    (
        *ROOT,
        *("findKeyspaces", "findCollections", "listTables", "listIndexes"),
        *("find", "findOne", "countDocuments", "estimatedDocumentCount"),
    )
)
"""The implemented commands that change nothing."""

IMPLEMENTED: Final[dict[str, Command]] = {
    "findEmbeddingProviders": Command(catalogue.parse_find_embedding_providers, catalogue.find_embedding_providers),
    "findRerankingProviders": Command(catalogue.parse_find_reranking_providers, catalogue.find_reranking_providers),
    "createKeyspace": Command(keyspaces.parse_create_keyspace, keyspaces.create_keyspace),
    "dropKeyspace": Command(keyspaces.parse_drop_keyspace, keyspaces.drop_keyspace),
    "findKeyspaces": Command(keyspaces.parse_find_keyspaces, keyspaces.find_keyspaces),
    "createCollection": Command(collections.parse_create_collection, collections.create_collection),
    "findCollections": Command(collections.parse_find_collections, collections.find_collections),
    "deleteCollection": Command(collections.parse_delete_collection, collections.delete_collection),
    "createTable": Command(tables.parse_create_table, tables.create_table),
    "listTables": Command(tables.parse_list_tables, tables.list_tables),
    "dropTable": Command(tables.parse_drop, tables.drop_table),
    "dropIndex": Command(tables.parse_drop, indexes.drop_index),
    "alterTable": Command(table_changes.parse_alter_table, None, table_changes.alter_table),
    "createIndex": Command(indexes.creation_parser("regular"), None, indexes.create_index),
    "createTextIndex": Command(indexes.creation_parser("text"), None, indexes.create_index),
    "createVectorIndex": Command(indexes.creation_parser("vector"), None, indexes.create_index),
    "listIndexes": Command(indexes.parse_list_indexes, None, indexes.list_indexes),
    "insertOne": Command(inserts.parse_insert_one, inserts.insert, rows.insert),
    "insertMany": Command(inserts.parse_insert_many, inserts.insert, rows.insert),
    "find": Command(searches.parse_find, queries.find, row_queries.find),
    "findOne": Command(searches.parse_find_one, queries.find_one, row_queries.find_one),
    "countDocuments": Command(counts.parse_count, counts.count),
    "estimatedDocumentCount": Command(counts.parse_estimate, counts.estimate),
    "deleteOne": Command(deletions.parse_delete_one, deletions.delete_one, row_deletions.delete_one),
    "deleteMany": Command(deletions.parse_delete_many, deletions.delete_many, row_deletions.delete_many),
}
