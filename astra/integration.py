"""Integrations of an environment: which one a service uses, what it takes from it, and their own problems.

What belongs to the account stands in an integration, what belongs to the model in the workload, so that the
same workload names another credential or deployment in each environment.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from astra import catalog, service
from astra.errors import Problem
from astra.validation import mapping
from astra.wording import listed, nearest, shown

# Why a stored credential is named in vain.
_NO_CREDENTIAL = {
    "NONE": "is not used: with NONE the provider needs no credential",
    "HEADER": "is not used: with HEADER the application sends the key; write authentication: SHARED_SECRET to use it",
}


def fitting(provider: Any, integrations: Mapping[str, Any]) -> list[str]:
    """Names of the integrations of a provider; an integration's provider is its own name where it states none."""
    return [name for name, settings in integrations.items() if mapping(settings).get("provider", name) == provider]


def used(stated: Mapping[str, Any], integrations: Mapping[str, Any]) -> str | None:
    """Name of the integration that a service uses: the one it names, or the only one of its provider; None without one."""
    if "integration" in stated:
        name = stated["integration"]
        return name if isinstance(name, str) and name in integrations else None
    names = fitting(stated.get("provider"), integrations)
    return names[0] if len(names) == 1 else None


def merged(vector: Mapping[str, Any], integrations: Mapping[str, Any]) -> dict[str, Any]:
    """A vector definition with what its service takes from an integration: provider, credential, account parameters.

    What the service states itself comes first.
    """
    stated = vector.get("service")
    if not isinstance(stated, Mapping):
        return dict(vector)
    result = {key: value for key, value in stated.items() if key != "integration"}
    name = used(stated, integrations)
    if name is not None:
        settings = mapping(integrations[name])
        result.setdefault("provider", settings.get("provider", name))
        if settings.get("authentication") == "SHARED_SECRET" and "providerKey" in settings:
            result.setdefault("authentication", {"providerKey": settings["providerKey"]})
        parameters = {**mapping(settings.get("parameters")), **mapping(result.get("parameters"))}
        if parameters:
            result["parameters"] = parameters
    return {**vector, "service": result}


def problems(integrations: Mapping[str, Any], databases: Mapping[str, Any], target: Any) -> Iterator[Problem]:
    """Everything wrong with the integrations themselves; paths begin at their names.

    Args:
        integrations: their settings by logical name.
        databases: the environment's databases by logical name.
        target: kind of the target.
    """
    for name, stated in integrations.items():
        settings = mapping(stated)
        yield from _provider_problems(name, settings, target)
        yield from _scope_problems(name, settings, databases)


def _provider_problems(name: str, settings: Mapping[str, Any], target: Any) -> Iterator[Problem]:
    known = catalog.embedding_providers()
    key = settings.get("provider", name)
    if not isinstance(key, str):
        return
    provider = known.get(key)
    if provider is None:
        near = nearest(key, known) or f"; known: {listed(known)}"
        if "provider" in settings:
            yield Problem((name, "provider"), f"unknown embedding provider {shown(key)}{near}", "provider")
        else:
            yield Problem((name,), f'"provider" is missing, and no provider is called {shown(key)}{near}', "provider")
        return
    parameters = mapping(settings.get("parameters"))
    for problem in service.parameter_problems(provider, parameters):
        yield Problem((name, "parameters", *problem.path), problem.sentence, "parameter")
    for parameter in parameters:
        if provider.parameters.get(parameter, {}).get("x-scope") == "model":
            sentence = "belongs to the model: put it in the workload, under the service's parameters"
            yield Problem((name, "parameters", parameter), sentence, "scope", "warning")
    for problem in _authentication_problems(settings, provider, target):
        yield problem.below(name)


def _authentication_problems(settings: Mapping[str, Any], provider: catalog.EmbeddingProvider, target: Any) -> Iterator[Problem]:
    kind = settings.get("authentication")
    if kind not in catalog.schema("resources:provider-integration")["properties"]["authentication"]["enum"]:
        return
    if kind not in provider.authentication:
        needless = "it needs no credential: write authentication: NONE to have the database checked for it, or take this out"
        advice = needless if provider.authentication == ("NONE",) else f"it takes {listed(provider.authentication)}"
        yield Problem(("authentication",), f"{provider.title} does not take {kind}; {advice}", "authentication")
    elif kind == "SHARED_SECRET" and target == "data-api":
        sentence = (
            "a self-hosted Data API takes stored credentials only where its operator switched them on, which the update finds "
            "out; HEADER works everywhere"
        )
        yield Problem(("authentication",), sentence, "target", "warning")
    if kind in _NO_CREDENTIAL and "providerKey" in settings:
        yield Problem(("providerKey",), _NO_CREDENTIAL[kind], "authentication", "warning")


def _scope_problems(name: str, settings: Mapping[str, Any], databases: Mapping[str, Any]) -> Iterator[Problem]:
    stated = settings.get("databases")
    for index, database in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(database, str) and database not in databases:
            near = nearest(database, databases) or f"; declared: {listed(databases)}"
            sentence = f"no database has the logical name {shown(database)}{near}"
            yield Problem((name, "databases", index), sentence, "reference")
