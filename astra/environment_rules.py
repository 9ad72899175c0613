"""The rules of an environment that cross its form: references, services in their place, and room.

A service is judged only after the integration it names has been merged in, since only then it is what the
Data API will see.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from astra import catalog, integration, service, table_definition
from astra.errors import Problem
from astra.integration import mapping
from astra.wording import listed, nearest, shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vector definition stands: kind of target, the database's logical name and settings, the integrations."""

    target: Any
    database: str
    settings: Mapping[str, Any]
    integrations: Mapping[str, Any]


def problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything wrong beyond the form; paths begin at the environment's keys."""
    databases, integrations = mapping(data.get("databases")), mapping(data.get("integrations"))
    for problem in integration.problems(integrations, databases):
        yield problem.below("integrations")
    yield from _twin_problems(databases)
    target = mapping(data.get("target")).get("kind")
    if target == "emulator" and data.get("protect") is True:
        yield Problem(
            ("protect",), "the emulator holds nothing worth protecting; a protected environment needs another target", "target"
        )
    for name, keyspaces in mapping(data.get("workload")).items():
        if name not in databases:
            near = nearest(name, databases) or f"; declared: {listed(databases)}"
            yield Problem(("workload", name), f"no database has this logical name{near}", "reference")
        place = Place(target, name, mapping(databases.get(name)), integrations)
        for problem in (*_keyspaces_problems(mapping(keyspaces), place), *_room_problems(mapping(keyspaces))):
            yield problem.below("workload", name)


def _twin_problems(databases: Mapping[str, Any]) -> Iterator[Problem]:
    first: dict[tuple[Any, ...], str] = {}
    for name, settings in databases.items():
        triple = tuple(str(mapping(settings).get(key)) for key in ("name", "cloudProvider", "region"))
        if first.setdefault(triple, name) != name and "None" not in triple:
            sentence = f"has the name, cloud and region of {first[triple]}, and could not be told from it; give it another name"
            yield Problem(("databases", name), sentence, "reference")


def vector_problems(vector: Any, place: Place) -> Iterator[Problem]:
    """Everything wrong with `{dimension, service, ...}` of a collection or a column, in its place; paths begin at its keys."""
    stated = mapping(mapping(vector).get("service"))
    named = stated.get("integration")
    if isinstance(named, str) and named not in place.integrations:
        near = nearest(named, place.integrations) or f"; declared: {listed(place.integrations) or 'none'}"
        sentence = f"no integration has the logical name {shown(named)}{near}"
        yield Problem(("service", "integration"), sentence, "reference")
        return
    if (clash := _clash(stated, place)) is not None:
        yield clash
        return
    merged = integration.merged(vector, place.integrations)
    for problem in service.problems(merged):
        # What was merged in is reported once, where it stands: at the integration. What is missing stands nowhere.
        if _stands(vector, problem.path) or problem.path == ("service", "parameters"):
            yield problem
    if stated:
        provider = catalog.embedding_providers().get(str(mapping(merged.get("service")).get("provider")))
        if provider:
            yield from _service_problems(stated, provider, place)


def _keyspaces_problems(keyspaces: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    for keyspace, stated in keyspaces.items():
        content = mapping(stated)
        for problem in (*_contents_problems(content, place), *table_definition.keyspace_problems(content)):
            yield problem.below(keyspace)


def _contents_problems(content: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    for name, definition in mapping(content.get("collections")).items():
        vector = mapping(definition).get("vector")
        if isinstance(vector, Mapping):
            for problem in vector_problems(vector, place):
                yield problem.below("collections", name, "vector")
    for name, table in mapping(content.get("tables")).items():
        judged = partial(vector_problems, place=place)
        merged = partial(integration.merged, integrations=place.integrations)
        for problem in table_definition.problems(mapping(table), judged, merged):
            yield problem.below("tables", name)


def _service_problems(stated: Mapping[str, Any], provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    for parameter in mapping(stated.get("parameters")):
        if provider.parameters.get(parameter, {}).get("x-scope") == "account":
            sentence = "belongs to the account: put it in an integration's parameters, so that each environment has its own"
            yield Problem(("service", "parameters", parameter), sentence, "scope", "warning")
    if "NONE" in provider.authentication:
        yield from _region_problems(provider, place)
        return
    name = integration.used(stated, place.integrations)
    if name is not None:
        yield from _credential_problems(name, place)
    elif "authentication" not in stated:
        yield from _unauthenticated_problems(provider, place)


def _clash(stated: Mapping[str, Any], place: Place) -> Problem | None:
    """The service says one provider, and the integration it names is of another."""
    named, provider = stated.get("integration"), stated.get("provider")
    if not isinstance(named, str) or not isinstance(provider, str):
        return None
    settings = mapping(place.integrations.get(named))
    owner = settings.get("provider", named)
    if provider == owner:
        return None
    sentence = f"the integration {shown(named)} is of {shown(owner)}, not of {shown(provider)}; leave the provider out"
    return Problem(("service", "provider"), sentence, "reference")


def _unauthenticated_problems(provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    names = integration.fitting(provider.key, place.integrations)
    if names:
        sentence = f"{len(names)} integrations are of {provider.title}: name one of {listed(names)} with integration"
        yield Problem(("service",), sentence, "reference")
    else:
        sentence = f"{provider.title} needs an account: declare an integration of it and name it here, or give authentication"
        yield Problem(("service",), sentence, "reference", "error" if place.target == "astra" else "warning")


def _credential_problems(name: str, place: Place) -> Iterator[Problem]:
    scoped = mapping(place.integrations[name]).get("databases")
    if isinstance(scoped, list) and place.database not in scoped:
        sentence = f"the integration {shown(name)} is not scoped to the database {shown(place.database)}; add it to its databases"
        yield Problem(("service",), sentence, "credential")


def _region_problems(provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    stated = provider.schema.get("x-regions")
    here = {key: place.settings.get(key) for key in ("cloudProvider", "region")}
    if stated and all(here.values()) and here not in stated["regions"]:
        source = provider.schema["x-sources"][stated["x-source"]]
        where = listed(f"{one['cloudProvider']} {one['region']}" for one in stated["regions"])
        doubt = "" if source["certainty"] in ("recorded", "published") else f" (a {source['certainty']} fact of {source['date']})"
        sentence = f"{provider.title} may not be served in {here['cloudProvider']} {here['region']}; known: {where}{doubt}"
        yield Problem(("service",), sentence, "region", "warning")


def _room_problems(keyspaces: Mapping[str, Any]) -> Iterator[Problem]:
    counted: Counter[str] = Counter()
    for content in keyspaces.values():
        for kind in ("collections", "tables"):
            counted[kind] += len(mapping(mapping(content).get(kind)))
    for kind, limit in catalog.schema("environment")["$defs"]["limits"]["properties"].items():
        if counted[kind] > limit["maximum"]:
            sentence = f"{counted[kind]} {kind} are declared; {limit['description']}"
            yield Problem((), sentence, "limit", "warning")


def _stands(data: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return False
        data = data[step]
    return True
