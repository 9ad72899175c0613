"""What is refused before anything is touched, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

KEY = "sk-proj-CANARYcanaryCANARYcanary0123456789"

# One problem a line, as long as it is.
# ruff: noqa: E501
WRONG = f"""\
target: {{kind: emulator}}
databases:
  knowledge: {{name: knowledge-test, cloudProvider: AWS, region: us-east-2}}
integrations:
  openai: {{authentication: SHARED_SECRET, providerKey: {KEY}}}
workload:
  knowledge:
    default_keyspace:
      collections:
        articles:
          vector:
            dimension: 2000
            metric: cosin
            service: {{integration: openai, modelName: text-embedding-3-small}}
        tickets:
          vector:
            service: {{provider: nvida, modelName: NV-Embed-QA}}
  knowlege:
    default_keyspace:
"""

PROBLEMS = """\
environments/test.yaml:5:43: integrations.openai.providerKey: looks like a key or token itself: take it out (a credential goes by its name), and replace it if anybody else has seen this file
environments/test.yaml:12:13: workload.knowledge.default_keyspace.collections.articles.vector.dimension: 2000 is not allowed; allowed: 2 to 1536 (default 1536)
environments/test.yaml:13:13: workload.knowledge.default_keyspace.collections.articles.vector.metric: "cosin" is not one of cosine, dot_product, euclidean (default cosine); did you mean "cosine"?
environments/test.yaml:17:23: workload.knowledge.default_keyspace.collections.tickets.vector.service.provider: unknown embedding provider "nvida"; did you mean "nvidia"?
environments/test.yaml:18:3: workload.knowlege: no database has this logical name; did you mean "knowledge"?
"""

PYTHON_PROGRAM = """\
import pulumi
from providers import AstraProvider, Collection

opts = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator"))
Collection(
    "articles",
    api_endpoint="http://127.0.0.1:8181/databases/0a1b2c3d-0000-4000-8000-000000000001-us-east-2",
    keyspace="default_keyspace",
    name="articles",
    vector={"dimension": 2000, "service": {"provider": "openai", "modelName": "text-embedding-3-small"}},
    opts=opts,
)
"""


def test_every_problem_of_an_environment_in_one_run_and_nothing_is_touched(project: Project) -> None:
    project.declare(WRONG)
    for run in (project.preview(), project.up()):
        assert run.code == 1
        for problem in PROBLEMS.splitlines():
            assert problem in run.output
        assert "5 problems in the environment test; nothing was touched." in run.output
        assert "Traceback" not in run.output
        assert KEY not in run.output
    assert project.world.databases() == []


def test_a_resource_declared_from_python_is_refused_in_the_same_words(project: Project) -> None:
    project.program(PYTHON_PROGRAM)
    run = project.preview()
    assert run.code == 1
    assert "articles: vector.dimension: 2000 is not allowed; allowed: 2 to 1536 (default 1536)" in run.output
    assert "Traceback" not in run.output


def test_a_stack_without_an_environment_file_says_which_there_are(project: Project) -> None:
    project.declare("", stack="staging")
    run = project.preview()
    assert run.code == 1
    assert "environments/test.yaml: cannot be read: No such file or directory." in run.output
    assert "pulumi config set vectorize:environment NAME, with NAME one of staging" in run.output


def test_a_stack_may_use_the_environment_of_another_name(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared, stack="dev")
    project.pulumi("config", "set", "vectorize:environment", "dev").ok()
    assert "12 to create" in project.preview().ok().output


def test_a_missing_credential_names_itself_and_the_way_out(project: Project, declared: dict[str, Any]) -> None:
    project.world.remove_credential("openai", "test-openai")
    project.declare(declared)
    run = project.up("--continue-on-error")
    assert run.code != 0
    assert (
        "cannot use openai (knowledge.openai): it is missing: the database refused the credential test-openai twice" in run.output
    )
    assert "VECTORIZE_CREDENTIAL_INVALID" in run.output
    assert "In the Astra Portal, as an Organization Administrator, open Settings, Integrations, OpenAI" in run.output
    database = project.database()["id"]
    assert list(project.world.collections(database, "research")) == ["own", "plain"]
    project.world.add_credential("openai", "test-openai")
    project.up().ok()
    project.preview("--expect-no-changes").ok()


def test_a_region_that_the_organisation_does_not_have(project: Project, declared: dict[str, Any]) -> None:
    declared["databases"]["knowledge"]["region"] = "us-east-9"
    project.declare(declared)
    for run in (project.preview(), project.up()):
        assert run.code != 0
        assert 'databases.knowledge: this organisation has no region us-east-9 of AWS; did you mean "us-east-2"?' in run.output
    assert project.world.databases() == []


@pytest.mark.parametrize("stated", [{"target": {"kind": "astra"}}, {"target": {"kind": "astra"}, "protect": True}], ids=str)
def test_a_protected_environment_rejects_the_emulator_in_place_of_its_service(
    project: Project, declared: dict[str, Any], stated: dict[str, Any]
) -> None:
    project.declare({**{key: value for key, value in declared.items() if key != "protect"}, **stated})
    for run in (project.preview(), project.up(ASTRA_DB_APPLICATION_TOKEN="AstraCS:a:b")):
        assert run.code != 0
        assert (
            "environments/test.yaml: the environment is protected, but vectorize:transport puts emulator.transport:open_store in "
            "the place of its service, as is done with the emulator. Run pulumi config rm vectorize:transport, or give the "
            "environment protect: false."
        ) in run.output
    assert project.world.databases() == []


def test_a_protected_environment_rejects_the_emulator_as_its_target(project: Project, declared: dict[str, Any]) -> None:
    project.declare({**declared, "target": {"kind": "emulator"}, "protect": True})
    run = project.up()
    assert run.code != 0
    assert "protect: the emulator holds nothing worth protecting; a protected environment needs another target" in run.output
    assert project.world.databases() == []
