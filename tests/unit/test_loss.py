"""What an update would lose: what proves nothing counts as documents. The rest is in tests/acceptance/test_plan_guard.py."""

import json
from collections.abc import Iterator

import httpx
import pytest

from astra import collection, database, loss
from astra.http import Connection
from astra.target import target
from emulator.transport import EmulatorTransport
from emulator.world import World
from tests.unit.conftest import Clock

DATABASE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}


class Forgetful(EmulatorTransport):
    """Knows of no collection any more as soon as one is looked into."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read() or b"{}")
        if "findOne" in body:
            error = {"errorCode": "UNKNOWN_COLLECTION_OR_TABLE", "message": "It does not exist."}
            return httpx.Response(200, json={"errors": [error]})
        return super().handle_request(request)


@pytest.fixture
def forgetful(world: World, clock: Clock) -> Iterator[Connection]:
    with httpx.Client(transport=Forgetful(world)) as client:
        yield Connection(target("emulator", {}, ""), client, clock.sleep, clock=clock)


def test_a_keyspace_is_not_empty_because_something_in_it_is_not_found(emulator: Connection, forgetful: Connection) -> None:
    identity = database.create(emulator, *DATABASE.values())
    database.wait_until_active(emulator, identity)
    endpoint = emulator.target.api_endpoint(identity, "us-east-2")
    collection.create(emulator, endpoint, "default_keyspace", "theirs", {"vector": {"dimension": 8}})
    before = {"databases": {"knowledge": DATABASE}, "workload": {"knowledge": {"default_keyspace": {}}}}
    after = {"databases": {"knowledge": DATABASE}, "workload": {"knowledge": {}}}
    assert loss.losses(emulator, before, after, frozenset()) == ()
    (found,) = loss.losses(forgetful, before, after, frozenset())
    assert found.address == "knowledge.default_keyspace"
    assert found.holds.startswith("whether it holds documents could not be found out: ")
    assert found.holds.endswith(" It was listed a moment ago: run again.")
