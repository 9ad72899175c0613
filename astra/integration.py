"""Integrations of an environment: which one a service uses, what it takes from it, and their own problems.

What belongs to the account stands in an integration, what belongs to the model in the workload, so that the
same workload names another credential or deployment in each environment.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from astra import catalog, service
from astra.errors import Problem
from astra.wording import listed, nearest, shown


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, nothing where it is not: its shape is the schema's business."""
    return value if isinstance(value, Mapping) else {}


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


def problems(integrations: Mapping[str, Any], databases: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything wrong with the integrations themselves; paths begin at their names."""
    for name, stated in integrations.items():
        settings = mapping(stated)
        yield from _provider_problems(name, settings)
        yield from _scope_problems(name, settings, databases)


def _provider_problems(name: str, settings: Mapping[str, Any]) -> Iterator[Problem]:
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
    kind = settings.get("authentication")
    if kind in ("HEADER", "SHARED_SECRET") and kind not in provider.authentication:
        takes = [one for one in provider.authentication if one != "NONE"]
        advice = f"it takes {listed(takes)}" if takes else "it needs no integration: name the provider in the service"
        yield Problem((name, "authentication"), f"{provider.title} does not take {kind}; {advice}", "authentication")
    if kind == "HEADER" and "providerKey" in settings:
        sentence = "is not used: with HEADER the application sends the key; write authentication: SHARED_SECRET to use it"
        yield Problem((name, "providerKey"), sentence, "authentication", "warning")


def _scope_problems(name: str, settings: Mapping[str, Any], databases: Mapping[str, Any]) -> Iterator[Problem]:
    stated = settings.get("databases")
    if stated is not None and settings.get("authentication") == "HEADER":
        sentence = "is not used: only a stored credential is scoped to databases"
        yield Problem((name, "databases"), sentence, "authentication", "warning")
    for index, database in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(database, str) and database not in databases:
            near = nearest(database, databases) or f"; declared: {listed(databases)}"
            sentence = f"no database has the logical name {shown(database)}{near}"
            yield Problem((name, "databases", index), sentence, "reference")
