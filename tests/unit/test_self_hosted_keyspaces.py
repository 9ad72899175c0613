"""Keyspaces of a self-hosted Data API: named, made and dropped by its own commands, none of them sent in vain."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from astra import keyspace
from astra.errors import Refused, Unauthorized, Unavailable, Unreachable, Unreadable
from astra.http import Connection
from astra.target import target
from emulator.tokens import SELF_HOSTED_TOKEN
from emulator.transport import EmulatorTransport
from emulator.world import SELF_HOSTED, World

ENDPOINT = "http://localhost:8181"
BUSY = {"errors": [{"family": "SERVER", "errorCode": "SERVER_OVERLOADED", "message": "later"}]}


def command(request: httpx.Request) -> str:
    """The name of the command that a request sends."""
    (name,) = json.loads(request.content)
    return str(name)


@pytest.fixture
def hosted(world: World, commands: list[str]) -> Iterator[Connection]:
    """A connection to the emulator's self-hosted Data API, which remembers the commands it was sent."""
    remember = {"request": [lambda request: commands.append(command(request))]}
    with httpx.Client(transport=EmulatorTransport(world), event_hooks=remember) as client:
        yield Connection(target("data-api", {}, ""), client)


def mocked(service: Any) -> Connection:
    """A connection to a service that answers what it is told to, as a self-hosted Data API."""
    connection: Connection = service.connection
    return replace(connection, target=target("data-api", {}, SELF_HOSTED_TOKEN))


def keyspaces(*names: str) -> httpx.Response:
    return httpx.Response(200, json={"status": {"keyspaces": list(names)}})


OK = httpx.Response(200, json={"status": {"ok": 1}})


def test_a_service_of_ones_own_begins_without_keyspaces(hosted: Connection) -> None:
    assert keyspace.self_hosted_names(hosted, ENDPOINT) == []


def test_one_that_is_made_is_listed_and_one_that_is_dropped_no_more(hosted: Connection) -> None:
    for name in ("research", "default_keyspace"):
        keyspace.self_hosted_create(hosted, ENDPOINT, name)
    assert keyspace.self_hosted_names(hosted, ENDPOINT) == ["default_keyspace", "research"]
    keyspace.self_hosted_drop(hosted, ENDPOINT, "research")
    assert keyspace.self_hosted_names(hosted, ENDPOINT) == ["default_keyspace"]


def test_one_that_is_there_is_not_made_again(hosted: Connection, commands: list[str]) -> None:
    keyspace.self_hosted_create(hosted, ENDPOINT, "research")
    assert commands == ["findKeyspaces", "createKeyspace"]
    keyspace.self_hosted_create(hosted, ENDPOINT, "research")
    assert commands == ["findKeyspaces", "createKeyspace", "findKeyspaces"]


def test_dropping_is_one_command_and_fine_where_it_is_gone(hosted: Connection, commands: list[str]) -> None:
    keyspace.self_hosted_drop(hosted, ENDPOINT, "research")
    assert commands == ["dropKeyspace"]


def test_what_is_in_one_goes_with_it(hosted: Connection, world: World) -> None:
    keyspace.self_hosted_create(hosted, ENDPOINT, "research")
    world.add_table(SELF_HOSTED, "research", "notes")
    keyspace.self_hosted_drop(hosted, ENDPOINT, "research")
    keyspace.self_hosted_create(hosted, ENDPOINT, "research")
    assert world.tables(SELF_HOSTED, "research") == {}


def test_it_is_served_at_once(hosted: Connection) -> None:
    keyspace.self_hosted_create(hosted, ENDPOINT, "research")
    keyspace.wait_until_served(hosted, ENDPOINT, "research")


@pytest.mark.parametrize("name", ["a-b", "", "k" * 49])
def test_a_name_that_the_service_does_not_take_is_told_in_its_words(hosted: Connection, name: str) -> None:
    with pytest.raises(Refused, match=f"^cannot create keyspace {name}: the Data API said [A-Z_]+: "):
        keyspace.self_hosted_create(hosted, ENDPOINT, name)
    assert keyspace.self_hosted_names(hosted, ENDPOINT) == []


@pytest.mark.parametrize("endpoint", [ENDPOINT, f"{ENDPOINT}/"])
def test_the_requests_have_the_form_of_the_open_source_data_api(answering: Callable, endpoint: str) -> None:
    service = answering(keyspaces(), OK)
    connection = mocked(service)
    keyspace.self_hosted_create(connection, endpoint, "research")
    keyspace.self_hosted_drop(connection, endpoint, "research")
    assert [str(request.url) for request in service.requests] == [f"{ENDPOINT}/v1"] * 3
    assert {request.method for request in service.requests} == {"POST"}
    assert {request.headers["Token"] for request in service.requests} == {SELF_HOSTED_TOKEN}
    assert [json.loads(request.content) for request in service.requests] == [
        {"findKeyspaces": {}},
        {"createKeyspace": {"name": "research"}},
        {"dropKeyspace": {"name": "research"}},
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": None},
        {"status": {}},
        {"status": {"keyspaces": None}},
        {"status": {"keyspaces": 1}},
        {"status": {"keyspaces": "research"}},
        {"status": {"keyspaces": {"research": {}}}},
        {"status": {"keyspaces": [{"name": "research"}]}},
    ],
)
def test_an_answer_of_another_form_is_no_list_of_keyspaces(answering: Callable, answer: dict) -> None:
    service = answering(httpx.Response(200, json=answer))
    with pytest.raises(Unreadable) as raised:
        keyspace.self_hosted_names(mocked(service), ENDPOINT)
    assert str(raised.value) == f"cannot list the keyspaces of {ENDPOINT}: the answer has no list of keyspaces."
    assert len(service.requests) == 1


def test_where_they_cannot_be_listed_none_is_made(answering: Callable) -> None:
    service = answering(httpx.Response(200, json={"status": {}}))
    with pytest.raises(Unreadable):
        keyspace.self_hosted_create(mocked(service), ENDPOINT, "research")
    assert [command(request) for request in service.requests] == ["findKeyspaces"]


def test_a_page_that_is_no_json_is_not_asked_for_again(answering: Callable) -> None:
    service = answering(httpx.Response(200, html="<html>a proxy's page</html>"))
    with pytest.raises(Unreadable, match="with a body that is not JSON"):
        keyspace.self_hosted_names(mocked(service), ENDPOINT)
    assert len(service.requests) == 1


def test_a_token_that_is_not_accepted_is_not_sent_again(answering: Callable) -> None:
    error = {"family": "REQUEST", "errorCode": "UNAUTHENTICATED_REQUEST", "message": "The token is not known."}
    service = answering(httpx.Response(401, json={"errors": [error]}))
    with pytest.raises(Unauthorized) as raised:
        keyspace.self_hosted_names(mocked(service), ENDPOINT)
    assert SELF_HOSTED_TOKEN not in str(raised.value)
    assert len(service.requests) == 1


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.Response(503), httpx.Response(200, json=BUSY)])
def test_while_the_outcome_is_open_each_is_sent_again(answering: Callable, failure: httpx.Response | Exception) -> None:
    service = answering(failure, keyspaces(), failure, OK)
    keyspace.self_hosted_create(mocked(service), ENDPOINT, "research")
    assert [command(request) for request in service.requests] == ["findKeyspaces"] * 2 + ["createKeyspace"] * 2


@pytest.mark.parametrize(
    ("action", "doing"),
    [
        (lambda connection: keyspace.self_hosted_names(connection, ENDPOINT), f"list the keyspaces of {ENDPOINT}"),
        (lambda connection: keyspace.self_hosted_create(connection, ENDPOINT, "k"), f"list the keyspaces of {ENDPOINT}"),
        (lambda connection: keyspace.self_hosted_drop(connection, ENDPOINT, "k"), "drop keyspace k"),
    ],
    ids=["names", "create", "drop"],
)
def test_an_outage_is_no_absence(answering: Callable, action: Callable, doing: str) -> None:
    service = answering(httpx.ConnectError("refused"))
    with pytest.raises(Unreachable, match=f"^cannot {doing}: localhost cannot be reached"):
        action(mocked(service))
    with pytest.raises(Unavailable):
        action(mocked(answering(httpx.Response(503))))


def test_a_list_that_may_have_some_age_is_asked_for_once_until_something_changes(answering: Callable) -> None:
    service = answering(keyspaces("a"), OK, keyspaces("a", "b"))
    connection = mocked(service)
    assert [keyspace.self_hosted_names(connection, ENDPOINT, 60.0) for _ in range(3)] == [["a"]] * 3
    keyspace.self_hosted_drop(connection, ENDPOINT, "c")
    assert keyspace.self_hosted_names(connection, ENDPOINT, 60.0) == ["a", "b"]
    assert [command(request) for request in service.requests] == ["findKeyspaces", "dropKeyspace", "findKeyspaces"]
