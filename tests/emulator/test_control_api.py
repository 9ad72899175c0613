"""`/emulator`: what the commands do, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from emulator import control_api
from emulator.settings import SETTINGS
from emulator.tokens import SELF_HOSTED_TOKEN
from emulator.world import World


def test_status_says_everything_and_nothing_secret(
    client: httpx.Client, world: World, database: str, send: Callable[..., httpx.Response]
) -> None:
    send("default_keyspace", "createCollection", name="c")
    send("default_keyspace/c", "insertOne", document={"_id": 1})
    world.add_table(database, "default_keyspace", "t")
    client.put("/emulator/credentials/openai/mine", json={"databases": ["kb"]})
    client.post("/emulator/faults", json={"status": 500, "count": 1, "command": "find"})
    client.put("/emulator/models/nvidia/nvidia/nv-embedqa-e5-v5", json={"status": "deprecated"})
    client.delete("/emulator/providers/mistral", params={"database": "kb"})
    assert client.get("/emulator/status").json() == {
        "store": str(world.path),
        "databases": [
            {
                "id": database,
                "name": "kb",
                "status": "ACTIVE",
                "cloudProvider": "AWS",
                "region": "us-east-2",
                "keyspaces": ["default_keyspace"],
                "collections": 1,
                "tables": 1,
                "documents": 1,
            }
        ],
        "selfHosted": {"keyspaces": [], "collections": 0, "tables": 0, "documents": 0},
        "credentials": [{"provider": "openai", "name": "mine", "databases": [database]}],
        "tokens": 2,
        "faults": [{"number": 1, "status": 500, "command": "find", "count": 1, "remaining": 1, "happened": 0}],
        "settings": {"maintenance_seconds": 4, "provisioning_seconds": 10, "termination_seconds": 6},
        "models": [{"database": "", "provider": "nvidia", "model": "nvidia/nv-embedqa-e5-v5", "status": "DEPRECATED"}],
        "providers": [{"database": database, "provider": "mistral", "removed": True}],
    }


def test_faults_are_added_listed_and_removed(client: httpx.Client) -> None:
    added = [client.post("/emulator/faults", json={"delay": seconds}).json()["number"] for seconds in (1, 2, 3)]
    assert client.delete(f"/emulator/faults/{added[1]}").json() == {}
    assert [fault["delay"] for fault in client.get("/emulator/faults").json()] == [1, 3]
    answer = client.delete(f"/emulator/faults/{added[1]}")
    assert (answer.status_code, answer.json()) == (400, {"error": "There is no fault 2. There are: 1, 3."})
    assert client.delete("/emulator/faults").json() == 2
    assert client.post("/emulator/faults", json={"delay": 1}).json()["number"] == 4, "no number is given twice"


def test_settings_are_changed_and_restored(client: httpx.Client, world: World) -> None:
    assert set(client.get("/emulator/settings").json()) == set(SETTINGS)
    changed = client.put("/emulator/settings/max_indexes", json={"value": 50}).json()
    assert (changed["value"], changed["default"], world.get("max_indexes")) == (50, 100, 50)
    assert client.delete("/emulator/settings/max_indexes").json()["value"] == 100
    refused = client.put("/emulator/settings/max_indexes", json={"value": -1}).json()
    assert refused == {"error": "The setting max_indexes must be a whole number, 0 or more."}


def test_a_database_is_put_into_a_status(client: httpx.Client, database: str) -> None:
    assert client.put("/emulator/databases/kb", json={"status": "HIBERNATED"}).json()["status"] == "HIBERNATED"
    assert client.get(f"/v2/databases/{database}").json()["status"] == "HIBERNATED"


def test_a_credential_is_stored_scoped_and_lost(client: httpx.Client, world: World, database: str) -> None:
    client.put("/emulator/credentials/openai/mine")
    assert world.credentials() == [("openai", "mine", None)]
    client.put("/emulator/credentials/openai/mine", json={"databases": []})
    assert world.credentials() == [("openai", "mine", [])]
    client.put("/emulator/credentials/openai/mine", json={"databases": [database]})
    assert client.get("/emulator/credentials").json() == [{"provider": "openai", "name": "mine", "databases": [database]}]
    client.delete("/emulator/credentials/openai/mine")
    assert world.credentials() == []


def test_a_model_ages_and_a_provider_vanishes_and_comes_back(client: httpx.Client, send: Callable[..., httpx.Response]) -> None:
    def offered() -> dict[str, list[str]]:
        listed = send("", "findEmbeddingProviders").json()["status"]["embeddingProviders"]
        return {name: [model["name"] for model in entry["models"]] for name, entry in listed.items()}

    before = offered()
    client.put("/emulator/models/openai/text-embedding-3-small", json={"status": "END_OF_LIFE", "database": "kb"})
    client.delete("/emulator/providers/nvidia")
    assert "text-embedding-3-small" not in offered()["openai"]
    assert "nvidia" not in offered()
    models = client.get("/emulator/models", params={"provider": "openai", "database": "kb"}).json()
    assert {"provider": "openai", "model": "text-embedding-3-small", "status": "END_OF_LIFE"} in models
    client.put("/emulator/providers/nvidia")
    client.put("/emulator/providers/openai", json={"database": "kb"})
    assert offered() == before


def test_null_is_as_good_as_left_out(client: httpx.Client) -> None:
    body = {"status": "DEPRECATED", "database": None}
    assert client.put("/emulator/models/openai/text-embedding-3-small", json=body).json()["database"] is None
    assert client.put("/emulator/credentials/openai/mine", json={"databases": None}).json()["databases"] is None
    assert client.post("/emulator/faults", json={"delay": 1, "route": None}).json() == {"number": 1, "delay": 1}
    assert client.put("/emulator/settings/lexical", json={"value": None}).status_code == 400


def test_a_new_token_may_do_what_is_stated_alone(client: httpx.Client) -> None:
    made = client.post("/emulator/tokens", json={"permissions": ["org-db-view"]}).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert [client.request(method, "/v2/databases", headers=headers).status_code for method in ("GET", "POST")] == [200, 401]


def test_reset_makes_the_world_as_it_was_when_it_was_new(
    client: httpx.Client, world: World, database: str, send: Callable[..., httpx.Response]
) -> None:
    new = World(world.path.with_name("new.sqlite"))
    send("default_keyspace", "createCollection", name="c")
    send("default_keyspace/c", "insertOne", document={"_id": 1})
    client.put(f"/v2/databases/{database}/access-list", json={})
    client.post("/emulator/tokens")
    client.post("/emulator/faults", json={"delay": 1, "route": "/v1"})
    assert client.post("/emulator/reset").json() == {}
    assert rows(world) == rows(new)
    assert client.get("/v2/databases?include=all").json() == []


def rows(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the store but SQLite's own."""
    with world.reading() as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        return {
            name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name}")]  # noqa: S608 -- a name of our own layout
            for name in names
            if not name.startswith("sqlite_")
        }


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer AstraCS:other:1", "Basic AstraCS:emulator:0"])
def test_without_a_token_of_the_world_nothing_is_done(client: httpx.Client, world: World, database: str, header: str) -> None:
    for route in control_api.ROUTES:
        method, path = route.split(" ")
        answer = client.request(method, path, headers={"Authorization": header})
        sentence = "The header Authorization must be: Bearer, and a token that this world knows."
        assert (answer.status_code, answer.json()) == (401, {"error": sentence})
    assert [one["id"] for one in world.databases()] == [database]


def test_the_token_of_the_self_hosted_face_is_one_of_the_world(client: httpx.Client) -> None:
    assert client.get("/emulator/status", headers={"Authorization": f"Bearer {SELF_HOSTED_TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("PUT", "databases/kb", {}, "The field status is missing."),
        ("PUT", "databases/kb", {"status": 1}, "The field status must be a text."),
        ("PUT", "databases/kb", {"state": "ERROR"}, "There is no field state here. Did you mean status?"),
        ("PUT", "databases/kb", {"status": "ERRR"}, "A database has no status ERRR. Did you mean ERROR?"),
        ("PUT", "databases/other", {"status": "ERROR"}, "There is no database other. Databases: kb ("),
        ("PUT", "credentials/openai/mine", {"databases": "kb"}, "The field databases must be an array of texts, or null."),
        ("PUT", "credentials/nvidia/mine", {}, "nvidia is no embedding provider with stored credentials; these are: "),
        ("DELETE", "credentials/openai/mine", None, "There is no credential mine of openai in "),
        ("PUT", "settings/max_index", {"value": 1}, "There is no setting max_index. Did you mean max_indexes"),
        ("PUT", "settings/max_indexes", {}, "The field value is missing."),
        (
            "PUT",
            "models/openai/text-embedding-3-smal",
            {"status": "REMOVED"},
            "openai has no model text-embedding-3-smal. Did you mean",
        ),
        ("PUT", "models/opnai/any", {"status": "REMOVED"}, "There is no embedding provider opnai. Did you mean openai"),
        ("PUT", "models/openai/any", {"status": "OLD"}, "A model has no status OLD. There are: SUPPORTED, DEPRECATED, "),
        ("DELETE", "providers/nvida", None, "There is no embedding provider nvida. Did you mean nvidia?"),
        ("PUT", "providers/nvida", None, "There is no embedding provider nvida. Did you mean nvidia?"),
        ("POST", "tokens", {"permissions": ["org-db-veiw"]}, "There is no permission org-db-veiw. Did you mean org-db-view"),
        ("POST", "faults", [], "The body must be a JSON object."),
    ],
    ids=str,
)
@pytest.mark.usefixtures("database")
def test_what_cannot_be_done_is_one_sentence(client: httpx.Client, method: str, path: str, body: object, error: str) -> None:
    answer = client.request(method, f"/emulator/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)


@pytest.mark.parametrize("value", ["1e999", "1" + "0" * 400], ids=["1e999", "10^400"])
def test_no_setting_is_infinite(client: httpx.Client, value: str) -> None:
    answer = client.put("/emulator/settings/termination_seconds", content=f'{{"value": {value}}}')
    assert answer.json() == {"error": "The setting termination_seconds must be a number of seconds, 0 or more."}


def test_a_count_may_be_as_high_as_one_likes(client: httpx.Client) -> None:
    assert client.put("/emulator/settings/max_indexes", json={"value": 10**400}).json()["value"] == 10**400


@pytest.mark.parametrize("value", [5, [], {"openai": 5}, {"openai": "sk"}, {"openai": ["\ud800"]}], ids=repr)
def test_the_keys_that_providers_accept_are_lists_of_texts(client: httpx.Client, value: object) -> None:
    content = json.dumps({"value": value})
    error = "The setting header_keys must be an object with an array of texts for each provider, or null."
    assert client.put("/emulator/settings/header_keys", content=content).json() == {"error": error}


@pytest.mark.parametrize("number", [7, 2**63, 10**30])
def test_a_fault_that_is_not_there_cannot_be_removed(client: httpx.Client, number: int) -> None:
    answer = client.delete(f"/emulator/faults/{number}")
    assert (answer.status_code, answer.json()) == (400, {"error": f"There is no fault {number}. There are: none."})


@pytest.mark.parametrize("name", ["bad%20name!", "two%0Alines", "-mine", "mine_", "mine%0A", "%C3%A9", "%C3%28", "a_" * 26])
def test_a_name_that_the_portal_does_not_take_is_not_stored(client: httpx.Client, world: World, name: str) -> None:
    answer = client.put(f"/emulator/credentials/openai/{name}")
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "The name of a credential has at most 50 characters, which are letters, digits, _ and -; it begins and ends "
            "with a letter or a digit."
        },
    )
    assert world.credentials() == []


def test_a_body_that_is_no_json_is_one_sentence(client: httpx.Client) -> None:
    answer = client.post("/emulator/faults", content="{")
    assert (answer.status_code, answer.json()) == (400, {"error": "The body is not JSON."})


def test_a_pasted_key_is_neither_stored_nor_repeated(client: httpx.Client, world: World) -> None:
    key = "sk-proj-0123456789abcdef"
    answers = [
        client.put(f"/emulator/credentials/openai/{key}"),
        client.put("/emulator/credentials/openai/mine", json={"databases": [key]}),
        client.delete(f"/emulator/credentials/openai/{key}"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 3
    assert all("looks like a key or a token" in answer.text and key not in answer.text for answer in answers)
    assert world.credentials() == []


def test_what_is_not_there_is_404_and_names_what_is(client: httpx.Client) -> None:
    answer = client.get("/emulator/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("The emulator has no GET /emulator/nothing. It has: GET /emulator/status, POST /emu")
