"""An environment: its problems, and what it declares once its integrations are merged in.

The form stands in schemas/environment.schema.json; here are the rules that cross it: references, and
services, which are judged only after the integration they name has been merged in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from astra import catalog, service, validation
from astra.document import Document
from astra.errors import Problem
from astra.wording import listed, nearest, shown


@dataclass(frozen=True, slots=True)
class Collection:
    """One declared collection: its address `database.keyspace.name`, its name, its definition in the Data API's words."""

    address: str
    name: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keyspace:
    """One declared keyspace: its address `database.keyspace`, its name, and its collections."""

    address: str
    name: str
    collections: tuple[Collection, ...]


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

    target: str
    protect: bool
    allow_data_loss: tuple[str, ...] = ()
    databases: tuple[Database, ...] = field(default_factory=tuple)


def problems(document: Document) -> list[str]:
    """Every problem of an environment, one line each with file, line and column; empty where it is valid."""
    return document.report(_problems(document.data))


def environment(data: Mapping[str, Any]) -> Environment:
    """What valid environment data declares. Ask `problems` first."""
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
                            Collection(f"{logical_name}.{keyspace}.{name}", name, _merged(definition or {}, integrations))
                            for name, definition in (content or {}).get("collections", {}).items()
                        ),
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
    yield from validation.sharpened(found, _crossing_problems(data) if isinstance(data, Mapping) else ())


def _crossing_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _integration_problems(data)
    databases = _mapping(data.get("databases"))
    for logical_name, keyspaces in _mapping(data.get("workload")).items():
        if logical_name not in databases:
            near = nearest(logical_name, databases) or f"; declared: {listed(databases)}"
            yield Problem(("workload", logical_name), f"no database has this logical name{near}")
        for keyspace, content in _mapping(keyspaces).items():
            for name, definition in _mapping(_mapping(content).get("collections")).items():
                path = ("workload", logical_name, keyspace, "collections", name)
                for problem in _collection_problems(_mapping(definition), data):
                    yield Problem((*path, *problem.path), problem.sentence)


def _integration_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    databases = _mapping(data.get("databases"))
    known = catalog.embedding_providers()
    for name, integration in _mapping(data.get("integrations")).items():
        settings, path = _mapping(integration), ("integrations", name)
        key = settings.get("provider", name)
        provider = known.get(key) if isinstance(key, str) else None
        if provider is None and isinstance(key, str):
            near = nearest(key, known) or f"; known: {listed(known)}"
            if "provider" in settings:
                yield Problem((*path, "provider"), f"unknown embedding provider {shown(key)}{near}")
            else:
                yield Problem(path, f'"provider" is missing, and no provider is called {shown(key)}{near}')
        if provider:
            for problem in service.parameter_problems(provider, _mapping(settings.get("parameters"))):
                yield Problem((*path, "parameters", *problem.path), problem.sentence)
        kind = settings.get("authentication")
        if provider and kind in ("HEADER", "SHARED_SECRET") and kind not in provider.authentication:
            takes = [one for one in provider.authentication if one != "NONE"]
            advice = f"it takes {listed(takes)}" if takes else "it needs no integration: name the provider in the service"
            yield Problem((*path, "authentication"), f"{provider.title} does not take {kind}; {advice}")
        stated = settings.get("databases")
        for index, database in enumerate(stated if isinstance(stated, list) else ()):
            if isinstance(database, str) and database not in databases:
                yield Problem(
                    (*path, "databases", index),
                    f"no database has the logical name {shown(database)}"
                    f"{nearest(database, databases) or f'; declared: {listed(databases)}'}",
                )


def _collection_problems(definition: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Problem]:
    integrations = _mapping(data.get("integrations"))
    vector = _mapping(definition.get("vector"))
    named = _mapping(vector.get("service")).get("integration")
    if isinstance(named, str) and named not in integrations:
        near = nearest(named, integrations) or f"; declared: {listed(integrations) or 'none'}"
        yield Problem(("vector", "service", "integration"), f"no integration has the logical name {shown(named)}{near}")
        return
    merged = _merged(definition, integrations).get("vector")
    if merged is not None:
        for problem in service.problems(merged):
            # What was merged in is reported once, where it stands: at the integration.
            if _stands(vector, problem.path):
                yield Problem(("vector", *problem.path), problem.sentence)


def _stands(data: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return False
        data = data[step]
    return True


def _merged(definition: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with what its service takes from an integration: provider, credential, account parameters."""
    vector = _mapping(definition.get("vector"))
    stated = vector.get("service")
    if not isinstance(stated, Mapping):
        return dict(definition)
    name, settings = _integration(stated, integrations)
    merged = {key: value for key, value in stated.items() if key != "integration"}
    if name is not None:
        merged.setdefault("provider", settings.get("provider", name))
        if settings.get("authentication") == "SHARED_SECRET" and "providerKey" in settings:
            merged.setdefault("authentication", {"providerKey": settings["providerKey"]})
        parameters = {**_mapping(settings.get("parameters")), **_mapping(merged.get("parameters"))}
        if parameters:
            merged["parameters"] = parameters
    return {**definition, "vector": {**vector, "service": merged}}


def _integration(stated: Mapping[str, Any], integrations: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    """The integration a service uses: the one it names, or the only one of its provider."""
    if "integration" in stated:
        name = stated["integration"]
        return (name, _mapping(integrations.get(name))) if isinstance(name, str) else (None, {})
    fitting = [
        (name, _mapping(settings))
        for name, settings in integrations.items()
        if _mapping(settings).get("provider", name) == stated.get("provider")
    ]
    return fitting[0] if len(fitting) == 1 else (None, {})


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, nothing where it is not: its shape is the schema's business."""
    return value if isinstance(value, Mapping) else {}
