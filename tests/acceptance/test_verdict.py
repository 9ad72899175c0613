"""The service's own verdict at plan time: what a database that stands would refuse, all at once and before anything."""

from typing import Any

import pytest

from tests.acceptance.conftest import Project

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
DEPRECATED = "DEPRECATED_AI_MODEL"


@pytest.fixture
def aged(project: Project, declared: dict[str, Any]) -> Project:
    """A stack that stands, in whose database one model has been deprecated since."""
    project.declare(declared)
    project.up().ok()
    project.world.set_model_status("nvidia", NVIDIA["modelName"], "DEPRECATED", project.database()["id"])
    return project


def with_more(declared: dict[str, Any]) -> dict[str, Any]:
    content = declared["workload"]["knowledge"]["default_keyspace"]
    content["collections"]["more"] = {"vector": {"service": NVIDIA}}
    column = {"type": "vector", "service": {"integration": "openai", "modelName": "text-embedding-3-large"}}
    content["tables"] = {"chunks": {"definition": {"columns": {"id": "text", "body": column}, "primaryKey": "id"}}}
    return declared


def test_everything_it_would_refuse_is_said_at_once_and_nothing_is_touched(aged: Project, declared: dict[str, Any]) -> None:
    database = aged.database()["id"]
    provider = {"models": [], "parameters": [], "supportedAuthentication": {"HEADER": {"enabled": True, "tokens": []}}}
    aged.world.set_provider("openai", provider, database)
    aged.declare(with_more(declared))
    for run in (aged.preview(), aged.up(), aged.up(PULUMI_CONTINUE_ON_ERROR="true")):
        assert run.code != 0
        assert f"knowledge.default_keyspace.more: cannot make it: the Data API said {DEPRECATED}" in run.output
        assert (
            "knowledge.default_keyspace.chunks.body: cannot make it: the Data API said INVALID_CREATE_COLLECTION_OPTIONS"
            in run.output
        )
        assert "Traceback" not in run.output
    assert set(aged.world.collections(database, "default_keyspace")) == {"tickets", "articles"}
    assert aged.world.tables(database, "default_keyspace") == {}


def test_what_stands_already_is_not_refused_for_what_could_not_be_made_today(aged: Project) -> None:
    aged.preview("--expect-no-changes").ok()
    aged.up().ok()


def test_it_can_be_switched_off(aged: Project, declared: dict[str, Any]) -> None:
    aged.configure(
        {
            "vectorize:transport": "emulator.transport:open_store",
            "vectorize:store": "emulator.sqlite",
            "vectorize:dryRun": "false",
        }
    )
    content = declared["workload"]["knowledge"]["default_keyspace"]["collections"]
    content["more"] = {"vector": {"service": NVIDIA}}
    aged.declare(declared)
    aged.preview().ok()
    assert DEPRECATED in aged.up().output, "then the service says it when it is asked to make it"


def test_one_line_says_what_was_not_verified_and_why(project: Project, declared: dict[str, Any]) -> None:
    project.declare(declared)
    run = project.preview().ok()
    lines = {line.strip() for line in run.output.splitlines() if "not verified with the service" in line}
    assert "not verified with the service: knowledge: it does not exist yet." in lines
    assert all(line.endswith("not verified with the service: knowledge: it does not exist yet.") for line in lines)


def test_a_credential_that_is_not_accepted_is_a_warning_with_the_steps_and_stops_nothing(
    aged: Project, declared: dict[str, Any]
) -> None:
    declared["integrations"]["voyageAI"] = {"authentication": "SHARED_SECRET", "providerKey": "not-yet"}
    content = declared["workload"]["knowledge"]["default_keyspace"]["collections"]
    content["more"] = {"vector": {"service": {"integration": "voyageAI", "modelName": "voyage-2"}}}
    aged.declare(declared)
    run = aged.preview().ok()
    assert "warning: knowledge does not accept the credential not-yet of voyageAI: " in run.output
    assert "open Settings, Integrations, Voyage AI" in run.output


def test_an_outage_of_the_check_stops_no_preview(aged: Project, declared: dict[str, Any]) -> None:
    aged.world.set("credential_service", "failing")
    aged.declare(with_more(declared) | {"workload": {**declared["workload"]}})
    declared["workload"]["knowledge"]["default_keyspace"]["collections"].pop("more")
    aged.declare(declared)
    run = aged.preview().ok()
    assert "not verified with the service: knowledge.default_keyspace.chunks.body: " in run.output


def test_nothing_is_left_behind(aged: Project, declared: dict[str, Any]) -> None:
    database = aged.database()["id"]
    before = aged.world.collections(database, "default_keyspace")
    aged.declare(with_more(declared))
    aged.preview()
    assert aged.world.collections(database, "default_keyspace") == before
    assert aged.world.tables(database, "default_keyspace") == {}


def test_more_collections_than_a_database_usually_holds_are_warned_of_before_and_once_after(
    project: Project, declared: dict[str, Any]
) -> None:
    project.declare(declared)
    assert "the usual limit" not in project.up().ok().output
    # As if all were made at the same time: then the service lets them pass.
    project.world.set("max_collections", 12)
    project.world.set("max_indexes", 120)
    declared["workload"]["knowledge"]["research"]["collections"] |= dict.fromkeys(f"more{number}" for number in range(8))
    project.declare(declared)
    before = "knowledge: 12 collections, 2 more than the usual limit of 10: 4 stand and 8 are to be made. Unless the limit was"
    after = "knowledge: 12 collections stand, 2 more than the usual limit of 10: those made at the same time are not counted"
    run = project.preview().ok()
    assert (before in run.output, after in run.output) == (True, False), run.output
    run = project.up().ok()
    lines = [line.strip() for line in run.output.splitlines()]
    assert sum(line.startswith(f"warning: {before}") for line in lines) == 1, run.output
    assert sum(line.startswith(f"warning: {after}") for line in lines) == 1, run.output
    assert "the usual limit" not in project.preview("--expect-no-changes").ok().output


def test_a_rename_is_told_that_the_old_ones_go_last_and_nothing_once_they_are_gone(
    project: Project, declared: dict[str, Any]
) -> None:
    content = declared["workload"]["knowledge"]["research"]["collections"]
    kept = dict(content)
    content |= dict.fromkeys(f"old{number}" for number in range(6))
    project.declare(declared)
    project.world.set("max_indexes", 120)
    project.up().ok()
    # As if all were made at the same time: then the service lets them pass.
    project.world.set("max_collections", 12)
    declared["workload"]["knowledge"]["research"]["collections"] = kept | dict.fromkeys(
        [*(f"old{number}" for number in range(4)), "new4", "new5"]
    )
    project.declare(declared)
    run = project.up().ok()
    lines = [line.strip() for line in run.output.splitlines() if line.strip().startswith("warning: ")]
    assert len(lines) == 1, run.output
    assert lines[0].startswith(
        "warning: knowledge: 12 collections, 2 more than the usual limit of 10: 10 stand and 2 are to be made."
    )
    assert lines[0].endswith(
        "2 of those that stand are dropped by this update, but only after the new ones are made: drop in one update, and add in "
        "the next."
    )
    assert len(project.world.collections(project.database()["id"], "research")) == 8


PROGRAM = """
import pulumi
from providers import AstraProvider, Collection, Database, Keyspace

options = pulumi.ResourceOptions(provider=AstraProvider("astra", target="emulator"))
database = Database("knowledge", name="knowledge-test", cloud_provider="AWS", region="us-east-2", opts=options)
keyspace = Keyspace("knowledge.research", database_id=database.id, name="research", opts=options)
Collection(
    "knowledge.research.more",
    api_endpoint=keyspace.api_endpoint,
    keyspace="research",
    name="more",
    vector={"service": {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}},
    opts=options,
)
"""


def test_a_python_program_gets_the_same_verdict(project: Project) -> None:
    project.program(PROGRAM.partition("Collection(\n")[0])
    project.up().ok()
    project.world.set_model_status("nvidia", NVIDIA["modelName"], "DEPRECATED")
    project.program(PROGRAM)
    run = project.preview()
    assert run.code != 0
    assert f"knowledge.research.more: more: cannot make it: the Data API said {DEPRECATED}" in run.output
