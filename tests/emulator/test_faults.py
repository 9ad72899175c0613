"""Misbehaviour on purpose: the same in process and over HTTP, for every process that uses the store."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from emulator import control
from emulator.application import application
from emulator.command_line import QuietHandler
from emulator.faults import Fault
from emulator.refusal import Refusal
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import EmulatorTransport
from emulator.world import World

DEFINITION = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
TOKEN = {"Authorization": f"Bearer {DEFAULT_TOKEN}", "Token": DEFAULT_TOKEN}


@pytest.fixture(params=["in process", "over HTTP"])
def face(request: pytest.FixtureRequest, world: World) -> Iterator[httpx.Client]:
    """A client of the world, by each of its two faces."""
    if request.param == "in process":
        with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator", headers=TOKEN) as client:
            yield client
        return
    server = make_server("127.0.0.1", 0, application(world), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=TOKEN, trust_env=False) as client:
            yield client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def statuses(client: httpx.Client, count: int, path: str = "/v2/currentOrg") -> list[int]:
    return [client.get(path).status_code for _ in range(count)]


def test_an_answer_is_replaced_as_often_as_the_count_says_and_has_no_effect(face: httpx.Client, world: World) -> None:
    control.add_fault(world, status=429, retry_after=2, route="POST /v2/databases", count=2)
    answers = [face.post("/v2/databases", json=DEFINITION) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 201]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["2", "2", None]
    assert (answers[0].text, answers[0].headers["Content-Type"]) == (
        "A fault of the emulator: 429.\n",
        "text/plain; charset=utf-8",
    )
    assert len(world.databases()) == 1
    assert control.list_faults(world) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("null", "application/json"),
        ("<html>a proxy's page</html>", "text/plain; charset=utf-8"),
        ('{"id": ', "text/plain; charset=utf-8"),
    ],
)
def test_the_body_is_what_is_stated(client: httpx.Client, world: World, body: str, kind: str) -> None:
    control.add_fault(world, status=401, body=body)
    answer = client.get("/v2/currentOrg")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (401, body, kind)


@pytest.mark.parametrize(("hang_up", "effects"), [("before", 0), ("after", 1)])
def test_a_cut_connection_is_what_httpx_makes_of_one(face: httpx.Client, world: World, hang_up: str, effects: int) -> None:
    control.add_fault(world, hang_up=hang_up, count=1)
    with pytest.raises(httpx.RemoteProtocolError, match=r"^Server disconnected without sending a response\.$"):
        face.post("/v2/databases", json=DEFINITION)
    assert len(world.databases()) == effects
    assert face.get("/v2/currentOrg").status_code == 200


def test_a_creation_that_is_cut_half_way_leaves_a_half_made_collection_which_the_same_request_mends(
    client: httpx.Client, world: World, send: Callable[..., httpx.Response], database: str
) -> None:
    creation = {"name": "c", "options": {"vector": {"dimension": 2}}}
    control.add_fault(world, hang_up="half", command="createCollection", count=1)
    with pytest.raises(httpx.RemoteProtocolError):
        send("default_keyspace", "createCollection", **creation)
    assert indexes(world) == 0
    assert list(world.collections(database, "default_keyspace")) == ["c"], "it looks whole in a listing"
    assert send("default_keyspace", "createCollection", **creation).json() == {"status": {"ok": 1}}
    assert indexes(world) == 10
    assert client.get("/v2/currentOrg").status_code == 200


def test_a_collection_that_stands_stays_whole_when_the_same_request_is_cut(
    world: World, send: Callable[..., httpx.Response]
) -> None:
    send("default_keyspace", "createCollection", name="c")
    whole = indexes(world)
    control.add_fault(world, hang_up="half", command="createCollection")
    with pytest.raises(httpx.RemoteProtocolError):
        send("default_keyspace", "createCollection", name="c")
    assert (indexes(world), whole) == (whole, 9)


@pytest.mark.parametrize(
    "body",
    [
        {"createCollection": None},
        {"createCollection": {}},
        {"createCollection": {"name": "a b"}},
        {"createCollection": {"name": "\ud800"}},
        {"createCollection": {"name": {}}},
        {"createCollection": {"name": []}},
    ],
)
def test_a_refused_creation_leaves_nothing(client: httpx.Client, world: World, database: str, body: dict[str, Any]) -> None:
    control.add_fault(world, hang_up="half", command="createCollection")
    with pytest.raises(httpx.RemoteProtocolError):
        client.post(
            f"/databases/{database}-us-east-2/api/json/v1/default_keyspace",
            content=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
    assert world.collections(database, "default_keyspace") == {}


def test_a_number_is_a_name_as_its_digits_are(world: World, send: Callable[..., httpx.Response], database: str) -> None:
    control.add_fault(world, hang_up="half", command="createCollection")
    with pytest.raises(httpx.RemoteProtocolError):
        send("default_keyspace", "createCollection", name=10**30)
    assert (list(world.collections(database, "default_keyspace")), indexes(world)) == ([str(10**30)], 0)


def indexes(world: World) -> int:
    with world.reading() as connection:
        (found,) = connection.execute("SELECT indexes FROM collections").fetchone()
    return int(found)


def test_delays_add_up_and_let_the_request_go_on(tmp_path: Path) -> None:
    slept: list[float] = []
    world = World(tmp_path / "emulator.sqlite", sleep=slept.append)
    control.add_fault(world, delay=0.5)
    control.add_fault(world, delay=2, route="/v2/*", count=1)
    control.add_fault(world, delay=1, status=503, route="GET /v2/databases")
    control.add_fault(world, delay=100)
    with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator", timeout=600) as client:
        assert client.get("/v2/databases").status_code == 503
        assert client.get("/v2/currentOrg").status_code == 200
    assert slept == [3.5, 100.5]


def test_in_process_too_a_client_waits_no_longer_than_it_wants_to(tmp_path: Path) -> None:
    slept: list[float] = []
    world = World(tmp_path / "emulator.sqlite", sleep=slept.append)
    control.add_fault(world, delay=30)
    with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator", timeout=5) as client:
        with pytest.raises(httpx.ReadTimeout, match=r"^The read operation timed out$"):
            client.post("/v2/databases", json=DEFINITION)
        assert client.get("/v2/currentOrg", timeout=31).status_code == 200
    assert slept == [5, 30]
    assert len(world.databases()) == 1, "the service goes on without it"


def test_who_has_given_up_does_not_see_that_the_connection_is_cut_later(tmp_path: Path) -> None:
    world = World(tmp_path / "emulator.sqlite", sleep=lambda _: None)
    control.add_fault(world, delay=30, hang_up="after")
    with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator", timeout=5) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v2/databases", json=DEFINITION)
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/v2/databases", json=DEFINITION, timeout=31)
    assert len(world.databases()) == 2


def test_a_probability_hits_the_same_requests_each_time_its_seed_is_the_same(tmp_path: Path) -> None:
    def seen(name: str, seed: int | None) -> list[int]:
        world = World(tmp_path / name)
        control.add_fault(world, status=500, probability=0.3, seed=seed)
        with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator") as client:
            return statuses(client, 40)

    first = seen("first", 7)
    assert first == seen("second", 7)
    assert first != seen("third", 8)
    assert 5 <= first.count(500) <= 20
    assert set(seen("fourth", None)) == {200, 500}


def test_the_count_counts_what_happened_and_not_what_might_have(client: httpx.Client, world: World) -> None:
    control.add_fault(world, status=500, probability=0.3, seed=7, count=4)
    assert statuses(client, 60).count(500) == 4


@pytest.mark.parametrize(
    ("limits", "hit"),
    [
        ({"route": "POST /v2/databases"}, ["create database"]),
        ({"route": "/v2/databases"}, ["create database", "list databases"]),
        ({"route": "/v2/databases/{databaseID}"}, ["read database"]),
        ({"route": "GET /v2/*"}, ["list databases", "read database"]),
        ({"route": "/databases/{database}/api/json/v1/*"}, ["createCollection", "findCollections"]),
        ({"command": "findCollections"}, ["findCollections"]),
        ({"route": "POST /v2/databases/"}, ["create database"]),
        ({"command": "findCollections", "route": "/v1/{keyspace}"}, []),
        ({}, ["create database", "list databases", "read database", "createCollection", "findCollections"]),
    ],
    ids=str,
)
def test_a_fault_is_for_the_requests_it_names(
    client: httpx.Client, world: World, database: str, limits: dict[str, str], hit: list[str]
) -> None:
    control.add_fault(world, status=418, **limits)
    data_api = f"/databases/{database}-us-east-2/api/json/v1/default_keyspace"
    answers = {
        "create database": client.post("/v2/databases", json=DEFINITION),
        "list databases": client.get("/v2/databases"),
        "read database": client.get(f"/v2/databases/{database}"),
        "createCollection": client.post(data_api, json={"createCollection": {"name": "c"}}),
        "findCollections": client.post(data_api, json={"findCollections": {}}),
    }
    assert [name for name, answer in answers.items() if answer.status_code == 418] == hit


@pytest.mark.parametrize("route", ["POST /v2/databases", "POST /v2/databases/"])
def test_a_slash_behind_the_path_evades_no_fault(client: httpx.Client, world: World, route: str) -> None:
    control.add_fault(world, status=418, route=route)
    assert [client.post(path, json=DEFINITION).status_code for path in ("/v2/databases/", "/v2/databases")] == [418, 418]
    control.add_fault(world, status=418, route="/v1/{keyspace}")
    assert client.post("/v1/k/", json={"findCollections": {}}).status_code == 418


def test_a_fault_for_one_database_names_its_path(client: httpx.Client, world: World, database: str) -> None:
    control.add_fault(world, status=503, route=f"GET /v2/databases/{database}")
    assert client.get(f"/v2/databases/{database}").status_code == 503
    assert client.get("/v2/databases").status_code == 200


def test_every_process_obeys_and_all_count_together(world: World) -> None:
    control.add_fault(world, status=500, count=5)
    worlds = [World(world.path) for _ in range(4)]
    clients = [httpx.Client(transport=EmulatorTransport(one), base_url="http://emulator") for one in worlds]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda client: statuses(client, 5), clients))
    for client in clients:
        client.close()
    assert sum(each.count(500) for each in answers) == 5


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({}, "A fault needs something to do: a status, a delay or a hang-up."),
        ({"count": 1}, "A fault needs something to do: a status, a delay or a hang-up."),
        ({"status": 99}, "The status must be from 200 to 599."),
        ({"status": "429"}, "The status of a fault must be a whole number."),
        ({"status": True}, "The status of a fault must be a whole number."),
        ({"delay": 1, "retry_after": 2}, "Retry-After and a body belong to an answer: give its status, too."),
        ({"hang_up": "before", "body": "x"}, "Retry-After and a body belong to an answer: give its status, too."),
        ({"status": 429, "retry_after": -1}, "Retry-After must be 0 seconds or more."),
        ({"delay": 0}, "The delay must be more than 0 and at most 600 seconds."),
        ({"delay": float("nan")}, "The delay must be more than 0 and at most 600 seconds."),
        ({"status": 500, "hang_up": "after"}, "A request is answered or hung up on: give a status or a hang-up."),
        ({"hang_up": "later"}, "A hang-up is one of before, half, after, not later."),
        ({"hang_up": "half"}, "Only createCollection can be left half done: give that command, or hang up before or after."),
        ({"status": 500, "count": 0}, "The count must be from 1 to 1000000000."),
        ({"status": 500, "count": 10**30}, "The count must be from 1 to 1000000000."),
        ({"status": 500, "world": 1}, "A fault has no world."),
        ({"status": 500, "probability": 0}, "The probability must be more than 0 and at most 1."),
        ({"status": 500, "seed": 1}, "A seed belongs to a probability: give that, too."),
        (
            {"status": 500, "command": "createColection"},
            "The Data API has no command createColection. Did you mean createCollection",
        ),
        (
            {"status": 500, "route": "v2/databases"},
            "A route is a path that begins with /, with or without a method before it, not v2/",
        ),
        ({"status": 500, "route": "PSOT /v2/databases"}, "PSOT is no method of HTTP. Did you mean POST?"),
        (
            {"status": 500, "route": "POST /v2/database"},
            "Neither API has the route POST /v2/database. Did you mean POST /v2/databases",
        ),
        ({"status": 500, "probabilty": 1}, "A fault has no probabilty. Did you mean probability?"),
        ({"status": 500, "body": "\ud800"}, "The body of a fault must be a text."),
        (
            {"status": 500, "command": "find", "route": "/v2/databases"},
            "No request with the command find goes to /v2/databases, which leads to no Data API: leave one out.",
        ),
        (
            {"status": 500, "command": "find", "route": "GET /*"},
            "No request with the command find goes to GET /*, which leads to no Data API: leave one out.",
        ),
    ],
    ids=str,
)
def test_a_fault_that_makes_no_sense_is_one_sentence(world: World, stated: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        control.add_fault(world, **stated)
    assert str(refused.value).startswith(sentence)
    assert control.list_faults(world) == []


def test_a_fault_in_words() -> None:
    fault = Fault(status=429, retry_after=2, delay=0.5, route="POST /v2/databases", count=3, probability=0.1, seed=7)
    assert str(fault) == "wait 0.5 s, then answer 429 with Retry-After 2: POST /v2/databases, probability 0.1, seed 7"


def test_the_endpoint_that_ends_faults_meets_none(face: httpx.Client, world: World) -> None:
    control.add_fault(world, hang_up="before")
    assert face.delete("/emulator/faults").status_code == 200
    assert face.get("/v2/currentOrg").status_code == 200
