"""The files of schemas/: well formed, described, and in agreement with a recorded answer of the live service."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from astra import catalog, service, validation

RECORDED = json.loads((Path(__file__).parents[1] / "recordings" / "find-embedding-providers.json").read_text(encoding="utf-8"))[
    "embeddingProviders"
]
PROVIDERS = catalog.embedding_providers()
MODELS = [pytest.param(provider, model, id=model.name) for provider in PROVIDERS.values() for model in provider.models.values()]


def keywords(schema: Any, keyword: str) -> Iterator[tuple[Any, Any]]:
    """Each mapping in a schema that has the keyword, with the keyword's value."""
    if isinstance(schema, Mapping):
        if keyword in schema:
            yield schema, schema[keyword]
        for inner in schema.values():
            yield from keywords(inner, keyword)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner, keyword)


@pytest.mark.parametrize("document", catalog.documents().values(), ids=list(catalog.documents()))
def test_a_file_is_a_schema_whose_references_lead_somewhere(document: Mapping[str, Any]) -> None:
    Draft202012Validator.check_schema(document)
    resolver = catalog.registry().resolver(document["$id"])
    for _, reference in keywords(document, "$ref"):
        if not reference.startswith("https://json-schema.org/"):
            resolver.lookup(reference)


@pytest.mark.parametrize("name", ["environment", "service", "resources:collection", "resources:database", "resources:keyspace"])
def test_every_property_is_described(name: str) -> None:
    for mapping, properties in keywords(catalog.schema(name), "properties"):
        for key, rule in properties.items():
            # Conditions name properties without describing them again.
            assert described(rule, f"urn:astra-vectorize:{name}") or "type" not in mapping, f"{name}: {key}"


def described(rule: Mapping[str, Any], identity: str) -> bool:
    """Whether a property says what it is, itself or by what it refers to."""
    if "description" in rule or "$ref" not in rule:
        return "description" in rule
    found = catalog.registry().resolver(identity).lookup(rule["$ref"])
    return described(found.contents, identity if rule["$ref"].startswith("#") else rule["$ref"].partition("#")[0])


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_a_file_of_an_embedding_provider_has_the_form_of_all(provider: catalog.EmbeddingProvider) -> None:
    checker = validation.validator(catalog.schema("embedding-provider-metaschema"))
    assert [error.json_path for error in checker.iter_errors(provider.schema)] == []
    assert catalog.SCHEMAS.joinpath("embedding-providers", f"{provider.key}.schema.json").exists()
    assert provider.schema["properties"]["service"]["properties"]["provider"]["const"] == provider.key


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_every_fact_names_a_source_and_every_source_is_named(provider: catalog.EmbeddingProvider) -> None:
    assert {name for _, name in keywords(provider.schema, "x-source")} == set(provider.schema["x-sources"])


def stated(provider: catalog.EmbeddingProvider) -> dict[str, Any]:
    """A provider's schema in the form of the recording."""
    return {
        "authentication": {kind: said.get("tokens", []) for kind, said in provider.schema["x-authentication"].items()},
        "models": {
            model.name: {
                "dimension": dimension(model.schema["properties"]["dimension"]),
                "parameters": parameters(provider, model),
            }
            for model in provider.models.values()
        },
    }


def dimension(rule: Mapping[str, Any]) -> Any:
    return rule["const"] if "const" in rule else {"range": [rule["minimum"], rule["maximum"]], "default": rule.get("default")}


def parameters(provider: catalog.EmbeddingProvider, model: catalog.Model) -> dict[str, Any]:
    rule = model.schema["properties"]["service"]["properties"]["parameters"]
    rule = provider.schema["$defs"]["parameters"] if "$ref" in rule else rule
    return {name: (one["type"], name in rule.get("required", ())) for name, one in rule["properties"].items()}


def answered(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The recording with a provider's parameters told of each of its models, as a schema tells them."""
    models = {}
    for name, model in recorded["models"].items():
        said = model["dimension"]
        size = {"range": said["numericRange"], "default": said.get("default")} if isinstance(said, Mapping) else said
        of_both = {**recorded["parameters"], **model.get("parameters", {})}
        models[name] = {
            "dimension": size,
            "parameters": {name: (one["type"], one["required"]) for name, one in of_both.items()},
        }
    return {"authentication": recorded["authentication"], "models": models}


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_a_provider_is_as_the_live_service_described_it(provider: catalog.EmbeddingProvider) -> None:
    assert stated(provider) == answered(RECORDED[provider.key])


@pytest.mark.parametrize(("provider", "model"), MODELS)
def test_a_default_is_a_dimension_of_the_model(provider: catalog.EmbeddingProvider, model: catalog.Model) -> None:
    assert sentences(provider, model, dimension=model.default_dimension) == []


def sentences(provider: catalog.EmbeddingProvider, model: catalog.Model, dimension: Any, **more: Any) -> list[str]:
    """What is wrong with a vector of that dimension and model."""
    vector = {"dimension": dimension, "service": {"provider": provider.key, "modelName": model.name, **more}}
    return [str(problem) for problem in service.problems(vector)]


@given(st.integers(-10, 10_000))
def test_dimensions_of_a_model_are_accepted_and_all_others_refused(number: int) -> None:
    for provider in PROVIDERS.values():
        for model in provider.models.values():
            rule = model.schema["properties"]["dimension"]
            low, high = (rule["const"],) * 2 if "const" in rule else (rule["minimum"], rule["maximum"])
            allowed = f"{low} alone" if low == high else f"{low} to {high} (default {rule['default']})"
            refused = [] if low <= number <= high else [f"dimension: {number} is not allowed; allowed: {allowed}"]
            assert sentences(provider, model, number) == refused


@pytest.mark.parametrize(("provider", "model"), MODELS)
def test_the_ends_of_a_range_are_in_it(provider: catalog.EmbeddingProvider, model: catalog.Model) -> None:
    rule = model.schema["properties"]["dimension"]
    low, high = rule.get("minimum", rule.get("const")), rule.get("maximum", rule.get("const"))
    assert [bool(sentences(provider, model, number)) for number in (low - 1, low, high, high + 1)] == [True, False, False, True]


@given(st.text("abcdefghIJK", min_size=1, max_size=12))
def test_a_key_that_is_not_a_parameter_is_refused(key: str) -> None:
    for provider in PROVIDERS.values():
        for model in provider.models.values():
            (sentence,) = sentences(provider, model, model.default_dimension, parameters={key: "x"})
            assert sentence.startswith(f"service.parameters.{key}: unknown key")


@given(st.sampled_from(["provider", "modelName"]), st.sampled_from(["", "x", " ", "-"]))
def test_a_model_or_provider_one_character_off_is_refused(key: str, added: str) -> None:
    for provider in PROVIDERS.values():
        for model in provider.models.values():
            exact = {"provider": provider.key, "modelName": model.name}
            found = service.problems({"service": {**exact, key: exact[key] + added}})
            assert [problem.path for problem in found] == ([("service", key)] if added else [])
