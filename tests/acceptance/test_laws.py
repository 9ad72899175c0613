"""The laws of the resources, through the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

DRIFT = 7  # exit code of refresh --expect-no-changes
ARTICLES = "knowledge.default_keyspace.articles"


@pytest.fixture
def standing(project: Project, declared: dict[str, Any]) -> Project:
    """A project whose declared environment stands."""
    project.declare(declared)
    project.up().ok()
    return project


def test_what_was_declared_stands(standing: Project) -> None:
    database = standing.database()
    assert (database["name"], database["status"]) == ("knowledge-test", "ACTIVE")
    assert database["keyspaces"] == ["default_keyspace", "research"]
    assert list(standing.world.collections(database["id"], "default_keyspace")) == ["articles", "tickets"]
    assert list(standing.world.collections(database["id"], "research")) == ["own", "plain"]


def test_after_an_up_nothing_changes_and_after_a_refresh_neither(standing: Project) -> None:
    standing.preview("--expect-no-changes").ok()
    standing.pulumi("refresh", "--yes", "--expect-no-changes").ok()
    standing.preview("--expect-no-changes").ok()
    assert "unchanged" in standing.up("--expect-no-changes").ok().output


def test_outputs_are_the_contract_for_applications(standing: Project) -> None:
    database = standing.database()
    own = {"dimension": 8, "metric": "dot_product", "provider": None, "modelName": None}
    nothing = dict.fromkeys(own)
    proof = "the database accepted the credential test-openai, and refused an impossible one"
    openai = {"dimension": 512, "metric": "cosine", "provider": "openai", "modelName": "text-embedding-3-small"}
    nvidia = {"dimension": 1024, "metric": "cosine", "provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
    assert standing.outputs() == {
        "databases": {
            "knowledge": {
                "id": database["id"],
                "name": "knowledge-test",
                "cloudProvider": "AWS",
                "region": "us-east-2",
                "apiEndpoint": f"http://127.0.0.1:8181/databases/{database['id']}-us-east-2",
                "regions": {},
                "integrations": {"openai": {"status": "verified", "proof": proof}},
                "keyspaces": {
                    "default_keyspace": {"collections": {"tickets": nvidia, "articles": openai}, "tables": {}},
                    "research": {"collections": {"own": own, "plain": nothing}, "tables": {}},
                },
            }
        }
    }


def test_destroy_leaves_nothing_and_twice_is_fine(standing: Project) -> None:
    standing.destroy().ok()
    assert standing.resources() == []
    assert [database["status"] for database in standing.world.databases()] == ["TERMINATED"]
    standing.destroy().ok()


def drift(project: Project) -> str:
    """What a refresh would change; the stack's state stays as it is."""
    run = project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert run.code == DRIFT, run.output
    return run.output


def test_a_deleted_collection_is_seen_and_brought_back(standing: Project) -> None:
    standing.data_api("/default_keyspace", {"deleteCollection": {"name": "articles"}})
    assert f"::{ARTICLES}]" in drift(standing)
    standing.pulumi("refresh", "--yes").ok()
    assert "1 created" in standing.up().ok().output
    standing.preview("--expect-no-changes").ok()


def test_a_collection_of_another_definition_is_seen_with_what_differs(standing: Project) -> None:
    standing.data_api("/research", {"deleteCollection": {"name": "own"}})
    standing.data_api("/research", {"createCollection": {"name": "own", "options": {"vector": {"dimension": 16}}}})
    seen = drift(standing)
    assert "~ dimension: 8 => 16" in seen
    assert '~ metric   : "dot_product" => "cosine"' in seen


def test_a_dropped_keyspace_is_seen_with_its_collections(standing: Project) -> None:
    standing.world.set("maintenance_seconds", 0)
    standing.devops("DELETE", f"/databases/{standing.database()['id']}/keyspaces/research")
    seen = drift(standing)
    assert "::knowledge.research]" in seen
    assert "::knowledge.research.own]" in seen
    assert f"::{ARTICLES}]" not in seen


def test_a_terminated_database_is_seen_with_everything_in_it(standing: Project) -> None:
    standing.devops("POST", f"/databases/{standing.database()['id']}/terminate")
    seen = drift(standing)
    assert "::knowledge]" in seen
    assert f"::{ARTICLES}]" in seen
    standing.pulumi("refresh", "--yes").ok()
    assert "8 created" in standing.up().ok().output


def test_a_changed_dimension_replaces_by_deleting_first(standing: Project, declared: dict[str, Any]) -> None:
    declared["workload"]["knowledge"]["default_keyspace"]["collections"]["articles"]["vector"]["dimension"] = 256
    standing.declare(declared)
    output = standing.up().ok().output
    assert output.index(f"{ARTICLES} deleting") < output.index(f"{ARTICLES} creating")
    found = standing.world.collections(standing.database()["id"], "default_keyspace")["articles"]
    assert found["vector"]["dimension"] == 256
    standing.preview("--expect-no-changes").ok()


def test_a_default_spelled_out_later_replaces_nothing(standing: Project, declared: dict[str, Any]) -> None:
    tickets = declared["workload"]["knowledge"]["default_keyspace"]["collections"]["tickets"]
    tickets["vector"] |= {"dimension": 1024, "metric": "cosine", "sourceModel": "other"}
    tickets["lexical"] = {"enabled": True}
    standing.declare(declared)
    # The collection, the workload that says what is declared, and the deployment that records it.
    assert "~ 3 updated" in standing.up().ok().output
    standing.preview("--expect-no-changes").ok()


def test_what_a_killed_run_began_is_taken_over(standing: Project) -> None:
    before = standing.database()["id"]
    standing.pulumi("state", "delete", "--all", "--force", "--yes").ok()
    standing.data_api("/research", {"deleteCollection": {"name": "own"}})
    for keyspace, name in (("default_keyspace", "articles"), ("default_keyspace", "tickets"), ("research", "plain")):
        standing.data_api(f"/{keyspace}", {"deleteCollection": {"name": name}})
    standing.up().ok()
    assert standing.database()["id"] == before
    standing.preview("--expect-no-changes").ok()
