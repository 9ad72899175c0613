"""DevOps API: from which addresses a database may be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator.transport import EmulatorTransport
from emulator.world import World

HERE = {"address": "127.0.0.1", "enabled": True, "description": "this machine"}
OFFICE = {"address": "203.0.113.0/24", "enabled": True, "description": "the office"}


def shown(client: httpx.Client, database: str) -> tuple[bool, dict[str, bool]]:
    """Whether the list is enabled, and whether each address is."""
    body = client.get(f"/v2/databases/{database}/access-list").json()
    return body["configurations"]["accessListEnabled"], {one["address"]: one["enabled"] for one in body["addresses"]}


@pytest.fixture
def path(database: str) -> str:
    return f"/v2/databases/{database}/access-list"


def test_a_list_is_replaced_added_to_updated_and_deleted(client: httpx.Client, database: str, path: str) -> None:
    assert shown(client, database) == (False, {})
    replaced = client.put(path, json={"addresses": [HERE], "configurations": {"accessListEnabled": True}})
    assert (replaced.status_code, replaced.content) == (204, b"")
    assert shown(client, database) == (True, {"127.0.0.1": True})
    assert client.post(path, json=[OFFICE]).status_code == 204
    assert client.patch(path, json={"addresses": [OFFICE | {"enabled": False}, HERE | {"address": "1.1.1.1"}]}).status_code == 204
    assert shown(client, database) == (True, {"127.0.0.1": True, "203.0.113.0/24": False})
    assert client.patch(path, json={"configurations": {"accessListEnabled": False}}).status_code == 204
    assert client.delete(path, params={"addresses": "203.0.113.0/24"}).status_code == 204
    assert shown(client, database) == (False, {"127.0.0.1": True})
    assert client.delete(path).status_code == 204
    assert (shown(client, database), client.get("/v2/access-lists").json()) == ((False, {}), [])


def test_a_list_says_whose_it_is_and_when_an_address_was_changed(
    client: httpx.Client, world: World, database: str, path: str
) -> None:
    client.put(path, json={"addresses": [HERE]})
    assert client.get("/v2/access-lists").json() == [
        {
            "organizationId": world.get("organization"),
            "databaseId": database,
            "addresses": [HERE | {"lastUpdateDateTime": "2027-01-15T08:00:10Z"}],
            "configurations": {"accessListEnabled": False},
        }
    ]


@pytest.mark.parametrize(
    ("enabled", "addresses", "status"),
    [
        (True, [HERE], 200),
        (True, [HERE | {"address": "127.0.0.0/8"}], 200),
        (True, [OFFICE], 403),
        (True, [HERE | {"enabled": False}], 403),
        (True, [], 403),
        (False, [], 200),
    ],
    ids=str,
)
def test_an_enabled_list_keeps_others_out_of_the_data_api(
    client: httpx.Client,
    path: str,
    send: Callable[..., httpx.Response],
    enabled: bool,
    addresses: list[dict[str, Any]],
    status: int,
) -> None:
    client.put(path, json={"addresses": addresses, "configurations": {"accessListEnabled": enabled}})
    answer = send("default_keyspace", "findCollections")
    assert answer.status_code == status
    assert status == 200 or answer.text == "The database's access list does not let this address in.\n"
    assert client.get("/v2/databases").status_code == 200


def test_an_address_of_another_kind_is_kept_out(world: World, client: httpx.Client, database: str, path: str) -> None:
    client.put(path, json={"addresses": [HERE], "configurations": {"accessListEnabled": True}})
    transport = EmulatorTransport(world)
    transport.remote_addr = "::1"
    with httpx.Client(transport=transport, base_url="http://emulator") as other:
        assert other.post(f"/databases/{database}-us-east-2/api/json/v1", json={"findEmbeddingProviders": {}}).status_code == 403


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "The request's body is not a JSON object."),
        ({"addresses": {}}, "The field addresses must be an array of addresses."),
        ({"addresses": [{}]}, "The field address is required."),
        ({"addresses": [HERE | {"enabled": "yes"}]}, "The field enabled must be true or false."),
        ({"addresses": [HERE | {"address": "localhost"}]}, "The field address must be an IPv4 address or network."),
        ({"addresses": [HERE | {"address": "999.1.1.1"}]}, "The field address must be an IPv4 address or network."),
        ({"configurations": {}}, "The field configurations.accessListEnabled is required."),
        ({"configurations": {"accessListEnabled": 1}}, "The field configurations.accessListEnabled must be true or false."),
        ({"configurations": []}, "The field configurations must be an object."),
    ],
    ids=str,
)
def test_an_impossible_list_is_refused_and_changes_nothing(
    client: httpx.Client, database: str, path: str, body: object, message: str
) -> None:
    answer = client.put(path, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, message)
    assert shown(client, database) == (False, {})


def test_an_unknown_database_has_no_list(client: httpx.Client) -> None:
    path = "/v2/databases/00000000-0000-4000-8000-000000000000/access-list"
    answers = [
        client.get(path),
        client.put(path, json={}),
        client.post(path, json=[]),
        client.patch(path, json={}),
        client.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
