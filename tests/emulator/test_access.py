"""Who is let in, and what is answered where nothing is implemented."""

import json
from collections.abc import Callable
from importlib.resources import files

import httpx
import pytest

from emulator.devops.operations import OPERATIONS
from emulator.tokens import DEFAULT_TOKEN, PERMISSIONS, digest
from emulator.transport import EmulatorTransport
from emulator.world import World

OTHER = "AstraCS:other:11111111111111111111111111111111"
DATABASE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer garbled", "Bearer AstraCS:half", "Basic AstraCS:a:b", f"Bearer {OTHER}"], ids=str
)
def test_the_devops_api_refuses_a_bad_token(client: httpx.Client, header: str) -> None:
    answer = client.get("/v2/databases", headers={"Authorization": header})
    assert answer.status_code == 401
    assert isinstance(answer.json()["errors"][0]["ID"], int)


def test_a_token_without_the_permission_gets_401_and_null(client: httpx.Client, world: World) -> None:
    world.add_token(OTHER, permissions=["org-db-view"])
    headers = {"Authorization": f"Bearer {OTHER}"}
    assert client.get("/v2/databases", headers=headers).json() == []
    answer = client.post("/v2/databases", headers=headers, json={})
    assert (answer.status_code, answer.json()) == (401, None)


@pytest.mark.parametrize("operation", [name for name, (scope, _) in OPERATIONS.items() if scope])
def test_each_operation_needs_its_own_permission(client: httpx.Client, world: World, operation: str) -> None:
    scope, _ = OPERATIONS[operation]
    method, route = (
        operation.replace("{databaseID}", DATABASE).replace("{keyspaceName}", "k").replace("{datacenterID}", "1").split(" ")
    )
    headers = {"Authorization": f"Bearer {OTHER}"}
    world.add_token(OTHER, permissions=set(PERMISSIONS) - {scope})
    assert client.request(method, route, headers=headers).status_code == 401
    world.add_token(OTHER, permissions=[scope])
    assert client.request(method, route, headers=headers).status_code != 401


def test_every_implemented_operation_is_a_published_one() -> None:
    published = json.loads(files("emulator").joinpath("devops/operations.json").read_text(encoding="utf-8"))["operations"]
    assert set(OPERATIONS) <= set(published)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", f"/v2/databases/{DATABASE}/resize", "/v2/databases/{databaseID}/resize"),
        ("PATCH", "/v2/databases", "/v2/databases"),
        ("GET", "/v2/nothing/1", "/v2/nothing/1"),
        ("DELETE", "/v3/billing/reports", "/v3/billing/reports"),
        ("GET", "/v2", "/v2"),
    ],
)
def test_what_the_emulator_lacks_of_the_devops_api_is_501_naming_the_route(
    client: httpx.Client, method: str, path: str, route: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 501
    assert [error["message"] for error in answer.json()["errors"]] == [f"The emulator does not implement {method} {route}."]


def test_what_no_api_has_is_404_without_a_body(client: httpx.Client) -> None:
    answers = [client.get("/"), client.get("/v1/ks"), client.get("/emulators")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(404, b"")] * 3


def test_a_data_api_has_no_path_of_the_devops_api(client: httpx.Client) -> None:
    answer = client.post("/v2/ks", json={"findCollections": {}}, headers={"Token": DEFAULT_TOKEN})
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": "Bearer AstraCS:a:b"}, 401, "MISSING_AUTHENTICATION_TOKEN"),
        ({"Token": OTHER}, 401, "UNAUTHENTICATED_REQUEST"),
        ({"X-Cassandra-Token": OTHER}, 401, "UNAUTHENTICATED_REQUEST"),
        ({"Token": ""}, 200, "INTERNAL_SERVER_ERROR"),
    ],
    ids=str,
)
def test_the_data_api_refuses_a_bad_token(
    send: Callable[..., httpx.Response], headers: dict[str, str], status: int, code: str
) -> None:
    answer = send("default_keyspace", "findCollections", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (status, code)


def test_a_malformed_cassandra_token_gets_401_without_a_body(client: httpx.Client) -> None:
    answer = client.post("/v1", json={"findKeyspaces": {}}, headers={"Token": "Cassandra:xx"})
    assert (answer.status_code, answer.content) == (401, b"")


def test_in_process_no_token_is_needed(world: World) -> None:
    with httpx.Client(transport=EmulatorTransport(world)) as client:
        assert client.get("https://api.astra.datastax.com/v2/databases").json() == []
        assert client.post("http://any/v1", json={"findKeyspaces": {}}).json() == {"status": {"keyspaces": []}}


def test_in_process_the_self_hosted_face_gets_its_own_token(world: World) -> None:
    with world.writing() as connection:
        connection.execute("DELETE FROM tokens WHERE digest = ?", (digest(DEFAULT_TOKEN),))
    with httpx.Client(transport=EmulatorTransport(world)) as client:
        assert client.get("https://api.astra.datastax.com/v2/databases").status_code == 401
        assert client.post("http://any/v1/k", json={"findCollections": {}}).json()["errors"][0]["errorCode"] == "UNKNOWN_KEYSPACE"


@pytest.mark.parametrize("command", ["createType", "listTypes", "dropType", "alterType"])
def test_a_keyspace_command_that_is_not_implemented_is_501(send: Callable[..., httpx.Response], command: str) -> None:
    answer = send("default_keyspace", command)
    assert answer.status_code == 501
    assert answer.json()["errors"][0]["message"] == f"The emulator does not implement {command}."


@pytest.mark.parametrize("command", ["updateOne", "updateMany", "findOneAndUpdate", "findAndRerank"])
def test_a_collection_command_that_is_not_implemented_is_501(send: Callable[..., httpx.Response], command: str) -> None:
    send("default_keyspace", "createCollection", name="a")
    assert send("default_keyspace/a", command).status_code == 501


@pytest.mark.parametrize(
    ("command", "body"), [("updateOne", {}), ("findOne", {"sort": {"id": 1}}), ("find", {"sort": {"id": 1}})]
)
def test_a_table_command_that_is_not_implemented_is_501(
    world: World, database: str, send: Callable[..., httpx.Response], command: str, body: dict[str, object]
) -> None:
    world.add_table(database, "default_keyspace", "t")
    answer = send("default_keyspace/t", command, **body)
    assert (answer.status_code, answer.json()["errors"][0]["errorCode"]) == (501, "NOT_IMPLEMENTED")


def test_keyspace_commands_exist_on_the_self_hosted_face_only(client: httpx.Client, send: Callable[..., httpx.Response]) -> None:
    assert send("", "createKeyspace", name="k").json()["errors"][0]["errorCode"] == "COMMAND_UNKNOWN"
    for command, answer in {"createKeyspace": ["k"], "dropKeyspace": []}.items():
        assert client.post("/v1", json={command: {"name": "k"}}).json() == {"status": {"ok": 1}}
        assert client.post("/v1", json={"findKeyspaces": {}}).json() == {"status": {"keyspaces": answer}}
