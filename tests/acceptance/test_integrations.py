"""Integrations: verified against the live database, missing with the steps to take, and in nobody else's way."""

from typing import Any

import pytest

from tests.acceptance.conftest import Project

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
STEPS = (
    "In the Astra Portal, as an Organization Administrator, open Settings, Integrations, OpenAI; add the integration, or where "
    'it is there already manage it; give API key name "not-yet" with the API key of your account, and put the database '
    '"knowledge-test"'
)


def using(integration: str, model: str) -> dict[str, Any]:
    return {"vector": {"service": {"integration": integration, "modelName": model}}}


@pytest.fixture
def fresh() -> dict[str, Any]:
    """An environment in which one credential of three is still to be stored."""
    return {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {
            "openai": {"authentication": "SHARED_SECRET", "providerKey": "not-yet"},
            "mistral": {"authentication": "SHARED_SECRET", "providerKey": "stored"},
            "jinaAI": {"authentication": "HEADER"},
        },
        "workload": {
            "knowledge": {
                "default_keyspace": {
                    "collections": {
                        "tickets": {"vector": {"service": NVIDIA}},
                        "articles": using("openai", "text-embedding-3-small"),
                        "notes": using("mistral", "mistral-embed"),
                        "pages": using("jinaAI", "jina-embeddings-v3"),
                        "own": {"vector": {"dimension": 8}},
                    },
                    "tables": {
                        "chunks": {
                            "definition": {
                                "columns": {
                                    "id": "text",
                                    "body": {"type": "vector", **using("openai", "text-embedding-3-small")["vector"]},
                                },
                                "primaryKey": "id",
                            },
                            "indexes": {"chunks_body": {"column": "body"}},
                        },
                        "rows": {"definition": {"columns": {"id": "text"}, "primaryKey": "id"}},
                    },
                }
            }
        },
    }


def standing(project: Project) -> set[str]:
    identity = project.database()["id"]
    world = project.world
    return {*world.collections(identity, "default_keyspace"), *world.tables(identity, "default_keyspace")}


def verified(project: Project, address: str) -> dict[str, Any]:
    """Status and proof of an integration, as the state holds them."""
    (found,) = (one["outputs"] for one in project.resources() if one["urn"].endswith(f"ProviderIntegration::{address}"))
    return {key: found[key] for key in ("status", "proof")}


def test_a_fresh_environment_takes_two_updates_and_the_first_stands_up_all_that_needs_no_missing_credential(
    project: Project, fresh: dict[str, Any]
) -> None:
    project.world.add_credential("mistral", "stored")
    project.declare(fresh)
    first = project.up()
    assert first.code != 0
    assert STEPS in first.output
    assert "VECTORIZE_CREDENTIAL_INVALID" in first.output
    assert standing(project) == {"tickets", "notes", "pages", "own", "rows"}

    project.world.add_credential("openai", "not-yet", [project.database()["id"]])
    project.up().ok()
    assert standing(project) == {"tickets", "articles", "notes", "pages", "own", "chunks", "rows"}
    project.preview("--expect-no-changes").ok()
    project.pulumi("refresh", "--preview-only", "--expect-no-changes").ok()

    integrations = project.outputs()["databases"]["knowledge"]["integrations"]
    assert {name: one["status"] for name, one in integrations.items()} == {
        "openai": "verified",
        "mistral": "verified",
        "jinaAI": "asserted",
    }
    assert integrations["openai"]["proof"] == "the database accepted the credential not-yet, and refused an impossible one"


def test_what_needs_no_integration_depends_on_none(project: Project, fresh: dict[str, Any]) -> None:
    project.world.add_credential("mistral", "stored")
    project.world.add_credential("openai", "not-yet")
    project.declare(fresh)
    project.up().ok()
    needed = {
        one["urn"].rpartition("::")[2]: {
            other.rpartition("::")[2] for other in one.get("dependencies", []) if "ProviderIntegration" in other
        }
        for one in project.resources()
    }
    assert {name.rpartition(".")[2]: found for name, found in needed.items() if found} == {
        "articles": {"knowledge.openai"},
        "notes": {"knowledge.mistral"},
        "pages": {"knowledge.jinaAI"},
        "chunks": {"knowledge.openai"},
    }


def test_a_credential_that_is_stored_while_the_update_waits_is_found(project: Project, fresh: dict[str, Any]) -> None:
    project.world.add_credential("mistral", "stored")
    # A transport of the project's own that stores the credential at the fifth refusal, as a person would meanwhile.
    (project.folder / "portal.py").write_text(
        """
import httpx
from emulator.transport import EmulatorTransport
from emulator.world import World

class Portal(EmulatorTransport):
    refused = 0

    def handle_request(self, request):
        response = super().handle_request(request)
        if b"not-yet" in request.content and b"VECTORIZE_CREDENTIAL_INVALID" in response.read():
            Portal.refused += 1
            if Portal.refused == 5:
                World("emulator.sqlite").add_credential("openai", "not-yet")
        return response

def open_store(store):
    return Portal(World(store))
""",
        encoding="utf-8",
    )
    project.configure({"vectorize:transport": "portal:open_store", "vectorize:store": "emulator.sqlite"})
    project.declare({**fresh, "timeouts": {"credential": 60}})
    project.up().ok()
    assert "articles" in standing(project)


def test_a_credential_that_was_removed_is_drift_and_the_next_update_says_what_to_do(
    project: Project, fresh: dict[str, Any]
) -> None:
    for provider, name in (("mistral", "stored"), ("openai", "not-yet")):
        project.world.add_credential(provider, name)
    project.declare(fresh)
    project.up().ok()
    project.world.remove_credential("openai", "not-yet")
    assert project.pulumi("refresh", "--preview-only", "--expect-no-changes").code != 0
    project.pulumi("refresh", "--yes", "--skip-preview").ok()
    assert verified(project, "knowledge.openai")["status"] == "missing"
    again = project.up()
    assert STEPS in again.output
    assert standing(project) >= {"articles", "chunks"}, "what uses it stays: its documents are still there"

    project.world.add_credential("openai", "not-yet")
    project.up().ok()
    project.preview("--expect-no-changes").ok()


def test_a_key_is_tried_by_a_search_once_there_is_something_to_search(project: Project, fresh: dict[str, Any]) -> None:
    key = "jina_0123456789abcdefghijklmnop"
    project.world.set("header_keys", {"jinaAI": [key]})
    fresh["integrations"] = {"jinaAI": {"authentication": "HEADER", "keyVariable": "JINA_KEY"}}
    fresh["workload"]["knowledge"]["default_keyspace"] = {"collections": {"pages": using("jinaAI", "jina-embeddings-v3")}}
    project.declare(fresh)
    project.up(JINA_KEY=key).ok()
    project.pulumi("refresh", "--yes", "--skip-preview", JINA_KEY=key).ok()
    assert verified(project, "knowledge.jinaAI") == {
        "status": "verified",
        "proof": "a search in collection pages with the key was answered",
    }
    wrong = project.pulumi("refresh", "--yes", "--skip-preview", JINA_KEY="jina_wrong0123456789abcdefgh")
    assert verified(project, "knowledge.jinaAI")["status"] == "missing"
    printed = "".join(run.output for run in project.runs)
    assert key not in printed + str(project.state())
    assert "jina_wrong0123456789" not in wrong.output


def test_two_integrations_of_one_credential_are_verified_once(project: Project, fresh: dict[str, Any]) -> None:
    project.world.add_credential("azureOpenAI", "shared")
    azure = {"provider": "azureOpenAI", "authentication": "SHARED_SECRET", "providerKey": "shared"}
    fresh["integrations"] = {
        name: {**azure, "parameters": {"resourceName": "kb", "deploymentId": name}} for name in ("small", "large")
    }
    fresh["workload"]["knowledge"]["default_keyspace"] = {
        "collections": {"one": using("small", "text-embedding-3-small"), "two": using("large", "text-embedding-3-large")}
    }
    project.declare(fresh)
    project.up().ok()
    names = [one["urn"].rpartition("::")[2] for one in project.resources() if "ProviderIntegration" in one["type"]]
    assert names == ["knowledge.small"]
    assert standing(project) == {"one", "two"}


def test_the_local_stack_stores_what_its_environment_names_and_says_so(project: Project, fresh: dict[str, Any]) -> None:
    project.configure({"vectorize:transport": "emulator.local:open_store", "vectorize:store": "emulator.sqlite"})
    project.declare(fresh, "local")
    project.declare(fresh)
    run = project.up().ok()
    assert "emulator: stored the credential not-yet of openai, as environments/local.yaml names it" in run.output
    assert "articles" in standing(project)
