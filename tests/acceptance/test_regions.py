"""Further regions of a database: they come and go one at a time, and none that the organisation cannot use is begun with."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Response

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN
from tests.acceptance.conftest import Project
from tests.acceptance.test_service_errors import astra_at, served

if TYPE_CHECKING:
    from pathlib import Path

DRIFT = 7  # exit code of refresh --expect-no-changes


def declared_in(*further: str, region: str = "us-east-2") -> dict[str, Any]:
    """An environment with one database, and further regions of it."""
    database = {"name": "knowledge-test", "cloudProvider": "AWS", "region": region, "additionalRegions": list(further)}
    own = {"collections": {"own": {"vector": {"dimension": 8}}}}
    return {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": database},
        # A keyspace that is still to be made: at the service that and a region get in each other's way.
        "workload": {"knowledge": {"research": own}},
    }


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack is kept once it stands."""
    return tmp_path_factory.mktemp("kept") / "stack"


@pytest.fixture
def standing(request: pytest.FixtureRequest, tmp_path: Path, kept: Path, engine_environment: dict[str, str]) -> Project:
    """A copy of a stack whose database has two further regions, as its first `up` left it."""
    if not kept.exists():
        made: Project = request.getfixturevalue("project")
        made.declare(declared_in("us-west-2", "eu-west-1"))
        made.up().ok()
        shutil.copytree(made.folder.parent, kept)
    copied = tmp_path / "copy"
    shutil.copytree(kept, copied)
    # Which stack is selected, the engine remembers by the folder, and this is another one.
    own = {"PULUMI_BACKEND_URL": f"file://{copied / 'state'}", "PULUMI_STACK": "test"}
    return Project(copied / "project", {**engine_environment, **own})


def regions(project: Project) -> list[str]:
    """Where the database stands, in alphabetical order."""
    found = project.world.datacenters(project.database()["id"])
    return sorted(place["region"] for place in found if place["status"] == "ACTIVE")


def test_further_regions_stand_and_their_endpoints_are_outputs(standing: Project) -> None:
    assert regions(standing) == ["eu-west-1", "us-east-2", "us-west-2"]
    address = f"http://127.0.0.1:8181/databases/{standing.database()['id']}"
    found = standing.outputs()["databases"]["knowledge"]
    assert found["apiEndpoint"] == f"{address}-us-east-2"
    assert found["regions"] == {
        "us-west-2": {"apiEndpoint": f"{address}-us-west-2"},
        "eu-west-1": {"apiEndpoint": f"{address}-eu-west-1"},
    }


def test_after_an_up_nothing_changes_and_after_a_refresh_neither(standing: Project) -> None:
    standing.preview("--expect-no-changes").ok()
    standing.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    standing.preview("--expect-no-changes").ok()


def test_the_order_of_regions_in_the_file_means_nothing(standing: Project) -> None:
    standing.declare(declared_in("eu-west-1", "us-west-2"))
    standing.preview("--expect-no-changes").ok()


def test_a_region_is_added_and_another_removed_later(standing: Project) -> None:
    before = standing.database()["id"]
    standing.declare(declared_in("us-west-2", "ap-south-1"))
    output = standing.up().ok().output
    assert "knowledge.ap-south-1 created" in output
    assert "knowledge.eu-west-1 deleted" in output
    assert regions(standing) == ["ap-south-1", "us-east-2", "us-west-2"]
    assert standing.database()["id"] == before
    standing.preview("--expect-no-changes").ok()


def test_destroy_removes_the_further_regions_before_the_database(standing: Project) -> None:
    output = standing.destroy().ok().output
    for region in ("us-west-2", "eu-west-1"):
        assert output.index(f"knowledge.{region} deleted") < output.index("Database knowledge deleting")
    assert [database["status"] for database in standing.world.databases()] == ["TERMINATED"]
    assert standing.resources() == []


def test_a_region_that_somebody_terminated_is_seen_and_brought_back(standing: Project) -> None:
    standing.world.set("datacenter_seconds", 0)
    database = standing.database()["id"]
    ids = {place["region"]: place["id"] for place in standing.world.datacenters(database)}
    standing.devops("POST", f"/databases/{database}/datacenters/{ids['us-west-2']}/terminate")
    run = standing.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert run.code == DRIFT, run.output
    assert "::knowledge.us-west-2]" in run.output
    assert "::knowledge.eu-west-1]" not in run.output
    assert "+ 1 created" in standing.up("--refresh").ok().output
    assert regions(standing) == ["eu-west-1", "us-east-2", "us-west-2"]


def test_a_change_by_somebody_else_is_waited_for(project: Project) -> None:
    """The service answers 409 to a change while another one is under way."""
    project.declare({**declared_in("us-west-2"), "target": {"kind": "astra"}, "protect": False})
    emulated = application(project.world)
    added: list[int] = []

    def busy_once(environ: dict[str, str], start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("/datacenters"):
            added.append(409 if not added else 201)
            if added == [409]:
                error = {"errors": [{"ID": 1, "message": "The database is MAINTENANCE."}]}
                return Response(json.dumps(error), status=409, mimetype="application/json")(environ, start)
        return emulated(environ, start)

    with served(busy_once) as address:
        project.configure(astra_at(address))
        project.up(ASTRA_DB_APPLICATION_TOKEN=DEFAULT_TOKEN).ok()
    assert added == [409, 201]
    assert regions(project) == ["us-east-2", "us-west-2"]


def test_every_region_that_the_organisation_cannot_use_is_refused_before_anything_is_made(project: Project) -> None:
    project.world.set("organization_regions", ["AWS/us-east-1", "AWS/us-west-2", "GCP/us-east4"])
    project.declare(declared_in("us-west-2", "us-west-3", region="us-east-4"))
    for run in (project.preview(), project.up()):
        assert run.code == 1
        for region, nearest in (("us-east-4", "us-east-1"), ("us-west-3", "us-west-2")):
            sentence = f'databases.knowledge: this organisation has no region {region} of AWS; did you mean "{nearest}"?'
            assert sentence in run.output
        assert "no region us-west-2" not in run.output
        assert "Traceback" not in run.output
    assert project.world.databases() == []


def test_of_a_database_that_stands_a_further_region_is_refused_before_anything_changes(standing: Project) -> None:
    standing.declare(declared_in("us-west-2", "us-west-3"))
    run = standing.up()
    assert run.code == 1
    assert 'databases.knowledge: this organisation has no region us-west-3 of AWS; did you mean "us-west-2"?' in run.output
    assert regions(standing) == ["eu-west-1", "us-east-2", "us-west-2"]


def test_a_region_that_is_in_use_stays_although_the_organisation_could_not_begin_with_it_now(standing: Project) -> None:
    standing.world.set("organization_regions", ["AWS/ap-south-1"])
    standing.preview("--expect-no-changes").ok()


PROGRAM = """\
import pulumi
from providers import AstraProvider, Database, DatabaseRegion

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator"))
db = Database("db", cloud_provider="AWS", region="FIRST", opts=opts)
DatabaseRegion("db.further", database_id=db.id, cloud_provider="AWS", region="FURTHER", opts=opts)
"""


@pytest.mark.parametrize(
    ("first", "further", "wrong"), [("us-east-4", "us-west-2", "db"), ("us-east-1", "us-east-4", "db.further")]
)
def test_a_program_is_refused_in_the_same_words(project: Project, first: str, further: str, wrong: str) -> None:
    project.world.set("organization_regions", ["AWS/us-east-1", "AWS/us-west-2", "GCP/us-east4"])
    project.program(PROGRAM.replace("FIRST", first).replace("FURTHER", further))
    run = project.preview()
    assert run.code == 1
    assert f'{wrong}: region: this organisation has no region us-east-4 of AWS; did you mean "us-east-1"?' in run.output
    assert "Traceback" not in run.output


def test_a_program_adds_and_removes_a_region(project: Project) -> None:
    program = PROGRAM.replace("FIRST", "us-east-1").replace("FURTHER", "us-west-2")
    project.program(program)
    project.up().ok()
    assert regions(project) == ["us-east-1", "us-west-2"]
    project.program("".join(line for line in program.splitlines(keepends=True) if not line.startswith("DatabaseRegion")))
    project.up().ok()
    assert regions(project) == ["us-east-1"]
