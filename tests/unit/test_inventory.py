"""What stands in databases, at how few requests, and what of it could not be read."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from astra import absence, collection, database, datacenter, index, keyspace, table
from astra.errors import NotFound, Unavailable
from astra.http import Connection
from astra.inventory import Found, Place, Unread, inventory, services
from astra.target import target
from emulator.transport import EmulatorTransport
from emulator.world import World
from tests.unit.conftest import Service

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
COLUMNS = {"id": "text", "note": "text", "embedding": {"type": "vector", "service": NVIDIA}}


@pytest.fixture
def identity(emulator: Connection, commands: list[str]) -> str:
    """A database with two regions, three keyspaces, and something in one of them."""
    made = database.create(emulator, "knowledge", "AWS", "us-east-2")
    database.wait_until_active(emulator, made)
    endpoint = emulator.target.api_endpoint(made, "us-east-2")
    datacenter.create(emulator, made, "AWS", "us-west-2")
    for name in ("docs", "theirs"):
        keyspace.create(emulator, made, name)
    collection.create(emulator, endpoint, "docs", "tickets", {"vector": {"service": NVIDIA}})
    for name in ("chunks", "others"):
        table.create(emulator, endpoint, "docs", name, {"columns": COLUMNS, "primaryKey": "id"})
    definition = {"indexType": "regular", "column": "note", "options": {}}
    index.create(emulator, endpoint, "docs", "chunks", "by_note", definition)
    with emulator.reads.changing():
        # What was listed on the way is no answer to later questions.
        commands.clear()
    return made


def place(connection: Connection, identity: str, **settings: Any) -> Place:
    keyspaces = {"docs": frozenset({"chunks"}), "gone": frozenset[str]()}
    return Place(identity, connection.target.api_endpoint(identity, "us-east-2"), keyspaces=keyspaces, **settings)


def found(kind: Any, identity: str, *steps: str) -> tuple[Any, ...]:
    return (kind, identity, *steps)


def test_of_a_database_of_its_own_everything_is_found(emulator: Connection, identity: str, commands: list[str]) -> None:
    looked = inventory(emulator, [place(emulator, identity, whole=True)])
    assert looked.unread == ()
    assert [one.key for one in looked.found] == [
        found("region", identity, "us-west-2"),
        found("keyspace", identity, "default_keyspace"),
        found("keyspace", identity, "docs"),
        found("collection", identity, "docs", "tickets"),
        found("table", identity, "docs", "chunks"),
        found("table", identity, "docs", "others"),
        found("index", identity, "docs", "chunks", "by_note"),
        found("keyspace", identity, "theirs"),
    ]
    # Two a keyspace, one for a table that is managed, and two of the DevOps API.
    assert Counter(commands) == {
        f"GET /v2/databases/{identity}": 1,
        f"GET /v2/databases/{identity}/datacenters": 1,
        "findCollections": 3,
        "listTables": 3,
        "listIndexes": 1,
    }


def test_of_somebody_else_s_database_only_the_managed_keyspaces_that_stand_are_looked_into(
    emulator: Connection, identity: str, commands: list[str]
) -> None:
    looked = inventory(emulator, [place(emulator, identity)])
    assert {one.steps[0] for one in looked.found} == {"docs"}
    assert Counter(commands) == {
        f"GET /v2/databases/{identity}": 1,
        "findCollections": 1,
        "listTables": 1,
        "listIndexes": 1,
    }


def test_what_embeds_by_itself(emulator: Connection, identity: str) -> None:
    looked = inventory(emulator, [place(emulator, identity)])
    assert [(one.steps, column, vector["service"]) for one, column, vector in services(looked.found)] == [
        (("docs", "tickets"), "", NVIDIA),
        (("docs", "chunks"), "embedding", NVIDIA),
        (("docs", "others"), "embedding", NVIDIA),
    ]


def test_of_a_self_hosted_data_api_its_own_listing_says_which_keyspaces_stand(world: World) -> None:
    with httpx.Client(transport=EmulatorTransport(world)) as client:
        hosted = Connection(target("data-api", {}, ""), client)
        keyspace.self_hosted_create(hosted, "http://localhost:8181", "docs")
        collection.create(hosted, "http://localhost:8181", "docs", "plain", {})
        keyspaces = {"docs": frozenset[str](), "gone": frozenset[str]()}
        looked = inventory(hosted, [Place("http://localhost:8181", "http://localhost:8181", keyspaces=keyspaces)])
    assert looked.unread == ()
    assert [one.steps for one in looked.found] == [("docs",), ("docs", "plain")]


def test_a_database_that_is_gone_holds_nothing_and_that_is_no_failure(emulator: Connection, identity: str, world: World) -> None:
    world.set_status(identity, "TERMINATED")
    looked = inventory(emulator, [place(emulator, identity, whole=True), place(emulator, identity)])
    assert (looked.found, looked.unread) == ((), ())


@pytest.mark.parametrize("whole", [True, False])
def test_a_database_that_cannot_be_read_is_unread_and_never_empty(answering: Callable[..., Service], whole: bool) -> None:
    connection = answering(httpx.Response(401)).connection
    (unread,) = inventory(connection, [Place("0a1b", "https://x", keyspaces={"docs": frozenset()}, whole=whole)]).unread
    assert unread.kind == "database"
    assert unread.reason.startswith("cannot read database 0a1b: HTTP 401.")


def test_regions_that_cannot_be_read_leave_the_keyspaces(
    emulator: Connection, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise Unavailable("cannot list the regions: HTTP 503.")

    monkeypatch.setattr(datacenter, "request_list", refused)
    with emulator.reads.changing():
        looked = inventory(emulator, [place(emulator, identity, whole=True)])
    assert looked.unread == (Unread("database", identity, (), "cannot list the regions: HTTP 503."),)
    assert len([one for one in looked.found if one.kind == "keyspace"]) == 3


def test_a_table_whose_provider_is_gone_tells_no_indexes_and_that_is_said_of_the_provider(
    emulator: Connection, identity: str, world: World
) -> None:
    world.set_provider("nvidia", None)
    looked = inventory(emulator, [place(emulator, identity)])
    assert looked.unread == ()
    assert [one for one in looked.found if one.kind == "index"] == []


def test_a_keyspace_that_the_data_api_does_not_know_is_unread_unless_it_is_proven_to_be_gone(
    emulator: Connection, identity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyspace, "names", lambda _: ["gone"])
    told = inventory(emulator, [place(emulator, identity, whole=True)]).unread
    said = f"the Data API of database {identity} does not know its keyspace gone, which the DevOps API lists."
    assert [(one.kind, one.steps, one.reason.startswith(said)) for one in told] == [("keyspace", ("gone",), True)] * 2
    monkeypatch.setattr(absence, "meant", lambda *_: NotFound("it is gone"))
    assert inventory(emulator, [place(emulator, identity, whole=True)]).unread == ()


def test_a_key_is_what_a_resource_of_it_would_have() -> None:
    assert Found("index", "0a1b", ("docs", "chunks", "by_note")).key == ("index", "0a1b", "docs", "chunks", "by_note")
