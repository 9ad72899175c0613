"""A table with its indexes as the providers make them, through an engine that sorts keys and makes floats of numbers."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from providers.dynamic import AstraResourceProvider
from providers.index import IndexProvider
from providers.key_order import input_of
from providers.session import Session
from providers.table import TableProvider
from providers.vector_index import VectorIndexProvider

Provide = Callable[[type[AstraResourceProvider]], Any]
KINDS: dict[str, type[AstraResourceProvider]] = {
    "table": TableProvider,
    "vector index": VectorIndexProvider,
    "regular index": IndexProvider,
    "text index": IndexProvider,
}
NVIDIA = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
MISTRAL = {"provider": "mistral", "modelName": "mistral-embed"}
EMBEDDING: dict[str, Any] = {"type": "vector", "dimension": 1024, "service": NVIDIA}
COLUMNS: dict[str, Any] = {
    "id": "text",
    "revision": "timestamp",
    "page": "int",
    "body": {"type": "text"},
    "tags": {"type": "set", "valueType": "text"},
    "embedding": EMBEDDING,
}
# Not in alphabetical order, which is the one that the engine would make of it.
KEY = {"partitionBy": ["id"], "partitionSort": {"revision": -1, "page": 1}}
INDEXES: dict[str, dict[str, Any]] = {
    "vector index": {"name": "t_embedding", "column": "embedding"},
    "regular index": {"name": "t_tags", "column": "tags", "options": {"ascii": True}},
    "text index": {"name": "t_body", "column": "body", "indexType": "text"},
}


def definition(key: Any = KEY, **columns: Any) -> dict[str, Any]:
    """The input `definition` with these columns besides or instead; without those that are None."""
    stated = {name: column for name, column in {**COLUMNS, **columns}.items() if column is not None}
    return {"columns": stated, "primaryKey": input_of(key)}


def through_engine(properties: Any) -> Any:
    """Properties as the engine hands them on."""
    return json.loads(json.dumps(properties, sort_keys=True), parse_int=float)


@dataclasses.dataclass
class Standing:
    """What the providers made, by kind: their ids, their outputs as the state keeps them, and the inputs."""

    session: Session
    endpoint: str
    providers: dict[str, Any] = dataclasses.field(default_factory=dict)
    ids: dict[str, str] = dataclasses.field(default_factory=dict)
    outs: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def make(self, provide: Provide, kind: str, inputs: dict[str, Any]) -> None:
        self.providers[kind], self.inputs[kind] = provide(KINDS[kind]), inputs
        made = self.providers[kind].create(through_engine({**inputs, "__provider": "gASV"}))
        self.ids[kind], self.outs[kind] = made.id, through_engine(made.outs)

    def forget(self) -> None:
        """What another process would know of who has what: nothing."""
        self.session.claims._owners.clear()
        self.session.claims._made.clear()

    def allow(self, *addresses: str) -> None:
        for provider in self.providers.values():
            provider.session = dataclasses.replace(self.session, allow_data_loss=frozenset(addresses))

    def read(self, kind: str) -> Any:
        return self.providers[kind].read(self.ids[kind], self.outs[kind])

    def delete(self, kind: str) -> None:
        self.providers[kind].delete(self.ids[kind], self.outs[kind])

    def difference(self, kind: str, **inputs: Any) -> tuple[bool | None, list[str] | None]:
        """Whether anything changes, and what replaces, where these inputs differ."""
        news = through_engine({**self.inputs[kind], **inputs})
        found = self.providers[kind].diff(self.ids[kind], self.outs[kind], news)
        return found.changes, found.replaces

    def update(self, kind: str, **inputs: Any) -> None:
        """An update in place, after which the state has what it returned."""
        self.inputs[kind] = {**self.inputs[kind], **inputs}
        updated = self.providers[kind].update(self.ids[kind], self.outs[kind], through_engine(self.inputs[kind]))
        self.outs[kind] = through_engine(updated.outs)

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """What somebody else asks the Data API for, whom this process knows nothing of."""
        with self.session.connection.reads.changing():
            url = f"{self.endpoint}/api/json/v1/k{path}"
            answer: dict[str, Any] = self.session.connection.client.post(url, json=body).json()
        assert "errors" not in answer, answer
        return answer

    def insert(self) -> None:
        row = {"id": "a", "revision": "2026-01-01T00:00:00Z", "page": 1}
        self.ask("/t", {"insertOne": {"document": row}})


def stand(provide: Provide, session: Session, endpoint: str) -> Standing:
    """The table `k.t` with one index of each kind, made by another process: nothing is claimed by this one."""
    standing = Standing(session, endpoint)
    place = {"apiEndpoint": endpoint, "keyspace": "k"}
    standing.make(provide, "table", {"address": "knowledge.k.t", **place, "name": "t", "definition": definition()})
    for kind, stated in INDEXES.items():
        standing.make(provide, kind, {"address": f"knowledge.k.t.{stated['name']}", **place, "table": "t", **stated})
    standing.forget()
    return standing
