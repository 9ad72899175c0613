"""Rows: as much of them as it takes to see whether a table holds one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World

Send = Callable[..., httpx.Response]

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
DEFINITION = {
    "columns": {
        "id": "text",
        "at": "int",
        "n": "int",
        "tags": {"type": "set", "valueType": "text"},
        "bare": {"type": "vector", "dimension": 2},
        "v": {"type": "vector", "service": NVIDIA},
    },
    "primaryKey": {"partitionBy": ["id"], "partitionSort": {"at": 1}},
}


@pytest.fixture
def rows(send: Send) -> Callable[..., Any]:
    """Send a command to a table `t` of DEFINITION."""
    send("default_keyspace", "createTable", name="t", definition=DEFINITION)
    return lambda command, **body: send("default_keyspace/t", command, **body).json()


def test_an_empty_table_holds_no_row(rows: Callable[..., Any]) -> None:
    bodies: list[dict[str, Any]] = [{}, {"filter": {}}, {"projection": {"id": 1}}]
    for body in bodies:
        assert rows("findOne", **body)["data"] == {"document": None}


def test_a_row_is_found_with_the_columns_asked_for(rows: Callable[..., Any]) -> None:
    assert rows("insertOne", document={"id": "a", "at": 1, "n": 5, "tags": None}) == {
        "status": {"primaryKeySchema": {"id": {"type": "text"}, "at": {"type": "int"}}, "insertedIds": [["a", 1]]}
    }
    assert rows("findOne")["data"] == {"document": {"id": "a", "at": 1, "n": 5}}, "nulls are left out"
    answer = rows("findOne", filter={"id": "a"}, projection={"id": 1})
    assert answer == {"data": {"document": {"id": "a"}}, "status": {"projectionSchema": {"id": {"type": "text"}}}}
    assert rows("findOne", projection={"id": 0, "v": 0, "bare": 0})["data"] == {"document": {"at": 1, "n": 5}}
    assert rows("findOne", filter={"n": 6})["data"] == {"document": None}


def test_without_a_filter_there_is_a_warning(rows: Callable[..., Any]) -> None:
    (warning,) = rows("findOne")["status"]["warnings"]
    assert (warning["errorCode"], warning["scope"]) == ("ZERO_FILTER_OPERATIONS", "WARNING")


def test_the_same_primary_key_writes_into_the_row_that_is_there(rows: Callable[..., Any]) -> None:
    rows("insertOne", document={"id": "a", "at": 1, "n": 1, "tags": ["x"], "bare": [1, 0]})
    rows("insertOne", document={"id": "a", "at": 1, "n": 2, "bare": None})
    answer = rows("find", filter={"id": "a"})
    assert answer["data"]["documents"] == [{"id": "a", "at": 1, "n": 2, "tags": ["x"]}]


def test_a_text_in_a_vector_column_becomes_a_vector(rows: Callable[..., Any], world: World) -> None:
    rows("insertOne", document={"id": "a", "at": 1, "v": "hello"})
    assert len(rows("findOne")["data"]["document"]["v"]) == 1024
    (error,) = rows("insertOne", document={"id": "a", "at": 1, "bare": "hello"})["errors"]
    assert error["errorCode"] == "UNSUPPORTED_VECTORIZE_WHEN_MISSING_VECTORIZE_DEFINITION"
    world.set("embedding_providers", "unreachable")
    (error,) = rows("insertOne", document={"id": "a", "at": 1, "v": "hello"})["errors"]
    assert error["errorCode"] == "EMBEDDING_PROVIDER_BAD_HOST_NAME"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"id": "a"}, "MISSING_PRIMARY_KEY_COLUMNS"),
        ({"id": "a", "at": 1, "x": 1}, "UNKNOWN_TABLE_COLUMNS"),
        ({"id": "a", "at": True}, "INVALID_COLUMN_VALUES"),
        ({"id": 1, "at": 1}, "INVALID_COLUMN_VALUES"),
        ({"id": "a", "at": 1, "tags": "red"}, "INVALID_COLUMN_VALUES"),
        ({"id": "a", "at": 1, "bare": [1, 2, 3]}, "INVALID_COLUMN_VALUES"),
    ],
    ids=str,
)
def test_an_impossible_row_is_refused_and_the_others_go_in(rows: Callable[..., Any], row: dict[str, Any], code: str) -> None:
    answer = rows("insertMany", documents=[row, {"id": "b", "at": 2}])
    assert [error["errorCode"] for error in answer["errors"]] == [code]
    assert answer["status"]["insertedIds"] == [["b", 2]]
    ordered = rows("insertMany", documents=[row, {"id": "c", "at": 3}], options={"ordered": True})
    assert (len(ordered["errors"]), ordered["status"]["insertedIds"]) == (1, [])


@pytest.mark.parametrize(("part", "scope"), [("filter", "FILTER"), ("projection", "PROJECTION")])
def test_an_unknown_column_cannot_be_asked_for(rows: Callable[..., Any], part: str, scope: str) -> None:
    (error,) = rows("findOne", **{part: {"x": 1}})["errors"]
    assert (error["errorCode"], error["scope"]) == ("UNKNOWN_TABLE_COLUMNS", scope)


@pytest.mark.parametrize("command", ["countDocuments", "estimatedDocumentCount"])
def test_rows_are_not_counted(rows: Callable[..., Any], command: str) -> None:
    (error,) = rows(command)["errors"]
    assert error["errorCode"] == "UNSUPPORTED_TABLE_COMMAND"


def test_rows_are_no_obstacle_to_dropping_their_table(rows: Callable[..., Any], send: Send) -> None:
    rows("insertOne", document={"id": "a", "at": 1})
    assert send("default_keyspace", "dropTable", name="t").json() == {"status": {"ok": 1}}
    send("default_keyspace", "createTable", name="t", definition=DEFINITION)
    assert rows("findOne")["data"] == {"document": None}
