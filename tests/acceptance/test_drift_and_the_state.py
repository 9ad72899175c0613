"""`vectorize drift` where the state alone would mislead: after a refresh, half an update, beside another stack, without a file.

One stack is brought up once; every test begins with its state, its world and its environment as they were then.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from emulator.control import add_fault
from tests.acceptance.conftest import IN_PROCESS, ROOT, Project
from tests.acceptance.test_drift import Look

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWN = {"vector": {"dimension": 8, "metric": "cosine"}}
ENVIRONMENT: dict[str, Any] = {
    "target": {"kind": "emulator"},
    "allowDataLoss": ["*"],
    "drift": {"ignore": ["knowledge.docs.tmp_*"]},
    "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
    "workload": {"knowledge": {"docs": {"collections": {"own": OWN, "other": {}}}}},
}
MISSING = "the collection was applied and does not exist any more"


def declaring(**collections: Any) -> dict[str, Any]:
    return {**ENVIRONMENT, "workload": {"knowledge": {"docs": {"collections": {"own": OWN, "other": {}, **collections}}}}}


def look(project: Project, *arguments: str, folder: str = ".", stacks: tuple[str, ...] = ("--stack=test",)) -> Look:
    done = subprocess.run(
        ["vectorize", "drift", *stacks, "--format", "json", *arguments],
        cwd=project.folder / folder,
        env={**project.environment, "PYTHONPATH": str(project.folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Look(done.returncode, json.loads(done.stdout or "{}"), done.stderr)


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]) -> Path:
    """The folder of a project and its state, as the first update left them."""
    kept = tmp_path_factory.mktemp("kept")
    (kept / "state").mkdir()
    (kept / "project" / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, kept / "project" / name)
    project = Project(kept / "project", {**engine_environment, "PULUMI_BACKEND_URL": f"file://{kept / 'state'}"})
    with closing(project.world) as world:
        for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds"):
            world.set(name, 0)
    project.pulumi("stack", "init", "test").ok()
    project.configure(IN_PROCESS)
    project.declare(ENVIRONMENT)
    project.up().ok()
    return kept


@pytest.fixture
def project(stood: Path, tmp_path: Path, engine_environment: dict[str, str]) -> Project:
    for name in ("state", "project"):
        shutil.copytree(stood / name, tmp_path / name)
    # The engine remembers the selected stack by the folder.
    selected = {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}", "PULUMI_STACK": "test"}
    return Project(tmp_path / "project", {**engine_environment, **selected})


def by_hand(project: Project, name: str, options: dict[str, Any]) -> None:
    project.data_api("/docs", {"deleteCollection": {"name": name}})
    project.data_api("/docs", {"createCollection": {"name": name, "options": options}})


def edit(project: Project, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Changes the resources of the state."""
    state = project.state()
    change(state["deployment"]["resources"])
    file = project.folder.parent / "edited.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    project.pulumi("stack", "import", "--file", str(file)).ok()


def test_a_refresh_does_not_silence_what_it_took_over(project: Project) -> None:
    by_hand(project, "own", {"vector": {"dimension": 8, "metric": "euclidean"}})
    sentence = 'vector.metric is "euclidean", applied was "cosine"'
    found = [("changed", "knowledge.docs.own", "warning", sentence)]
    before = look(project)
    assert (before.code, before.told(), before.told("pending")) == (2, found, [])
    project.pulumi("refresh", "--yes", "--skip-preview").ok()
    after = look(project)
    assert (after.code, after.told(), after.told("pending")) == (2, found, [])
    (one,) = after.report["findings"]
    assert one["accept"] == 'write vector.metric: "euclidean", then run pulumi up --stack test'
    # Either way out ends it.
    project.declare(declaring(own={"vector": {"dimension": 8, "metric": "euclidean"}}))
    assert look(project).told() == []
    project.declare(ENVIRONMENT)
    project.up().ok()
    assert look(project).code == 0


def test_nor_does_one_that_found_something_gone(project: Project) -> None:
    project.data_api("/docs", {"deleteCollection": {"name": "own"}})
    assert look(project).told() == [("missing", "knowledge.docs.own", "error", MISSING)]
    project.pulumi("refresh", "--yes", "--skip-preview").ok()
    after = look(project)
    sentence = "the collection was deployed, a refresh found it gone, and it is declared"
    assert (after.code, after.told(), after.told("pending")) == (2, [("missing", "knowledge.docs.own", "error", sentence)], [])
    # What somebody made again waits to be taken over, and what is not declared any more is missed by nobody.
    project.data_api("/docs", {"createCollection": {"name": "own", "options": OWN}})
    assert [one["address"] for one in look(project).report["pending"]] == ["knowledge.docs.own"]
    project.data_api("/docs", {"deleteCollection": {"name": "own"}})
    project.declare({**ENVIRONMENT, "workload": {"knowledge": {"docs": {"collections": {"other": {}}}}}})
    assert look(project).code == 0


def test_what_an_update_did_not_come_to_is_pending_and_not_changed(project: Project) -> None:
    with closing(project.world) as world:
        add_fault(world, status=400, command="createCollection")
    project.declare(declaring(more={}, own={"vector": {"dimension": 8, "metric": "cosine"}, "indexing": {"deny": ["*"]}}))
    assert project.up().code != 0
    project.declare(declaring(more={}))
    seen = look(project)
    assert {one["address"] for one in seen.report["pending"]} == {"knowledge.docs.more"}
    assert not [one for one in seen.told() if one[0] == "changed"]


def test_what_half_a_replacement_deleted_is_missing(project: Project) -> None:
    with closing(project.world) as world:
        add_fault(world, status=400, command="createCollection")
    project.declare(declaring(own={"vector": {"dimension": 16}}))
    assert project.up().code != 0
    project.declare(ENVIRONMENT)
    seen = look(project)
    sentence = "an update deleted the collection to replace it, and did not make the new one"
    assert (seen.code, seen.told()) == (2, [("missing", "knowledge.docs.own", "error", sentence)])
    assert seen.told("pending") == []


def test_what_could_not_be_deleted_before_is_not_mixed_up_with_what_stands(project: Project) -> None:
    def generation(resources: list[dict[str, Any]]) -> None:
        (own,) = (one for one in resources if one["urn"].endswith("::knowledge.docs.own"))
        gone = {"name": "gone"}
        earlier = {
            **own,
            "id": "gone",
            "delete": True,
            "inputs": {**own["inputs"], **gone},
            "outputs": {**own["outputs"], **gone},
        }
        resources.append(earlier)

    edit(project, generation)
    seen = look(project)
    assert (seen.code, seen.told(), seen.told("unknown")) == (0, [], [])


def test_what_another_stack_manages_is_not_unmanaged(project: Project) -> None:
    project.pulumi("stack", "init", "team").ok()
    project.configure(IN_PROCESS, "team")
    existing = {
        "databases": {"shared": {"id": project.database()["id"]}},
        "workload": {"shared": {"team": {"collections": {"notes": {}}}}},
    }
    project.declare({"target": {"kind": "emulator"}, **existing}, "team")
    project.up("--stack", "team").ok()
    project.data_api("/team", {"createCollection": {"name": "by_hand"}})
    alone = look(project)
    sentence = "a collection stands here that is declared nowhere"
    assert alone.told() == [("unmanaged", "knowledge.team.by_hand", "warning", sentence)]
    assert alone.report["summary"]["coverage"] == {"managed": 5, "found": 6, "ignored": 0}


def test_of_a_stack_that_stands_without_a_readable_file_nothing_is_called_unmanaged(project: Project) -> None:
    for name in ("tmp_1", "by_hand"):
        project.data_api("/docs", {"createCollection": {"name": name}})
    file = project.folder / "environments" / "test.yaml"
    project.declare(declaring(own={"vector": {"dimension": 99_999_999}}))
    broken = look(project)
    sentence = "what environments/test.yaml declares cannot be told: it has 1 problem; see vectorize validate"
    assert (broken.code, broken.told(), broken.told("unknown")) == (1, [], [("unknown", "", "error", sentence)])
    file.unlink()
    missing = look(project)
    sentence = "there is no environments/test.yaml, which declares the stack; was it renamed, or is vectorize:environment wrong?"
    assert (missing.code, missing.told(), missing.told("unknown")) == (1, [], [("unknown", "", "error", sentence)])


def test_it_is_the_same_from_a_folder_of_the_project(project: Project) -> None:
    project.data_api("/docs", {"createCollection": {"name": "tmp_1"}})
    seen = look(project, folder="environments")
    assert (seen.code, seen.told(), seen.report["summary"]["coverage"]["ignored"]) == (0, [], 1)


def test_an_empty_name_of_a_stack_is_none(project: Project) -> None:
    seen = look(project, stacks=("--stack=",))
    assert (seen.code, seen.said.splitlines()[-1]) == (1, "Error: --stack names no stack: it is empty")


def test_what_is_ours_and_cannot_be_read_is_unknown(project: Project) -> None:
    def strange(resources: list[dict[str, Any]]) -> None:
        for one in resources:
            if one["urn"].endswith("::knowledge.docs.other"):
                one["type"] = one["type"].replace("Collection", "Widget")
                one["urn"] = one["urn"].replace("Collection", "Widget")

    edit(project, strange)
    seen = look(project)
    sentence = "this version of the project knows no resource of the type Widget"
    assert (seen.code, ("unknown", "knowledge.docs.other", "error", sentence) in seen.told("unknown")) == (1, True)
