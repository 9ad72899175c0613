"""An environment: its problems, and what it declares once its integrations are merged in.

The form stands in schemas/environment.schema.json, the rules that cross it in environment_rules.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from astra import environment_rules, integration, validation
from astra.document import Document
from astra.errors import Problem
from astra.finding import Finding


@dataclass(frozen=True, slots=True)
class Collection:
    """One declared collection: its address `database.keyspace.name`, its name, its definition in the Data API's words."""

    address: str
    name: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keyspace:
    """One declared keyspace: its address `database.keyspace`, its name, its collections, and the names of its tables."""

    address: str
    name: str
    collections: tuple[Collection, ...]
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Database:
    """One declared database: its address is its logical name; `settings` are the inputs of the resource."""

    address: str
    settings: Mapping[str, Any]
    keyspaces: tuple[Keyspace, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    """What one stack declares.

    Attributes:
        target: kind of the service: astra or emulator.
        protect: whether the engine refuses to delete or replace what holds data.
        allow_data_loss: addresses of what may be deleted although it holds documents; "*" means all.
        databases: in the order of the file.
    """

    target: Literal["astra", "emulator"]
    protect: bool
    allow_data_loss: tuple[str, ...] = ()
    databases: tuple[Database, ...] = field(default_factory=tuple)


def findings(document: Document) -> list[Finding]:
    """Everything that is wrong with an environment, or looks as if it were, in the order of its text."""
    return document.findings(_problems(document.data))


def environment(data: Mapping[str, Any]) -> Environment:
    """What valid environment data declares. Ask `findings` first."""
    integrations = data.get("integrations", {})
    return Environment(
        target=data["target"]["kind"],
        protect=data.get("protect", data["target"]["kind"] != "emulator"),
        allow_data_loss=tuple(data.get("allowDataLoss", ())),
        databases=tuple(
            Database(
                logical_name,
                settings,
                tuple(
                    Keyspace(
                        f"{logical_name}.{keyspace}",
                        keyspace,
                        tuple(
                            Collection(f"{logical_name}.{keyspace}.{name}", name, _definition(definition or {}, integrations))
                            for name, definition in (content or {}).get("collections", {}).items()
                        ),
                        tuple((content or {}).get("tables", {})),
                    )
                    for keyspace, content in data["workload"].get(logical_name, {}).items()
                ),
            )
            for logical_name, settings in data["databases"].items()
        ),
    )


def _problems(data: Any) -> Iterator[Problem]:
    if data is None:
        yield Problem((), "the file is empty; it needs target, databases and workload")
        return
    found = validation.problems(data, "environment")
    yield from validation.sharpened(found, environment_rules.problems(data) if isinstance(data, Mapping) else ())


def _definition(stated: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    vector = stated.get("vector")
    return {**stated, "vector": integration.merged(vector, integrations)} if vector else dict(stated)
