"""Collections of a database: what the recordings, made without databases, cannot show."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

Send = Callable[..., httpx.Response]

OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small"}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}


def codes(answer: httpx.Response) -> list[str]:
    return [error["errorCode"] for error in answer.json().get("errors", [])]


def with_credential(name: str) -> dict[str, object]:
    return {"vector": {"service": {**OPENAI, "authentication": {"providerKey": name}}}}


def test_a_credential_counts_for_the_databases_it_is_scoped_to(world: World, database: str, send: Send) -> None:
    world.add_credential("openai", "here", databases=[database])
    world.add_credential("openai", "elsewhere", databases=["another-database"])
    world.add_credential("mistral", "of-another-provider")
    found = {
        name: codes(send("default_keyspace", "createCollection", name=f"c{number}", options=with_credential(name)))
        for number, name in enumerate(("here", "elsewhere", "of-another-provider"))
    }
    missing = ["VECTORIZE_CREDENTIAL_INVALID"]
    assert found == {"here": [], "elsewhere": missing, "of-another-provider": missing}


def test_bedrock_takes_no_stored_credential_unless_the_world_says_so(world: World, send: Send) -> None:
    world.add_credential("bedrock", "aws")
    service = {
        "provider": "bedrock",
        "modelName": "amazon.titan-embed-text-v2:0",
        "parameters": {"region": "us-east-1"},
        "authentication": {"accessId": "aws", "secretKey": "aws"},
    }
    options = {"vector": {"service": service}}
    assert codes(send("default_keyspace", "createCollection", name="b", options=options)) == ["INVALID_CREATE_COLLECTION_OPTIONS"]
    world.set("shared_secret", value=True)
    assert codes(send("default_keyspace", "createCollection", name="b", options=options)) == []


def test_the_limit_counts_all_keyspaces_of_a_database(
    client: httpx.Client, world: World, database: str, clock: Clock, send: Send
) -> None:
    world.set("max_collections", 2)
    client.post(f"/v2/databases/{database}/keyspaces/extra")
    clock.advance(4)
    places = ("default_keyspace", "extra", "extra")
    found = [codes(send(place, "createCollection", name=f"c{number}")) for number, place in enumerate(places)]
    assert found == [[], [], ["TOO_MANY_COLLECTIONS"]]


def test_deleting_a_collection_makes_room_and_drops_its_documents(world: World, send: Send) -> None:
    world.set("max_collections", 1)
    for _ in range(2):
        assert codes(send("default_keyspace", "createCollection", name="a")) == []
        assert send("default_keyspace/a", "countDocuments", filter={}).json() == {"status": {"count": 0}}
        send("default_keyspace/a", "insertOne", document={"_id": 1})
        send("default_keyspace", "deleteCollection", name="a")


def test_dropping_a_keyspace_makes_room_too(client: httpx.Client, world: World, database: str, clock: Clock, send: Send) -> None:
    world.set("max_collections", 1)
    client.post(f"/v2/databases/{database}/keyspaces/extra")
    clock.advance(4)
    send("extra", "createCollection", name="a")
    client.delete(f"/v2/databases/{database}/keyspaces/extra")
    assert codes(send("default_keyspace", "createCollection", name="b")) == ["TOO_MANY_COLLECTIONS"]
    clock.advance(4)
    assert world.collections(database, "extra") == {}
    assert codes(send("default_keyspace", "createCollection", name="b")) == []


def test_a_creation_that_must_fail_tells_whether_a_credential_is_there_and_leaves_nothing(
    world: World, database: str, send: Send
) -> None:
    world.add_credential("openai", "there")
    both = {"indexing": {"allow": ["a"], "deny": ["b"]}}
    found = {
        name: codes(send("default_keyspace", "createCollection", name="probe", options=with_credential(name) | both))
        for name in ("there", "not-there")
    }
    assert found == {"there": ["INVALID_INDEXING_DEFINITION"], "not-there": ["VECTORIZE_CREDENTIAL_INVALID"]}
    assert world.collections(database, "default_keyspace") == {}


def test_a_model_can_age_in_one_database_alone(
    client: httpx.Client, world: World, create: Callable[..., str], clock: Clock
) -> None:
    ages = {create(): "DEPRECATED_AI_MODEL", create(): "END_OF_LIFE_AI_MODEL", create(): ""}
    for database, code in ages.items():
        if code:
            world.set_model_status("nvidia", NVIDIA["modelName"], code.removesuffix("_AI_MODEL"), database=database)
    clock.advance(10)
    for database, code in ages.items():
        answer = client.post(
            f"/databases/{database}-us-east-2/api/json/v1/default_keyspace",
            json={"createCollection": {"name": "n", "options": {"vector": {"service": NVIDIA}}}},
        )
        assert codes(answer) == ([code] if code else [])


def test_a_collection_of_a_deprecated_model_goes_on_working_and_one_at_its_end_does_not(world: World, send: Send) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"service": NVIDIA}})
    for status, expected in (("DEPRECATED", []), ("END_OF_LIFE", ["END_OF_LIFE_AI_MODEL"])):
        world.set_model_status("nvidia", NVIDIA["modelName"], status)
        assert codes(send("default_keyspace/n", "insertOne", document={"$vectorize": status})) == expected


def test_a_model_has_no_other_status(world: World) -> None:
    with pytest.raises(ValueError, match="SUPPORTED, DEPRECATED, END_OF_LIFE, REMOVED, not 'OLD'"):
        world.set_model_status("nvidia", NVIDIA["modelName"], "OLD")


def test_a_creation_that_was_cut_off_is_listed_like_any_other_and_mended_by_the_same_one(
    world: World, database: str, send: Send
) -> None:
    options = {"vector": {"dimension": 3}}
    send("default_keyspace", "createCollection", name="c", options=options)
    whole = send("default_keyspace", "findCollections", options={"explain": True}).json()
    world.lose_indexes(database, "default_keyspace", "c")

    def searched() -> list[str]:
        return codes(send("default_keyspace/c", "findOne", sort={"$vector": [1, 0, 0]}))

    assert send("default_keyspace", "findCollections", options={"explain": True}).json() == whole
    assert codes(send("default_keyspace/c", "insertOne", document={"_id": 1})) == []
    assert searched() == ["CORRUPTED_COLLECTION_SCHEMA"]
    assert codes(send("default_keyspace", "createCollection", name="c", options=options)) == []
    assert searched() == []


@pytest.mark.parametrize(("kind", "service"), [("SHARED_SECRET", {"authentication": {"providerKey": "key"}}), ("HEADER", {})])
def test_a_kind_of_authentication_can_be_switched_off_in_one_database(
    client: httpx.Client, world: World, create: Callable[..., str], clock: Clock, kind: str, service: dict[str, Any]
) -> None:
    world.add_credential("openai", "key")
    switched, other = create(), create()
    world.set_authentication("openai", "SHARED_SECRET", enabled=kind != "SHARED_SECRET", database=switched)
    world.set_authentication("openai", "HEADER", enabled=False, database=switched)
    clock.advance(10)

    def ask(database: str, command: dict[str, Any], place: str = "") -> httpx.Response:
        return client.post(f"/databases/{database}-us-east-2/api/json/v1{place}", json=command)

    creation = {"createCollection": {"name": "c", "options": {"vector": {"service": {**OPENAI, **service}}}}}
    found = {database: codes(ask(database, creation, "/default_keyspace")) for database in (switched, other)}
    assert found == {switched: ["INVALID_CREATE_COLLECTION_OPTIONS"], other: []}
    listed = ask(switched, {"findEmbeddingProviders": {}}).json()["status"]["embeddingProviders"]["openai"]
    assert listed["supportedAuthentication"][kind]["enabled"] is False


def test_the_catalogue_is_the_one_seen_live(send: Send) -> None:
    listed = send("", "findEmbeddingProviders").json()["status"]["embeddingProviders"]
    assert len(listed) == 11
    assert [model["name"] for model in listed["nvidia"]["models"]] == ["NV-Embed-QA", "nvidia/nv-embedqa-e5-v5"]
    stored = {name for name, entry in listed.items() if entry["supportedAuthentication"].get("SHARED_SECRET", {}).get("enabled")}
    assert set(listed) - stored == {"bedrock", "cohere", "nvidia"}


def test_the_world_shows_what_was_made(world: World, database: str, send: Send) -> None:
    send("default_keyspace", "createCollection", name="n", options={"vector": {"dimension": 3}})
    world.add_table(database, "default_keyspace", "t")
    assert world.collections(database, "default_keyspace")["n"]["vector"]["dimension"] == 3
    assert list(world.collections(database, "default_keyspace")) == ["n"]
    assert list(world.tables(database, "default_keyspace")) == ["t"]
    assert world.databases() == [
        {"id": database, "name": "kb", "status": "ACTIVE", "region": "us-east-2", "keyspaces": ["default_keyspace"]}
    ]


def test_a_setting_that_does_not_exist_is_an_error(world: World) -> None:
    with pytest.raises(KeyError):
        world.set("provisioning", 1)
    with pytest.raises(KeyError):
        world.get("provisioning")
