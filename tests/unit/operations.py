"""Every operation on every kind of thing, as the engine has a process of the product do it, and the worlds to do it in.

A stage is a world of the emulator that can be put back to how it was. A host is one process of the product on it, whose requests
pass somebody who may interfere. Nothing waits: time is a clock's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import httpx

from astra import database, verification
from astra.http import PATIENCE, Connection
from astra.target import target
from emulator.transport import EmulatorTransport
from emulator.world import World
from providers.collection import CollectionProvider
from providers.database import DatabaseProvider
from providers.database_region import DatabaseRegionProvider
from providers.index import IndexProvider
from providers.key_order import input_of
from providers.keyspace import KeyspaceProvider
from providers.session import Session
from providers.table import TableProvider
from providers.vector_index import VectorIndexProvider
from tests.unit.conftest import Clock
from tests.unit.interference import DATA_API, Interference, Interfering, nothing

if TYPE_CHECKING:
    from pathlib import Path

    from providers.dynamic import AstraResourceProvider

# Of every transition, so short that it is over after one pause.
SECONDS = ("provisioning_seconds", "maintenance_seconds", "termination_seconds", "datacenter_seconds")
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
MISTRAL = {"provider": "mistral", "modelName": "mistral-embed"}


@dataclass(frozen=True, slots=True)
class OnStage(Session):
    """A session that has its connection already."""

    reached: Connection | None = None

    @property
    def connection(self) -> Connection:
        assert self.reached
        return self.reached


@dataclass
class Made:
    """What the engine's state keeps of a resource."""

    provider: type[AstraResourceProvider]
    id: str
    outs: dict[str, Any]
    inputs: dict[str, Any]


State: TypeAlias = dict[str, Made]


class Host:
    """One process of the product: a session of its own, that knows nothing of those before it."""

    def __init__(self, stage: Stage, interference: Interference = nothing, patience: float = PATIENCE) -> None:
        self.transport = Interfering(stage.transport, interference)
        self.client = httpx.Client(transport=self.transport)
        self.connection = Connection(
            target("emulator", {}, ""), self.client, stage.clock.sleep, patience=patience, clock=stage.clock
        )
        self.session = OnStage(self.connection.target, frozenset(), reached=self.connection)

    def provider(self, kind: type[AstraResourceProvider]) -> AstraResourceProvider:
        found = kind()
        found.session = self.session
        return found

    def create(self, kind: type[AstraResourceProvider], inputs: dict[str, Any]) -> Made:
        made = self.provider(kind).create(inputs)
        return Made(kind, made.id, made.outs or {}, inputs)

    def read(self, made: Made) -> Any:
        return self.provider(made.provider).read(made.id, made.outs)

    def update(self, made: Made, inputs: dict[str, Any]) -> None:
        self.provider(made.provider).update(made.id, made.outs, inputs)

    def delete(self, made: Made) -> None:
        self.provider(made.provider).delete(made.id, made.outs)


Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]


@dataclass
class Stage:
    """A world and its clock, which can both be put back."""

    world: World
    clock: Clock
    transport: httpx.BaseTransport
    scenes: dict[str, tuple[float, Rows, State]] = field(default_factory=dict)

    @classmethod
    def opened(cls, path: Path) -> Stage:
        clock = Clock()
        world = World(path, clock=lambda: clock.now)
        for name in SECONDS:
            world.set(name, 0.05)
        world.add_credential("openai", "mine")
        return cls(world, clock, EmulatorTransport(world))

    def keep(self, name: str, state: State) -> None:
        """Remembers the world as it is now, and what the state has of it."""
        with self.world.reading() as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in tables}  # noqa: S608
        self.scenes[name] = (self.clock.now, rows, dict(state))

    def put_back(self, name: str) -> State:
        """Makes the world what it was then, and returns what the state had of it."""
        self.clock.now, rows, state = self.scenes[name]
        self.clock.pauses.clear()
        with self.world.writing() as connection:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            for table in rows:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608
            for table, found in rows.items():
                if found:
                    places = ", ".join("?" * len(found[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({places})", found)  # noqa: S608
        return dict(state)

    def standing(self) -> list[str]:
        """Everything that stands once all transitions are over; see `standing`."""
        self.clock.now += 3600
        return standing(self.world)


def standing(world: World) -> list[str]:
    """Everything that stands in a world, one line each, sorted; what is doubled is there twice."""
    found: list[str] = []
    for one in world.databases():
        place = f"{one['name']} in {one['region']}"
        found.append(f"database {place} {one['status']}")
        if one["status"] == "TERMINATED":
            continue
        datacenters = [dc for dc in world.datacenters(one["id"]) if dc["status"] != "TERMINATED"]
        found += [f"datacenter of {place} in {dc['region']} {dc['status']}" for dc in datacenters]
        for keyspace in one["keyspaces"]:
            found.append(f"keyspace {place} {keyspace}")
            found += _in_keyspace(world, one["id"], keyspace, f"{place} {keyspace}")
    return sorted(found)


def _in_keyspace(world: World, database_id: str, keyspace: str, place: str) -> Iterator[str]:
    with world.reading() as connection:
        asked = "SELECT name, indexes FROM collections WHERE database = ? AND keyspace = ?"
        whole = {row["name"]: row["indexes"] for row in connection.execute(asked, (database_id, keyspace))}
        asked = "SELECT collection, id FROM documents WHERE database = ? AND keyspace = ?"
        documents = [f"{row['collection']} {row['id']}" for row in connection.execute(asked, (database_id, keyspace))]
    yield from (f"document {place} {document}" for document in documents)
    for name, options in world.collections(database_id, keyspace).items():
        # One that is half made has fewer.
        yield f"collection {place} {name} with {whole[name]} indexes {json.dumps(options, sort_keys=True)}"
    for name, definition in world.tables(database_id, keyspace).items():
        yield f"table {place} {name} {json.dumps(definition['primaryKey'])}"
        for column, stated in definition["columns"].items():
            yield f"column {place} {name} {column} {json.dumps(stated, sort_keys=True)}"
    for name, definition in world.indexes(database_id, keyspace).items():
        yield f"index {place} {name} {json.dumps(definition, sort_keys=True)}"


# What is declared.

DATABASE = {"address": "knowledge", "name": "knowledge-dev", "cloudProvider": "AWS", "region": "us-east-2"}
COLLECTION = {"address": "knowledge.k.c", "vector": {"service": {**NVIDIA}}}
COLUMNS: dict[str, Any] = {
    "id": "text",
    "body": "text",
    "page": "int",
    "embedding": {"type": "vector", "dimension": 1024, "service": NVIDIA},
    "spare": {"type": "vector", "dimension": 1024, "service": NVIDIA},
}
# One alteration of each kind: a column goes with its index, one comes, one service goes, one is replaced.
ALTERED: dict[str, Any] = {
    "id": "text",
    "page": "int",
    "language": "text",
    "embedding": {"type": "vector", "dimension": 1024, "service": MISTRAL},
    "spare": {"type": "vector", "dimension": 1024},
}
INDEXES: dict[str, tuple[type[AstraResourceProvider], dict[str, Any]]] = {
    "vector index": (VectorIndexProvider, {"name": "t_embedding", "column": "embedding"}),
    "text index": (IndexProvider, {"name": "t_body", "column": "body", "indexType": "text"}),
    "regular index": (IndexProvider, {"name": "t_page", "column": "page"}),
}


def _endpoint(state: State) -> str:
    return str(state["database"].outs["apiEndpoint"])


def _place(state: State, name: str) -> dict[str, Any]:
    return {"apiEndpoint": _endpoint(state), "keyspace": "k", "name": name}


def make_database(host: Host, _state: State) -> Made:
    made = host.create(DatabaseProvider, DATABASE)
    database.wait_until_active(host.connection, made.id)
    return made


def make_keyspace(host: Host, state: State) -> Made:
    return host.create(KeyspaceProvider, {"address": "knowledge.k", "databaseId": state["database"].id, "name": "k"})


def make_collection(host: Host, state: State) -> Made:
    return host.create(CollectionProvider, {**COLLECTION, **_place(state, "c")})


def _definition(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {"columns": dict(columns), "primaryKey": input_of("id")}


def make_table(host: Host, state: State) -> Made:
    return host.create(TableProvider, {"address": "knowledge.k.t", **_place(state, "t"), "definition": _definition(COLUMNS)})


def make_index(kind: str) -> Callable[[Host, State], Made]:
    def make(host: Host, state: State) -> Made:
        provider, stated = INDEXES[kind]
        place = _place(state, stated["name"])
        return host.create(provider, {"address": f"knowledge.k.t.{stated['name']}", **place, "table": "t", **stated})

    return make


def make_region(host: Host, state: State) -> Made:
    place = {"databaseId": state["database"].id, "cloudProvider": "AWS", "region": "us-west-2"}
    return host.create(DatabaseRegionProvider, {"address": "knowledge.us-west-2", **place})


# In the order in which they come to stand: each scene is the one before it and one thing more. The region comes last, since a
# database with further regions cannot be terminated.
MAKERS: Mapping[str, Callable[[Host, State], Made]] = {
    "database": make_database,
    "keyspace": make_keyspace,
    "collection": make_collection,
    "table": make_table,
    **{kind: make_index(kind) for kind in INDEXES},
    "region": make_region,
}
ALL = tuple(MAKERS)
LAST = ALL[-1]
# The scene before each thing is made.
BEFORE = dict(zip(ALL, ("nothing", *ALL), strict=False))


def _insert(host: Host, endpoint: str, path: str) -> None:
    answer = host.client.post(f"{endpoint}{DATA_API}{path}", json={"insertOne": {"document": {"_id": "1", "id": "1"}}}).json()
    answer = answer if "errors" not in answer else _inserted_row(host, endpoint, path)
    assert "errors" not in answer, answer


def _inserted_row(host: Host, endpoint: str, path: str) -> Any:
    return host.client.post(f"{endpoint}{DATA_API}{path}", json={"insertOne": {"document": {"id": "1"}}}).json()


def set_up(stage: Stage) -> None:
    """The scenes: nothing of ours, then one thing more each, `pending` and `filled`. Somebody else's database always stands."""
    host, state = Host(stage), State()
    theirs = host.create(DatabaseProvider, {**DATABASE, "address": "theirs", "name": "theirs"})
    endpoint = theirs.outs["apiEndpoint"]
    database.wait_until_active(host.connection, theirs.id)
    host.client.post(f"{endpoint}{DATA_API}/default_keyspace", json={"createCollection": {"name": "c"}})
    _insert(host, endpoint, "/default_keyspace/c")
    stage.keep("nothing", state)
    pending = host.create(DatabaseProvider, DATABASE)
    stage.keep("pending", {"database": pending})
    stage.put_back("nothing")
    host = Host(stage)
    for name, make in MAKERS.items():
        state[name] = make(host, state)
        stage.keep(name, state)
    # As the last scene, and a document or a row in all that can hold one.
    for name in ("c", "t"):
        _insert(host, _endpoint(state), f"/k/{name}")
    stage.keep("filled", state)


@dataclass(frozen=True)
class Operation:
    """What a run does to a scene.

    Attributes:
        name: of the operation.
        scene: how the world is before.
        run: does it; the engine would call it again with the same arguments.
        refused: whether it must always be refused, as it would lose documents.
    """

    name: str
    scene: str
    run: Callable[[Host, State], Any]
    refused: bool = False


def _deleting(name: str) -> Callable[[Host, State], None]:
    return lambda host, state: host.delete(state[name])


def _make_table_with_indexes(host: Host, state: State) -> None:
    for name in ("table", *INDEXES):
        MAKERS[name](host, state)


def _alter_table(host: Host, state: State) -> None:
    host.update(state["table"], {**state["table"].inputs, "definition": _definition(ALTERED)})


def _replace_collection(host: Host, state: State) -> None:
    host.delete(state["collection"])
    # The engine makes the new one in the same process, whose deletion spares what it made itself.
    host.create(CollectionProvider, {**COLLECTION, **_place(state, "c"), "vector": {"dimension": 8}})


def _wait(host: Host, state: State) -> None:
    database.wait_until_active(host.connection, state["database"].id)


SINGLE = (
    *(Operation(f"create {name}", BEFORE[name], make) for name, make in MAKERS.items()),
    Operation("alter table", LAST, _alter_table),
    Operation("replace collection", LAST, _replace_collection),
    *(Operation(f"delete {name}", LAST if name != "database" else BEFORE["region"], _deleting(name)) for name in ALL),
)
CHANGES = (
    *SINGLE,
    Operation("create keyspace in a database that is not active yet", "pending", make_keyspace),
    Operation("create region of a database that is not active yet", "pending", make_region),
    Operation("create table with indexes", BEFORE["table"], _make_table_with_indexes),
)
GUARDED = tuple(
    Operation(f"delete {name} that holds documents", "filled", _deleting(name), refused=True)
    for name in ("database", "region", "keyspace", "collection", "table")
)


def _verify(host: Host, state: State) -> verification.Verification:
    asked = verification.Question(_endpoint(state), "k", "openai", "SHARED_SECRET", "mine", {})
    return verification.verify(host.connection, asked, lambda: None)


READS = (
    *(Operation(f"read {name}", LAST, lambda host, state, name=name: host.read(state[name])) for name in ALL),  # type: ignore[misc]
    Operation("wait for a database", "pending", _wait),
    Operation("verify a credential", LAST, _verify),
)


def gone(result: Any) -> bool:
    """Whether a reading operation found that something does not exist."""
    return getattr(result, "id", None) == "" or getattr(result, "status", None) == "missing"
