"""Documents as they are inserted, and what an embedding service needs to make vectors of their texts."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World

Send = Callable[..., httpx.Response]

NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}


@pytest.fixture
def insert(send: Send) -> Callable[..., dict[str, Any]]:
    """Insert into a collection `a` of three dimensions; returns the answer."""
    send("default_keyspace", "createCollection", name="a", options={"vector": {"dimension": 3}})

    def many(*documents: dict[str, Any], ordered: bool = False) -> dict[str, Any]:
        answer = send("default_keyspace/a", "insertMany", documents=list(documents), options={"ordered": ordered})
        body: dict[str, Any] = answer.json()
        return body

    return many


def codes(body: dict[str, Any]) -> list[str]:
    return [error["errorCode"] for error in body.get("errors", [])]


def test_a_document_without_an_id_gets_one(insert: Callable[..., dict[str, Any]], send: Send) -> None:
    (made,) = insert({"title": "x"})["status"]["insertedIds"]
    assert send("default_keyspace/a", "findOne", filter={"_id": made}).json() == {
        "data": {"document": {"_id": made, "title": "x"}}
    }


def test_an_unordered_insert_goes_on_after_a_failure_and_an_ordered_one_stops(
    insert: Callable[..., dict[str, Any]],
) -> None:
    unordered = insert({"_id": 1}, {"_id": 1}, {"_id": 2})
    ordered = insert({"_id": 3}, {"_id": 1}, {"_id": 4}, ordered=True)
    assert (unordered["status"], codes(unordered)) == ({"insertedIds": [1, 2]}, ["DOCUMENT_ALREADY_EXISTS"])
    assert (ordered["status"], codes(ordered)) == ({"insertedIds": [3]}, ["DOCUMENT_ALREADY_EXISTS"])
    assert ordered["errors"][0]["documentIds"] == [1]


def test_a_vector_of_another_length_is_refused(insert: Callable[..., dict[str, Any]]) -> None:
    assert codes(insert({"_id": 1, "$vector": [1, 0]}, {"_id": 2, "$vector": [1, 0, 0]})) == ["INVALID_VECTOR_LENGTH"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"_id": ""}, "SHRED_BAD_DOCID_VALUE"),
        ({"_id": [1]}, "SHRED_BAD_DOCID_TYPE"),
        ({"_id": {"a": 1}}, "SHRED_BAD_DOCID_TYPE"),
        ({"$other": 1}, "SHRED_BAD_FIELD_NAME"),
        ({"a": {"$set": 1, "b": 2}}, "SHRED_BAD_FIELD_NAME"),
        ({"": 1}, "SHRED_BAD_FIELD_NAME"),
        ({"a": "x" * 8001}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": list(range(1001))}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": dict.fromkeys(map(str, range(1001)))}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"x" * 1001: 1}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"a": [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}, "SHRED_DOC_LIMIT_VIOLATION"),
        ({"$vector": []}, "SHRED_BAD_VECTOR_SIZE"),
        ({"$vector": [1, "2", 3]}, "SHRED_BAD_VECTOR_VALUE"),
        ({"$vector": [1, 1e39, 3]}, "SHRED_BAD_VECTOR_VALUE"),
        ({"$vector": {"$binary": "f8AAAA=="}}, "SHRED_BAD_BINARY_VECTOR_VALUE"),
        ({"$vector": "text"}, "SHRED_BAD_DOCUMENT_VECTOR_TYPE"),
        ({"$vector": {"$binary": "?"}}, "SHRED_BAD_BINARY_VECTOR_VALUE"),
        ({"$vector": [0, 0, 0]}, "INVALID_DATABASE_QUERY"),
        ({"$vector": [1e-6, -1e-6, 0]}, "INVALID_DATABASE_QUERY"),
        ({"_id": {"$uuid": "nope"}}, "SHRED_BAD_EJSON_VALUE"),
        ({"_id": {"$objectId": "nope"}}, "SHRED_BAD_EJSON_VALUE"),
        ({"a": {"$date": "nope"}}, "SHRED_BAD_EJSON_VALUE"),
        ({"a": {"$date": True}}, "SHRED_BAD_EJSON_VALUE"),
        ({"a": [{"b": {"$uuid": 1}}]}, "SHRED_BAD_EJSON_VALUE"),
    ],
    ids=lambda item: str(item)[:40],
)
def test_an_impossible_document_is_refused_and_the_others_go_in(
    insert: Callable[..., dict[str, Any]], document: dict[str, Any], code: str
) -> None:
    answer = insert(document, {"_id": "good"})
    assert (codes(answer), answer["status"]) == ([code], {"insertedIds": ["good"]})


def test_each_document_is_told_of_when_that_is_asked_for(send: Send) -> None:
    send("default_keyspace", "createCollection", name="a")
    documents = [{"_id": 1}, {"_id": 1}, {"_id": 2}]
    options = {"ordered": True, "returnDocumentResponses": True}
    answer = send("default_keyspace/a", "insertMany", documents=documents, options=options).json()
    assert answer["status"] == {
        "documentResponses": [{"_id": 1, "status": "OK"}, {"_id": 1, "status": "ERROR", "errorsIdx": 0}, {"status": "SKIPPED"}]
    }


def test_true_one_and_its_text_are_three_documents_and_one_with_a_fraction_of_zero_is_none(
    insert: Callable[..., dict[str, Any]],
) -> None:
    assert codes(insert({"_id": 1}, {"_id": True}, {"_id": "1"}, {"_id": 1.0})) == ["DOCUMENT_ALREADY_EXISTS"]


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (None, r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        ("uuid", r"{'\$uuid': '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'}"),
        ("uuidv6", r"{'\$uuid': '1[0-9a-f]{7}-[0-9a-f]{4}-6[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'}"),
        ("uuidv7", r"{'\$uuid': '0[0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'}"),
        ("objectId", r"{'\$objectId': '[0-9a-f]{24}'}"),
    ],
)
def test_the_collection_says_what_an_id_looks_like(send: Send, kind: str | None, shape: str) -> None:
    options = {} if kind is None else {"defaultId": {"type": kind}}
    send("default_keyspace", "createCollection", name="a", options=options)
    made = send("default_keyspace/a", "insertMany", documents=[{}, {}]).json()["status"]["insertedIds"]
    assert [re.fullmatch(shape, str(item)) is not None for item in made] == [True, True], made
    assert made[0] != made[1]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"$vectorize": "hi", "$vector": [1]}, "INVALID_USAGE_OF_VECTORIZE"),
        ({"$vectorize": 5}, "INVALID_VECTORIZE_VALUE_TYPE"),
    ],
    ids=str,
)
def test_what_cannot_be_embedded_stops_the_whole_insert(send: Send, document: dict[str, Any], code: str) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    answer = send("default_keyspace/n", "insertMany", documents=[{"_id": 1}, document]).json()
    assert (codes(answer), "status" in answer) == ([code], False)
    assert send("default_keyspace/n", "countDocuments").json() == {"status": {"count": 0}}


@pytest.mark.parametrize("text", [None, "", "  "])
def test_no_text_is_no_vector(send: Send, text: str | None) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    send("default_keyspace/n", "insertOne", document={"_id": 1, "$vectorize": text})
    stored = send("default_keyspace/n", "findOne", projection={"*": 1}).json()["data"]["document"]
    assert stored == {"_id": 1, "$vectorize": text, "$vector": None}


def test_a_provider_with_header_authentication_needs_the_header(send: Send) -> None:
    send("default_keyspace", "createCollection", name="h", options={"vector": {"service": OPENAI}})
    document = {"_id": 1, "$vectorize": "hi"}
    assert codes(send("default_keyspace/h", "insertOne", document=document).json()) == [
        "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED"
    ]
    answer = send("default_keyspace/h", "insertOne", headers={"x-embedding-api-key": "sk-1"}, document=document)
    assert answer.json() == {"status": {"insertedIds": [1]}}


def test_a_search_by_text_needs_what_an_insertion_needs(send: Send) -> None:
    send("default_keyspace", "createCollection", name="h", options={"vector": {"service": OPENAI}})
    send("default_keyspace", "createCollection", name="v", options={"vector": {"dimension": 3}})
    send("default_keyspace", "createCollection", name="p")

    def asked(collection: str, **sort: Any) -> list[str]:
        return codes(send(f"default_keyspace/{collection}", "findOne", sort=sort).json())

    assert asked("h", **{"$vectorize": "hi"}) == ["EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED"]
    assert asked("v", **{"$vectorize": "hi"}) == ["EMBEDDING_SERVICE_NOT_CONFIGURED"]
    assert asked("v", **{"$vector": [1, 0]}) == ["INVALID_VECTOR_LENGTH"]
    assert asked("p", **{"$vector": [1, 0]}) == ["VECTOR_SEARCH_NOT_SUPPORTED"]
    answer = send("default_keyspace/h", "findOne", headers={"x-embedding-api-key": "sk-1"}, sort={"$vectorize": "hi"})
    assert answer.json() == {"data": {"document": None}}


def test_a_provider_accepts_any_key_unless_the_world_says_which(world: World, send: Send) -> None:
    send("default_keyspace", "createCollection", name="h", options={"vector": {"service": OPENAI}})

    def asked(key: str) -> list[str]:
        headers = {"x-embedding-api-key": key}
        return codes(send("default_keyspace/h", "findOne", headers=headers, sort={"$vectorize": "hi"}).json())

    assert asked("any") == []
    world.set("header_keys", {"openai": ["right"], "mistral": ["wrong"]})
    assert (asked("right"), asked("wrong")) == ([], ["EMBEDDING_PROVIDER_CLIENT_ERROR"])
    world.set("header_keys", {})
    assert asked("right") == ["EMBEDDING_PROVIDER_CLIENT_ERROR"]


def test_a_key_in_the_headers_goes_before_the_stored_credential(world: World, send: Send) -> None:
    world.add_credential("openai", "key")
    world.set("header_keys", {"openai": ["right"]})
    service = {**OPENAI, "authentication": {"providerKey": "key"}}
    send("default_keyspace", "createCollection", name="s", options={"vector": {"service": service}})

    def asked(headers: dict[str, str] | None) -> list[str]:
        return codes(send("default_keyspace/s", "findOne", headers=headers, sort={"$vectorize": "hi"}).json())

    assert asked(None) == []
    assert asked({"x-embedding-api-key": "wrong"}) == ["EMBEDDING_PROVIDER_CLIENT_ERROR"]


def test_providers_can_be_out_of_reach(world: World, send: Send) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    world.set("embedding_providers", "unreachable")
    answer = send("default_keyspace/n", "findOne", sort={"$vectorize": "hi"})
    assert codes(answer.json()) == ["EMBEDDING_PROVIDER_BAD_HOST_NAME"]


def test_a_stored_credential_serves_until_it_is_removed(world: World, send: Send) -> None:
    world.add_credential("openai", "key")
    service = {**OPENAI, "authentication": {"providerKey": "key"}}
    send("default_keyspace", "createCollection", name="s", options={"vector": {"service": service}})
    assert codes(send("default_keyspace/s", "insertOne", document={"$vectorize": "hi"}).json()) == []
    world.remove_credential("openai", "key")
    assert codes(send("default_keyspace/s", "insertOne", document={"$vectorize": "hi"}).json()) == [
        "EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"
    ]


def test_a_collection_without_a_service_makes_no_vectors(insert: Callable[..., dict[str, Any]]) -> None:
    assert codes(insert({"_id": 1, "$vectorize": "hi"})) == ["EMBEDDING_SERVICE_NOT_CONFIGURED"]


def test_a_credential_of_another_database_does_not_serve(world: World, send: Send, database: str) -> None:
    world.add_credential("openai", "key")
    service = {**OPENAI, "authentication": {"providerKey": "key"}}
    send("default_keyspace", "createCollection", name="s", options={"vector": {"service": service}})
    world.add_credential("openai", "key", databases=["00000000-0000-4000-8000-000000000000"])
    refused = send("default_keyspace/s", "insertOne", document={"$vectorize": "hi"}).json()
    assert codes(refused) == ["EMBEDDING_GATEWAY_UNABLE_RESOLVE_AUTHENTICATION_TYPE"]
    world.add_credential("openai", "key", databases=[database])
    assert codes(send("default_keyspace/s", "insertOne", document={"$vectorize": "hi"}).json()) == []
