"""Further regions of a database: one change at a time, waited for, and found again after a killed run."""

from collections.abc import Callable

import httpx
import pytest

from astra import database, datacenter
from astra.errors import NotFound, Unavailable, Unreadable
from astra.http import Connection
from emulator.world import World


@pytest.fixture
def database_id(emulator: Connection, commands: list[str]) -> str:
    made = database.create(emulator, "knowledge", "AWS", "us-east-2")
    commands.clear()
    return made


def test_a_region_stands_when_its_creation_returns(emulator: Connection, database_id: str) -> None:
    identity = datacenter.create(emulator, database_id, "AWS", "us-west-2")
    assert datacenter.listed(emulator, database_id).keys() == {"us-east-2", "us-west-2"}
    assert datacenter.listed(emulator, database_id)["us-west-2"]["id"] == identity
    assert database.described(emulator, database_id)["status"] == "ACTIVE"


def test_the_request_is_an_array_of_one(answering: Callable) -> None:
    active = httpx.Response(200, json={"id": "i", "status": "ACTIVE", "info": {}})
    first = {"id": "i-1", "region": "us-east-2"}
    two = [first, {"id": "i-2", "region": "us-west-2"}]
    service = answering(
        active,
        httpx.Response(200, json=[first]),
        httpx.Response(201),
        active,
        httpx.Response(200, json=two),
        active,
        httpx.Response(200, json=two),
    )
    assert datacenter.create(service.connection, "i", "AWS", "us-west-2") == "i-2"
    (post,) = (request for request in service.requests if request.method == "POST")
    assert post.url.path == "/v2/databases/i/datacenters"
    assert httpx.Response(200, content=post.content).json() == [
        {"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"}
    ]


def test_a_region_that_stands_already_is_taken_as_it_is(emulator: Connection, database_id: str, commands: list[str]) -> None:
    first = datacenter.create(emulator, database_id, "AWS", "us-west-2")
    commands.clear()
    assert datacenter.create(emulator, database_id, "AWS", "us-west-2") == first
    assert {command.partition(" ")[0] for command in commands} == {"GET"}


def test_two_in_a_row_wait_for_each_other(emulator: Connection, database_id: str) -> None:
    for region in ("us-west-2", "eu-west-1"):
        datacenter.create(emulator, database_id, "AWS", region)
    assert datacenter.listed(emulator, database_id).keys() == {"us-east-2", "us-west-2", "eu-west-1"}


def test_another_change_under_way_is_waited_for(answering: Callable) -> None:
    active = httpx.Response(200, json={"id": "i", "status": "ACTIVE", "info": {}})
    busy = httpx.Response(409, json={"errors": [{"ID": 1, "message": "busy"}]})
    service = answering(busy, active, httpx.Response(201))
    database.change(service.connection, "i", "POST", "/datacenters", "add a region", [])
    assert [request.method for request in service.requests].count("POST") == 2


def test_removing_and_removing_again(emulator: Connection, database_id: str, commands: list[str]) -> None:
    datacenter.create(emulator, database_id, "AWS", "us-west-2")
    datacenter.terminate(emulator, database_id, "us-west-2")
    assert datacenter.listed(emulator, database_id).keys() == {"us-east-2"}
    commands.clear()
    datacenter.terminate(emulator, database_id, "us-west-2")
    assert {command.partition(" ")[0] for command in commands} == {"GET"}


def test_with_the_database_gone_it_is_not_found(emulator: Connection, database_id: str) -> None:
    database.terminate(emulator, database_id)
    with pytest.raises(NotFound):
        datacenter.create(emulator, database_id, "AWS", "us-west-2")


def test_a_region_that_the_organisation_cannot_use_is_named_with_the_nearest_of_its_cloud(emulator: Connection) -> None:
    reason = database.unusable_region(emulator, "AWS", "us-east-22")
    assert reason == 'this organisation has no region us-east-22 of AWS; did you mean "us-east-2"?'
    assert database.unusable_region(emulator, "GCP", "us-east-2").startswith("this organisation has no region us-east-2 of GCP; ")
    assert database.unusable_region(emulator, "AWS", "us-east-2") == ""


ABSENT = httpx.Response(404, json={"errors": [{"ID": 1, "message": "no route for this."}]})


def test_a_list_of_regions_that_is_said_not_to_exist_is_no_absence_of_the_database(answering: Callable) -> None:
    with pytest.raises(Unreadable) as raised:
        datacenter.listed(answering(ABSENT).connection, "i")
    assert str(raised.value) == (
        "cannot list the regions of database i: HTTP 404, 1: no route for this. Yet the database was there a moment ago: run "
        "again. A proxy or a wrong address may have answered: check the address of the target."
    )


def test_a_removal_that_is_answered_with_an_absence_counts_only_where_the_region_is_listed_no_more(answering: Callable) -> None:
    active = httpx.Response(200, json={"id": "i", "status": "ACTIVE", "info": {}})
    first, further = ({"id": f"i-{number}", "region": region} for number, region in ((1, "us-east-2"), (2, "us-west-2")))
    both, one = httpx.Response(200, json=[first, further]), httpx.Response(200, json=[first])
    datacenter.terminate(answering(active, both, ABSENT, active, one, active, one, active).connection, "i", "us-west-2")
    with pytest.raises(Unreadable, match=r"^cannot remove region us-west-2 .* Yet it stands, so nothing was removed\."):
        datacenter.terminate(answering(active, both, ABSENT, active, both).connection, "i", "us-west-2")


def test_an_outage_is_no_absence(answering: Callable) -> None:
    with pytest.raises(Unavailable):
        datacenter.listed(answering(httpx.Response(503)).connection, "i")


def test_regions_may_be_limited_to_those_of_the_organisation(emulator: Connection, world: World) -> None:
    world.set("organization_regions", ["AWS/us-east-2"])
    assert "its regions: us-east-2" in database.unusable_region(emulator, "AWS", "eu-central-1")
