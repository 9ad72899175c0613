"""Tables: how they are made, listed and dropped, and what is checked first. The recordings show the rest."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

Send = Callable[..., httpx.Response]

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}
CONTAINERS = {
    "l": {"type": "list", "valueType": "text"},
    "m": {"type": "map", "keyType": "text", "valueType": {"type": "int"}},
    "s": {"type": "set", "valueType": "uuid"},
}


def codes(answer: httpx.Response) -> list[str]:
    return [error["errorCode"] for error in answer.json().get("errors", [])]


def definition(primary_key: object = "id", **columns: object) -> dict[str, object]:
    return {"columns": {"id": "text", **columns}, "primaryKey": primary_key}


@pytest.fixture
def make(send: Send) -> Callable[..., list[str]]:
    """Create a table `t`; returns the codes of what is wrong."""

    def create(stated: dict[str, object], **options: object) -> list[str]:
        return codes(send("default_keyspace", "createTable", name="t", definition=stated, options=options))

    return create


def test_a_table_is_explained_in_long_forms_with_what_was_filled_in(
    make: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    world.add_credential("openai", "key")
    service = {**OPENAI, "authentication": {"providerKey": "key"}}
    assert (
        make(definition({"partitionBy": ["z"], "partitionSort": {"id": -1}}, z="int", v={"type": "vector", "service": service}))
        == []
    )
    explained = {
        "columns": {
            "z": {"type": "int"},
            "id": {"type": "text"},
            "v": {
                "type": "vector",
                "dimension": 1536,
                "service": {**OPENAI, "authentication": {"providerKey": "key.providerKey"}},
                "apiSupport": {
                    "createTable": True,
                    "insert": True,
                    "read": True,
                    "filter": False,
                    "cqlDefinition": "vector<float, 1536>",
                },
            },
        },
        "primaryKey": {"partitionBy": ["z"], "partitionSort": {"id": -1}},
    }
    answer = send("default_keyspace", "listTables", options={"explain": True})
    assert answer.json() == {"status": {"tables": [{"name": "t", "definition": explained}]}}
    assert send("default_keyspace", "listTables").json() == {"status": {"tables": ["t"]}}
    assert world.tables(database, "default_keyspace") == {"t": explained}


def test_what_is_explained_can_be_sent_again_but_for_the_marks_of_vectors(
    make: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    make(definition(v={"type": "vector", "dimension": 3}, **CONTAINERS))
    (first,) = world.tables(database, "default_keyspace").values()
    send("default_keyspace", "dropTable", name="t")
    assert make(first) == ["COMMAND_FIELD_UNKNOWN"]
    del first["columns"]["v"]["apiSupport"]
    assert make(first) == []
    (again,) = world.tables(database, "default_keyspace").values()
    assert {name: column for name, column in again["columns"].items() if name != "v"} == {
        "id": {"type": "text"},
        **CONTAINERS,
        "m": {"type": "map", "keyType": "text", "valueType": "int"},
    }


@pytest.mark.parametrize("kind", ["ascii", "bigint", "blob", "boolean", "date", "decimal", "double", "duration", "float"])
@pytest.mark.parametrize("form", [lambda kind: kind, lambda kind: {"type": kind}], ids=["short", "long"])
def test_a_type_by_name_alone_has_a_short_and_a_long_form(
    make: Callable[..., list[str]], world: World, database: str, kind: str, form: Callable[[str], object]
) -> None:
    assert make(definition(c=form(kind))) == []
    assert world.tables(database, "default_keyspace")["t"]["columns"]["c"] == {"type": kind}


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("strng", "UNKNOWN_PRIMITIVE_DATA_TYPE"),
        ({"type": "strng"}, "UNKNOWN_DATA_TYPE"),
        ({"type": "text", "length": 3}, "COMMAND_FIELD_UNKNOWN"),
        ({"length": 3}, "REQUEST_STRUCTURE_MISMATCH"),
        (3, "REQUEST_STRUCTURE_MISMATCH"),
        ("timeuuid", "UNSUPPORTED_DATA_TYPE_TABLE_CREATION"),
        ("list", "UNSUPPORTED_LIST_DEFINITION"),
        ({"type": "set", "valueType": "counter"}, "UNSUPPORTED_SET_DEFINITION"),
        ({"type": "set", "valueType": {"type": "vector", "dimension": 3}}, "UNSUPPORTED_SET_DEFINITION"),
        ({"type": "map", "valueType": "text"}, "UNSUPPORTED_MAP_DEFINITION"),
        ({"type": "map", "keyType": "duration", "valueType": "text"}, "UNSUPPORTED_MAP_DEFINITION"),
        ({"type": "vector", "dimension": 0}, "UNSUPPORTED_VECTOR_DIMENSION"),
        ({"type": "vector", "dimension": 3.5}, "UNSUPPORTED_VECTOR_DIMENSION"),
        ({"type": "vector", "dimension": None}, "UNSUPPORTED_VECTOR_DIMENSION"),
        ("vector", "MISSING_DIMENSION_IN_VECTOR_COLUMN"),
        ({"type": "userDefined"}, "INVALID_USER_DEFINED_TYPE_NAME"),
        ({"type": "userDefined", "udtName": "address"}, "UNKNOWN_USER_DEFINED_TYPE"),
        ({"type": "list", "valueType": {"type": "userDefined", "udtName": "address"}}, "UNKNOWN_USER_DEFINED_TYPE"),
    ],
    ids=str,
)
def test_an_impossible_column_is_refused(make: Callable[..., list[str]], column: object, code: str) -> None:
    assert make(definition(c=column)) == [code]


@pytest.mark.parametrize(
    ("primary_key", "code"),
    [
        ("nope", "UNKNOWN_PARTITION_COLUMNS"),
        ({"partitionBy": []}, "MISSING_PARTITION_COLUMNS"),
        ({"partitionBy": ["nope"], "partitionSort": {"nope": 1}}, "UNKNOWN_PARTITION_SORT_COLUMNS"),
        ({"partitionBy": ["id"], "partitionSort": {"l": 2}}, "REQUEST_STRUCTURE_MISMATCH"),
        ({"partitionBy": "id"}, "REQUEST_STRUCTURE_MISMATCH"),
        ({"partitionBy": ["id"], "partitionSort": {"id": 1}}, "INVALID_DATABASE_QUERY"),
        ("l", "INVALID_DATABASE_QUERY"),
        (None, "UNEXPECTED_SERVER_ERROR"),
    ],
    ids=str,
)
def test_an_impossible_primary_key_is_refused(make: Callable[..., list[str]], primary_key: object, code: str) -> None:
    assert make(definition(primary_key, **CONTAINERS)) == [code]


@pytest.mark.parametrize(
    ("service", "dimension", "code"),
    [
        ({**OPENAI, "authentication": {"providerKey": "key"}}, 512, "UNKNOWN_PARTITION_COLUMNS"),
        (OPENAI, None, "UNKNOWN_PARTITION_COLUMNS"),
        (NVIDIA, 1024, "UNKNOWN_PARTITION_COLUMNS"),
        ({**OPENAI, "authentication": {"providerKey": "no-such-key"}}, 512, "VECTORIZE_CREDENTIAL_INVALID"),
        ({**OPENAI, "authentication": {"providerKey": "elsewhere"}}, 512, "VECTORIZE_CREDENTIAL_INVALID"),
        ({**OPENAI, "authentication": {"apiKey": "key"}}, 512, "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({**OPENAI, "modelName": "text-embedding-9"}, 512, "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({**OPENAI, "parameters": {"colour": "red"}}, 512, "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({**NVIDIA, "authentication": {"providerKey": "key"}}, 1024, "INVALID_CREATE_COLLECTION_OPTIONS"),
        (OPENAI, 5000, "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({"provider": "openai", "modelName": "text-embedding-ada-002"}, None, "DEPRECATED_AI_MODEL"),
        ({"provider": "openai", "modelName": "text-embedding-3-large"}, None, "END_OF_LIFE_AI_MODEL"),
        ({"provider": "acme", "modelName": "m"}, 3, "INVALID_CREATE_COLLECTION_OPTIONS"),
    ],
    ids=str,
)
def test_with_a_doomed_primary_key_every_mistake_of_a_service_comes_first_and_nothing_is_left_behind(
    world: World,
    database: str,
    make: Callable[..., list[str]],
    service: dict[str, object],
    dimension: int | None,
    code: str,
) -> None:
    world.add_credential("openai", "key")
    world.add_credential("openai", "elsewhere", databases=["another-database"])
    world.set_model_status("openai", "text-embedding-ada-002", "DEPRECATED")
    world.set_model_status("openai", "text-embedding-3-large", "END_OF_LIFE")
    vector = {"type": "vector", "service": service} | ({} if dimension is None else {"dimension": dimension})
    assert make(definition("no such column", v=vector)) == [code]
    assert (world.tables(database, "default_keyspace"), world.indexes(database, "default_keyspace")) == ({}, {})
    assert make(definition("no such column", v=vector), ifNotExists=True) == [code]


def test_a_bad_name_and_an_unknown_keyspace_come_before_the_service(send: Send) -> None:
    stated = definition("no such column", v={"type": "vector", "service": {"provider": "acme", "modelName": "m"}})
    assert codes(send("default_keyspace", "createTable", name="a-b", definition=stated)) == ["UNSUPPORTED_SCHEMA_NAME"]
    assert codes(send("nowhere", "createTable", name="t", definition=stated)) == ["UNKNOWN_KEYSPACE"]


def test_the_service_that_validates_credentials_can_be_in_trouble(world: World, make: Callable[..., list[str]]) -> None:
    world.add_credential("openai", "key")
    stated = definition("no such column", v={"type": "vector", "service": {**OPENAI, "authentication": {"providerKey": "key"}}})
    for state, code in (
        ("failing", "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"),
        ("down", "UNEXPECTED_SERVER_ERROR"),
        ("up", "UNKNOWN_PARTITION_COLUMNS"),
    ):
        world.set("credential_service", state)
        assert make(stated) == [code]


def test_if_not_exists_leaves_what_is_there_and_says_all_is_well(
    make: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    make(definition())
    assert make(definition(other="int")) == ["CANNOT_ADD_EXISTING_TABLE"]
    assert make(definition(other="int"), ifNotExists=True) == []
    assert list(world.tables(database, "default_keyspace")["t"]["columns"]) == ["id"]
    send("default_keyspace", "createCollection", name="c")
    answer = send("default_keyspace", "createTable", name="c", definition=definition(), options={"ifNotExists": True})
    assert answer.json() == {"status": {"ok": 1}}
    assert list(world.collections(database, "default_keyspace")) == ["c"]


def test_what_the_database_itself_refuses_says_ok_0_as_well(make: Callable[..., list[str]], send: Send) -> None:
    make(definition())
    refused = [
        send("default_keyspace", "createTable", name="t", definition=definition()).json(),
        send("default_keyspace", "dropTable", name="u").json(),
        send("default_keyspace", "dropIndex", name="i").json(),
    ]
    assert [answer["status"] for answer in refused] == [{"ok": 0}] * 3
    assert [answer["errors"][0]["errorCode"] for answer in refused] == [
        "CANNOT_ADD_EXISTING_TABLE",
        "CANNOT_DROP_UNKNOWN_TABLE",
        "CANNOT_DROP_UNKNOWN_INDEX",
    ]


def test_collections_and_tables_share_their_names_and_either_command_drops_either(
    make: Callable[..., list[str]], world: World, database: str, send: Send
) -> None:
    for drop in ("dropTable", "deleteCollection"):
        make(definition())
        assert codes(send("default_keyspace", "createCollection", name="t")) == ["EXISTING_TABLE_NOT_DATA_API_COLLECTION"]
        assert send("default_keyspace", drop, name="t").json() == {"status": {"ok": 1}}
        send("default_keyspace", "createCollection", name="t")
        assert make(definition()) == ["CANNOT_ADD_EXISTING_TABLE"]
        assert send("default_keyspace", drop, name="t").json() == {"status": {"ok": 1}}
        assert (world.tables(database, "default_keyspace"), world.collections(database, "default_keyspace")) == ({}, {})


def test_tables_go_with_their_keyspace(
    client: httpx.Client, world: World, database: str, clock: Clock, make: Callable[..., list[str]]
) -> None:
    make(definition())
    client.delete(f"/v2/databases/{database}/keyspaces/default_keyspace")
    clock.advance(4)
    assert (world.tables(database, "default_keyspace"), world.indexes(database, "default_keyspace")) == ({}, {})


def test_the_self_hosted_face_does_the_same(client: httpx.Client) -> None:
    def post(path: str, **command: Any) -> Any:
        return client.post(f"/v1{path}", json=command, headers={"Token": "Cassandra:Y2Fzc2FuZHJh:Y2Fzc2FuZHJh"}).json()

    fine = {"status": {"ok": 1}}
    assert post("", createKeyspace={"name": "k"}) == fine
    assert post("/k", createTable={"name": "t", "definition": definition(v={"type": "vector", "dimension": 3})}) == fine
    assert post("/k/t", createVectorIndex={"name": "i", "definition": {"column": "v"}}) == fine
    assert post("/k/t", insertOne={"document": {"id": "1"}})["status"]["insertedIds"] == [["1"]]
    assert post("/k/t", alterTable={"operation": {"add": {"columns": {"n": "int"}}}}) == fine
    assert post("/k/t", listIndexes={}) == {"status": {"indexes": ["i"]}}
    assert post("/k", dropIndex={"name": "i"}) == fine
    assert post("/k", dropTable={"name": "t"}) == fine
    assert post("/k", listTables={}) == {"status": {"tables": []}}
