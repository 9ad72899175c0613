"""DevOps API: the keyspaces of a database."""

from collections.abc import Callable

import httpx
import pytest

from tests.emulator.conftest import Clock


def listed(client: httpx.Client, database: str) -> tuple[str, list[str]]:
    body = client.get(f"/v2/databases/{database}").json()
    return body["status"], body["info"]["keyspaces"]


def test_a_new_keyspace_is_listed_once_the_maintenance_is_over(client: httpx.Client, database: str, clock: Clock) -> None:
    assert client.post(f"/v2/databases/{database}/keyspaces/extra").status_code == 201
    assert listed(client, database) == ("MAINTENANCE", ["default_keyspace"])
    clock.advance(4)
    assert listed(client, database) == ("ACTIVE", ["default_keyspace", "extra"])


def test_a_dropped_keyspace_is_listed_until_the_maintenance_is_over(client: httpx.Client, database: str, clock: Clock) -> None:
    assert client.delete(f"/v2/databases/{database}/keyspaces/default_keyspace").status_code == 202
    assert listed(client, database) == ("MAINTENANCE", ["default_keyspace"])
    clock.advance(4)
    assert listed(client, database) == ("ACTIVE", [])


def test_during_maintenance_another_change_is_a_conflict(client: httpx.Client, database: str) -> None:
    client.post(f"/v2/databases/{database}/keyspaces/first")
    answers = [
        client.post(f"/v2/databases/{database}/keyspaces/second"),
        client.delete(f"/v2/databases/{database}/keyspaces/default_keyspace"),
    ]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "MAINTENANCE" in answers[0].json()["errors"][0]["message"]


def test_creating_an_existing_keyspace_changes_nothing(client: httpx.Client, database: str) -> None:
    assert client.post(f"/v2/databases/{database}/keyspaces/default_keyspace").status_code == 201
    assert listed(client, database) == ("ACTIVE", ["default_keyspace"])


def test_dropping_an_unknown_keyspace_is_404(client: httpx.Client, database: str) -> None:
    assert client.delete(f"/v2/databases/{database}/keyspaces/nope").status_code == 404


@pytest.mark.parametrize("name", ["dse", "system", "_first", "a-b", "a" * 49])
def test_an_impossible_name_is_refused(client: httpx.Client, database: str, name: str) -> None:
    assert client.post(f"/v2/databases/{database}/keyspaces/{name}").status_code == 422


@pytest.mark.parametrize("name", ["dse2", "system_x", "0", "MixedCase", "a" * 48])
def test_a_possible_name_is_accepted(client: httpx.Client, database: str, name: str) -> None:
    assert client.post(f"/v2/databases/{database}/keyspaces/{name}").status_code == 201


def test_a_keyspace_that_was_dropped_comes_back_empty(
    client: httpx.Client, database: str, clock: Clock, send: Callable[..., httpx.Response]
) -> None:
    send("default_keyspace", "createCollection", name="a")
    for change in (client.delete, client.post):
        change(f"/v2/databases/{database}/keyspaces/default_keyspace")
        clock.advance(4)
    assert send("default_keyspace", "findCollections").json() == {"status": {"collections": []}}


def test_the_data_api_works_during_maintenance(client: httpx.Client, database: str, send: Callable[..., httpx.Response]) -> None:
    client.post(f"/v2/databases/{database}/keyspaces/extra")
    assert send("default_keyspace", "findCollections").json() == {"status": {"collections": []}}
    assert send("extra", "findCollections").json()["errors"][0]["errorCode"] == "UNKNOWN_KEYSPACE"
