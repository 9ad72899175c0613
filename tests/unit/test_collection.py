"""Collections: made, taken over, mended, deleted; on the emulator, and with answers that it does not give."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import collection, database
from astra.errors import AstraError, Conflict, Invalid, NotFound, Refused, Unavailable, Unreadable
from astra.http import Connection
from emulator.world import World

NVIDIA = {"vector": {"service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}}
OPENAI = {"vector": {"service": {"provider": "openai", "modelName": "text-embedding-3-small"}}}
MINE = {"vector": {"service": {**OPENAI["vector"]["service"], "authentication": {"providerKey": "mine"}}}}
KEYSPACE = "default_keyspace"


@pytest.fixture
def place(emulator: Connection, commands: list[str]) -> tuple[str, str]:
    """Endpoint and id of an active database."""
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, database_id)
    commands.clear()
    return emulator.target.api_endpoint(database_id, "us-east-2"), database_id


def create(
    emulator: Connection, place: tuple[str, str], definition: dict[str, Any], name: str = "c"
) -> tuple[dict[str, Any], bool]:
    """What it is, and whether it was taken over."""
    return collection.create(emulator, place[0], KEYSPACE, name, definition)


def insert(emulator: Connection, place: tuple[str, str], name: str = "c") -> None:
    url = f"{place[0]}/api/json/v1/{KEYSPACE}/{name}"
    assert "errors" not in emulator.client.post(url, json={"insertOne": {"document": {"a": 1}}}).json()


def test_a_new_one_is_made_and_returned_as_the_service_explains_it(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    made, taken_over = create(emulator, place, NVIDIA)
    assert not taken_over
    assert made["vector"] == {"dimension": 1024, "metric": "cosine", "sourceModel": "other", **NVIDIA["vector"]}
    assert collection.listed(emulator, place[0], KEYSPACE) == {"c": made}
    assert commands == ["findCollections", "createCollection", "findCollections", "findCollections"]


def test_without_options_none_are_sent(answering: Callable) -> None:
    none, one = answer([]), answer([{"name": "c", "options": {}}])
    service = answering(none, ok(), one)
    collection.create(service.connection, "https://x", "k", "c", {"name": "c", "keyspace": "k"})
    assert bodies(service)[1] == {"createCollection": {"name": "c"}}


def test_the_same_is_taken_over_and_mended_in_case_it_is_half_made(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    first, _ = create(emulator, place, NVIDIA)
    commands.clear()
    assert create(emulator, place, {"vector": {**NVIDIA["vector"], "dimension": 1024, "metric": "cosine"}}) == (first, True)
    assert commands == [
        "findCollections",  # it is there, with the same definition
        "createCollection",  # the identical request mends what a killed run left half-made
        "findCollections",
    ]


def test_another_definition_is_a_conflict_that_shows_both_and_changes_nothing(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    create(emulator, place, NVIDIA)
    commands.clear()
    with pytest.raises(Conflict) as raised:
        create(emulator, place, {"vector": {"dimension": 8, "metric": "euclidean"}})
    service = '{"provider": "nvidia", "modelName": "NV-Embed-QA"}'
    assert str(raised.value) == (
        "cannot create collection default_keyspace.c: a collection of that name is there with another definition "
        "(vector.dimension: declared 8, there 1024; "
        'vector.metric: declared "euclidean", there "cosine"; '
        f"vector.service: declared nothing, there {service}). "
        "Declare what is there to take it over, choose another name, or delete it yourself."
    )
    assert commands == ["findCollections"]


def test_a_table_of_that_name_is_a_conflict(emulator: Connection, place: tuple[str, str], world: World) -> None:
    world.add_table(place[1], KEYSPACE, "c")
    with pytest.raises(Conflict, match=r"EXISTING_TABLE_NOT_DATA_API_COLLECTION: .* A table has that name: choose another\.$"):
        create(emulator, place, NVIDIA)


def test_what_stands_is_taken_over_although_its_model_is_deprecated_by_now(
    emulator: Connection, place: tuple[str, str], world: World
) -> None:
    first, _ = create(emulator, place, NVIDIA)
    world.set_model_status("nvidia", "NV-Embed-QA", "DEPRECATED")
    assert create(emulator, place, NVIDIA) == (first, True)


def test_what_stands_is_taken_over_although_its_credential_is_gone_by_now(
    emulator: Connection, place: tuple[str, str], world: World
) -> None:
    world.add_credential("openai", "mine")
    first, _ = create(emulator, place, MINE)
    world.remove_credential("openai", "mine")
    assert create(emulator, place, MINE) == (first, True)


@pytest.mark.parametrize(
    ("definition", "kind", "code"),
    [
        ({"vector": {"dimension": 7, **NVIDIA["vector"]}}, Invalid, "INVALID_CREATE_COLLECTION_OPTIONS"),
        (MINE, Refused, "VECTORIZE_CREDENTIAL_INVALID"),
    ],
)
def test_what_the_service_refuses_is_not_made(
    emulator: Connection, place: tuple[str, str], definition: dict[str, Any], kind: type[AstraError], code: str
) -> None:
    with pytest.raises(kind) as raised:
        create(emulator, place, definition)
    assert raised.value.code == code
    assert collection.listed(emulator, place[0], KEYSPACE) == {}


def test_an_unknown_keyspace_is_not_found(emulator: Connection, place: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match=r"^cannot list the collections of keyspace nope: the Data API said UNKNOWN_KEYSPACE: "):
        collection.listed(emulator, place[0], "nope")


def test_deleting(emulator: Connection, place: tuple[str, str], commands: list[str]) -> None:
    create(emulator, place, NVIDIA)
    commands.clear()
    collection.delete(emulator, place[0], KEYSPACE, "c")
    assert commands == ["findCollections", "deleteCollection"]
    assert collection.listed(emulator, place[0], KEYSPACE) == {}


def test_deleting_what_is_gone_sends_no_deletion(emulator: Connection, place: tuple[str, str], commands: list[str]) -> None:
    collection.delete(emulator, place[0], KEYSPACE, "c")
    assert commands == ["findCollections"]


def test_that_a_keyspace_is_unknown_is_not_for_the_data_api_to_prove(emulator: Connection, place: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match="UNKNOWN_KEYSPACE"):
        collection.delete(emulator, place[0], "nope", "c")


def test_a_table_of_that_name_is_never_deleted(
    emulator: Connection, place: tuple[str, str], world: World, commands: list[str]
) -> None:
    world.add_table(place[1], KEYSPACE, "c")
    collection.delete(emulator, place[0], KEYSPACE, "c")
    assert commands == ["findCollections"]


def test_a_guard_is_asked_right_before_the_deletion_and_keeps_what_it_refuses(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    def refuse() -> None:
        commands.append("guard")
        raise Refused("no")

    create(emulator, place, NVIDIA)
    commands.clear()
    with pytest.raises(Refused, match=r"^no$"):
        collection.delete(emulator, place[0], KEYSPACE, "c", refuse)
    assert commands == ["findCollections", "guard"]
    collection.delete(emulator, place[0], KEYSPACE, "absent", refuse)
    assert commands == ["findCollections", "guard", "findCollections"]


def test_whether_it_holds_documents(emulator: Connection, place: tuple[str, str]) -> None:
    create(emulator, place, {})
    assert not collection.holds_documents(emulator, place[0], KEYSPACE, "c")
    insert(emulator, place)
    assert collection.holds_documents(emulator, place[0], KEYSPACE, "c")


# What the emulator never answers.


def answer(collections: Any) -> httpx.Response:
    return httpx.Response(200, json={"status": {"collections": collections}})


def ok() -> httpx.Response:
    return httpx.Response(200, json={"status": {"ok": 1}})


def failure(code: str, family: str = "SERVER") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": family, "message": "m."}]})


def bodies(service: Any) -> list[Any]:
    return [json.loads(request.content) for request in service.requests]


def sequence(service: Any) -> list[str]:
    return [next(iter(body)) for body in bodies(service)]


@pytest.mark.parametrize("broken", [failure("INVALID_DATABASE_QUERY"), httpx.Response(504), httpx.ReadTimeout("cut off")])
def test_a_creation_that_failed_half_way_is_sent_again_just_the_same(
    answering: Callable, broken: httpx.Response | Exception
) -> None:
    stands = answer([{"name": "c", "options": {"vector": {"dimension": 8, "metric": "cosine", "sourceModel": "other"}}}])
    service = answering(answer([]), broken, ok(), stands)
    _, taken_over = collection.create(service.connection, "https://x", "k", "c", {"vector": {"dimension": 8}})
    assert not taken_over
    assert sequence(service) == ["findCollections", "createCollection", "createCollection", "findCollections"]
    assert bodies(service)[1] == bodies(service)[2]


def test_what_is_accepted_but_not_listed_does_not_count_as_made(answering: Callable) -> None:
    service = answering(answer([]), ok(), answer([]))
    with pytest.raises(Unavailable) as raised:
        collection.create(service.connection, "https://x", "k", "c", {})
    assert str(raised.value) == "cannot create collection k.c: the service accepted it but does not list it. Run again."


@pytest.mark.parametrize("status", [{}, {"collections": None}, {"collections": ["a"]}, {"collections": [{}]}])
def test_a_listing_of_another_form_is_unreadable(answering: Callable, status: Any) -> None:
    service = answering(httpx.Response(200, json={"status": status}))
    with pytest.raises(Unreadable) as raised:
        collection.listed(service.connection, "https://x", "k")
    assert str(raised.value) == "cannot list the collections of keyspace k: the answer has no list of collections."


@pytest.mark.parametrize("answered", [{}, {"data": None}, {"data": {}}])
def test_an_answer_without_a_document_field_decides_nothing(answering: Callable, answered: Any) -> None:
    service = answering(httpx.Response(200, json=answered))
    with pytest.raises(Unreadable, match=r"^cannot look into collection k\.c: the answer has no document field\.$"):
        collection.holds_documents(service.connection, "https://x", "k", "c")


@pytest.mark.parametrize(
    "failing", [httpx.Response(401), httpx.Response(403), httpx.Response(404), httpx.Response(500), httpx.ConnectError("x")]
)
def test_nothing_is_deleted_where_it_could_not_be_looked(answering: Callable, failing: httpx.Response | Exception) -> None:
    service = answering(failing)
    with pytest.raises(AstraError) as raised:
        collection.delete(service.connection, "https://x", "k", "c")
    assert not isinstance(raised.value, NotFound)
    assert set(sequence(service)) == {"findCollections"}
