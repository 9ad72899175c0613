"""A world with its own clock, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from emulator.transport import EmulatorTransport
from emulator.world import World


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    opened = World(tmp_path / "emulator.sqlite", clock=clock)
    opened.set("provisioning_seconds", 10)
    opened.set("maintenance_seconds", 4)
    opened.set("termination_seconds", 6)
    yield opened
    opened.close()


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(transport=EmulatorTransport(world), base_url="http://emulator") as opened:
        yield opened


@pytest.fixture
def create(client: httpx.Client) -> Callable[..., str]:
    """Ask for a database; returns its id."""

    def ask(**changes: object) -> str:
        definition = {"name": "kb", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
        answer = client.post("/v2/databases", json=definition | {"dbType": "vector"} | changes)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    return ask


@pytest.fixture
def database(create: Callable[..., str], clock: Clock) -> str:
    """The id of a database that is ACTIVE, in AWS us-east-2."""
    created = create()
    clock.advance(10)
    return created


@pytest.fixture
def send(client: httpx.Client, database: str) -> Callable[..., httpx.Response]:
    """Send a command to the database: `send("default_keyspace", "findCollections", options={...})`."""

    def post(place: str, command: str, headers: dict[str, str] | None = None, **body: object) -> httpx.Response:
        return client.post(f"/databases/{database}-us-east-2/api/json/v1/{place}", json={command: body}, headers=headers)

    return post
