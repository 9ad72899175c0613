"""Tables: made, taken over, deleted; on the emulator, and with answers that it does not give."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import collection, database, table
from astra.errors import AstraError, Conflict, NotFound, Refused, Unavailable, Unreadable
from astra.http import Connection
from astra.table_normalisation import differences
from emulator.world import World
from tests.unit.table_definitions import NVIDIA, OPENAI, of_examples

KEYSPACE = "default_keyspace"
CHUNKS: dict[str, Any] = {"columns": {"id": "text", "embedding": {"type": "vector", "service": NVIDIA}}, "primaryKey": "id"}


@pytest.fixture
def place(emulator: Connection, commands: list[str]) -> tuple[str, str]:
    """Endpoint and id of an active database."""
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, database_id)
    commands.clear()
    return emulator.target.api_endpoint(database_id, "us-east-2"), database_id


def create(
    emulator: Connection, place: tuple[str, str], definition: dict[str, Any], name: str = "t"
) -> tuple[dict[str, Any], bool]:
    """What it is, and whether it was taken over."""
    return table.create(emulator, place[0], KEYSPACE, name, definition)


def test_a_new_one_is_made_and_returned_as_the_service_explains_it(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    made, taken_over = create(emulator, place, CHUNKS)
    assert not taken_over
    assert made["columns"]["id"] == {"type": "text"}
    assert made["columns"]["embedding"].items() >= {"type": "vector", "dimension": 1024, "service": NVIDIA}.items()
    assert made["primaryKey"] == {"partitionBy": ["id"], "partitionSort": {}}
    assert table.listed(emulator, place[0], KEYSPACE) == {"t": made}
    assert commands == ["listTables", "createTable", "listTables", "listTables"]


@pytest.mark.parametrize("definition", of_examples())
def test_every_valid_example_stands_as_it_was_meant(
    emulator: Connection, place: tuple[str, str], world: World, definition: dict[str, Any]
) -> None:
    for provider, credential in (("openai", "knowledge-dev-openai"), ("jinaAI", "knowledge-dev-jina")):
        world.add_credential(provider, credential)
    # The emulator has no user-defined types.
    known = {name: column for name, column in definition["columns"].items() if "userDefined" not in str(column)}
    definition = {**definition, "columns": known}
    made, _ = create(emulator, place, definition)
    assert differences(definition, made) == ()


def test_the_same_in_other_words_is_taken_over(emulator: Connection, place: tuple[str, str], commands: list[str]) -> None:
    made, _ = create(emulator, place, CHUNKS)
    commands.clear()
    other = {"columns": {"embedding": {**CHUNKS["columns"]["embedding"], "dimension": 1024}, "id": {"type": "text"}}}
    assert create(emulator, place, {**other, "primaryKey": {"partitionBy": ["id"]}}) == (made, True)
    assert commands == ["listTables"]


def test_another_definition_is_a_conflict_that_shows_both_and_changes_nothing(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    create(emulator, place, CHUNKS)
    commands.clear()
    with pytest.raises(Conflict) as raised:
        create(
            emulator, place, {"columns": {"id": "int", "embedding": {"type": "vector", "dimension": 1024}}, "primaryKey": "id"}
        )
    assert str(raised.value) == (
        "cannot create table default_keyspace.t: a table of that name is there with another definition "
        '(columns.embedding.service: declared nothing, there {"provider": "nvidia", "modelName": "NV-Embed-QA"}; '
        'columns.id.type: declared "int", there "text"). '
        "Declare what is there to take it over, choose another name, or delete it yourself."
    )
    assert commands == ["listTables"]


def test_a_collection_of_that_name_is_a_conflict(emulator: Connection, place: tuple[str, str]) -> None:
    collection.create(emulator, place[0], KEYSPACE, "t", {})
    with pytest.raises(Conflict) as raised:
        create(emulator, place, CHUNKS)
    assert str(raised.value) == (
        "cannot create table default_keyspace.t: the Data API said CANNOT_ADD_EXISTING_TABLE, and lists no table of that name. "
        "A collection may have it: choose another name, or delete it yourself."
    )


def test_what_stands_is_taken_over_although_its_model_is_deprecated_by_now(
    emulator: Connection, place: tuple[str, str], world: World
) -> None:
    made, _ = create(emulator, place, CHUNKS)
    world.set_model_status("nvidia", "NV-Embed-QA", "DEPRECATED")
    assert create(emulator, place, CHUNKS) == (made, True)
    with pytest.raises(Refused, match="DEPRECATED_AI_MODEL"):
        create(emulator, place, CHUNKS, "other")


def test_what_the_service_refuses_is_not_made(emulator: Connection, place: tuple[str, str]) -> None:
    stored = {**OPENAI, "authentication": {"providerKey": "nobody"}}
    with pytest.raises(Refused, match=r"VECTORIZE_CREDENTIAL_INVALID: .* Store the provider's key under that name"):
        create(emulator, place, {"columns": {"id": "text", "v": {"type": "vector", "service": stored}}, "primaryKey": "id"})
    assert table.listed(emulator, place[0], KEYSPACE) == {}


def test_an_unknown_keyspace_is_not_found(emulator: Connection, place: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match=r"^cannot list the tables of keyspace nope: the Data API said UNKNOWN_KEYSPACE: "):
        table.listed(emulator, place[0], "nope")


def test_collections_and_tables_are_listed_apart(emulator: Connection, place: tuple[str, str]) -> None:
    create(emulator, place, CHUNKS)
    collection.create(emulator, place[0], KEYSPACE, "c", {})
    assert list(table.listed(emulator, place[0], KEYSPACE)) == table.names(emulator, place[0], KEYSPACE) == ["t"]
    assert list(collection.listed(emulator, place[0], KEYSPACE)) == ["c"]


def test_deleting(emulator: Connection, place: tuple[str, str], commands: list[str]) -> None:
    create(emulator, place, CHUNKS)
    commands.clear()
    table.delete(emulator, place[0], KEYSPACE, "t")
    table.delete(emulator, place[0], KEYSPACE, "t")
    assert commands == ["listTables", "dropTable", "listTables"]


def test_a_collection_of_that_name_is_never_deleted(emulator: Connection, place: tuple[str, str], commands: list[str]) -> None:
    collection.create(emulator, place[0], KEYSPACE, "t", {})
    commands.clear()
    table.delete(emulator, place[0], KEYSPACE, "t")
    assert commands == ["listTables"]


def test_a_guard_is_asked_right_before_the_deletion_and_keeps_what_it_refuses(
    emulator: Connection, place: tuple[str, str], commands: list[str]
) -> None:
    def refuse() -> None:
        commands.append("guard")
        raise Refused("no")

    create(emulator, place, CHUNKS)
    commands.clear()
    with pytest.raises(Refused, match=r"^no$"):
        table.delete(emulator, place[0], KEYSPACE, "t", refuse)
    assert commands == ["listTables", "guard"]
    table.delete(emulator, place[0], KEYSPACE, "absent", refuse)
    assert commands == ["listTables", "guard", "listTables"]


def test_whether_it_holds_rows(emulator: Connection, place: tuple[str, str]) -> None:
    create(emulator, place, {"columns": {"id": "text"}, "primaryKey": "id"})
    assert not table.holds_rows(emulator, place[0], KEYSPACE, "t")
    url = f"{place[0]}/api/json/v1/{KEYSPACE}/t"
    assert "errors" not in emulator.client.post(url, json={"insertOne": {"document": {"id": "a"}}}).json()
    assert table.holds_rows(emulator, place[0], KEYSPACE, "t")


# What the emulator never answers.

KEY = {"partitionBy": ["id"], "partitionSort": {}}
SIMPLE = {"columns": {"id": "text"}, "primaryKey": "id"}
STANDS = {"columns": {"id": {"type": "text"}}, "primaryKey": KEY}


def answer(**tables: Any) -> httpx.Response:
    listing = [{"name": name, "definition": definition} for name, definition in tables.items()]
    return httpx.Response(200, json={"status": {"tables": listing}})


def ok() -> httpx.Response:
    return httpx.Response(200, json={"status": {"ok": 1}})


def failure(code: str, family: str = "REQUEST") -> httpx.Response:
    return httpx.Response(200, json={"errors": [{"errorCode": code, "family": family, "message": "m."}]})


def sequence(service: Any) -> list[str]:
    return [next(iter(json.loads(request.content))) for request in service.requests]


@pytest.mark.parametrize(
    "broken", [failure("UNEXPECTED_DRIVER_ERROR", "SERVER"), httpx.Response(504), httpx.ReadTimeout("cut off")]
)
def test_a_creation_whose_outcome_is_open_is_sent_again_and_may_have_been_made_by_the_first(
    answering: Callable, broken: httpx.Response | Exception
) -> None:
    service = answering(answer(), broken, failure("CANNOT_ADD_EXISTING_TABLE"), answer(t=STANDS))
    assert table.create(service.connection, "https://x", "k", "t", SIMPLE) == (STANDS, False)
    assert sequence(service) == ["listTables", "createTable", "createTable", "listTables"]


def test_what_somebody_else_made_meanwhile_is_compared_too(answering: Callable) -> None:
    other = {"columns": {"id": {"type": "int"}}, "primaryKey": KEY}
    service = answering(answer(), failure("CANNOT_ADD_EXISTING_TABLE"), answer(t=other))
    with pytest.raises(Conflict, match=r'columns\.id\.type: declared "text", there "int"'):
        table.create(service.connection, "https://x", "k", "t", SIMPLE)


def test_no_creation_is_told_to_overlook_what_is_there(answering: Callable) -> None:
    service = answering(answer(), ok(), answer(t=STANDS))
    table.create(service.connection, "https://x", "k", "t", SIMPLE)
    assert json.loads(service.requests[1].content) == {"createTable": {"name": "t", "definition": SIMPLE}}


def test_what_is_accepted_but_not_listed_does_not_count_as_made(answering: Callable) -> None:
    service = answering(answer(), ok(), answer())
    with pytest.raises(Unavailable) as raised:
        table.create(service.connection, "https://x", "k", "t", SIMPLE)
    assert str(raised.value) == "cannot create table k.t: the service accepted it but does not list it. Run again."


@pytest.mark.parametrize("status", [{}, {"tables": None}, {"tables": ["t"]}, {"tables": [{"name": "t"}]}])
def test_a_listing_of_another_form_is_unreadable(answering: Callable, status: Any) -> None:
    service = answering(httpx.Response(200, json={"status": status}))
    with pytest.raises(Unreadable) as raised:
        table.listed(service.connection, "https://x", "k")
    assert str(raised.value) == "cannot list the tables of keyspace k: the answer has no list of tables."


@pytest.mark.parametrize("answered", [{}, {"data": None}, {"data": {}}])
def test_an_answer_without_a_document_field_decides_nothing(answering: Callable, answered: Any) -> None:
    service = answering(httpx.Response(200, json=answered))
    with pytest.raises(Unreadable, match=r"^cannot look into table k\.t: the answer has no document field\.$"):
        table.holds_rows(service.connection, "https://x", "k", "t")


def test_a_deletion_whose_answer_was_lost_is_sent_again_and_may_be_done(answering: Callable) -> None:
    service = answering(answer(t=STANDS), httpx.Response(504), ok())
    table.delete(service.connection, "https://x", "k", "t")
    sent = [json.loads(request.content) for request in service.requests[1:]]
    assert sent == [{"dropTable": {"name": "t", "options": {"ifExists": True}}}] * 2


@pytest.mark.parametrize(
    "failing", [httpx.Response(401), httpx.Response(403), httpx.Response(404), httpx.Response(500), httpx.ConnectError("x")]
)
def test_nothing_is_deleted_where_it_could_not_be_looked(answering: Callable, failing: httpx.Response | Exception) -> None:
    service = answering(failing)
    with pytest.raises(AstraError) as raised:
        table.delete(service.connection, "https://x", "k", "t")
    assert not isinstance(raised.value, NotFound)
    assert set(sequence(service)) == {"listTables"}
