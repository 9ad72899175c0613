"""Databases: made exactly once, waited for, read, terminated; and what proves that one is gone."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import database
from astra.errors import AstraError, Conflict, NotFound, Refused, TimedOut, Unauthorized, Unavailable, Unreadable
from astra.http import Connection
from emulator.world import World

ABSENT = httpx.Response(404, json={"errors": [{"ID": 1, "message": "no such database."}]})
OURS = httpx.Response(200, json={"id": "ours"})
MADE = httpx.Response(201, headers={"Location": "0a1b"})


def described(status: str) -> httpx.Response:
    return httpx.Response(200, json={"id": "0a1b", "status": status, "info": {}})


def create(connection: Connection) -> str:
    return database.create(connection, "knowledge", "AWS", "us-east-2")


def test_a_database_is_asked_for_in_these_words(answering: Callable) -> None:
    service = answering(MADE)
    assert create(service.connection) == "0a1b"
    (asked,) = service.requests
    assert (asked.method, asked.url.path) == ("POST", "/v2/databases")
    assert json.loads(asked.content) == {
        "name": "knowledge",
        "cloudProvider": "AWS",
        "region": "us-east-2",
        "tier": "serverless",
        "capacityUnits": 1,
        "dbType": "vector",
    }


@pytest.mark.parametrize(
    "failure", [httpx.Response(500), httpx.Response(503), httpx.ReadTimeout("slow"), httpx.ConnectError("x")]
)
def test_the_request_for_a_database_is_sent_once_where_one_may_have_been_made(
    answering: Callable, failure: httpx.Response | Exception
) -> None:
    service = answering(failure, MADE)
    with pytest.raises(Unavailable):
        create(service.connection)
    assert len(service.requests) == 1


def test_the_request_for_a_database_is_sent_again_where_it_was_turned_away_as_one_too_many(answering: Callable) -> None:
    service = answering(httpx.Response(429), MADE)
    assert create(service.connection) == "0a1b"
    assert len(service.requests) == 2


@pytest.mark.parametrize("location", ["0a1b", "/0a1b", "https://api.astra.datastax.com/v2/databases/0a1b/"])
def test_the_new_id_is_the_end_of_the_location(answering: Callable, location: str) -> None:
    assert create(answering(httpx.Response(201, headers={"Location": location})).connection) == "0a1b"


def test_an_answer_without_the_new_id_is_unreadable(answering: Callable) -> None:
    with pytest.raises(
        Unreadable, match=r"^cannot create database knowledge: the DevOps API answered HTTP 200 without the new id\.$"
    ):
        create(answering(httpx.Response(200)).connection)


def test_from_nothing_to_active_to_terminated(emulator: Connection) -> None:
    database_id = create(emulator)
    assert database.described(emulator, database_id)["status"] == "PENDING"
    assert database.wait_until_active(emulator, database_id)["status"] == "ACTIVE"
    assert [entry["id"] for entry in database.listed(emulator)] == [database_id]
    database.terminate(emulator, database_id)
    assert database.listed(emulator) == []
    with pytest.raises(NotFound, match=f"^database {database_id} is TERMINATED\\.$"):
        database.described(emulator, database_id)
    with pytest.raises(NotFound):
        database.wait_until_active(emulator, database_id)


def test_terminating_twice_is_fine(emulator: Connection, commands: list[str]) -> None:
    database_id = create(emulator)
    database.wait_until_active(emulator, database_id)
    database.terminate(emulator, database_id)
    commands.clear()
    database.terminate(emulator, database_id)
    assert commands == [f"GET /v2/databases/{database_id}"]


def test_terminating_waits_while_the_database_is_being_changed(emulator: Connection) -> None:
    database_id = create(emulator)
    database.terminate(emulator, database_id)
    assert database.listed(emulator) == []


def test_a_database_that_failed_is_not_waited_for(emulator: Connection, world: World) -> None:
    database_id = create(emulator)
    world.set_status(database_id, "ERROR")
    with pytest.raises(Refused) as raised:
        database.wait_until_active(emulator, database_id)
    assert str(raised.value) == (f"cannot wait for database {database_id}: it is ERROR. Terminate it, or ask Astra's support.")


def test_a_status_never_seen_before_means_not_yet(answering: Callable) -> None:
    service = answering(described("REHYDRATING"), described("ACTIVE"))
    assert database.wait_until_active(service.connection, "0a1b")["status"] == "ACTIVE"


def test_one_that_never_becomes_active_is_waited_for_40_minutes(answering: Callable) -> None:
    with pytest.raises(
        TimedOut, match=r"^cannot wait for database 0a1b: after 40 minutes it is still PENDING\. See the Astra Portal"
    ):
        database.wait_until_active(answering(described("PENDING")).connection, "0a1b")


@pytest.mark.parametrize("status", ["TERMINATING", "TERMINATED"])
def test_what_is_on_its_way_out_is_gone(answering: Callable, status: str) -> None:
    with pytest.raises(NotFound, match=f"^database 0a1b is {status}\\.$"):
        database.described(answering(described(status)).connection, "0a1b")


def test_a_404_counts_as_an_absence_for_a_token_of_the_same_organisation(answering: Callable) -> None:
    with pytest.raises(NotFound):
        database.described(answering(ABSENT, OURS).connection, "0a1b", "ours")


def test_a_404_for_a_token_of_another_organisation_proves_nothing(answering: Callable) -> None:
    with pytest.raises(Unauthorized) as raised:
        database.described(answering(ABSENT, OURS).connection, "0a1b", "theirs")
    assert str(raised.value) == (
        "cannot read database 0a1b: it belongs to organisation theirs, the token to ours. Use a token of the former."
    )


def test_nothing_counts_as_terminated_by_the_word_of_another_organisation(answering: Callable) -> None:
    with pytest.raises(Unauthorized):
        database.terminate(answering(ABSENT, OURS).connection, "0a1b", "theirs")
    database.terminate(answering(ABSENT, OURS).connection, "0a1b", "ours")


def test_a_termination_that_is_answered_with_an_absence_counts_only_where_the_description_agrees(answering: Callable) -> None:
    service = answering(described("ACTIVE"), ABSENT, described("ACTIVE"))
    with pytest.raises(Unreadable) as raised:
        database.terminate(service.connection, "0a1b")
    assert str(raised.value) == (
        "cannot terminate database 0a1b: HTTP 404, 1: no such database. Yet it stands, so nothing was removed. A proxy or a "
        "wrong address may have answered: check the address of the target."
    )
    for ended in (ABSENT, described("TERMINATED")):
        service = answering(described("ACTIVE"), ABSENT, ended)
        database.terminate(service.connection, "0a1b")
        assert [request.method for request in service.requests] == ["GET", "POST", "GET"]


def test_a_termination_under_way_is_waited_for_whoever_began_it(answering: Callable) -> None:
    going = described("TERMINATING")
    service = answering(described("ACTIVE"), ABSENT, going, going, described("TERMINATED"))
    database.terminate(service.connection, "0a1b")
    assert len(service.requests) == 5


def test_while_it_is_waited_for_another_organisation_s_absence_is_none(answering: Callable) -> None:
    service = answering(described("ACTIVE"), httpx.Response(202), described("TERMINATING"), ABSENT, OURS)
    with pytest.raises(Unauthorized):
        database.terminate(service.connection, "0a1b", "theirs")


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(401, content=b"null"),
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
    ],
)
def test_nothing_else_is_an_absence(answering: Callable, failure: httpx.Response | Exception) -> None:
    service = answering(failure)
    for action in (database.described, database.wait_until_active, database.terminate):
        with pytest.raises(AstraError) as raised:
            action(service.connection, "0a1b")
        assert not isinstance(raised.value, NotFound | Conflict)


def page(first: int, count: int) -> httpx.Response:
    return httpx.Response(
        200, json=[{"id": str(number), "status": "ACTIVE", "info": {}} for number in range(first, first + count)]
    )


@pytest.mark.parametrize(
    ("answers", "count", "queries"),
    [
        ([page(0, 0)], 0, [""]),
        ([page(0, 3)], 3, [""]),
        ([page(0, 100), page(100, 0)], 100, ["", "&starting_after=99"]),
        ([page(0, 100), page(100, 100), page(200, 1)], 201, ["", "&starting_after=99", "&starting_after=199"]),
    ],
)
def test_all_pages_are_read(answering: Callable, answers: list[Any], count: int, queries: list[str]) -> None:
    service = answering(*answers)
    assert len(database.listed(service.connection)) == count
    asked = [request.url.query.decode() for request in service.requests]
    assert asked == [f"include=nonterminated&limit=100{query}" for query in queries]


@pytest.mark.parametrize(
    ("cloud", "region", "reason"),
    [
        ("AWS", "us-east-2", ""),
        ("AWS", "us-east-22", 'this organisation has no region us-east-22 of AWS; did you mean "us-east-2"?'),
        ("GCP", "us-east-2", 'this organisation has no region us-east-2 of GCP; did you mean "us-east1"?'),
        ("AZURE", "nowhere", "this organisation has no region nowhere of AZURE; its regions: westus3"),
    ],
)
def test_a_region_is_usable_or_there_is_a_reason(answering: Callable, cloud: str, region: str, reason: str) -> None:
    listed = [
        {"cloudProvider": "AWS", "name": "us-east-2"},
        {"cloudProvider": "gcp", "name": "us-east1"},
        {"cloudProvider": "AZURE", "name": "westus3"},
    ]
    service = answering(httpx.Response(200, json=listed))
    assert database.unusable_region(service.connection, cloud, region) == reason


def test_without_any_region_the_reason_says_so(answering: Callable) -> None:
    service = answering(httpx.Response(200, json=[]))
    assert (
        database.unusable_region(service.connection, "AWS", "x") == "this organisation has no region x of AWS; its regions: none"
    )
