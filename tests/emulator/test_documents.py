"""Documents, and the vectors made of their texts."""

import math
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


def test_the_vector_comes_only_when_it_is_asked_for(insert: Callable[..., dict[str, Any]], send: Send) -> None:
    insert({"_id": 1, "title": "x", "$vector": [1, 0, 0]})

    def found(**projection: int) -> Any:
        return send("default_keyspace/a", "findOne", projection=projection).json()["data"]["document"]

    assert found() == {"_id": 1, "title": "x"}
    assert found(title=1) == {"_id": 1, "title": "x"}
    assert found(title=0) == {"_id": 1}
    assert found(_id=1) == {"_id": 1}
    assert found(**{"$vector": 1}) == {"_id": 1, "title": "x", "$vector": [1, 0, 0]}
    assert found(**{"*": 1}) == {"_id": 1, "title": "x", "$vector": [1, 0, 0]}


def test_documents_are_found_and_counted_by_equality(insert: Callable[..., dict[str, Any]], send: Send) -> None:
    insert({"_id": 1, "kind": "x"}, {"_id": "1", "kind": "y"}, {"_id": 3, "kind": "x"})
    assert send("default_keyspace/a", "findOne", filter={"_id": "1"}).json()["data"]["document"]["kind"] == "y"
    assert send("default_keyspace/a", "findOne", filter={"kind": "z"}).json() == {"data": {"document": None}}
    assert send("default_keyspace/a", "countDocuments", filter={"kind": "x"}).json() == {"status": {"count": 2}}
    assert send("default_keyspace/a", "estimatedDocumentCount").json() == {"status": {"count": 0}}


def vector_of(send: Send, collection: str, text: str) -> list[float]:
    send(f"default_keyspace/{collection}", "insertOne", document={"_id": text, "$vectorize": text})
    answer = send(f"default_keyspace/{collection}", "findOne", filter={"_id": text}, projection={"*": 1})
    vector: list[float] = answer.json()["data"]["document"]["$vector"]
    return vector


def test_a_text_always_gets_the_same_unit_vector_of_the_declared_dimension(send: Send) -> None:
    for name in ("one", "two"):
        send("default_keyspace", "createCollection", name=name, options={"vector": {"service": NVIDIA}})
    first, again, other = vector_of(send, "one", "hi"), vector_of(send, "two", "hi"), vector_of(send, "two", "ho")
    assert (len(first), math.isclose(math.hypot(*first), 1.0)) == (1024, True)
    assert (first == again, first == other) == (True, False)


def test_a_provider_with_header_authentication_needs_the_header(send: Send) -> None:
    send("default_keyspace", "createCollection", name="h", options={"vector": {"service": OPENAI}})
    document = {"_id": 1, "$vectorize": "hi"}
    assert codes(send("default_keyspace/h", "insertOne", document=document).json()) == [
        "EMBEDDING_PROVIDER_AUTHENTICATION_KEYS_NOT_PROVIDED"
    ]
    answer = send("default_keyspace/h", "insertOne", headers={"x-embedding-api-key": "sk-1"}, document=document)
    assert answer.json() == {"status": {"insertedIds": [1]}}


@pytest.fixture
def nearest(send: Send) -> Callable[..., list[Any]]:
    """Ids of the documents of a collection as findOne or find orders them."""

    def search(collection: str, headers: dict[str, str] | None = None, **body: Any) -> list[Any]:
        answer = send(f"default_keyspace/{collection}", "find", headers=headers, **body).json()
        return [document["_id"] for document in answer["data"]["documents"]]

    return search


def test_a_text_is_nearest_to_itself(send: Send, nearest: Callable[..., list[Any]]) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    for text in ("one", "two", "three"):
        send("default_keyspace/n", "insertOne", document={"_id": text, "$vectorize": text})
    send("default_keyspace/n", "insertOne", document={"_id": "without a vector"})
    for text in ("one", "two", "three"):
        answer = send("default_keyspace/n", "findOne", sort={"$vectorize": text})
        assert answer.json() == {"data": {"document": {"_id": text}}}
    assert sorted(nearest("n", sort={"$vectorize": "two"})) == ["one", "three", "two"]
    assert nearest("n", sort={"$vectorize": "two"}, options={"limit": 1}) == ["two"]
    assert nearest("n", options={"limit": 2}) == ["one", "two"]


@pytest.mark.parametrize(
    ("metric", "order"),
    [("cosine", ["same way", "near", "opposite"]), ("euclidean", ["near", "opposite", "same way"])],
)
def test_the_metric_says_what_is_near(send: Send, nearest: Callable[..., list[Any]], metric: str, order: list[str]) -> None:
    send("default_keyspace", "createCollection", name="m", options={"vector": {"dimension": 2, "metric": metric}})
    vectors = {"near": [1, 1], "opposite": [-1, 0], "same way": [9, 0]}
    send("default_keyspace/m", "insertMany", documents=[{"_id": name, "$vector": vector} for name, vector in vectors.items()])
    assert nearest("m", sort={"$vector": [1, 0]}) == order


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
