"""DevOps API: roles, and tokens that may do what their roles say."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from emulator.tokens import ADMINISTRATOR
from emulator.world import World

ORGANIZATION = "drn:astra:org:2b8c5c6e-0000-4000-8000-000000000001"
POLICY = {"description": "Sees databases", "effect": "allow", "actions": ["org-db-view"], "resources": [ORGANIZATION]}
ROLE = {"name": "reader", "policy": POLICY}
PATH = "/v2/organizations/roles"


def make(client: httpx.Client, role: dict[str, Any] = ROLE) -> str:
    answer = client.post(PATH, json=role)
    assert answer.status_code == 201, answer.text
    role_id: str = answer.json()["id"]
    return role_id


def token_of(client: httpx.Client, *roles: str) -> dict[str, str]:
    """Headers with a new token of these roles."""
    made = client.post("/v2/tokens", json={"roles": roles})
    assert made.status_code == 200, made.text
    return {"Authorization": f"Bearer {made.json()['token']}"}


def test_a_role_is_made_read_changed_and_deleted(client: httpx.Client) -> None:
    role_id = make(client)
    changed = {"name": "looker", "policy": POLICY | {"actions": []}}
    assert client.get(f"{PATH}/{role_id}").json() == {"id": role_id, "last_update_datetime": "2027-01-15T08:00:00Z", **ROLE}
    assert (client.put(f"{PATH}/{role_id}", json=changed).status_code, client.get(f"{PATH}/{role_id}").json()["name"]) == (
        200,
        "looker",
    )
    assert [role["name"] for role in client.get(PATH).json()] == ["Organization Administrator", "looker"]
    assert (client.delete(f"{PATH}/{role_id}").status_code, client.get(f"{PATH}/{role_id}").status_code) == (204, 404)


def test_two_roles_cannot_have_one_name(client: httpx.Client) -> None:
    make(client)
    other = make(client, ROLE | {"name": "other"})
    assert client.post(PATH, json=ROLE).status_code == 409
    assert client.put(f"{PATH}/{other}", json=ROLE).status_code == 409
    assert client.put(f"{PATH}/{other}", json=ROLE | {"name": "other"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"name": ""}, 400, "The field name is required."),
        ({"name": 7}, 400, "The field name must be a text."),
        ({"policy": None}, 400, "The field policy is required."),
        ({"policy": []}, 400, "The field policy must be an object."),
        ({"policy": {**POLICY, "effect": "deny"}}, 400, "The field policy.effect must be allow."),
        ({"policy": {**POLICY, "actions": ["Everything"]}}, 400, "The field policy.actions must be an array of actions."),
        ({"policy": {**POLICY, "resources": [7]}}, 400, "The field policy.resources must be an array of resources."),
        ({"policy": {"effect": "allow"}}, 400, "The field policy.description is required."),
        (
            {"policy": {**POLICY, "resources": [f"{ORGANIZATION}:db:1"]}},
            501,
            f"The emulator does not implement roles for a part of the organisation: {ORGANIZATION}:db:1.",
        ),
    ],
    ids=str,
)
def test_an_impossible_role_is_refused(client: httpx.Client, change: dict[str, Any], status: int, message: str) -> None:
    answer = client.post(PATH, json=ROLE | change)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, message)
    assert len(client.get(PATH).json()) == 1


def test_half_a_character_is_no_name(client: httpx.Client) -> None:
    answer = client.post(PATH, content='{"name": "\\ud800", "policy": {}}')
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "The field name must be a text.")


def test_a_resource_for_everything_below_is_the_whole_organisation(client: httpx.Client) -> None:
    make(client, {"name": "wide", "policy": POLICY | {"resources": [ORGANIZATION, f"{ORGANIZATION}:db:*:keyspace:*:table:*"]}})


def test_a_token_may_do_what_its_roles_say_from_one_request_to_the_next(client: httpx.Client) -> None:
    reader, writer = make(client), make(client, {"name": "maker", "policy": POLICY | {"actions": ["org-db-create"]}})
    headers, both = token_of(client, reader), token_of(client, reader, writer)
    assert client.get("/v2/databases", headers=headers).json() == []
    for path, allowed in ((headers, 401), (both, 400)):
        assert client.post("/v2/databases", json={}, headers=path).status_code == allowed
    client.put(f"{PATH}/{reader}", json=ROLE | {"policy": POLICY | {"actions": []}})
    refused = client.get("/v2/databases", headers=headers)
    assert (refused.status_code, refused.json()) == (401, None)
    client.delete(f"{PATH}/{writer}")
    assert client.post("/v2/databases", json={}, headers=both).status_code == 401


def test_a_token_is_listed_by_its_public_part_and_revoked_by_it(client: httpx.Client, world: World) -> None:
    made = client.post("/v2/clientIdSecrets", json={"roles": [ADMINISTRATOR], "description": "for CI"}).json()
    assert (made["orgId"], made["description"]) == (world.get("organization"), "for CI")
    assert made["token"].startswith(f"AstraCS:{made['clientId']}:")
    for path in ("/v2/tokens", "/v2/clientIdSecrets"):
        assert client.get(path).json() == {"clients": [{"clientId": made["clientId"], "roles": [ADMINISTRATOR]}]}
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert client.get("/v2/databases", headers=headers).status_code == 200
    assert client.delete(f"/v2/clientIdSecrets/{made['clientId']}", headers=headers).status_code == 200
    assert client.get("/v2/databases", headers=headers).status_code == 401


def test_a_token_is_kept_as_a_hash_alone(client: httpx.Client, world: World) -> None:
    made = client.post("/v2/tokens", json={"roles": [ADMINISTRATOR]}).json()
    for file in world.path.parent.iterdir():
        assert made["secret"].encode() not in file.read_bytes()
        assert made["token"].rpartition(":")[2].encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ([], 400, "The request's body is not a JSON object."),
        ({}, 400, "The field roles is required."),
        ({"roles": "all"}, 400, "The field roles must be an array of roles' ids."),
        ({"roles": ["nothing"]}, 400, "The field roles must be an array of roles' ids; nothing is none."),
        ({"roles": [], "description": 1}, 400, "The field description must be a text."),
        ({"roles": [], "orgId": "other"}, 400, "The field orgId must be the organisation of the token that asks."),
        ({"roles": [], "tokenExpiry": "2030-01-01T00:00:00Z"}, 501, "The emulator does not implement the field tokenExpiry."),
    ],
    ids=str,
)
def test_an_impossible_token_is_refused(client: httpx.Client, body: object, status: int, message: str) -> None:
    answer = client.post("/v2/tokens", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (status, message)
