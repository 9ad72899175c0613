"""Indexes of tables: their kinds, their names, and how many there may be."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

Send = Callable[..., httpx.Response]

DEFINITION = {
    "columns": {
        "id": "text",
        "body": "text",
        "n": "int",
        "l": {"type": "list", "valueType": "text"},
        "m": {"type": "map", "keyType": "text", "valueType": "int"},
        "v": {"type": "vector", "dimension": 3},
        "w": {"type": "vector", "dimension": 3},
    },
    "primaryKey": "id",
}


@pytest.fixture
def index(send: Send) -> Callable[..., list[str]]:
    """Create an index on a table `t` of DEFINITION; returns the codes of what is wrong."""
    for name in ("t", "u"):
        send("default_keyspace", "createTable", name=name, definition=DEFINITION)

    def create(command: str, name: str, column: object, table: str = "t", **rest: Any) -> list[str]:
        definition = {"column": column} | ({"options": rest.pop("of")} if "of" in rest else {})
        answer = send(f"default_keyspace/{table}", command, name=name, definition=definition, **rest)
        return [error["errorCode"] for error in answer.json().get("errors", [])]

    return create


def test_every_kind_is_listed_with_its_options_filled_in(
    index: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    assert index("createIndex", "i_body", "body", of={"normalize": True}) == []
    assert index("createIndex", "i_n", "n") == []
    assert index("createIndex", "i_l", "l") == []
    assert index("createIndex", "i_m", {"m": "$keys"}, of={}) == []
    assert index("createIndex", "i_entries", "m") == []
    assert index("createVectorIndex", "i_v", "v", of={"metric": "EUCLIDEAN"}) == []
    assert index("createVectorIndex", "i_w", "w", of={"sourceModel": "nv-qa-4"}) == []
    assert index("createTextIndex", "j_body", "body", table="u") == []
    analysed = {"ascii": False, "caseSensitive": True, "normalize": False}
    explained = {
        "i_body": ("regular", {"column": "body", "options": {**analysed, "normalize": True}}),
        "i_l": ("regular", {"column": {"l": "$values"}, "options": {}}),
        "i_entries": ("regular", {"column": "m", "options": {}}),
        "i_m": ("regular", {"column": {"m": "$keys"}, "options": analysed}),
        "i_n": ("regular", {"column": "n", "options": {}}),
        "i_v": ("vector", {"column": "v", "options": {"metric": "euclidean", "sourceModel": "other"}}),
        "i_w": ("vector", {"column": "w", "options": {"metric": "dot_product", "sourceModel": "nv-qa-4"}}),
    }
    answer = send("default_keyspace/t", "listIndexes", options={"explain": True}).json()
    assert answer["status"]["indexes"] == [
        {"name": name, "definition": definition, "indexType": kind} for name, (kind, definition) in explained.items()
    ]
    assert send("default_keyspace/t", "listIndexes").json() == {"status": {"indexes": list(explained)}}
    assert world.indexes(database, "default_keyspace")["j_body"] == {
        "table": "u",
        "indexType": "text",
        "definition": {"column": "body", "options": {"analyzer": "standard"}},
    }


@pytest.mark.parametrize(
    ("command", "column", "rest", "code"),
    [
        ("createVectorIndex", "nope", {}, "UNKNOWN_INDEX_COLUMN"),
        ("createVectorIndex", "n", {}, "UNSUPPORTED_VECTOR_INDEX_FOR_DATA_TYPES"),
        ("createVectorIndex", "v", {"of": {"metric": "l2"}}, "UNKNOWN_VECTOR_METRIC"),
        ("createVectorIndex", "v", {"of": {"sourceModel": "llama"}}, "UNKNOWN_VECTOR_SOURCE_MODEL"),
        ("createVectorIndex", "v", {"of": {"ascii": True}}, "COMMAND_FIELD_UNKNOWN"),
        ("createVectorIndex", "v", {"indexType": "text"}, "UNSUPPORTED_INDEX_TYPE"),
        ("createVectorIndex", "v", {"indexType": "btree"}, "UNKNOWN_INDEX_TYPE"),
        ("createTextIndex", "n", {}, "UNSUPPORTED_TEXT_INDEX_FOR_DATA_TYPES"),
        ("createTextIndex", "body", {"of": {"analyzer": 3}}, "UNSUPPORTED_JSON_TYPE_FOR_TEXT_INDEX"),
        ("createIndex", "v", {}, "UNSUPPORTED_INDEXING_FOR_DATA_TYPES"),
        ("createIndex", "n", {"of": {"ascii": True}}, "UNSUPPORTED_TEXT_ANALYSIS_FOR_DATA_TYPES"),
        ("createIndex", "m", {"of": {"ascii": True}}, "CANNOT_ANALYZE_ENTRIES_ON_MAP_COLUMNS"),
        ("createIndex", {"n": "$keys"}, {}, "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN"),
        ("createIndex", {"m": "keys"}, {}, "INVALID_FORMAT_FOR_INDEX_CREATION_COLUMN"),
        ("createIndex", "id", {}, "INVALID_DATABASE_QUERY"),
        ("createIndex", None, {}, "COMMAND_FIELD_VALUE_INVALID"),
    ],
    ids=str,
)
def test_an_impossible_index_is_refused(
    index: Callable[..., list[str]], command: str, column: object, rest: dict[str, Any], code: str
) -> None:
    assert index(command, "i", column, **rest) == [code]


@pytest.mark.parametrize(
    ("name", "code"), [("i" * 100, []), ("i" * 101, ["UNSUPPORTED_SCHEMA_NAME"]), ("a-b", ["UNSUPPORTED_SCHEMA_NAME"])]
)
def test_a_name_has_up_to_a_hundred_characters(index: Callable[..., list[str]], name: str, code: list[str]) -> None:
    assert index("createVectorIndex", name, "v") == code


def test_names_are_unique_in_a_keyspace(index: Callable[..., list[str]], world: World, database: str) -> None:
    index("createVectorIndex", "i", "v")
    again = {"options": {"ifNotExists": True}}
    assert index("createVectorIndex", "i", "w") == index("createIndex", "i", "n", table="u") == ["CANNOT_ADD_EXISTING_INDEX"]
    assert index("createVectorIndex", "i", "v", of={"metric": "euclidean"}, **again) == []
    assert index("createIndex", "i", "n", table="u", **again) == []
    assert world.indexes(database, "default_keyspace") == {
        "i": {
            "table": "t",
            "indexType": "vector",
            "definition": {"column": "v", "options": {"metric": "cosine", "sourceModel": "other"}},
        }
    }


def test_a_column_has_one_index(index: Callable[..., list[str]], world: World, database: str) -> None:
    index("createVectorIndex", "i", "v")
    assert index("createVectorIndex", "j", "v") == ["INVALID_DATABASE_QUERY"]
    assert index("createVectorIndex", "j", "v", options={"ifNotExists": True}) == []
    assert list(world.indexes(database, "default_keyspace")) == ["i"]


def test_an_index_is_dropped_by_the_keyspace_and_goes_with_its_table(
    index: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    index("createVectorIndex", "i", "v")
    index("createVectorIndex", "j", "v", table="u")
    assert send("default_keyspace", "dropIndex", name="i").json() == {"status": {"ok": 1}}
    assert send("default_keyspace", "dropIndex", name="i", options={"ifExists": True}).json() == {"status": {"ok": 1}}
    send("default_keyspace", "dropTable", name="u")
    assert world.indexes(database, "default_keyspace") == {}


def test_indexes_of_tables_leave_no_room_for_collections(index: Callable[..., list[str]], world: World, send: Send) -> None:
    world.set("max_indexes", 11)
    index("createVectorIndex", "i", "v")
    index("createVectorIndex", "j", "w")
    answer = send("default_keyspace", "createCollection", name="c")
    assert answer.json()["errors"][0]["errorCode"] == "TOO_MANY_INDEXES_FOR_COLLECTION"
    send("default_keyspace", "dropIndex", name="j")
    assert send("default_keyspace", "createCollection", name="c").json() == {"status": {"ok": 1}}


def test_there_is_an_end_to_indexes(
    client: httpx.Client, index: Callable[..., list[str]], world: World, database: str, clock: Clock
) -> None:
    world.set("max_indexes", 1)
    index("createVectorIndex", "i", "v")
    assert index("createVectorIndex", "j", "w") == ["INVALID_DATABASE_QUERY"]
    client.delete(f"/v2/databases/{database}/keyspaces/default_keyspace")
    assert world.indexes(database, "default_keyspace") != {}
    clock.advance(4)
    assert world.indexes(database, "default_keyspace") == {}


def test_a_collection_has_no_such_commands(send: Send) -> None:
    send("default_keyspace", "createCollection", name="c")
    for command, body in (
        ("createIndex", {"name": "i", "definition": {"column": "v"}}),
        ("listIndexes", {}),
        ("alterTable", {"operation": {"drop": {"columns": ["v"]}}}),
    ):
        assert send("default_keyspace/c", command, **body).json()["errors"][0]["errorCode"] == "UNSUPPORTED_COLLECTION_COMMAND"
