"""A vector definition that names a service, against the schema of its embedding provider.

The provider's schema is chosen by name first and the model's branch after it, so that every sentence
speaks of the one model in hand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from astra import catalog
from astra.errors import Problem
from astra.validation import Unknown, problems_by, validator
from astra.wording import listed, nearest, shown

# A model that something already uses may be DEPRECATED in a valid definition; nothing can use one at its end.
_LIFECYCLE = {
    "DEPRECATED": ("warning", "it still serves what uses it, but nothing new can be made with it"),
    "END_OF_LIFE": ("error", "it serves nothing any more"),
}
# Which rule a place of the definition belongs to.
_RULES = {"dimension": "dimension", "parameters": "parameter", "authentication": "authentication", "modelName": "model"}


def problems(vector: Any) -> tuple[Problem, ...]:
    """Every problem of `{dimension, service, ...}` by its provider's schema, paths beginning at `vector`'s own keys.

    Empty where no service is named, and where what names it is not known yet.
    """
    return tuple(_problems(vector)) if isinstance(vector, Mapping) else ()


def _problems(vector: Mapping[str, Any]) -> Iterator[Problem]:
    service = vector.get("service")
    if service is None:
        if "dimension" not in vector:
            yield Problem((), '"dimension" is missing: without a service it cannot be left out', "dimension")
        return
    if not isinstance(service, Mapping) or not isinstance(service.get("provider"), str):
        return
    provider = catalog.embedding_providers().get(service["provider"])
    if provider is None:
        known = catalog.embedding_providers()
        near = nearest(service["provider"], known) or f"; known: {listed(known)}"
        yield Problem(("service", "provider"), f"unknown embedding provider {shown(service['provider'])}{near}", "provider")
        return
    name = provider.default_model if service.get("modelName") is None else service["modelName"]
    model = provider.models.get(name) if isinstance(name, str) else None
    if model is None:
        yield from _unknown_model(provider, service)
        return
    if model.status in _LIFECYCLE:
        severity, meaning = _LIFECYCLE[model.status]
        sentence = f'model "{model.name}" is {model.status}: {meaning}; others: {listed(_creatable(provider)) or "none"}'
        yield Problem(("service", "modelName"), sentence, "lifecycle", severity)
    relevant = {key: value for key, value in vector.items() if key in ("dimension", "service")}
    # Parameters left out are none: so a required one is missing by its own name.
    relevant["service"] = {"parameters": {}, **service}
    for problem in problems_by(_validator(provider.key, model.name), relevant):
        # What is missing at the top is the dimension: nothing else there is asked for.
        yield replace(problem, rule=next((rule for key, rule in _RULES.items() if key in problem.path), "dimension"))
    for known, holds in _known_bad(provider.key, model.name):
        if holds.is_valid(relevant):
            source = provider.schema["x-sources"][known["x-source"]]["what"].rstrip(".")
            where = ("dimension",) if "dimension" in vector else ("service",)
            yield Problem(where, f"{known['message']} (source: {source})", "combination", "warning")


@cache
def _known_bad(provider_key: str, model_name: str) -> list[tuple[Mapping[str, Any], Draft202012Validator]]:
    """The combinations known to fail of that model and of its provider, each with what decides whether it is one."""
    provider = catalog.embedding_providers()[provider_key]
    stated = (*provider.schema.get("x-warnings", ()), *provider.models[model_name].schema.get("x-warnings", ()))
    return [(known, validator(known["when"])) for known in stated]


@cache
def _validator(provider_key: str, model_name: str) -> Draft202012Validator:
    provider = catalog.embedding_providers()[provider_key]
    model = provider.models[model_name]
    # `allOf` instead of the file's `oneOf`: the branch is known, so its own errors are the ones to report. Which keys a
    # service has is the general schemas' business: an environment allows one more than a resource.
    service = {key: rule for key, rule in provider.schema["properties"]["service"].items() if key != "additionalProperties"}
    properties = {**provider.schema["properties"], "service": service}
    return validator({**provider.schema, "properties": properties, "oneOf": [{}], "allOf": [model.schema]})


def parameter_problems(provider: catalog.EmbeddingProvider, parameters: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Every problem of parameters that any model of the provider may have, whichever model is meant."""
    schema = {"type": "object", "properties": provider.parameters, "additionalProperties": False}
    return problems_by(validator(schema), parameters)


def _unknown_model(provider: catalog.EmbeddingProvider, service: Mapping[str, Any]) -> Iterator[Problem]:
    name = service.get("modelName")
    if isinstance(name, Unknown):
        return
    if name is None:
        yield Problem(("service",), f'"modelName" is missing; models of {provider.key}: {listed(_creatable(provider))}', "model")
    elif isinstance(name, str):
        rest = f"; leave it out: it can only be {provider.default_model}" if provider.default_model else ""
        near = nearest(name, _creatable(provider)) or rest or f"; its models: {listed(_creatable(provider))}"
        yield Problem(("service", "modelName"), f"{provider.key} has no model {shown(name)}{near}", "model")


def _creatable(provider: catalog.EmbeddingProvider) -> list[str]:
    """The models that something new can be made with: nobody is advised to choose another."""
    return [name for name, model in provider.models.items() if model.status not in _LIFECYCLE]
