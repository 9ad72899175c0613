"""Databases that somebody else manages, named by id or by address: what is declared in them is managed, they are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from emulator.transport import open_store

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NOTES = {
    "definition": {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"},
    "indexes": {"notes_body": {"column": "body"}},
}


@pytest.fixture
def theirs(project: Project) -> str:
    """Id of a database that somebody else made: with a keyspace `shared`, and a document in each keyspace."""
    for name in ("provisioning_seconds", "maintenance_seconds"):
        project.world.set(name, 0)
    body = {"name": "theirs", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        client.post("http://emulator/v2/databases", json={**body, "dbType": "vector"}).raise_for_status()
    database: str = project.database()["id"]
    project.devops("POST", f"/databases/{database}/keyspaces/shared")
    for keyspace in ("default_keyspace", "shared"):
        project.data_api(f"/{keyspace}", {"createCollection": {"name": "theirs"}})
        project.data_api(f"/{keyspace}/theirs", {"insertOne": {"document": {"_id": "1"}}})
    return database


def address(database: str) -> str:
    """Where the database's Data API answers."""
    return f"http://127.0.0.1:8181/databases/{database}-us-east-2"


def named(way: str, database: str) -> dict[str, str]:
    """The database as the file names it."""
    return {"id": database} if way == "id" else {"apiEndpoint": address(database)}


def declared_in(database: dict[str, str]) -> dict[str, Any]:
    """An environment that uses one keyspace which is there, and one which is not."""
    return {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": database},
        "workload": {
            "knowledge": {
                "shared": {"collections": {"own": {"vector": {"dimension": 8}}}, "tables": {"notes": NOTES}},
                "made": {"collections": {"own": {"vector": {"dimension": 16}}}},
            }
        },
    }


def content(project: Project, database: str) -> dict[str, list[str]]:
    """Names of the database's collections and tables by keyspace; it must be ACTIVE."""
    (found,) = (one for one in project.world.databases() if one["id"] == database)
    assert found["status"] == "ACTIVE"
    world = project.world
    return {name: [*world.collections(database, name), *world.tables(database, name)] for name in found["keyspaces"]}


WITH_OURS = {"default_keyspace": ["theirs"], "made": ["own"], "shared": ["own", "theirs", "notes"]}
WITHOUT_OURS = {"default_keyspace": ["theirs"], "made": [], "shared": ["theirs"]}


@pytest.mark.parametrize("way", ["id", "apiEndpoint"])
def test_what_is_declared_in_it_comes_up_and_goes_and_the_database_stays(project: Project, theirs: str, way: str) -> None:
    project.declare(declared_in(named(way, theirs)))
    project.up().ok()
    assert content(project, theirs) == WITH_OURS
    assert project.outputs()["databases"]["knowledge"]["apiEndpoint"] == address(theirs)
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    project.preview("--expect-no-changes").ok()
    project.destroy().ok()
    assert project.resources() == []
    assert content(project, theirs) == WITHOUT_OURS
    assert len(project.world.databases()) == 1
    for keyspace in ("default_keyspace", "shared"):
        assert project.data_api(f"/{keyspace}/theirs", {"countDocuments": {"filter": {}}})["status"]["count"] == 1


@pytest.mark.parametrize("way", ["id", "apiEndpoint"])
def test_another_one_is_another_however_it_is_named(project: Project, theirs: str, way: str) -> None:
    project.declare(declared_in({"id": theirs}))
    project.up().ok()
    body = {"name": "others", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        client.post("http://emulator/v2/databases", json={**body, "dbType": "vector"}).raise_for_status()
    (others,) = (one["id"] for one in project.world.databases() if one["name"] == "others")
    project.declare(declared_in(named(way, others)))
    assert "replace" in project.preview().ok().output
    project.up().ok()
    assert content(project, others) == {"default_keyspace": [], "made": ["own"], "shared": ["own", "notes"]}
    assert content(project, theirs) == WITHOUT_OURS
    # With documents in it, the plan refuses what it would lose.
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        insertion = {"insertOne": {"document": {"_id": "1"}}}
        client.post(f"{address(others)}/api/json/v1/shared/own", json=insertion).raise_for_status()
    project.declare(declared_in({"id": theirs}))
    run = project.preview()
    assert run.code == 1
    why = "its database is another one, or named in another way, and it holds documents (shared.own)"
    assert f"knowledge.shared.own would be replaced: {why}" in run.output, run.output


def test_applications_are_told_what_stands_behind_an_id(project: Project, theirs: str) -> None:
    project.declare({**declared_in({"id": theirs}), "workload": {}})
    project.up().ok()
    found = project.outputs()["databases"]["knowledge"]
    assert {key: found[key] for key in ("id", "name", "cloudProvider", "region", "apiEndpoint")} == {
        "id": theirs,
        "name": "theirs",
        "cloudProvider": "AWS",
        "region": "us-east-2",
        "apiEndpoint": address(theirs),
    }


@pytest.mark.parametrize("verb", ["preview", "refresh", "destroy"])
def test_of_one_that_was_terminated_since_is_said_what_to_do(project: Project, theirs: str, verb: str) -> None:
    project.declare(declared_in({"id": theirs}))
    project.up().ok()
    project.world.set_status(theirs, "TERMINATED")
    run = project.preview() if verb == "preview" else project.pulumi(verb, "--yes", "--skip-preview", "--run-program")
    assert run.code != 0, run.output
    assert f"database {theirs} is TERMINATED. What is gone never comes back: take it out of the environment" in run.output
    other = {"name": "other", "cloudProvider": "AWS", "region": "us-east-2"}
    project.declare({"target": {"kind": "emulator"}, "databases": {"other": other}, "workload": {}})
    project.up().ok()
    assert set(project.outputs()["databases"]) == {"other"}


def test_an_unknown_id_is_refused_in_the_preview(project: Project) -> None:
    project.declare(declared_in({"id": UNKNOWN}))
    run = project.preview()
    assert run.code == 1, run.output
    assert f"cannot read database {UNKNOWN}: HTTP 404" in run.output
    assert "Check that it exists and that the token belongs to its organisation." in run.output
    assert "Traceback" not in run.output


def test_nothing_is_made_in_the_place_of_an_unknown_id(project: Project) -> None:
    project.declare(declared_in({"id": UNKNOWN}))
    run = project.up()
    assert run.code == 1, run.output
    assert f"There is no database {UNKNOWN}" in run.output
    assert "Traceback" not in run.output
    assert project.world.databases() == []


def test_one_that_is_taken_out_of_the_file_is_forgotten_and_stays(project: Project, theirs: str) -> None:
    ours = {"name": "ours", "cloudProvider": "AWS", "region": "us-east-2"}
    declared = declared_in({"id": theirs})
    project.declare({**declared, "databases": {**declared["databases"], "other": ours}})
    project.up().ok()
    assert content(project, theirs) == WITH_OURS
    # What is only read stands in the way of no deployment either.
    (deployment,) = (one for one in project.resources() if one["urn"].endswith("::deployment"))
    assert not deployment.get("dependencies")
    project.declare({**declared, "databases": {"other": ours}, "workload": {}})
    project.up().ok()
    assert content(project, theirs) == WITHOUT_OURS
    assert {one["urn"].rpartition("::")[2] for one in project.resources()} == {
        "astra-vectorize-test",
        "astra",
        "workload",
        "other",
        "deployment",
    }


def test_documents_of_what_was_declared_in_it_are_guarded_too(project: Project, theirs: str) -> None:
    project.declare(declared_in({"id": theirs}))
    project.up().ok()
    project.data_api("/shared/own", {"insertOne": {"document": {"_id": "1"}}})
    run = project.destroy()
    assert run.code == 1
    assert "cannot delete knowledge.shared.own: it holds documents (own), and they would be lost." in run.output
    assert "own" in content(project, theirs)["shared"]


PROGRAM = """\
import pulumi
from providers import AstraProvider, Collection, Database, Keyspace

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator"))
found = Database.get("knowledge", "ID", opts)
kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
shared = Keyspace("knowledge.shared", database_id=found.id, name="shared", opts=kept)
place = {"api_endpoint": shared.api_endpoint, "keyspace": "shared"}
Collection("knowledge.shared.own", **place, name="own", vector={"dimension": 8}, opts=opts)
pulumi.export("endpoint", found.api_endpoint)
"""


def test_a_program_uses_a_database_of_somebody_else(project: Project, theirs: str) -> None:
    project.program(PROGRAM.replace("ID", theirs))
    project.up().ok()
    assert project.outputs() == {"endpoint": address(theirs)}
    assert content(project, theirs)["shared"] == ["own", "theirs"]
    project.preview("--expect-no-changes").ok()
    project.destroy().ok()
    assert content(project, theirs) == {"default_keyspace": ["theirs"], "shared": ["theirs"]}


def test_a_program_that_names_an_unknown_id_is_refused_in_the_preview(project: Project) -> None:
    project.program(PROGRAM.replace("ID", UNKNOWN))
    run = project.preview()
    assert run.code == 1, run.output
    assert f"There is no database {UNKNOWN}" in run.output
    assert "Traceback" not in run.output


def test_one_that_the_stack_made_is_handed_over_only_after_the_stack_forgot_it(project: Project) -> None:
    made = {"name": "ours", "cloudProvider": "AWS", "region": "us-east-2"}
    content = {"shared": {"collections": {"own": {"vector": {"dimension": 8}}}}}
    environment = {"target": {"kind": "emulator"}, "databases": {"knowledge": made}, "workload": {"knowledge": content}}
    project.declare(environment)
    project.up().ok()
    (ours,) = (one["id"] for one in project.world.databases())
    environment = {**environment, "allowDataLoss": ["*"], "databases": {"kb": {"id": ours}}, "workload": {"kb": content}}
    project.declare(environment)
    for run in (project.preview(), project.up()):
        assert run.code == 1
        assert (
            f"databases.kb: this is the database {ours} that the stack made as knowledge, and would now terminate. Go on calling "
            "it knowledge, with its name, cloudProvider and region. Or hand it over: first have the stack forget knowledge by "
            "pulumi state delete, as docs/backends.md says, then update once with allowDataLoss: [knowledge]."
        ) in run.output
    (database,) = [one["urn"] for one in project.resources() if one["urn"].endswith("::knowledge")]
    project.pulumi("state", "delete", "--yes", "--force", "--target-dependents", database).ok()
    project.declare({**environment, "allowDataLoss": ["knowledge"]})
    project.up().ok()
    project.declare({**environment, "allowDataLoss": []})
    project.preview().ok()
    assert [one["status"] for one in project.world.databases()] == ["ACTIVE"]
    assert list(project.world.collections(ours, "shared")) == ["own"]
    project.destroy().ok()
    assert [one["status"] for one in project.world.databases()] == ["ACTIVE"]
