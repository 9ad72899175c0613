"""What find, findOne, countDocuments, deleteOne and deleteMany make of the documents of a collection."""

import base64
import struct
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World

Send = Callable[..., httpx.Response]
Ask = Callable[..., dict[str, Any]]

DOCUMENTS: list[dict[str, Any]] = [
    {"_id": "a", "size": 1, "kind": "x", "tags": ["red", "blue"], "at": {"$date": 1000}, "made": {"by": {"name": "Ann"}}},
    {"_id": "b", "size": 2, "kind": "y", "tags": ["red"], "at": {"$date": 2000}, "made": {"by": {"name": "Bob"}}},
    {"_id": "c", "size": 2.0, "kind": None, "tags": [], "parts": [{"n": 1}, {"n": 2}]},
    {"_id": "d", "size": True, "kind": "x", "a.b": 5, "key": {"$uuid": "00000000-0000-4000-8000-000000000001"}},
]


@pytest.fixture
def ask(send: Send) -> Ask:
    """Send a command to a collection of DOCUMENTS; returns the answer."""
    send("default_keyspace", "createCollection", name="a", options={"vector": {"dimension": 2}})
    send("default_keyspace/a", "insertMany", documents=DOCUMENTS)
    return lambda command, **body: send("default_keyspace/a", command, **body).json()


def ids(answer: dict[str, Any]) -> str:
    assert "errors" not in answer, answer
    return "".join(document["_id"] for document in answer["data"]["documents"])


def codes(answer: dict[str, Any]) -> list[str]:
    return [error["errorCode"] for error in answer.get("errors", [])]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "abcd"),
        ({"_id": "b"}, "b"),
        ({"_id": {"$in": ["a", "c", "z"]}}, "ac"),
        ({"_id": {"$ne": "a"}}, "bcd"),
        ({"size": 2}, "bc"),
        ({"size": 1}, "a"),
        ({"size": {"$gt": 1}}, "bc"),
        ({"size": {"$gte": 1, "$lt": 2}}, "a"),
        ({"size": {"$lte": 2}}, "abc"),
        ({"size": {"$in": [1, True]}}, "ad"),
        ({"kind": None}, "c"),
        ({"kind": {"$ne": "x"}}, "bc"),
        ({"kind": {"$nin": ["x", "y"]}}, "c"),
        ({"absent": {"$ne": 1}}, "abcd"),
        ({"tags": "red"}, "ab"),
        ({"tags": {"$all": ["red", "blue"]}}, "a"),
        ({"tags": {"$eq": ["red"]}}, "b"),
        ({"tags": {"$size": 0}}, "c"),
        ({"tags": {"$exists": False}}, "d"),
        ({"made.by.name": "Bob"}, "b"),
        ({"made": {"by": {"name": "Ann"}}}, "a"),
        ({"parts.1.n": 2}, "c"),
        ({"a&.b": 5}, "d"),
        ({"at": {"$date": 2000}}, "b"),
        ({"at": {"$lt": {"$date": 2000}}}, "a"),
        ({"key": {"$uuid": "00000000-0000-4000-8000-000000000001"}}, "d"),
        ({"$and": [{"size": 2}, {"kind": "y"}]}, "b"),
        ({"$or": [{"kind": "y"}, {"kind": None}]}, "bc"),
        ({"kind": "x", "$or": [{"size": 1}, {"size": 2}]}, "a"),
        ({"$not": {"size": {"$gt": 1}}}, "a"),
        ({"$not": {"kind": "x"}}, "bc"),
        ({"$not": {"tags": {"$exists": True}}}, "d"),
        ({"$not": {"kind": "x", "size": 1}}, "bcd"),
        ({"$not": {"$or": [{"kind": "x"}, {"kind": "y"}]}}, "c"),
    ],
    ids=str,
)
def test_a_filter_finds(ask: Ask, wanted: dict[str, Any], found: str) -> None:
    assert ids(ask("find", filter=wanted)) == found
    assert ask("countDocuments", filter=wanted) == {"status": {"count": len(found)}}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"size": {"$near": 1}}, "FILTER_UNSUPPORTED_OPERATOR"),
        ({"size": {"$gt": 1, "x": 2}}, "FILTER_UNSUPPORTED_OPERATOR"),
        ({"size": {"$gt": None}}, "FILTER_INVALID_EXPRESSION"),
        ({"size": {"$in": 1}}, "FILTER_INVALID_EXPRESSION"),
        ({"size": {"$in": list(range(101))}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$all": []}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$size": -1}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": {"$exists": 1}}, "FILTER_INVALID_EXPRESSION"),
        ({"tags": ["red"]}, "FILTER_INVALID_EXPRESSION"),
        ({"at": {"$date": "nope"}}, "FILTER_INVALID_EXPRESSION"),
        ({"_id": {"$in": [{"$uuid": "nope"}]}}, "FILTER_INVALID_EXPRESSION"),
        ({"$not": {"key": {"$eq": {"by": {"$objectId": "nope"}}}}}, "FILTER_INVALID_EXPRESSION"),
        ({"$vector": [1, 0]}, "FILTER_INVALID_EXPRESSION"),
        ({"$other": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"$and": {"size": 1}}, "FILTER_INVALID_EXPRESSION"),
        ({"$not": 1}, "FILTER_INVALID_EXPRESSION"),
        ({"$or": [1]}, "FILTER_UNSUPPORTED_DATA_TYPE"),
        ({"$or": [{"_id": "a"}, {"size": 1}]}, "FILTER_INVALID_EXPRESSION"),
        ({"$and": [{"_id": "a"}, {"_id": "b"}]}, "FILTER_MULTIPLE_ID_FILTER"),
        ({f"f{number}": 1 for number in range(65)}, "FILTER_FIELDS_LIMIT_VIOLATION"),
        ({"$lexical": "x"}, "NOT_IMPLEMENTED"),
        ([], "REQUEST_STRUCTURE_MISMATCH"),
    ],
    ids=lambda item: str(item)[:50],
)
def test_a_filter_is_refused(ask: Ask, wanted: Any, code: str) -> None:
    assert codes(ask("find", filter=wanted)) == [code]


def test_what_is_not_indexed_is_not_asked_for(send: Send) -> None:
    cases: list[tuple[dict[str, list[str]], dict[str, Any], list[str]]] = [
        ({"deny": ["*"]}, {"_id": "x"}, []),
        ({"deny": ["*"]}, {"_id": {"$gt": "x"}}, ["FILTER_ID_NOT_INDEXED"]),
        ({"deny": ["*"]}, {"a": 1}, ["FILTER_PATH_UNINDEXED"]),
        ({"deny": ["a"]}, {"a.b": 1}, ["FILTER_PATH_UNINDEXED"]),
        ({"deny": ["a"]}, {"b": 1}, []),
        ({"allow": ["a.b"]}, {"a.b.c": 1}, []),
        ({"allow": ["a.b"]}, {"b": 1}, ["FILTER_PATH_UNINDEXED"]),
    ]
    for indexing, wanted, expected in cases:
        send("default_keyspace", "deleteCollection", name="i")
        send("default_keyspace", "createCollection", name="i", options={"indexing": indexing})
        assert codes(send("default_keyspace/i", "find", filter=wanted).json()) == expected, (indexing, wanted)
    assert codes(send("default_keyspace/i", "find", sort={"b": 1}).json()) == ["SORT_CLAUSE_PATH_UNINDEXED"]


@pytest.mark.parametrize(
    ("projection", "document"),
    [
        ({}, {"_id": 1, "a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1, "g": 2}, 3]}),
        ({"_id": 1}, {"_id": 1, "a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1, "g": 2}, 3]}),
        ({"a": 1}, {"_id": 1, "a": 1}),
        ({"a": True, "_id": False}, {"a": 1}),
        ({"a": 0, "e": 0}, {"_id": 1, "b": {"c": 2, "d": 3}}),
        ({"b.c": 1}, {"_id": 1, "b": {"c": 2}}),
        ({"b": {"c": 1}}, {"_id": 1, "b": {"c": 2}}),
        ({"b.c": 0, "e": 0}, {"_id": 1, "a": 1, "b": {"d": 3}}),
        ({"a.c": 1}, {"_id": 1}),
        ({"e.f": 1}, {"_id": 1, "e": [{"f": 1}]}),
        ({"a": 1, "$vector": 1}, {"_id": 1, "a": 1, "$vector": [0.1, 0]}),
        ({"$vector": 1, "b": 0, "e": 0}, {"_id": 1, "a": 1, "$vector": [0.1, 0]}),
        ({"*": 1}, {"_id": 1, "a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1, "g": 2}, 3], "$vector": [0.1, 0]}),
        ({"*": 0}, {}),
    ],
    ids=str,
)
def test_a_projection_says_what_comes(send: Send, projection: dict[str, Any], document: dict[str, Any]) -> None:
    """That `_id` alone leaves the others in is what the service's source says."""
    stored = {"_id": 1, "a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1, "g": 2}, 3], "$vector": [0.1, 0]}
    send("default_keyspace", "createCollection", name="p", options={"vector": {"dimension": 2}})
    send("default_keyspace/p", "insertOne", document=stored)
    assert send("default_keyspace/p", "findOne", projection=projection).json() == {"data": {"document": document}}


@pytest.mark.parametrize(
    ("projection", "code"),
    [
        ({"a": 1, "b": 0}, "UNSUPPORTED_PROJECTION_PARAM"),
        ({"a": "yes"}, "UNSUPPORTED_PROJECTION_PARAM"),
        ({"$other": 1}, "UNSUPPORTED_PROJECTION_PARAM"),
        ({"*": 1, "a": 1}, "UNSUPPORTED_PROJECTION_PARAM"),
        ([1], "UNSUPPORTED_PROJECTION_DEFINITION"),
        ({"tags": {"$slice": 1}}, "NOT_IMPLEMENTED"),
    ],
    ids=str,
)
def test_a_projection_is_refused(ask: Ask, projection: Any, code: str) -> None:
    assert codes(ask("find", projection=projection)) == [code]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ({"size": 1, "_id": 1}, "abcd"),
        ({"size": -1, "_id": -1}, "dcba"),
        ({"kind": 1}, "cadb"),
        ({"absent": 1}, "abcd"),
        ({"made.by.name": -1}, "bacd"),
    ],
    ids=str,
)
def test_documents_are_sorted(ask: Ask, sort: dict[str, int], found: str) -> None:
    assert ids(ask("find", sort=sort)) == found
    assert ids(ask("find", sort=sort, options={"skip": 1, "limit": 2})) == found[1:3]


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ({"size": 2}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"size": "1"}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"$size": 1}, "SORT_CLAUSE_PATH_INVALID"),
        ({"": 1}, "SORT_CLAUSE_PATH_INVALID"),
        ({"$vector": [1, 0], "size": 1}, "SORT_CLAUSE_INVALID"),
        ({"$vector": 1}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"$vector": [1, 0, 0]}, "INVALID_VECTOR_LENGTH"),
        ({"$vectorize": " "}, "SORT_CLAUSE_VALUE_INVALID"),
        ({"$vectorize": "hi"}, "EMBEDDING_SERVICE_NOT_CONFIGURED"),
        ({"$lexical": "hi"}, "NOT_IMPLEMENTED"),
    ],
    ids=str,
)
def test_a_sort_clause_is_refused(ask: Ask, sort: dict[str, Any], code: str) -> None:
    assert codes(ask("find", sort=sort)) == [code]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"options": {"limit": 0}}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"options": {"skip": 1}}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"options": {"skip": -1}, "sort": {"a": 1}}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"options": {"skip": 1}, "sort": {"$vector": [1, 0]}}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"options": {"limit": 1001}, "sort": {"$vector": [1, 0]}}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"options": {"pageState": "MTo1MA=="}, "sort": {"a": 1}}, "SORT_CLAUSE_INVALID"),
        ({"options": {"pageState": "nonsense"}}, "INVALID_DATABASE_QUERY"),
        ({"options": {"pageState": "OTk5OTk5OTk5OTk5OTk5OTk5OTk6MQ=="}}, "INVALID_DATABASE_QUERY"),
        ({"options": {"limit": 2**31}}, "REQUEST_STRUCTURE_MISMATCH"),
        ({"options": {"other": 1}}, "COMMAND_FIELD_UNKNOWN"),
    ],
    ids=str,
)
def test_options_are_refused(ask: Ask, body: dict[str, Any], code: str) -> None:
    assert codes(ask("find", **body)) == [code]


@pytest.mark.parametrize(
    ("metric", "near"),
    [
        ("cosine", [("same way", 1.0), ("near", 0.8535534), ("opposite", 0.0)]),
        ("dot_product", [("same way", 5.0), ("near", 1.0), ("opposite", 0.0)]),
        ("euclidean", [("near", 0.5), ("opposite", 0.2), ("same way", 0.01538462)]),
    ],
)
def test_the_metric_says_what_is_near(send: Send, metric: str, near: list[tuple[str, float]]) -> None:
    """As Cassandra computes it: (1 + cosine) / 2, (1 + product) / 2, 1 / (1 + distance squared)."""
    send("default_keyspace", "createCollection", name="m", options={"vector": {"dimension": 2, "metric": metric}})
    vectors = {"near": [1, 1], "opposite": [-1, 0], "same way": [9, 0]}
    documents = [{"_id": name, "$vector": vector} for name, vector in vectors.items()] + [{"_id": "without"}]
    send("default_keyspace/m", "insertMany", documents=documents)
    body = {"sort": {"$vector": [1, 0]}, "options": {"includeSimilarity": True, "includeSortVector": True}}
    answer = send("default_keyspace/m", "find", **body).json()
    assert [(item["_id"], item["$similarity"]) for item in answer["data"]["documents"]] == near
    assert answer["status"] == {"sortVector": [1.0, 0.0]}
    first = send("default_keyspace/m", "findOne", **body).json()
    assert first["data"]["document"] == {"_id": near[0][0], "$similarity": near[0][1]}


def test_a_vector_search_looks_at_what_passes_the_filter(send: Send) -> None:
    send("default_keyspace", "createCollection", name="m", options={"vector": {"dimension": 2}})
    documents = [{"_id": number, "even": number % 2 == 0, "$vector": [1, number]} for number in range(60)]
    send("default_keyspace/m", "insertMany", documents=documents)
    answer = send("default_keyspace/m", "find", filter={"even": True}, sort={"$vector": [1, 0]}, options={"limit": 2})
    assert answer.json() == {"data": {"documents": [{"_id": 0, "even": True}, {"_id": 2, "even": True}], "nextPageState": None}}
    every = send("default_keyspace/m", "find", sort={"$vector": [1, 0]}).json()["data"]
    assert (len(every["documents"]), every["nextPageState"]) == (60, None), "one page, however many"


def test_a_vector_is_written_in_binary_or_as_numbers(send: Send) -> None:
    send("default_keyspace", "createCollection", name="m", options={"vector": {"dimension": 2}})
    binary = {"$binary": base64.b64encode(struct.pack(">2f", 0.1, 1)).decode()}
    send("default_keyspace/m", "insertMany", documents=[{"_id": 1, "$vector": binary}, {"_id": 2, "$vector": [0.1, 1]}])
    answer = send("default_keyspace/m", "find", sort={"$vector": binary}, projection={"$vector": 1})
    assert answer.json()["data"]["documents"] == [{"_id": 1, "$vector": binary}, {"_id": 2, "$vector": [0.1, 1]}]
    shown = send("default_keyspace/m", "find", sort={"$vector": binary}, options={"includeSortVector": True}).json()["status"]
    assert shown == {"sortVector": [0.1, 1.0]}


def test_a_half_made_collection_takes_documents_and_fails_at_a_search(world: World, send: Send, database: str) -> None:
    options = {"vector": {"dimension": 2}}
    send("default_keyspace", "createCollection", name="m", options=options)
    world.lose_indexes(database, "default_keyspace", "m")
    assert send("default_keyspace/m", "insertOne", document={"_id": 1, "$vector": [1, 0]}).json() == {
        "status": {"insertedIds": [1]}
    }
    for command in ("find", "findOne"):
        assert codes(send("default_keyspace/m", command, sort={"$vector": [1, 0]}).json()) == ["CORRUPTED_COLLECTION_SCHEMA"]
    assert send("default_keyspace/m", "findOne").json() == {"data": {"document": {"_id": 1}}}
    send("default_keyspace", "createCollection", name="m", options=options)
    assert send("default_keyspace/m", "findOne", sort={"$vector": [1, 0]}).json() == {"data": {"document": {"_id": 1}}}


@pytest.mark.parametrize(
    ("limit", "pages"),
    [(None, [50, 50, 20]), (120, [50, 50, 20]), (110, [50, 50, 10]), (100, [50, 50]), (60, [50, 10]), (50, [50]), (7, [7])],
)
def test_documents_come_in_pages(send: Send, limit: int | None, pages: list[int]) -> None:
    send("default_keyspace", "createCollection", name="m")
    for start in (0, 60):
        send("default_keyspace/m", "insertMany", documents=[{"_id": number} for number in range(start, start + 60)])
    sizes: list[int] = []
    state: str | None = ""
    while state is not None:
        options = {"pageState": state} | ({} if limit is None else {"limit": limit})
        data = send("default_keyspace/m", "find", options=options).json()["data"]
        assert [item["_id"] for item in data["documents"]] == list(range(sum(sizes), sum(sizes) + len(data["documents"])))
        sizes.append(len(data["documents"]))
        state = data["nextPageState"]
    assert sizes == pages


def test_counting_stops_at_a_thousand(send: Send) -> None:
    send("default_keyspace", "createCollection", name="m")
    for start in range(0, 1000, 100):
        send("default_keyspace/m", "insertMany", documents=[{"_id": number} for number in range(start, start + 100)])
    for wanted in ({}, {"_id": {"$gte": 0}}):
        assert send("default_keyspace/m", "countDocuments", filter=wanted).json() == {"status": {"count": 1000}}
    send("default_keyspace/m", "insertOne", document={"_id": 1000})
    for wanted in ({}, {"_id": {"$gte": 0}}):
        assert send("default_keyspace/m", "countDocuments", filter=wanted).json() == {"status": {"count": 1000, "moreData": True}}
    assert send("default_keyspace/m", "estimatedDocumentCount").json() == {"status": {"count": 0}}


def test_one_document_is_deleted(ask: Ask) -> None:
    assert ask("deleteOne", filter={"kind": "x"}, sort={"_id": -1}) == {"status": {"deletedCount": 1}}
    assert ids(ask("find")) == "abc"
    assert ask("deleteOne", filter={"kind": "z"}) == {"status": {"deletedCount": 0}}
    assert codes(ask("deleteOne")) == ["COMMAND_FIELD_VALUE_INVALID"]


def test_the_nearest_document_is_deleted(send: Send) -> None:
    send("default_keyspace", "createCollection", name="m", options={"vector": {"dimension": 2}})
    send("default_keyspace/m", "insertMany", documents=[{"_id": 1, "$vector": [1, 0]}, {"_id": 2, "$vector": [0, 1]}])
    answer = send("default_keyspace/m", "deleteOne", filter={}, sort={"$vector": [0, 1]})
    assert answer.json() == {"status": {"deletedCount": 1}}
    left = send("default_keyspace/m", "find", sort={"$vector": [0, 1]}).json()["data"]["documents"]
    assert left == [{"_id": 1}], "its vector went with it"


def test_many_documents_are_deleted_twenty_at_a_time(send: Send) -> None:
    send("default_keyspace", "createCollection", name="m")
    send("default_keyspace/m", "insertMany", documents=[{"_id": number} for number in range(45)])

    def deleted() -> dict[str, Any]:
        status: dict[str, Any] = send("default_keyspace/m", "deleteMany", filter={"_id": {"$lt": 25}}).json()["status"]
        return status

    assert [deleted(), deleted()] == [{"deletedCount": 20, "moreData": True}, {"deletedCount": 5}]
    assert send("default_keyspace/m", "deleteMany", filter={}).json() == {"status": {"deletedCount": -1}}
    assert send("default_keyspace/m", "countDocuments").json() == {"status": {"count": 0}}
