"""What find, deleteOne and deleteMany make of the rows of a table."""

import base64
import struct
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Send = Callable[..., httpx.Response]
Ask = Callable[..., dict[str, Any]]

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
DEFINITION = {
    "columns": {
        "id": "text",
        "day": "int",
        "at": "int",
        "n": "int",
        "indexed": "int",
        "tags": {"type": "set", "valueType": "text"},
        "v": {"type": "vector", "dimension": 2},
        "bare": {"type": "vector", "dimension": 2},
        "words": {"type": "vector", "service": NVIDIA},
    },
    "primaryKey": {"partitionBy": ["id"], "partitionSort": {"day": 1, "at": 1}},
}
ROWS: list[dict[str, Any]] = [
    {"id": "a", "day": 1, "at": 1, "n": 5, "tags": ["red"], "v": [1, 0], "words": "a recipe for apple pie"},
    {"id": "a", "day": 1, "at": 2, "n": 6, "tags": ["blue"], "v": [0, 1], "words": "the cat on the mat"},
    {"id": "b", "day": 2, "at": 1, "n": 7, "indexed": 1},
]


@pytest.fixture
def ask(send: Send) -> Ask:
    """Send a command to a table of ROWS; returns the answer."""
    send("default_keyspace", "createTable", name="t", definition=DEFINITION)
    send("default_keyspace/t", "createIndex", name="t_indexed", definition={"column": "indexed"})
    vector = {"column": "v", "options": {"metric": "dot_product"}}
    send("default_keyspace/t", "createVectorIndex", name="t_v", definition=vector)
    send("default_keyspace/t", "createVectorIndex", name="t_words", definition={"column": "words"})
    assert "errors" not in send("default_keyspace/t", "insertMany", documents=ROWS).json()
    return lambda command, **body: send("default_keyspace/t", command, **body).json()


def keys(answer: dict[str, Any]) -> list[str]:
    assert "errors" not in answer, answer
    return [f"{row['id']}{row['day']}{row['at']}" for row in answer["data"]["documents"]]


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["errorCode"] for error in answer.get("errors", [])]


@pytest.mark.parametrize(
    ("wanted", "found", "warnings"),
    [
        ({}, ["a11", "a12", "b21"], ["ZERO_FILTER_OPERATIONS"]),
        ({"id": "a", "day": 1, "at": 2}, ["a12"], []),
        ({"id": "a"}, ["a11", "a12"], []),
        ({"day": 1}, ["a11", "a12"], ["INCOMPLETE_PRIMARY_KEY_FILTER"]),
        ({"id": "a", "at": 2}, ["a12"], ["INCOMPLETE_PRIMARY_KEY_FILTER"]),
        ({"n": {"$gt": 5}}, ["a12", "b21"], ["MISSING_INDEX"]),
        ({"indexed": 1}, ["b21"], []),
        ({"tags": {"$in": ["red", "green"]}}, ["a11"], []),
        ({"$or": [{"n": 5}, {"n": 7}]}, ["a11", "b21"], ["MISSING_INDEX"]),
    ],
    ids=str,
)
def test_a_filter_finds_and_warns(ask: Ask, wanted: dict[str, Any], found: list[str], warnings: list[str]) -> None:
    answer = ask("find", filter=wanted)
    assert keys(answer) == found
    assert [warning["errorCode"] for warning in answer["status"].get("warnings", [])] == warnings


def test_the_answer_says_what_the_columns_are(ask: Ask) -> None:
    answer = ask("find", filter={"id": "a"}, projection={"id": 1, "v": 1}, options={"limit": 1})
    assert answer == {
        "data": {"documents": [{"id": "a", "v": [1, 0]}], "nextPageState": None},
        "status": {"projectionSchema": {"id": {"type": "text"}, "v": {"type": "vector", "dimension": 2}}},
    }


def test_rows_come_in_pages(ask: Ask) -> None:
    for start in (0, 60):
        ask("insertMany", documents=[{"id": "p", "day": 1, "at": at} for at in range(start, start + 60)])
    first = ask("find", filter={"id": "p"})
    second = ask("find", filter={"id": "p"}, options={"pageState": first["data"]["nextPageState"]})
    third = ask("find", filter={"id": "p"}, options={"pageState": second["data"]["nextPageState"]})
    places = [row["at"] for page in (first, second, third) for row in page["data"]["documents"]]
    assert (places, third["data"]["nextPageState"]) == (list(range(120)), None)


def test_rows_are_found_by_a_vector(ask: Ask) -> None:
    answer = ask(
        "find",
        sort={"v": [0.5, 0.25]},
        projection={"at": 1},
        options={"includeSimilarity": True, "includeSortVector": True},
    )
    assert answer["data"]["documents"] == [{"at": 1, "$similarity": 0.75}, {"at": 2, "$similarity": 0.625}]
    assert answer["status"] == {"projectionSchema": {"at": {"type": "int"}}, "sortVector": [0.5, 0.25]}
    binary = {"$binary": base64.b64encode(struct.pack(">2f", 0, 1)).decode()}
    assert keys(ask("find", filter={"day": 1}, sort={"v": binary}, options={"limit": 1})) == ["a12"]


def test_a_vector_that_is_written_over_is_found_no_more(ask: Ask) -> None:
    ask("insertOne", document={"id": "a", "day": 1, "at": 1, "v": None})
    assert keys(ask("find", sort={"v": [1, 0]})) == ["a12"]
    ask("insertOne", document={"id": "a", "day": 1, "at": 2, "v": [1, 0]})
    (found,) = ask("find", sort={"v": [1, 0]}, options={"includeSimilarity": True})["data"]["documents"]
    assert found["$similarity"] == 1.0


def test_a_vector_comes_back_as_32_bit_floats(ask: Ask) -> None:
    binary = {"$binary": base64.b64encode(struct.pack(">2f", 0.1, 2)).decode()}
    ask("insertOne", document={"id": "c", "day": 1, "at": 1, "v": binary, "bare": [0.123456789, 1]})
    found = ask("findOne", filter={"id": "c"}, projection={"v": 1, "bare": 1})["data"]["document"]
    assert found == {"v": [0.1, 2.0], "bare": [0.1234568, 1.0]}


def test_rows_are_found_by_a_text(ask: Ask) -> None:
    assert keys(ask("find", sort={"words": "apple pie"})) == ["a11", "a12"]
    assert ask("findOne", sort={"words": "the cat"}, projection={"at": 1})["data"] == {"document": {"at": 2}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"filter": {"x": 1}}, "UNKNOWN_TABLE_COLUMNS"),
        ({"filter": {"v": {"$exists": True}}}, "UNSUPPORTED_FILTERING_FOR_COLUMN_TYPES"),
        ({"projection": {"x": 1}}, "UNKNOWN_TABLE_COLUMNS"),
        ({"projection": {"n": "yes"}}, "UNSUPPORTED_PROJECTION_PARAM"),
        ({"projection": [1]}, "UNSUPPORTED_PROJECTION_DEFINITION"),
        ({"sort": {"x": 1}}, "CANNOT_SORT_UNKNOWN_COLUMNS"),
        ({"sort": {"v": [1, 0], "n": 1}}, "CANNOT_SORT_ON_SPECIAL_WITH_OTHERS"),
        ({"sort": {"n": [1, 0]}}, "CANNOT_VECTOR_SORT_NON_VECTOR_COLUMNS"),
        ({"sort": {"n": "hi"}}, "CANNOT_VECTORIZE_SORT_NON_VECTOR_COLUMN"),
        ({"sort": {"bare": [1, 0]}}, "CANNOT_VECTOR_SORT_NON_INDEXED_VECTOR_COLUMNS"),
        ({"sort": {"v": "hi"}}, "CANNOT_VECTORIZE_SORT_WHEN_MISSING_VECTORIZE_DEFINITION"),
        ({"sort": {"v": [1, 0, 0]}}, "CANNOT_VECTOR_SORT_ON_MISMATCHED_VECTOR_DIMENSIONS"),
        ({"sort": {"v": 1}}, "INVALID_VECTOR_SORT_EXPRESSION"),
        ({"sort": {"v": [1, 0]}, "options": {"limit": 1001}}, "CANNOT_VECTOR_SORT_WITH_LIMIT_EXCEEDS_MAX"),
        ({"sort": {"v": [1, 0]}, "options": {"skip": 1}}, "CANNOT_VECTOR_SORT_WITH_SKIP_OPTION"),
        ({"sort": {"n": 1}}, "NOT_IMPLEMENTED"),
        ({"sort": {"id": "a word"}}, "NOT_IMPLEMENTED"),
    ],
    ids=str,
)
def test_a_find_is_refused(ask: Ask, body: dict[str, Any], code: str) -> None:
    assert codes(ask("find", **body)) == [code]


@pytest.mark.parametrize(
    ("command", "wanted", "left"),
    [
        ("deleteOne", {"id": "a", "day": 1, "at": 1}, ["a12", "b21"]),
        ("deleteOne", {"id": "z", "day": 1, "at": 1}, ["a11", "a12", "b21"]),
        ("deleteMany", {"id": "a"}, ["b21"]),
        ("deleteMany", {"id": "a", "day": 1, "at": {"$gt": 1}}, ["a11", "b21"]),
        ("deleteMany", {}, []),
    ],
    ids=str,
)
def test_rows_are_deleted_and_their_number_is_not_told(ask: Ask, command: str, wanted: dict[str, Any], left: list[str]) -> None:
    assert ask(command, filter=wanted) == {"status": {"deletedCount": -1}}
    assert keys(ask("find")) == left
    assert len(keys(ask("find", sort={"v": [1, 0]}))) == len([key for key in left if key.startswith("a")])


@pytest.mark.parametrize(
    ("command", "body", "code"),
    [
        ("deleteOne", {"filter": {}}, "MISSING_FILTER_FOR_UPDATE_DELETE"),
        ("deleteOne", {"filter": {"x": 1}}, "UNKNOWN_TABLE_COLUMNS"),
        ("deleteOne", {"filter": {"n": 5}}, "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE"),
        ("deleteOne", {"filter": {"id": {"$gt": "a"}}}, "UNSUPPORTED_FILTER_FOR_UPDATE_ONE_DELETE_ONE"),
        ("deleteOne", {"filter": {"id": "a"}}, "MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE"),
        ("deleteOne", {"filter": {"id": "a"}, "sort": {"day": 1}}, "UNSUPPORTED_SORT_FOR_TABLE_DELETE_COMMAND"),
        ("deleteMany", {"filter": {"n": 5}}, "UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE"),
        ("deleteMany", {"filter": {"day": 1}}, "INVALID_PRIMARY_KEY_FILTER"),
        ("deleteMany", {"filter": {"id": "a", "at": 1}}, "INVALID_PRIMARY_KEY_FILTER"),
    ],
    ids=str,
)
def test_a_deletion_is_refused_and_deletes_nothing(ask: Ask, command: str, body: dict[str, Any], code: str) -> None:
    assert codes(ask(command, **body)) == [code]
    assert keys(ask("find")) == ["a11", "a12", "b21"]


def test_one_row_has_the_texts_of_one_service(send: Send) -> None:
    other = {"provider": "openai", "modelName": "text-embedding-3-small"}
    columns = {"id": "text", "one": {"type": "vector", "service": NVIDIA}, "two": {"type": "vector", "service": other}}
    send("default_keyspace", "createTable", name="t", definition={"columns": columns, "primaryKey": "id"})
    both = send("default_keyspace/t", "insertOne", document={"id": "a", "one": "hi", "two": "hi"}).json()
    assert codes(both) == ["UNSUPPORTED_VECTORIZE_CONFIGURATIONS"]
    blank = send("default_keyspace/t", "insertOne", document={"id": "a", "one": "hi", "two": " "}).json()
    assert codes(blank) == []
    assert list(send("default_keyspace/t", "findOne").json()["data"]["document"]) == ["id", "one"]


def test_a_dropped_columns_vectors_are_gone(ask: Ask) -> None:
    ask("alterTable", operation={"drop": {"columns": ["bare"]}})
    ask("insertOne", document={"id": "c", "day": 1, "at": 1})
    assert codes(ask("find", sort={"bare": [1, 0]})) == ["CANNOT_SORT_UNKNOWN_COLUMNS"]
    ask("alterTable", operation={"add": {"columns": {"bare": {"type": "vector", "dimension": 2}}}})
    ask("createVectorIndex", name="t_bare", definition={"column": "bare"})
    assert keys(ask("find", sort={"bare": [1, 0]})) == []
