"""alterTable: what can become of a table that is there."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World

Send = Callable[..., httpx.Response]

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
MISTRAL = {"provider": "mistral", "modelName": "mistral-embed"}
DEFINITION = {
    "columns": {"id": "text", "n": "int", "v": {"type": "vector", "dimension": 1024, "service": NVIDIA}},
    "primaryKey": "id",
}


@pytest.fixture
def alter(send: Send) -> Callable[..., list[str]]:
    """Alter a table `t` of DEFINITION; returns the codes of what is wrong."""
    send("default_keyspace", "createTable", name="t", definition=DEFINITION)

    def change(operation: str, columns: object) -> list[str]:
        answer = send("default_keyspace/t", "alterTable", operation={operation: {"columns": columns}})
        return [error["errorCode"] for error in answer.json().get("errors", [])]

    return change


@pytest.fixture
def columns(world: World, database: str) -> Callable[[], dict[str, Any]]:
    """The columns of the table `t`, as explained."""
    return lambda: world.tables(database, "default_keyspace")["t"]["columns"]


def test_columns_are_added_in_their_places(alter: Callable[..., list[str]], columns: Callable[[], dict[str, Any]]) -> None:
    assert alter("add", {"b": "text", "Z": {"type": "set", "valueType": "text"}}) == []
    assert list(columns()) == ["id", "Z", "b", "n", "v"]


def test_all_columns_are_dropped_or_none(alter: Callable[..., list[str]], columns: Callable[[], dict[str, Any]]) -> None:
    assert alter("drop", ["n", "nope"]) == ["CANNOT_DROP_UNKNOWN_COLUMNS"]
    assert alter("drop", ["n", "id"]) == ["CANNOT_DROP_PRIMARY_KEY_COLUMNS"]
    assert list(columns()) == ["id", "n", "v"]
    assert alter("drop", ["n", "v"]) == []
    assert list(columns()) == ["id"]


def test_a_column_with_an_index_is_not_dropped(alter: Callable[..., list[str]], send: Send) -> None:
    send("default_keyspace/t", "createVectorIndex", name="i", definition={"column": "v"})
    assert alter("drop", ["v"]) == ["CANNOT_DROP_INDEXED_COLUMNS"]
    send("default_keyspace", "dropIndex", name="i")
    assert alter("drop", ["v"]) == []


def test_a_dropped_column_comes_back_with_its_type_only_and_without_its_values(
    alter: Callable[..., list[str]], send: Send
) -> None:
    send("default_keyspace/t", "insertOne", document={"id": "1", "n": 5})
    assert alter("drop", ["n", "v"]) == []
    assert alter("add", {"n": "text"}) == ["UNEXPECTED_DRIVER_ERROR"]
    assert alter("add", {"v": {"type": "vector", "dimension": 5}}) == ["UNEXPECTED_DRIVER_ERROR"]
    assert alter("add", {"n": "int", "v": {"type": "vector", "dimension": 1024}}) == []
    assert send("default_keyspace/t", "findOne").json()["data"]["document"] == {"id": "1"}


def test_a_table_that_is_made_anew_has_forgotten_what_was_dropped(alter: Callable[..., list[str]], send: Send) -> None:
    alter("drop", ["n"])
    send("default_keyspace", "dropTable", name="t")
    send("default_keyspace", "createTable", name="t", definition=DEFINITION)
    alter("drop", ["v"])
    assert alter("add", {"n": "text"}) == ["CANNOT_ADD_EXISTING_COLUMNS"]


@pytest.mark.parametrize(
    ("added", "code"),
    [
        ({"n": "int"}, "CANNOT_ADD_EXISTING_COLUMNS"),
        ({"t": "timeuuid"}, "CANNOT_ADD_UNSUPPORTED_DATA_TYPE_COLUMNS"),
        ({"u": {"type": "userDefined", "udtName": "address"}}, "UNKNOWN_USER_DEFINED_TYPE"),
        ({"w": {"type": "vector", "dimension": 3, "service": NVIDIA}}, "INVALID_CREATE_COLLECTION_OPTIONS"),
        ({}, "MISSING_ALTER_TABLE_OPERATIONS"),
    ],
    ids=str,
)
def test_an_impossible_column_is_not_added(alter: Callable[..., list[str]], added: object, code: str) -> None:
    assert alter("add", added) == [code]


def test_a_service_is_replaced_in_place_as_long_as_the_dimension_fits(
    world: World, alter: Callable[..., list[str]], columns: Callable[[], dict[str, Any]]
) -> None:
    world.add_credential("mistral", "key")
    before = columns()["v"]
    assert alter("addVectorize", {"v": {**MISTRAL, "authentication": {"providerKey": "key"}}}) == []
    stored = {**MISTRAL, "authentication": {"providerKey": "key.providerKey"}}
    assert columns()["v"] == {**before, "service": stored}
    too_wide = {"provider": "voyageAI", "modelName": "voyage-code-2"}
    assert alter("addVectorize", {"v": too_wide}) == ["INVALID_CREATE_COLLECTION_OPTIONS"]
    assert columns()["v"]["service"] == stored


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_service_is_dropped_and_dropped_again(
    alter: Callable[..., list[str]], columns: Callable[[], dict[str, Any]], attempt: int
) -> None:
    for _ in range(attempt):
        assert alter("dropVectorize", ["v"]) == []
    assert "service" not in columns()["v"]


@pytest.mark.parametrize(
    ("operation", "of", "code"),
    [
        ("addVectorize", {"n": NVIDIA}, "CANNOT_VECTORIZE_NON_VECTOR_COLUMNS"),
        ("addVectorize", {"x": NVIDIA}, "CANNOT_VECTORIZE_UNKNOWN_COLUMNS"),
        ("dropVectorize", ["n"], "CANNOT_DROP_VECTORIZE_FROM_NON_VECTOR_COLUMNS"),
        ("dropVectorize", ["x"], "CANNOT_DROP_VECTORIZE_FROM_UNKNOWN_COLUMNS"),
        ("rename", {"n": "m"}, "COMMAND_UNKNOWN"),
    ],
    ids=str,
)
def test_an_impossible_change_is_refused(alter: Callable[..., list[str]], operation: str, of: object, code: str) -> None:
    assert alter(operation, of) == [code]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (None, "UNEXPECTED_SERVER_ERROR"),
        ({}, "REQUEST_STRUCTURE_MISMATCH"),
        ({"add": {"columns": {"a": "int"}}, "drop": {"columns": ["n"]}}, "REQUEST_STRUCTURE_MISMATCH"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("alter")
def test_there_is_one_operation_a_command(send: Send, operation: object, code: str) -> None:
    answer = send("default_keyspace/t", "alterTable", operation=operation)
    assert [error["errorCode"] for error in answer.json()["errors"]] == [code]


def test_once_its_provider_is_gone_a_table_can_be_dropped_and_nothing_else(
    world: World, alter: Callable[..., list[str]], send: Send
) -> None:
    world.set_provider("nvidia", None)
    assert alter("add", {"z": "int"}) == alter("dropVectorize", ["v"]) == ["EMBEDDING_PROVIDER_UNAVAILABLE"]
    for command, body in (("createVectorIndex", {"name": "i", "definition": {"column": "v"}}), ("findOne", {})):
        (error,) = send("default_keyspace/t", command, **body).json()["errors"]
        assert error["errorCode"] == "EMBEDDING_PROVIDER_UNAVAILABLE"
    assert send("default_keyspace", "listTables").json() == {"status": {"tables": ["t"]}}
    assert send("default_keyspace", "dropTable", name="t").json() == {"status": {"ok": 1}}
