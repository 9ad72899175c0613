"""A vector definition in its place: with the integration it uses, for the database it is in.

A service is judged only after the integration it names has been merged in, since only then it is what the
Data API will see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from astra import catalog, integration, service
from astra.errors import Problem
from astra.validation import mapping
from astra.wording import listed, named, nearest, shown


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vector definition stands: kind of target, the database's logical name and settings, the integrations."""

    target: Any
    database: str
    settings: Mapping[str, Any]
    integrations: Mapping[str, Any]


def vector_problems(vector: Any, place: Place) -> Iterator[Problem]:
    """Everything wrong with `{dimension, service, ...}` of a collection or a column, in its place; paths begin at its keys."""
    stated = mapping(mapping(vector).get("service"))
    if (wrong := _wrong_reference(stated, place)) is not None:
        yield wrong
        return
    merged = integration.merged(vector, place.integrations)
    for problem in service.problems(merged):
        yield from _placed(problem, vector, stated, place)
    if stated:
        provider = catalog.embedding_providers().get(str(mapping(merged.get("service")).get("provider")))
        if provider:
            yield from _service_problems(stated, provider, place)


def _service_problems(stated: Mapping[str, Any], provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    for parameter in mapping(stated.get("parameters")):
        if provider.parameters.get(parameter, {}).get("x-scope") == "account":
            sentence = "belongs to the account: put it in an integration's parameters, so that each environment has its own"
            yield Problem(("service", "parameters", parameter), sentence, "scope", "warning")
    if "NONE" in provider.authentication:
        yield from _region_problems(provider, place)
        yield from _hosted_problems(provider, place)
        return
    name = integration.used(stated, place.integrations)
    if name is not None:
        yield from _credential_problems(name, stated, place)
    elif "authentication" not in stated:
        yield from _unauthenticated_problems(provider, place)


def _wrong_reference(stated: Mapping[str, Any], place: Place) -> Problem | None:
    """An integration that is not there, or is of another provider; a provider that is an integration's name."""
    named, provider, known = stated.get("integration"), stated.get("provider"), catalog.embedding_providers()
    if isinstance(named, str) and named not in place.integrations:
        near = nearest(named, place.integrations) or f"; declared: {listed(place.integrations) or 'none'}"
        near = f"; it is a provider: write provider: {named}" if named in known else near
        return Problem(("service", "integration"), f"no integration has the logical name {shown(named)}{near}", "reference")
    if not isinstance(provider, str):
        return None
    if provider not in known and provider in place.integrations:
        sentence = f"{shown(provider)} is an integration, not a provider: write integration: {listed([provider])}"
        return Problem(("service", "provider"), sentence, "reference")
    owner = mapping(place.integrations.get(named)).get("provider", named) if isinstance(named, str) else provider
    if provider == owner:
        return None
    sentence = f"the integration {shown(named)} is of {shown(owner)}, not of {shown(provider)}; leave the provider out"
    return Problem(("service", "provider"), sentence, "reference")


def _placed(problem: Problem, vector: Any, stated: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    """A problem of the merged definition where its cause stands; none where the integration is told of it itself."""
    name = integration.used(stated, place.integrations)
    if name is None or (problem.path != ("service", "parameters") and _stands(vector, problem.path)):
        yield problem
        return
    settings = mapping(place.integrations[name])
    key = settings.get("provider", name)
    provider = catalog.embedding_providers().get(key) if isinstance(key, str) else None
    if provider is None:
        return
    if problem.path == ("service", "parameters"):
        if provider.parameters.get(problem.key, {}).get("x-scope") == "account":
            sentence = f"{problem.sentence}; it belongs in the parameters of the integration {shown(name)}"
            yield replace(problem, path=("service",), sentence=sentence)
        else:
            yield problem
    elif problem.path[:2] == ("service", "parameters") and not service.parameter_problems(
        provider, mapping(settings.get("parameters"))
    ):
        sentence = f"what the integration {shown(name)} gives does not fit: {problem}"
        yield replace(problem, path=("service",), sentence=sentence)


def _unauthenticated_problems(provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    names = integration.fitting(provider.key, place.integrations)
    if names:
        sentence = f"{len(names)} integrations are of {provider.title}: name one of {listed(names)} with integration"
        yield Problem(("service",), sentence, "reference")
    else:
        sentence = f"{provider.title} needs an account: declare an integration of it and name it here, or give authentication"
        yield Problem(("service",), sentence, "reference", "warning" if place.target == "emulator" else "error")


def _credential_problems(name: str, stated: Mapping[str, Any], place: Place) -> Iterator[Problem]:
    settings = mapping(place.integrations[name])
    scoped = settings.get("databases")
    if settings.get("authentication") == "HEADER":
        if mapping(stated.get("authentication")):
            sentence = f"names a credential, and the integration {shown(name)} says that the application sends its key"
            yield Problem(("service", "authentication"), sentence, "authentication", "warning")
    elif "authentication" not in stated and isinstance(scoped, list) and place.database not in scoped:
        sentence = f"the integration {shown(name)} is not scoped to the database {shown(place.database)}; add it to its databases"
        yield Problem(("service",), sentence, "credential")


def _region_problems(provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    stated = provider.schema.get("x-regions")
    here = {key: place.settings.get(key) for key in ("cloudProvider", "region")}
    if place.target == "astra" and stated and all(here.values()) and here not in stated["regions"]:
        source = provider.schema["x-sources"][stated["x-source"]]
        where = listed(f"{one['cloudProvider']} {one['region']}" for one in stated["regions"])
        doubt = (
            ""
            if source["certainty"] in ("recorded", "published")
            else f" (a {source['certainty']} fact, looked up on {source['date']})"
        )
        place_of_it = named(f"{here['cloudProvider']} {here['region']}")
        sentence = f"{provider.title} may not be served in {place_of_it}; known: {where}{doubt}"
        yield Problem(("service",), sentence, "region", "warning")


def _hosted_problems(provider: catalog.EmbeddingProvider, place: Place) -> Iterator[Problem]:
    if place.target == "data-api" and not integration.fitting(provider.key, place.integrations):
        sentence = (
            f"{provider.title} is hosted by Astra, and a self-hosted Data API offers it only where its operator configured it; "
            f"declare an integration of it with authentication: NONE to have that checked"
        )
        yield Problem(("service",), sentence, "target", "warning")


def _stands(data: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        if not isinstance(data, Mapping) or step not in data:
            return False
        data = data[step]
    return True
