"""DatabaseRegion on the emulator: the laws of every resource, and what a further region is not."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import pytest

from astra.validation import UNKNOWN
from emulator.world import World
from providers.database import DatabaseProvider
from providers.database_region import DatabaseRegionProvider
from providers.dynamic import AstraResourceProvider
from providers.session import Session
from providers.wire import Failure
from tests.providers.test_lifecycle import forget

Provide = Callable[[type[AstraResourceProvider]], Any]
DATABASE = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}


@dataclasses.dataclass
class Standing:
    """One database with one further region, as the providers made them."""

    database: Any
    database_id: str
    endpoint: str
    region: Any
    inputs: dict[str, Any]
    id: str
    outs: dict[str, Any]

    def read(self) -> Any:
        return self.region.read(self.id, {**self.outs, "__provider": "gASV"})

    def delete(self) -> None:
        self.region.delete(self.id, self.outs)

    def delete_database(self) -> None:
        self.database.delete(self.database_id, {**DATABASE, "apiEndpoint": self.endpoint, "organizationId": ""})


@pytest.fixture
def standing(provide: Provide, session: Session, world: World) -> Standing:
    """Made by another process: nothing is claimed by this one."""
    world.set("datacenter_seconds", 0)
    database, region = provide(DatabaseProvider), provide(DatabaseRegionProvider)
    made = database.create(DATABASE)
    inputs = {"address": "knowledge.us-west-2", "databaseId": made.id, "cloudProvider": "AWS", "region": "us-west-2"}
    further = region.create({**inputs, "__provider": "gASV"})
    forget(session)
    return Standing(database, made.id, made.outs["apiEndpoint"], region, inputs, further.id, further.outs)


def regions(world: World, standing: Standing) -> list[str]:
    return [place["region"] for place in world.datacenters(standing.database_id) if place["status"] == "ACTIVE"]


def test_create_then_read_then_diff_is_empty(standing: Standing, world: World) -> None:
    assert regions(world, standing) == ["us-east-2", "us-west-2"]
    found = standing.read()
    assert (found.id, found.outs) == (standing.id, standing.outs)
    difference = standing.region.diff(found.id, found.outs, standing.inputs)
    assert (difference.changes, difference.replaces) == (False, [])


def test_its_outputs_are_its_datacenter_and_the_endpoint_in_that_region(standing: Standing, world: World) -> None:
    (place,) = (place for place in world.datacenters(standing.database_id) if place["region"] == "us-west-2")
    assert standing.id == f"{standing.database_id}/us-west-2"
    assert standing.outs["datacenterId"] == place["id"]
    assert standing.outs["apiEndpoint"] == standing.endpoint.replace("us-east-2", "us-west-2")


def test_what_was_read_as_inputs_is_valid_and_means_no_change(standing: Standing) -> None:
    found = standing.read()
    assert standing.region.check({}, found.inputs).failures == []
    assert standing.region.diff(found.id, found.outs, found.inputs).changes is False


@pytest.mark.parametrize(
    ("name", "value"), [("databaseId", "another"), ("cloudProvider", "GCP"), ("region", "eu-west-1"), ("databaseId", UNKNOWN)]
)
def test_whatever_changes_replaces_it(standing: Standing, name: str, value: Any) -> None:
    difference = standing.region.diff(standing.id, standing.outs, {**standing.inputs, name: value})
    assert (difference.changes, difference.replaces, difference.delete_before_replace) == (True, [name], True)


def test_delete_then_read_is_gone_and_deleting_twice_is_fine(standing: Standing, world: World) -> None:
    standing.delete()
    assert regions(world, standing) == ["us-east-2"]
    gone = standing.read()
    assert (gone.id, gone.outs) == ("", {})
    standing.delete()


def test_with_the_database_gone_it_is_gone(standing: Standing, session: Session) -> None:
    standing.delete()
    standing.delete_database()
    assert session.connection.client.get(f"http://x/v2/databases/{standing.database_id}").json()["status"] == "TERMINATED"
    assert standing.read().id == ""
    standing.delete()


def test_creating_again_takes_over_what_a_killed_run_left(standing: Standing) -> None:
    again = standing.region.create(standing.inputs)
    assert (again.id, again.outs) == (standing.id, standing.outs)


def test_one_that_this_run_took_over_under_another_name_is_spared(standing: Standing, world: World) -> None:
    standing.region.create({**standing.inputs, "address": "renamed"})
    standing.delete()
    assert regions(world, standing) == ["us-east-2", "us-west-2"]


def test_two_resources_never_share_a_region(standing: Standing) -> None:
    standing.region.create(standing.inputs)
    with pytest.raises(Failure, match=r"as another: knowledge\.us-west-2 has it already\. Two resources cannot share one"):
        standing.region.create({**standing.inputs, "address": "another"})


def test_the_region_that_the_database_was_made_in_is_no_further_one(standing: Standing, world: World) -> None:
    """It could never be removed again, and so neither could the resource."""
    with pytest.raises(Failure, match="us-east-2"):
        standing.region.create({**standing.inputs, "address": "knowledge.us-east-2", "region": "us-east-2"})
    assert regions(world, standing) == ["us-east-2", "us-west-2"]


def test_a_region_of_another_cloud_is_refused_in_the_service_s_words(standing: Standing, world: World) -> None:
    inputs = {**standing.inputs, "address": "knowledge.us-east1", "cloudProvider": "GCP", "region": "us-east1"}
    with pytest.raises(Failure, match=re.escape(f"cannot add region us-east1 to database {standing.database_id}: HTTP 400")):
        standing.region.create(inputs)
    assert regions(world, standing) == ["us-east-2", "us-west-2"]


@pytest.mark.parametrize("database_id", ["00000000-0000-4000-8000-000000000000", UNKNOWN])
def test_check_refuses_a_region_that_the_organisation_cannot_use(standing: Standing, world: World, database_id: Any) -> None:
    world.set("organization_regions", ["AWS/us-east-1", "AWS/us-west-2", "GCP/us-east4"])
    inputs = {**standing.inputs, "databaseId": database_id, "region": "us-east-4"}
    (failure,) = standing.region.check({}, inputs).failures
    assert (failure.property, failure.reason) == (
        "",
        'knowledge.us-west-2: region: this organisation has no region us-east-4 of AWS; did you mean "us-east-1"?',
    )


def test_check_leaves_one_alone_that_stands_and_did_not_change(standing: Standing, world: World) -> None:
    world.set("organization_regions", ["AWS/us-east-1"])
    assert standing.region.check(standing.inputs, standing.inputs).failures == []


def test_up_refuses_what_check_could_not_know_yet(standing: Standing, world: World) -> None:
    inputs = {**standing.inputs, "address": "knowledge.further", "region": "us-west-22"}
    with pytest.raises(Failure) as refused:
        standing.region.create(inputs)
    assert str(refused.value) == (
        f"cannot add region us-west-22 to database {standing.database_id}: this organisation has no region us-west-22 of AWS; "
        'did you mean "us-west-2"?'
    )
    assert regions(world, standing) == ["us-east-2", "us-west-2"]


def test_check_says_what_is_missing_or_wrong(standing: Standing) -> None:
    failures = standing.region.check({}, {"address": "r", "databaseId": "x", "cloudProvider": "DIGITAL_OCEAN"}).failures
    assert {failure.property for failure in failures} == {""}
    reasons = " ".join(failure.reason for failure in failures)
    assert 'r: "region" is missing' in reasons
    assert 'r: cloudProvider: "DIGITAL_OCEAN" is not one of AWS, GCP, AZURE' in reasons


def test_of_another_organisation_nothing_counts_as_gone(standing: Standing, world: World) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    theirs = {**standing.outs, "databaseId": unknown, "organizationId": "theirs"}
    for verb in ("read", "delete"):
        with pytest.raises(Failure, match=f"it belongs to organisation theirs, the token to {world.get('organization')}"):
            getattr(standing.region, verb)(f"{unknown}/us-west-2", theirs)


def test_what_a_killed_run_began_is_waited_for_and_not_begun_again(standing: Standing, world: World) -> None:
    world.set("datacenter_seconds", 0.05)
    body = [{"tier": "serverless", "cloudProvider": "AWS", "region": "eu-west-1"}]
    path = f"http://x/v2/databases/{standing.database_id}/datacenters"
    standing.region.session.connection.client.post(path, json=body).raise_for_status()
    standing.region.create({**standing.inputs, "address": "knowledge.eu-west-1", "region": "eu-west-1"})
    assert regions(world, standing) == ["us-east-2", "us-west-2", "eu-west-1"]


def test_a_self_hosted_data_api_has_no_regions(standing: Standing, session: Session) -> None:
    hosted = dataclasses.replace(session.target, kind="data-api")
    standing.region.session = dataclasses.replace(session, target=hosted)
    assert standing.region.check({}, standing.inputs).failures == []
    with pytest.raises(Failure, match="a self-hosted Data API has no DevOps API"):
        standing.region.create(standing.inputs)
