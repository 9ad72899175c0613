"""What a run costs: the requests that are really sent. Reading four hundred collections costs no more than reading one."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.acceptance.test_scale import FAST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project

# The emulator in process, with one line for each request. In one write to the end of the file: several processes share it.
COUNTING = '''\
"""The emulator, and a file of what it was asked."""

import json
import os

from emulator.transport import EmulatorTransport
from emulator.world import World


class Counting(EmulatorTransport):
    def handle_request(self, request):
        line = json.dumps([request.method, request.url.path, json.loads(request.content or "null")])
        file = os.open("requests.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, f"{line}\\n".encode())
        os.close(file)
        return super().handle_request(request)


def open_store(store):
    return Counting(World(store))
'''
DATA_API = "/api/json/v1"
DATACENTERS = "/v2/databases/{id}/datacenters"


class Request(NamedTuple):
    """One request: a command, what its path names below the database, and the name in its body; or a method and a path."""

    what: str
    where: str
    name: str = ""

    @property
    def changes(self) -> bool:
        """Whether it was sent to change anything. A dry run is not: it is refused, whatever it asks for."""
        reads = self.what == "GET" or self.what.startswith(("find", "list"))
        return not reads and self.name != "vectorize_dry_run"


@dataclass(frozen=True)
class Requests:
    """The requests of a project's stack, in the order in which they were sent."""

    file: Path

    @classmethod
    def of(cls, project: Project) -> Requests:
        """Has the project's stack reach its emulator through a transport that counts."""
        (project.folder / "counting.py").write_text(COUNTING, encoding="utf-8")
        project.configure({"vectorize:transport": "counting:open_store", "vectorize:store": "emulator.sqlite"})
        return cls(project.folder / "requests.jsonl")

    def taken(self) -> list[Request]:
        """What was sent since this was last asked."""
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        self.file.unlink(missing_ok=True)
        return [_request(*json.loads(line)) for line in lines]

    def changes(self) -> list[Request]:
        """Those of them that change something."""
        return [one for one in self.taken() if one.changes]


def _request(method: str, path: str, body: Any) -> Request:
    database, is_command, place = path.partition(DATA_API)
    if is_command:
        ((command, payload),) = body.items()
        return Request(command, place.lstrip("/"), payload.get("name", ""))
    steps = database.split("/")
    return Request(method, "/".join("{id}" if len(step) == 36 else step for step in steps))


KEYSPACES = [f"k{number}" for number in range(4)]
OPENAI = {"integration": "openai", "modelName": "text-embedding-3-small"}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
# A third of each: with an integration, with a model that needs none, and with one's own vectors.
VECTORS: list[dict[str, Any]] = [{"service": OPENAI}, {"service": NVIDIA}, {"dimension": 8}]
COLUMNS = {"id": "text", "body": "text", "embedding": {"type": "vector", "service": NVIDIA}}


def content(keyspace: str) -> dict[str, Any]:
    """A hundred collections, and a table with two indexes; an index's name is unique in its keyspace alone."""
    collections = {f"c{number}": {"vector": VECTORS[number % 3]} for number in range(100)}
    indexes = {f"{keyspace}_body": {"column": "body"}, f"{keyspace}_embedding": {"column": "embedding"}}
    passages = {"definition": {"columns": COLUMNS, "primaryKey": "id"}, "indexes": indexes}
    return {"collections": collections, "tables": {"passages": passages}}


def test_a_preview_and_a_refresh_read_each_keyspace_once_however_many_collections_it_has(project: Project) -> None:
    project.world.set("max_collections", 404)
    project.world.set("max_indexes", 5_000)
    requests = Requests.of(project)
    environment = {
        "target": {"kind": "emulator"},
        "databases": {"big": {"name": "big", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"}},
        "workload": {"big": {keyspace: content(keyspace) for keyspace in KEYSPACES}},
    }
    # As JSON, which is YAML too: what stands there twice is written out.
    project.declare(json.dumps(environment))
    project.up(**FAST).ok()
    created = Counter(one.where for one in requests.taken() if one.what == "createCollection")
    assert created == dict.fromkeys(KEYSPACES, 100)

    # Which of it stands already, and as declared: asked before anything is planned.
    each = [Request(what, keyspace) for keyspace in KEYSPACES for what in ("findCollections", "listTables")]
    project.preview("--expect-no-changes").ok()
    assert Counter(requests.taken()) <= Counter([*each, Request("GET", "/v2/databases"), Request("GET", DATACENTERS)])

    # The indexes of a table are listed with it alone. The four of the database: whether it and its keyspaces are there; the
    # embedding providers it lists; and of the integration whether its credential is accepted, and an impossible one is not.
    each += [Request("listIndexes", f"{keyspace}/passages") for keyspace in KEYSPACES]
    dry_run = Request("createTable", KEYSPACES[0], "vectorize_dry_run")
    once = [Request("GET", "/v2/databases/{id}"), Request("findEmbeddingProviders", ""), dry_run, dry_run]
    project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", **FAST).ok()
    refreshed = requests.taken()
    assert Counter(refreshed) <= Counter([*each, *once])
    assert len(refreshed) <= 3 * len(KEYSPACES) + 4
