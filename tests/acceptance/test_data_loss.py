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
    assert f"cannot delete {OWN}: it holds documents (own), and they would be lost." in run.output
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


def test_other_targets_than_the_emulator_are_protected_by_the_engine(project: Project, declared: dict[str, Any]) -> None:
    project.declare({**declared, "protect": True})
    project.up().ok()
    run = project.destroy()
    assert run.code != 0
    assert "protect" in run.output
    assert project.database()["status"] == "ACTIVE"
