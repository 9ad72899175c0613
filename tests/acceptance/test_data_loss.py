"""Documents are deleted only where somebody allowed it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

OWN = "knowledge.research.own"


@pytest.fixture
def filled(project: Project, declared: dict[str, Any]) -> Project:
    """A project whose collection `own` holds a document; the engine protects nothing."""
    project.declare(declared)
    project.up().ok()
    project.data_api("/research/own", {"insertOne": {"document": {"_id": "1", "$vector": [0.1] * 8}}})
    return project


def documents(project: Project) -> int:
    found: int = project.data_api("/research/own", {"countDocuments": {"filter": {}}})["status"]["count"]
    return found


def test_a_replacement_is_refused_and_the_document_stays(filled: Project, declared: dict[str, Any]) -> None:
    declared["workload"]["knowledge"]["research"]["collections"]["own"]["vector"]["dimension"] = 16
    filled.declare(declared)
    run = filled.up()
    assert run.code == 1
    assert (
        f"{OWN} would be replaced: the Data API cannot alter a collection (vector.dimension: declared 16, there 8)" in run.output
    )
    assert "and it holds documents (research.own)" in run.output
    assert f"allowDataLoss: [{OWN}]" in run.output
    assert documents(filled) == 1


def test_a_replacement_that_was_allowed_by_name_happens(filled: Project, declared: dict[str, Any]) -> None:
    declared["workload"]["knowledge"]["research"]["collections"]["own"]["vector"]["dimension"] = 16
    filled.declare({**declared, "allowDataLoss": [OWN]})
    filled.up().ok()
    assert documents(filled) == 0
    filled.preview("--expect-no-changes").ok()


@pytest.mark.parametrize("forced", [("--replace", f"**{OWN}"), ("--target-replace", f"**{OWN}")])
def test_a_forced_replacement_is_refused(filled: Project, forced: tuple[str, str]) -> None:
    assert filled.up(*forced).code == 1
    assert documents(filled) == 1


def test_a_dropped_collection_stays_while_it_holds_documents(filled: Project, declared: dict[str, Any]) -> None:
    del declared["workload"]["knowledge"]["research"]["collections"]["own"]
    filled.declare(declared)
    assert filled.up().code == 1
    assert documents(filled) == 1


def test_destroy_is_refused_while_anything_holds_documents(filled: Project) -> None:
    filled.data_api("/research", {"createCollection": {"name": "unmanaged"}})
    filled.data_api("/research/unmanaged", {"insertOne": {"document": {"_id": "1"}}})
    assert filled.destroy().code == 1
    filled.data_api("/research", {"deleteCollection": {"name": "own"}})
    run = filled.destroy()
    assert run.code == 1
    assert "cannot delete knowledge: it holds documents (research.unmanaged)" in run.output
    assert filled.database()["status"] == "ACTIVE"


def test_a_collection_renamed_in_the_program_alone_is_kept(project: Project) -> None:
    program = """\
import pulumi
from providers import AstraProvider, Collection, Database, Keyspace

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator", allow_data_loss=["*"]))
db = Database("db", cloud_provider="AWS", region="us-east-2", opts=opts)
ks = Keyspace("ks", database_id=db.id, name="research", opts=opts)
Collection("NAME", api_endpoint=ks.api_endpoint, keyspace="research", name="own", vector={"dimension": 8}, opts=opts)
"""
    project.program(program.replace("NAME", "before"))
    project.up().ok()
    project.data_api("/research/own", {"insertOne": {"document": {"_id": "1"}}})
    project.program(program.replace("NAME", "after"))
    project.up().ok()
    assert documents(project) == 1
    project.preview("--expect-no-changes").ok()


TWO_NAMES = """\
import pulumi
from providers import AstraProvider, Collection, Database, Keyspace

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator", allow_data_loss=["*"]))
db = Database("db", cloud_provider="AWS", region="us-east-2", opts=opts)
ks = Keyspace("ks", database_id=db.id, name="research", opts=opts)
place = {"api_endpoint": ks.api_endpoint, "keyspace": "research", "name": "own", "vector": {"dimension": 8}, "opts": opts}
Collection("one", **place)
"""


def test_two_resources_never_share_a_collection(project: Project) -> None:
    project.program(TWO_NAMES)
    project.up().ok()
    project.program(TWO_NAMES + 'Collection("two", **place)\n')
    run = project.up()
    assert run.code == 1
    assert "as two: one has it already. Two resources cannot share one" in run.output
    project.program(TWO_NAMES)
    project.up().ok()
    assert list(project.world.collections(project.database()["id"], "research")) == ["own"]


def test_two_databases_of_one_name_cloud_and_region_are_refused(project: Project, declared: dict[str, Any]) -> None:
    declared["databases"]["twin"] = dict(declared["databases"]["knowledge"])
    project.declare(declared)
    run = project.preview()
    assert run.code == 1
    assert "databases.twin: has the name, cloud and region of knowledge, and could not be told from it" in run.output


def test_a_database_taken_over_under_another_name_outlives_the_failure_after_it(project: Project) -> None:
    program = """\
import pulumi
from providers import AstraProvider, Database, Keyspace

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator", allow_data_loss=["*"]))
NAME = Database("NAME", name="db", cloud_provider="AWS", region="us-east-2", opts=opts)
"""
    project.program(program.replace("NAME", "before"))
    project.up().ok()
    before = project.database()["id"]
    broken = 'Keyspace("broken", database_id=after.id, name="dse", opts=opts)\n'
    project.program(program.replace("NAME", "after") + broken)
    assert project.up().code == 1
    project.program(program.replace("NAME", "after"))
    project.up().ok()
    assert (project.database()["id"], project.database()["status"]) == (before, "ACTIVE")


def test_destroy_sees_a_permission_that_was_given_since_the_last_up(filled: Project, declared: dict[str, Any]) -> None:
    assert filled.destroy().code == 1
    filled.declare({**declared, "allowDataLoss": ["*"]})
    filled.pulumi("destroy", "--yes", "--skip-preview", "--run-program").ok()
    assert filled.resources() == []
