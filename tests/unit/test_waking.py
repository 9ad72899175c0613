"""A hibernated database is woken by a request to its Data API, and waited for."""

from typing import Any

import pytest

from astra import collection, database, waking
from astra.errors import NotFound, Refused, TimedOut, Unavailable
from astra.http import Connection
from emulator.world import World


@pytest.fixture
def database_id(emulator: Connection) -> str:
    made = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, made)
    return made


def listed(emulator: Connection, database_id: str) -> dict[str, dict[str, Any]]:
    endpoint = emulator.target.api_endpoint(database_id, "us-east-2")
    return waking.awake(emulator, endpoint, lambda: collection.listed(emulator, endpoint, "default_keyspace"))


def test_what_asks_its_data_api_is_answered_once_it_is_awake(emulator: Connection, world: World, database_id: str) -> None:
    world.set_status(database_id, "HIBERNATED")
    assert listed(emulator, database_id) == {}
    assert database.described(emulator, database_id)["status"] == "ACTIVE"


def test_what_waits_for_it_wakes_it(emulator: Connection, world: World, database_id: str) -> None:
    world.set_status(database_id, "HIBERNATED")
    assert database.wait_until_active(emulator, database_id)["status"] == "ACTIVE"


def test_an_active_one_that_fails_is_not_waited_for(emulator: Connection, database_id: str) -> None:
    calls = 0

    def failing() -> None:
        nonlocal calls
        calls += 1
        raise Unavailable("busy")

    with pytest.raises(Unavailable, match="busy"):
        waking.awake(emulator, emulator.target.api_endpoint(database_id, "us-east-2"), failing)
    assert calls == 1


@pytest.mark.parametrize(("status", "error"), [("ERROR", Refused), ("TERMINATED", NotFound), ("NEVER_SEEN_BEFORE", TimedOut)])
def test_one_that_never_comes_back_is_no_endless_wait(
    emulator: Connection, world: World, database_id: str, status: str, error: type[Exception]
) -> None:
    world.set_status(database_id, status)
    with pytest.raises(error):
        database.wait_until_active(emulator, database_id)


def test_the_message_says_how_long_it_waited_and_the_last_status(emulator: Connection, world: World, database_id: str) -> None:
    world.set_status(database_id, "RESIZING")
    patient = Connection(emulator.target, emulator.client, emulator.sleep, patience=300, clock=emulator.clock)
    with pytest.raises(TimedOut, match=rf"^cannot wait for database {database_id}: after 5 minutes it is still RESIZING\."):
        database.wait_until_active(patient, database_id)
