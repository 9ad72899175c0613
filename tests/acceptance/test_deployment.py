"""The record of what was deployed, by the real engine: last, only of what succeeded, and in nobody's way."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from astra import canonical, deployment

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

COMMIT = "3c0ffee5d1ce0ddba11f005ba11c0a57a1deca1f"
MISTRAL = {"integration": "mistral", "modelName": "mistral-embed"}


def recorded(project: Project) -> dict[str, Any]:
    (found,) = (one for one in project.resources() if one["type"] == "pulumi-python:dynamic/astra:Deployment")
    assert found["urn"].endswith("::deployment")
    assert not found.get("protect")
    # Whatever it came after may go without it.
    assert not found.get("dependencies")
    outputs: dict[str, Any] = found["outputs"]
    return outputs


def test_what_is_deployed_is_recorded_once_everything_stands(project: Project, declared: dict[str, Any]) -> None:
    chunks = {
        "definition": {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"},
        "indexes": {"c_body": {"column": "body"}},
    }
    declared["workload"]["knowledge"]["research"]["tables"] = {"chunks": chunks}
    project.declare(declared)
    project.up(GITHUB_SHA=COMMIT).ok()
    assert project.resources()[-1]["urn"].endswith("::deployment")
    first = recorded(project)
    assert first["digest"] == canonical.digest(declared)
    assert json.loads(first["workload"]) == declared["workload"]
    assert list(json.loads(first["workload"])["knowledge"]) == list(declared["workload"]["knowledge"])
    assert (first["commit"], first["from"]) == (COMMIT, "")
    assert [one.outputs() for one in deployment.history(first)] == [
        {key: first[key] for key in ("digest", "workload", "deployedAt", "commit", "tool", "schemas", "from")}
    ]

    # The same in other words, and where it came from, are no deployment; nor does a refresh take it for one.
    collections = declared["workload"]["knowledge"]["research"]["collections"]
    research = {"tables": {}, **declared["workload"]["knowledge"]["research"], "collections": dict(reversed(collections.items()))}
    research["collections"]["plain"] = {}
    reworded = {**declared, "promoted": {"from": "dev", "digest": first["digest"], "commit": COMMIT}}
    reworded["workload"] = {"knowledge": {**declared["workload"]["knowledge"], "research": research}}
    project.declare(f"# Reworded\n{yaml.safe_dump(reworded, sort_keys=True, default_flow_style=True)}")
    project.preview("--expect-no-changes").ok()
    project.up("--expect-no-changes").ok()
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    project.pulumi("refresh", "--preview-only", "--expect-no-changes").ok()
    assert recorded(project) == first

    # A promotion is.
    research["collections"]["more"] = {"vector": {"dimension": 4}}
    digest = canonical.digest(reworded)
    project.declare({**reworded, "promoted": {"from": "dev", "digest": digest}})
    project.up().ok()
    newer, older = deployment.history(recorded(project))
    assert (newer.digest, newer.commit, newer.origin, newer.stated) == (digest, "", "dev", reworded["workload"])
    assert older.outputs() == {key: first[key] for key in older.outputs()}
    project.preview("--expect-no-changes").ok()

    project.destroy().ok()
    assert project.resources() == []


@pytest.mark.parametrize("arguments", [[], ["--continue-on-error"]], ids=["ended", "continued"])
def test_what_failed_in_part_is_not_deployed(project: Project, declared: dict[str, Any], arguments: list[str]) -> None:
    project.declare(declared)
    project.up().ok()
    before = recorded(project)
    declared["integrations"]["mistral"] = {"authentication": "SHARED_SECRET", "providerKey": "test-mistral"}
    declared["workload"]["knowledge"]["research"]["collections"] |= {"pages": {"vector": {"service": MISTRAL}}, "more": None}
    project.declare(declared)
    run = project.up(*arguments)
    assert run.code != 0
    assert "cannot use mistral (knowledge.mistral): it is missing" in run.output
    assert "Traceback" not in run.output
    assert recorded(project) == before
    project.world.add_credential("mistral", "test-mistral")
    project.up().ok()
    assert [one.digest for one in deployment.history(recorded(project))] == [canonical.digest(declared), before["digest"]]


def test_of_a_first_update_that_failed_in_part_there_is_no_record(project: Project, declared: dict[str, Any]) -> None:
    declared["integrations"]["openai"]["providerKey"] = "missing"
    project.declare(declared)
    assert project.up("--continue-on-error").code != 0
    assert "own" in project.world.collections(project.database()["id"], "research")
    assert not [one for one in project.resources() if one["urn"].endswith("::deployment")]


def test_the_commit_is_that_of_the_project(project: Project, declared: dict[str, Any]) -> None:
    def git(*arguments: str) -> str:
        person = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        done = subprocess.run(["git", *person, *arguments], cwd=project.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    project.declare(declared)
    git("init", "--quiet")
    git("add", "Pulumi.yaml", "__main__.py", "environments")
    git("commit", "--quiet", "--message", "All")
    project.up(GITHUB_SHA=COMMIT).ok()
    assert recorded(project)["commit"] == git("rev-parse", "HEAD")
    declared["workload"]["knowledge"]["research"]["collections"]["more"] = None
    project.declare(declared)
    project.up(GITHUB_SHA=COMMIT).ok()
    assert recorded(project)["commit"] == f"{git('rev-parse', 'HEAD')}-dirty"


def test_a_loss_is_allowed_for_one_run_and_leaves_no_trace(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    project.up().ok()
    project.data_api("/research/own", {"insertOne": {"document": {"_id": "1"}}})
    declared["workload"]["knowledge"]["research"]["collections"]["own"]["vector"]["dimension"] = 16
    project.declare(declared)
    refused = project.up(VECTORIZE_ALLOW_DATA_LOSS="knowledge.research.another")
    assert refused.code != 0
    assert "knowledge.research.own would be" in refused.output
    everything = project.up(VECTORIZE_ALLOW_DATA_LOSS="*")
    assert everything.code != 0
    assert "VECTORIZE_ALLOW_DATA_LOSS allows what is named and nothing else, and * is not accepted there" in everything.output
    assert "Traceback" not in everything.output
    project.up(VECTORIZE_ALLOW_DATA_LOSS="knowledge.research.own").ok()
    assert project.world.collections(project.database()["id"], "research")["own"]["vector"]["dimension"] == 16
    (provider,) = (one for one in project.resources() if one["type"].startswith("pulumi:providers:"))
    assert json.loads(provider["inputs"]["vectorize:settings"])["allowDataLoss"] == []
    project.data_api("/research/own", {"insertOne": {"document": {"_id": "1"}}})
    declared["workload"]["knowledge"]["research"]["collections"]["own"]["vector"]["dimension"] = 8
    project.declare(declared)
    assert project.up().code != 0
