"""The steps of the workflows in docs/ci, run by a shell against a stack on the emulator; only their set-up is left out."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from junitparser import JUnitXml

from astra import catalog, validation
from tests.acceptance import forges
from tests.acceptance.conftest import ROOT
from tests.acceptance.forge_jobs import Job, of_gitlab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.conftest import Project

BY_HAND = {"createTable": {"name": "by_hand", "definition": {"columns": {"id": "text"}, "primaryKey": "id"}}}


@pytest.fixture(autouse=True)
def _programs() -> None:
    for program in ("jq", "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program}")


@pytest.fixture
def forge(tmp_path: Path) -> forges.Forge:
    return forges.forge(tmp_path)


@pytest.fixture
def github(project: Project, forge: forges.Forge, tmp_path: Path) -> Job:
    """A job of GitHub Actions, whose shell does not know pipefail."""
    programs = forges.command_line(tmp_path / "programs")
    given = {
        "PATH": f"{programs}:{project.environment['PATH']}",
        "FORGE": str(forge.file),
        "GH_TOKEN": "a token of the tests",
        "GITHUB_REPOSITORY": "our/project",
        "NUMBER": "7",
        "RUN": "https://example.org/runs/1",
        "STACK": "test",
    }
    return Job(project, given, ["bash", "-e", "-c"])


@pytest.fixture
def gitlab(project: Project, forge: forges.Forge) -> Iterator[Job]:
    """A job of GitLab, whose shell does."""
    with forges.api(forge) as address:
        given = {
            "CI_API_V4_URL": address,
            "CI_PROJECT_ID": "1",
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_API_TOKEN": "a token of the tests",
            "STACK": "test",
        }
        yield Job(project, given, ["bash", "-e", "-o", "pipefail", "-c"])


TOLD = ("Look for drift", 0)
ISSUE = ("Open, update or close the issue", 0)


def test_on_github_one_issue_is_opened_updated_and_closed(
    project: Project, github: Job, forge: forges.Forge, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    project.up().ok()

    assert github.github("drift", "drift") == [TOLD, ISSUE]
    assert (github.outputs["code"], github.outputs["drift"], github.outputs["unknown"]) == ("0", "false", "false")
    assert len(forge.issues) == 1

    project.data_api("/default_keyspace", BY_HAND)
    assert github.github("drift", "drift") == [TOLD, ISSUE]
    assert (github.outputs["code"], github.outputs["drift"]) == ("2", "true")
    _, issue = forge.issues
    assert (issue["title"], issue["state"]) == ("Drift", "open")
    assert issue["body"].startswith("<!-- vectorize drift -->\n")
    assert r"knowledge.default\_keyspace.by\_hand" in issue["body"]

    project.data_api("/default_keyspace", {"deleteCollection": {"name": "tickets"}})
    assert github.github("drift", "drift") == [TOLD, ISSUE]
    _, issue = forge.issues
    assert "knowledge.default\\_keyspace.tickets" in issue["body"]

    # What cannot be told fails, and closes nothing.
    assert github.github("drift", "drift", PULUMI_CONFIG_PASSPHRASE="another")[-1][1] == 1
    _, issue = forge.issues
    assert (issue["state"], "#### Could not be read\n" in issue["body"]) == ("open", True)

    project.data_api("/default_keyspace", {"dropTable": {"name": "by_hand"}})
    project.up("--refresh").ok()
    assert github.github("drift", "drift") == [TOLD, ISSUE]
    assert forge.issues[1] == {**issue, "state": "closed", "comment": "No drift any more: https://example.org/runs/1"}
    assert forge.issues[0]["state"] == "open"


def test_on_github_a_pull_request_is_validated_and_has_one_comment_a_stack_and_a_merge_is_applied(
    project: Project, github: Job, forge: forges.Forge, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    assert github.github("pull-request", "validate") == [("Validate the environment files", 0)]
    assert github.github("pull-request", "preview") == [("Preview", 0), ("Comment", 0)]
    _, first = forge.comments
    assert first["body"].startswith("<!-- vectorize preview test -->\n### pulumi preview of test: exit code 0\n\n    ")
    assert "knowledge.default_keyspace.articles" in first["body"]

    assert github.github("apply", "prod") == [("Apply", 0)]
    project.preview("--expect-no-changes").ok()

    declared["databases"]["knowledge"]["cloudProvider"] = "aws"
    project.declare(declared)
    assert github.github("pull-request", "validate") == [("Validate the environment files", 1)]
    assert github.github("pull-request", "preview") == [("Preview", 1), ("Comment", 0)]
    assert [one["id"] for one in forge.comments] == [1, 2]
    assert 'did you mean "AWS"?' in forge.comments[1]["body"]


def test_on_github_a_pull_request_follows_the_service(
    project: Project, github: Job, forge: forges.Forge, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    project.up().ok()
    # As in a clone: what is updated are its own files.
    for package in ("astra", "commands", "docs", "emulator", "providers", "schemas", "tests/examples", "tools"):
        shutil.copytree(ROOT / package, project.folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (project.folder / ".gitignore").write_text(".vectorize\nemulator.sqlite*\n__pycache__\ngithub_*\n")
    git = "git init --quiet --initial-branch main && git add . && git -c user.name=a -c user.email=a@b commit --quiet --message a"
    origin = project.folder.parent / "origin.git"
    ended = github.run(f"{git} && git init --quiet --bare {origin} && git remote add origin {origin}")
    assert ended.returncode == 0, ended.stderr
    variables = {"PYTHONPATH": str(project.folder), "BASE": "main"}
    compared, opened = ("Compare and update", 0), ("Open or update the pull request", 0)

    assert github.github("catalog", "catalog", **variables) == [compared]
    assert forge.pulls == []

    for status in ("DEPRECATED", "END_OF_LIFE"):
        project.world.set_model_status("voyageAI", "voyage-2", status, None)
        assert github.github("catalog", "catalog", **variables) == [compared, opened]
        (pull,) = forge.pulls
        assert (pull["head"], pull["base"]) == ("vectorize-catalog", "main")
        assert pull["body"].startswith("<!-- vectorize catalog check -->\n")
        assert f"    - voyageAI/voyage-2: was SUPPORTED, is {status}" in pull["body"]
        shown = github.run("git show --stat --format= origin/vectorize-catalog && git show vectorize-catalog").stdout
        assert "schemas/embedding-providers/voyageAI.schema.json | " in shown
        assert "docs/integrations/voyageAI.md " in shown
        assert f'+      "x-status": "{status}",' in shown
        ended = github.run("git switch --quiet main && git branch --quiet --delete --force vectorize-catalog")
        assert ended.returncode == 0, ended.stderr


def test_on_gitlab_one_issue_is_opened_updated_and_closed(
    project: Project, gitlab: Job, forge: forges.Forge, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    project.up().ok()
    script = of_gitlab("drift")

    assert gitlab.run(script).returncode == 0
    assert len(forge.issues) == 1

    project.data_api("/default_keyspace", BY_HAND)
    assert gitlab.run(script).returncode == 0
    _, issue = forge.issues
    assert issue["description"].startswith("<!-- vectorize drift -->\n")

    project.data_api("/default_keyspace", {"deleteCollection": {"name": "tickets"}})
    assert gitlab.run(script).returncode == 0
    made = json.loads((project.folder / "drift.json").read_text())
    assert list(validation.validator(catalog.schema("reports:drift-1")).iter_errors(made)) == []
    assert JUnitXml.fromfile(str(project.folder / "drift.xml")).failures == 2
    _, issue = forge.issues
    assert "knowledge.default\\_keyspace.tickets" in issue["description"]

    assert gitlab.run(script, PULUMI_CONFIG_PASSPHRASE="another").returncode == 1
    _, issue = forge.issues
    assert (issue["state"], "#### Could not be read\n" in issue["description"]) == ("open", True)

    project.data_api("/default_keyspace", {"dropTable": {"name": "by_hand"}})
    project.up("--refresh").ok()
    assert gitlab.run(script).returncode == 0
    assert forge.issues[1] == {**issue, "state": "closed"}


def test_on_gitlab_a_merge_request_is_validated_and_has_one_note_a_stack_and_a_merge_is_applied(
    project: Project, gitlab: Job, forge: forges.Forge, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    # The note is on the third page of the discussion.
    forge.talk(2 * forges.LARGEST_PAGE)
    assert gitlab.run(of_gitlab("validate")).returncode == 0
    assert gitlab.run(of_gitlab("preview")).returncode == 0
    assert gitlab.run(of_gitlab(".apply")).returncode == 0
    assert gitlab.run(of_gitlab("preview")).returncode == 0
    *others, note = forge.comments
    assert {one["body"] for one in others} == {"by hand"}
    assert note["body"].startswith("<!-- vectorize preview test -->\n### pulumi preview of test: exit code 0\n\n    ")
    project.preview("--expect-no-changes").ok()
