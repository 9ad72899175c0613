"""Which databases an import reads, and that it reads all of each."""

from typing import Any

import httpx
import pytest

from astra import collection, database, index, keyspace, table
from astra.errors import Invalid
from astra.http import Connection
from astra.inventory import Place, inventory
from astra.target import target
from commands.importing.selecting import Selection, selected
from emulator.world import World

COLUMNS = {"id": "text", "body": "text", "v": {"type": "vector", "service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}}


@pytest.fixture
def made(emulator: Connection) -> dict[str, str]:
    """Databases by label: two of one name, one elsewhere."""
    wanted = {"kb": ("kb", "us-east-2"), "twin": ("kb", "us-east-2"), "lab": ("lab", "us-west-2")}
    found = {label: database.create(emulator, name, "AWS", region) for label, (name, region) in wanted.items()}
    for one in found.values():
        database.wait_until_active(emulator, one)
    return found


def nobody() -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    return httpx.MockTransport(answer)


def chosen(emulator: Connection, declared: dict[str, Any] | None = None, **settings: Any) -> Any:
    return selected(emulator, Selection(**settings), declared or {}, ())


@pytest.mark.parametrize(
    ("settings", "labels"),
    [
        ({}, ["kb", "twin", "lab"]),
        ({"name": "k?"}, ["kb", "twin"]),
        ({"region": "us-west-2"}, ["lab"]),
        ({"name": "l*", "region": "us-west-2"}, ["lab"]),
    ],
)
def test_of_an_organisation_those_that_fit(emulator: Connection, made: dict[str, str], settings: Any, labels: list[str]) -> None:
    found = chosen(emulator, everything=True, **settings)
    assert sorted(one.identity for one in found.lives) == sorted(made[label] for label in labels)
    assert all(place.whole and place.indexes for place in found.places)


def test_one_by_its_id_and_one_by_its_address(emulator: Connection, made: dict[str, str]) -> None:
    address = emulator.target.api_endpoint(made["lab"], "us-west-2")
    found = chosen(emulator, databases=(made["kb"].upper(),), endpoints=(f"{address}/", address))
    assert [one.identity for one in found.lives] == [made["kb"], made["lab"]]
    assert found.lives[1].settings == {"name": "lab", "cloudProvider": "AWS", "region": "us-west-2"}


@pytest.mark.parametrize("stated", ["kb", "../currentOrg", "0a1b2c3d-0a1b", "https://elsewhere.example.com"])
def test_what_is_no_id_is_asked_nobody(stated: str) -> None:
    connection = Connection(target("emulator", {}, "t"), httpx.Client(transport=nobody()))
    with pytest.raises(Invalid) as refused:
        chosen(connection, databases=(stated,))
    assert str(refused.value) == (
        f"--database: {stated} is no id of a database; ids look like 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f; names are chosen by "
        "--all --name, addresses by --endpoint."
    )


@pytest.mark.parametrize("kind", ["astra", "emulator", "data-api"])
@pytest.mark.parametrize("stated", ["localhost:8181", "not a url", "https://[x", "http://localhost:8181/v1", "ftp://localhost"])
def test_what_is_no_address_of_a_data_api_is_asked_nobody(kind: str, stated: str) -> None:
    connection = Connection(target(kind, {}, "t"), httpx.Client(transport=nobody()))
    with pytest.raises(Invalid) as refused:
        chosen(connection, endpoints=(stated,))
    rule = "no user or password, no /api/json/v1 or /v1, no / at its end."
    assert str(refused.value) == f"--endpoint: {stated} must be the http(s) address of the database's Data API alone: {rule}"


@pytest.mark.usefixtures("made")
def test_everything_that_is_wrong_is_said_at_once(emulator: Connection) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(Invalid) as refused:
        chosen(emulator, databases=(unknown,), endpoints=("https://elsewhere.example.com",))
    first, second = str(refused.value).splitlines()
    assert f"cannot read database {unknown}: HTTP 404" in first
    assert second.startswith("https://elsewhere.example.com is not an address of this target's Data API, which are made like ")


@pytest.mark.usefixtures("made")
def test_none_that_fits_is_a_mistake(emulator: Connection) -> None:
    with pytest.raises(Invalid, match=r"no database is meant: none of the organisation fits\. See vectorize import --help\."):
        chosen(emulator, everything=True, name="nobody*")


def test_what_is_declared_is_known_however_it_is_named(emulator: Connection, made: dict[str, str]) -> None:
    declared = {
        "one": {"id": made["kb"]},
        "two": {"apiEndpoint": emulator.target.api_endpoint(made["twin"], "us-east-2")},
        "three": {"name": "lab", "cloudProvider": "AWS", "region": "us-west-2"},
    }
    found = chosen(emulator, declared, everything=True)
    assert found.known == {made["kb"]: "one", made["twin"]: "two", made["lab"]: "three"}
    assert {one.identity: one.settings for one in found.lives} == {
        made["kb"]: declared["one"],
        made["twin"]: declared["two"],
        made["lab"]: declared["three"],
    }


@pytest.mark.usefixtures("made")
def test_which_of_two_is_declared_nobody_guesses(emulator: Connection) -> None:
    with pytest.raises(Invalid, match="is cannot be told: they have the same name, cloud and region"):
        chosen(emulator, {"kb": {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2"}}, everything=True)


def test_of_a_database_that_is_read_as_a_whole_every_index_is_found(
    emulator: Connection, world: World, made: dict[str, str]
) -> None:
    endpoint = emulator.target.api_endpoint(made["kb"], "us-east-2")
    for name in ("rows", "gone"):
        table.create(emulator, endpoint, "default_keyspace", name, {"columns": COLUMNS, "primaryKey": "id"})
        definition = {"indexType": "regular", "column": "body", "options": {}}
        index.create(emulator, endpoint, "default_keyspace", name, f"{name}_body", definition)
    place = Place(made["kb"], endpoint, whole=True, indexes=True)
    looked = inventory(emulator, [place])
    found = [".".join(one.steps) for one in looked.found if one.kind == "index"]
    assert (sorted(found), looked.unread, looked.unlisted) == (
        ["default_keyspace.gone.gone_body", "default_keyspace.rows.rows_body"],
        (),
        (),
    )
    world.set_provider("nvidia", None)
    with emulator.reads.changing():
        pass
    silent = inventory(emulator, [place])
    assert sorted(".".join(one.steps) for one in silent.unlisted) == ["default_keyspace.gone", "default_keyspace.rows"]
    assert (silent.unread, [one for one in silent.found if one.kind == "index"]) == ((), [])


ADDRESS = "http://localhost:8181"


def self_hosted(answer: Any) -> Connection:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return Connection(target("data-api", {}, "Cassandra:dQ==:cA=="), client)


def test_of_a_self_hosted_one_the_keyspaces_of_the_database_are_passed_over() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        keyspaces = ["system", "system_schema", "dse_leases", "docs", "data_endpoint_auth"]
        return httpx.Response(200, json={"status": {"keyspaces": keyspaces, "collections": [], "tables": []}})

    found = selected(self_hosted(answer), Selection(endpoints=(f"{ADDRESS}/",)), {"home": {"apiEndpoint": ADDRESS}}, ())
    assert (found.known, [one.label for one in found.lives]) == ({ADDRESS: "home"}, ["localhost"])
    looked = inventory(self_hosted(answer), found.places)
    assert [one.key for one in looked.found] == [("keyspace", ADDRESS, "docs")]
    assert set(asked) == {"/v1", "/v1/docs"}


@pytest.mark.parametrize("settings", [{"everything": True}, {"databases": ("x",)}, {}])
def test_a_self_hosted_one_is_named_by_its_address_alone(settings: Any) -> None:
    with pytest.raises(Invalid, match="name its address with --endpoint"):
        selected(self_hosted(lambda _: httpx.Response(500)), Selection(**settings), {}, ())


def test_keyspaces_and_collections_are_read_from_what_the_emulator_made(emulator: Connection, made: dict[str, str]) -> None:
    keyspace.create(emulator, made["lab"], "docs")
    endpoint = emulator.target.api_endpoint(made["lab"], "us-west-2")
    collection.create(emulator, endpoint, "docs", "own", {"vector": {"dimension": 8}})
    looked = inventory(emulator, [Place(made["lab"], endpoint, whole=True, indexes=True)])
    assert [(one.kind, *one.steps) for one in looked.found] == [
        ("keyspace", "default_keyspace"),
        ("keyspace", "docs"),
        ("collection", "docs", "own"),
    ]
