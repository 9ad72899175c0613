"""Keyspaces: made and dropped one at a time per database, and waited for."""

from collections.abc import Callable

import httpx
import pytest

from astra import database, keyspace
from astra.errors import NotFound, TimedOut, Unauthorized, Unavailable, Unreadable
from astra.http import Connection
from emulator.world import World


@pytest.fixture
def database_id(emulator: Connection, commands: list[str]) -> str:
    """Of a database that is not active yet."""
    made = database.create(emulator, "knowledge", "AWS", "us-east-2")
    commands.clear()
    return made


def names(emulator: Connection, database_id: str) -> list[str]:
    return keyspace.names(database.described(emulator, database_id))


def test_it_is_made_once_the_database_is_active_and_listed_when_that_returns(emulator: Connection, database_id: str) -> None:
    made = keyspace.create(emulator, database_id, "research")
    assert (made["status"], keyspace.names(made)) == ("ACTIVE", ["default_keyspace", "research"])


def test_one_that_is_there_is_not_made_again(emulator: Connection, database_id: str, commands: list[str]) -> None:
    keyspace.create(emulator, database_id, "default_keyspace")
    assert {command.partition(" ")[0] for command in commands} == {"GET"}


def test_two_in_a_row_wait_for_each_other(emulator: Connection, database_id: str) -> None:
    keyspace.create(emulator, database_id, "one")
    keyspace.create(emulator, database_id, "two")
    assert names(emulator, database_id) == ["default_keyspace", "one", "two"]


def test_dropping_and_dropping_again(emulator: Connection, database_id: str, commands: list[str]) -> None:
    keyspace.create(emulator, database_id, "research")
    keyspace.drop(emulator, database_id, "research")
    assert names(emulator, database_id) == ["default_keyspace"]
    commands.clear()
    keyspace.drop(emulator, database_id, "research")
    assert {command.partition(" ")[0] for command in commands} == {"GET"}


def test_a_drop_that_is_answered_with_an_absence_counts_only_where_the_keyspace_is_listed_no_more(answering: Callable) -> None:
    absent = httpx.Response(404, json={"errors": [{"ID": 1, "message": "no such keyspace."}]})
    there, dropped = (
        httpx.Response(200, json={"id": "i", "status": "ACTIVE", "info": {"keyspaces": names}}) for names in (["research"], [])
    )
    keyspace.drop(answering(there, absent, dropped).connection, "i", "research")
    with pytest.raises(Unreadable, match=r"^cannot drop keyspace research .* Yet it stands, so nothing was removed\."):
        keyspace.drop(answering(there, absent, there).connection, "i", "research")


def test_with_the_database_gone_it_is_not_found(emulator: Connection, database_id: str) -> None:
    database.terminate(emulator, database_id)
    for action in (keyspace.create, keyspace.drop):
        with pytest.raises(NotFound):
            action(emulator, database_id, "research")


def test_a_permission_that_is_missing_is_said(emulator: Connection, database_id: str, world: World) -> None:
    viewer = "AstraCS:viewer:0123456789abcdef"
    world.add_token(viewer, ["org-db-view"])
    emulator.client.headers["Authorization"] = f"Bearer {viewer}"
    with pytest.raises(Unauthorized) as raised:
        keyspace.create(emulator, database_id, "research")
    assert str(raised.value) == (
        f"cannot create keyspace research of database {database_id}: HTTP 401. The token is valid but lacks the permission "
        "for this: give its role the permission, or use a token of a role that has it."
    )


def test_it_is_served_once_the_data_api_lists_its_collections(emulator: Connection, database_id: str) -> None:
    endpoint = emulator.target.api_endpoint(database_id, "us-east-2")
    # The database is PENDING: the Data API answers 503 until it is ACTIVE.
    keyspace.wait_until_served(emulator, endpoint, "default_keyspace")
    assert database.described(emulator, database_id)["status"] == "ACTIVE"


def test_one_that_is_never_served_is_waited_for_five_minutes(answering: Callable) -> None:
    error = {"errorCode": "UNKNOWN_KEYSPACE", "message": "no such keyspace.", "family": "REQUEST"}
    service = answering(httpx.Response(200, json={"errors": [error]}))
    with pytest.raises(TimedOut) as raised:
        keyspace.wait_until_served(service.connection, "https://x", "k")
    assert str(raised.value) == (
        "cannot use keyspace k: after 5 minutes the Data API does not serve it: cannot list the collections of keyspace k: "
        "the Data API said UNKNOWN_KEYSPACE: no such keyspace. Declare the keyspace, or check that the token belongs to "
        "this database. See the Astra Portal, then run again."
    )


def test_a_change_by_somebody_else_is_waited_out(answering: Callable) -> None:
    def described(*keyspaces: str) -> httpx.Response:
        return httpx.Response(200, json={"id": "0a1b", "status": "ACTIVE", "info": {"keyspaces": keyspaces}})

    busy = httpx.Response(409, json={"errors": [{"ID": 1, "message": "The database is MAINTENANCE."}]})
    service = answering(described(), busy, described(), httpx.Response(201), described("k"))
    keyspace.create(service.connection, "0a1b", "k")
    assert [request.method for request in service.requests] == ["GET", "POST", "GET", "POST", "GET", "GET"]


def test_making_one_is_not_repeated_when_the_outcome_is_open(answering: Callable) -> None:
    active = httpx.Response(200, json={"id": "0a1b", "status": "ACTIVE", "info": {"keyspaces": None}})
    service = answering(active, httpx.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        keyspace.create(service.connection, "0a1b", "k")
    assert [request.method for request in service.requests] == ["GET", "POST"]
