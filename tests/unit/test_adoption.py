"""Whether a database that is there is taken over: only where nothing else can be meant and nothing can be lost."""

from collections.abc import Callable

import httpx
import pytest

from astra import adoption, collection, contents, database
from astra.errors import Conflict, Unavailable
from astra.http import Connection
from emulator.world import World

ADVICE = "Give the new one another name, or terminate the old one yourself."
THERE = "cannot create database knowledge: there is one of that name in AWS us-east-2 already"


def create(emulator: Connection, name: str = "knowledge", cloud: str = "AWS", region: str = "us-east-2") -> str:
    """Id of a database that is active."""
    database_id = database.create(emulator, name, cloud, region)
    database.wait_until_active(emulator, database_id)
    return database_id


def adoptable(emulator: Connection) -> str | None:
    return adoption.adoptable(emulator, "knowledge", "AWS", "us-east-2")


def endpoint(emulator: Connection, database_id: str) -> str:
    return emulator.target.api_endpoint(database_id, "us-east-2")


def test_nothing_is_there(emulator: Connection) -> None:
    assert adoptable(emulator) is None


def test_an_empty_one_of_that_name_cloud_and_region_is_taken_over(emulator: Connection) -> None:
    database_id = create(emulator)
    assert adoptable(emulator) == database_id


def test_one_that_is_still_being_made_is_taken_over_unseen(emulator: Connection, commands: list[str]) -> None:
    database_id = database.create(emulator, "knowledge", "AWS", "us-east-2")
    commands.clear()
    assert adoptable(emulator) == database_id
    assert commands == ["GET /v2/databases"]


@pytest.mark.parametrize(
    "place", [("other", "AWS", "us-east-2"), ("knowledge", "AWS", "us-west-2"), ("knowledge", "GCP", "us-east1")]
)
def test_another_name_cloud_or_region_is_another_database(emulator: Connection, place: tuple[str, str, str]) -> None:
    create(emulator, *place)
    assert adoptable(emulator) is None


def test_a_terminated_one_is_none(emulator: Connection) -> None:
    database.terminate(emulator, create(emulator))
    assert adoptable(emulator) is None


def test_two_are_a_conflict(emulator: Connection) -> None:
    first, second = create(emulator), create(emulator)
    with pytest.raises(Conflict) as raised:
        adoptable(emulator)
    assert str(raised.value) == f"{THERE}, more than one even ({first}, {second}). {ADVICE}"


def test_one_that_is_not_empty_is_a_conflict_that_names_what_is_in_it(emulator: Connection, world: World) -> None:
    database_id = create(emulator)
    collection.create(emulator, endpoint(emulator, database_id), "default_keyspace", "articles", {})
    world.add_table(database_id, "default_keyspace", "a_table")
    with pytest.raises(Conflict) as raised:
        adoptable(emulator)
    inside = "default_keyspace.a_table, default_keyspace.articles"
    assert str(raised.value) == f"{THERE} ({database_id}), and it is not empty: {inside}. {ADVICE}"


def test_one_that_cannot_be_looked_into_for_the_moment_is_asked_again_later(answering: Callable) -> None:
    info = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2", "keyspaces": ["k"]}
    service = answering(
        httpx.Response(200, json=[{"id": "0a1b", "status": "HIBERNATED", "info": info}]),
        httpx.Response(503, text="The database is hibernated."),
    )
    with pytest.raises(Unavailable) as raised:
        adoption.adoptable(service.connection, "knowledge", "AWS", "us-east-2")
    assert str(raised.value) == (
        f"{THERE} (0a1b), and it could not be looked into: cannot list the collections of keyspace k: HTTP 503, The database "
        "is hibernated. The service is busy or failing: run again later. Run again, which finds out."
    )


def test_what_holds_documents_or_rows_is_found_whether_it_is_a_collection_or_a_table(answering: Callable) -> None:
    def listing(kind: str, *names: str) -> httpx.Response:
        found = [{"name": name, "options": {}} for name in names] if kind == "collections" else list(names)
        return httpx.Response(200, json={"status": {kind: found}})

    def document(found: object) -> httpx.Response:
        return httpx.Response(200, json={"data": {"document": found}})

    service = answering(
        listing("collections", "full", "empty"),
        document({"_id": 1}),
        document(None),
        listing("tables", "a_full_table", "an_empty_table"),
        document({"id": 1}),
        document(None),
    )
    assert contents.filled(service.connection, "https://x", ["k"]) == ["k.a_full_table", "k.full"]
    # A table has no _id that one could ask for.
    sent = [request.content for request in service.requests if b"findOne" in request.content]
    assert sent == [b'{"findOne":{"projection":{"_id":true}}}'] * 2 + [b'{"findOne":{}}'] * 2
