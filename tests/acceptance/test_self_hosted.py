"""A self-hosted Data API: databases by their addresses, no DevOps API, a token of user and password."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from emulator.application import application
from emulator.tokens import SELF_HOSTED_TOKEN
from emulator.transport import open_store
from emulator.world import SELF_HOSTED
from tests.acceptance.conftest import ROOT
from tests.acceptance.test_service_errors import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.acceptance.conftest import Project

ADDRESS = "http://localhost:8181"
# User and password in base64, as they must be, and as they must not.
WRONG_TOKEN = "Cassandra:Q0FOQVJZd3Jvbmc=:Q0FOQVJZd3Jvbmc="
MALFORMED_TOKEN = "Cassandra:CANARYwrong"
DRIFT = 7  # exit code of refresh --expect-no-changes


def declared_at(address: str = ADDRESS) -> dict[str, Any]:
    """An environment with collections, tables and a key that the application sends, in two keyspaces."""
    service = {"integration": "openai", "modelName": "text-embedding-3-small"}
    columns = {"id": "text", "body": "text", "embedding": {"type": "vector", "dimension": 512, "service": dict(service)}}
    return {
        "target": {"kind": "data-api"},
        "protect": False,
        "databases": {"knowledge": {"apiEndpoint": address}},
        "integrations": {"openai": {"authentication": "HEADER"}},
        "workload": {
            "knowledge": {
                "default_keyspace": {
                    "collections": {"articles": {"vector": {"dimension": 512, "service": service}}},
                    "tables": {
                        "passages": {
                            "definition": {"columns": columns, "primaryKey": "id"},
                            "indexes": {
                                "passages_embedding": {"column": "embedding"},
                                "passages_body": {"column": "body", "indexType": "text"},
                            },
                        }
                    },
                },
                "research": {"collections": {"own": {"vector": {"dimension": 8}}}},
            }
        },
    }


def data_api(project: Project, path: str, command: dict[str, Any]) -> dict[str, Any]:
    """What somebody else does through the same Data API."""
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        answer: dict[str, Any] = client.post(f"{ADDRESS}/v1{path}", json=command).raise_for_status().json()
    assert "errors" not in answer, answer
    return answer


def content(project: Project) -> dict[str, list[str]]:
    """Names of the collections and tables by keyspace."""
    keyspaces = data_api(project, "", {"findKeyspaces": {}})["status"]["keyspaces"]
    world = project.world
    return {name: [*world.collections(SELF_HOSTED, name), *world.tables(SELF_HOSTED, name)] for name in keyspaces}


def test_what_is_declared_comes_up_and_nothing_changes_afterwards(project: Project) -> None:
    project.declare(declared_at())
    project.up().ok()
    assert content(project) == {"default_keyspace": ["articles", "passages"], "research": ["own"]}
    assert project.world.indexes(SELF_HOSTED, "default_keyspace").keys() == {"passages_embedding", "passages_body"}
    found = project.outputs()["databases"]["knowledge"]
    assert found["apiEndpoint"] == ADDRESS
    assert found["integrations"]["openai"]["status"] == "asserted"
    assert found["keyspaces"]["default_keyspace"]["tables"]["passages"]["embedding"]["dimension"] == 512
    project.preview("--expect-no-changes").ok()
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    assert project.world.databases() == []


def test_destroy_leaves_the_keyspaces_and_what_others_have_in_them(project: Project) -> None:
    data_api(project, "", {"createKeyspace": {"name": "research"}})
    data_api(project, "/research", {"createCollection": {"name": "theirs"}})
    data_api(project, "/research/theirs", {"insertOne": {"document": {"_id": "1"}}})
    project.declare(declared_at())
    project.up().ok()
    assert content(project)["research"] == ["own", "theirs"]
    data_api(project, "/research/own", {"insertOne": {"document": {"_id": "1"}}})
    run = project.destroy()
    assert run.code == 1
    assert "cannot delete knowledge.research.own: it holds documents (own), and they would be lost." in run.output
    data_api(project, "/research", {"deleteCollection": {"name": "own"}})
    project.destroy().ok()
    assert project.resources() == []
    assert content(project) == {"default_keyspace": [], "research": ["theirs"]}


def test_what_somebody_deleted_is_seen_and_brought_back(project: Project) -> None:
    project.declare(declared_at())
    project.up().ok()
    data_api(project, "", {"dropKeyspace": {"name": "research"}})
    data_api(project, "/default_keyspace", {"dropTable": {"name": "passages"}})
    run = project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert run.code == DRIFT, run.output
    for gone in ("research", "research.own", "default_keyspace.passages", "default_keyspace.passages.passages_body"):
        assert f"::knowledge.{gone}]" in run.output
    assert "::knowledge.default_keyspace.articles]" not in run.output
    project.up("--refresh").ok()
    assert content(project) == {"default_keyspace": ["articles", "passages"], "research": ["own"]}


def test_what_needs_the_devops_api_is_refused_before_anything_is_touched(project: Project) -> None:
    managed = {"name": "k", "cloudProvider": "AWS", "region": "us-east-2"}
    databases = {
        "managed": managed,
        "regions": {**managed, "name": "l", "additionalRegions": ["us-west-2"]},
        "identified": {"id": "00000000-0000-4000-8000-000000000000"},
        "further": {"apiEndpoint": "http://localhost:8182", "additionalRegions": ["us-west-2"]},
    }
    project.declare({**declared_at(), "databases": {"knowledge": {"apiEndpoint": ADDRESS}, **databases}})
    run = project.preview()
    assert run.code == 1
    for name in ("managed", "regions", "identified"):
        sentence = "a self-hosted Data API has no DevOps API: give its address as apiEndpoint, and nothing else"
        assert f"databases.{name}: {sentence}" in run.output
    assert "databases.further: an existing database is given by its id or its apiEndpoint alone" in run.output
    assert "4 problems in the environment test; nothing was touched." in run.output
    assert content(project) == {}


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    """Where the Data API answers over HTTP, to a project without a transport of its own."""
    project.configure({})
    with served(application(project.world)) as found:
        project.declare(declared_at(found))
        yield found


@pytest.mark.usefixtures("address")
def test_over_http_the_token_comes_from_the_environment(project: Project) -> None:
    project.up(ASTRA_DB_APPLICATION_TOKEN=SELF_HOSTED_TOKEN).ok()
    assert content(project) == {"default_keyspace": ["articles", "passages"], "research": ["own"]}
    project.preview("--expect-no-changes", ASTRA_DB_APPLICATION_TOKEN=SELF_HOSTED_TOKEN).ok()
    assert SELF_HOSTED_TOKEN not in json.dumps(project.state())


def test_without_a_protection_of_its_own_it_is_protected_as_in_the_file_of_the_repository(project: Project) -> None:
    text = (ROOT / "environments" / "self-hosted.yaml").read_text(encoding="utf-8")
    token = {"ASTRA_DB_APPLICATION_TOKEN": SELF_HOSTED_TOKEN}
    project.configure({})
    with served(application(project.world)) as found:
        project.declare(text.replace("http://localhost:8181", found))
        project.up(**token).ok()
        project.preview("--expect-no-changes", **token).ok()
        run = project.pulumi("destroy", "--yes", "--skip-preview", **token)
    assert run.code != 0
    assert "protect" in run.output
    assert content(project) == {"default_keyspace": ["articles", "own_vectors", "passages"]}


@pytest.mark.usefixtures("address")
@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        pytest.param("", "set ASTRA_DB_APPLICATION_TOKEN to Cassandra:USER:PASSWORD, user and password each in base64", id="no"),
        pytest.param(
            WRONG_TOKEN, "UNAUTHENTICATED_REQUEST: The token is not known. Check ASTRA_DB_APPLICATION_TOKEN", id="a wrong"
        ),
        pytest.param(MALFORMED_TOKEN, "ASTRA_DB_APPLICATION_TOKEN", id="a malformed"),
    ],
)
def test_a_token_that_is_not_accepted_is_told_without_showing_it(project: Project, token: str, sentence: str) -> None:
    run = project.up(ASTRA_DB_APPLICATION_TOKEN=token)
    assert run.code == 1
    assert sentence in run.output
    for untrue in ("this organisation", "The token is valid"):
        assert untrue not in run.output
    for shown in ("Traceback", "CANARY", "Q0FOQVJZ"):
        assert shown not in run.output
    assert content(project) == {}
