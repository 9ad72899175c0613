"""DevOps API: the life of a database."""

from collections.abc import Callable

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

DEFINITION = {
    "name": "kb",
    "cloudProvider": "AWS",
    "region": "us-east-2",
    "tier": "serverless",
    "capacityUnits": 1,
    "dbType": "vector",
}


def status(client: httpx.Client, database: str) -> str:
    found: str = client.get(f"/v2/databases/{database}").json()["status"]
    return found


def test_a_database_is_pending_then_initializing_then_active(
    client: httpx.Client, create: Callable[..., str], clock: Clock
) -> None:
    database = create()
    seen = [status(client, database)]
    for _ in range(2):
        clock.advance(5)
        seen.append(status(client, database))
    assert seen == ["PENDING", "INITIALIZING", "ACTIVE"]


def test_creating_answers_201_without_a_body_and_the_id_in_location(client: httpx.Client) -> None:
    answer = client.post("/v2/databases", json=DEFINITION)
    assert (answer.status_code, answer.content) == (201, b"")
    assert client.get(f"/v2/databases/{answer.headers['Location']}").json()["id"] == answer.headers["Location"]


def test_a_database_says_what_it_was_made_of(client: httpx.Client, database: str) -> None:
    body = client.get(f"/v2/databases/{database}").json()
    assert {name: body["info"][name] for name in DEFINITION} == DEFINITION
    assert body["info"]["keyspaces"] == ["default_keyspace"]
    assert [(place["id"], place["region"]) for place in body["info"]["datacenters"]] == [(f"{database}-1", "us-east-2")]
    assert (body["creationTime"], body["terminationTime"]) == ("2027-01-15T08:00:00Z", "0001-01-01T00:00:00Z")


def test_two_databases_may_have_one_name(client: httpx.Client, create: Callable[..., str]) -> None:
    ids = [create(name="twin"), create(name="twin")]
    assert [item["id"] for item in client.get("/v2/databases").json()] == ids


def test_the_initial_keyspace_can_be_named(client: httpx.Client, create: Callable[..., str]) -> None:
    info = client.get(f"/v2/databases/{create(keyspace='mine')}").json()["info"]
    assert (info["keyspace"], info["keyspaces"]) == ("mine", ["mine"])


def test_a_database_without_a_type_is_not_for_vectors(client: httpx.Client, create: Callable[..., str]) -> None:
    assert "dbType" not in client.get(f"/v2/databases/{create(dbType=None)}").json()["info"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, 400),
        ({"name": "-kb"}, 400),
        ({"name": "k" * 51}, 400),
        ({"cloudProvider": "aws"}, 400),
        ({"tier": "C10"}, 400),
        ({"capacityUnits": 2}, 400),
        ({"dbType": "cassandra"}, 400),
        ({"region": None}, 400),
        ({"region": "us-east1"}, 422),
        ({"region": "moon-1"}, 422),
        ({"keyspace": "a-b"}, 422),
    ],
    ids=str,
)
def test_an_impossible_definition_is_refused(client: httpx.Client, change: dict[str, object], code: int) -> None:
    answer = client.post("/v2/databases", json=DEFINITION | change)
    assert answer.status_code == code
    assert next(iter(change)) in answer.json()["errors"][0]["message"]
    assert client.get("/v2/databases?include=all").json() == []


def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client) -> None:
    assert [client.post("/v2/databases", content=body).status_code for body in ("", "{", "[]", "[" * 9999)] == [400] * 4


def test_terminating_takes_a_while_and_leaves_a_terminated_database(client: httpx.Client, database: str, clock: Clock) -> None:
    assert client.post(f"/v2/databases/{database}/terminate").status_code == 202
    assert status(client, database) == "TERMINATING"
    clock.advance(6)
    assert status(client, database) == "TERMINATED"
    assert client.get("/v2/databases").json() == []
    assert [item["id"] for item in client.get("/v2/databases?include=all").json()] == [database]


@pytest.mark.parametrize("state", ["PENDING", "MAINTENANCE", "TERMINATING", "TERMINATED"])
def test_a_database_in_another_state_cannot_be_terminated(client: httpx.Client, world: World, database: str, state: str) -> None:
    world.set_status(database, state)
    answer = client.post(f"/v2/databases/{database}/terminate")
    assert answer.status_code == 409
    assert state in answer.json()["errors"][0]["message"]


def test_an_unknown_database_is_404_everywhere(client: httpx.Client) -> None:
    unknown = "/v2/databases/00000000-0000-4000-8000-000000000000"
    answers = [
        client.get(unknown),
        client.post(f"{unknown}/terminate"),
        client.get(f"{unknown}/datacenters"),
        client.post(f"{unknown}/keyspaces/k"),
        client.delete(f"{unknown}/keyspaces/k"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert all(isinstance(answer.json()["errors"][0]["ID"], int) for answer in answers)


def test_the_listing_comes_in_pages(client: httpx.Client, create: Callable[..., str]) -> None:
    ids = [create(name=f"kb{number}") for number in range(27)]
    first = [item["id"] for item in client.get("/v2/databases").json()]
    rest = [item["id"] for item in client.get(f"/v2/databases?starting_after={first[-1]}&limit=100").json()]
    assert (len(first), first + rest) == (25, ids)
    assert [client.get(f"/v2/databases?limit={limit}").status_code for limit in ("0", "101", "x")] == [400, 400, 400]


def test_the_listing_can_be_narrowed(client: httpx.Client, create: Callable[..., str], clock: Clock) -> None:
    amazon = create()
    clock.advance(10)
    google = create(cloudProvider="GCP", region="us-east1")
    listed = {
        query: [item["id"] for item in client.get(f"/v2/databases?{query}").json()]
        for query in ("include=active", "include=pending", "provider=GCP", "provider=AZURE", "provider=ALL")
    }
    assert listed == {
        "include=active": [amazon],
        "include=pending": [google],
        "provider=GCP": [google],
        "provider=AZURE": [],
        "provider=ALL": [amazon, google],
    }


def test_regions_are_listed_for_serverless_unless_vector_is_asked_for(client: httpx.Client) -> None:
    regions = client.get("/v2/regions/serverless").json()
    vector = client.get("/v2/regions/serverless?region-type=vector&filter-by-org=enabled").json()
    places = {(region["cloudProvider"], region["name"]) for region in regions}
    assert {("AWS", "us-east-2"), ("GCP", "us-east1"), ("AZURE", "westus3")} <= places
    assert {region["region_type"] for region in regions} == {"serverless"}
    assert {region["region_type"] for region in vector} == {"vector"}


def test_the_token_belongs_to_an_organization(client: httpx.Client, world: World) -> None:
    assert client.get("/v2/currentOrg").json() == {"id": world.get("organization")}
