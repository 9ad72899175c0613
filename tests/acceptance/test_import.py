"""`vectorize import` through the real engine: databases that somebody clicked together, taken over by one command."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from astra import catalog, validation
from emulator.application import application
from emulator.control import add_fault
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import open_store
from tests.acceptance.conftest import ROOT
from tests.acceptance.test_documents import typed
from tests.acceptance.test_service_errors import astra_at, served
from tests.unit.test_documents import blocks

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project

NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
OPENAI = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "test-openai"}}
AZURE = {
    "provider": "azureOpenAI",
    "modelName": "text-embedding-3-large",
    "authentication": {"providerKey": "contracts"},
    "parameters": {"resourceName": "kb", "deploymentId": "large"},
}
HUGGING = {"provider": "huggingface", "modelName": "BAAI/bge-base-en-v1.5"}
COLLECTIONS: dict[str, Any] = {
    "articles": {"vector": {"dimension": 512, "metric": "cosine", "service": OPENAI}, "indexing": {"deny": ["raw"]}},
    "contracts": {"vector": {"service": AZURE}},
    "papers": {"vector": {"metric": "dot_product", "service": HUGGING}},
    "tickets": {"vector": {"service": NVIDIA}},
    "own": {"vector": {"dimension": 8, "sourceModel": "openai-v3-small"}, "defaultId": {"type": "uuidv7"}},
    "plain": {},
}
CHUNKS = {
    "columns": {
        "body": "text",
        "document": "uuid",
        "embedding": {"type": "vector", "service": OPENAI},
        "kind": "text",
        "labels": {"type": "map", "keyType": "text", "valueType": "text"},
        "number": "int",
        "tags": {"type": "set", "valueType": "text"},
        "title": {"type": "text"},
    },
    "primaryKey": {"partitionBy": ["document"], "partitionSort": {"number": -1}},
}
PLAIN = {"document": "uuid", "number": "int", "body": "text"}
INDEXES: dict[str, tuple[str, dict[str, Any]]] = {
    "chunks_body": ("createTextIndex", {"column": "body", "options": {"analyzer": "english"}}),
    "chunks_embedding": ("createVectorIndex", {"column": "embedding", "options": {"metric": "euclidean"}}),
    "chunks_kind": ("createTextIndex", {"column": "kind"}),
    "chunks_labels": ("createIndex", {"column": {"labels": "$keys"}}),
    "chunks_tags": ("createIndex", {"column": "tags"}),
    "chunks_title": ("createIndex", {"column": "title", "options": {"caseSensitive": False}}),
}


@dataclass(frozen=True)
class Import:
    """One call: its exit code, its report as JSON, and what it said on standard error."""

    code: int
    report: dict[str, Any]
    errors: str

    def ok(self) -> Import:
        assert self.code == 0, (self.report, self.errors)
        return self


def run(project: Project, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["vectorize", *arguments],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.folder), **variables},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def imported(project: Project, *arguments: str, stack: str = "test", **variables: str) -> Import:
    done = run(project, "import", "--stack", stack, "--format", "json", *arguments, **variables)
    assert "Traceback" not in done.stderr, done.stderr
    report = json.loads(done.stdout or "{}")
    if report:
        promise = validation.validator(catalog.schema("reports:import-1"))
        assert [error.message for error in promise.iter_errors(report)] == []
        assert report["exitCode"] == done.returncode
    return Import(done.returncode, report, done.stderr)


def new_database(project: Project, name: str, region: str = "us-east-2", *, cloud: str = "AWS") -> str:
    """What somebody makes in the Portal; its id."""
    body = {"name": name, "cloudProvider": cloud, "region": region, "tier": "serverless", "capacityUnits": 1, "dbType": "vector"}
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        answer = client.post("http://emulator/v2/databases", json=body).raise_for_status()
    return str(answer.headers["Location"].rpartition("/")[2])


def ask(project: Project, database: str, path: str, command: dict[str, Any], region: str = "us-east-2") -> dict[str, Any]:
    """What somebody does through the Data API."""
    address = f"http://emulator/databases/{database}-{region}/api/json/v1{path}"
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        answer: dict[str, Any] = client.post(address, json=command).raise_for_status().json()
    assert "errors" not in answer, answer
    return answer


def fill(project: Project, database: str, keyspace: str = "default_keyspace") -> None:
    """A collection of each kind, with a document, and a table with an index of each kind."""
    for name, options in COLLECTIONS.items():
        ask(project, database, f"/{keyspace}", {"createCollection": {"name": name, "options": options}})
    ask(project, database, f"/{keyspace}/plain", {"insertOne": {"document": {"_id": "1"}}})
    ask(project, database, f"/{keyspace}", {"createTable": {"name": "chunks", "definition": CHUNKS}})
    for name, (command, definition) in INDEXES.items():
        ask(project, database, f"/{keyspace}/chunks", {command: {"name": name, "definition": definition}})


@pytest.fixture
def clicked(project: Project) -> Project:
    """A project without an environment file, and a world with two databases that somebody clicked together."""
    for name in ("provisioning_seconds", "maintenance_seconds"):
        project.world.set(name, 0)
    project.world.add_credential("azureOpenAI", "contracts")
    knowledge = new_database(project, "Team knowledge")
    project.devops("POST", f"/databases/{knowledge}/keyspaces/archive")
    with httpx.Client(transport=open_store(str(project.folder / "emulator.sqlite"))) as client:
        region = [{"tier": "serverless", "cloudProvider": "AWS", "region": "us-west-2"}]
        client.post(f"http://emulator/v2/databases/{knowledge}/datacenters", json=region).raise_for_status()
    fill(project, knowledge)
    support = new_database(project, "support", "eu-west-1")
    ask(project, support, "/default_keyspace", {"createCollection": {"name": "faq"}}, "eu-west-1")
    terminated = new_database(project, "gone")
    project.world.set_status(terminated, "TERMINATED")
    return project


def ids(project: Project) -> dict[str, str]:
    return {one["name"]: one["id"] for one in project.world.databases()}


def rows(project: Project) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the emulator keeps."""
    with closing(sqlite3.connect(project.folder / "emulator.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(map(tuple, connection.execute(f"SELECT * FROM {name}")), key=repr) for name in names}  # noqa: S608


def file(project: Project, stack: str = "test") -> str:
    return (project.folder / "environments" / f"{stack}.yaml").read_text(encoding="utf-8")


def proven(project: Project, stack: str = "test") -> None:
    """The law: nothing would change, and nothing drifts."""
    project.preview("--expect-no-changes", "--stack", stack).ok()
    found = run(project, "drift", "--stack", stack, "--format", "json")
    assert found.returncode == 0, (found.stdout, found.stderr)
    (looked,) = json.loads(found.stdout)["stacks"]
    assert (looked["findings"], looked["unknown"]) == (0, 0)


TEXT = """\
# yaml-language-server: $schema=../schemas/environment.schema.json
target: {kind: emulator}

databases:
  Team-knowledge:
    name: Team knowledge
    cloudProvider: AWS
    region: us-east-2
    additionalRegions: [us-west-2]
  support:
    name: support
    cloudProvider: AWS
    region: eu-west-1

integrations:
  azureOpenAI:
    authentication: SHARED_SECRET
    providerKey: contracts
    parameters: {deploymentId: large, resourceName: kb}
  huggingface: {authentication: HEADER}
  openai: {authentication: SHARED_SECRET, providerKey: test-openai}

workload:
  Team-knowledge:
    archive: {}
    default_keyspace:
      collections:
        articles:
          vector:
            dimension: 512
            service: {integration: openai, modelName: text-embedding-3-small}
          indexing: {deny: [raw]}
        contracts:
          vector:
            service: {integration: azureOpenAI, modelName: text-embedding-3-large}
        own:
          vector: {dimension: 8, sourceModel: openai-v3-small}
          defaultId: {type: uuidv7}
        papers:
          vector:
            metric: dot_product
            service: {integration: huggingface, modelName: BAAI/bge-base-en-v1.5}
        plain: {}
        tickets:
          vector:
            service: {provider: nvidia, modelName: nvidia/nv-embedqa-e5-v5}
      tables:
        chunks:
          definition:
            columns:
              document: uuid
              number: int
              body: text
              embedding: {type: vector, service: {integration: openai, modelName: text-embedding-3-small}}
              kind: text
              labels: {type: map, keyType: text, valueType: text}
              tags: {type: set, valueType: text}
              title: text
            primaryKey: {partitionBy: [document], partitionSort: {number: -1}}
          indexes:
            chunks_body: {column: body, options: {analyzer: english}}
            chunks_embedding: {column: embedding, metric: euclidean}
            chunks_kind: {column: kind, indexType: text}
            chunks_labels: {column: {labels: $keys}}
            chunks_tags: {column: tags}
            chunks_title: {column: title, options: {caseSensitive: false}}
  support:
    default_keyspace:
      collections:
        faq: {}
"""


def test_the_calls_of_the_page_on_import(clicked: Project) -> None:
    (typing,) = (block.text for block in blocks("import.md") if block.language == "sh")
    (stated,) = set(re.findall("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", typing))
    identity = ids(clicked)["Team knowledge"]
    # Over HTTP: a protected environment takes no transport.
    with served(application(clicked.world)) as address:
        clicked.configure(astra_at(address), "prod")
        typed(clicked, typing.replace("AstraCS:...", DEFAULT_TOKEN).replace(stated, identity)).ok()
        said = typed(clicked, f"export ASTRA_DB_APPLICATION_TOKEN={DEFAULT_TOKEN}; vectorize drift --stack prod").ok().output
    assert "no drift" in said


def test_everything_becomes_a_file_and_a_state_that_previews_clean(clicked: Project) -> None:
    before = rows(clicked)
    done = imported(clicked, "--all", "--target", "emulator").ok()
    assert (done.report["outcome"], done.report["newFile"], done.report["leftOut"]) == ("imported", True, [])
    assert rows(clicked) == before
    assert file(clicked) == TEXT
    proven(clicked)
    assert rows(clicked) == before
    state = clicked.state()
    again = imported(clicked, "--all").ok()
    assert (again.report["outcome"], again.report["imported"], again.report["content"]) == ("nothing", [], None)
    assert (file(clicked), clicked.state(), rows(clicked)) == (TEXT, state, before)
    # What holds data is as guarded as if it had been made here.
    clicked.declare(TEXT.replace("        plain: {}\n", ""))
    assert "Team-knowledge.default_keyspace.plain" in clicked.preview().output


def kept(resource: dict[str, Any]) -> tuple[Any, ...]:
    """What of the state decides what an update does."""
    return (*(resource.get(key) for key in ("id", "inputs", "protect")), sorted(resource.get("dependencies", ())))


def test_what_it_took_over_is_what_an_update_would_have_made(clicked: Project) -> None:
    imported(clicked, "--all", "--target", "emulator").ok()
    taken = {one["urn"].rpartition("::")[2]: one for one in clicked.resources()}
    clicked.pulumi("refresh", "--yes", "--skip-preview").ok()
    clicked.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes").ok()
    for name, one in {one["urn"].rpartition("::")[2]: one for one in clicked.resources()}.items():
        assert kept(one) == kept(taken[name])
    assert {one.partition(".")[0] for one in taken} >= {"workload", "deployment", "astra"}
    # Which credential works was not asked, since to ask is to send a request that is refused; a refresh asks.
    proofs = [one["outputs"]["status"] for name, one in taken.items() if one["type"].endswith(":ProviderIntegration")]
    assert proofs == ["asserted", "asserted", "asserted"]


DECLARED = """\
# Ours, for years.
target: {kind: emulator}   # local
databases:
  kb: {name: Team knowledge, cloudProvider: AWS, region: us-east-2}
integrations:
  ai: {provider: openai, authentication: SHARED_SECRET, providerKey: test-openai}   # the team's account
workload:
  kb:
    archive:
      collections:
        old: {vector: {dimension: 4}}   # kept
"""


@pytest.fixture
def merging(clicked: Project) -> Project:
    """A stack that manages some of one database; the rest was clicked together."""
    knowledge = ids(clicked)["Team knowledge"]
    ask(clicked, knowledge, "/archive", {"createCollection": {"name": "old", "options": {"vector": {"dimension": 4}}}})
    (clicked.folder / "environments" / "test.yaml").write_text(DECLARED, encoding="utf-8")
    clicked.pulumi("up", "--yes", "--skip-preview", VECTORIZE_ADOPT=json.dumps({"kb": knowledge})).ok()
    return clicked


def test_a_file_that_is_there_is_added_to(merging: Project) -> None:
    before = rows(merging)
    imported(merging, "--all").ok()
    text = file(merging)
    lines = iter(text.splitlines())
    assert all(line in lines for line in DECLARED.splitlines() if "kb: {name" not in line and line != "workload:")
    data = yaml.safe_load(text)
    assert data["databases"]["kb"]["additionalRegions"] == ["us-west-2"]
    assert set(data["databases"]) == {"kb", "support"}
    assert set(data["integrations"]) == {"ai", "azureOpenAI", "huggingface"}
    articles = data["workload"]["kb"]["default_keyspace"]["collections"]["articles"]
    assert articles["vector"]["service"] == {"integration": "ai", "modelName": "text-embedding-3-small"}
    assert rows(merging) == before
    proven(merging)
    state = merging.state()
    imported(merging, "--all").ok()
    assert (file(merging), merging.state()) == (text, state)


def test_what_stands_otherwise_than_the_file_says_is_shown_and_left(merging: Project) -> None:
    knowledge = ids(merging)["Team knowledge"]
    ask(merging, knowledge, "/archive", {"deleteCollection": {"name": "old"}})
    options = {"vector": {"dimension": 5, "metric": "euclidean"}}
    ask(merging, knowledge, "/archive", {"createCollection": {"name": "old", "options": options}})
    done = imported(merging, "--database", knowledge)
    assert (done.code, done.report["outcome"]) == (2, "imported")
    address = {"kind": "collection", "address": "kb.archive.old", "reason": ""}
    assert done.report["differences"] == [
        {**address, "path": "vector.dimension", "file": 4, "live": 5},
        {**address, "path": "vector.metric", "file": "cosine", "live": "euclidean"},
    ]
    assert "        old: {vector: {dimension: 4}}   # kept\n" in file(merging)
    assert "articles" in file(merging)
    merging.preview("--expect-no-changes").ok()


def test_what_is_declared_and_not_applied_comes_first(merging: Project) -> None:
    (merging.folder / "environments" / "test.yaml").write_text(f"{DECLARED}        new: {{}}\n", encoding="utf-8")
    state = merging.state()
    done = imported(merging, "--all")
    assert (done.code, done.report["outcome"]) == (2, "refused")
    (problem,) = done.report["problems"]
    why = "the collection is declared, and not made yet, and does not stand as it is declared"
    assert problem == f"kb.archive.new: {why}. Bring it up first, or take it back in the file."
    assert (file(merging), merging.state()) == (f"{DECLARED}        new: {{}}\n", state)


def test_a_database_of_others_stays_theirs(clicked: Project) -> None:
    knowledge = ids(clicked)["Team knowledge"]
    imported(clicked, "--database", knowledge, "--existing", "--target", "emulator").ok()
    assert yaml.safe_load(file(clicked))["databases"] == {"Team-knowledge": {"id": knowledge}}
    proven(clicked)
    (found,) = [one for one in clicked.resources() if one["type"].endswith(":Database")]
    assert found["external"] is True


def test_a_dry_run_writes_nothing_and_then_the_stack_is_made(clicked: Project) -> None:
    clicked.configure({"vectorize:transport": "emulator.transport:open_store", "vectorize:store": "emulator.sqlite"}, "fresh")
    call = ("--all", "--name", "supp*", "--region", "eu-west-1", "--target", "emulator")
    before = rows(clicked)
    planned = imported(clicked, *call, "--dry-run", stack="fresh").ok()
    assert (planned.report["outcome"], planned.report["newStack"]) == ("planned", True)
    assert not (clicked.folder / "environments" / "fresh.yaml").exists()
    assert "fresh" not in clicked.pulumi("stack", "ls").ok().output
    done = imported(clicked, *call, stack="fresh").ok()
    assert done.report["newStack"] is True
    assert file(clicked, "fresh") == planned.report["content"] == done.report["content"]
    assert done.report["imported"] == planned.report["imported"]
    assert set(yaml.safe_load(file(clicked, "fresh"))["databases"]) == {"support"}
    assert rows(clicked) == before
    proven(clicked, "fresh")


def test_what_cannot_be_declared_is_left_out_by_a_visible_decision(clicked: Project) -> None:
    knowledge = ids(clicked)["Team knowledge"]
    entry = {
        "displayName": "Acme",
        "url": "https://acme.example.com",
        "supportedAuthentication": {"HEADER": {"enabled": True, "tokens": []}},
        "parameters": [],
        "models": [{"name": "acme-1", "vectorDimension": 8, "parameters": [], "apiModelSupport": {"status": "SUPPORTED"}}],
    }
    clicked.world.set_provider("acme", entry)
    vector = {"dimension": 8, "service": {"provider": "acme", "modelName": "acme-1"}}
    ask(clicked, knowledge, "/archive", {"createCollection": {"name": "strange", "options": {"vector": vector}}})
    done = imported(clicked, "--all", "--target", "emulator").ok()
    (left,) = done.report["leftOut"]
    assert (left["kind"], left["address"]) == ("collection", "Team-knowledge.archive.strange")
    assert left["reason"].startswith('vector.service.provider: unknown embedding provider "acme"; known: azureOpenAI')
    assert "\ndrift: {ignore: [Team-knowledge.archive.strange]}\n" in file(clicked)
    assert "#   Team-knowledge.archive.strange (collection): vector.service.provider: unknown embedding provider" in file(clicked)
    proven(clicked)
    text = file(clicked)
    assert imported(clicked, "--all").ok().report["outcome"] == "nothing"
    assert file(clicked) == text


def test_what_the_policies_forbid_is_refused_before_anything_is_written(clicked: Project) -> None:
    policy = {"name": "hosted", "reason": "We hold no keys.", "providers": {"allow": ["nvidia"]}}
    (clicked.folder / "policies.yaml").write_text(yaml.safe_dump([policy]), encoding="utf-8")
    done = imported(clicked, "--all", "--target", "emulator")
    assert (done.code, done.report["outcome"]) == (2, "refused")
    assert [one[one.index("policy hosted") :] for one in done.report["problems"]] == [
        f'policy hosted: the embedding provider "{name}" is not allowed; allowed: nvidia (We hold no keys)'
        for name in ("azureOpenAI", "huggingface", "openai")
    ]
    assert not (clicked.folder / "environments" / "test.yaml").exists()


@pytest.mark.parametrize("command", ["findCollections", "listTables", "listIndexes"])
def test_what_cannot_be_read_is_no_absence(clicked: Project, command: str) -> None:
    with closing(clicked.world) as world:
        add_fault(world, status=400, command=command)
    state = clicked.state()
    done = imported(clicked, "--all", "--target", "emulator")
    assert (done.code, done.report["outcome"]) == (1, "failed")
    assert done.report["problems"]
    assert not (clicked.folder / "environments" / "test.yaml").exists()
    assert clicked.state() == state


def test_a_wrong_token_is_told_in_a_sentence(clicked: Project) -> None:
    with closing(clicked.world) as world, served(application(world)) as address:
        clicked.configure(astra_at(address))
        done = imported(clicked, "--all", ASTRA_DB_APPLICATION_TOKEN="AstraCS:wrong")
        none = imported(clicked, "--all")
    assert (done.code, none.code) == (1, 1)
    assert done.errors.startswith("Error: cannot list databases: HTTP 401, 340012: ")
    assert "Check ASTRA_DB_APPLICATION_TOKEN" in done.errors
    assert "AstraCS:wrong" not in done.errors
    assert "Error: there is no token: set ASTRA_DB_APPLICATION_TOKEN" in none.errors
    assert "vectorize:transport" not in none.errors
    served_elsewhere = imported(clicked, "--all", "--target", "emulator", stack="elsewhere")
    said = "needs no token, its config names vectorize:transport and vectorize:store, as Pulumi.local.yaml does."
    assert served_elsewhere.errors.endswith(f"{said}\n")
    assert not (clicked.folder / "environments" / "test.yaml").exists()


KILLING = """\
#!/bin/sh
if [ "$1" = up ]; then kill -KILL $PPID; exit 1; fi
exec {engine} "$@"
"""


def wrapped(project: Project, script: str) -> str:
    """A PATH with a script in the place of the engine."""
    wrapper = project.folder / "bin" / "pulumi"
    wrapper.parent.mkdir()
    wrapper.write_text(script.format(engine=shutil.which("pulumi", path=project.environment["PATH"])), encoding="utf-8")
    wrapper.chmod(0o755)
    return f"{wrapper.parent}{os.pathsep}{project.environment['PATH']}"


# The engine is told of no database, so that it takes none over.
FAILING = """\
#!/bin/sh
if [ "$1" = up ]; then export VECTORIZE_ADOPT='{{}}'; fi
exec {engine} "$@"
"""


def test_what_failed_behind_the_file_is_told_and_the_same_call_finishes(clicked: Project) -> None:
    before = rows(clicked)
    call = ("--all", "--name", "support", "--target", "emulator")
    failed = imported(clicked, *call, PATH=wrapped(clicked, FAILING))
    assert (failed.code, failed.report["outcome"], failed.report["content"]) == (1, "failed", file(clicked))
    said = (
        "cannot take over support: which database it is was not said. Run vectorize import again. If this is no vectorize import"
    )
    why = f"the engine ended with exit code 1: {said}, run unset VECTORIZE_ADOPT; what it said stands on standard error"
    assert failed.report["problems"] == [
        f"cannot take over into test: {why}",
        "nothing was written to the service, and the same call finishes the import",
    ]
    assert rows(clicked) == before
    assert imported(clicked, *call).ok().report["content"] is None
    proven(clicked)


def test_a_database_that_does_not_answer_is_named_and_how_to_go_on(clicked: Project) -> None:
    broken, parked = new_database(clicked, "broken"), new_database(clicked, "parked")
    clicked.world.set_status(broken, "ERROR")
    clicked.world.set_status(parked, "PARKED")
    call = ("--all", "--target", "emulator", "--dry-run")
    done = imported(clicked, *call, VECTORIZE_DATABASE_TIMEOUT="1")
    assert (done.code, done.report["outcome"]) == (1, "failed")
    *problems, advice = done.report["problems"]
    waited = "after 1 seconds it is still PARKED. See the Astra Portal, then run again."
    assert sorted(problems) == [
        f"broken ({broken}): cannot wait for database {broken}: it is ERROR. Terminate it, or ask Astra's support.",
        f"parked ({parked}): cannot wait for database {parked}: {waited}",
    ]
    assert advice == "To import the others without it, name them with --database, or choose among --all with --name."
    assert imported(clicked, *call, "--name", "support").ok().report["outcome"] == "planned"
    wrong = imported(clicked, *call, VECTORIZE_DATABASE_TIMEOUT="soon")
    assert wrong.errors == "Error: VECTORIZE_DATABASE_TIMEOUT must be a number of seconds.\n"


def test_what_an_import_sets_for_its_update_is_refused_by_every_other_one(merging: Project) -> None:
    state, before = merging.state(), rows(merging)
    (merging.folder / "environments" / "test.yaml").write_text(f"{DECLARED}        new: {{}}\n", encoding="utf-8")
    said = "VECTORIZE_ADOPT is set: as long as it is, nothing is created, changed or deleted, and what stands is only taken over."
    for call in (["preview"], ["up", "--yes"]):
        done = merging.pulumi(*call, VECTORIZE_ADOPT="{}")
        assert (done.code != 0, said in done.output, "Run unset VECTORIZE_ADOPT." in done.output) == (True, True, True), (
            done.output
        )
        assert (merging.state(), rows(merging)) == (state, before)
    destroyed = merging.pulumi("destroy", "--yes", "--skip-preview", VECTORIZE_ADOPT="{}")
    assert "If this is no vectorize import, run unset VECTORIZE_ADOPT." in destroyed.output
    assert {one["urn"] for one in merging.resources()} == {one["urn"] for one in state["deployment"]["resources"]}
    assert rows(merging) == before


def test_killed_between_file_and_state_the_same_call_finishes(clicked: Project) -> None:
    path = wrapped(clicked, KILLING)
    killed = run(clicked, "import", "--stack", "test", "--all", "--target", "emulator", PATH=path)
    assert killed.returncode == -signal.SIGKILL
    assert (file(clicked), clicked.resources()) == (TEXT, [])
    before = rows(clicked)
    done = imported(clicked, "--all").ok()
    assert (done.report["outcome"], done.report["content"]) == ("imported", None)
    assert (file(clicked), rows(clicked)) == (TEXT, before)
    proven(clicked)
    # Half of the state is as good as none.
    for name in ("deployment", "support.default_keyspace.faq", "Team-knowledge.default_keyspace.own"):
        (urn,) = [one["urn"] for one in clicked.resources() if one["urn"].endswith(f"::{name}")]
        clicked.pulumi("state", "delete", "--yes", "--force", urn).ok()
    assert len(imported(clicked, "--all").ok().report["imported"]) == 2
    proven(clicked)


def test_a_self_hosted_data_api_is_taken_over_by_its_address(clicked: Project) -> None:
    address = "http://localhost:8181"
    with httpx.Client(transport=open_store(str(clicked.folder / "emulator.sqlite"))) as client:
        for path, command in (
            ("", {"createKeyspace": {"name": "docs"}}),
            ("/docs", {"createCollection": {"name": "own", "options": {"vector": {"dimension": 8}}}}),
            ("/docs", {"createTable": {"name": "chunks", "definition": CHUNKS | {"columns": PLAIN}}}),
            ("/docs/chunks", {"createIndex": {"name": "chunks_body", "definition": {"column": "body"}}}),
        ):
            answer = client.post(f"{address}/v1{path}", json=command).raise_for_status().json()
            assert "errors" not in answer, answer
    before = rows(clicked)
    imported(clicked, "--endpoint", address, "--target", "data-api").ok()
    data = yaml.safe_load(file(clicked))
    assert data["databases"] == {"localhost": {"apiEndpoint": address}}
    assert data["workload"]["localhost"]["docs"]["collections"] == {"own": {"vector": {"dimension": 8}}}
    assert rows(clicked) == before
    proven(clicked)


def recorded() -> tuple[dict[str, Any], dict[str, Any]]:
    """Every definition that the real Data API accepted, by a name that the emulator can give it."""
    collections: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    path = ROOT / "tests" / "recordings" / "exchanges.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        if exchange.get("errors") or not isinstance(exchange["request"], dict):
            continue
        if "createCollection" in exchange["request"]:
            collections[f"c{len(collections)}"] = exchange["request"]["createCollection"].get("options") or {}
        if "createTable" in exchange["request"]:
            tables[f"t{len(tables)}"] = exchange["request"]["createTable"]["definition"]
    return collections, tables


def test_every_definition_that_the_real_service_accepted_is_taken_over(clicked: Project) -> None:
    with closing(clicked.world) as world:
        world.set("max_collections", 1000)
        world.set("max_indexes", 10_000)
    knowledge = ids(clicked)["Team knowledge"]
    collections, tables = recorded()
    made = 0
    with httpx.Client(transport=open_store(str(clicked.folder / "emulator.sqlite"))) as client:
        address = f"http://emulator/databases/{knowledge}-us-east-2/api/json/v1/archive"
        commands = [{"createCollection": {"name": name, "options": one}} for name, one in collections.items()]
        commands += [{"createTable": {"name": name, "definition": one}} for name, one in tables.items()]
        for provider, name in {
            ("openai", "my-openai-key"),
            *((provider, "shared") for provider in catalog.embedding_providers()),
        }:
            clicked.world.add_credential(provider, name)
        for command in commands:
            made += "errors" not in client.post(address, json=command).json()
    before = rows(clicked)
    done = imported(clicked, "--database", knowledge, "--target", "emulator").ok()
    assert (made, len(commands)) == (149, 152)
    task = 'vector.service.parameters.task: "no-such-task" is not one of '
    reasons = [one["reason"].partition("retrieval.passage")[0] for one in done.report["leftOut"]]
    assert reasons == [task, "parameters.deploymentId: must not be empty; parameters.resourceName: must not be empty"]
    assert rows(clicked) == before
    proven(clicked)
