"""Where a database's Data API answers, and where it does not."""

from collections.abc import Callable

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

ACTIVE_SINCE = 10


def ask(client: httpx.Client, database: str, region: str = "us-east-2") -> httpx.Response:
    return client.post(f"/databases/{database}-{region}/api/json/v1", json={"findEmbeddingProviders": {}})


def test_a_database_that_is_not_up_yet_answers_503_in_plain_text(
    client: httpx.Client, create: Callable[..., str], clock: Clock
) -> None:
    database = create()
    answer = ask(client, database)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
    clock.advance(ACTIVE_SINCE)
    assert ask(client, database).status_code == 200


@pytest.mark.parametrize(("status", "code"), [("TERMINATED", 404), ("TERMINATING", 404), ("ERROR", 503), ("PARKED", 503)])
def test_a_database_in_another_state_does_not_answer(
    client: httpx.Client, world: World, database: str, status: str, code: int
) -> None:
    world.set_status(database, status)
    assert ask(client, database).status_code == code


def test_an_unknown_database_or_another_region_is_404(client: httpx.Client, database: str) -> None:
    assert ask(client, "00000000-0000-4000-8000-000000000000").status_code == 404
    assert ask(client, database, region="eu-west-1").status_code == 404


def test_a_hibernated_database_is_woken_up_by_a_request(client: httpx.Client, world: World, database: str, clock: Clock) -> None:
    world.set_status(database, "HIBERNATED")
    assert ask(client, database).status_code == 503
    assert client.get(f"/v2/databases/{database}").json()["status"] == "RESUMING"
    clock.advance(ACTIVE_SINCE)
    assert ask(client, database).status_code == 200


def test_any_request_wakes_a_hibernated_database_and_no_other_is_answered(
    client: httpx.Client, world: World, database: str
) -> None:
    path = f"/databases/{database}-us-east-2/api/json/v1"
    assert client.get(path).status_code == 404
    world.set_status(database, "HIBERNATED")
    assert client.get(path).status_code == 503
    assert client.get(f"/v2/databases/{database}").json()["status"] == "RESUMING"
