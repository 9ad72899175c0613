"""DevOps API: the regions a database can be in, and those it is in."""

from collections.abc import Callable

import httpx
import pytest

from emulator.world import World
from tests.emulator.conftest import Clock

CHANGE_SECONDS = 30


@pytest.fixture(autouse=True)
def _slow(world: World) -> None:
    world.set("datacenter_seconds", CHANGE_SECONDS)


def wanted(*regions: str, **changes: str) -> list[dict[str, str]]:
    return [{"tier": "serverless", "cloudProvider": "AWS", "region": region} | changes for region in regions]


@pytest.fixture
def add(client: httpx.Client, database: str, clock: Clock) -> Callable[..., None]:
    """Add datacenters and wait until they are there."""

    def done(*regions: str) -> None:
        assert client.post(f"/v2/databases/{database}/datacenters", json=wanted(*regions)).status_code == 201
        clock.advance(CHANGE_SECONDS)

    return done


def listed(client: httpx.Client, database: str, query: str = "") -> dict[str, tuple[str, str]]:
    places = client.get(f"/v2/databases/{database}/datacenters{query}").json()
    return {place["id"].removeprefix(database): (place["region"], place["status"]) for place in places}


def reached(client: httpx.Client, database: str, region: str) -> int:
    answer = client.post(f"/databases/{database}-{region}/api/json/v1", json={"findEmbeddingProviders": {}})
    return answer.status_code


def test_a_database_begins_in_one_region(client: httpx.Client, database: str) -> None:
    assert listed(client, database) == {"-1": ("us-east-2", "ACTIVE")}
    (place,) = client.get(f"/v2/databases/{database}").json()["info"]["datacenters"]
    assert (place["id"], place["name"], place["region"], place["status"]) == (f"{database}-1", "dc-1", "us-east-2", "")


def test_a_new_datacenter_is_there_once_the_maintenance_is_over(client: httpx.Client, database: str, clock: Clock) -> None:
    answer = client.post(f"/v2/databases/{database}/datacenters", json=wanted("us-west-2"))
    assert (answer.status_code, answer.content) == (201, b"")
    assert client.get(f"/v2/databases/{database}").json()["status"] == "MAINTENANCE"
    assert (list(listed(client, database)), reached(client, database, "us-west-2")) == (["-1"], 404)
    assert reached(client, database, "us-east-2") == 200
    clock.advance(CHANGE_SECONDS)
    assert client.get(f"/v2/databases/{database}").json()["status"] == "ACTIVE"
    assert listed(client, database) == {"-2": ("us-west-2", "ACTIVE"), "-1": ("us-east-2", "ACTIVE")}
    assert reached(client, database, "us-west-2") == 200


def test_all_regions_have_the_same_data(
    client: httpx.Client, database: str, add: Callable[..., None], send: Callable[..., httpx.Response]
) -> None:
    add("us-west-2")
    send("default_keyspace", "createCollection", name="c")
    elsewhere = client.post(f"/databases/{database}-us-west-2/api/json/v1/default_keyspace", json={"findCollections": {}})
    assert elsewhere.json() == {"status": {"collections": ["c"]}}


def test_the_order_of_datacenters_is_not_that_of_their_creation(
    client: httpx.Client, world: World, database: str, add: Callable[..., None]
) -> None:
    add("us-west-2", "eu-west-1")
    described = [place["region"] for place in client.get(f"/v2/databases/{database}").json()["info"]["datacenters"]]
    created = [place["region"] for place in world.datacenters(database)]
    assert created == ["us-east-2", "us-west-2", "eu-west-1"]
    assert described != created
    assert sorted(described) == sorted(created)


def test_a_datacenter_is_terminated_and_its_number_is_not_used_again(
    client: httpx.Client, world: World, database: str, clock: Clock, add: Callable[..., None]
) -> None:
    add("us-west-2")
    place = f"/v2/databases/{database}/datacenters/{database}-2/terminate"
    assert client.post(place).status_code == 202
    assert client.get(f"/v2/databases/{database}").json()["status"] == "MAINTENANCE"
    assert listed(client, database)["-2"] == ("us-west-2", "TERMINATING")
    assert reached(client, database, "us-west-2") == 404
    clock.advance(CHANGE_SECONDS)
    assert list(listed(client, database)) == ["-1"]
    assert listed(client, database, "?all=true") == {"-2": ("us-west-2", "TERMINATED"), "-1": ("us-east-2", "ACTIVE")}
    assert client.post(place).status_code == 409
    add("us-west-2")
    assert world.datacenters(database) == [
        {"id": f"{database}-1", "region": "us-east-2", "status": "ACTIVE"},
        {"id": f"{database}-2", "region": "us-west-2", "status": "TERMINATED"},
        {"id": f"{database}-3", "region": "us-west-2", "status": "ACTIVE"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"},
        [],
        [3],
        wanted("us-east-2"),
        wanted("moon-1"),
        wanted("us-east1", cloudProvider="GCP"),
        wanted("us-west-2", tier="C10"),
        wanted("us-west-2", "us-west-2"),
        [{"tier": "serverless", "cloudProvider": "AWS"}],
    ],
    ids=str,
)
def test_impossible_datacenters_are_refused(client: httpx.Client, database: str, body: object) -> None:
    assert client.post(f"/v2/databases/{database}/datacenters", json=body).status_code == 400
    assert client.get(f"/v2/databases/{database}").json()["status"] == "ACTIVE"
    assert list(listed(client, database)) == ["-1"]


def test_one_change_at_a_time(client: httpx.Client, database: str, add: Callable[..., None]) -> None:
    add("us-west-2")
    place = f"/v2/databases/{database}"
    region = wanted("eu-west-1")
    assert client.post(f"{place}/datacenters", json=region).status_code == 201
    others = [
        client.post(f"{place}/datacenters", json=region),
        client.post(f"{place}/datacenters/{database}-2/terminate"),
        client.post(f"{place}/keyspaces/extra"),
        client.post(f"{place}/terminate"),
    ]
    assert [answer.status_code for answer in others] == [409] * 4


def test_the_first_datacenter_stays_as_long_as_the_database(
    client: httpx.Client, database: str, add: Callable[..., None]
) -> None:
    add("us-west-2")
    answer = client.post(f"/v2/databases/{database}/datacenters/{database}-1/terminate")
    assert (answer.status_code, "us-east-2" in answer.json()["errors"][0]["message"]) == (400, True)
    assert client.post(f"/v2/databases/{database}/datacenters/{database}-9/terminate").status_code == 404


def test_further_datacenters_are_terminated_before_their_database(
    client: httpx.Client, database: str, clock: Clock, add: Callable[..., None]
) -> None:
    add("us-west-2")
    refused = client.post(f"/v2/databases/{database}/terminate")
    assert (refused.status_code, "us-west-2" in refused.json()["errors"][0]["message"]) == (409, True)
    client.post(f"/v2/databases/{database}/datacenters/{database}-2/terminate")
    clock.advance(CHANGE_SECONDS)
    assert client.post(f"/v2/databases/{database}/terminate").status_code == 202


def test_an_organisation_may_use_some_regions_only(
    client: httpx.Client, world: World, database: str, create: Callable[..., str]
) -> None:
    world.set("organization_regions", ["AWS/us-east-2", "GCP/us-east1"])

    def names(query: str) -> list[tuple[str, str]]:
        return [(region["cloudProvider"], region["name"]) for region in client.get(f"/v2/regions/serverless{query}").json()]

    assert names("?region-type=vector&filter-by-org=enabled") == [("AWS", "us-east-2"), ("GCP", "us-east1")]
    assert len(names("")) == len(names("?filter-by-org=disabled")) == len(names("?filter-by-org=all")) > 2
    assert client.post(f"/v2/databases/{database}/datacenters", json=wanted("us-west-2")).status_code == 400
    definition = {"name": "kb", "cloudProvider": "AWS", "tier": "serverless", "capacityUnits": 1}
    assert client.post("/v2/databases", json={**definition, "region": "us-west-2"}).status_code == 422
    create(region="us-east-2")
