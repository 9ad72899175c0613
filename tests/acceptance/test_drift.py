"""`vectorize drift`: the world is drifted in every way, and exactly that is found; an untouched one shows nothing.

One stack is brought up once. Each case changes the emulator's world behind its back and looks; then the world is put back as it
was. That nothing is written is asserted of every look: the state's file and the world's dump are the same after it as before.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from emulator.application import application
from emulator.tokens import DEFAULT_TOKEN
from emulator.transport import open_store
from emulator.world import World
from tests.acceptance.conftest import ROOT, Project
from tests.acceptance.test_service_errors import astra_at, served

if TYPE_CHECKING:
    from pathlib import Path

TEST_OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
JINA = {"integration": "jinaAI", "modelName": "jina-embeddings-v3", "parameters": {"task": "classification"}}
ENVIRONMENT: dict[str, Any] = {
    "target": {"kind": "emulator"},
    "drift": {"ignore": ["knowledge.docs.tmp_*", "knowledge.try_*"]},
    "databases": {
        "knowledge": {
            "name": "knowledge-test",
            "cloudProvider": "AWS",
            "region": "us-east-2",
            "additionalRegions": ["us-west-2"],
        },
        "shared": {"id": ""},
    },
    "integrations": {
        "openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"},
        "jinaAI": {"authentication": "HEADER", "keyVariable": "JINA_KEY"},
    },
    "workload": {
        "knowledge": {
            "docs": {
                "collections": {
                    "articles": {
                        "vector": {"dimension": 512, "metric": "cosine", "service": TEST_OPENAI},
                        "indexing": {"allow": ["title", "year"]},
                        "defaultId": {"type": "uuid"},
                        "lexical": {"enabled": True, "analyzer": "standard"},
                        "rerank": {"enabled": False},
                    },
                    "tickets": {"vector": {"service": NVIDIA}},
                    "pages": {"vector": {"sourceModel": "other", "service": JINA}},
                    "plain": {},
                },
                "tables": {
                    "chunks": {
                        "definition": {
                            "columns": {
                                "document": "text",
                                "page": "int",
                                "line": "int",
                                "body": "text",
                                "note": "text",
                                "embedding": {"type": "vector", "service": TEST_OPENAI},
                            },
                            # In no order of the alphabet.
                            "primaryKey": {"partitionBy": ["document"], "partitionSort": {"page": 1, "line": -1}},
                        },
                        "indexes": {
                            "chunks_note": {"column": "note", "options": {"caseSensitive": False}},
                            "chunks_body": {"column": "body", "indexType": "text", "options": {"analyzer": "english"}},
                            "chunks_embedding": {"column": "embedding", "metric": "dot_product"},
                        },
                    }
                },
            },
            "empty": None,
        },
        "shared": {"ours": {"collections": {"own": {"vector": {"dimension": 8}}}}},
    },
}
# Pauses are no part of what is tested here.
FAULTY = """
import json
import pathlib

import httpx

import astra.http
import astra.verification
from emulator.transport import EmulatorTransport
from emulator.world import World

astra.http.LONGEST_PAUSE = astra.verification.APART = 0.0
HERE = pathlib.Path(__file__).parent


class Faulty(EmulatorTransport):
    def handle_request(self, request):
        sent = request.content.decode()
        asked = sent.partition('"')[2].partition('"')[0] if "/api/json/" in request.url.path else request.url.path
        with open(HERE / "asked.txt", "a") as file:
            file.write(f"{request.url.path.partition('/v1')[2]} {asked}\\n" if sent else f"{asked}\\n")
        for where, fault in json.loads((HERE / "faults.json").read_text()).items():
            if where in f"{request.url.path} {asked}":
                if fault == "time-out":
                    raise httpx.ReadTimeout("too slow")
                if fault == "page":
                    return httpx.Response(404, text="<html>Not here</html>")
                return httpx.Response(fault)
        return super().handle_request(request)


def open_store(store):
    return Faulty(World(store))
"""

Found = tuple[str, str, str, str]
DOCS = "knowledge.docs"


@dataclass
class Look:
    """What one look found: exit code, the JSON report, and what was printed beside it."""

    code: int
    report: dict[str, Any]
    said: str

    def told(self, part: str = "findings") -> list[Found]:
        """Kind, address, severity and sentence of each."""
        return [(one["kind"], one["address"], one["severity"], one["sentence"]) for one in self.report[part]]


@dataclass
class Standing:
    """A project whose stack stands, with its world as it was then."""

    project: Project
    kept: Path

    @property
    def store(self) -> Path:
        return self.project.folder / "emulator.sqlite"

    def restore(self) -> None:
        for old in self.project.folder.glob("emulator.sqlite*"):
            old.unlink()
        shutil.copy(self.kept, self.store)
        self.fail({})
        self.project.declare(declared(self.shared))

    @property
    def shared(self) -> str:
        with closing(World(self.kept)) as world:
            return str(next(one["id"] for one in world.databases() if one["name"] == "shared-test"))

    @property
    def knowledge(self) -> str:
        with closing(World(self.kept)) as world:
            return str(next(one["id"] for one in world.databases() if one["name"] == "knowledge-test"))

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.store)) as connection, connection:
            connection.execute("PRAGMA foreign_keys = ON")
            assert connection.execute(statement, values).rowcount != 0, statement

    def fail(self, faults: dict[str, int | str]) -> None:
        """What the service answers instead, by a part of the path or the command."""
        (self.project.folder / "faults.json").write_text(json.dumps(faults), encoding="utf-8")

    def post(self, database: str, path: str, **command: Any) -> None:
        with httpx.Client(transport=open_store(str(self.store))) as client:
            address = f"http://emulator/databases/{database}-us-east-2/api/json/v1{path}"
            answer = client.post(address, json=command).raise_for_status().json()
            assert "errors" not in answer, answer

    def dump(self) -> list[str]:
        with closing(sqlite3.connect(self.store)) as connection:
            return list(connection.iterdump())

    def state(self) -> dict[str, bytes]:
        folder = self.project.folder.parent / "state"
        return {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}

    def look(self, *arguments: str, stacks: tuple[str, ...] = ("test",), wakes: bool = False, **variables: Any) -> Look:
        """Calls the command as CI does; nothing is written by it, unless it wakes a database."""
        before = ([] if wakes else self.dump(), self.state())
        (self.project.folder / "asked.txt").write_text("", encoding="utf-8")
        done = subprocess.run(
            ["vectorize", "drift", *(f"--stack={one}" for one in stacks), "--format", "json", *arguments],
            cwd=self.project.folder,
            env={**self.project.environment, "PYTHONPATH": str(self.project.folder), **variables},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        assert before == ([] if wakes else self.dump(), self.state())
        return Look(done.returncode, json.loads(done.stdout), done.stderr)

    def asked(self) -> list[str]:
        return (self.project.folder / "asked.txt").read_text(encoding="utf-8").splitlines()


def declared(shared: str) -> dict[str, Any]:
    stated = {**ENVIRONMENT, "databases": {**ENVIRONMENT["databases"], "shared": {"id": shared}}}
    # Written and read: nothing in it is shared, neither with another test nor as an anchor of YAML.
    copied: dict[str, Any] = json.loads(json.dumps(stated))
    return copied


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory, engine_environment: dict[str, str]) -> Standing:
    """A stack of two databases as its first `up` left it: one of its own, and one of somebody else's."""
    folder = tmp_path_factory.mktemp("drift")
    project = Project(folder / "project", {**engine_environment, "PULUMI_BACKEND_URL": f"file://{folder / 'state'}"})
    (folder / "state").mkdir()
    (project.folder / "environments").mkdir(parents=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, project.folder / name)
    (project.folder / "faulty.py").write_text(FAULTY, encoding="utf-8")
    standing = Standing(project, folder / "kept.sqlite")
    standing.fail({})
    with closing(World(standing.store)) as world:
        for name in ("provisioning_seconds", "maintenance_seconds", "termination_seconds", "datacenter_seconds"):
            world.set(name, 0)
        world.add_credential("openai", "test-openai")
    shared = {"name": "shared-test", "cloudProvider": "AWS", "region": "us-east-2", "tier": "serverless", "capacityUnits": 1}
    with httpx.Client(transport=open_store(str(standing.store))) as client:
        answer = client.post("http://emulator/v2/databases", json={**shared, "dbType": "vector", "keyspace": "theirs"})
        identity = answer.raise_for_status().headers["Location"]
    standing.post(identity, "/theirs", createCollection={"name": "theirs"})
    project.pulumi("stack", "init", "test").ok()
    project.configure({"vectorize:transport": "faulty:open_store", "vectorize:store": "emulator.sqlite"})
    project.declare(declared(identity))
    project.up().ok()
    with closing(sqlite3.connect(standing.store)) as source, closing(sqlite3.connect(standing.kept)) as kept:
        source.backup(kept)
    return standing


@pytest.fixture
def standing(stood: Standing) -> Standing:
    """The same stack, its world as it was then."""
    stood.restore()
    return stood


Drifting = Callable[[Standing], None]


def options(name: str, **changes: Any) -> Drifting:
    """A collection's options otherwise: `vector__metric="cosine"`, with None for an option that is gone."""
    return definition("docs", name, changes)


def definition(keyspace: str, name: str, changes: dict[str, Any]) -> Drifting:
    def drift(standing: Standing) -> None:
        for path, value in changes.items():
            how = "json_remove(options, ?)" if value is None else "json_set(options, ?, json(?))"
            values = (json_path(path), *([] if value is None else [json.dumps(value)]))
            where = "WHERE database = ? AND keyspace = ? AND name = ?"
            database = standing.shared if keyspace == "ours" else standing.knowledge
            standing.sql(f"UPDATE collections SET options = {how} {where}", *values, database, keyspace, name)  # noqa: S608

    return drift


def json_path(path: str) -> str:
    return "$" + "".join(f'."{step}"' for step in path.split("__"))


def table(**changes: Any) -> Drifting:
    """The table's definition otherwise."""
    return definition("docs", "chunks", changes)


def indexed(name: str, **changes: Any) -> Drifting:
    """An index of the table otherwise."""

    def drift(standing: Standing) -> None:
        for path, value in changes.items():
            change = "UPDATE indexes SET definition = json_set(definition, ?, json(?)) WHERE name = ?"
            standing.sql(change, json_path(path), json.dumps(value), name)

    return drift


def sql(statement: str, *values: object) -> Drifting:
    return lambda standing: standing.sql(statement, *values)


def world(change: Callable[[World, str], Any]) -> Drifting:
    """What is done to the world, with the id of the stack's own database."""

    def drift(standing: Standing) -> None:
        with closing(World(standing.store)) as opened:
            change(opened, standing.knowledge)

    return drift


def post(path: str, **command: Any) -> Drifting:
    return lambda standing: standing.post(standing.knowledge, path, **command)


def also(*drifting: Drifting) -> Drifting:
    def drift(standing: Standing) -> None:
        for one in drifting:
            one(standing)

    return drift


class Case(NamedTuple):
    """One way to drift, and what is found of it."""

    drift: Drifting
    found: list[Found]


def keyspace(name: str) -> Drifting:
    return world(lambda opened, database: devops(opened, "POST", f"/databases/{database}/keyspaces/{name}"))


def devops(opened: World, method: str, path: str, body: Any = None) -> None:
    identification = {"Authorization": f"Bearer {DEFAULT_TOKEN}"}
    with httpx.Client(transport=httpx.WSGITransport(application(opened)), headers=identification) as client:
        client.request(method, f"http://emulator/v2{path}", json=body).raise_for_status()


CASES: dict[str, Case] = {
    # Each property of a collection.
    "vector.dimension": Case(
        options("articles", vector__dimension=256),
        [("changed", f"{DOCS}.articles", "error", "vector.dimension is 256, applied was 512")],
    ),
    "vector.metric": Case(
        options("articles", vector__metric="euclidean"),
        [("changed", f"{DOCS}.articles", "warning", 'vector.metric is "euclidean", applied was "cosine"')],
    ),
    "vector.sourceModel": Case(
        options("articles", vector__sourceModel="openai-v3-small"),
        [("changed", f"{DOCS}.articles", "warning", 'vector.sourceModel is "openai-v3-small", applied was "other"')],
    ),
    "vector.service.provider": Case(
        options("articles", vector__service__provider="azureOpenAI"),
        [("changed", f"{DOCS}.articles", "error", 'vector.service.provider is "azureOpenAI", applied was "openai"')],
    ),
    "vector.service.modelName": Case(
        options("articles", vector__service__modelName="text-embedding-3-large"),
        [
            (
                "changed",
                f"{DOCS}.articles",
                "error",
                'vector.service.modelName is "text-embedding-3-large", applied was "text-embedding-3-small"',
            )
        ],
    ),
    "vector.service.authentication": Case(
        options("articles", vector__service__authentication__providerKey="other.providerKey"),
        [
            (
                "changed",
                f"{DOCS}.articles",
                "warning",
                ('vector.service.authentication.providerKey is "other.providerKey", applied was "test-openai.providerKey"'),
            )
        ],
    ),
    "vector.service.parameters": Case(
        options("pages", vector__service__parameters__task="separation"),
        [("changed", f"{DOCS}.pages", "warning", 'vector.service.parameters.task is "separation", applied was "classification"')],
    ),
    "vector.service.parameters added": Case(
        options("articles", vector__service__parameters={"projectId": "p"}),
        [("changed", f"{DOCS}.articles", "warning", 'vector.service.parameters is {"projectId": "p"}, and was not applied')],
    ),
    "vector.service gone": Case(
        options("tickets", vector__service=None),
        [
            (
                "changed",
                f"{DOCS}.tickets",
                "error",
                ('vector.service is gone, applied was {"modelName": "nvidia/nv-embedqa-e5-v5", "provider": "nvidi…'),
            )
        ],
    ),
    "vector gone": Case(
        options("tickets", vector=None),
        [
            (
                "changed",
                f"{DOCS}.tickets",
                "error",
                'vector is gone, applied was {"sourceModel": "other", "service": {"modelName": "nvidia/n…',
            )
        ],
    ),
    "vector added": Case(
        options("plain", vector={"dimension": 8, "metric": "cosine", "sourceModel": "other"}),
        [
            (
                "changed",
                f"{DOCS}.plain",
                "warning",
                'vector is {"dimension": 8, "metric": "cosine", "sourceModel": "other"}, and was not applied',
            )
        ],
    ),
    "indexing": Case(
        options("articles", indexing={"deny": ["title"]}),
        [
            (
                "changed",
                f"{DOCS}.articles",
                "warning",
                ('indexing.allow is gone, applied was ["title", "year"]; indexing.deny is ["title"], and was not applied'),
            )
        ],
    ),
    "defaultId": Case(
        options("articles", defaultId__type="objectId"),
        [("changed", f"{DOCS}.articles", "warning", 'defaultId.type is "objectId", applied was "uuid"')],
    ),
    "lexical": Case(
        options("articles", lexical={"enabled": False}),
        [
            (
                "changed",
                f"{DOCS}.articles",
                "warning",
                'lexical.analyzer is gone, applied was "standard"; lexical.enabled is false, applied was true',
            )
        ],
    ),
    "rerank": Case(
        options("articles", rerank={"enabled": True, "service": {"provider": "nvidia", "modelName": "m"}}),
        [("changed", f"{DOCS}.articles", "warning", "rerank.enabled is true, applied was false")],
    ),
    "dimension that the service chose": Case(
        options("tickets", vector__dimension=768),
        [("changed", f"{DOCS}.tickets", "error", "vector.dimension is 768, applied was 1024")],
    ),
    "several properties": Case(
        options("articles", vector__dimension=256, vector__metric="euclidean"),
        [
            (
                "changed",
                f"{DOCS}.articles",
                "error",
                'vector.dimension is 256, applied was 512; vector.metric is "euclidean", applied was "cosine"',
            )
        ],
    ),
    "existing database": Case(
        definition("ours", "own", {"vector__dimension": 16}),
        [("changed", "shared.ours.own", "error", "vector.dimension is 16, applied was 8")],
    ),
    # Each property of a table.
    "column gone": Case(
        table(columns__note=None),
        [("changed", f"{DOCS}.chunks", "error", 'columns.note is gone, applied was {"type": "text"}')],
    ),
    "column added": Case(
        table(columns__extra={"type": "text"}),
        [("changed", f"{DOCS}.chunks", "warning", 'columns.extra is {"type": "text"}, and was not applied')],
    ),
    "column type": Case(
        table(columns__note={"type": "int"}),
        [("changed", f"{DOCS}.chunks", "error", 'columns.note.type is "int", applied was "text"')],
    ),
    "column dimension": Case(
        table(columns__embedding__dimension=256),
        [("changed", f"{DOCS}.chunks", "error", "columns.embedding.dimension is 256, applied was 1536")],
    ),
    "column model": Case(
        table(columns__embedding__service__modelName="text-embedding-3-large"),
        [
            (
                "changed",
                f"{DOCS}.chunks",
                "error",
                ('columns.embedding.service.modelName is "text-embedding-3-large", applied was "text-embedding-3-small"'),
            )
        ],
    ),
    "column service gone": Case(
        table(columns__embedding__service=None),
        [
            (
                "changed",
                f"{DOCS}.chunks",
                "error",
                ('columns.embedding.service is gone, applied was {"authentication": {"providerKey": "test-openai.providerKey…'),
            )
        ],
    ),
    "primaryKey.partitionBy": Case(
        table(primaryKey__partitionBy=["document", "page"]),
        [
            (
                "changed",
                f"{DOCS}.chunks",
                "error",
                (
                    'primaryKey is {"partitionBy": ["document", "page"], "partitionSort": {"pa…, applied was '
                    '{"partitionBy": ["document"], "partitionSort": {"page": 1, …'
                ),
            )
        ],
    ),
    "primaryKey.partitionSort": Case(
        table(primaryKey__partitionSort={"line": -1, "page": 1}),
        [
            (
                "changed",
                f"{DOCS}.chunks",
                "error",
                (
                    'primaryKey is {"partitionBy": ["document"], "partitionSort": {"line": -1,…, applied was '
                    '{"partitionBy": ["document"], "partitionSort": {"page": 1, …'
                ),
            )
        ],
    ),
    # Each property of an index.
    "index column": Case(
        indexed("chunks_note", column="document"),
        [("changed", f"{DOCS}.chunks.chunks_note", "warning", 'column is "document", applied was "note"')],
    ),
    "index options": Case(
        indexed("chunks_note", options__caseSensitive=True),
        [("changed", f"{DOCS}.chunks.chunks_note", "warning", "options.caseSensitive is true, applied was false")],
    ),
    "index analyzer": Case(
        indexed("chunks_body", options__analyzer="standard"),
        [("changed", f"{DOCS}.chunks.chunks_body", "warning", 'options.analyzer is "standard", applied was "english"')],
    ),
    "index metric": Case(
        indexed("chunks_embedding", options__metric="cosine"),
        [("changed", f"{DOCS}.chunks.chunks_embedding", "warning", 'options.metric is "cosine", applied was "dot_product"')],
    ),
    "index sourceModel": Case(
        indexed("chunks_embedding", options__sourceModel="openai-v3-small"),
        [
            (
                "changed",
                f"{DOCS}.chunks.chunks_embedding",
                "warning",
                'options.sourceModel is "openai-v3-small", applied was "other"',
            )
        ],
    ),
    "index kind": Case(
        also(
            post("/docs", dropIndex={"name": "chunks_body"}),
            post("/docs/chunks", createIndex={"name": "chunks_body", "definition": {"column": "body"}}),
        ),
        [
            (
                "changed",
                f"{DOCS}.chunks.chunks_body",
                "warning",
                (
                    'indexType is "regular", applied was "text"; options.analyzer is gone, applied was "english"; '
                    "options.ascii is false, and was not applied; options.caseSensitive is true, and was not "
                    "applied; options.normalize is false, and was not applied"
                ),
            )
        ],
    ),
    # Each property of a database.
    "database name": Case(
        sql("UPDATE databases SET name = 'renamed' WHERE name = 'knowledge-test'"),
        [("changed", "knowledge", "error", 'name is "renamed", applied was "knowledge-test"')],
    ),
    # Each removal.
    "index gone": Case(
        post("/docs", dropIndex={"name": "chunks_note"}),
        [("missing", f"{DOCS}.chunks.chunks_note", "error", "the index was applied and does not exist any more")],
    ),
    "collection gone": Case(
        post("/docs", deleteCollection={"name": "articles"}),
        [("missing", f"{DOCS}.articles", "error", "the collection was applied and does not exist any more")],
    ),
    "table gone": Case(
        post("/docs", dropTable={"name": "chunks"}),
        [("missing", f"{DOCS}.chunks", "error", "the table was applied and does not exist any more; with it went 3 more")],
    ),
    "keyspace gone": Case(
        world(lambda opened, database: devops(opened, "DELETE", f"/databases/{database}/keyspaces/docs")),
        [("missing", f"{DOCS}", "error", "the keyspace was applied and does not exist any more; with it went 10 more")],
    ),
    "empty keyspace gone": Case(
        world(lambda opened, database: devops(opened, "DELETE", f"/databases/{database}/keyspaces/empty")),
        [("missing", "knowledge.empty", "error", "the keyspace was applied and does not exist any more")],
    ),
    "region gone": Case(
        world(
            lambda opened, database: devops(
                opened, "POST", f"/databases/{database}/datacenters/{opened.datacenters(database)[1]['id']}/terminate"
            )
        ),
        [("missing", "knowledge.us-west-2", "error", "the region was applied and does not exist any more")],
    ),
    "database gone": Case(
        world(lambda opened, database: opened.set_status(database, "TERMINATED")),
        [("missing", "knowledge", "error", "the database was applied and does not exist any more; with it went 13 more")],
    ),
    "existing database gone": Case(
        lambda standing: world(lambda opened, _: opened.set_status(standing.shared, "TERMINATED"))(standing),
        [("missing", "shared", "error", "the database was applied and does not exist any more; with it went 2 more")],
    ),
    "a table in place of a collection": Case(
        also(
            post("/docs", deleteCollection={"name": "plain"}),
            post("/docs", createTable={"name": "plain", "definition": {"columns": {"id": "text"}, "primaryKey": "id"}}),
        ),
        [
            ("missing", f"{DOCS}.plain", "error", "the collection was applied and does not exist any more"),
            ("unmanaged", f"{DOCS}.plain", "warning", "a table stands here that is declared nowhere"),
        ],
    ),
    # Each addition.
    "collection added": Case(
        post("/docs", createCollection={"name": "by_hand"}),
        [("unmanaged", f"{DOCS}.by_hand", "warning", "a collection stands here that is declared nowhere")],
    ),
    "ignored collection": Case(
        post("/docs", createCollection={"name": "tmp_1"}),
        [],
    ),
    "table added": Case(
        post("/docs", createTable={"name": "by_hand", "definition": {"columns": {"id": "text"}, "primaryKey": "id"}}),
        [("unmanaged", f"{DOCS}.by_hand", "warning", "a table stands here that is declared nowhere")],
    ),
    "index added": Case(
        post("/docs/chunks", createIndex={"name": "by_hand", "definition": {"column": "line"}}),
        [("unmanaged", f"{DOCS}.chunks.by_hand", "warning", "an index stands here that is declared nowhere")],
    ),
    "keyspace added": Case(
        also(
            keyspace("by_hand"),
            post("/by_hand", createCollection={"name": "a"}),
            post("/by_hand", createCollection={"name": "b"}),
        ),
        [("unmanaged", "knowledge.by_hand", "warning", "a keyspace stands here that is declared nowhere; it holds 2")],
    ),
    "ignored keyspace": Case(
        also(keyspace("try_1"), post("/try_1", createCollection={"name": "a"})),
        [],
    ),
    "collection in the default keyspace": Case(
        post("/default_keyspace", createCollection={"name": "by_hand"}),
        [("unmanaged", "knowledge.default_keyspace", "warning", "a keyspace stands here that is declared nowhere; it holds 1")],
    ),
    "region added": Case(
        world(
            lambda opened, database: devops(
                opened,
                "POST",
                f"/databases/{database}/datacenters",
                [{"tier": "serverless", "cloudProvider": "AWS", "region": "eu-west-1"}],
            )
        ),
        [("unmanaged", "knowledge.eu-west-1", "warning", "a region stands here that is declared nowhere")],
    ),
    "in somebody else's keyspace": Case(
        lambda standing: standing.post(standing.shared, "/theirs", createCollection={"name": "another"}),
        [],
    ),
    "in our keyspace of somebody else's database": Case(
        lambda standing: standing.post(standing.shared, "/ours", createCollection={"name": "another"}),
        [("unmanaged", "shared.ours.another", "warning", "a collection stands here that is declared nowhere")],
    ),
    # Each change of a credential.
    "credential removed": Case(
        world(lambda opened, _: opened.remove_credential("openai", "test-openai")),
        [
            (
                "integration",
                "knowledge.openai",
                "error",
                (
                    "openai cannot be used with SHARED_SECRET: the database refused the credential test-openai "
                    "twice: cannot try OpenAI: the Data API said VECTORIZE_CREDENTIAL_INVALID: There is no "
                    "credential test-openai.providerKey of openai for this database"
                ),
            )
        ],
    ),
    "credential without its scope": Case(
        world(lambda opened, _: opened.add_credential("openai", "test-openai", ["11111111-2222-3333-4444-555555555555"])),
        [
            (
                "integration",
                "knowledge.openai",
                "error",
                (
                    "openai cannot be used with SHARED_SECRET: the database refused the credential test-openai "
                    "twice: cannot try OpenAI: the Data API said VECTORIZE_CREDENTIAL_INVALID: There is no "
                    "credential test-openai.providerKey of openai for this database"
                ),
            )
        ],
    ),
    "SHARED_SECRET disabled": Case(
        world(lambda opened, _: opened.set_authentication("openai", "SHARED_SECRET", enabled=False)),
        [
            (
                "integration",
                "knowledge.openai",
                "error",
                "openai cannot be used with SHARED_SECRET: the database offers OpenAI with HEADER alone",
            )
        ],
    ),
    "HEADER disabled": Case(
        world(lambda opened, _: opened.set_authentication("jinaAI", "HEADER", enabled=False)),
        [
            (
                "integration",
                "knowledge.jinaAI",
                "error",
                "jinaAI cannot be used with HEADER: the database offers Jina AI with SHARED_SECRET alone",
            )
        ],
    ),
    "NONE disabled": Case(
        world(lambda opened, _: opened.set_authentication("nvidia", "NONE", enabled=False)),
        [
            (
                "integration",
                "knowledge.nvidia",
                "error",
                ("the database offers nvidia with no kind of authentication, and what is used names no stored credential"),
            )
        ],
    ),
    "provider gone": Case(
        world(lambda opened, _: opened.set_provider("openai", None)),
        [
            (
                "integration",
                "knowledge.openai",
                "error",
                (
                    "openai cannot be used with SHARED_SECRET: the database lists no provider openai; it lists "
                    "azureOpenAI, bedrock, cohere, huggingface, huggingfaceDedicated, jinaAI, mistral, nvidia, "
                    "upstageAI, voyageAI: the integration is not enabled"
                ),
            )
        ],
    ),
    "provider without an integration gone": Case(
        world(lambda opened, _: opened.set_provider("nvidia", None)),
        [
            (
                "integration",
                "knowledge.nvidia",
                "error",
                (
                    "the database lists no provider nvidia any more; it lists azureOpenAI, bedrock, cohere, "
                    "huggingface, huggingfaceDedicated, jinaAI, mistral, openai, upstageAI, voyageAI"
                ),
            )
        ],
    ),
    # Each change of a model.
    "model deprecated": Case(
        world(lambda opened, _: opened.set_model_status("openai", "text-embedding-3-small", "DEPRECATED")),
        [
            (
                "catalogue",
                "knowledge.openai/text-embedding-3-small",
                "warning",
                "the model text-embedding-3-small of openai is DEPRECATED",
            )
        ],
    ),
    "model at its end": Case(
        world(lambda opened, _: opened.set_model_status("nvidia", "nvidia/nv-embedqa-e5-v5", "END_OF_LIFE")),
        [
            (
                "catalogue",
                "knowledge.nvidia/nvidia/nv-embedqa-e5-v5",
                "error",
                "the model nvidia/nv-embedqa-e5-v5 of nvidia is END_OF_LIFE",
            )
        ],
    ),
    "model gone": Case(
        world(lambda opened, _: opened.set_model_status("openai", "text-embedding-3-small", "REMOVED")),
        [
            (
                "catalogue",
                "knowledge.openai/text-embedding-3-small",
                "error",
                "the database does not list the model text-embedding-3-small of openai any more",
            )
        ],
    ),
    "unused model": Case(
        world(lambda opened, _: opened.set_model_status("openai", "text-embedding-3-large", "END_OF_LIFE")),
        [],
    ),
    # What is none.
    "untouched": Case(
        lambda _: None,
        [],
    ),
    "database's own defaults": Case(
        options("tickets", lexical={"enabled": False}, rerank={"enabled": False}),
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_exactly_what_drifted_is_found(standing: Standing, name: str) -> None:
    case = CASES[name]
    case.drift(standing)
    look = standing.look()
    assert look.told() == case.found
    assert (look.told("unknown"), look.told("pending")) == ([], [])
    assert look.code == (2 if case.found else 0)


def test_what_is_in_a_database_that_is_gone_is_told_with_it(standing: Standing) -> None:
    CASES["database gone"].drift(standing)
    (one,) = standing.look().report["findings"]
    assert one["contents"] == [
        "knowledge.docs",
        "knowledge.docs.articles",
        "knowledge.docs.chunks",
        "knowledge.docs.chunks.chunks_body",
        "knowledge.docs.chunks.chunks_embedding",
        "knowledge.docs.chunks.chunks_note",
        "knowledge.docs.pages",
        "knowledge.docs.plain",
        "knowledge.docs.tickets",
        "knowledge.empty",
        "knowledge.jinaAI",
        "knowledge.openai",
        "knowledge.us-west-2",
    ]


def test_what_relies_on_a_credential_or_a_model_is_told_with_it(standing: Standing) -> None:
    for name in ("credential removed", "model deprecated"):
        standing.restore()
        CASES[name].drift(standing)
        (one,) = standing.look().report["findings"]
        assert one["contents"] == ["knowledge.docs.articles", "knowledge.docs.chunks"]


# By a part of what is asked, what cannot be told then, with what else is concerned by the same reason.
UNREAD: dict[str, dict[str, list[str]]] = {
    "findCollections": {
        "knowledge.default_keyspace": [],
        "knowledge.docs": [f"{DOCS}.{name}" for name in ("articles", "pages", "plain", "tickets")],
        "knowledge.empty": [],
        "shared.ours": ["shared.ours.own"],
    },
    "listTables": {
        "knowledge.default_keyspace": [],
        "knowledge.docs": [f"{DOCS}.chunks{name}" for name in ("", ".chunks_body", ".chunks_embedding", ".chunks_note")],
        "knowledge.empty": [],
        "shared.ours": [],
    },
    "listIndexes": {f"{DOCS}.chunks": [f"{DOCS}.chunks.{name}" for name in ("chunks_body", "chunks_embedding", "chunks_note")]},
    "findEmbeddingProviders": {"knowledge": ["knowledge.jinaAI", "knowledge.openai"]},
    "/v2/databases": {"knowledge": ["knowledge.docs", "knowledge.empty", "knowledge.us-west-2"], "shared": ["shared.ours"]},
    "datacenters": {"knowledge": ["knowledge.us-west-2"]},
    "createTable": {"knowledge.openai": []},
}
REASONS: dict[int | str, str] = {
    401: "HTTP 401. The token is valid but lacks the permission for this",
    503: "HTTP 503. The service is busy or failing: run again later.",
    "time-out": "did not answer in time.",
    "page": "HTTP 404, <html>Not here</html>, which is not an answer of this API.",
}


@pytest.mark.parametrize("fault", REASONS)
@pytest.mark.parametrize("asked", UNREAD)
def test_what_cannot_be_reached_is_unknown_and_never_drift(standing: Standing, asked: str, fault: int | str) -> None:
    standing.fail({asked: fault})
    look = standing.look()
    assert (look.code, look.told(), look.told("pending")) == (1, [], [])
    assert {one["address"]: one["contents"] for one in look.report["unknown"]} == UNREAD[asked]
    for kind, _, severity, sentence in look.told("unknown"):
        assert (kind, severity, REASONS[fault] in sentence) == ("unknown", "error", True), sentence


@pytest.mark.parametrize("state", ["failing", "down"])
def test_a_credential_that_could_not_be_checked_is_unknown(standing: Standing, state: str) -> None:
    world(lambda opened, _: opened.set("credential_service", state))(standing)
    look = standing.look()
    assert (look.code, look.told()) == (1, [])
    assert [one["address"] for one in look.report["unknown"]] == ["knowledge.openai"]


def test_what_drifted_elsewhere_is_told_all_the_same_and_the_exit_code_says_that_not_all_is_known(standing: Standing) -> None:
    CASES["existing database"].drift(standing)
    standing.fail({"/docs findCollections": 503})
    look = standing.look()
    assert (look.code, look.told()) == (1, CASES["existing database"].found)
    assert [one["address"] for one in look.report["unknown"]] == ["knowledge.docs"]


def test_a_database_in_error_is_unknown_and_one_that_sleeps_is_woken(standing: Standing) -> None:
    world(lambda opened, database: opened.set_status(database, "ERROR"))(standing)
    look = standing.look()
    assert (look.code, look.told(), [one["address"] for one in look.report["unknown"]]) == (1, [], ["knowledge"])
    assert "it is ERROR. Terminate it, or ask Astra's support." in look.report["unknown"][0]["sentence"]
    world(lambda opened, database: opened.set_status(database, "HIBERNATED"))(standing)
    assert standing.look(wakes=True).code == 0


def test_a_keyspace_with_collections_alone_takes_three_requests(standing: Standing) -> None:
    standing.look()
    counted = Counter(standing.asked())
    for path in ("/empty", "/ours"):
        assert {line.partition(" ")[2]: number for line, number in counted.items() if line.startswith(f"{path} ")} in (
            {"findCollections": 1, "listTables": 1},
            {"findCollections": 2, "listTables": 1},
        )
    # A description, regions and providers, by the engine and beside it; the dry runs of one integration.
    assert sum(number for line, number in counted.items() if not line.startswith("/") or line.startswith("/v2")) <= 8


def test_what_is_declared_and_not_applied_is_pending_and_no_drift(standing: Standing) -> None:
    stated = declared(standing.shared)
    docs = stated["workload"]["knowledge"]["docs"]
    docs["collections"]["articles"]["vector"]["dimension"] = 256
    docs["collections"]["more"] = docs["collections"].pop("plain")
    docs["tables"]["chunks"]["indexes"]["chunks_embedding"]["metric"] = "cosine"
    stated["workload"]["knowledge"]["later"] = None
    stated["databases"]["knowledge"]["additionalRegions"] = []
    stated["integrations"]["openai"]["providerKey"] = "another"
    standing.project.declare(stated)
    look = standing.look()
    assert (look.code, look.told()) == (0, [])
    of_credential = 'authentication.providerKey is "test-openai", declared is "another"'
    assert look.told("pending") == [
        ("pending", f"{DOCS}.articles", "note", WAITING["articles"]),
        (
            "pending",
            f"{DOCS}.chunks",
            "note",
            "the table is declared otherwise than it was applied: definition.columns.embedding.service." + of_credential,
        ),
        ("pending", f"{DOCS}.chunks.chunks_embedding", "note", WAITING["index"]),
        ("pending", f"{DOCS}.more", "note", "the collection is declared, and not made yet"),
        ("pending", f"{DOCS}.plain", "note", "the collection was applied, and is declared no longer"),
        ("pending", "knowledge.later", "note", "the keyspace is declared, and not made yet"),
        ("pending", "knowledge.openai", "note", WAITING["openai"]),
        ("pending", "knowledge.us-west-2", "note", "the region was applied, and is declared no longer"),
    ]


WAITING = {
    "articles": (
        "the collection is declared otherwise than it was applied: vector.dimension is 512, declared is 256; "
        'vector.service.authentication.providerKey is "test-openai", declared is "another"'
    ),
    "index": 'the index is declared otherwise than it was applied: metric is "dot_product", declared is "cosine"',
    "openai": 'the integration is declared otherwise than it was applied: providerKey is "test-openai", declared is "another"',
}


def test_what_stands_and_is_declared_only_now_is_not_unmanaged(standing: Standing) -> None:
    standing.post(standing.knowledge, "/docs", createCollection={"name": "more"})
    stated = declared(standing.shared)
    stated["workload"]["knowledge"]["docs"]["collections"]["more"] = {}
    standing.project.declare(stated)
    look = standing.look()
    assert (look.code, look.told()) == (0, [])
    assert [one["address"] for one in look.report["pending"]] == [f"{DOCS}.more"]


def test_an_environment_that_is_wrong_leaves_open_what_is_declared(standing: Standing) -> None:
    standing.project.declare({**declared(standing.shared), "drift": {"ignore": ["knowledge"]}})
    look = standing.look()
    assert (look.code, look.told()) == (1, [])
    sentence = "what environments/test.yaml declares cannot be told: it has 1 problem; see vectorize validate"
    assert look.told("unknown") == [("unknown", "", "error", sentence)]


def test_each_finding_names_the_line_that_declares_it(standing: Standing) -> None:
    also(
        CASES["vector.dimension"].drift,
        CASES["region gone"].drift,
        CASES["index gone"].drift,
        CASES["collection added"].drift,
        CASES["model deprecated"].drift,
    )(standing)
    text = (standing.project.folder / "environments" / "test.yaml").read_text(encoding="utf-8").splitlines()
    lines = {one["address"]: text[one["stacks"][0]["place"]["line"] - 1].strip() for one in standing.look().report["findings"]}
    assert lines == {
        f"{DOCS}.articles": "dimension: 512",
        f"{DOCS}.by_hand": "collections:",
        f"{DOCS}.chunks.chunks_note": "chunks_note:",
        "knowledge.openai/text-embedding-3-small": "modelName: text-embedding-3-small",
        "knowledge.us-west-2": "- us-west-2",
    }


def test_without_its_file_the_program_s_line_is_named(standing: Standing) -> None:
    (standing.project.folder / "environments" / "test.yaml").unlink()
    CASES["vector.dimension"].drift(standing)
    (found,) = standing.look().report["findings"]
    place = found["stacks"][0]["place"]
    text = (standing.project.folder / "__main__.py").read_text(encoding="utf-8").splitlines()
    line = 'pulumi.export("databases", stack.declare(stack.load()))'
    assert (found["address"], place["file"], text[place["line"] - 1]) == (f"{DOCS}.articles", "__main__.py", line)


REFUSED = (
    "jinaAI cannot be used with HEADER: a search in collection pages with the key was answered with "
    "EMBEDDING_PROVIDER_CLIENT_ERROR: the provider did not accept the key"
)
NO_KEY = "it was not tried: the environment variable JINA_KEY holds no key"
# Keys that the providers accept, whether they can be reached, the key that is tried; and what is found, and what is unknown.
PROBED: dict[str, tuple[Any, str, str, list[str], list[str]]] = {
    "a key that the provider takes": ({"openai": ["k"], "jinaAI": ["k"]}, "up", "k", [], []),
    "a key that it does not take": ({"jinaAI": ["another"]}, "up", "k", [REFUSED], []),
    "no key": (None, "up", "", [], [NO_KEY]),
    "a provider that cannot be reached": (
        None,
        "unreachable",
        "k",
        [],
        ["trying it told nothing: it was answered with EMBEDDING_PROVIDER_BAD_HOST_NAME"] * 2,
    ),
}


@pytest.mark.parametrize("name", PROBED)
def test_each_integration_embeds_once_where_that_is_asked_for(standing: Standing, name: str) -> None:
    keys, providers, key, found, unknown = PROBED[name]
    world(lambda opened, _: opened.set("header_keys", keys))(standing)
    world(lambda opened, _: opened.set("embedding_providers", providers))(standing)
    assert standing.look().code == 0
    look = standing.look("--probe", JINA_KEY=key)
    assert look.code == (1 if unknown else 2 if found else 0)
    assert [one["sentence"] for one in look.report["findings"]] == found
    assert [one["sentence"] for one in look.report["unknown"]] == unknown


def test_a_stack_that_does_not_exist_is_one_sentence(standing: Standing) -> None:
    look = standing.look(stacks=("nowhere",))
    assert look.code == 1
    sentence = "cannot read the config of nowhere: no stack named 'nowhere' found; there are: test"
    assert look.told("unknown") == [("unknown", "", "error", sentence)]


def test_the_same_cause_in_two_stacks_is_told_once(standing: Standing) -> None:
    project = standing.project
    project.pulumi("stack", "init", "other").ok()
    project.configure({"vectorize:transport": "faulty:open_store", "vectorize:store": "emulator.sqlite"}, "other")
    stated = declared(standing.shared)
    stated["databases"]["knowledge"]["name"] = "knowledge-other"
    project.declare(stated, "other")
    project.up("--stack", "other").ok()
    CASES["model deprecated"].drift(standing)
    look = standing.look(stacks=("test", "other"))
    assert (look.code, look.told()) == (2, CASES["model deprecated"].found)
    (one,) = look.report["findings"]
    assert [stack["name"] for stack in one["stacks"]] == ["other", "test"]


def test_a_token_that_was_rotated_is_seen(project: Project, declared: dict[str, Any]) -> None:
    """The state keeps the token of the last update; what counts is the secret config as it is now."""
    before, after = "AstraCS:CANARYbeforeCANARY:0123456789abcdef", "AstraCS:CANARYafterCANARY:0123456789abcdef"
    project.world.add_token(before)
    project.declare({**declared, "target": {"kind": "astra"}, "protect": False})
    with served(application(project.world)) as address:
        project.configure(astra_at(address))
        project.pulumi("config", "set", "--secret", "vectorize:token", before).ok()
        project.up().ok()
        with closing(sqlite3.connect(project.folder / "emulator.sqlite")) as connection, connection:
            connection.execute("DELETE FROM tokens")
        project.world.add_token(after)
        standing = Standing(project, project.folder / "emulator.sqlite")
        refused = standing.look()
        assert (refused.code, refused.told()) == (1, [])
        project.pulumi("config", "set", "--secret", "vectorize:token", after).ok()
        assert standing.look().code == 0
        assert standing.look(ASTRA_DB_APPLICATION_TOKEN=before).code == 1
        for look in (refused, standing.look(ASTRA_DB_APPLICATION_TOKEN=before)):
            assert "CANARY" not in json.dumps(look.report) + look.said
